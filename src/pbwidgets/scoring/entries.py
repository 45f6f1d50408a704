"""Entries that live, and fixed rows in them: how each stands on the day of the records."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from pbwidgets.campaign.checklists import RowsCheck
from pbwidgets.campaign.life import Life
from pbwidgets.campaign.living import has_lives
from pbwidgets.campaign.model import Campaign, Form
from pbwidgets.campaign.names import ENTRY_CLOSED, ENTRY_FLAGS, ENTRY_OVERDUE, ENTRY_STATE, ROW
from pbwidgets.scoring.answers_table import AnswersTable, Items, build_answers, in_states
from pbwidgets.scoring.arrays import Bools, Days, Ints, Objects, group_rows, positions_in, to_days
from pbwidgets.scoring.fixed_rows import FixedRows, find_fixed_rows
from pbwidgets.scoring.frames import CONCESSIONS, ENTRIES, LIVES, to_frame
from pbwidgets.scoring.register import Register

OPENED_ON, CLOSED_ON = "entry_opened_on", "entry_closed_on"
"""Names under which a table of answers has these days of its entries and rows; expressions do not know them."""
SKIPPED, LATE, CLOSED_LATE = "skipped:", "late:", "closed_late"
_ROW: Final = f"{ROW}/"
_NAT: Final = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class LifeRows:
    """Entries of one form, or the rows of one of its repeats, as arrays: a value for each, as ``ENTRIES`` has them.

    Attributes
    ----------
    repeat
        Id of the repeat, empty for the entries themselves.
    units
        Position in the register, int64.
    entries, rows
        Entry in the table of answers (-1: nothing that counts was handed in) and row of the table of rows, int64.
    occurrences, versions, days, overdue_days, due_moved, refused
        int64.
    row_ids, states, next_steps, flags
        Objects: texts, empty for none.
    is_closed, claimed
        bool.
    opened_on, due_on, closed_on
        ``datetime64[D]``, NaT for none.
    """

    repeat: str
    units: Ints
    entries: Ints
    rows: Ints
    occurrences: Ints
    versions: Ints
    row_ids: Objects
    states: Objects
    next_steps: Objects
    is_closed: Bools
    claimed: Bools
    opened_on: Days
    due_on: Days
    closed_on: Days
    days: Ints
    overdue_days: Ints
    due_moved: Ints
    refused: Ints
    flags: Objects


@dataclass(frozen=True)
class AnswerTables:
    """Counted answers of all forms of a campaign; those of a form with lives know how its entries stand.

    Each is made once, when it is first asked for. Parameters are as for :func:`read_entries`.
    """

    campaign: Campaign
    register: Register
    today: date
    submissions: pd.DataFrame
    lives: pd.DataFrame = field(default_factory=lambda: to_frame([], LIVES))
    concessions: pd.DataFrame = field(default_factory=lambda: to_frame([], CONCESSIONS))
    _made: dict[tuple[str, tuple[str, ...]], tuple[AnswersTable, list[LifeRows]]] = field(
        default_factory=dict, repr=False
    )

    def of(self, form_id: str, states: tuple[str, ...] = ()) -> AnswersTable:
        """Answers of a form, of submissions in some states (empty: all that count)."""
        return self._read(form_id, states)[0]

    def life_rows(self, form_id: str) -> list[LifeRows]:
        """How the entries of a form stand, then the rows of each of its repeats; empty without lives."""
        return self._read(form_id, ())[1]

    def _read(self, form_id: str, states: tuple[str, ...]) -> tuple[AnswersTable, list[LifeRows]]:
        if (form_id, states) not in self._made:
            form = self.campaign.form(form_id)
            table = build_answers(form, in_states(self.submissions, states), self.register)
            lives = list(_read_lives(self, form, table))
            self._made[form_id, states] = replace(table, answers={**table.answers, **_name(lives)}), lives
        return self._made[form_id, states]


def read_entries(campaign: Campaign, period: str, tables: AnswerTables) -> pd.DataFrame:
    """Frame with the columns ``ENTRIES``: forms as the campaign has them, units by code, rows as their table has them.

    A unit of the kinds of a form that is filled once has its fixed rows also where nothing was handed in that counts.

    Parameters
    ----------
    campaign, period
        Definition, and id of the period.
    tables
        Answers of the forms, with the frames ``LIVES`` and ``CONCESSIONS`` and the day: a step dated after it is not
        done yet, and what is done by a version of a later day is still open.
    """
    parts = []
    for form in campaign.forms:
        lives = tables.life_rows(form.id) if has_lives(form) else []
        parts += [_to_columns(form, at, one, tables.register) for at, one in enumerate(lives)]
    if not parts:
        return to_frame([], ENTRIES)
    rows = pd.concat(parts, ignore_index=True)
    forms = pd.factorize(rows["form_id"])[0]
    order = np.lexsort((rows["row"], rows["place"], rows["occurrence"], rows["unit"], forms))
    return to_frame(rows.take(order).assign(campaign=campaign.id, period=period), ENTRIES)


def _to_columns(form: Form, place: int, lives: LifeRows, register: Register) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "form_id": _take([form.id], np.zeros(len(lives.units), dtype=np.int64)),
            "unit_code": register.codes.array.take(lives.units),
            "unit": lives.units,
            "place": place,
            "row": lives.rows,
            "occurrence": lives.occurrences,
            "row_id": _to_texts(lives.row_ids),
            "version": lives.versions,
            "state": _to_texts(lives.states),
            "next_step": _to_texts(lives.next_steps),
            "is_closed": lives.is_closed,
            "claimed": lives.claimed,
            **{name: _to_iso(getattr(lives, name)) for name in ("opened_on", "due_on", "closed_on")},
            "days": lives.days,
            "overdue_days": lives.overdue_days,
            "due_moved": lives.due_moved,
            "refused": lives.refused,
            "flags": _to_texts(lives.flags),
        }
    )


def _to_texts(values: Objects) -> Any:
    codes, texts = pd.factorize(values)
    return _take(texts, codes)


def _to_iso(days: Days) -> Any:
    codes, distinct = pd.factorize(days)
    return _take(np.datetime_as_string(distinct.astype("datetime64[D]")), codes)


def _take(texts: Sequence[str] | npt.NDArray[Any], codes: npt.NDArray[Any]) -> Any:
    """Column of texts by their codes, -1 missing: a text that stands in thousands of rows is made once."""
    return pd.array(list(texts), dtype="string").take(codes, allow_fill=True)


# -- what expressions of measures know -----------------------------------------------------------------


def _name(lives: Sequence[LifeRows]) -> dict[str, Items]:
    """State, flags and days of entries and rows, as answers by their paths."""
    made = {}
    for one in lives:
        there = one.entries >= 0
        entries, rows = one.entries[there], one.rows[there]
        values: dict[str, npt.NDArray[Any]] = {
            ENTRY_STATE: one.states,
            ENTRY_CLOSED: one.is_closed.astype(np.float64),
            ENTRY_OVERDUE: (~one.is_closed & (one.overdue_days > 0)).astype(np.float64),
            ENTRY_FLAGS: one.flags,
            OPENED_ON: one.opened_on,
            CLOSED_ON: one.closed_on,
        }
        for name, column in values.items():
            texts = column if column.dtype != "datetime64[D]" else np.datetime_as_string(column)
            path = f"{one.repeat}/{name}" if one.repeat else name
            made[path] = Items(entries, rows, texts[there].astype(object))
    return made


# -- lives ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Subjects:
    """What lives: entries, or rows in them, with what says so."""

    table: AnswersTable
    repeat: str
    fixed: FixedRows | None
    items: Items
    units: Ints
    occurrences: Ints

    def __len__(self) -> int:
        return len(self.units)

    def path(self, name: str) -> str:
        """Path of a field in the same row, else of the form."""
        own = f"{self.repeat}/{name}"
        return own if self.repeat and self.table.field_type(own) else name

    def values(self, name: str) -> Objects:
        return self.table.values_at(self.path(name), self.items)

    def days(self, name: str) -> Days:
        return to_days(self.values(name))

    def holds(self, expression: str, today: date) -> Bools:
        """Where an expression holds; nowhere without answers."""
        found = np.zeros(len(self), dtype=bool)
        there = self.items.entries >= 0
        found[there] = self.table.find_rows(expression, self.items.keep(there), self.repeat, today)
        return found

    def find_among(self, units: Ints, occurrences: Ints, rows: Ints) -> Ints:
        """Place of each subject among others, by unit, occurrence and row; -1 where it is not there."""
        keys = pd.Index(_to_keys(units, occurrences, rows))
        own = pd.Index(_to_keys(self.units, self.occurrences, self.items.rows))
        made: Ints = keys.get_indexer(own).astype(np.int64)
        return made


def _to_keys(units: Ints, occurrences: Ints, rows: Ints) -> Ints:
    return (units << 40) | (occurrences << 16) | rows


def _read_lives(tables: AnswerTables, form: Form, table: AnswersTable) -> Iterator[LifeRows]:
    if form.life is not None:
        items = table.items(None)
        entries = table.entries
        yield _live(tables, form.life, _Subjects(table, "", None, items, entries.units, entries.occurrences))
    for fixed in find_fixed_rows(form, tables.register):
        if fixed.repeat.life is not None:
            yield _live(tables, fixed.repeat.life, _find_rows(form, table, fixed))


def _find_rows(form: Form, table: AnswersTable, fixed: FixedRows) -> _Subjects:
    """Rows of all entries, and of the units that have none."""
    items = table.items(fixed.repeat.id)
    units, occurrences = table.entries.units[items.entries], table.entries.occurrences[items.entries]
    if form.occurrence == "once" and not fixed.is_asked:
        silent = table.register.is_kind(*form.unit_kind)
        silent[table.entries.units] = False
        others = np.flatnonzero(silent).astype(np.int64)
        at, rows = fixed.spread(others)
        items = Items(
            np.concatenate([items.entries, np.full(len(at), -1, dtype=np.int64)]),
            np.concatenate([items.rows, rows]),
            np.full(len(items) + len(at), None, dtype=object),
        )
        units = np.concatenate([units, others[at]])
        occurrences = np.concatenate([occurrences, np.zeros(len(at), dtype=np.int64)])
    return _Subjects(table, fixed.repeat.id, fixed, items, units, occurrences)


@dataclass(frozen=True)
class _Told:
    """What the versions told: columns of ``LIVES`` for each subject."""

    opened_on: Days
    done_on: Days
    claimed: Bools
    due_moved: Ints
    refused: Ints


@dataclass(frozen=True)
class _Course:
    """How far a subject has come by the day."""

    states: Objects
    next_steps: Objects
    is_closed: Bools
    opened_on: Days
    closed_on: Days
    flags: Mapping[str, Bools]


def _live(tables: AnswerTables, life: Life, subjects: _Subjects) -> LifeRows:
    today = np.datetime64(tables.today)
    told = _read_told(tables.lives, subjects)
    course = (
        _by_state(life, subjects, told, today)
        if life.state is not None
        else _by_steps(life, subjects, told, tables.today)
    )
    closed, claimed = course.is_closed, told.claimed & ~course.is_closed
    due_on, times = _find_due(tables, life, subjects)
    # who waits for acceptance is not late for it
    said = np.where(claimed & (told.done_on <= today), told.done_on, today)
    ended = np.where(closed, course.closed_on, said)
    overdue = _count_days(due_on, ended)
    entries = subjects.items.entries
    versions = np.append(subjects.table.entries.versions, 0)[entries]
    rows = subjects.items.rows
    empty = np.full(len(subjects), "", dtype=object)
    return LifeRows(
        repeat=subjects.repeat,
        units=subjects.units,
        entries=entries,
        rows=rows,
        occurrences=subjects.occurrences,
        versions=versions,
        row_ids=empty if subjects.fixed is None else subjects.fixed.ids[rows],
        states=course.states,
        next_steps=course.next_steps,
        is_closed=closed,
        claimed=claimed,
        opened_on=course.opened_on,
        due_on=due_on,
        closed_on=course.closed_on,
        days=_count_days(course.opened_on, np.where(closed, course.closed_on, today)),
        overdue_days=overdue,
        due_moved=told.due_moved + times,
        refused=told.refused,
        flags=_join_flags({**course.flags, CLOSED_LATE: closed & (overdue > 0)}, len(subjects)),
    )


def _count_days(begin: Days, end: Days) -> Ints:
    """Days from one to the other; 0 if one is not known, or the other is earlier."""
    known = ~np.isnat(begin) & ~np.isnat(end)
    days = np.where(known, (end - begin).astype("timedelta64[D]").astype(np.int64), 0)
    return np.maximum(days, 0)


def _by_state(life: Life, subjects: _Subjects, told: _Told, today: np.datetime64) -> _Course:
    chosen = pd.Series(subjects.values(life.state or ""), dtype=object)
    closed = chosen.isin(life.done).to_numpy(dtype=bool) & ~(told.done_on > today)
    return _Course(
        states=chosen.where(chosen.notna(), "").to_numpy(dtype=object),
        next_steps=np.where(closed, "", life.state or "").astype(object),
        is_closed=closed,
        opened_on=told.opened_on,
        closed_on=np.where(closed, told.done_on, _NAT),
        flags={},
    )


def _by_steps(life: Life, subjects: _Subjects, told: _Told, today: date) -> _Course:
    names = np.array([*(step.field for step in life.steps), ""], dtype=object)
    days = np.stack([subjects.days(step.field) for step in life.steps], axis=1)
    days[days > np.datetime64(today)] = _NAT
    applies = np.stack(
        [
            np.ones(len(subjects), dtype=bool) if step.when is None else subjects.holds(step.when, today)
            for step in life.steps
        ],
        axis=1,
    )
    dated = applies & ~np.isnat(days)
    last, final = _find_last(dated), _find_last(applies)
    closed = (last >= 0) & (last == final)
    flags: dict[str, Bools] = {}
    for at, step in enumerate(life.steps):
        flags[f"{SKIPPED}{step.field}"] = applies[:, at] & ~dated[:, at] & (last > at)
    before = np.full(len(subjects), _NAT)
    for at, step in enumerate(life.steps):
        if step.within_days is not None:
            latest = before + np.timedelta64(step.within_days, "D")
            flags[f"{LATE}{step.field}"] = dated[:, at] & (days[:, at] > latest)
        before = np.where(dated[:, at], days[:, at], before)
    coming = applies & (np.arange(len(life.steps)) > last[:, np.newaxis])
    return _Course(
        states=names[last],
        next_steps=names[np.where(coming.any(axis=1), np.argmax(coming, axis=1), -1)],
        is_closed=closed,
        opened_on=np.where(dated[:, 0], days[:, 0], told.opened_on),
        closed_on=np.where(closed, days[np.arange(len(days)), final], _NAT),
        flags=flags,
    )


def _find_last(held: Bools) -> Ints:
    """Last column that is True in each row, -1 where none is."""
    last = held.shape[1] - 1 - np.argmax(held[:, ::-1], axis=1)
    return np.where(held.any(axis=1), last, -1).astype(np.int64)


def _join_flags(flags: Mapping[str, Bools], size: int) -> Objects:
    groups, first = group_rows([np.zeros(size), *flags.values()])
    names = [" ".join(name for name, raised in flags.items() if raised[at]) for at in first]
    return np.array([*names, ""], dtype=object)[groups]


# -- what was told and granted -------------------------------------------------------------------------


def _read_told(lives: pd.DataFrame, subjects: _Subjects) -> _Told:
    own = lives[(lives["form_id"] == subjects.table.form.id).to_numpy(dtype=bool, na_value=False)]
    ids = [""] if subjects.fixed is None else subjects.fixed.ids
    units = positions_in(own["unit_code"], subjects.table.register.codes)
    rows = positions_in(own["row_id"], pd.Index(ids, dtype="string"))
    kept = (units >= 0) & (rows >= 0)
    own = own[kept]
    at = subjects.find_among(units[kept], own["occurrence"].to_numpy(dtype=np.int64), rows[kept])

    def take(name: str) -> npt.NDArray[Any]:
        return np.append(own[name].to_numpy(), [0])[at]

    def take_days(name: str) -> Days:
        return np.append(to_days(own[name].to_numpy(dtype=object)), _NAT)[at]

    return _Told(
        opened_on=take_days("opened_on"),
        done_on=take_days("done_on"),
        claimed=take("claimed").astype(bool),
        due_moved=take("due_moved").astype(np.int64),
        refused=take("refused").astype(np.int64),
    )


def _find_due(tables: AnswerTables, life: Life, subjects: _Subjects) -> tuple[Days, Ints]:
    """Until when, as it was put off, and how many times it was."""
    times = np.zeros(len(subjects), dtype=np.int64)
    if life.due is None:
        return np.full(len(subjects), _NAT), times
    fixed = subjects.fixed
    if fixed is None or not life.due.startswith(_ROW):
        return subjects.days(life.due), times
    due_on = to_days(fixed.cells(life.due.removeprefix(_ROW)))[subjects.items.rows]
    granted = _read_concessions(tables, subjects.table.form.id, fixed)
    if granted.empty:
        return due_on, times
    units, rows = (granted[name].to_numpy(dtype=np.int64) for name in ("unit", "row"))
    at = subjects.find_among(units, np.zeros(len(units), dtype=np.int64), rows)
    later = np.append(granted["due_on"].to_numpy(dtype="datetime64[D]"), _NAT)[at]
    due_on = np.where(np.isnat(later), due_on, later)
    due_on[np.append(granted["excused"].to_numpy(dtype=bool), False)[at]] = _NAT
    return due_on, np.append(granted["times"].to_numpy(dtype=np.int64), 0)[at]


def _read_concessions(tables: AnswerTables, form_id: str, fixed: FixedRows) -> pd.DataFrame:
    """What levels granted for the rows of a repeat: due day, excused, times; by unit and row."""
    parts = []
    for check in (check for track in tables.campaign.tracks for check in track.checks):
        if not isinstance(check, RowsCheck) or check.rows != f"{form_id}/{fixed.repeat.id}":
            continue
        own = tables.concessions[(tables.concessions["check_id"] == check.check_id).to_numpy(dtype=bool)]
        named = fixed.ids if check.group is None else fixed.cells(check.group.removeprefix(_ROW))
        for part, some in own.groupby("part", dropna=False):
            is_meant = (
                (named == part) | (fixed.ids == part) | (not part)
            )  # a group, a row, or all of the check
            rows = np.flatnonzero(is_meant)
            units = positions_in(some["unit_code"], tables.register.codes)
            some = some.assign(unit=units, due_on=to_days(some["due_on"].to_numpy(dtype=object)))
            parts.append(some[units >= 0].merge(pd.DataFrame({"row": rows}), how="cross"))
    if not parts:
        return pd.DataFrame()
    every = pd.concat(parts)
    every["times"] = every["times"].where(every["due_on"].notna(), 0)
    latest = {"due_on": "max", "excused": "any", "times": "sum"}
    return every.groupby(["unit", "row"]).agg(latest).reset_index()
