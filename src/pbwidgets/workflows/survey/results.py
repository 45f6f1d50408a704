"""Survey answers about a unit, shown only once there are enough."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pbwidgets.campaign import Field
from pbwidgets.store.surveys import load_survey_answers
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened
from pbwidgets.workflows.survey.batches import find_rater_kind, find_survey


@dataclass(frozen=True)
class SurveyResult:
    """Answers about one unit by one kind of rater.

    Attributes
    ----------
    counts
        Number of answers by field (in the order of the form) and choice.
    remarks
        Texts by field, shuffled.
    """

    finished: int
    counts: Mapping[str, Mapping[str, int]]
    remarks: Mapping[str, tuple[str, ...]]


def survey_results(desk: Desk, form_id: str, unit_code: str, rater_kind: str) -> SurveyResult | None:
    """Answers about a unit by one kind of rater; None while there are fewer than the campaign requires.

    Raises
    ------
    DataError
        ``survey.unknown_form``, ``survey.unknown_rater_kind``.
    RightsError
        If the actor may not inspect this unit.
    """
    desk.authorise("inspect", unit_code)
    form = find_survey(desk.opened, form_id)
    find_rater_kind(form, rater_kind)
    least = form.survey.shown_from if form.survey else 0
    with desk.workspace.store.read() as reader:
        found = load_survey_answers(reader, *desk.opened.key, form_id, unit_code, rater_kind, least)
    if not found:
        return None
    fields = [(path, field) for path, field in form.leaves()]
    return SurveyResult(
        len(found),
        {
            path: _count(desk.opened, field, [answer.get(path) for answer in found])
            for path, field in fields
            if field.choices is not None
        },
        {
            path: tuple(str(answer[path]) for answer in found if answer.get(path) not in (None, ""))
            for path, field in fields
            if field.choices is None
        },
    )


def _count(opened: Opened, field: Field, given: list[Any]) -> dict[str, int]:
    chosen = [item for answer in given for item in (answer if isinstance(answer, list) else [answer])]
    choices = opened.campaign.choices[field.choices or ""]
    return {choice.id: chosen.count(choice.id) for choice in choices}
