"""Where an expression holds, and what it gives, for many units at once.

Over answers an expression is asked once per distinct combination of values. Over measures, which are numbers that
differ from unit to unit, it becomes operations on whole columns; true is 1 there, false 0, and NaN is what is missing
or not known.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pbwidgets.campaign.expression_meaning import NOISE, to_number
from pbwidgets.campaign.expression_tree import Node
from pbwidgets.campaign.expressions import parse
from pbwidgets.scoring.arrays import Bools, Floats, Ints, group_rows
from pbwidgets.scoring.groups import average_groups


def find_holding(
    expression: str, columns: Mapping[str, npt.NDArray[Any]], size: int, today: date | None = None
) -> Bools:
    """Rows for which an expression holds, bool, of length ``size``.

    Parameters
    ----------
    expression
        As in XLSForm; a name without a column is empty.
    columns
        Values of each name, one for each row; None, NaN and an empty text are empty.
    size
        Number of rows.
    today
        What ``today()`` gives: the day of the period, never the clock, so that scores can be repeated.

    Raises
    ------
    ExpressionError
        If the expression cannot be read.

    Examples
    --------
    >>> find_holding("${meetings} >= 4", {"meetings": np.array([4.0, 3.0, np.nan])}, 3).tolist()
    [True, False, False]
    """
    parsed = parse(expression)
    asked = {name: columns[name] for name in sorted(parsed.names) if name in columns}
    made: Bools = _ask_distinct(lambda values: parsed.holds(values, today=today), asked, size).astype(bool)
    return made


def _ask_distinct(
    ask: Callable[[Mapping[str, object]], Any], columns: Mapping[str, npt.NDArray[Any]], size: int
) -> npt.NDArray[Any]:
    if not columns or not size:
        return np.full(size, ask({}))
    groups, first = group_rows(list(columns.values()))
    answers = [ask({name: _plain(column[row]) for name, column in columns.items()}) for row in first]
    return np.array(answers)[groups]


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    return list(value) if isinstance(value, tuple) else value


# -- over measures -------------------------------------------------------------------------------------


def compute_column(
    expression: str,
    columns: Mapping[str, Floats],
    size: int,
    today: date | None = None,
    groups: Ints | None = None,
    options: Mapping[str, Sequence[str]] | None = None,
) -> Floats:
    """What an expression over measures gives, float64 of length ``size``: NaN where it is missing or not known.

    Parameters
    ----------
    expression
        As in XLSForm, over numbers; ``pbwidgets check`` refuses functions of text.
    columns
        Values of each name, NaN where missing; a name without a column is missing everywhere.
    size
        Number of rows.
    today
        What ``today()`` gives, as days since 1970.
    groups
        Number of each row's group for ``group_mean``, -1 without a group; by default all rows are one group.
    options
        Ids of the options whose places, from 1, are the values of a name; the expression compares it with ids.

    Raises
    ------
    ExpressionError
        If the expression cannot be read.

    Examples
    --------
    >>> held, due = np.array([4.0, 3.0, np.nan]), np.array([6.0, 0.0, 6.0])
    >>> compute_column("round(${held} div ${due} * 100, 1)", {"held": held, "due": due}, 3).tolist()
    [66.7, nan, nan]
    >>> compute_column("${held} < group_mean(${held})", {"held": held}, 3).tolist()
    [0.0, 1.0, nan]
    """
    parsed = parse(expression)
    options = options or {}
    if any(node.symbol not in OVER_MEASURES for node in parsed.tree.walk()):  # functions of text
        asked = {name: columns[name] for name in sorted(parsed.names) if name in columns}
        return _ask_distinct(lambda values: _to_float(parsed.evaluate(values, today=today)), asked, size)
    rows = _Rows(columns, size, today, np.zeros(size, dtype=np.int64) if groups is None else groups, options)
    with np.errstate(all="ignore"):
        made = np.broadcast_to(_compute(parsed.tree, rows), (size,)).astype(np.float64)
    return np.where(np.isfinite(made), made, np.nan)


@dataclass(frozen=True)
class _Rows:
    columns: Mapping[str, Floats]
    size: int
    today: date | None
    groups: Ints
    options: Mapping[str, Sequence[str]]


def _compute(node: Node, rows: _Rows) -> Floats:
    if node.symbol == "$":
        return rows.columns.get(str(node.value), np.array(np.nan))
    if node.symbol == "literal":
        return _number(node.value)
    if node.symbol == "today":
        return _number(rows.today or date.today())
    if node.symbol in ("=", "!=", "selected") and (compared := _find_chosen(node, rows)) is not None:
        return _COLUMNS[node.symbol](*compared)
    parts = [_compute(part, rows) for part in node.parts]
    if node.symbol == "group_mean":
        return average_groups(np.broadcast_to(parts[0], (rows.size,)).astype(np.float64), rows.groups)
    if node.symbol in ("=", "!=") and any(
        part.value == "" and part.symbol == "literal" for part in node.parts
    ):
        missing = np.isnan(parts[0]) & np.isnan(parts[1])
        return np.where(missing, node.symbol == "=", node.symbol == "!=").astype(np.float64)
    if node.symbol == "-" and len(parts) == 1:
        return -parts[0]
    return _COLUMNS[node.symbol](*parts)


def _find_chosen(node: Node, rows: _Rows) -> tuple[Floats, Floats] | None:
    """The two sides of a comparison of what was chosen with a literal, both as places of options."""
    for name, literal in (node.parts, node.parts[::-1]):
        options = rows.options.get(str(name.value), ()) if name.symbol == "$" else ()
        if options and literal.symbol == "literal" and (literal.value != "" or "" in options):
            same = (
                place for place, option in enumerate(options, start=1) if _is_option(option, literal.value)
            )
            return _compute(name, rows), np.array(float(next(same, 0)))
    return None


def _is_option(option: str, value: str | float) -> bool:
    return option == value if isinstance(value, str) else to_number(option) == value


def _number(value: object) -> Floats:
    return np.array(_to_float(value))


def _to_float(value: object) -> float:
    number = to_number(value)
    return np.nan if number is None else number


def _known(made: npt.NDArray[Any], *parts: Floats) -> Floats:
    """Truth as numbers, NaN where a part is missing."""
    return np.where(reduce(np.logical_or, map(np.isnan, parts)), np.nan, made)


def _finite(operation: Callable[..., Floats]) -> Callable[[Floats, Floats], Floats]:
    def run(left: Floats, right: Floats) -> Floats:
        made = operation(left, right)
        return np.where(np.isfinite(made), made, np.nan)

    return run


def _ordered(compare: Callable[..., npt.NDArray[Any]]) -> Callable[[Floats, Floats], Floats]:
    return lambda left, right: _known(compare(left, right), left, right)


def _same(left: Floats, right: Floats) -> Bools:
    made: Bools = np.abs(left - right) <= NOISE * np.maximum(np.abs(left), np.abs(right))
    return made


def _connect(left: Floats, right: Floats, deciding: float) -> Floats:
    first, second = (np.where(np.isnan(part), np.nan, part != 0) for part in (left, right))
    decided = (first == deciding) | (second == deciding)
    return np.where(decided, deciding, _known(np.array(1.0 - deciding), first, second))


def _choose(condition: Floats, yes: Floats, no: Floats) -> Floats:
    chosen: Floats = np.where(condition != 0, yes, no)
    return _known(chosen, condition)


def _floor(values: Floats) -> Floats:
    made: Floats = np.floor(values + np.abs(values) * NOISE)
    return made


def _round(values: Floats, places: Floats | None = None) -> Floats:
    places = np.zeros(()) if places is None else places
    digits = np.where(np.abs(places) <= 15, np.trunc(places), np.nan)
    scale = 10.0**digits
    scaled = np.abs(values) * scale
    rounded = np.copysign(_floor(scaled + 0.5) / scale, values)
    return np.where(scaled < 2**52, rounded, np.where(np.isnan(digits), np.nan, values))


_COLUMNS: Final[Mapping[str, Callable[..., Floats]]] = {
    "=": _ordered(_same),
    "!=": _ordered(lambda left, right: ~_same(left, right)),
    "<": _ordered(lambda left, right: (left < right) & ~_same(left, right)),
    "<=": _ordered(lambda left, right: (left < right) | _same(left, right)),
    ">": _ordered(lambda left, right: (left > right) & ~_same(left, right)),
    ">=": _ordered(lambda left, right: (left > right) | _same(left, right)),
    "+": _finite(np.add),
    "-": _finite(np.subtract),
    "*": _finite(np.multiply),
    "div": lambda left, right: left / np.where(right == 0, np.nan, right),
    "mod": lambda left, right: np.fmod(left, np.where(right == 0, np.nan, right)),
    "abs": np.abs,
    "and": lambda left, right: _connect(left, right, deciding=0.0),
    "ceiling": lambda values: -_floor(-values),
    "coalesce": lambda *parts: reduce(lambda left, right: np.where(np.isnan(left), right, left), parts),
    "count": lambda values: (~np.isnan(values)).astype(np.float64),
    "false": lambda: np.array(0.0),
    "floor": _floor,
    "if": _choose,
    "int": lambda values: np.copysign(_floor(np.abs(values)), values),
    "is_missing": lambda values: np.isnan(values).astype(np.float64),
    "max": lambda *parts: reduce(np.maximum, parts),
    "min": lambda *parts: reduce(np.minimum, parts),
    "not": lambda values: _known(np.equal(values, 0.0), values),
    "number": lambda values: values,
    "or": lambda left, right: _connect(left, right, deciding=1.0),
    "round": _round,
    "selected": lambda values, wanted: _same(values, wanted).astype(np.float64),
    "sum": np.nan_to_num,
    "true": lambda: np.array(1.0),
}
OVER_MEASURES: Final = frozenset({*_COLUMNS, "$", "literal", "today", "group_mean"})
"""What an expression over measures may consist of."""
