"""Exceptions from a deadline, for one unit and form."""

from datetime import datetime

import pandas as pd

from pbwidgets import store
from pbwidgets.errors import DataError
from pbwidgets.store.progress import load_exception_list
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.rights import units_in_scope
from pbwidgets.workflows.ground.workspace import ZONE


def grant_exception(desk: Desk, form_id: str, unit_code: str, until: datetime, reason: str) -> None:
    """Let a unit hand a form in until a moment (timezone-aware); the newest exception counts.

    Raises
    ------
    DataError
        ``review.unknown_form`` if units of this kind have no such form, ``review.exception_past`` if the moment
        has passed, ``store.reason_needed``.
    RightsError
        If the actor may not.
    """
    units = desk.units
    desk.authorise("exception", unit_code)
    kinds = set(units.loc[units["unit_code"] == unit_code, "kind"])
    if not any(form.id == form_id and form.unit_kind in kinds for form in desk.opened.campaign.forms):
        raise DataError("review.unknown_form", form=form_id, unit=unit_code)
    if until <= desk.now:
        raise DataError("review.exception_past", until=until.astimezone(ZONE).strftime("%Y-%m-%d %H:%M"))
    with desk.write() as writer:
        store.grant_exception(writer, *desk.opened.key, form_id, unit_code, until, reason)


def list_exceptions(desk: Desk) -> pd.DataFrame:
    """Exceptions from deadlines of the units that the actor may inspect, newest first.

    Returns
    -------
    pandas.DataFrame
        form_id, unit_code, until, reason, recorded_at; moments in UTC.

    Raises
    ------
    RightsError
        For roles that may inspect no unit.
    """
    seen = units_in_scope(desk.actor, "inspect", desk.units)
    with desk.workspace.store.read() as reader:
        found = load_exception_list(reader, *desk.opened.key)
    return found[found["unit_code"].isin(seen["unit_code"])].reset_index(drop=True)
