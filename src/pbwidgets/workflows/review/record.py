"""The running record and rectifications: what reviewers record about units below them."""

from datetime import date

from pbwidgets import store
from pbwidgets.errors import DataError, RightsError
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


def open_rectification(
    desk: Desk, unit_code: str, *, shortcoming: str, responsible_post: str, deadline: date
) -> int:
    """Number of a shortcoming added to the list for rectification.

    Raises
    ------
    DataError
        ``store.empty_note`` without a shortcoming or a post.
    RightsError
        If the actor may not.
    """
    desk.authorise("note", unit_code)
    with desk.write() as writer:
        return store.open_rectification(
            writer,
            *desk.opened.key,
            unit_code,
            shortcoming=shortcoming,
            responsible_post=responsible_post,
            deadline=deadline,
        )


def close_rectification(desk: Desk, rectification_id: int, closed_on: date, outcome: str) -> None:
    """Record that a shortcoming was put right.

    Raises
    ------
    DataError
        ``store.rectification_closed`` if it is unknown or already closed.
    RightsError
        If the actor may not.
    """
    with desk.workspace.store.read() as reader:
        items = store.load_rectifications(reader, *desk.opened.key)
    unit_code = next((item.unit_code for item in items if item.id == rectification_id), None)
    if unit_code is None:
        if desk.actor.role in ("reviewer", "organiser", "operator"):
            raise DataError("store.rectification_closed", rectification=rectification_id)
        raise RightsError("workflows.not_allowed", role=desk.actor.role, action="note")
    desk.authorise("note", unit_code)
    with desk.write() as writer:
        store.close_rectification(writer, rectification_id, closed_on, outcome)
