"""What a level grants one of the units below it: a check does not apply to it, or is due later; with a reason."""

from dataclasses import dataclass
from datetime import date

from pbwidgets.campaign import Campaign, Form, Track
from pbwidgets.campaign.checklists import Check, MeasureCheck, RowsCheck
from pbwidgets.campaign.names import form_of_unit
from pbwidgets.errors import DataError, UsageError
from pbwidgets.store import Writer, grant_concession, lift_concession
from pbwidgets.units import kind_and_domain
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.lookup import nearest
from pbwidgets.workflows.ground.workspace import day_of


def excuse(desk: Desk, unit_code: str, check_id: str, part: str, reason: str) -> None:
    """Let a check, or one part of it, not apply to a unit.

    Parameters
    ----------
    part
        Row or group of a check of rows; empty for the whole.

    Raises
    ------
    DataError
        ``review.no_such_part``, ``store.reason_needed``.
    UsageError
        ``review.no_such_check`` if no check of that id concerns the unit.
    RightsError
        If the actor does not review the unit.
    """
    period_id = _find_period(desk, unit_code, check_id, part)
    with desk.write() as writer:
        grant_concession(
            writer, (desk.opened.campaign.id, period_id), unit_code, (check_id, part), None, reason
        )


def put_off_check(desk: Desk, unit_code: str, check_id: str, part: str, due_on: date, reason: str) -> None:
    """Let a check, or one part of it, be due later for a unit: on this day.

    Raises
    ------
    DataError
        ``fill.due_past`` if the day has passed; as :func:`excuse`.
    UsageError, RightsError
        As :func:`excuse`.
    """
    period_id = _find_period(desk, unit_code, check_id, part)
    if due_on < day_of(desk.now):
        raise DataError("fill.due_past", day=due_on)
    with desk.write() as writer:
        grant_concession(
            writer, (desk.opened.campaign.id, period_id), unit_code, (check_id, part), due_on, reason
        )


def lift(desk: Desk, unit_code: str, check_id: str, part: str, reason: str) -> None:
    """Take back what was granted a unit: the check applies again, and is due as it was.

    Raises
    ------
    DataError
        ``store.no_concession`` if nothing is in force; as :func:`excuse`.
    UsageError, RightsError
        As :func:`excuse`.
    """
    period_id = _find_period(desk, unit_code, check_id, part)
    with desk.write() as writer:
        lift_concession(writer, (desk.opened.campaign.id, period_id), unit_code, (check_id, part), reason)
