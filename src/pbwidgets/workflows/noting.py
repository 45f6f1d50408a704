"""The running record and rectifications: what reviewers write down about units below them."""

from datetime import date

from pbwidgets import store
from pbwidgets.errors import DataError, RightsError
from pbwidgets.store import Actor
from pbwidgets.workflows.rights import authorise
from pbwidgets.workflows.workspace import Opened, Workspace, today


def add_note(
    workspace: Workspace, actor: Actor, opened: Opened, unit_code: str, noted_on: date, text: str
) -> None:
    """Add a dated note to the running record of a unit; notes are not changed, a later one corrects.

    Raises
    ------
    DataError
        ``review.day_out_of_period`` for a day to come or outside of the period, ``store.empty_note``.
    RightsError
        If the actor may not.
    """
    authorise(actor, "note", unit_code, workspace.units(opened.day(today())))
    period = opened.campaign.period(opened.period_id)
    last = min(today(), period.ends)
    if not period.begins <= noted_on <= last:
        raise DataError("review.day_out_of_period", begins=period.begins, ends=last)
    with workspace.store.write(actor) as writer:
        store.add_note(writer, opened.campaign.id, opened.period_id, unit_code, noted_on, text)


def open_rectification(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    unit_code: str,
    *,
    shortcoming: str,
    responsible_post: str,
    deadline: date,
) -> int:
    """Number of a shortcoming that was put on the list to be put right.

    Raises
    ------
    DataError
        ``store.empty_note`` without a shortcoming or a post.
    RightsError
        If the actor may not.
    """
    authorise(actor, "note", unit_code, workspace.units(opened.day(today())))
    with workspace.store.write(actor) as writer:
        return store.open_rectification(
            writer,
            opened.campaign.id,
            opened.period_id,
            unit_code,
            shortcoming=shortcoming,
            responsible_post=responsible_post,
            deadline=deadline,
        )


def close_rectification(
    workspace: Workspace, actor: Actor, opened: Opened, rectification_id: int, closed_on: date, outcome: str
) -> None:
    """Note that a shortcoming was put right.

    Raises
    ------
    DataError
        ``store.rectification_closed`` if it is unknown or closed already.
    RightsError
        If the actor may not.
    """
    with workspace.store.read() as reader:
        items = store.load_rectifications(reader, opened.campaign.id, opened.period_id)
    unit_code = next((item.unit_code for item in items if item.id == rectification_id), None)
    if unit_code is None:
        if actor.role in ("reviewer", "organiser", "operator"):
            raise DataError("store.rectification_closed", rectification=rectification_id)
        raise RightsError("workflows.not_allowed", role=actor.role, action="note")
    authorise(actor, "note", unit_code, workspace.units(opened.day(today())))
    with workspace.store.write(actor) as writer:
        store.close_rectification(writer, rectification_id, closed_on, outcome)
