"""What a level grants one of the units below it: a check does not apply to it, or is due later; with a reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd

from pbwidgets.campaign import Campaign, Form
from pbwidgets.campaign.check_names import name_of_check, named_parts, parts_of_rows
from pbwidgets.campaign.checklists import Check, MeasureCheck, RowsCheck
from pbwidgets.campaign.definition import Text
from pbwidgets.campaign.names import form_of_unit, places
from pbwidgets.errors import DataError, UsageError
from pbwidgets.store import ConcessionKey, grant_concession, lift_concession, load_concessions
from pbwidgets.units import kind_and_domain
from pbwidgets.workflows.ground.desk import Desk, find_in_scope
from pbwidgets.workflows.ground.lookup import nearest
from pbwidgets.workflows.ground.workspace import day_of


@dataclass(frozen=True)
class Granted:
    """What is in force: excused, or due later (``due_on``); why, and since when."""

    due_on: date | None
    reason: str
    granted_on: date


@dataclass(frozen=True)
class UnitCheck:
    """A check of a unit, or one part of it.

    Attributes
    ----------
    check_id, part
        Which; no part for the whole.
    name, part_name
        Their names; that of the whole's part is empty.
    granted
        What is in force for it; None for nothing.
    """

    check_id: str
    part: str
    name: str
    part_name: str
    granted: Granted | None


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


def units_with_checks(desk: Desk) -> pd.DataFrame:
    """Units that the actor reviews and of which something is checked.

    Raises
    ------
    RightsError
        ``workflows.not_allowed``.
    """
    tracks = desk.opened.campaign.tracks
    kinds = {
        kind for track in tracks if track.kind == "checklist" and track.checks for kind in track.unit_kind
    }
    units = find_in_scope(desk, "review")
    return units[units["kind"].isin(kinds)].reset_index(drop=True)


def list_checks(desk: Desk, unit_code: str) -> tuple[UnitCheck, ...]:
    """What can be granted a unit, and what is: its checks as a whole, then their rows or groups, in their order.

    Raises
    ------
    RightsError
        If the actor does not review the unit.
    """
    desk.authorise("review", unit_code)
    lang, campaign = desk.lang, desk.opened.campaign
    kind, domain = kind_and_domain(desk.units, unit_code)
    with desk.workspace.store.read() as reader:
        frame = load_concessions(reader, *desk.opened.key)
    rows = frame[frame["unit_code"] == unit_code].to_dict("records")
    granted = {
        (row["check_id"], row["part"] or ""): Granted(
            None if pd.isna(row["due_on"]) else date.fromisoformat(row["due_on"]),
            str(row["reason"]),
            date.fromisoformat(row["granted_on"]),
        )
        for row in rows
    }
    made = []
    for check in _checks_of(campaign, kind):
        form = _form_of(campaign, check)
        own = {} if form is None else _parts(check, form_of_unit(form, kind, domain))
        name = name_of_check(campaign, check).words(lang)
        names = {one.part: one.name for one in named_parts(campaign, check)}
        parts = {part: names.get(part, row).words(lang) for part, row in own.items()}
        for part, words in {"": "", **parts}.items():
            made.append(UnitCheck(check.check_id, part, name, words, granted.get((check.check_id, part))))
    return tuple(made)


def _checks_of(campaign: Campaign, kind: str | None) -> Iterator[Check]:
    for track in campaign.tracks:
        if track.kind == "checklist" and kind in track.unit_kind:
            yield from track.checks


def _find_check(desk: Desk, unit_code: str, check_id: str, part: str) -> ConcessionKey:
    """Key of a check that concerns a unit which the actor reviews: it lasts as long as what it checks."""
    desk.authorise("review", unit_code)
    campaign = desk.opened.campaign
    kind, domain = kind_and_domain(desk.units, unit_code)
    known = {check.check_id: check for check in _checks_of(campaign, kind)}
    if check_id not in known:
        raise UsageError("review.no_such_check", **nearest(check_id, sorted(known)))
    check = known[check_id]
    form = _form_of(campaign, check)
    parts = [] if form is None else list(_parts(check, form_of_unit(form, kind, domain)))
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


def _parts(check: Check, form: Form) -> dict[str, Text]:
    """Groups and rows of a check of rows, in the order of the table, each with the name of its first row."""
    if not isinstance(check, RowsCheck):
        return {}
    repeat = check.rows.partition("/")[2]
    found: dict[str, Text] = {}
    for place in places(form):
        if place.path == repeat and place.field.table is not None:
            table = place.field.table
            for part, row in zip(parts_of_rows(check, table), table.rows, strict=True):
                found.setdefault(part, row.name)
                found.setdefault(row.id, row.name)
    return found
