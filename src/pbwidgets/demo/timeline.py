"""What a demonstration of several periods hands in, day by day.

A form that lasts for the campaign is handed in once and brought up to date: a form with fixed rows in rounds, each row
as it stood on that day; an entry of a log once for every dated step of its life, with what may be added together with
it. Other forms are handed in once a period.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from pbwidgets.campaign.model import Field, Form, Period
from pbwidgets.campaign.names import ROW, places
from pbwidgets.demo.definition import LineCase
from pbwidgets.demo.plan import Answers, Course, Given, Plan

_BEFORE_THE_END = timedelta(days=3)


def plan_versions(plan: Plan) -> tuple[Given, ...]:
    """All versions of a plan, in the order in which they are handed in."""
    made = [given for key, answers in plan.answers.items() for given in _versions(plan, *key, answers)]
    numbers: Counter[tuple[str, str]] = Counter()
    for form_id, unit, answers in plan.log_entries:
        numbers[form_id, unit] += 1
        made += _versions_of_entry(plan, form_id, unit, numbers[form_id, unit], answers)
    first = plan.campaign.periods[0].begins
    return tuple(
        sorted((_not_before(first, given) for given in made), key=lambda given: (given.day, given.occurrence))
    )


def _not_before(first: date, given: Given) -> Given:
    if given.day >= first:
        return given
    return Given(first, given.form_id, given.unit_code, given.occurrence, given.answers, given.waits)


def past_periods(plan: Plan) -> tuple[Period, ...]:
    """Periods that are over, and the current one last."""
    return tuple(period for period in plan.campaign.periods if period.begins <= plan.period.begins)


# -- once ----------------------------------------------------------------------------------------------


def _versions(plan: Plan, form_id: str, unit: str, answers: Answers) -> Iterator[Given]:
    form = plan.form_of(form_id, unit)
    if form.lasts == "campaign":
        days = [plan.today + timedelta(days=days) for days in plan.demo.rounds]
        if not _has_courses(form):
            days = days[:1]
        for day in days:
            yield Given(day, form_id, unit, 0, stand_on(plan, form, unit, answers, day))
        yield from _waiting(plan, form, unit, answers)
        return
    for period in past_periods(plan):
        if period.id == plan.period.id and (form_id, unit) in plan.late:
            continue
        last = min(period.ends, plan.today) - _BEFORE_THE_END
        yield Given(max(period.begins, last), form_id, unit, 0, answers)


def _waiting(plan: Plan, form: Form, unit: str, answers: Answers) -> Iterator[Given]:
    """The version in which rows are said to be done that nobody has accepted yet."""
    cases = [case for case in _lines(plan, form.id, unit) if case.waits]
    if cases:
        day = plan.today + timedelta(days=max(case.since for case in cases))
        yield Given(day, form.id, unit, 0, stand_on(plan, form, unit, answers, day, waits=True), waits=True)


def _lines(plan: Plan, form_id: str, unit: str) -> Iterator[LineCase]:
    for case in plan.demo.cases:
        if isinstance(case, LineCase) and (case.form, case.unit) == (form_id, unit):
            yield case


def _has_courses(form: Form) -> bool:
    return any(field.life is not None for field in form.fields)


def stand_on(
    plan: Plan, form: Form, unit: str, answers: Answers, day: date, *, waits: bool = False
) -> Answers:
    """Answers of a form with fixed rows as they stood on a day; with ``waits`` also what nobody has accepted yet."""
    cases = {(case.repeat, case.row): case for case in _lines(plan, form.id, unit)}
    stood = dict(answers)
    for repeat in form.fields:
        if repeat.life is None or repeat.table is None:
            continue
        rows = []
        for row in answers[repeat.id]:
            course = plan.courses[form.id, unit, repeat.id, row[ROW]]
            case = cases.get((repeat.id, row[ROW]))
            if case is not None and case.waits and not waits:
                case = case.model_copy(update={"state": repeat.life.begun[0], "photos": 0})
            rows.append(_row_on(plan, repeat, row, course, case, day))
        stood[repeat.id] = rows
    return stood


def _row_on(
    plan: Plan, repeat: Field, row: Answers, course: Course, case: LineCase | None, day: date
) -> Answers:
    life = repeat.life
    if life is None or life.state is None:
        return row
    options = [choice.id for choice in plan.campaign.choices[_field(repeat, life.state).choices or ""]]
    begun, done = life.begun[0], life.done[0]
    first = next(option for option in options if option not in (*life.begun, *life.done))
    state = done if _came(course.done_on, day) else begun if _came(course.begun_on, day) else first
    if case is not None:
        state = case.state if plan.today + timedelta(days=case.since) <= day else begun
    kept: Answers = {**row, life.state: state}
    pictures = [field.id for field in repeat.fields if field.type in ("image", "file")]
    if state != done:
        return {name: value for name, value in kept.items() if name not in pictures}
    if case is not None and case.photos:
        kept |= {name: [f"tidy:{number}" for number in range(case.photos)] for name in pictures[:1]}
    return kept


def _came(on: date | None, day: date) -> bool:
    return on is not None and on <= day


def _field(repeat: Field, field_id: str) -> Field:
    return next(field for field in repeat.fields if field.id == field_id)


# -- entries of a log ----------------------------------------------------------------------------------


def _versions_of_entry(plan: Plan, form_id: str, unit: str, number: int, answers: Answers) -> Iterator[Given]:
    form = plan.form_of(form_id, unit)
    known: Answers = {}
    for day, names in _days_of_entry(plan, form, answers):
        known |= {name: answers[name] for name in names}
        yield Given(day, form_id, unit, number, dict(known))


def _days_of_entry(plan: Plan, form: Form, answers: Answers) -> list[tuple[date, list[str]]]:
    """Days on which something of an entry becomes known, with the names of the answers."""
    steps = [step.field for step in form.life.steps] if form.life else []
    due = form.life.due if form.life else None
    fields = {place.path: place.field for place in places(form) if not place.repeat and place.is_leaf}
    first = _first_day(plan, form, fields, answers)
    days: dict[date, list[str]] = {first: []}
    at = first
    for name, field in fields.items():
        if name not in answers:
            continue
        if name in steps and field.later:
            at = max(first, date.fromisoformat(answers[name]))
        here = at if field.later and name != due else first
        days.setdefault(here, []).append(name)
    return sorted(days.items())


def _first_day(plan: Plan, form: Form, fields: Mapping[str, Field], answers: Mapping[str, Any]) -> date:
    steps = [step.field for step in form.life.steps] if form.life else []
    dated = [*steps, *(name for name, field in fields.items() if field.type == "date")]
    found = [answers[name] for name in dated if name in answers]
    return min(date.fromisoformat(found[0]) if found else plan.today, plan.today)
