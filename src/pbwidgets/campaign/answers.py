"""The answers to a form: computed, checked, and turned into rows and back.

Answers are one nested mapping: ``{"plan": "yes", "meetings": [{"held_on": "2026-05-01"}, …]}``. Groups do not
add a level. A repeat that is answered with "none of these" holds ``"none"`` in place of rows. A repeat with fixed
rows holds one mapping for each row of its table, in the table's order, with the row's id: ``{"row": "team", …}``. The
form in the browser, the Excel import and the server all ask :func:`check_answers`.

A field that is not relevant has no answer, as in XLSForm: it is dropped before anything is required, checked
or calculated, and is empty for every expression that names it. Relevance and calculations may build on each
other in any order, so both are repeated over what the last round left until nothing changes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from datetime import date
from functools import cache, lru_cache, partial
from typing import Any, Final

from pbwidgets.campaign.captions import Captions
from pbwidgets.campaign.definition import Text
from pbwidgets.campaign.expressions import parse
from pbwidgets.campaign.findings import spelling
from pbwidgets.campaign.identifying import is_common
from pbwidgets.campaign.life import Step
from pbwidgets.campaign.life_steps import BACKWARDS, find_step_faults
from pbwidgets.campaign.model import Campaign, Field, Form
from pbwidgets.campaign.names import ROW, Place, bare_columns, places, row_names
from pbwidgets.campaign.options import options_of
from pbwidgets.campaign.pointing import KnownUnits, find_wrong_unit
from pbwidgets.campaign.tables import Table
from pbwidgets.campaign.values import (
    LISTS,
    LONGEST_TEXT,
    NONE,
    ValueRefusedError,
    to_answer,
    to_calculated,
    to_text,
)
from pbwidgets.intake.identifying import LONGEST, CommonWords
from pbwidgets.wording import default_language, say

Answers = Mapping[str, Any]
_MOST_ROUNDS: Final = (
    100  # longer chains do not occur; fields in a circle, which `check` refuses, never settle
)


@dataclass(frozen=True)
class AnswerProblem:
    """One thing that is wrong or missing in the answers to a form.

    Attributes
    ----------
    path
        Path of the field as :meth:`Form.leaves` gives it, or of a repeat.
    row
        Row of the repeat, from 0; 0 outside repeats.
    code
        Code of the message.
    args
        Values that the message names; texts are said in the language of the message.
    label
        Label of the field; None if it is about something else.
    words
        Message of the campaign's own, for a constraint that has one.
    """

    path: str
    row: int
    code: str
    args: dict[str, Any] = attribute(default_factory=dict)
    label: Text | None = None
    words: Text | None = None

    def __str__(self) -> str:
        return self.message()

    def message(self, lang: str | None = None) -> str:
        """What is wrong, with the field's label."""
        lang = lang or default_language()
        if self.words is not None:
            return self.words.words(lang)
        label = self.label.words(lang) if self.label else self.path
        args = {
            key: value.words(lang) if isinstance(value, Text) else value for key, value in self.args.items()
        }
        return say(self.code, lang, **{"label": label, **args})


def compute_answers(form: Form, answers: Answers, *, today: date | None = None) -> dict[str, Any]:
    """Canonical answers: irrelevant, unknown and empty ones dropped, calculations made anew.

    Values that do not fit their field stay as they are; :func:`check_answers` names them. Rows at the
    end of a repeat that hold nothing are dropped.

    Parameters
    ----------
    form
        The form.
    answers
        Answers as they were entered, imported or read from the store. Not changed.
    today
        What ``today()`` gives in expressions.
    """
    return _settle(form, answers, today).answers


def check_answers(
    form: Form,
    campaign: Campaign,
    answers: Answers,
    *,
    complete: bool,
    today: date | None = None,
    names: CommonWords | None = None,
    units: KnownUnits | None = None,
) -> tuple[AnswerProblem, ...]:
    """Everything that is wrong in the answers, in the order of the form; empty if they may be saved.

    Parameters
    ----------
    form, campaign
        The form and its campaign (for the choices).
    answers
        As for :func:`compute_answers`.
    complete
        Whether required answers must be there: True on submission, False for a draft.
    today
        What ``today()`` gives in expressions.
    names
        Names of units, which identify nobody; None if they are not known.
    units
        Units that fields may point at; None if they are not known: then every code is taken.
    """
    return examine_answers(form, campaign, answers, complete=complete, today=today, names=names, units=units)[
        1
    ]


def examine_answers(
    form: Form,
    campaign: Campaign,
    answers: Answers,
    *,
    complete: bool,
    today: date | None = None,
    names: CommonWords | None = None,
    units: KnownUnits | None = None,
) -> tuple[dict[str, Any], tuple[AnswerProblem, ...]]:
    """Canonical answers and everything that is wrong in them: :func:`compute_answers` and :func:`check_answers`."""
    settled = _settle(form, answers, today)
    found = list(_find_unknown(settled.outline, answers))
    for place in settled.outline.places:
        if place.field.type == "repeat":
            answer = settled.answers.get(place.path) or []
            if (place.path, 0) not in settled.irrelevant and not is_none(place.field, answer):
                found.extend(_check_count(place, 0, answer, complete))
        elif place.is_leaf:
            for row in settled.rows_of(place):
                found.extend(_check_value(place, row, campaign, settled, complete))
                found.extend(_check_identifying(place, row, campaign, settled, names))
                found.extend(_check_pointing(place, row, campaign, settled, units))
    found.extend(_check_steps(form, settled, complete))
    if not found:
        return settled.answers, ()
    captions = captions_of(form, campaign, settled.answers, today=today)
    return settled.answers, tuple(_with_answers(problem, captions) for problem in found)


def _with_answers(problem: AnswerProblem, captions: Captions) -> AnswerProblem:
    """The problem, with its words saying the answers that they show."""
    repeat = problem.path.rpartition("/")[0]
    label, words = (
        text and captions.fill(text, repeat, problem.row) for text in (problem.label, problem.words)
    )
    return replace(problem, label=label, words=words)


def captions_of(form: Form, campaign: Campaign, answers: Answers, *, today: date | None = None) -> Captions:
    """Words of a form with these answers, which must be canonical, filled in where they are asked for."""

    @cache
    def outline() -> _Outline:  # most forms show no answers in their words
        return _outline_of(form)

    return Captions(form, campaign, lambda repeat, row: outline().names(answers, repeat, row), today=today)


def find_irrelevant(form: Form, answers: Answers, *, today: date | None = None) -> frozenset[tuple[str, int]]:
    """Path and row of every field, note and repeat that the answers so far make irrelevant.

    Parameters
    ----------
    form, answers, today
        As for :func:`compute_answers`.
    """
    settled = _settle(form, answers, today)
    notes = {
        (place.path, 0)
        for place in settled.outline.places
        if place.field.type == "note"
        and not _all_hold((*place.around, place.field), settled.outline.names(settled.answers), today)
    }
    return settled.irrelevant | notes


# -- rows ----------------------------------------------------------------------------------------------


def to_rows(form: Form, answers: Answers) -> list[tuple[str, int, str]]:
    """Path, row and text of every answer, in the order of the form; empty ones are left out.

    The answers must be canonical, as :func:`compute_answers` gives them.
    """
    rows = []
    for place in places(form):
        if place.field.type == "repeat" and is_none(place.field, answers.get(place.path)):
            rows.append((place.path, 0, NONE))
        if place.field.rows is not None:
            fixed = enumerate(rows_in(answers, place.path))
            rows.extend((f"{place.path}/{ROW}", at, str(row.get(ROW))) for at, row in fixed)
        if not place.is_leaf:
            continue
        for at, row in enumerate(_rows_around(place, answers)):
            value = row.get(place.field.id)
            if value not in (None, "", []):
                rows.append((place.path, at, to_text(value)))
    return rows


# -- settling ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Outline:
    """The places of a form, what expressions may call them, and the tables of repeats with fixed rows."""

    places: tuple[Place, ...]
    columns: Mapping[str, str]
    own: Mapping[str, tuple[str, ...]]
    tables: Mapping[str, Table]

    @classmethod
    def of(cls, form: Form) -> "_Outline":
        every = tuple(places(form))
        repeats = [place.path for place in every if place.field.type == "repeat"]
        own = {name: tuple(place.field.id for place in every if place.repeat == name) for name in repeats}
        tables = {place.path: table for place in every if (table := place.field.table) is not None}
        return cls(every, bare_columns(form), own, tables)

    def names(self, answers: Answers, repeat: str = "", row: int = 0) -> dict[str, object]:
        """Values by the names that an expression may use, in a row or outside repeats."""
        values: dict[str, object] = dict(answers)
        for name, ids in self.own.items():
            entries = rows_in(answers, name)
            values[name] = entries
            for key in ids:
                values[f"{name}/{key}"] = [entry.get(key) for entry in entries]
        for name, path in self.columns.items():
            values[name] = values.get(path)
        if repeat:
            entry = answers[repeat][row]
            values.update({key: entry.get(key) for key in self.own[repeat]})
            if repeat in self.tables:
                table = self.tables[repeat]
                values.update(row_names(table, table.rows[row]))
        return values

    def lay_rows(self, answers: Answers) -> Answers:
        """Answers with the rows of each repeat with fixed rows as its table has them; others are dropped."""
        if not self.tables:
            return answers
        made = dict(answers)
        for name, table in self.tables.items():
            given = {row.get(ROW): row for row in rows_in(answers, name) if isinstance(row, Mapping)}
            made[name] = [{**given.get(row.id, {}), ROW: row.id} for row in table.rows]
        return made


@dataclass(frozen=True, eq=False)
class _Itself:
    """A form as the key of what was made of it: to compare all of its fields takes as long as to make it anew."""

    form: Form

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and self.form is other.form

    def __hash__(self) -> int:
        return id(self.form)


def _outline_of(form: Form) -> _Outline:
    return _kept_outline(_Itself(form))


@lru_cache(maxsize=64)
def _kept_outline(itself: _Itself) -> _Outline:
    return _Outline.of(itself.form)


@dataclass(frozen=True)
class _Settled:
    """Canonical answers and what is not relevant: leaves by row, repeats as a whole."""

    answers: dict[str, Any]
    outline: _Outline
    irrelevant: frozenset[tuple[str, int]]
    today: date | None

    def rows_of(self, place: Place) -> list[int]:
        """Rows in which a leaf is relevant."""
        return [
            at
            for at, _ in enumerate(_rows_around(place, self.answers))
            if (place.path, at) not in self.irrelevant
        ]

    def value(self, place: Place, row: int) -> object:
        """Answer of a leaf, None if it has none."""
        return _rows_around(place, self.answers)[row].get(place.field.id)


def _settle(form: Form, answers: Answers, today: date | None) -> _Settled:
    outline = _outline_of(form)
    entered = _read(outline.places, outline.lay_rows(answers))
    current, irrelevant = entered, frozenset[tuple[str, int]]()
    for _ in range(_MOST_ROUNDS):
        out = frozenset(_find_irrelevant(outline, current, today))
        after = _without(outline.places, _with_calculations(outline, entered, current, today), out)
        if after == current and out == irrelevant:
            break
        current, irrelevant = after, out
    return _Settled(_trim(outline, current), outline, irrelevant, today)


def _read(every: tuple[Place, ...], answers: Answers) -> dict[str, Any]:
    """Canonical values of all fields that are entered; rows stay where they are."""
    made: dict[str, Any] = {}
    for place in every:
        if place.field.type == "repeat":
            rows = answers.get(place.field.id)
            if is_none(place.field, rows):
                made[place.field.id] = NONE
            elif isinstance(rows, list | tuple):
                keeps = (ROW,) if place.field.table is not None else ()
                made[place.field.id] = [{key: row[key] for key in keeps} for row in rows]
        elif place.is_leaf and place.field.type != "calculate":
            for source, target in zip(_rows_around(place, answers), _rows_around(place, made), strict=True):
                value = _value_or_raw(place.field, source.get(place.field.id))
                if value is not None:
                    target[place.field.id] = value
    return made


def _value_or_raw(field: Field, value: object) -> object:
    try:
        return to_answer(field, value)
    except ValueRefusedError:
        return value


def _rows_around(place: Place, answers: Answers) -> list[Any]:
    """Mappings that hold the values of a leaf: the rows of its repeat, or the answers themselves."""
    if not place.repeat:
        return [answers]
    return [row if isinstance(row, Mapping) else {} for row in rows_in(answers, place.repeat)]


def rows_in(answers: Answers, repeat_id: str) -> list[Any]:
    """Rows of a repeat, also of one that is answered with "none of these": it has no rows.

    >>> rows_in({"visits": [{"people": 3}]}, "visits"), rows_in({"visits": "none"}, "visits")
    ([{'people': 3}], [])
    """
    rows = answers.get(repeat_id)
    return list(rows) if isinstance(rows, list | tuple) else []


def is_none(field: Field, answer: object) -> bool:
    """Whether the answer to a repeat is "none of these"."""
    return field.may_be_none and answer == NONE


def _copied(answers: Mapping[str, Any], outline: _Outline) -> dict[str, Any]:
    return {
        key: [dict(row) for row in value] if isinstance(value, list) and key in outline.own else value
        for key, value in answers.items()
    }


def _with_calculations(
    outline: _Outline, entered: dict[str, Any], current: dict[str, Any], today: date | None
) -> dict[str, Any]:
    """What was entered, with calculations over the answers as they are."""
    made = _copied(entered, outline)
    for place in outline.places:
        if place.field.type != "calculate" or not place.field.calculation:
            continue
        expression = parse(place.field.calculation)
        # a repeat that was not relevant in the last round has no rows to calculate over yet
        for at, (target, _) in enumerate(
            zip(_rows_around(place, made), _rows_around(place, current), strict=False)
        ):
            value = to_calculated(expression.evaluate(outline.names(current, place.repeat, at), today=today))
            if value is not None:
                target[place.field.id] = value
    return made


def _find_irrelevant(
    outline: _Outline, answers: dict[str, Any], today: date | None
) -> Iterator[tuple[str, int]]:
    for place in outline.places:
        if place.field.type == "repeat":
            if not _all_hold((*place.around, place.field), outline.names(answers), today):
                yield place.path, 0
        elif place.is_leaf and any(part.relevant for part in (*place.around, place.field)):
            for at, _ in enumerate(_rows_around(place, answers)):
                names = outline.names(answers, place.repeat, at)
                if not _all_hold((*place.around, place.field), names, today):
                    yield place.path, at


def _all_hold(fields: tuple[Field, ...], names: Mapping[str, object], today: date | None) -> bool:
    return all(parse(field.relevant).holds(names, today=today) for field in fields if field.relevant)


def _without(
    every: tuple[Place, ...], answers: dict[str, Any], irrelevant: frozenset[tuple[str, int]]
) -> dict[str, Any]:
    for place in every:
        if place.field.type == "repeat":
            if (place.path, 0) in irrelevant:
                answers.pop(place.path, None)
        elif place.is_leaf:
            for at, target in enumerate(_rows_around(place, answers)):
                if (place.path, at) in irrelevant:
                    target.pop(place.field.id, None)
    return answers


def _trim(outline: _Outline, answers: dict[str, Any]) -> dict[str, Any]:
    made = dict(answers)
    for name in outline.own:
        if made.get(name) == NONE:
            continue
        rows = list(made.get(name, []))
        while rows and not rows[-1]:
            rows.pop()
        if rows:
            made[name] = rows
        else:
            made.pop(name, None)
    return made


# -- checking ------------------------------------------------------------------------------------------


def _find_unknown(outline: _Outline, answers: Answers) -> Iterator[AnswerProblem]:
    every = outline.places
    top = {
        place.field.id: place
        for place in every
        if not place.repeat and place.field.type not in ("group", "note")
    }
    yield from _find_unknown_keys(answers, list(top), "", 0)
    for name, place in top.items():
        rows = answers.get(name)
        if place.field.type != "repeat" or rows in (None, "") or is_none(place.field, rows):
            continue
        own = [inner.field.id for inner in every if inner.repeat == name and inner.is_leaf]
        own += [ROW] if place.field.rows is not None else []
        if not isinstance(rows, list | tuple):
            yield AnswerProblem(name, 0, "campaign.answer_not_rows", label=place.field.label)
            continue
        for at, row in enumerate(rows):
            if isinstance(row, Mapping):
                yield from _find_unknown_keys(row, own, f"{name}/", at)
            else:
                yield AnswerProblem(name, at, "campaign.answer_not_rows", label=place.field.label)


def _find_unknown_keys(answers: Answers, known: list[str], prefix: str, row: int) -> Iterator[AnswerProblem]:
    for key in answers:
        if key not in known:
            yield AnswerProblem(f"{prefix}{key}", row, "campaign.answer_unknown_field", spelling(key, known))


def _check_value(
    place: Place, row: int, campaign: Campaign, settled: _Settled, complete: bool
) -> Iterator[AnswerProblem]:
    field, value = place.field, settled.value(place, row)
    if field.type == "calculate":
        return
    if value is None:
        if complete and (field.required or field.min_count):
            yield AnswerProblem(place.path, row, "campaign.answer_required", {}, field.label)
        return
    try:
        to_answer(field, value)
    except ValueRefusedError as error:
        yield AnswerProblem(place.path, row, error.code, {"value": _shown(value)}, field.label)
        return
    asks = field.constraint is not None or field.choice_filter is not None
    names = settled.outline.names(settled.answers, place.repeat, row) if asks else {}
    for code, args in _find_out_of_bounds(field, value, campaign, names, settled.today):
        yield AnswerProblem(place.path, row, code, args, field.label)
    if field.type in LISTS and isinstance(value, list):
        yield from _check_count(place, row, value, complete)
    constraint = parse(field.constraint) if field.constraint is not None else None
    if constraint is not None and not constraint.holds(names, self_value=value, today=settled.today):
        words = field.constraint_message
        yield AnswerProblem(place.path, row, "campaign.answer_constraint", {}, field.label, words)


def _check_identifying(
    place: Place, row: int, campaign: Campaign, settled: _Settled, names: CommonWords | None
) -> Iterator[AnswerProblem]:
    """A value that cannot be taken out of other texts, because others use the word too."""
    value = settled.value(place, row) if place.field.identifies else None
    if isinstance(value, str) and is_common(value, campaign, names):
        args = {"value": _shown(value)}
        yield AnswerProblem(place.path, row, "campaign.answer_identifies_common", args, place.field.label)


def _check_pointing(
    place: Place, row: int, campaign: Campaign, settled: _Settled, units: KnownUnits | None
) -> Iterator[AnswerProblem]:
    """A unit that is none, or of a kind that is not asked for."""
    value = settled.value(place, row) if place.field.type == "unit" else None
    if isinstance(value, str) and units is not None:
        for code, args in find_wrong_unit(place.field, value, campaign, units):
            yield AnswerProblem(place.path, row, code, args, place.field.label)


def _check_steps(form: Form, settled: _Settled, complete: bool) -> Iterator[AnswerProblem]:
    """Steps of a life that were passed over or go backwards, where the form refuses that."""
    labels = {place.path: place.field.label for place in settled.outline.places if place.is_leaf}
    lives = [("", form.life), *((p.path, p.field.life) for p in settled.outline.places if p.field.life)]
    for repeat, life in lives:
        if life is None or life.skipped != "refuse":
            continue
        rows = rows_in(settled.answers, repeat) if repeat else [settled.answers]
        for at, row in enumerate(rows):
            for fault in find_step_faults(life, row, partial(_step_applies, settled, repeat, at)):
                if complete or fault.code == BACKWARDS:  # in a draft a step may still be filled in
                    path = f"{repeat}/{fault.field}" if repeat else fault.field
                    args = {"other": fault.other.name}
                    yield AnswerProblem(path, at, fault.code, args, labels.get(path))


def _step_applies(settled: _Settled, repeat: str, row: int, step: Step) -> bool:
    path = f"{repeat}/{step.field}" if repeat else step.field
    if (path, row) in settled.irrelevant:
        return False
    names = settled.outline.names(settled.answers, repeat, row)
    return step.when is None or parse(step.when).holds(names, today=settled.today)


def _find_out_of_bounds(
    field: Field, value: Any, campaign: Campaign, names: Mapping[str, object], today: date | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    if field.minimum is not None and value < field.minimum:
        yield "campaign.answer_too_small", {"value": value, "limit": field.minimum}
    if field.maximum is not None and value > field.maximum:
        yield "campaign.answer_too_large", {"value": value, "limit": field.maximum}
    longest = min(field.max_length or LONGEST_TEXT, LONGEST if field.identifies else LONGEST_TEXT)
    if field.type == "text" and len(value) > longest:
        yield "campaign.answer_too_long", {"length": len(value), "limit": longest}
    if field.choices is not None:
        labels = {choice.id: choice.label for choice in campaign.choices[field.choices]}
        offered = {choice.id for choice in options_of(field, campaign, names, today=today)}
        for wanted in value if isinstance(value, list) else [value]:
            if wanted not in labels:
                yield "campaign.answer_unknown_choice", spelling(wanted, labels)
            elif wanted not in offered:
                yield "campaign.answer_not_offered", {"value": labels[wanted]}


def _check_count(place: Place, row: int, items: list[Any], complete: bool) -> Iterator[AnswerProblem]:
    field = place.field
    if complete and field.min_count is not None and len(items) < field.min_count:
        args = {"count": len(items), "limit": field.min_count}
        code = "campaign.answer_rows_or_none" if field.may_be_none else "campaign.answer_too_few"
        yield AnswerProblem(place.path, row, code, args, field.label)
    if field.max_count is not None and len(items) > field.max_count:
        args = {"count": len(items), "limit": field.max_count}
        yield AnswerProblem(place.path, row, "campaign.answer_too_many", args, field.label)


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
