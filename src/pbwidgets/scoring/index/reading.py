"""Tables of text as a dictionary, data and denominators; every mistake is reported with its line and column."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from pbwidgets.campaign.findings import spelling
from pbwidgets.errors import Problem
from pbwidgets.intake import Column, Table
from pbwidgets.intake.table import MISSING, number_in
from pbwidgets.scoring.index.aggregate import AGGREGATIONS
from pbwidgets.scoring.index.dictionary import TRANSFORMS, Dictionary, Line
from pbwidgets.scoring.index.norm import NORMS

UNIT: Final = "unit"
"""Column of the data and of the denominators that holds the unit."""

_UNIT_COLUMN: Final = Column(UNIT, ("单位", "单位编码", "单位名称", "unit_code"), "word", needed=True)

DICTIONARY: Final = (
    Column("code", ("编码", "代号", "指标编码"), needed=True),
    Column("name", ("名称", "指标名称"), "word"),
    Column("parent", ("上级", "上级编码", "上级代号"), needed=True),
    Column("direction", ("方向",), "number"),
    Column("weight", ("权重",), "number"),
    Column("unit", ("计量单位", "单位")),
    Column("denominator", ("分母",)),
    Column("transform", ("变换",)),
    Column("normalise", ("标准化", "归一化")),
    Column("lower", ("下限",), "number"),
    Column("upper", ("上限",), "number"),
    Column("aggregate", ("合成", "合成方法")),
)
"""Columns of the table of a dictionary."""

_METHODS: Final = {"transform": TRANSFORMS, "normalise": tuple(NORMS), "aggregate": tuple(AGGREGATIONS)}


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


def parse_dictionary(table: Table) -> tuple[Dictionary | None, tuple[Problem, ...]]:
    """Dictionary of an index, and all problems of its table; None if there are problems.

    Empty cells take the defaults of :class:`~pbwidgets.scoring.index.dictionary.Line`.

    Parameters
    ----------
    table
        With columns of :data:`DICTIONARY`.
    """
    lines = []
    problems = list(table.problems)
    if not len(table):
        problems.append(Problem("index.no_rows", table.file))
    for row in range(len(table)):
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
    return tuple(sorted(problems, key=lambda problem: number_in(problem.place)))


def _parse_line(table: Table, row: int) -> tuple[Line, list[Problem]]:
    cells = {column.name: table.column(column.name)[row] for column in DICTIONARY}
    given: dict[str, Any] = {
        "code": cells["code"],
        "name": cells["name"] or cells["code"],
        "unit": cells["unit"],
    }
    given["parent"] = cells["parent"] or None
    given["denominator"] = cells["denominator"] or None
    problems = []
    given |= {
        column: float(cells[column]) for column in ("direction", "weight", "lower", "upper") if cells[column]
    }
    for column, allowed in _METHODS.items():
        name = cells[column].lower()
        if name in MISSING and name not in allowed:
            continue
        given[column] = name
        if name not in allowed:
            words = spelling(cells[column], allowed)
            problems.append(table.problem("index.unknown_method", row, column, **words))
    if given.get("direction", 1) not in (1, -1):
        problems.append(table.problem("index.bad_direction", row, "direction", value=cells["direction"]))
    if given.get("weight", 1) < 0:
        problems.append(table.problem("index.negative_weight", row, "weight", value=cells["weight"]))
    given["direction"] = -1 if given.get("direction", 1) == -1 else 1
    return Line(**given), problems


def _check_tree(table: Table, lines: list[Line]) -> Iterator[Problem]:
    codes = [line.code for line in lines]
    parents = {line.code: line.parent for line in lines}
    for row, line in enumerate(lines):
        if not line.code:
            yield table.problem("index.no_code", row, "code")
        elif line.code in codes[:row]:
            first = table.number(codes.index(line.code))
            yield table.problem("index.repeated_code", row, "code", value=line.code, first=first)
        if line.parent is not None and line.parent not in parents:
            yield table.problem("index.unknown_parent", row, "parent", **spelling(line.parent, codes))
        if line.code and line.parent is None and line.code not in parents.values():
            yield table.problem("index.no_parent", row, "parent", value=line.code)
        if _comes_round(line.code, parents):
            yield table.problem("index.circle", row, "parent", value=line.code)


def _comes_round(code: str, parents: dict[str, str | None]) -> bool:
    seen: set[str] = set()
    above = parents[code]
    while above is not None and above in parents and above not in seen:
        if above == code:
            return True
        seen.add(above)
        above = parents[above]
    return False


def _check_lines(table: Table, dictionary: Dictionary) -> Iterator[Problem]:
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


def data_columns(dictionary: Dictionary) -> tuple[Column, ...]:
    """Columns of a table of data: the unit, and each indicator under its code or its name."""
    named = [line.name for line in dictionary.indicators]
    return (
        _UNIT_COLUMN,
        *(
            Column(
                line.code,
                (line.code, line.name) if named.count(line.name) == 1 else (),
                "number",
                needed=True,
            )
            for line in dictionary.indicators
        ),
    )


def parse_data(table: Table, dictionary: Dictionary) -> tuple[IndexData, tuple[Problem, ...]]:
    """Values and groups of the units, and all problems of their table.

    Columns that the dictionary does not name are groups. Values of units are NaN where there is a problem.

    Parameters
    ----------
    table
        With the columns of :func:`data_columns` and any others.
    dictionary
        The indicators.
    """
    codes = [line.code for line in dictionary.indicators]
    problems = [*table.problems, *_check_units(table)]
    if not len(table):
        problems.append(Problem("index.no_rows", table.file))
    units = pd.Index(table.column(UNIT), dtype=object, name=UNIT)
    values = pd.DataFrame({code: _numbers(table, code) for code in codes}, index=units, dtype=np.float64)
    others = [title for title in table.cells if title not in codes and title != UNIT]
    groups = pd.DataFrame(
        {title: [cell or None for cell in table.column(title)] for title in others}, index=units, dtype=object
    )
    return IndexData(values, groups), _by_line(problems)


def denominator_columns(dictionary: Dictionary) -> tuple[Column, ...]:
    """Columns of a table of denominators: the unit, and those that the dictionary names."""
    used = dict.fromkeys(line.denominator for line in dictionary.indicators if line.denominator)
    return (_UNIT_COLUMN, *(Column(name, (), "number", needed=True) for name in used))


def parse_denominators(
    table: Table, dictionary: Dictionary, units: "pd.Index[Any] | None" = None
) -> tuple[pd.DataFrame, tuple[Problem, ...]]:
    """Denominators of the units, and all problems of their table.

    Parameters
    ----------
    table
        With the columns of :func:`denominator_columns`.
    dictionary, units
        Indicators and units of the index; every unit must be in the table. None: the units of the table.

    Returns
    -------
    frame
        Units × denominators in the order of ``units``, float64, NaN where missing.
    problems
        A zero is one as well, since nothing can be divided by it.
    """
    columns = {column.name: _numbers(table, column.name) for column in denominator_columns(dictionary)[1:]}
    problems = [*table.problems, *_check_units(table)]
    problems += [
        table.problem("index.denominator_zero", row, name)
        for name, numbers in columns.items()
        for row, number in enumerate(numbers)
        if number == 0
    ]
    there = table.column(UNIT)
    known = set(there)
    problems += [
        Problem("index.unit_without_denominators", table.file, "", spelling(unit, there))
        for unit in (units if units is not None else ())
        if unit and unit not in known
    ]
    made = pd.DataFrame(columns, index=pd.Index(there, dtype=object, name=UNIT), dtype=np.float64)
    made = made[~made.index.duplicated()]
    return made if units is None else made.reindex(units[~units.duplicated()]), _by_line(problems)


def _numbers(table: Table, name: str) -> list[float]:
    return [float(text) if text else np.nan for text in table.column(name)]


def _check_units(table: Table) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for row, unit in enumerate(table.column(UNIT)):
        if not unit:
            yield table.problem("index.no_unit", row, UNIT)
        elif unit in first:
            yield table.problem("index.repeated_unit", row, UNIT, value=unit, first=table.number(first[unit]))
        else:
            first[unit] = row
