"""The register of units: importing and saving it."""

from datetime import datetime
from pathlib import Path

import pandas as pd

from pbwidgets.intake import Reading
from pbwidgets.store import Actor, import_units
from pbwidgets.units import read_units
from pbwidgets.workflows.ground.rights import authorise
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
