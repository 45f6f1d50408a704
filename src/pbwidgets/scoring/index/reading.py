"""Tables of text as a dictionary, data and denominators; every mistake is reported with its line and column."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from pbwidgets.campaign.findings import spelling
from pbwidgets.errors import Problem
from pbwidgets.scoring.index.aggregate import AGGREGATIONS
from pbwidgets.scoring.index.cells import MISSING, TextTable, parse_column, parse_number
from pbwidgets.scoring.index.dictionary import COLUMNS, TRANSFORMS, Dictionary, Line
from pbwidgets.scoring.index.norm import NORMS

UNIT: Final = "unit"
"""Column of the data and of the denominators that holds the unit."""

_NAMES: Final = {"transform": TRANSFORMS, "normalise": tuple(NORMS), "aggregate": tuple(AGGREGATIONS)}


@dataclass(frozen=True)
class IndexData:
    """What is known of the units.

    Attributes
    ----------
    values
        Units × indicators, float64, NaN where missing; the index holds the units.
    groups
        Units × all other columns of the data, as text (object), None where empty.
    """

    values: pd.DataFrame
    groups: pd.DataFrame


# -- the dictionary ------------------------------------------------------------------------------------


def parse_dictionary(table: TextTable) -> tuple[Dictionary | None, tuple[Problem, ...]]:
    """Dictionary of an index, and all problems of its table; None if there are problems.

    Empty cells take the defaults of :class:`~pbwidgets.scoring.index.dictionary.Line`.

    Parameters
    ----------
    table
        With columns of ``COLUMNS``; only ``code`` and ``parent`` must be there.
    """
    problems = [
        table.problem("index.unknown_column", None, **spelling(title, COLUMNS))
        for title in table.header
        if title and title not in COLUMNS
    ]
    problems += [
        table.problem("index.missing_column", column=title)
        for title in ("code", "parent")
        if title not in table
    ]
    if problems:  # without its columns every line would be wrong
        return None, tuple(problems)
    lines = []
    for row in range(len(table.rows)):
        line, wrong = _parse_line(table, row)
        lines.append(line)
        problems += wrong
    problems += _check_tree(table, lines)
    if problems:
        return None, _by_line(problems)
    dictionary = Dictionary(tuple(lines))
    problems += _check_lines(table, dictionary)
    return (None, _by_line(problems)) if problems else (dictionary, ())


def _by_line(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: int(problem.place or 0)))


def _parse_line(table: TextTable, row: int) -> tuple[Line, list[Problem]]:
    cells = {column: table.column(column)[row] for column in COLUMNS}
    given: dict[str, Any] = {
        "code": cells["code"],
        "name": cells["name"] or cells["code"],
        "unit": cells["unit"],
    }
    given["parent"] = cells["parent"] or None
    given["denominator"] = cells["denominator"] or None
    problems = []
    for column in ("direction", "weight", "lower", "upper"):
        number = parse_number(cells[column])
        if number is None:
            problems.append(table.problem("index.no_number", row, column=column, value=cells[column]))
        elif not np.isnan(number):
            given[column] = number
    for column, allowed in _NAMES.items():
        name = cells[column].lower()
        if name in MISSING and name not in allowed:
            continue
        given[column] = name
        if name not in allowed:
            words = spelling(cells[column], allowed)
            problems.append(table.problem("index.unknown_method", row, column=column, **words))
    if given.get("direction", 1) not in (1, -1):
        problems.append(table.problem("index.bad_direction", row, value=cells["direction"]))
    if given.get("weight", 1) < 0:
        problems.append(table.problem("index.negative_weight", row, value=cells["weight"]))
    given["direction"] = -1 if given.get("direction", 1) == -1 else 1
    return Line(**given), problems


def _check_tree(table: TextTable, lines: list[Line]) -> Iterator[Problem]:
    codes = [line.code for line in lines]
    parents = {line.code: line.parent for line in lines}
    for row, line in enumerate(lines):
        if not line.code:
            yield table.problem("index.no_code", row)
        elif line.code in codes[:row]:
            first = table.lines[codes.index(line.code)]
            yield table.problem("index.repeated_code", row, value=line.code, first=first)
        if line.parent is not None and line.parent not in parents:
            yield table.problem("index.unknown_parent", row, **spelling(line.parent, codes))
        if line.code and line.parent is None and line.code not in parents.values():
            yield table.problem("index.no_parent", row, value=line.code)
        if _comes_round(line.code, parents):
            yield table.problem("index.circle", row, value=line.code)


def _comes_round(code: str, parents: dict[str, str | None]) -> bool:
    seen: set[str] = set()
    above = parents[code]
    while above is not None and above in parents and above not in seen:
        if above == code:
            return True
        seen.add(above)
        above = parents[above]
    return False


def _check_lines(table: TextTable, dictionary: Dictionary) -> Iterator[Problem]:
    for row, line in enumerate(dictionary.lines):
        if line.code in dictionary.children:
            if line.direction < 0:
                yield table.problem("index.aggregate_direction", row, value=line.code)
            if not any(child.weight for child in dictionary.children[line.code]):
                yield table.problem("index.no_weight", row, value=line.code)
            continue
        if line.lower is not None and line.upper is not None and line.lower >= line.upper:
            yield table.problem(
                "index.bounds_fall", row, lower=f"{line.lower:.6g}", upper=f"{line.upper:.6g}"
            )
        if line.normalise == "goalposts" and (line.lower is None or line.upper is None):
            yield table.problem("index.needs_goalposts", row, value=line.code)
        if line.normalise == "target" and line.lower is None and line.upper is None:
            yield table.problem("index.needs_target", row, value=line.code)
        bounds = [bound for bound in (line.lower, line.upper) if bound is not None]
        if line.transform == "log" and any(bound <= 0 for bound in bounds):
            yield table.problem("index.log_bounds", row, value=f"{min(bounds):.6g}")


# -- the data ------------------------------------------------------------------------------------------


def parse_data(table: TextTable, dictionary: Dictionary) -> tuple[IndexData, tuple[Problem, ...]]:
    """Values and groups of the units, and all problems of their table.

    Columns that the dictionary does not name are groups. Values of units are NaN where there is a problem.

    Parameters
    ----------
    table
        With a column ``unit`` and one column for each indicator.
    dictionary
        The indicators.
    """
    codes = [line.code for line in dictionary.indicators]
    others = [title for title in table.header if title and title not in codes and title != UNIT]
    problems = list(_check_units(table))
    problems += [
        table.problem("index.missing_indicator", None, **spelling(code, others))
        for code in codes
        if code not in table
    ]
    columns: dict[str, list[float]] = {}
    for code in codes:
        columns[code], wrong = parse_column(table, code)
        problems += wrong
    units = pd.Index(table.column(UNIT), dtype=object, name=UNIT)
    values = pd.DataFrame(columns, index=units, dtype=np.float64)
    groups = pd.DataFrame(
        {title: [cell or None for cell in table.column(title)] for title in others}, index=units, dtype=object
    )
    return IndexData(values, groups), _by_line(problems)


def parse_denominators(
    table: TextTable, dictionary: Dictionary, units: "pd.Index[Any]"
) -> tuple[pd.DataFrame, tuple[Problem, ...]]:
    """Denominators of the units, and all problems of their table.

    Parameters
    ----------
    table
        With a column ``unit`` and the columns that the dictionary names as denominators.
    dictionary, units
        Indicators and units of the index; every unit must be in the table.

    Returns
    -------
    frame
        Units × denominators in the order of ``units``, float64, NaN where missing.
    problems
        A zero is one as well, since nothing can be divided by it.
    """
    used = list(dict.fromkeys(line.denominator for line in dictionary.indicators if line.denominator))
    others = [title for title in table.header if title != UNIT]
    problems = list(_check_units(table))
    problems += [
        table.problem("index.missing_denominator", None, **spelling(name, others))
        for name in used
        if name not in table
    ]
    columns: dict[str, list[float]] = {}
    for name in used:
        columns[name], wrong = parse_column(table, name)
        problems += wrong
        problems += [
            table.problem("index.denominator_zero", row, column=name)
            for row, number in enumerate(columns[name])
            if number == 0
        ]
    there = table.column(UNIT)
    known = set(there)
    problems += [
        Problem("index.unit_without_denominators", table.file, "", spelling(unit, there))
        for unit in units
        if unit and unit not in known
    ]
    made = pd.DataFrame(columns, index=pd.Index(there, dtype=object, name=UNIT), dtype=np.float64)
    return made[~made.index.duplicated()].reindex(units[~units.duplicated()]), _by_line(problems)


def _check_units(table: TextTable) -> Iterator[Problem]:
    if UNIT not in table:
        yield table.problem("index.missing_column", column=UNIT)
        return
    first: dict[str, int] = {}
    for row, unit in enumerate(table.column(UNIT)):
        if not unit:
            yield table.problem("index.no_unit", row)
        elif unit in first:
            yield table.problem("index.repeated_unit", row, value=unit, first=first[unit])
        else:
            first[unit] = table.lines[row]
