"""The words and the grammar of form expressions: from a text to a tree.

1. a scanner lets through only the words of the dialect, so that nothing else ever reaches the parser;
2. ``${field}`` becomes an XPath variable of the same length, so that positions stay true;
3. elementpath, whose grammar and precedences these are, makes the tree.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from pbwidgets.campaign.definition import Text
from pbwidgets.campaign.patterns import PatternError, read_pattern
from pbwidgets.errors import DataError

if TYPE_CHECKING:
    from elementpath.tdop import Parser

LONGEST_TEXT: Final = 2000
DEEPEST: Final = 60
FUNCTIONS: Final[dict[str, tuple[int, int | None]]] = {
    "abs": (1, 1),
    "ceiling": (1, 1),
    "coalesce": (2, None),
    "concat": (1, None),
    "count": (1, 1),
    "count-selected": (1, 1),
    "false": (0, 0),
    "floor": (1, 1),
    "group_mean": (1, 1),
    "if": (3, 3),
    "int": (1, 1),
    "is_missing": (1, 1),
    "max": (1, None),
    "min": (1, None),
    "not": (1, 1),
    "number": (1, 1),
    "regex": (2, 2),
    "round": (1, 2),
    "selected": (2, 2),
    "string-length": (1, 1),
    "sum": (1, 1),
    "today": (0, 0),
    "true": (0, 0),
}
"""Functions of the dialect: the fewest and the most arguments each takes, None for any number."""
OF_GROUPS: Final = frozenset({"group_mean"})
"""Functions that compare a unit with others, which only lines, gates and flags of a track can."""
OF_TEXT: Final = frozenset({"concat", "count-selected", "regex", "string-length"})
"""Functions of text, which measures are not."""


_ITSELF: Final = Text(zh="表达式", en="expression")


class ExpressionError(DataError):
    """An expression cannot be read; :attr:`position` is the character, from 1, where it breaks off.

    Who knows where the expression stands names the place as ``at``.
    """

    def __init__(self, code: str, position: int, **args: Any) -> None:
        super().__init__(code, **{"at": _ITSELF, "position": position, **args})

    @property
    def position(self) -> int:
        """Character of the expression, from 1."""
        return int(self.args_of_message["position"])


@dataclass(frozen=True)
class Node:
    """One operation, name or literal of an expression, with what it is applied to.

    Attributes
    ----------
    symbol
        An operator or function; ``$`` for a name (``@town`` for the attribute ``town`` of an option), ``.`` for
        the field itself, ``literal`` for a text or number.
    start
        Where it stands in the text, from 0; of an operator, the operator's own place.
    parts
        What it is applied to.
    value
        Name, or the text or number of a literal; empty for all others.
    """

    symbol: str
    start: int
    parts: tuple["Node", ...] = ()
    value: str | float = ""

    def walk(self) -> Iterator["Node"]:
        """The node and all below it."""
        yield self
        for part in self.parts:
            yield from part.walk()


def read_tree(text: str, *, of_options: bool = False) -> Node:
    """Tree of an expression; bare names are attributes in a filter ``of_options``, and else an error.

    Raises
    ------
    ExpressionError
        If the text is not an expression of the dialect.

    Examples
    --------
    >>> [node.symbol for node in read_tree("${meetings} >= 4").walk()]
    ['>=', '$', 'literal']
    """
    if len(text) > LONGEST_TEXT:
        raise ExpressionError("campaign.expression_too_long", LONGEST_TEXT, longest=LONGEST_TEXT)
    return _to_node(_parse(text, _scan(text, of_options)), DEEPEST)


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
_BINARY: Final = _OPERATORS | {"=", "!=", "<", "<=", ">", ">=", "+", "-", "*"}


def _scan(text: str, of_options: bool) -> str:
    """The expression as XPath, of the same length."""
    xpath, at = [], 0
    while at < len(text):
        found = _SCANNER.match(text, at)
        if found is None:
            raise ExpressionError("campaign.expression_syntax", at + 1)
        xpath.append(_to_xpath(found, text, of_options))
        at = found.end()
    return "".join(xpath)


def _to_xpath(found: re.Match[str], text: str, of_options: bool) -> str:
    if name := found["name"]:
        # `${a}` and `$_a ` are equally long; the prefix keeps a field named `and` from being an operator, and
        # the space a minus from being part of the name
        return f"$_{name.replace('/', '.')} "
    if word := found["word"]:
        called = text[found.end() :].lstrip().startswith("(")
        if called or not of_options:
            _check_word(word, found.start(), called)
    # to the parser every kind of Unicode space is one plain space
    return " " * len(found[0]) if found["space"] else found[0]


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
        """XPath 1.0 with the functions of the dialect alone; how many arguments they take is checked here."""

    for name in FUNCTIONS:
        FormParser.symbol_table.pop(name, None)  # this parser's own table
        FormParser.function(name, nargs=(0, None))
    FormParser.build()
    return FormParser


def _parse(text: str, xpath: str) -> Any:
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


def _to_node(token: Any, depth: int) -> Node:
    if depth == 0:
        raise ExpressionError("campaign.expression_too_deep", 1, deepest=DEEPEST)
    symbol, start = token.symbol, token.span[0]
    if symbol == "$":
        return Node("$", start, value=token[0].value.removeprefix("_").replace(".", "/"))
    if symbol == "(name)":
        return Node("$", start, value=f"@{token.value}")
    if symbol == ".":
        return Node(".", start)
    if symbol == "(string)":
        return Node("literal", start, value=token.value)
    if symbol in ("(integer)", "(decimal)", "(float)"):
        return Node("literal", start, value=float(str(token.value)))
    parts = tuple(_to_node(part, depth - 1) for part in token)
    if symbol == "(" and len(parts) == 1:
        return parts[0]
    if symbol in FUNCTIONS:
        return _to_call(symbol, start, parts)
    if (symbol in _BINARY and len(parts) == 2) or (symbol == "-" and len(parts) == 1):
        return Node(symbol, start, parts)
    raise ExpressionError("campaign.expression_syntax", start + 1)


def _to_call(name: str, start: int, parts: tuple[Node, ...]) -> Node:
    least, most = FUNCTIONS[name]
    if len(parts) < least or (most is not None and len(parts) > most):
        if most is None:
            raise ExpressionError(
                "campaign.expression_too_few", start + 1, name=name, wanted=least, given=len(parts)
            )
        wanted = str(least) if least == most else f"{least}-{most}"
        raise ExpressionError(
            "campaign.expression_arguments", start + 1, name=name, wanted=wanted, given=len(parts)
        )
    if name == "regex":
        _check_pattern(parts[1])
    return Node(name, start, parts)


def _check_pattern(pattern: Node) -> None:
    """Refuse a pattern that is computed or cannot be read, before it meets an answer."""
    if not isinstance(pattern.value, str) or pattern.symbol != "literal":
        raise ExpressionError("campaign.expression_pattern", pattern.start + 1, pattern="…")
    try:
        read_pattern(pattern.value)
    except PatternError:
        raise ExpressionError(
            "campaign.expression_pattern", pattern.start + 1, pattern=pattern.value
        ) from None
