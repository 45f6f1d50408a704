"""Demonstrations from the command line: of one campaign, or of all that have one."""

from datetime import date

import click

from pbwidgets.demo import add_demo_accounts, fill_store, list_demos, tell_accounts
from pbwidgets.errors import DataError
from pbwidgets.store import Actor
from pbwidgets.wording import default_language, say
from pbwidgets.workflows.ground.workspace import Workspace, open_campaigns, open_workspace


def fill_campaigns(actor: Actor, campaign_id: str | None, seed: int, day: date | None) -> None:
    """Fill the store with the demonstration of a campaign, by default of all that are not in it yet."""
    accounts = {}
    with open_workspace() as workspace:
        for each in (campaign_id,) if campaign_id else _not_filled(workspace):
            counts = fill_store(workspace, actor, each, seed, day)
            name = workspace.read_campaign(each).name.words(default_language())
            accounts[name] = add_demo_accounts(workspace, actor, each, day)
            store = workspace.store.shown_url
            click.echo(say("cli.demo.done", store=store, campaign=name, **counts), err=True)
    click.echo("\n".join(tell_accounts(accounts)), err=True)


def _not_filled(workspace: Workspace) -> tuple[str, ...]:
    """Campaigns with a demonstration that are not open yet; all of them, to be refused, if there are none."""
    demos = list_demos(workspace.settings.parameters)
    if not demos:
        raise DataError("demo.none", file="*.yaml")
    filled = {opened.campaign.id for opened in open_campaigns(workspace)}
    return tuple(each for each in demos if each not in filled) or demos
