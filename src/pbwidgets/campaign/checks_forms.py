"""Mistakes in forms: fields that lack something, have settings without a meaning, or ask for unknown names."""

from collections.abc import Iterator
from typing import Final

from pbwidgets.campaign.definition import ASKED, Text
from pbwidgets.campaign.findings import Address, Finding, unknown
from pbwidgets.campaign.known import Known, find_repeated, find_repeated_ids, find_reserved
from pbwidgets.campaign.model import Campaign, Field, Form
from pbwidgets.campaign.names import Place, names_in, places
from pbwidgets.campaign.options import NAME_OF_OPTION

NUMBERS: Final = ("integer", "decimal")
SELECTS: Final = ("select_one", "select_multiple")
_HOLDERS: Final = ("group", "repeat")
_ENTERED: Final = (*NUMBERS, *SELECTS, "text", "date", "unit", "image", "file")

_NEEDED: Final = {"choices": SELECTS, "fields": _HOLDERS, "calculation": ("calculate",)}
_MEANT_FOR: Final = {
    **_NEEDED,
    "choice_filter": SELECTS,
    "constraint": _ENTERED,
    "constraint_message": _ENTERED,
    "may_be_none": ("repeat",),
    "max_count": ("repeat", "select_multiple", "image", "file"),
    "max_length": ("text",),
    "maximum": NUMBERS,
    "min_count": ("repeat", "select_multiple", "image", "file"),
    "minimum": NUMBERS,
    "required": _ENTERED,
    "unit": (*NUMBERS, "calculate"),
    # on a group or repeat it would not reach the fields inside, which would then be shown
    "sensitive": (*_ENTERED, "calculate"),
    "identifies": ("text",),
    "kinds": ("unit",),
    "later": (*_ENTERED, *_HOLDERS),
    "rows": ("repeat",),
    "when": ("repeat",),
    "life": ("repeat",),
}


def find_in_forms(campaign: Campaign, known: Known) -> Iterator[Finding]:
    """Mistakes in choice lists and forms."""
    for name, choices in campaign.choices.items():
        yield from find_repeated_ids(choices, ("choices", name))
        if not choices:
            yield Finding("campaign.must_not_be_empty", ("choices", name))
    yield from find_repeated_ids(campaign.forms, ("forms",))
    for at, form in enumerate(campaign.forms):
        address: Address = ("forms", at)
        yield from known.refer_kinds(form.unit_kind, (*address, "unit_kind"))
        if form.filled_by is not None:
            yield from known.refer("review_levels", form.filled_by, (*address, "filled_by"))
        yield from _find_in_form(campaign, form, address, known)
        if form.survey is not None:
            yield from _find_in_survey(campaign, form, address)


def _find_in_survey(campaign: Campaign, form: Form, address: Address) -> Iterator[Finding]:
    """What would identify a person, or cannot be asked in an anonymous survey."""
    if form.survey is not None:
        yield from find_repeated_ids(form.survey.rater_kinds, (*address, "survey", "rater_kinds"))
    wrong: list[tuple[Address, str]] = []
    wrong += [((*address, "filled_by"), "filled_by")] if form.filled_by is not None else []
    wrong += [((*address, "occurrence"), "occurrence")] if form.occurrence == "many" else []
    wrong += [((*address, "lasts"), "lasts")] if form.lasts == "campaign" else []
    wrong += [((*address, key), key) for key in ("title", "life", "keeps", "prefill") if getattr(form, key)]
    for place in places(form):
        here = (*address, *place.address)
        shows = place.field.type in ("image", "file", "repeat", "unit")
        wrong += [((*here, "type"), place.field.type)] if shows else []
        wrong += [
            ((*here, key), key) for key in ("sensitive", "identifies", "later") if getattr(place.field, key)
        ]
    for where, what in wrong:
        yield Finding("campaign.not_in_survey", where, {"what": what}, ((*address, "survey"),))
    yield from _find_readers_of_survey(campaign, form.id)


def _find_readers_of_survey(campaign: Campaign, form_id: str) -> Iterator[Finding]:
    """Measures and tracks that would read a survey, whose answers are not submissions."""
    reading: list[Address] = [
        ("measures", at, "form") for at, measure in enumerate(campaign.measures) if measure.form == form_id
    ]
    reading += [
        ("tracks", at, "forms", number)
        for at, track in enumerate(campaign.tracks)
        for number, named in enumerate(track.forms)
        if named == form_id
    ]
    for where in reading:
        yield Finding("campaign.survey_not_scored", where, {"form": form_id})


def _find_in_form(campaign: Campaign, form: Form, address: Address, known: Known) -> Iterator[Finding]:
    found = list(places(form))
    yield from find_repeated((place.path, (*address, *place.address, "id")) for place in found)
    yield from find_reserved((place.field.id, (*address, *place.address, "id")) for place in found)
    for place in found:
        here = (*address, *place.address)
        yield from _find_in_shape(place, here)
        yield from _find_in_limits(place.field, here)
        if place.field.choices is not None:
            yield from known.refer("choices", place.field.choices, (*here, "choices"))
        ids = tuple((*address, *other.address, "id") for other in found)
        yield from _find_in_words(campaign, form, place, here, ids)


def _find_in_shape(place: Place, address: Address) -> Iterator[Finding]:
    field = place.field
    for key, kinds in _NEEDED.items():
        if field.type in kinds and not getattr(field, key):
            args = {"key": key, "type": field.type, "field": field.id}
            yield Finding("campaign.field_lacks", address, args, ((*address, key), (*address, "type")))
    for key, kinds in _MEANT_FOR.items():
        if field.type not in kinds and getattr(field, key) not in (None, False, ()):
            meant = {"key": key, "type": field.type, "allowed": ", ".join(kinds)}
            yield Finding("campaign.setting_without_meaning", (*address, key), meant, ((*address, "type"),))
    if field.type == "repeat" and place.repeat:
        yield Finding("campaign.repeat_in_repeat", (*address, "type"), {"field": field.id})
    if field.constraint_message is not None and field.constraint is None:
        rests_on = ((*address, "constraint"),)
        yield Finding("campaign.message_without_constraint", (*address, "constraint_message"), {}, rests_on)


def _find_in_limits(field: Field, address: Address) -> Iterator[Finding]:
    for low_key, high_key in (("minimum", "maximum"), ("min_count", "max_count")):
        low, high = getattr(field, low_key), getattr(field, high_key)
        if low is not None and high is not None and low > high:
            args = {"low_key": low_key, "low": low, "high_key": high_key, "high": high}
            yield Finding("campaign.range_reversed", (*address, low_key), args, ((*address, high_key),))


def _find_in_words(
    campaign: Campaign, form: Form, place: Place, address: Address, ids: tuple[Address, ...]
) -> Iterator[Finding]:
    """What is wrong in the words of a field and of its options: answers they show, names kept for us."""
    field = place.field
    names = names_in(form, place.repeat)
    for key in ("label", "hint", "constraint_message"):
        words: Text | None = getattr(field, key)
        if words is not None:
            yield from _find_asked(words, (*address, key), names, ids)
    here: Address = ("choices", field.choices or "")
    for at, choice in enumerate(campaign.choices.get(field.choices or "", ())):
        if NAME_OF_OPTION in choice.attributes:
            reserved = (*here, at, "attributes", NAME_OF_OPTION)
            yield Finding(
                "campaign.reserved_id", reserved, {"value": NAME_OF_OPTION}, ((*address, "choices"),)
            )
        yield from _find_asked(choice.label, (*here, at, "label"), names, ids)


def _find_asked(
    words: Text, address: Address, names: frozenset[str], rests_on: tuple[Address, ...]
) -> Iterator[Finding]:
    """Answers that words show, of fields that are not there."""
    for lang in ("zh", "en"):
        for name in dict.fromkeys(ASKED.findall(getattr(words, lang))):
            if name not in names:
                yield unknown("campaign.unknown_answer", (*address, lang), name, sorted(names), rests_on)
