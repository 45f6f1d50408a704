"""Mistakes in the expressions of forms and of the measures over them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pbwidgets.campaign.derived import find_circle
from pbwidgets.campaign.expressions import ExpressionError
from pbwidgets.campaign.findings import Address, Finding
from pbwidgets.campaign.known import Known, find_in_expression, read_expression, values_of_unit, walk_criteria
from pbwidgets.campaign.literals import Values, settle_labels, values_of
from pbwidgets.campaign.model import Campaign, Field, Form
from pbwidgets.campaign.names import Place, named_places, places
from pbwidgets.campaign.names_of_entries import values_of_entry, values_of_row
from pbwidgets.campaign.options import NAME_OF_OPTION
from pbwidgets.campaign.rules import conditions_in

_LOGIC: Final = ("relevant", "constraint", "calculation", "choice_filter")


@dataclass(frozen=True)
class _Site:
    """Where an expression over the fields of a form stands, and what its names can be."""

    text: str
    address: Address
    names: Mapping[str, Values]
    dot: Values | None
    attributes: frozenset[str] | None
    ids: tuple[Address, ...]


def find_in_expressions(campaign: Campaign) -> Iterator[Finding]:
    """Mistakes in the expressions of forms, and of measures over their fields."""
    for site in _sites(campaign):
        yield from find_in_expression(
            site.text,
            site.address,
            site.names,
            dot=site.dot,
            attributes=site.attributes,
            rests_on=site.ids,
        )
    for at, form in enumerate(campaign.forms):
        yield from _find_circle(form, ("forms", at))


def replace_labels(campaign: Campaign, data: dict[str, Any]) -> tuple[Finding, ...]:
    """Put ids into the data of a campaign wherever an expression has a label, and say so.

    Parameters
    ----------
    campaign
        The campaign that was made of the data.
    data
        Changed in place.
    """
    notes = []
    for site in (*_sites(campaign), *_sites_over_measures(campaign)):
        expression = read_expression(site.text, of_options=site.attributes is not None)
        if isinstance(expression, ExpressionError):
            continue
        text, settled = settle_labels(expression, site.names, site.dot)
        notes += [
            Finding("campaign.label_for_option", site.address, {"value": label, "id": option})
            for label, option in settled
        ]
        if settled:
            around: Any = data
            for part in site.address[:-1]:
                around = around[part]
            around[site.address[-1]] = text
    return tuple(notes)


def _sites(campaign: Campaign) -> Iterator[_Site]:
    for at, form in enumerate(campaign.forms):
        ids = _addresses(form, ("forms", at))
        names = {
            repeat: _names(campaign, form, repeat) for repeat in {place.repeat for place in places(form)}
        }
        for place in places(form):
            for key in _LOGIC:
                text: str | None = getattr(place.field, key)
                if text is None or (key == "choice_filter" and place.field.choices is None):
                    continue
                address = ("forms", at, *place.address, key)
                dot = values_of(place.field, campaign.choices) if key == "constraint" else None
                asked = _attributes(campaign, place.field) if key == "choice_filter" else None
                yield _Site(text, address, names[place.repeat], dot, asked, ids)
    yield from _sites_of_measures(campaign)


def _sites_of_measures(campaign: Campaign) -> Iterator[_Site]:
    forms = {form.id: (at, form) for at, form in reversed(list(enumerate(campaign.forms)))}
    for number, measure in enumerate(campaign.measures):
        if measure.form not in forms:
            continue
        at, form = forms[measure.form]
        by_path = {place.path: place for place in places(form)}
        counted = by_path.get(measure.field or "")
        row = "" if counted is None else counted.path if counted.field.type == "repeat" else counted.repeat
        for key, repeat in (("where", row), ("not_applicable_when", "")):
            text: str | None = getattr(measure, key)
            if text is not None:
                names, ids = _names(campaign, form, repeat), _addresses(form, ("forms", at))
                names |= values_of_entry(campaign, form, repeat)
                yield _Site(text, ("measures", number, key), names, None, None, ids)


def _sites_over_measures(campaign: Campaign) -> Iterator[_Site]:
    names = Known.of(campaign).measured
    for text, address in _conditions(campaign):
        if text is not None:
            yield _Site(text, address, names, None, None, ())


def _conditions(campaign: Campaign) -> Iterator[tuple[str | None, Address]]:
    """Expressions over measures with their addresses."""
    for at, item in enumerate(campaign.derived):
        yield item.expression, ("derived", at, "expression")
    for number, track in enumerate(campaign.tracks):
        address: Address = ("tracks", number)
        for at, gate in enumerate(track.gates):
            yield gate.when, (*address, "gates", at, "when")
        for at, flag in enumerate(track.classes.flags if track.classes else ()):
            yield flag.when, (*address, "classes", "flags", at, "when")
        for criterion, here in walk_criteria(track.criteria, (*address, "criteria")):
            yield from (
                (text, (*here, "rule", key, at, "when")) for key, at, text in conditions_in(criterion.rule)
            )
            for key in ("not_applicable", "exemption"):
                yield getattr(getattr(criterion, key), "when", None), (*here, key, "when")


def _names(campaign: Campaign, form: Form, repeat: str) -> dict[str, Values]:
    asked = named_places(form, repeat)
    return {
        **values_of_unit(campaign),
        **values_of_row(campaign, form, repeat),
        **{name: values_of(place.field, campaign.choices) for name, place in asked.items()},
    }


def _attributes(campaign: Campaign, field: Field) -> frozenset[str]:
    """What a filter may ask of the options of a field."""
    listed = campaign.choices.get(field.choices or "", ())
    return frozenset((NAME_OF_OPTION, *(key for choice in listed for key in choice.attributes)))


def _addresses(form: Form, address: Address) -> tuple[Address, ...]:
    return tuple((*address, *place.address, "id") for place in places(form))


# -- circles -------------------------------------------------------------------------------------------


def _find_circle(form: Form, address: Address) -> Iterator[Finding]:
    """A finding if fields rest on each other in a circle, by relevance or calculation."""
    every = {place.path: place for place in places(form) if place.field.type != "group"}
    circle = find_circle({path: _rests_on(form, place, every) for path, place in every.items()})
    if circle:
        here = next((every[path] for path in circle if _own(every[path])), every[circle[0]])
        key = _own(here) or "id"
        args = {"circle": " → ".join(circle)}
        yield Finding("campaign.expressions_in_circle", (*address, *here.address, key), args)


def _own(place: Place) -> str:
    return "calculation" if place.field.calculation else "relevant" if place.field.relevant else ""


def _rests_on(form: Form, place: Place, every: Mapping[str, Place]) -> set[str]:
    """Paths of what decides on a field's answer: the names it asks for, and the repeat around it."""
    texts = [(field.relevant, "") for field in place.around]
    texts += [(place.field.relevant, place.repeat), (place.field.calculation, place.repeat)]
    found = {place.repeat} if place.repeat else set()
    for text, repeat in texts:
        expression = read_expression(text) if text else None
        if expression is not None and not isinstance(expression, ExpressionError):
            named = named_places(form, repeat)
            found |= {named[name].path for name in expression.names if name in named}
    return found & every.keys()
