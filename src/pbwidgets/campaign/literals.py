"""Literals in expressions: which of them no value can equal, and labels that stand where an id is meant."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeAlias

from pbwidgets.campaign.expression_meaning import to_number
from pbwidgets.campaign.expression_tree import Node
from pbwidgets.campaign.expressions import Expression
from pbwidgets.campaign.findings import Address, Finding, spelling
from pbwidgets.campaign.model import Choice, Field

NUMBER: Final[Literal["number"]] = "number"
FLAG: Final[Literal["flag"]] = "flag"
Values: TypeAlias = Literal["number", "flag", "date", "any"] | tuple[Choice, ...]
"""What the values of a name can be: numbers, 1 for yes and 0 for no, dates, choices, or anything."""

_COMPARISONS: Final = ("=", "!=", "<", "<=", ">", ">=")
_KINDS: Final[Mapping[str, Values]] = {"integer": NUMBER, "decimal": NUMBER, "date": "date", "repeat": "any"}
_TRUTHS: Final = ("true", "false")
_FLAGS: Final = {
    **dict.fromkeys(("是", "有", "yes", "true"), "1"),
    **dict.fromkeys(("否", "无", "没有", "no", "false"), "0"),
}


def values_of(field: Field, choices: Mapping[str, tuple[Choice, ...]]) -> Values:
    """What answers to a field can be; anything if it cannot be told."""
    if field.choices is not None:
        return choices.get(field.choices) or "any"
    return _KINDS.get(field.type, "any")


def is_yes_or_no(options: tuple[Choice, ...]) -> bool:
    """Whether a list of options is that of a yes/no question, whose answers count 1 and 0."""
    return {option.id for option in options} == {"yes", "no"}


def find_in_literals(
    expression: Expression,
    address: Address,
    names: Mapping[str, Values],
    dot: Values | None,
    rests_on: tuple[Address, ...],
    *,
    labels: bool,
) -> Iterator[Finding]:
    """A finding for every literal that is compared with a name and cannot be one of its values, nor its label."""
    for name, literal in _compared(expression):
        values = _values(name, names, dot)
        if labels and _find_labelled(literal.value, values) is not None:
            continue
        code, args = _find_wrong(literal, values)
        if code:
            shown = "." if name.symbol == "." else f"${{{name.value}}}"
            yield Finding(code, address, {"name": shown, **args}, (*rests_on, ("choices",)))


def settle_labels(
    expression: Expression, names: Mapping[str, Values], dot: Values | None
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The text of an expression with ids for labels, and those pairs of label and id.

    Examples
    --------
    >>> from pbwidgets.campaign.expressions import parse
    >>> from pbwidgets.campaign.model import Text
    >>> options = (Choice(id="good", label=Text(zh="好", en="Good")),)
    >>> settle_labels(parse("${grade} = '好'"), {"grade": options}, None)
    ("${grade} = 'good'", (('好', 'good'),))
    """
    text, settled = expression.text, []
    for name, literal in sorted(_compared(expression), key=lambda pair: -pair[1].start):
        found = _find_labelled(literal.value, _values(name, names, dot))
        if found is not None:
            end = literal.start + len(str(literal.value)) + 2
            text = f"{text[: literal.start]}'{found}'{text[end:]}"
            settled.append((str(literal.value), found))
    return text, tuple(reversed(settled))


def _compared(expression: Expression) -> Iterator[tuple[Node, Node]]:
    """Names and the literals that they are compared with, but for ``''``; ``true()`` and ``false()`` among them."""
    for node in expression.tree.walk():
        if node.symbol in _COMPARISONS or node.symbol == "selected":
            one, other = node.parts
            for name, literal in ((one, other), (other, one)):
                told = literal.symbol in _TRUTHS or (literal.symbol == "literal" and literal.value != "")
                if name.symbol in ("$", ".") and told:
                    yield name, literal


def _values(name: Node, names: Mapping[str, Values], dot: Values | None) -> Values:
    return (dot if name.symbol == "." else names.get(str(name.value))) or "any"


def _find_labelled(value: object, values: Values) -> str | None:
    """Id of the one option that has this label; None if it is an id itself."""
    if not isinstance(values, tuple) or any(option.id == value for option in values):
        return None
    found = [option.id for option in values if value in (option.label.zh, option.label.en)]
    return found[0] if len(found) == 1 else None


def _find_wrong(literal: Node, values: Values) -> tuple[str, dict[str, str]]:
    """Code and arguments of what is wrong with a literal; an empty code if nothing is."""
    value = f"{literal.symbol}()" if literal.symbol in _TRUTHS else literal.value
    if isinstance(values, tuple):
        if any(option.id == value or to_number(option.id) == value for option in values):
            return "", {}
        return "campaign.literal_not_option", _nearest_option(value, values)
    if values == "any" or (literal.symbol in _TRUTHS and values in (NUMBER, FLAG)):
        return "", {}
    number = to_number(value)
    if values == FLAG and number is not None and not 0 <= number <= 1:
        return "campaign.literal_not_flag", {"value": _shown(value)}
    if values in (NUMBER, FLAG):
        return ("", {}) if number is not None else _nearest_number(str(value))
    return _find_no_date(_shown(value))


def _nearest_number(value: str) -> tuple[str, dict[str, str]]:
    digits = re.search(r"[0-9]+(?:\.[0-9]+)?", value)
    nearest = digits[0] if digits else _FLAGS.get(value.strip().lower(), "0")
    return "campaign.literal_not_number", {"value": value, "nearest": nearest}


def _find_no_date(value: str) -> tuple[str, dict[str, str]]:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) and to_number(value) is not None:
        return "", {}
    parts = re.findall(r"[0-9]+", value)
    nearest = "-".join(part.zfill(2) for part in parts) if len(parts) == 3 else "2026-05-01"
    return "campaign.literal_not_date", {"value": value, "nearest": nearest}


def _nearest_option(value: str | float, options: tuple[Choice, ...]) -> dict[str, str]:
    shown = _shown(value)
    ids = {word: option.id for option in options for word in (option.id, option.label.zh, option.label.en)}
    args = spelling(shown, ids)
    allowed = "、".join(f"{option.id}（{option.label.zh}）" for option in options)
    return {"value": shown, "allowed": allowed, "nearest": ids.get(args["nearest"], "—")}


def _shown(value: str | float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
