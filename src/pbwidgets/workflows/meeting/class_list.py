"""Decisions on classes from a table; any wrong cell is reported, and then nothing is imported."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from pbwidgets.campaign import Track
from pbwidgets.errors import DataError, PbError
from pbwidgets.intake import Column, Reading, Table, read_table
from pbwidgets.intake.text import clean_text
from pbwidgets.scoring.frames import CLASSES
from pbwidgets.wording import LANGUAGES
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.meeting.classes import decide_classes, find_class_track, find_faults, load_proposed
from pbwidgets.workflows.meeting.decisions import Minutes, authorise_decision

_COLUMNS: Final = (
    Column("unit_code", ("单位编码", "编码", "unit", "code"), "code", needed=True),
    Column("class", ("定类", "类别"), needed=True),
    Column("reason", ("理由",)),
)
_IGNORED: Final = {*CLASSES, "单位名称", "名称"} - {"unit_code"}
"""Columns that are ignored: those of the list that ``pbwidgets classify`` writes."""


def import_classes(desk: Desk, track_id: str, path: Path, minutes: Minutes) -> Reading[int]:
    """Number of units put into a class from a workbook or CSV file; all or none.

    Columns 单位编码, 定类, 理由 (or unit, class, reason; the last is optional); a class is given by number or
    name. Rows without a class are skipped, so that a list written by the command can be filled in and
    read back.

    Parameters
    ----------
    minutes
        As :func:`~pbwidgets.workflows.meeting.classes.decide_classes` takes it.

    Raises
    ------
    ProblemsError
        With every wrong cell: unknown or repeated units, classes that do not exist or that a veto rules out,
        missing reasons.
    RightsError, UsageError, DataError
        As :func:`~pbwidgets.workflows.meeting.classes.decide_classes`.
    """
    authorise_decision(desk, track_id)
    track = find_class_track(desk.opened, track_id)
    table = read_table(path, _COLUMNS, ignored=_IGNORED)
    rows = [row for row in _rows_of(table, track) if row.class_text]
    proposed = load_proposed(desk.workspace, desk.opened, track)
    table.raise_with(
        table.problem(fault.code, row.number, column, **fault.args_of_message)
        for row in rows
        for column, fault in _faults(row, rows, track, proposed, minutes.reason, desk.lang)
        if (row.number, column) not in table.unread
    )
    count = decide_classes(
        desk, track_id, {row.unit_code: row.class_no for row in rows},
        minutes, reasons={row.unit_code: row.reason for row in rows}, proposed=proposed,
    )  # fmt: skip
    return Reading(count, table.notes)


@dataclass(frozen=True)
class _Row:
    number: int
    unit_code: str
    class_text: str
    class_no: int
    reason: str


def _rows_of(table: Table, track: Track) -> list[_Row]:
    columns = zip(*(table.column(column.name) for column in _COLUMNS), strict=True)
    return [
        _Row(number, unit, text, _to_number(text, track), reason)
        for number, (unit, text, reason) in enumerate(columns)
    ]


def _to_number(text: str, track: Track) -> int:
    """Number of the class given by number or name; 0 if it is neither."""
    if text.isascii() and text.isdigit():
        return int(text)
    names = {name.lower(): number for lang in LANGUAGES for number, name in track.class_names(lang).items()}
    return names.get(text.lower(), 0)


def _faults(
    row: _Row, rows: list[_Row], track: Track, proposed: pd.DataFrame, reason: str, lang: str
) -> Iterator[tuple[str, PbError]]:
    if not row.class_no:
        allowed = "、".join(track.class_names(lang).values())
        yield "class", DataError("classes.unknown_class", value=row.class_text, allowed=allowed)
    else:
        for fault in find_faults(track, proposed, row.unit_code, row.class_no, lang):
            yield "unit_code" if fault.code == "classes.not_in_track" else "class", fault
    if any(other.unit_code == row.unit_code and other.number < row.number for other in rows):
        yield "unit_code", DataError("classes.repeated_unit", unit=row.unit_code)
    if not row.reason and not clean_text(reason):
        yield "reason", DataError("store.reason_needed")
