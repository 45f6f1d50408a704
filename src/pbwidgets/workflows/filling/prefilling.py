"""What the same unit has answered before, with which a form begins or which is handed in again unchanged."""

from collections.abc import Callable, Mapping
from typing import Any

from pbwidgets.campaign import Form, compute_answers, examine_answers
from pbwidgets.campaign.values import UPLOADS
from pbwidgets.errors import UsageError
from pbwidgets.store import Reader, SubmissionKey, SubmissionState, history, known_periods
from pbwidgets.store.submissions import handed_in_answers, load_of_units
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.snapshots import counting_states
from pbwidgets.workflows.ground.workspace import Opened, day_of

Answers = Mapping[str, Any]
FindAnswers = Callable[[SubmissionState], Answers | None]


def prefill(reader: Reader, desk: Desk, form: Form, key: SubmissionKey) -> dict[str, Any]:
    """Answers with which a form begins: the unit's newest that count of the form it names, of fields of the same id.

    Left out are files, which belong to where they were given, what does not fit, and what identifies somebody there
    and would not here.

    Parameters
    ----------
    form
        The form as it is for the unit.
    """
    if form.prefill is None:
        return {}
    source = _find_opened(desk, form.prefill.campaign)
    asked = (
        next((one for one in source.campaign.forms if one.id == form.prefill.form), None) if source else None
    )
    if source is None or asked is None or asked.filled_by not in (None, form.filled_by):
        return {}

    def count(state: SubmissionState) -> Answers | None:
        return _counted_answers(reader, counting_states(source.campaign, asked), state)

    found = _find_newest(reader, source, asked.id, key, count)
    return _fitting(desk, form, asked, found or {})


def last_answers(reader: Reader, desk: Desk, form: Form, key: SubmissionKey) -> dict[str, Any]:
    """What the unit handed in of the same form in the newest period before that has any, as far as it still fits."""

    def given(state: SubmissionState) -> Answers | None:
        return handed_in_answers(reader, state)

    found = _find_newest(reader, desk.opened, form.id, key, given)
    return _fitting(desk, form, form, found or {})


def without_files(form: Form, answers: Answers) -> dict[str, Any]:
    """Answers without files: evidence belongs to where it was given."""
    return _without(answers, {path for path, field in form.leaves() if field.type in UPLOADS})


def _find_opened(desk: Desk, campaign_id: str | None) -> Opened | None:
    if campaign_id in (None, desk.opened.campaign.id):
        return desk.opened
    try:
        return desk.workspace.opened(campaign_id)
    except UsageError:  # not opened yet
        return None


def _find_newest(
    reader: Reader, source: Opened, form_id: str, key: SubmissionKey, find: FindAnswers
) -> Answers | None:
    """Answers of the newest submission of the unit that has any, of the newest period up to the opened one."""
    order = [period.id for period in source.campaign.periods if period.begins <= source.period.begins]
    opened = {period.period_id for period in known_periods(reader, source.campaign.id)}
    for period_id in reversed([one for one in order if one in opened]):
        states = load_of_units(reader, source.campaign.id, period_id, form_id, [key.unit_code])
        for state in sorted(states, key=lambda one: one.content_head, reverse=True):
            answers = None if state.key == key else find(state)
            if answers:
                return answers
    return None


def _counted_answers(reader: Reader, counting: tuple[str, ...], found: SubmissionState) -> Answers | None:
    """Answers of a submission that count now: the newest, or those that stand until an amendment counts."""
    if found.state in counting:
        return found.answers
    if found.standing_version is None:
        return None
    standing = next(one for one in history(reader, found.key) if one.version == found.standing_version)
    return standing.answers if standing.state in counting else None


def _fitting(desk: Desk, form: Form, asked: Form, answers: Answers) -> dict[str, Any]:
    """Those answers that the form asks for too and takes as they are."""
    tells = asked.identifying_paths() - form.identifying_paths()
    asked_too = {path for path, _ in form.leaves()} & {path for path, _ in asked.leaves()}
    kept = _without(without_files(form, without_files(asked, answers)), tells)
    kept = _without(kept, {path for path, _ in asked.leaves()} - asked_too)
    day = day_of(desk.now)
    _, problems = examine_answers(form, desk.opened.campaign, kept, complete=False, today=day)
    fits = _without(kept, {problem.path for problem in problems})
    return compute_answers(form, fits, today=day)


def _without(answers: Answers, paths: set[str] | frozenset[str]) -> dict[str, Any]:
    """Answers without those at these paths; a repeat's in every row."""
    made: dict[str, Any] = {}
    for name, value in answers.items():
        if name in paths:
            continue
        rows = isinstance(value, list) and all(isinstance(row, Mapping) for row in value)
        made[name] = [_without_in(name, row, paths) for row in value] if rows else value
    return made


def _without_in(repeat: str, row: Answers, paths: set[str] | frozenset[str]) -> dict[str, Any]:
    return {key: item for key, item in row.items() if f"{repeat}/{key}" not in paths}
