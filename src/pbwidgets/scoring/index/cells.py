"""A table as text, with the line of every row, and the numbers in its cells."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from pbwidgets.errors import Problem

MISSING: Final = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "—"})
"""What a cell without a value may contain, in small letters."""


@dataclass(frozen=True)
class TextTable:
    """Cells of a file as text, without blank rows.

    Attributes
    ----------
    file
        The file, as the user named it.
    header
        Titles of the columns.
    rows
        Cells, every row as long as the header.
    lines
        Line of each row in the file, from 1.
    """

    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    @cached_property
    def _at(self) -> dict[str, int]:
        return {title: at for at, title in reversed(list(enumerate(self.header)))}

    def __contains__(self, title: object) -> bool:
        return title in self._at

    def column(self, title: str) -> tuple[str, ...]:
        """Cells of a column; empty texts if the table does not have it."""
        at = self._at.get(title)
        return ("",) * len(self.rows) if at is None else tuple(row[at] for row in self.rows)

    def problem(self, code: str, row: int | None = None, **args: object) -> Problem:
        """A problem at the line of a row, or at the header."""
        return Problem(code, self.file, str(1 if row is None else self.lines[row]), dict(args))


def split_table(text: str, file: str) -> tuple[TextTable, tuple[Problem, ...]]:
    r"""Cells of a CSV text with a header, and the problems of its form.

    Cells are separated by commas, semicolons or tabs, whichever the header has most of. Cells are stripped.

    Examples
    --------
    >>> table, problems = split_table("unit,roads\n99A, 3\n", "data.csv")
    >>> table.column("roads"), table.lines, problems
    (('3',), (2,), ())
    """
    delimiter = max(",\t;", key=text.lstrip().partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                rows.append((reader.line_num, cells))
    except csv.Error:
        empty = TextTable(file, (), (), ())
        return empty, (Problem("index.bad_csv", file, str(reader.line_num)),)
    header = tuple(rows[0][1]) if rows else ()
    width = len(header)
    table = TextTable(
        file,
        header,
        tuple(tuple((*cells, *[""] * width)[:width]) for _, cells in rows[1:]),
        tuple(line for line, _ in rows[1:]),
    )
    return table, tuple(_check_form(table, rows))


def _check_form(table: TextTable, rows: list[tuple[int, list[str]]]) -> Iterator[Problem]:
    if not table.rows:
        yield Problem("index.no_rows", table.file)
    for at, title in enumerate(table.header):
        if title and title in table.header[:at]:
            yield table.problem("index.repeated_column", value=title)
    width = len(table.header)
    for line, cells in rows[1:]:
        if any(cells[width:]):
            yield Problem(
                "index.too_many_cells", table.file, str(line), {"cells": len(cells), "width": width}
            )


def parse_number(text: str) -> float | None:
    """Number that a cell holds, NaN for a cell without a value, None for a text that is not a number.

    >>> parse_number("2.5"), parse_number("n/a"), parse_number("12%"), parse_number("inf")
    (2.5, nan, None, None)
    """
    if text.lower() in MISSING:
        return float("nan")
    try:
        value = (
            float(text) if "_" not in text else None
        )  # Python accepts 1_000, but nobody writes numbers like that
    except ValueError:
        return None
    return value if value is not None and np.isfinite(value) else None


def parse_column(table: TextTable, title: str) -> tuple[list[float], list[Problem]]:
    """Numbers of a column, NaN where there is none, and a problem for every cell that is not a number."""
    numbers, problems = [], []
    for row, text in enumerate(table.column(title)):
        number = parse_number(text)
        if number is None:
            problems.append(table.problem("index.no_number", row, column=title, value=text))
        numbers.append(float("nan") if number is None else number)
    return numbers, problems
