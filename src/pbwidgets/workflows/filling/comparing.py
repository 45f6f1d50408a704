"""What has changed of a form: its answers since it was handed in, its questions by a newer version of the campaign."""

from collections.abc import Mapping
from typing import Any

from pbwidgets.campaign import Campaign, Change, compare_campaigns
from pbwidgets.forms.answer_changes import AnswerChange, compare_answers
from pbwidgets.forms.answer_words import NameFile
from pbwidgets.store import SubmissionKey, history
from pbwidgets.workflows.filling.access import check_filler
from pbwidgets.workflows.ground.desk import Desk, read_own
from pbwidgets.workflows.ground.lookup import unit_namer


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
    with read_own(desk, key) as reader:
        versions = history(reader, key)
    before = versions[-1].answers if versions else {}
    return compare_answers(
        form, desk.opened.campaign, before, answers, desk.lang, name_file, unit_namer(desk.units)
    )
