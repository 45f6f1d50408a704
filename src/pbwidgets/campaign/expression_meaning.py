"""What form expressions mean: a tree becomes nested functions over the answers of one form or row.

A value that is missing makes what is computed from it missing, and what is asked of it *unknown*: neither true
nor false, as ``not``, ``and`` and ``or`` carry on after Kleene. ``x = ''``, ``is_missing`` and ``coalesce`` ask
for what is missing; ``count``, ``sum``, ``selected`` and ``string-length`` find nothing in it. The domain of a unit
is never missing.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from numbers import Real
from typing import Final

from pbwidgets.campaign.expression_tree import Node
from pbwidgets.campaign.patterns import read_pattern

DOMAIN: Final = "unit_domain"
"""Name of the unit's domain. That a unit is of none is known: it is another than any that is named."""
NOISE: Final = 1e-12
"""Share of a number that is the noise of binary fractions: 0.3 div 0.1 is 3."""


@dataclass(frozen=True)
class Scope:
    """What an expression is asked over."""

    values: Mapping[str, object]
    self_value: object
    today: date | None


Step = Callable[[Scope], object]


def compile_tree(node: Node) -> Step:
    """Function that gives the value of a tree: bool, float, text, date, list, or None where it is missing."""
    leaf = _compile_leaf(node)
    if leaf is not None:
        return leaf
    parts = [compile_tree(part) for part in node.parts]
    if node.symbol == "-" and len(parts) == 1:
        return _over_values(lambda value: calculate("-", 0.0, value), parts)
    if node.symbol in _LAZY:
        return _LAZY[node.symbol](*parts)
    return _over_values(_OVER_VALUES[node.symbol], parts)


def _compile_leaf(node: Node) -> Step | None:
    if node.symbol == "$":
        name, missing = str(node.value), _NONE if node.value == DOMAIN else None
        return lambda scope: missing if (value := _plain(scope.values.get(name))) is None else value
    if node.symbol == ".":
        return lambda scope: _plain(scope.self_value)
    if node.symbol == "literal":
        literal = _EmptyText() if node.value == "" else node.value
        return lambda _: literal
    return None


def _over_values(operation: Callable[..., object], parts: list[Step]) -> Step:
    return lambda scope: operation(*(part(scope) for part in parts))


class _EmptyText(str):
    """The literal ``''``: comparing with it asks whether a value is empty."""


class _NoText(str):
    """An empty text that is not missing: it is known that there is none."""


_NONE: Final = _NoText()


# -- truth ---------------------------------------------------------------------------------------------


def find_truth(value: object) -> bool | None:
    """Whether a value is true: a number other than 0, a text or list that is not empty; None if it is missing."""
    return None if is_empty(value) else bool(value)


def _negate(value: object) -> bool | None:
    truth = find_truth(value)
    return None if truth is None else not truth


def _connect(left: Step, right: Step, deciding: bool) -> Step:
    def run(scope: Scope) -> bool | None:
        first = find_truth(left(scope))
        if first is deciding:
            return deciding
        second = find_truth(right(scope))
        if second is deciding:
            return deciding
        return None if first is None or second is None else not deciding

    return run


def _choose(condition: Step, yes: Step, no: Step) -> Step:
    def run(scope: Scope) -> object:
        truth = find_truth(condition(scope))
        return None if truth is None else yes(scope) if truth else no(scope)

    return run


_LAZY: Final[dict[str, Callable[..., Step]]] = {
    "and": lambda left, right: _connect(left, right, deciding=False),
    "or": lambda left, right: _connect(left, right, deciding=True),
    "if": _choose,
    "today": lambda: lambda scope: scope.today or date.today(),
}


# -- values --------------------------------------------------------------------------------------------


def _plain(value: object) -> object:
    """The value, with None for anything empty and Python's types instead of NumPy's."""
    if isinstance(value, list | tuple):
        return [part for part in map(_plain, value) if part is not None] or None
    if hasattr(value, "item"):
        value = value.item()
    if value is None or _is_na(value) or value != value or (isinstance(value, str) and not value):
        return None
    return value


def _is_na(value: object) -> bool:
    return type(value).__name__ in ("NAType", "NaTType")  # pandas' own, without importing pandas


def is_empty(value: object) -> bool:
    """Whether a value is missing: None, an empty text or list."""
    return value is None or value == "" or value == []


def _items(value: object) -> list[object]:
    return [] if is_empty(value) else _listed(value)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _options(value: object) -> list[str]:
    return [part for item in _items(value) for part in _text(item).split()]


def _text(value: object) -> str:
    if is_empty(value):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def to_number(value: object) -> float | None:
    """Number of a value, days since 1970 for a date; None if it is neither."""
    if isinstance(value, list):
        return to_number(value[0]) if len(value) == 1 else None
    if isinstance(value, date):
        return float(value.toordinal() - _EPOCH)
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, str):
        return _number_of_text(value)
    return None


_EPOCH: Final = date(1970, 1, 1).toordinal()
_NUMBER: Final = re.compile(r"\s*[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?\s*")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _number_of_text(text: str) -> float | None:
    if _NUMBER.fullmatch(text):
        return _finite(float(text))
    if _DATE.fullmatch(text):
        try:
            return float(date.fromisoformat(text).toordinal() - _EPOCH)
        except ValueError:
            return None
    return None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


# -- comparing and calculating -------------------------------------------------------------------------


def compare(symbol: str, left: object, right: object) -> bool | None:
    """Whether a comparison holds; None where a side is missing, but for a comparison with ``''``."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, _EmptyText) and symbol in ("=", "!="):
            return is_empty(other) is (symbol == "=")
    if any(is_empty(side) and side is not _NONE for side in (left, right)):
        return None
    # as in XPath, a comparison holds for a list if it holds for any of its items
    return any(_compare_one(symbol, a, b) for a in _listed(left) for b in _listed(right))


def _compare_one(symbol: str, left: object, right: object) -> bool:
    if symbol in ("=", "!=") and isinstance(left, str) and isinstance(right, str):
        return (left == right) == (symbol == "=")
    a, b = to_number(left), to_number(right)
    if a is None or b is None:
        return symbol == "!="
    return _ORDERS[symbol](a, b)


def _same(a: float, b: float) -> bool:
    return a == b or math.isclose(a, b, rel_tol=NOISE)


_ORDERS: Final[dict[str, Callable[[float, float], bool]]] = {
    "=": _same,
    "!=": lambda a, b: not _same(a, b),
    "<": lambda a, b: a < b and not _same(a, b),
    "<=": lambda a, b: a < b or _same(a, b),
    ">": lambda a, b: a > b and not _same(a, b),
    ">=": lambda a, b: a > b or _same(a, b),
}


def calculate(symbol: str, left: object, right: object) -> float | None:
    """Result of ``+ - * div mod``; None where a side is missing or no number, and after a division by 0."""
    a, b = to_number(left), to_number(right)
    if a is None or b is None or (symbol in ("div", "mod") and b == 0):
        return None
    try:
        return _finite(_OPERATIONS[symbol](a, b))
    except (OverflowError, ValueError):
        return None


_OPERATIONS: Final[dict[str, Callable[[float, float], float]]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "mod": math.fmod,
}


# -- functions -----------------------------------------------------------------------------------------


def _over_number(operation: Callable[[float], float]) -> Callable[[object], float | None]:
    def run(value: object) -> float | None:
        number = to_number(value)
        return None if number is None or not math.isfinite(number) else float(operation(number))

    return run


def _floor(number: float) -> float:
    return math.floor(number + abs(number) * NOISE)


def _round(value: object, places: object = 0.0) -> float | None:
    number, digits = to_number(value), to_number(places)
    if number is None or digits is None or not abs(digits) <= 15:
        return None
    scale = 10.0 ** int(digits)
    scaled = abs(number) * scale
    # a 5 is rounded away from zero, as on paper; a number without room for decimals stays as it is
    return math.copysign(_floor(scaled + 0.5) / scale, number) if scaled < 2**52 else _finite(number)


def _outermost(pick: Callable[[Iterable[float]], float]) -> Callable[..., float | None]:
    def run(*values: object) -> float | None:
        numbers = [to_number(item) for value in values for item in _items(value) or [None]]
        known = [number for number in numbers if number is not None]
        return pick(known) if len(known) == len(numbers) else None

    return run


def _sum(value: object) -> float | None:
    return _finite(math.fsum(number for number in map(to_number, _items(value)) if number is not None))


_OVER_VALUES: Final[dict[str, Callable[..., object]]] = {
    **{symbol: lambda a, b, s=symbol: compare(s, a, b) for symbol in _ORDERS},
    **{symbol: lambda a, b, s=symbol: calculate(s, a, b) for symbol in _OPERATIONS},
    "abs": _over_number(abs),
    "ceiling": _over_number(lambda number: -_floor(-number)),
    "coalesce": lambda *values: next((value for value in values if not is_empty(value)), None),
    "concat": lambda *values: "".join(_text(item) for value in values for item in _items(value)) or None,
    "count": lambda value: float(len(_items(value))),
    "count-selected": lambda value: float(len(_options(value))),
    "false": lambda: False,
    "floor": _over_number(_floor),
    "group_mean": lambda _: None,  # one answer has no group; see pbwidgets.scoring.conditions
    "int": _over_number(lambda number: math.copysign(_floor(abs(number)), number)),
    "is_missing": is_empty,
    "max": _outermost(max),
    "min": _outermost(min),
    "not": _negate,
    "number": to_number,
    "regex": lambda value, pattern: None if is_empty(value) else read_pattern(pattern).matches(_text(value)),
    "round": _round,
    "selected": lambda value, wanted: wanted in _options(value),
    "string-length": lambda value: float(len(_text(value))),
    "sum": _sum,
    "true": lambda: True,
}
