"""The register of units: importing it, and finding units that owe a form but have no account."""

from datetime import datetime
from pathlib import Path

import pandas as pd

from pbwidgets.intake import Reading
from pbwidgets.store import Actor, import_units, load_accounts
from pbwidgets.units import read_units
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.rights import authorise, scope_of
from pbwidgets.workflows.ground.workspace import Workspace


def import_register(workspace: Workspace, actor: Actor, file: Path) -> Reading[int]:
    """Number of units imported into the register from a CSV or Excel file; none if anything is wrong.

    Raises
    ------
    ProblemsError
        With every wrong cell.
    RightsError
        If the actor may not.
    """
    register = workspace.units()
    authorise(actor, "import_units", None, register)
    read = read_units(file, known=set(register["unit_code"]))
    return Reading(save_units(workspace, actor, read.content), read.notes)


def save_units(workspace: Workspace, actor: Actor, units: pd.DataFrame, now: datetime | None = None) -> int:
    """Number of units of a frame that were added or changed.

    Parameters
    ----------
    now
        Moment (timezone-aware) under which it is recorded; by default this one.

    Raises
    ------
    RightsError
        If the actor may not.
    """
    authorise(actor, "import_units", None, workspace.units())
    with workspace.store.write(actor, now) as writer:
        import_units(writer, units)
    return len(units)


def units_without_account(desk: Desk) -> pd.DataFrame:
    """Units that owe a form but have no account to fill it in with, columns ``UNITS``.

    Raises
    ------
    RightsError
        If the actor may neither open campaigns nor manage accounts.
    """
    units = desk.units
    if scope_of(desk.actor.role, "accounts") is None:
        desk.authorise("open_campaign", None)
    with desk.workspace.store.read() as reader:
        served = {
            account.unit_code
            for account in load_accounts(reader)
            if account.role == "filler" and account.disabled_at is None
        }
    kinds = {form.unit_kind for form in desk.opened.campaign.forms if form.is_owed}
    return units[units["kind"].isin(kinds) & ~units["unit_code"].isin(served)].reset_index(drop=True)
