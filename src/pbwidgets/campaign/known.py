"""The ids a campaign defines, and findings about names that are not defined."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from pbwidgets.campaign.expression_tree import OF_GROUPS, OF_TEXT, Node
from pbwidgets.campaign.expressions import Expression, ExpressionError, parse
from pbwidgets.campaign.findings import Address, Finding, unknown
from pbwidgets.campaign.literals import FLAG, NUMBER, Values, find_in_literals, is_yes_or_no
from pbwidgets.campaign.model import Campaign, Choice, Criterion, kinds_above
from pbwidgets.campaign.names import RESERVED, UNIT_DOMAIN, UNIT_KIND, UNIT_NAMES

Section = Literal["unit_kinds", "review_levels", "layers", "choices", "forms", "measures"]

_CODES: Final[Mapping[Section, str]] = {
    "unit_kinds": "campaign.unknown_unit_kind",
    "review_levels": "campaign.unknown_level",
    "layers": "campaign.unknown_layer",
    "choices": "campaign.unknown_choices",
    "forms": "campaign.unknown_form",
    "measures": "campaign.unknown_measure",
}


_REFUSED: Final = {True: "campaign.expression_of_groups", False: "campaign.expression_of_text"}


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


def values_of_unit(campaign: Campaign) -> dict[str, Values]:
    """What kind and domain of a unit can be, by the names that expressions have for them."""
    kinds = tuple(Choice(id=kind.id, label=kind.name) for kind in campaign.unit_kinds)
    return {UNIT_KIND: kinds, UNIT_DOMAIN: "any"}


def find_reserved(
    ids: Iterable[tuple[str, Address]], reserved: Iterable[str] = RESERVED
) -> Iterator[Finding]:
    """A finding for every id that expressions have for unit, row or entry; ids come with their addresses."""
    taken = frozenset(reserved)
    for name, address in ids:
        if name in taken:
            yield Finding("campaign.reserved_id", address, {"value": name})


@dataclass(frozen=True)
class Known:
    """Ids of each section of a campaign with the addresses of their definitions, and what each measure can be."""

    ids: Mapping[Section, Mapping[str, Address]]
    measured: Mapping[str, Values]
    parents: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, campaign: Campaign) -> "Known":
        """Ids that the campaign defines."""
        ids: dict[Section, Mapping[str, Address]] = {
            "choices": {name: ("choices", name) for name in campaign.choices}
        }
        for section in _CODES:
            if section != "choices":
                items: Iterable[_HasId] = getattr(campaign, section)
                ids[section] = {item.id: (section, at, "id") for at, item in enumerate(items)}
        # a total carried over and what is derived from others are read like measures
        ids["measures"] = {
            **ids["measures"],
            **{item.id: ("carried", at, "id") for at, item in enumerate(campaign.carried)},
            **{item.id: ("derived", at, "id") for at, item in enumerate(campaign.derived)},
        }
        measured: dict[str, Values] = dict.fromkeys(ids["measures"], NUMBER)
        measured |= {item.id: options for item in campaign.measures if (options := campaign.options_of(item))}
        asked = {form.id: dict(form.leaves()) for form in campaign.forms}
        for item in campaign.measures:
            field = asked.get(item.form, {}).get(item.field or "")
            if (
                item.aggregate == "latest"
                and field
                and is_yes_or_no(campaign.choices.get(field.choices or "", ()))
            ):
                measured[item.id] = FLAG
        measured |= values_of_unit(campaign)
        return cls(ids, measured, {kind.id: kind.parents for kind in campaign.unit_kinds})

    def refer(self, section: Section, value: str, address: Address) -> Iterator[Finding]:
        """A finding if the section does not define that id."""
        defined = self.ids[section]
        if value not in defined:
            yield unknown(_CODES[section], address, value, defined, tuple(defined.values()))

    def refer_kinds(self, kinds: tuple[str, ...], address: Address) -> Iterator[Finding]:
        """Findings about kinds that the campaign does not define, or that are named twice."""
        for at, kind in enumerate(kinds):
            here = (*address, at) if len(kinds) > 1 else address
            yield from self.refer("unit_kinds", kind, here)
            if kind in kinds[:at]:
                yield Finding("campaign.kind_twice", here, {"kind": kind})

    def find_in_condition(
        self, text: str, address: Address, *, group: bool = True, more: Iterable[str] = ()
    ) -> Iterator[Finding]:
        """Findings about an expression over measures; without a group, there is no ``group_mean`` either.

        ``more`` are names of numbers that it has besides measures.
        """
        refused = OF_TEXT if group else OF_TEXT | OF_GROUPS
        rests_on = tuple(self.ids["measures"].values())
        names = {**dict.fromkeys(more, NUMBER), **self.measured}
        yield from find_in_expression(text, address, names, refused=refused, rests_on=rests_on)
        expression = read_expression(text)
        if isinstance(expression, Expression):
            for name in _find_computed_with(expression.tree):
                yield from self.find_chosen(name, address)

    def find_chosen(self, measure: str, address: Address) -> Iterator[Finding]:
        """A finding if a measure that is taken for a number tells which option was chosen."""
        if isinstance(self.measured.get(measure), tuple) or measure in UNIT_NAMES:
            rests_on = (("measures",), ("forms",), ("choices",))
            yield Finding("campaign.chosen_as_number", address, {"measure": measure}, rests_on)

    def kinds_above(self, *kinds: str) -> frozenset[str]:
        """Kinds that a unit of these kinds may hang under, at any height; itself only if it may hang under its like."""
        return kinds_above(self.parents, *kinds)


def walk_criteria(criteria: tuple[Criterion, ...], address: Address) -> Iterator[tuple[Criterion, Address]]:
    """Headings and lines of a score sheet with their addresses, each before those below it."""
    for at, criterion in enumerate(criteria):
        yield criterion, (*address, at)
        yield from walk_criteria(criterion.criteria, (*address, at, "criteria"))


def _find_computed_with(tree: Node) -> Iterator[str]:
    """Names whose value the expression computes with, orders or returns, instead of comparing it with a literal."""
    compared = {
        id(part)
        for node in tree.walk()
        if node.symbol in ("is_missing", "count")
        or (node.symbol in ("=", "!=", "selected") and any(one.symbol == "literal" for one in node.parts))
        for part in node.parts
    }
    yield from sorted(
        {str(node.value) for node in tree.walk() if node.symbol == "$" and id(node) not in compared}
    )


def find_repeated_ids(items: Sequence[_HasId], address: Address) -> Iterator[Finding]:
    """A finding for every id that an earlier item of the list has."""
    yield from find_repeated((item.id, (*address, at, "id")) for at, item in enumerate(items))


def find_repeated(ids: Iterable[tuple[str, Address]]) -> Iterator[Finding]:
    """A finding for every id that came before; ids come with their addresses."""
    seen: dict[str, Address] = {}
    for name, address in ids:
        if name in seen:
            yield Finding("campaign.repeated_id", address, {"value": name}, (seen[name],))
        seen.setdefault(name, address)


def find_in_expression(
    text: str,
    address: Address,
    names: Mapping[str, Values],
    *,
    dot: Values | None = None,
    attributes: Iterable[str] | None = None,
    refused: frozenset[str] = OF_GROUPS,
    labels: bool = True,
    rests_on: tuple[Address, ...] = (),
) -> Iterator[Finding]:
    """Findings about an expression: it cannot be read, names what is not there, or compares what cannot be equal.

    ``dot`` is what ``.`` can be where it is allowed, ``refused`` are functions that have no meaning there, and
    ``attributes`` are those of the options that a filter is about; None for any other expression. With ``labels``
    the label of an option may stand for its id.
    """
    expression = read_expression(text, of_options=attributes is not None)
    if isinstance(expression, ExpressionError):
        told = {key: value for key, value in expression.args_of_message.items() if key != "at"}
        yield Finding(expression.code, address, {"text": text, **told})
        return
    if expression.uses_self and dot is None:
        yield Finding("campaign.dot_only_in_constraint", address, {"text": text})
    allowed = sorted(names)
    for name in sorted(expression.names - set(allowed)):
        yield unknown("campaign.unknown_name", address, name, allowed, rests_on)
    for name in sorted(expression.attributes - {*(attributes or ())}):
        yield unknown("campaign.unknown_attribute", address, name, sorted(attributes or ()), rests_on)
    for name in sorted({node.symbol for node in expression.tree.walk()} & refused):
        yield Finding(_REFUSED[name in OF_GROUPS], address, {"name": name}, rests_on)
    yield from find_in_literals(expression, address, names, dot, rests_on, labels=labels)


def read_expression(text: str, *, of_options: bool = False) -> Expression | ExpressionError:
    """The expression of a text, or why there is none; see :func:`parse`."""
    try:
        return parse(text, of_options=of_options)
    except ExpressionError as error:
        return error
