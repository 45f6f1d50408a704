"""Accounts for a demonstration, so that every page can be seen as its users see it.

Their one password is public (:data:`~pbwidgets.workflows.people.passwords.DEMO_PASSWORD`): it opens no store with
real units.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

import pandas as pd

from pbwidgets.campaign import Campaign
from pbwidgets.demo.laying import morning
from pbwidgets.demo.reading import demo_file, read_demo
from pbwidgets.store import Actor, NewAccount, add_account, load_accounts
from pbwidgets.units import members, unit_names
from pbwidgets.wording import say
from pbwidgets.workflows.ground.workspace import Workspace, today
from pbwidgets.workflows.people.passwords import DEMO_PASSWORD, hash_passwords


@dataclass(frozen=True)
class DemoAccount:
    """One account: its name, role and unit."""

    name: str
    role: str
    unit_code: str | None
    unit_name: str = ""


def add_demo_accounts(
    workspace: Workspace, actor: Actor, campaign_id: str, day: date | None = None
) -> tuple[DemoAccount, ...]:
    """Add accounts for the demonstration of a campaign, of every role and for neighbouring units, and return them.

    Accounts without a unit serve all campaigns of the store: another demonstration may have added them.

    Parameters
    ----------
    day
        Today, for the demonstration; by default this day. They are recorded on the day before.

    Raises
    ------
    ConflictError
        ``accounts.name_taken`` if the store already has such accounts.
    """
    campaign = workspace.read_campaign(campaign_id)
    begins = read_demo(demo_file(workspace.settings.parameters, campaign_id)).accounts
    planned = plan_accounts(campaign, workspace.units(), begins)
    added = morning((day or today()) - timedelta(days=1))
    hashes = hash_passwords(DEMO_PASSWORD for _ in planned)
    with workspace.store.write(actor, added) as writer:
        there = {account.name for account in load_accounts(writer)}
        for item, hashed in zip(planned, hashes, strict=True):
            if item.unit_code is not None or item.name not in there:
                add_account(
                    writer, NewAccount(item.name, item.role, item.unit_code, hashed, must_change=False)
                )
    return planned


def plan_accounts(campaign: Campaign, units: pd.DataFrame, begins: str = "") -> tuple[DemoAccount, ...]:
    """Accounts for a register: fillers in the first partition, below other roots and of a root, reviewers, and above.

    Names are the role and, if there are several, a number: they are typed by hand.

    Parameters
    ----------
    campaign
        The campaign.
    units
        The register; only members of the campaign get accounts.
    begins
        What the names of accounts of a unit begin with, so that they differ from those of other campaigns.
    """
    taking = members(units, campaign.member_kinds)
    names = unit_names(taking)
    roots = list(taking.loc[taking["parent_code"].isna(), "unit_code"])
    first = list(taking.loc[taking["kind"].isin(campaign.partition_by), "unit_code"])[:1]
    fills = taking[taking["kind"].isin({kind for form in campaign.forms for kind in form.unit_kind})]
    below = list(fills.loc[fills["parent_code"].isin(first), "unit_code"])[:2]
    own = list(fills.loc[fills["unit_code"].isin(first), "unit_code"])
    elsewhere = [
        code for root in roots[1:] for code in fills.loc[fills["parent_code"] == root, "unit_code"][:1]
    ]
    above = [code for code in roots if code in set(fills["unit_code"])]
    seats = [
        code
        for level in campaign.review_levels
        for code in taking.loc[taking["kind"] == level.unit_kind, "unit_code"][:2]
    ]
    made = [
        *_numbered(f"{begins}filler", "filler", [*below, *own, *elsewhere, *above]),
        *_numbered(f"{begins}reviewer", "reviewer", seats),
        # a list is looked at from above all of its units: below several roots nobody has a unit that is
        *(DemoAccount(f"{begins}leader", "leader", root) for root in roots if len(roots) == 1),
        *(DemoAccount(role, role, None) for role in ("analyst", "organiser", "admin")),
    ]
    return tuple(
        DemoAccount(item.name, item.role, item.unit_code, str(names.get(item.unit_code or "", "")))
        for item in made
    )


def tell_accounts(accounts: Mapping[str, Iterable[DemoAccount]]) -> list[str]:
    """Lines that say who can sign in, and with which password, by the names of campaigns.

    An account that serves all campaigns is named once, at the end.
    """
    lines = [say("accounts.cli.demo", password=DEMO_PASSWORD)]
    shared: dict[str, DemoAccount] = {}
    for campaign, items in accounts.items():
        lines.append(campaign)
        for item in items:
            if item.unit_code is None:
                shared[item.name] = item
            else:
                lines.append(_line(item))
    return [*lines, say("accounts.cli.demo_shared"), *map(_line, shared.values())]


def _line(item: DemoAccount) -> str:
    role = say(f"accounts.role.{item.role}")
    return say("accounts.cli.demo_line", name=f"{item.name:<16}", role=role, unit=item.unit_name).rstrip()


def _numbered(name: str, role: str, unit_codes: Iterable[str]) -> Iterable[DemoAccount]:
    return (DemoAccount(f"{name}{at}", role, code) for at, code in zip(count(1), unit_codes, strict=False))
