"""Whose hand may change which answers after an entry was handed in.

A field with ``later`` names the hand: who fills the form in, the unit itself, a review level, or the unit that
another field points at. The date until when something is due is moved by the level alone, whatever it says.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import zip_longest
from typing import Any, Final

from pbwidgets.campaign import Form, is_none, rows_in
from pbwidgets.campaign.answers import find_irrelevant
from pbwidgets.campaign.life import FILLER, LaterBy, Life
from pbwidgets.campaign.model import Field
from pbwidgets.campaign.names import ROW, Place, form_of_unit, places
from pbwidgets.errors import DataError
from pbwidgets.forms.answer_changes import match_rows
from pbwidgets.forms.life_states import LifeState, find_life_state
from pbwidgets.store import Reader, SubmissionKey, SubmissionState
from pbwidgets.units import kind_and_domain
from pbwidgets.wording import say
from pbwidgets.workflows.filling.access import check_filler, fills_in, is_living, sits_at
from pbwidgets.workflows.ground.desk import Desk, continuing, may_do, read_own
from pbwidgets.workflows.ground.lookup import find_form
from pbwidgets.workflows.ground.seats import levels_above, review_levels
from pbwidgets.workflows.ground.workspace import day_of

UNIT: Final = "unit"
"""``later: {by: unit}``: the unit that the entry is about."""

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Changed:
    """One answer that differs.

    Attributes
    ----------
    place
        The field; a repeat where rows came or went.
    row
        Row of the repeat in the new answers, from 0; 0 outside repeats.
    before
        Answers of the row before; empty outside repeats.
    """

    place: Place
    row: int
    before: Answers

    @property
    def path(self) -> str:
        """Path of the field or repeat."""
        return self.place.path


def find_changed(form: Form, before: Answers, after: Answers, day: date) -> Iterator[Changed]:
    """What was answered otherwise; what is calculated, and what is no longer asked, changes by itself.

    Both must be canonical, as :func:`~pbwidgets.campaign.compute_answers` gives them. Fixed rows are compared by
    their ids; of others, a row that is new or gone is a change of the repeat.
    """
    gone = find_irrelevant(form, after, today=day)
    pairs: dict[str, list[_Pair]] = {"": [(0, before, after)]}
    for place in places(form):
        field = place.field
        if (place.path, 0) in gone or (place.repeat, 0) in gone:
            continue
        if field.type == "repeat":
            kept, came_or_went = _pair_rows(field, before, after)
            pairs[field.id] = kept
            if came_or_went:
                yield Changed(place, 0, {})
        elif place.is_leaf and field.type != "calculate":
            for at, old, new in pairs[place.repeat]:
                if old.get(field.id) != new.get(field.id) and (place.path, at) not in gone:
                    yield Changed(place, at, old if place.repeat else {})


_Pair = tuple[int, Answers, Answers]


def _pair_rows(field: Field, before: Answers, after: Answers) -> tuple[list[_Pair], bool]:
    """Rows that were there before, each with its number now; and whether others came or went."""
    old, new = rows_in(before, field.id), rows_in(after, field.id)
    if field.rows is not None:
        by_id = {row.get(ROW): row for row in old}
        return [(at, by_id.get(row.get(ROW), {}), row) for at, row in enumerate(new)], False
    matched = match_rows(old, new)
    kept = [(at, old[was], new[at]) for was, at in matched if was is not None and at is not None]
    is_other = is_none(field, before.get(field.id)) != is_none(field, after.get(field.id))
    return kept, is_other or len(kept) < len(matched)


@dataclass(frozen=True)
class Hands:
    """What one actor may change of one entry.

    Attributes
    ----------
    desk, form, key
        Who acts, and on which entry; of a unit that was merged away, as if the one that continues it had it. The
        form is as it is for the unit.
    answers
        Newest answers that were handed in.
    lives
        Whether it was handed in and goes on; else nothing of it is changed later.
    """

    desk: Desk
    form: Form
    key: SubmissionKey
    answers: Answers
    lives: bool = True

    @classmethod
    def of(cls, desk: Desk, key: SubmissionKey, found: SubmissionState | None) -> "Hands":
        """Hands of the actor on a submission as it is now; None if nobody has begun it.

        Raises
        ------
        UsageError
            ``fill.unknown_form``.
        """
        own = replace(key, unit_code=continuing(desk, key.unit_code))
        form = form_of_unit(
            find_form(desk.opened.campaign, key.form_id), *kind_and_domain(desk.units, own.unit_code)
        )
        answers = {} if found is None or found.answers is None else found.answers
        lives = found is not None and is_living(found) and form.survey is None
        return cls(desk, form, own, answers, lives)

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Places of the form by their paths."""
        return {place.path: place for place in places(self.form) if place.path}

    @cached_property
    def due_paths(self) -> frozenset[str]:
        """Paths of the dates until when something is due."""
        lives = [("", self.form.life), *((p.path, p.field.life) for p in self.places.values())]
        due = [f"{path}/{life.due}" if path else life.due for path, life in lives if life and life.due]
        return frozenset(path for path in due if path in self.places)

    @cached_property
    def due_level(self) -> str | None:
        """Level that moves what is due: the one that fills the form in, else the first above the unit."""
        return self.form.filled_by or next(iter(levels_above(self.desk.opened.campaign, self.form)), None)

    @cached_property
    def is_level(self) -> bool:
        """Whether the actor moves what is due, and judges whether something is done."""
        return self.due_level is not None and sits_at(self.desk, self.due_level, self.key.unit_code)

    @cached_property
    def judging(self) -> str | None:
        """Level for which the actor fills in or reviews the form, the highest of several; None for any other hand."""
        levels = review_levels(self.desk.opened.campaign, self.form)
        seats = [*reversed(levels), *([self.form.filled_by] if self.form.filled_by else [])]
        return next((level for level in seats if sits_at(self.desk, level, self.key.unit_code)), None)

    @property
    def level(self) -> str | None:
        """Level whose hand it is; None for any other."""
        return self.judging or (self.due_level if self.is_level else None)

    @property
    def counts(self) -> bool:
        """Whether what the actor changes counts at once: the level's hand, and every hand where nobody reviews."""
        return self.judging is not None or not review_levels(self.desk.opened.campaign, self.form)

    def restore(self, given: Answers, kept: Answers) -> dict[str, Any]:
        """Answers as the actor gives them, with what they were not shown, and so did not change, as it is kept."""
        scrub = None if self.is_filler else self.desk.workspace.store.scrub()
        made: dict[str, Any] = dict(given if scrub is None else scrub.scrubber.restore(given, kept))
        for path in self.withheld:
            repeat, _, name = path.rpartition("/")
            if not repeat:
                made[path] = kept.get(path)
                continue
            nothing: Answers = {}
            pairs = zip_longest(rows_in(made, repeat), rows_in(kept, repeat), fillvalue=nothing)
            made[repeat] = [{**new, name: old.get(name)} for new, old in pairs]
        return made

    @cached_property
    def is_filler(self) -> bool:
        """Whether the actor fills the form in, and sees it as it was given."""
        return not self.desk.actor.on_behalf and self._fills_in

    @cached_property
    def _fills_in(self) -> bool:
        return fills_in(self.desk, self.key)

    @cached_property
    def withheld(self) -> frozenset[str]:
        """Paths that a hand from elsewhere is not shown: what only the unit and its reviewers see."""
        sees = self.is_filler or may_do(self.desk, "view", self.key.unit_code)
        return frozenset() if sees else self.form.sensitive_paths()

    @cached_property
    def shown(self) -> Answers:
        """The answers without those that are withheld."""
        return leave_out(self.answers, self.withheld)

    @cached_property
    def changeable(self) -> frozenset[str]:
        """Paths that the actor may change, of fields and of repeats whose rows may come and go."""
        return self.in_general if self.lives else frozenset()

    @cached_property
    def in_general(self) -> frozenset[str]:
        """As :attr:`changeable`, for an entry that goes on."""
        return frozenset(path for path, place in self.places.items() if self._may_in_some_row(place))

    @cached_property
    def told(self) -> Mapping[str, tuple[str, ...]]:
        """Labels of the fields that may be changed later, by whose hand that is, in words."""
        told: dict[str, list[str]] = {}
        for place in self.places.values():
            if place.field.type in ("group", "note", "calculate") or place.field.rows is not None:
                continue
            if later_of(place) is not None or place.path in self.due_paths:
                told.setdefault(self._word_hand(place), []).append(place.field.label.words(self.desk.lang))
        return {hand: tuple(labels) for hand, labels in told.items()}

    @cached_property
    def life(self) -> LifeState | None:
        """How far the entry has come on the day; None where entries of its form have no life."""
        form = self.form
        return None if form.life is None else self._state(form.life, form.fields, self.answers)

    @cached_property
    def done(self) -> Mapping[str, str]:
        """What is said to be done, by id and name: rows of tables with a life, or the entry, without an id.

        Of an entry with steps it is any step after the first: the level may refuse it.
        """
        form, lang = self.form, self.desk.lang
        if form.life is not None and self.life is not None:
            taken = any(self.answers.get(step.field) for step in form.life.steps[1:])
            return {"": form.name.words(lang)} if taken or self.life.is_done else {}
        found = {}
        for place in self.places.values():
            table, life = place.field.table, place.field.life
            if table is None or life is None:
                continue
            for entry in rows_in(self.answers, place.field.id):
                row = table.row(str(entry.get(ROW)))
                if row is not None and self._state(life, place.field.fields, entry).is_done:
                    found[row.id] = row.name.words(lang)
        return found

    def _state(self, life: Life, fields: Sequence[Field], answers: Answers) -> LifeState:
        day = self.desk.opened.day(day_of(self.desk.now))
        return find_life_state(life, fields, answers, self.desk.opened.campaign, self.desk.lang, day)

    def check(self, changes: tuple[Changed, ...]) -> None:
        """Raise unless the actor may make every change.

        Raises
        ------
        DataError
            ``fill.not_later`` names the field and the hand.
        """
        for changed in changes:
            if not self._may(changed.place, changed.before):
                field = changed.place.field.label.words(self.desk.lang)
                raise DataError("fill.not_later", field=field, hand=self._word_hand(changed.place))

    def _may_in_some_row(self, place: Place) -> bool:
        by = later_of(place)
        named = by is not None and f"{place.repeat}/{by.by}" in self.places
        rows = rows_in(self.answers, place.repeat) if place.repeat and named else [{}]
        return any(self._may(place, row) for row in rows)

    def _may(self, place: Place, row: Answers) -> bool:
        if place.path in self.due_paths:
            return self.is_level
        by = later_of(place)
        if by is None or place.field.type in ("calculate", "note", "group"):
            return False
        if place.field.type == "repeat" and place.field.rows is not None:
            return False  # its rows are the table's
        if by.by == FILLER:
            return self._fills_in
        if by.by == UNIT:
            return may_do(
                self.desk, "fill_on_behalf" if self.desk.actor.on_behalf else "fill", self.key.unit_code
            )
        if by.by in {level.id for level in self.desk.opened.campaign.review_levels}:
            return sits_at(self.desk, by.by, self.key.unit_code)
        return is_named(self.desk, row.get(by.by, self.answers.get(by.by)))

    def _word_hand(self, place: Place) -> str:
        lang, campaign = self.desk.lang, self.desk.opened.campaign
        levels = {level.id: level.name for level in campaign.review_levels}
        later = later_of(place)
        by = later.by if later is not None else None
        if place.path in self.due_paths:
            by = self.due_level
        if by == FILLER:
            by = self.form.filled_by or UNIT
        if by is None:
            return say("fill.hand_nobody", lang)
        if by in levels:
            return say("fill.hand_level", lang, level=levels[by].words(lang))
        if by == UNIT:
            return say("fill.hand_unit", lang)
        pointing = self.places.get(f"{place.repeat}/{by}") or self.places.get(by)
        label = by if pointing is None else pointing.field.label.words(lang)
        return say("fill.hand_named", lang, field=label)


def leave_out(answers: Answers, paths: frozenset[str]) -> dict[str, Any]:
    """Answers without those of some fields."""
    made = dict(answers)
    for path in paths:
        repeat, _, name = path.rpartition("/")
        if not repeat:
            made.pop(path, None)
        elif isinstance(made.get(repeat), list):
            rows = rows_in(made, repeat)
            made[repeat] = [{key: value for key, value in row.items() if key != name} for row in rows]
    return made


def later_of(place: Place) -> LaterBy | None:
    """Whose hand may change a field later: its own, else that of the nearest group or repeat around it."""
    return next((field.later for field in (place.field, *reversed(place.around)) if field.later), None)


def naming_fields(form: Form) -> tuple[str, ...]:
    """Paths of the fields of a form that name the unit whose hand may change something."""
    found = {place.path: place for place in places(form)}
    named = {
        path
        for place in found.values()
        if (by := later_of(place)) is not None
        for path in (f"{place.repeat}/{by.by}", by.by)
        if path in found and found[path].field.type == "unit"
    }
    return tuple(sorted(named))


def check_hand_on_any(desk: Desk, key: SubmissionKey) -> None:
    """Raise unless the actor fills a form in for a unit, or may change something of what others hand in there.

    Raises
    ------
    RightsError
        As :func:`~pbwidgets.workflows.filling.access.check_filler`.
    """
    if not Hands.of(desk, key, None).in_general:
        check_filler(desk, key)


def read_as_hand(desk: Desk, key: SubmissionKey) -> AbstractContextManager[Reader]:
    """Read transaction for whoever may change something: who fills the form in sees it as it was given."""
    own = replace(key, unit_code=continuing(desk, key.unit_code))
    return read_own(desk, key) if fills_in(desk, own) else desk.workspace.store.read()


def is_named(desk: Desk, value: object) -> bool:
    """Whether a field of type unit names the actor's own unit, whose staff and reviewers act for it."""
    own = desk.actor.unit_code
    return desk.actor.role == "operator" or (
        own is not None and value == own and desk.actor.role in ("filler", "reviewer")
    )
