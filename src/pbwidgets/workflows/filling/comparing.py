"""What differs between two sets of answers to a form, field by field, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from pbwidgets.campaign import Campaign, Change, Form, compare_campaigns, compute_answers, is_none, rows_in
from pbwidgets.campaign.answers import captions_of
from pbwidgets.campaign.names import Place, places
from pbwidgets.forms.answer_words import NameFile, word_answer
from pbwidgets.store import SubmissionKey, history
from pbwidgets.wording import say
from pbwidgets.workflows.filling.access import check_filler
from pbwidgets.workflows.ground.desk import Desk


@dataclass(frozen=True)
class AnswerChange:
    """One answer that differs.

    Attributes
    ----------
    label
        Label of the field, with the section and number of its row.
    before, after
        Both answers in words; empty for none.
    """

    label: str
    before: str
    after: str


def changes_of_form(old: Campaign, new: Campaign, form_id: str) -> tuple[Change, ...]:
    """What a newer version changes of a form, and of the lines on which its unit marks itself."""
    marked = {
        track.id
        for track in new.tracks
        if form_id in track.forms and any(new.layer(layer.id).level is None for layer in track.layers)
    }
    return tuple(
        change
        for change in compare_campaigns(old, new)
        if change.form_id == form_id
        or (change.part == "criterion" and change.address.partition(".")[0] in marked)
    )


def changes_since_last_version(
    desk: Desk, key: SubmissionKey, answers: Mapping[str, Any], name_file: NameFile | None = None
) -> tuple[AnswerChange, ...]:
    """What has changed since the form was last handed in; every answer if it never was.

    Raises
    ------
    RightsError
        If the actor may not fill this form for this unit.
    """
    form = check_filler(desk, key)
    with desk.workspace.store.read() as reader:
        versions = history(reader, key)
    before = versions[-1].answers if versions else {}
    return compare_answers(form, desk.opened.campaign, before, answers, desk.lang, name_file)


def compare_answers(
    form: Form,
    campaign: Campaign,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    lang: str,
    name_file: NameFile | None = None,
) -> tuple[AnswerChange, ...]:
    """Answers that differ, in the order of the form; rows of a repeat are compared by number."""
    old, new = compute_answers(form, before), compute_answers(form, after)
    every = list(places(form))

    captions = captions_of(form, campaign, new)

    def changes(
        place: Place, left: Mapping[str, Any], right: Mapping[str, Any], where: str, row: int | None
    ) -> None:
        one, other = left.get(place.field.id), right.get(place.field.id)
        if one != other:
            shown = [word_answer(place.field, item, campaign, lang, name_file) for item in (one, other)]
            label = captions.field(place.field, place.repeat, row).label.words(lang)
            found.append(AnswerChange(where + label, *shown))

    found: list[AnswerChange] = []
    for place in every:
        if place.is_leaf and not place.repeat:
            changes(place, old, new, "", 0)
        elif place.field.type == "repeat":
            section = captions.field(place.field).label.words(lang)
            inner = [item for item in every if item.repeat == place.field.id and item.is_leaf]
            rows: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]] = zip_longest(
                rows_in(old, place.path), rows_in(new, place.path), fillvalue={}
            )
            told = [is_none(place.field, answers.get(place.path)) for answers in (old, new)]
            if told[0] != told[1]:
                words = [say("forms.none_of_these", lang) if one else "" for one in told]
                found.append(AnswerChange(section, *words))
            for row, (left, right) in enumerate(rows):
                where = say("forms.in_row", lang, section=section, place=row + 1)
                for item in inner:
                    changes(item, left, right, where, row if row < len(rows_in(new, place.path)) else None)
    return tuple(found)
