"""What a level grants one of the units below it: a check does not apply to it, or is due later; with a reason."""

from collections.abc import Iterator
from datetime import date

from pbwidgets.campaign import Campaign, Form
from pbwidgets.campaign.checklists import Check, MeasureCheck, RowsCheck
from pbwidgets.campaign.names import form_of_unit, places
from pbwidgets.errors import DataError, UsageError
from pbwidgets.store import ConcessionKey, grant_concession, lift_concession
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
        ``store.reason_needed``.
    UsageError
        ``review.no_such_check`` if no check of that id concerns the unit, ``review.no_such_part``.
    RightsError
        If the actor does not review the unit.
    """
    key = _find_check(desk, unit_code, check_id, part)
    with desk.write() as writer:
        grant_concession(writer, key, reason)


def put_off_check(desk: Desk, unit_code: str, check_id: str, part: str, due_on: date, reason: str) -> None:
    """Let a check, or one part of it, be due later for a unit: on this day.

    Raises
    ------
    DataError
        ``fill.due_past`` if the day has passed; as :func:`excuse`.
    UsageError, RightsError
        As :func:`excuse`.
    """
    key = _find_check(desk, unit_code, check_id, part)
    if due_on < day_of(desk.now):
        raise DataError("fill.due_past", day=due_on)
    with desk.write() as writer:
        grant_concession(writer, key, reason, due_on=due_on)


def lift(desk: Desk, unit_code: str, check_id: str, part: str, reason: str) -> None:
    """Take back what was granted a unit: the check applies again, and is due as it was.

    Raises
    ------
    DataError
        ``store.no_concession`` if nothing is in force; as :func:`excuse`.
    UsageError, RightsError
        As :func:`excuse`.
    """
    key = _find_check(desk, unit_code, check_id, part)
    with desk.write() as writer:
        lift_concession(writer, key, reason)


def _find_check(desk: Desk, unit_code: str, check_id: str, part: str) -> ConcessionKey:
    """Key of a check that concerns a unit which the actor reviews: it lasts as long as what it checks."""
    desk.authorise("review", unit_code)
    campaign = desk.opened.campaign
    kind, domain = kind_and_domain(desk.units, unit_code)
    known = {
        check.check_id: check
        for track in campaign.tracks
        if track.kind == "checklist" and kind in track.unit_kind
        for check in track.checks
    }
    if check_id not in known:
        raise UsageError("review.no_such_check", **nearest(check_id, sorted(known)))
    check = known[check_id]
    form = _form_of(campaign, check)
    parts = list(_parts(check, form_of_unit(form, kind, domain))) if form is not None else []
    if part and part not in parts:
        raise UsageError("review.no_such_part", check=check_id, **nearest(part, parts))
    period_id = desk.opened.period_id
    if form is not None:
        period_id = desk.opened.submission_key(form.id, unit_code).period_id
    return ConcessionKey(campaign.id, period_id, unit_code, check_id, part)


def _form_of(campaign: Campaign, check: Check) -> Form | None:
    """Form that a check reads; None where it reads measures of several."""
    if isinstance(check, RowsCheck):
        return campaign.form(check.rows.partition("/")[0])
    if isinstance(check, MeasureCheck):
        forms = [measure.form for measure in campaign.measures if measure.id == check.measure]
        return campaign.form(forms[0]) if forms else None
    return None


def _parts(check: Check, form: Form) -> Iterator[str]:
    """Rows or groups of a check of rows, in the order of the table."""
    if not isinstance(check, RowsCheck):
        return
    repeat = check.rows.partition("/")[2]
    for place in places(form):
        if place.path == repeat and place.field.table is not None:
            rows = place.field.table.rows
            if check.group is None:
                yield from (row.id for row in rows)
            else:
                column = check.group.partition("/")[2]
                yield from dict.fromkeys(row.cell(column) for row in rows)
