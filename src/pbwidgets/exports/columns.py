"""Columns of tables, and cells as people read them; shared by workbooks, documents and slides."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from pbwidgets.intake.text import drop_unfit
from pbwidgets.wording import count_decimals, number, say

Format = Literal["text", "integer", "number", "percent", "date"]


@dataclass(frozen=True)
class Column:
    """How a column of a frame is shown.

    Attributes
    ----------
    label
        Header of the column.
    width
        Width in half-width characters (a Chinese character counts 2); by default as wide as its texts.
    format
        ``percent`` expects per cent (87.5 is 87.5 %), ``date`` ISO dates.
    missing
        Text for a missing number; by default the word for a missing mark.
    digits
        Most decimals of a number; the numbers of a column all have as many as the one that needs most.
    source
        Where its values come from, for the dictionary of a workbook: ``points.points``, frame and column, with
        the layer or measure that is meant behind a colon; by default what the name of the column says.
    """

    label: str
    width: float | None = None
    format: Format = "text"
    missing: str | None = None
    digits: int = 2
    source: str = ""


@dataclass(frozen=True)
class Sum:
    """A number of a table that is the sum of others: in a workbook it may be a formula.

    Attributes
    ----------
    row, column
        Its row, from 0, and the name of its column.
    parts
        Row and column of each number that it sums up.
    digits
        Decimals to which the sum is rounded; None if it is not.
    """

    row: int
    column: str
    parts: tuple[tuple[int, str], ...]
    digits: int | None = None


def char_width(text: str) -> int:
    """Width in half-width characters.

    >>> char_width("名次 1")
    6
    """
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)


def to_cell_text(value: Any, column: Column, lang: str | None = None, decimals: int | None = None) -> str:
    """Cell as text: a plain number, or a word for a missing one, never 0.

    A number has the decimals of its column, or without them those it needs.

    >>> to_cell_text(9.50, Column("得分", format="number"), "zh_CN")
    '9.5'
    """
    if pd.isna(value):
        if column.format in {"text", "date"}:
            return column.missing or ""
        return say("exports.missing", lang) if column.missing is None else column.missing
    if column.format == "integer":
        return str(int(value))
    if column.format in {"number", "percent"}:
        digits = column.digits if decimals is None else decimals
        text = number(float(value), digits, keep_zeros=decimals is not None)
        return text + ("%" if column.format == "percent" else "")
    return drop_unfit(str(value))


def find_decimals(values: pd.Series, column: Column) -> int:
    """Decimals of the numbers of a column; 0 for one of another format."""
    if column.format not in {"number", "percent"}:
        return 0
    return count_decimals(values.dropna(), column.digits)


def to_cell_texts(
    frame: pd.DataFrame, columns: Mapping[str, Column], lang: str | None = None
) -> list[list[str]]:
    """Rows of cell texts, in the order of the columns; other columns are left out.

    >>> to_cell_texts(pd.DataFrame({"points": [88.5, 90.0]}), {"points": Column("得分", format="number")})
    [['88.5'], ['90.0']]
    """
    parts = []
    for name, column in columns.items():
        decimals = find_decimals(frame[name], column)
        parts.append([to_cell_text(value, column, lang, decimals) for value in frame[name]])
    return [list(row) for row in zip(*parts, strict=True)]


def measure_columns(
    texts: list[list[str]], columns: Mapping[str, Column], *, most: float = 40
) -> list[float]:
    """Width of each column in half-width characters: as given, else that of its longest text up to ``most``."""
    widths = []
    for place, column in enumerate(columns.values()):
        longest = max([char_width(column.label), *(char_width(row[place]) for row in texts)])
        widths.append(column.width or min(longest, most))
    return widths
