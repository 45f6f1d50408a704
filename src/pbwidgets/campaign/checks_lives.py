"""Mistakes in how entries live: steps and states, whose hand may change them, what they keep, and their fixed rows."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pbwidgets.campaign.expressions import Expression
from pbwidgets.campaign.findings import Address, Finding, unknown
from pbwidgets.campaign.known import Known, find_in_expression, find_repeated, read_expression, values_of_unit
from pbwidgets.campaign.life import FILLER, UNIT, Life, Prefill
from pbwidgets.campaign.literals import Values, values_of
from pbwidgets.campaign.model import Campaign, Field, Form, Measure
from pbwidgets.campaign.names import Place, named_places, places
from pbwidgets.campaign.names_of_entries import values_of_row

_NO_TITLE: Final = ("image", "file", "select_multiple")
_WITH_ROWS: Final = ("min_count", "max_count", "may_be_none")
_TABLES: Final[tuple[Address, ...]] = (("tables",),)


def find_in_lives(campaign: Campaign, known: Known) -> Iterator[Finding]:
    """Mistakes in lives, titles, hands, keeps and fixed rows of all forms."""
    for at, form in enumerate(campaign.forms):
        address: Address = ("forms", at)
        yield from _find_in_title(form, address)
        yield from _find_in_keeps(campaign, form, address, known)
        if form.prefill is not None:
            yield from _find_in_prefill(campaign, form, form.prefill, (*address, "prefill"), known)
        if form.life is not None:
            beside = {place.path: place for place in places(form) if place.is_leaf and not place.repeat}
            yield from _find_in_life(campaign, form, form.life, beside, (*address, "life"))
        for place in places(form):
            here = (*address, *place.address)
            yield from _find_in_hand(campaign, form, place, here)
            if place.field.type == "unit":
                for which, kind in enumerate(place.field.kinds):
                    yield from known.refer("unit_kinds", kind, (*here, "kinds", which))
            if place.field.type == "repeat":
                yield from _find_in_rows(campaign, form, place.field, here)


# -- what an entry is called and begins with ------------------------------------------------------------


def _find_in_title(form: Form, address: Address) -> Iterator[Finding]:
    if form.title is None:
        return
    here = (*address, "title")
    fields = {place.path: place.field for place in places(form) if place.is_leaf and not place.repeat}
    field = fields.get(form.title)
    if field is None:
        allowed = [path for path, one in fields.items() if one.type not in _NO_TITLE and not one.is_sensitive]
        yield unknown("campaign.unknown_field", here, form.title, allowed, ((*address, "fields"),))
    elif field.type in _NO_TITLE:
        args = {"field": field.id, "type": field.type}
        yield Finding("campaign.title_unfit", here, args, ((*address, "fields"),))
    elif field.is_sensitive:  # a title stands in lists, reports and snapshots
        yield Finding("campaign.title_hidden", here, {"field": field.id}, ((*address, "fields"),))


def _find_in_prefill(
    campaign: Campaign, form: Form, prefill: Prefill, address: Address, known: Known
) -> Iterator[Finding]:
    """A form that is not there, or from which nothing can come; of another campaign nothing is known here."""
    if prefill.campaign not in (None, campaign.id):
        return
    yield from known.refer("forms", prefill.form, (*address, "form"))
    source = next((one for one in campaign.forms if one.id == prefill.form), None)
    if source is None:
        return
    rests_on: tuple[Address, ...] = (("forms",),)
    shared = {(path, field.type) for path, field in source.leaves()} & {
        (path, field.type) for path, field in form.leaves()
    }
    whole = source.id == form.id and form.lasts == "campaign" and form.occurrence == "once"
    if source.survey is not None or not shared or whole or not set(source.unit_kind) & set(form.unit_kind):
        yield Finding("campaign.prefill_of_nothing", (*address, "form"), {"form": source.id}, rests_on)
    shown = dict(form.leaves())
    for path, field in source.leaves():
        if path in shown and field.is_sensitive and not shown[path].is_sensitive:
            yield Finding("campaign.prefill_shows", address, {"field": path, "form": source.id}, rests_on)


def _find_in_keeps(campaign: Campaign, form: Form, address: Address, known: Known) -> Iterator[Finding]:
    for at, keep in enumerate(form.keeps):
        here = (*address, "keeps", at, "measure")
        yield from known.refer("measures", keep.measure, here)
        measure = next((one for one in campaign.every_measure if one.id == keep.measure), None)
        if measure is None:
            continue
        rests_on: tuple[Address, ...] = (("measures",),)
        if not isinstance(measure, Measure) or measure.aggregate != "running":
            yield Finding("campaign.keep_not_running", here, {"measure": keep.measure}, rests_on)
        elif measure.form != form.id or measure.over != "unit":
            args = {"measure": keep.measure, "form": form.id}
            yield Finding("campaign.keep_of_others", here, args, rests_on)


# -- whose hand -----------------------------------------------------------------------------------------


def _find_in_hand(campaign: Campaign, form: Form, place: Place, address: Address) -> Iterator[Finding]:
    """A hand that is no unit, level or field of units, or that could be two of them."""
    later = place.field.later
    if later is None or later.by in (FILLER, UNIT):
        return
    here = (*address, "later", "by")
    levels = [level.id for level in campaign.review_levels]
    pointing = [
        other.field.id
        for other in places(form)
        if other.field.type == "unit" and other.repeat in ("", place.repeat)
    ]
    rests_on: tuple[Address, ...] = (("review_levels",), address[:2])
    if later.by not in (*levels, *pointing):
        yield unknown("campaign.unknown_hand", here, later.by, [FILLER, UNIT, *levels, *pointing], rests_on)
    elif later.by in levels and later.by in pointing:
        yield Finding("campaign.hand_of_two", here, {"value": later.by}, rests_on)


# -- steps and states -----------------------------------------------------------------------------------


def _find_in_life(
    campaign: Campaign,
    form: Form,
    life: Life,
    beside: Mapping[str, Place],
    address: Address,
    repeat: str = "",
    columns: Iterable[str] = (),
) -> Iterator[Finding]:
    """Mistakes in a life of the fields beside it, by their ids, and of dates in columns of the table."""
    if life.state is None:
        yield from _find_in_steps(campaign, form, life, beside, address, repeat)
    else:
        yield from _find_in_state(campaign, life, life.state, beside, address)
    dates = [*columns, *_dates(beside)]
    if life.due is not None and life.due not in dates:
        yield _unknown_date(life.due, dates, (*address, "due"))


def _dates(beside: Mapping[str, Place]) -> list[str]:
    return [name for name, place in beside.items() if place.field.type == "date"]


def _unknown_date(value: str, allowed: Iterable[str], address: Address) -> Finding:
    return unknown("campaign.life_needs_date", address, value, allowed, (address[:2], *_TABLES))


def _find_in_steps(
    campaign: Campaign, form: Form, life: Life, beside: Mapping[str, Place], address: Address, repeat: str
) -> Iterator[Finding]:
    dates = _dates(beside)
    yield from find_repeated(
        (step.field, (*address, "steps", at, "field")) for at, step in enumerate(life.steps)
    )
    for at, step in enumerate(life.steps):
        here = (*address, "steps", at)
        if step.field not in dates:
            yield _unknown_date(step.field, dates, (*here, "field"))
        if step.when is not None:
            names: dict[str, Values] = {
                **values_of_unit(campaign),
                **values_of_row(campaign, form, repeat),
                **{
                    name: values_of(place.field, campaign.choices)
                    for name, place in named_places(form, repeat).items()
                },
            }
            yield from find_in_expression(step.when, (*here, "when"), names, rests_on=(address[:2],))
    if life.steps[0].within_days is not None:
        yield Finding("campaign.first_step_within", (*address, "steps", 0, "within_days"), {})
    for key in ("begun", "done"):
        if getattr(life, key):
            yield Finding(
                "campaign.life_of_steps_only", (*address, key), {"key": key}, ((*address, "steps"),)
            )


def _find_in_state(
    campaign: Campaign, life: Life, state: str, beside: Mapping[str, Place], address: Address
) -> Iterator[Finding]:
    rests_on: tuple[Address, ...] = (address[:2], ("choices",))
    fields = {name: place.field for name, place in beside.items() if place.field.type == "select_one"}
    if state not in fields:
        yield unknown("campaign.life_needs_choice", (*address, "state"), state, fields, rests_on)
        return
    options = [option.id for option in campaign.choices.get(fields[state].choices or "", ())]
    for key in ("begun", "done"):
        for at, option in enumerate(getattr(life, key)):
            if options and option not in options:
                yield unknown("campaign.unknown_option", (*address, key, at), option, options, rests_on)
            if key == "done" and option in life.begun:
                yield Finding("campaign.begun_and_done", (*address, key, at), {"value": option})
    if not life.done:
        yield Finding("campaign.life_never_done", address, {"state": state}, ((*address, "done"),))
    if life.skipped == "refuse":
        yield Finding("campaign.life_without_steps", (*address, "skipped"), {}, ((*address, "steps"),))


# -- fixed rows -----------------------------------------------------------------------------------------


def _find_in_rows(campaign: Campaign, form: Form, repeat: Field, address: Address) -> Iterator[Finding]:
    if repeat.rows is None:
        for key in ("when", "life"):
            if getattr(repeat, key) is not None:
                args = {"key": key, "field": repeat.id}
                yield Finding("campaign.needs_rows", (*address, key), args, ((*address, "rows"),))
        return
    if repeat.rows not in campaign.tables:
        yield unknown("campaign.unknown_table", (*address, "rows"), repeat.rows, campaign.tables, _TABLES)
        return
    for key in _WITH_ROWS:
        if getattr(repeat, key):
            args = {"key": key, "field": repeat.id}
            yield Finding("campaign.not_with_rows", (*address, key), args, ((*address, "rows"),))
    columns = values_of_row(campaign, form, repeat.id)
    yield from _find_in_having(campaign, repeat, columns, (*address, "when"))
    if repeat.life is not None:
        beside = {
            place.field.id: place for place in places(form) if place.is_leaf and place.repeat == repeat.id
        }
        here = (*address, "life")
        dated = [name for name, values in columns.items() if values == "date" and "/" in name]
        yield from _find_in_life(campaign, form, repeat.life, beside, here, repeat.id, dated)


def _find_in_having(
    campaign: Campaign, repeat: Field, columns: Mapping[str, Values], address: Address
) -> Iterator[Finding]:
    """Mistakes in the condition of the rows that a unit has."""
    if repeat.when is None:
        return
    names = {**values_of_unit(campaign), **columns}
    yield from find_in_expression(repeat.when, address, names, rests_on=_TABLES)
    expression = read_expression(repeat.when)
    if isinstance(expression, Expression) and not expression.names:
        yield Finding("campaign.rows_when_same", address, {"text": repeat.when})
