"""Form expressions: a subset of XLSForm's, parsed once for form, server and check.

XLSForm's expressions are a dialect of XPath. The grammar and its precedences are elementpath's; the meaning
is given here, because XPath knows neither answers that are missing nor choice ids. The steps:

1. a scanner lets through only the words of the dialect, so that nothing else ever reaches the parser;
2. ``${field}`` becomes an XPath variable of the same length, so that positions in errors stay true;
3. elementpath makes the tree, which is turned into nested functions.

What differs from XPath: a comparison with an empty value is False, except with ``''``, which asks whether a
value is empty; arithmetic with an empty value gives an empty value; ISO dates compare and subtract as days.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from numbers import Real
from typing import TYPE_CHECKING, Any, Final

from pbwidgets.errors import DataError

if TYPE_CHECKING:
    from elementpath.tdop import Parser

LONGEST_TEXT: Final = 2000
DEEPEST: Final = 60
FUNCTIONS: Final = {
    "count": 1,
    "count-selected": 1,
    "if": 3,
    "not": 1,
    "selected": 2,
    "string-length": 1,
    "sum": 1,
    "today": 0,
}
"""Functions of the dialect and how many arguments each takes."""


class ExpressionError(DataError):
    """An expression cannot be read; :attr:`position` is the character, from 1, where it breaks off."""

    def __init__(self, code: str, position: int, **args: Any) -> None:
        super().__init__(code, position=position, **args)

    @property
    def position(self) -> int:
        """Character of the expression, from 1."""
        return int(self.args_of_message["position"])


@dataclass(frozen=True)
class _Scope:
    values: Mapping[str, object]
    self_value: object
    today: date | None


_Step = Callable[[_Scope], object]


@dataclass(frozen=True)
class Expression:
    """An expression that was read.

    Attributes
    ----------
    text
        The expression as it was written.
    names
        What it asks for: ``plan`` of ``${plan}``, ``meetings/held_on`` of ``${meetings/held_on}``.
    uses_self
        Whether it contains ``.``.
    attributes
        Attributes of options that it asks for by a bare name: ``town`` of ``town = ${town}``.
    """

    text: str
    names: frozenset[str]
    uses_self: bool
    _run: _Step
    attributes: frozenset[str] = frozenset()

    def evaluate(
        self, values: Mapping[str, object], *, self_value: object = None, today: date | None = None
    ) -> object:
        """Value of the expression: bool, float, text, date, or None where it is empty.

        Parameters
        ----------
        values
            Values by name: text, numbers, dates, or lists of them (chosen options, a column of a repeat);
            lists of mappings are rows of a repeat. Attributes have an ``@`` in front. A name that is absent is empty, and so are NaN, NA, None,
            ``""`` and ``[]``.
        self_value
            Value of ``.``.
        today
            What ``today()`` gives; the current day of this machine if None.
        """
        return self._run(_Scope(values, self_value, today))

    def holds(
        self, values: Mapping[str, object], *, self_value: object = None, today: date | None = None
    ) -> bool:
        """Whether the expression is true: a number other than 0, a text or list that is not empty.

        Examples
        --------
        >>> parse("${meetings} >= 4").holds({"meetings": "5"})
        True
        >>> parse("${meetings} >= 4").holds({})
        False
        """
        return _truth(self._run(_Scope(values, self_value, today)))

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(parse, of_options=bool(self.attributes)), (self.text,)


@cache
def parse(text: str, *, of_options: bool = False) -> Expression:
    """Expression of a text; bare names are attributes in a filter ``of_options``, and else an error.

    Raises
    ------
    ExpressionError
        If the text is not an expression of the dialect; the position is where reading broke off.
    """
    if len(text) > LONGEST_TEXT:
        raise ExpressionError("campaign.expression_too_long", LONGEST_TEXT, longest=LONGEST_TEXT)
    tokens = _scan(text, of_options)
    tree = _tree_of(text, "".join(token.xpath for token in tokens))
    try:
        run = _compile(tree, DEEPEST)
    except _NoMeaningError as error:
        raise ExpressionError("campaign.expression_syntax", error.position) from None
    except _TooDeepError:
        raise ExpressionError("campaign.expression_too_deep", 1, deepest=DEEPEST) from None
    names = frozenset(token.name for token in tokens if token.name)
    attributes = frozenset(token.attribute for token in tokens if token.attribute)
    return Expression(text, names, any(token.xpath == "." for token in tokens), run, attributes)


# -- reading -------------------------------------------------------------------------------------------

_ID = r"[a-z][a-z0-9_]*"
_SCANNER: Final = re.compile(
    rf"""(?P<space>\s+)
    |(?P<text>'[^']*'|"[^"]*")
    |\$\{{(?P<name>{_ID}(?:/{_ID})?)\}}
    |(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)
    |(?P<word>[A-Za-z][A-Za-z0-9_-]*)
    |(?P<sign><=|>=|!=|[-+*=<>(),.])""",
    re.VERBOSE,
)
_OPERATORS: Final = {"and", "or", "div", "mod"}


@dataclass(frozen=True)
class _Token:
    xpath: str
    name: str = ""
    attribute: str = ""


def _scan(text: str, of_options: bool) -> list[_Token]:
    tokens, at = [], 0
    while at < len(text):
        found = _SCANNER.match(text, at)
        if found is None:
            raise ExpressionError("campaign.expression_syntax", at + 1)
        tokens.append(_token(found, text, of_options))
        at = found.end()
    return tokens


def _token(found: re.Match[str], text: str, of_options: bool) -> _Token:
    if name := found["name"]:
        # `${a}` and `$n_a` are equally long; the prefix keeps a field named `and` from being an operator
        return _Token(f"$n_{name.replace('/', '.')}", name)
    if word := found["word"]:
        called = text[found.end() :].lstrip().startswith("(")
        if of_options and not called and word not in _OPERATORS:
            return _Token(word, attribute=word)
        _check_word(word, found.start(), called)
    # to the parser every kind of Unicode space is one plain space
    return _Token(" " * len(found[0])) if found["space"] else _Token(found[0])


def _check_word(word: str, start: int, called: bool) -> None:
    if word in _OPERATORS or (called and word in FUNCTIONS):
        return
    if called:
        raise ExpressionError(
            "campaign.expression_function", start + 1, name=word, allowed=", ".join(sorted(FUNCTIONS))
        )
    raise ExpressionError("campaign.expression_bare_name", start + 1, name=word)


@cache
def _parser() -> "type[Parser[Any]]":
    from elementpath import XPath1Parser  # takes a tenth of a second, which --help should not cost

    class FormParser(XPath1Parser):
        """XPath 1.0 with the functions of XLSForm."""

    for name, arity in FUNCTIONS.items():
        if name not in XPath1Parser.symbol_table:
            FormParser.function(name, nargs=arity)
    FormParser.build()
    return FormParser


def _tree_of(text: str, xpath: str) -> Any:
    from elementpath import ElementPathError
    from elementpath.tdop import Parser

    try:
        # the grammar alone: XPath1Parser.parse would also evaluate the tree, with XPath's meaning
        return Parser.parse(_parser()(), xpath)
    except ElementPathError as error:
        span = getattr(error.token, "span", None) or (len(text), len(text))
        raise ExpressionError("campaign.expression_syntax", span[0] + 1) from None
    except RecursionError:
        raise ExpressionError("campaign.expression_too_deep", 1, deepest=DEEPEST) from None


# -- meaning -------------------------------------------------------------------------------------------


class _NoMeaningError(Exception):
    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


class _TooDeepError(Exception):
    pass


class _EmptyText(str):
    """The literal ``''``: comparing with it asks whether a value is empty."""


def _compile(token: Any, depth: int) -> _Step:
    if depth == 0:
        raise _TooDeepError
    symbol = token.symbol
    leaf = _compile_leaf(token, symbol)
    if leaf is not None:
        return leaf
    parts = [_compile(part, depth - 1) for part in token]
    if symbol == "(" and len(parts) == 1:
        return parts[0]
    if symbol in FUNCTIONS and len(parts) == FUNCTIONS[symbol]:
        return _CALLS[symbol](*parts)
    if symbol == "-" and len(parts) == 1:
        return _binary(lambda left, right: _arithmetic("-", left, right), lambda _: 0.0, parts[0])
    if len(parts) == 2 and symbol in _BINARY:
        return _BINARY[symbol](*parts)
    raise _NoMeaningError(token.span[0] + 1)


def _compile_leaf(token: Any, symbol: str) -> _Step | None:
    if symbol == "$":
        name = token[0].value.removeprefix("n_").replace(".", "/")
        return lambda scope: _plain(scope.values.get(name))
    if symbol == "(name)":
        attribute = f"@{token.value}"
        return lambda scope: _plain(scope.values.get(attribute))
    if symbol == ".":
        return lambda scope: _plain(scope.self_value)
    if symbol == "(string)":
        literal = token.value or _EmptyText()
        return lambda _: literal
    if symbol in ("(integer)", "(decimal)", "(float)"):
        value = float(str(token.value))
        return lambda _: value
    return None


def _binary(operation: Callable[[object, object], object], left: _Step, right: _Step) -> _Step:
    return lambda scope: operation(left(scope), right(scope))


def _comparison(symbol: str) -> Callable[[_Step, _Step], _Step]:
    return lambda left, right: _binary(lambda a, b: _compare(symbol, a, b), left, right)


def _calculation(symbol: str) -> Callable[[_Step, _Step], _Step]:
    return lambda left, right: _binary(lambda a, b: _arithmetic(symbol, a, b), left, right)


_BINARY: Final[dict[str, Callable[[_Step, _Step], _Step]]] = {
    "and": lambda left, right: lambda scope: _truth(left(scope)) and _truth(right(scope)),
    "or": lambda left, right: lambda scope: _truth(left(scope)) or _truth(right(scope)),
    **{symbol: _comparison(symbol) for symbol in ("=", "!=", "<", "<=", ">", ">=")},
    **{symbol: _calculation(symbol) for symbol in ("+", "-", "*", "div", "mod")},
}

_CALLS: Final[dict[str, Callable[..., _Step]]] = {
    "count": lambda items: lambda scope: float(len(_items(items(scope)))),
    "count-selected": lambda options: lambda scope: float(len(_options(options(scope)))),
    "if": lambda condition, yes, no: lambda scope: yes(scope) if _truth(condition(scope)) else no(scope),
    "not": lambda condition: lambda scope: not _truth(condition(scope)),
    "selected": lambda options, wanted: lambda scope: wanted(scope) in _options(options(scope)),
    "string-length": lambda text: lambda scope: float(len(_text(text(scope)))),
    "sum": lambda items: (
        lambda scope: math.fsum(value for value in map(_number, _items(items(scope))) if value is not None)
    ),
    "today": lambda: lambda scope: scope.today or date.today(),
}


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


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if _is_empty(value) else [value]


def _options(value: object) -> list[str]:
    return [part for item in _items(value) for part in _text(item).split()]


def _is_empty(value: object) -> bool:
    return value is None or value == "" or value == []


def _truth(value: object) -> bool:
    return not _is_empty(value) and value != 0


def _text(value: object) -> str:
    if _is_empty(value):
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _number(value: object) -> float | None:
    """Number of a value, days since 1970 for a date; None if it is neither."""
    if isinstance(value, list):
        return _number(value[0]) if len(value) == 1 else None
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
        return float(text)
    if _DATE.fullmatch(text):
        try:
            return float(date.fromisoformat(text).toordinal() - _EPOCH)
        except ValueError:
            return None
    return None


def _compare(symbol: str, left: object, right: object) -> bool:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, _EmptyText):
            return _is_empty(other) if symbol == "=" else symbol == "!=" and not _is_empty(other)
    if _is_empty(left) or _is_empty(right):
        return False
    # as in XPath, a comparison holds for a list if it holds for any of its items
    return any(_compare_one(symbol, a, b) for a in _items(left) for b in _items(right))


def _compare_one(symbol: str, left: object, right: object) -> bool:
    if symbol in ("=", "!=") and isinstance(left, str) and isinstance(right, str):
        return (left == right) == (symbol == "=")
    a, b = _number(left), _number(right)
    if a is None or b is None:
        return symbol == "!="
    return _ORDERS[symbol](a, b)


_ORDERS: Final[dict[str, Callable[[float, float], bool]]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _arithmetic(symbol: str, left: object, right: object) -> float | None:
    a, b = _number(left), _number(right)
    if a is None or b is None or (symbol in ("div", "mod") and b == 0):
        return None
    try:
        value = _OPERATIONS[symbol](a, b)
    except (OverflowError, ValueError):
        return None
    return value if math.isfinite(value) else None


_OPERATIONS: Final[dict[str, Callable[[float, float], float]]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "mod": math.fmod,
}
