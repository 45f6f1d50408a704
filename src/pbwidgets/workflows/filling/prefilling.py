"""What the same unit has answered before, with which a form begins or which is handed in again unchanged."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pbwidgets.campaign import Form, compute_answers, examine_answers
from pbwidgets.campaign.values import UPLOADS
from pbwidgets.errors import UsageError
from pbwidgets.store import Reader, SubmissionKey, known_periods
from pbwidgets.store.counting import load_counting
from pbwidgets.store.submissions import handed_in_answers, load_of_units
from pbwidgets.workflows.ground.desk import Desk, known_units
from pbwidgets.workflows.ground.snapshots import does_count
from pbwidgets.workflows.ground.workspace import Opened, day_of

Answers = Mapping[str, Any]


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

    counts = does_count(source.campaign)

    def find(period_id: str) -> Iterator[Answers]:
        found = load_counting(reader, source.campaign.id, period_id, counts, unit_codes=[key.unit_code])
        yield from (one.answers for one in reversed(found) if one.key.form_id == asked.id and one.key != key)

    return _fitting(desk, form, asked, _find_newest(reader, source, find))


def last_answers(reader: Reader, desk: Desk, form: Form, key: SubmissionKey) -> dict[str, Any]:
    """What the unit handed in of the same form in the newest period before that has any, as far as it still fits."""

    def find(period_id: str) -> Iterator[Answers]:
        states = load_of_units(reader, desk.opened.campaign.id, period_id, form.id, [key.unit_code])
        for state in reversed(states):
            if state.key != key:
                yield handed_in_answers(reader, state) or {}

    return _fitting(desk, form, form, _find_newest(reader, desk.opened, find))


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


def _find_newest(reader: Reader, source: Opened, find: Callable[[str], Iterable[Answers]]) -> Answers:
    """First answers that are found in the newest period that has any, up to the opened one; none if there are none."""
    opened = {period.period_id for period in known_periods(reader, source.campaign.id)}
    periods = sorted(source.campaign.periods, key=lambda period: period.begins, reverse=True)
    earlier = [one.id for one in periods if one.begins <= source.period.begins and one.id in opened]
    return next((answers for period_id in earlier for answers in find(period_id) if answers), {})


def _fitting(desk: Desk, form: Form, asked: Form, answers: Answers) -> dict[str, Any]:
    """Those answers that the form asks for too and takes as they are."""
    tells = asked.identifying_paths() - form.identifying_paths()
    asked_too = {path for path, _ in form.leaves()} & {path for path, _ in asked.leaves()}
    kept = _without(without_files(form, without_files(asked, answers)), tells)
    kept = _without(kept, {path for path, _ in asked.leaves()} - asked_too)
    day = day_of(desk.now)
    _, problems = examine_answers(
        form, desk.opened.campaign, kept, complete=False, today=day, units=known_units(desk)
    )
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
