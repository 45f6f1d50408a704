"""Accounts for a demonstration, so that every page can be seen as its users see it.

Their one password is public (:data:`~pbwidgets.workflows.people.passwords.DEMO_PASSWORD`): it opens no store with
real units.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

import pandas as pd

from pbwidgets.campaign import Campaign
from pbwidgets.demo.laying import morning
from pbwidgets.store import Actor, NewAccount, add_account
from pbwidgets.units import unit_names
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
    """Add accounts for a demonstration, of every role and for neighbouring units, and return them.

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
    planned = plan_accounts(campaign, workspace.units())
    added = morning((day or today()) - timedelta(days=1))
    hashes = hash_passwords(DEMO_PASSWORD for _ in planned)
    with workspace.store.write(actor, added) as writer:
        for item, hashed in zip(planned, hashes, strict=True):
            add_account(writer, NewAccount(item.name, item.role, item.unit_code, hashed, must_change=False))
    return planned


def plan_accounts(campaign: Campaign, units: pd.DataFrame) -> tuple[DemoAccount, ...]:
    """Accounts for a register: fillers and reviewers in the first units with reports, and above.

    Names are the role and, if there are several, a number: they are typed by hand.
    """
    names = unit_names(units)
    root = str(units.loc[units["parent_code"].isna(), "unit_code"].iloc[0])
    parts = list(units.loc[units["kind"].isin(campaign.partition_by), "unit_code"])[:2]
    filled = {kind for form in campaign.forms for kind in form.unit_kind}
    fills = units["kind"].isin(filled)
    below = list(units.loc[fills & (units["parent_code"] == parts[0]), "unit_code"])[:2]
    own = list(units.loc[fills & (units["unit_code"] == parts[0]), "unit_code"])
    made = [
        *_numbered("filler", [*below, *own]),
        *_numbered("reviewer", [*parts, root]),
        DemoAccount("leader", "leader", root),
        *(DemoAccount(role, role, None) for role in ("analyst", "organiser", "admin")),
    ]
    return tuple(
        DemoAccount(item.name, item.role, item.unit_code, str(names.get(item.unit_code or "", "")))
        for item in made
    )


def tell_accounts(accounts: Iterable[DemoAccount]) -> list[str]:
    """Lines that say who can sign in, and with which password."""
    lines = [
        say(
            "accounts.cli.demo_line",
            name=f"{item.name:<11}",
            role=say(f"accounts.role.{item.role}"),
            unit=item.unit_name,
        ).rstrip()
        for item in accounts
    ]
    return [say("accounts.cli.demo", password=DEMO_PASSWORD), *lines]


def _numbered(role: str, unit_codes: Iterable[str]) -> Iterable[DemoAccount]:
    return (DemoAccount(f"{role}{at}", role, code) for at, code in zip(count(1), unit_codes, strict=False))
