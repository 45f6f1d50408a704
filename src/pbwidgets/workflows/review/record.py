"""The running record: what reviewers record about units below them."""

from datetime import date

from pbwidgets import store
from pbwidgets.errors import DataError
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import day_of


def add_note(desk: Desk, unit_code: str, noted_on: date, text: str) -> None:
    """Add a dated note to the running record of a unit; notes are never changed, only corrected by later ones.

    Raises
    ------
    DataError
        ``review.day_out_of_period`` for a day in the future or outside the period, ``store.empty_note``.
    RightsError
        If the actor may not.
    """
    desk.authorise("note", unit_code)
    period = desk.opened.period
    last = min(day_of(desk.now), period.ends)
    if not period.begins <= noted_on <= last:
        raise DataError("review.day_out_of_period", begins=period.begins, ends=last)
    with desk.write() as writer:
        store.add_note(writer, *desk.opened.key, unit_code, noted_on, text)
