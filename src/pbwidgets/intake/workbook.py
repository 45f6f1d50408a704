"""Sheets of a workbook file, whatever it holds: opened in a process of its own, under limits."""

import io
import pickle
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from pbwidgets.errors import Problem, ProblemsError
from pbwidgets.intake import unpacking
from pbwidgets.intake.text import clean_text

Value = str | float | int | bool | datetime | date | time | timedelta | None
"""What a cell holds."""

_BEGINS: Final = (b"PK", bytes.fromhex("d0cf11e0a1b11ae1"))  # a zip archive; Excel before 2007
_BROKEN: Final = {"error": "intake.cell_error", "formula": "intake.formula_without_value"}
_OTHERS: Final = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"{\\rtf",
    b"MZ",
)
_MARKUP: Final = (b"<html", b"<table", b"<!doctype", b"<?xml", b"<head", b"<meta", b"mime-version")


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes
    ----------
    place
        ``B7``; in a CSV file the line.
    value
        What it holds.
    percent
        Whether it is shown as a per cent, so that 0.8 was typed as 80 %.
    """

    place: str
    value: Value
    percent: bool = False

    @property
    def text(self) -> str:
        """Its text, without spaces around it."""
        return to_text(self.value)


@dataclass(frozen=True)
class Area:
    """A merged range: first and last row and column, from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Sheet:
    """Rows of a sheet, as they are.

    Attributes
    ----------
    name
        Its name; empty for a CSV file.
    rows
        Values from the first column on; rows differ in length.
    numbers
        Number of each row in the file, from 1.
    merged
        Merged ranges, in indices of ``rows``.
    percents
        Cells shown as a per cent, by row and column.
    shown
        Whole numbers whose format adds zeros or letters in front, as they are shown, by row and column.
    visible
        Whether people see it.
    broken
        Cells without a usable value, by row and column: errors, formulas without a result.
    notes
        What the file's format does not tell, and what is left in the file: macros, references to other files.
    """

    name: str
    rows: list[list[Value]]
    numbers: list[int]
    merged: tuple[Area, ...] = ()
    percents: frozenset[tuple[int, int]] = frozenset()
    shown: Mapping[tuple[int, int], str] = field(default_factory=dict)
    visible: bool = True
    broken: Mapping[tuple[int, int], Problem] = field(default_factory=dict)
    notes: tuple[Problem, ...] = ()

    def place(self, row: int, column: int) -> str:
        """Place of a cell in a message: ``名册!B7``, or the line of a CSV file."""
        number = str(self.numbers[row])
        return f"{self.name}!{column_letters(column)}{number}" if self.name else number

    def cell(self, row: int, column: int) -> Cell:
        """The cell at a row and column, from 0."""
        value = self.rows[row][column] if column < len(self.rows[row]) else None
        place = f"{column_letters(column)}{self.numbers[row]}"
        return Cell(place, self.shown.get((row, column), value), (row, column) in self.percents)


def open_workbook(content: bytes, file: str) -> tuple[Sheet, ...]:
    """Sheets of an ``.xlsx``, ``.xlsm``, ``.xls`` or ``.ods``.

    Parameters
    ----------
    content
        The file.
    file
        Its name, for messages.

    Raises
    ------
    ProblemsError
        ``intake.bad_workbook``, ``intake.other_document``, ``intake.password``, ``intake.too_big``,
        ``intake.too_many_parts``, ``intake.sheet_too_big``, ``intake.entities``, ``intake.merged_ods``,
        ``intake.gave_up``.
    """
    try:
        answer = unpack_apart(content)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        limits = {"memory": unpacking.MEMORY >> 30, "seconds": unpacking.SECONDS}
        raise ProblemsError([Problem("intake.gave_up", file, args=limits)]) from None
    if isinstance(answer, tuple):
        code, args = answer
        raise ProblemsError([Problem(code, file, args.pop("sheet", ""), args)])
    return tuple(_to_sheet(raw, file) for raw in answer)


def unpack_apart(content: bytes) -> unpacking.Answer:
    """Sheets of a workbook, or why it is refused; unpacked in a process of its own.

    Raises
    ------
    subprocess.CalledProcessError, subprocess.TimeoutExpired
        If that process ends without an answer.
    """
    command = [sys.executable, "-I", str(Path(unpacking.__file__))]
    done = subprocess.run(
        command, input=content, capture_output=True, timeout=2 * unpacking.SECONDS, check=True
    )
    answer: unpacking.Answer = pickle.loads(done.stdout)
    return answer


def is_workbook(content: bytes) -> bool:
    """Whether a file begins as a workbook does; whether it is one, opening it will tell."""
    return content.startswith(_BEGINS)


def is_other(content: bytes) -> bool:
    """Whether a file begins as one of another kind does: PDF, RTF, pictures, other archives."""
    return content.startswith(_OTHERS)


def is_new_workbook(content: bytes) -> bool:
    """Whether a file is an ``.xlsx`` or ``.xlsm``: neither Excel before 2007 nor OpenDocument, also a zip archive."""
    if not content.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False


def is_markup(content: bytes) -> bool:
    """Whether a file is a web page or XML under the name of a table, as many systems export them."""
    return content[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP)


def to_text(value: Value) -> str:
    """Text of a value as a clerk would type it: 5, not 5.0; 2026-01-01, without a midnight."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return str(value).strip()


def column_letters(column: int) -> str:
    """Letters of a column, from 0.

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


_PLACE: Final = re.compile("([A-Z]{1,3})([1-9][0-9]{0,6})")


def find_cell(place: str) -> tuple[int, int] | None:
    """Row and column of a cell, from 0; None for what is no cell, or beyond what is read of a sheet.

    >>> find_cell("B3"), find_cell("AA10"), find_cell("3B"), find_cell("XFD1")
    ((2, 1), (9, 26), None, None)
    """
    found = _PLACE.fullmatch(place)
    if found is None:
        return None
    row, column = int(found[2]) - 1, unpacking.column_number(found[1])
    return (row, column) if row < unpacking.MOST_ROWS and column < unpacking.MOST_COLUMNS else None


def _to_sheet(raw: unpacking.RawSheet, file: str) -> Sheet:
    name, visible, rows, merged, marks, left = raw
    values: list[list[Value]] = [[None if _is_blank(value) else value for value in row] for row in rows]
    percents: set[tuple[int, int]] = set()
    shown: dict[tuple[int, int], str] = {}
    broken: dict[tuple[int, int], Problem] = {}
    for (row, column), (mark, said) in (marks or {}).items():
        _make_room(values, row, column)  # an empty formula at the end is not among the values
        value = values[row][column]
        if mark == "shown" and isinstance(value, float) and value.is_integer():
            before, width = said
            shown[row, column] = before + to_text(value).zfill(width)
        elif mark == "percent":
            percents.add((row, column))
        elif mark in _BROKEN:
            place = f"{name}!{column_letters(column)}{row + 1}"
            broken[row, column] = Problem(_BROKEN[mark], file, place, {"value": said or ""})
    notes = [Problem("intake.old_format", file, name)] if marks is None else []
    notes += [Problem(code, file) for code in left]
    numbers = list(range(1, len(values) + 1))
    areas = tuple(Area(*area) for area in merged)
    return Sheet(name, values, numbers, areas, frozenset(percents), shown, visible, broken, tuple(notes))


def _is_blank(value: object) -> bool:
    return isinstance(value, str) and not clean_text(value)


def _make_room(values: list[list[Value]], row: int, column: int) -> None:
    values.extend([] for _ in range(row + 1 - len(values)))
    values[row].extend([None] * (column + 1 - len(values[row])))
