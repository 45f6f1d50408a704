"""Formulas of a workbook that sum up numbers of its own, each with its result.

openpyxl writes formulas without results; whoever opens such a file without computing it (a viewer, our own reader)
would see nothing. The results are therefore put into the XML of the sheet when the file is written.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from math import isclose, isfinite
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbwidgets.exports.columns import Column, Sum
from pbwidgets.intake.workbook import column_letters
from pbwidgets.wording import round_half_up

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_FORMULA = re.compile(rb'(<c r="([A-Z]+[0-9]+)"[^>]*><f>[^<]*</f>)<v\s*(?:/>|></v>)')


def put_sums(
    page: "Worksheet", frame: pd.DataFrame, columns: Mapping[str, Column], sums: Sequence[Sum]
) -> dict[bytes, float]:
    """Put formulas into the cells that sum up others, below one row of headings, and return their results.

    Parameters
    ----------
    page
        The sheet, with its values.
    frame, columns
        What it was filled with.
    sums
        Cells that may sum up others; one that does not equal the sum, as where a heading is capped, stays a number.

    Returns
    -------
    dict
        Result of each formula by its cell, as :func:`fill_results` takes it.
    """
    places = {name: at for at, name in enumerate(columns)}
    results = {}
    for item in sums:
        cells = [(row, places[name]) for row, name in item.parts if name in places]
        if item.column not in places or len(cells) < len(item.parts):
            continue
        given = [_number_at(frame, row, name) for row, name in item.parts]
        value = _number_at(frame, item.row, item.column)
        formula = _formula(cells, given, value, item.digits)
        if formula is not None:
            cell = page.cell(item.row + 2, places[item.column] + 1)
            cell.value = formula
            results[cell.coordinate.encode()] = value
    return results


def fill_results(part: bytes, results: Mapping[bytes, float]) -> bytes:
    """XML of a sheet in which each formula has its result.

    >>> fill_results(b'<c r="B3" s="1"><f>SUM(B1:B2)</f><v></v></c>', {b"B3": 1.5})
    b'<c r="B3" s="1"><f>SUM(B1:B2)</f><v>1.5</v></c>'
    """
    return _FORMULA.sub(lambda found: b"%b<v>%b</v>" % (found[1], repr(results[found[2]]).encode()), part)


def _number_at(frame: pd.DataFrame, row: int, name: str) -> float:
    value: Any = frame[name].iloc[row]
    return float("nan") if pd.isna(value) else float(value)


def _formula(
    cells: Sequence[tuple[int, int]], given: Sequence[float], value: float, digits: int | None
) -> str | None:
    """The formula of a sum; None if it would give another number. Missing numbers are words, which SUM passes over."""
    known = [part for part in given if isfinite(part)]
    if not known or not isfinite(value):
        return None
    summed = f"SUM({_ranges(cells)})"
    total = sum(known)
    if isclose(total, value, abs_tol=1e-9):
        return f"={summed}"
    if digits is not None and isclose(round_half_up(total, digits), value, abs_tol=1e-9):
        return f"=ROUND({summed},{digits})"
    return None


def _ranges(cells: Sequence[tuple[int, int]]) -> str:
    """Cells (row and column from 0, below one row of headings), those that follow each other as a range.

    >>> _ranges([(0, 1), (1, 1), (3, 1)]), _ranges([(0, 1), (0, 2)])
    ('B2:B3,B5', 'B2:C2')
    """
    along = 0 if len({column for _, column in cells}) == 1 else 1
    numbered = [(cell[along] - at, cell) for at, cell in enumerate(cells)]
    found = []
    for _, run in groupby(numbered, key=lambda pair: pair[0]):
        names = [f"{column_letters(column)}{row + 2}" for _, (row, column) in run]
        found.append(names[0] if len(names) == 1 else f"{names[0]}:{names[-1]}")
    return ",".join(found)
