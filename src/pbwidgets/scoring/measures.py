"""Measures: numbers computed from the answers of a unit, of its subtree, or of an ancestor."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from pbwidgets.campaign.model import Campaign, Measure, Period, Track
from pbwidgets.campaign.names import UNIT_DOMAIN, UNIT_KIND, UNIT_NAMES
from pbwidgets.scoring.answers_table import AnswersTable, Items
from pbwidgets.scoring.arrays import Bools, Floats, Ints, Objects, positions_in, to_days
from pbwidgets.scoring.entries import CLOSED_ON, OPENED_ON, AnswerTables
from pbwidgets.scoring.frames import MEASURES, to_frame
from pbwidgets.scoring.register import Register
from pbwidgets.scoring.running import run_balances

_MANY: Final = ("select_multiple", "image", "file")  # one answer holds several, with spaces
_WORDS: Final = {"yes": "1", "no": "0", "true": "1", "false": "0"}


@dataclass(frozen=True)
class MeasureColumn:
    """One measure for all units of the register, in its order.

    Attributes
    ----------
    values
        float64; NaN where missing, not applicable, or not asked of the unit.
    counts
        Submissions or rows it is based on, int64.
    missing, not_applicable
        bool; both False for units that the measure does not concern.
    concerned
        Units of the kinds that have this measure.
    options
        Ids of the options that the values are places of, from 1; empty for a measure that is a number.
    """

    values: Floats
    counts: Ints
    missing: Bools
    not_applicable: Bools
    concerned: Bools
    options: tuple[str, ...] = ()

    def name_answers(self, prefix: str = "") -> Floats | Objects:
        """Values, or the ids of the options chosen (None where there is none), each after a prefix."""
        if not self.options:
            return self.values
        ids = np.array([None, *(f"{prefix}{option}" for option in self.options)], dtype=object)
        return ids[np.nan_to_num(self.values).astype(np.int64)]


@dataclass(frozen=True)
class MeasureTable:
    """All measures of a campaign, by id."""

    register: Register
    columns: Mapping[str, MeasureColumn]

    @cached_property
    def options(self) -> Mapping[str, Sequence[str]]:
        """Ids of the options of each measure that is one that was chosen, as their numbers count them."""
        return {name: column.options for name, column in self.columns.items() if column.options}


@dataclass(frozen=True)
class _Tally:
    """What one measure gives for every unit, before anything is said about what is missing."""

    values: Floats
    counts: Ints
    unanswered: Bools


def measure_units(
    campaign: Campaign,
    period: str,
    submissions: pd.DataFrame,
    register: Register,
    today: date | None = None,
) -> MeasureTable:
    """Every measure of the campaign for every unit of the kinds it concerns.

    A measure is missing where nothing counted was submitted, where a number was not answered, where a repeat
    that may be answered with "none of these" was left blank, or where a share has nothing below the line or no
    matter was closed; ``empty_is_zero`` makes it 0. It is not applicable where
    ``not_applicable_when`` holds for all entries. A subtree pools the rows of all units in it; an ancestor's
    value is given to each unit below it. ``latest`` takes the last row of the highest occurrence.
    Submissions of units that are not in the register (merged away before the period's day) are left out:
    they are not carried over to the unit that took them over.

    Parameters
    ----------
    campaign, period
        Definition, and id of the period.
    submissions
        Frame with the columns ``SUBMISSIONS``.
    register
        Units of the period.
    today
        What ``today()`` gives, and up to when open matters count; by default the period's last day.
    """
    today = today or campaign.period(period).ends
    return measure_tables(campaign, period, AnswerTables(campaign, register, today, submissions))


def measure_tables(campaign: Campaign, period: str, tables: AnswerTables) -> MeasureTable:
    """Every measure as :func:`measure_units` gives it, of answers that know how their entries stand."""
    columns = {
        measure.id: replace(
            _measure(
                campaign,
                measure,
                tables.of(measure.form, measure.states),
                tables.register,
                _Days.of(campaign.period(period), measure, tables.today),
            ),
            options=tuple(option.id for option in campaign.options_of(measure)),
        )
        for measure in campaign.measures
    }
    return MeasureTable(tables.register, columns | _read_units(tables.register))


def _read_units(register: Register) -> dict[str, MeasureColumn]:
    """Kind and domain of every unit, which expressions over measures name like what was chosen.

    A unit without a domain is of none, as in forms: that is known, not missing.
    """
    codes, ids = np.zeros(len(register), dtype=np.int64), pd.Index([""])
    if (
        register.domains is not None and register.domains.notna().any()
    ):  # to look for what is not there takes long
        codes, ids = pd.factorize(register.domains.fillna(""))
    known = np.zeros(len(register), dtype=bool)
    return {
        name: MeasureColumn(
            values=np.where(places < 0, np.nan, places + 1.0),
            counts=np.zeros(len(register), dtype=np.int64),
            missing=known,
            not_applicable=known,
            concerned=~known,
            options=tuple(map(str, options)),
        )
        for name, places, options in (
            (UNIT_KIND, register.kind_codes, register.kind_ids),
            (UNIT_DOMAIN, codes, ids),
        )
    }


@dataclass(frozen=True)
class _Days:
    """Days that one measure looks at: today, and its window if it has one."""

    today: date
    begins: date | None = None
    ends: date | None = None

    @classmethod
    def of(cls, period: Period, measure: Measure, today: date) -> "_Days":
        if measure.window is None:
            return cls(today)
        phases = {phase.id: phase for phase in period.phases}
        if measure.window.phase is None:
            return cls(today, period.begins, period.ends)
        phase = phases.get(measure.window.phase)
        if phase is None:  # a period without that phase has no days in it
            return cls(today, period.ends, date.min)
        return cls(today, phase.begins, phase.ends)


def to_measures_frame(campaign: Campaign, period: str, table: MeasureTable) -> pd.DataFrame:
    """Frame with the columns ``MEASURES``: a row for each unit that a measure concerns."""
    codes = table.register.codes.to_numpy(dtype=object)
    parts = []
    for measure_id, column in table.columns.items():
        if measure_id in UNIT_NAMES:
            continue
        at = np.flatnonzero(column.concerned)
        parts.append(
            pd.DataFrame(
                {
                    "unit_code": codes[at],
                    "measure_id": measure_id,
                    "value": column.values[at],
                    "n": column.counts[at],
                    "missing": column.missing[at],
                    "not_applicable": column.not_applicable[at],
                }
            )
        )
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return to_frame(rows.assign(campaign=campaign.id, period=period), MEASURES)


def find_submitting(campaign: Campaign, track: Track, submissions: pd.DataFrame, register: Register) -> Bools:
    """Units of a track that have a counted submission of their own.

    Forms that a review level fills about a unit (an incident entered by the county) do not make it one that
    has submitted, unless there are no others for its kind, or the track has no others.
    """
    at = positions_in(submissions["unit_code"], register.codes)
    found = np.zeros(len(register), dtype=bool)
    typed_in = [form.id for form in campaign.forms if form.id in track.forms and form.filled_by is not None]
    all_typed_in = typed_in if len(typed_in) == len(track.forms) else []
    for kind in track.unit_kind:
        about = [form for form in campaign.forms if kind in form.unit_kind and form.survey is None]
        own = [form.id for form in about if form.filled_by is None] or [form.id for form in about]
        own += all_typed_in
        counted = (at >= 0) & submissions["form_id"].isin(own).to_numpy(dtype=bool, na_value=False)
        submitting = np.bincount(at[counted], minlength=len(register)).astype(bool)
        found |= submitting & register.is_kind(kind)
    return found


def _measure(
    campaign: Campaign, measure: Measure, table: AnswersTable, register: Register, days: _Days
) -> MeasureColumn:
    spread = _spread_up if measure.over == "subtree" else _stay
    entries, places = spread(np.arange(len(table.entries)), table.entries.units, register)
    submitted = np.bincount(places, minlength=len(register))
    options = tuple(option.id for option in campaign.options_of(measure))
    tally = _tally(measure, options, table, register, spread, days)
    missing = (submitted == 0) | tally.unanswered
    not_applicable = np.zeros(len(register), dtype=bool)
    if measure.not_applicable_when and len(places):
        flags = table.find_rows(measure.not_applicable_when, table.items(None), "", days.today)[entries]
        not_applicable = (submitted > 0) & (np.bincount(places[flags], minlength=len(register)) == submitted)
    values = np.where(missing, 0.0 if measure.empty_is_zero else np.nan, tally.values)
    missing = missing & (not measure.empty_is_zero) & ~not_applicable
    values = np.where(not_applicable, np.nan, values)
    kinds = set(measure_kinds(campaign, measure))
    if measure.over == "subtree":
        kinds |= campaign.kinds_above(*kinds)
    elif measure.over == "ancestor":
        return _hand_down(campaign, measure, register, values, tally.counts, missing, not_applicable)
    concerned = register.is_kind(*kinds)
    return _within(MeasureColumn(values, tally.counts, missing, not_applicable, concerned))


def measure_kinds(campaign: Campaign, measure: Measure) -> tuple[str, ...]:
    """Kinds of unit whose answers a measure reads."""
    return campaign.form(measure.form).unit_kind


def _hand_down(
    campaign: Campaign,
    measure: Measure,
    register: Register,
    values: Floats,
    counts: Ints,
    missing: Bools,
    not_applicable: Bools,
) -> MeasureColumn:
    kinds = (measure.ancestor_kind,) if measure.ancestor_kind else measure_kinds(campaign, measure)
    above = register.ancestors(*kinds)
    # a unit without such an ancestor reads the added last place: nothing known
    column = MeasureColumn(
        values=np.append(values, 0.0 if measure.empty_is_zero else np.nan)[above],
        counts=np.append(counts, 0)[above],
        missing=np.append(missing, not measure.empty_is_zero)[above],
        not_applicable=np.append(not_applicable, False)[above],
        concerned=register.is_kind(*campaign.kinds_below(*kinds)),
    )
    return _within(column)


def _within(column: MeasureColumn) -> MeasureColumn:
    concerned = column.concerned
    return MeasureColumn(
        values=np.where(concerned, column.values, np.nan),
        counts=np.where(concerned, column.counts, 0),
        missing=column.missing & concerned,
        not_applicable=column.not_applicable & concerned,
        concerned=concerned,
    )


_Spread = Callable[[Ints, Ints, Register], tuple[Ints, Ints]]


def _stay(items: Ints, units: Ints, register: Register) -> tuple[Ints, Ints]:
    del register
    return items, units


def _spread_up(items: Ints, units: Ints, register: Register) -> tuple[Ints, Ints]:
    """Each item once for its unit and once for every unit above it."""
    all_items, all_units = [], []
    while len(items):
        all_items.append(items)
        all_units.append(units)
        above = register.step_up(units)
        items, units = items[above >= 0], above[above >= 0]
    empty = np.zeros(0, dtype=np.int64)
    return np.concatenate([empty, *all_items]), np.concatenate([empty, *all_units])


# -- aggregates ----------------------------------------------------------------------------------------


def _tally(
    measure: Measure,
    options: tuple[str, ...],
    table: AnswersTable,
    register: Register,
    spread: _Spread,
    days: _Days,
) -> _Tally:
    every = _within_window(measure, table, table.items(measure.field), days)
    wanted = _find_wanted(measure, measure.field, table, every, days.today)

    def place(items: Items, weights: Floats) -> Floats:
        at, units = spread(np.arange(len(items)), table.entries.units[items.entries], register)
        return np.bincount(units, weights[at], minlength=len(register)).astype(np.float64)

    kept = every.keep(wanted)
    counts = place(kept, np.ones(len(kept))).astype(np.int64)
    answered = place(every, np.ones(len(every))) > 0
    blank = np.zeros(len(register), dtype=bool)
    repeat = table.find_repeat((measure.field or "").partition("/")[0])
    if repeat is not None and repeat.may_be_none:  # neither rows nor "none of these"
        for told in (table.items(repeat.id), table.find_none(repeat.id)):
            blank |= place(told, np.ones(len(told))) > 0
        blank = ~blank
    match measure.aggregate:
        case "count":
            return _Tally(place(kept, _sizes(kept, table.field_type(measure.field or ""))), counts, blank)
        case "sum":
            total = _sum(measure, table, kept, register, spread)
            return _Tally(total, counts, blank if "/" in (measure.field or "") else ~answered)
        case "distinct":
            return _Tally(_count_distinct(measure, table, kept, register, spread), counts, blank)
        case "latest" | "chosen":
            numbers = _place_in(options, kept.values) if options else to_numbers(kept.values)
            values = _find_latest(table, kept, numbers, register, spread)
            return _Tally(values, counts, np.isnan(values))
        case "days_to_close":
            return _average_days(measure, table, kept, place, days.today)
        case "running":
            return _Tally(_balance(measure, table, kept, register, spread, days.today), counts, ~answered)
    return _share(measure, table, every, kept, place, days)


def _within_window(measure: Measure, table: AnswersTable, items: Items, days: _Days) -> Items:
    """Items dated within the measure's window, all of them if it has none; items without a date are left out."""
    if measure.window is None or days.begins is None or days.ends is None:
        return items
    dates = to_days(table.values_at(measure.window.field, items))
    first, last = np.datetime64(days.begins), np.datetime64(days.ends)
    return items.keep((dates >= first) & (dates <= last))


def _average_days(
    measure: Measure, table: AnswersTable, kept: Items, place: Callable[[Items, Floats], Floats], today: date
) -> _Tally:
    if measure.closed_on is None:  # from the first step of a life to its end
        prefix = f"{measure.field}/" if measure.field else ""
        opened, closed = (
            to_days(table.values_at(f"{prefix}{name}", kept)) for name in (OPENED_ON, CLOSED_ON)
        )
    else:
        opened, closed = to_days(kept.values), to_days(table.values_at(measure.closed_on, kept))
    if measure.count_open:
        closed = np.where(np.isnat(closed), np.datetime64(today), closed)
    days = (closed - opened).astype("timedelta64[D]").astype(np.float64)
    # closed before it was opened is a typing mistake, not a number of days
    known = ~np.isnat(opened) & ~np.isnat(closed) & (closed >= opened)
    kept, days = kept.keep(known), days[known]
    number = place(kept, np.ones(len(kept)))
    nothing = number == 0
    mean = np.where(nothing, np.nan, place(kept, days) / np.where(nothing, 1.0, number))
    return _Tally(mean, number.astype(np.int64), nothing)


def _find_wanted(measure: Measure, path: str | None, table: AnswersTable, items: Items, today: date) -> Bools:
    if measure.where is None:
        return np.ones(len(items), dtype=bool)
    repeat = path if path is not None and table.is_repeat(path) else (path or "").rpartition("/")[0]
    return table.find_rows(measure.where, items, repeat or "", today)


def _share(
    measure: Measure,
    table: AnswersTable,
    every: Items,
    kept: Items,
    place: Callable[[Items, Floats], Floats],
    days: _Days,
) -> _Tally:
    counts = place(kept, np.ones(len(kept))).astype(np.int64)
    if measure.denominator is None:
        above, below = place(kept, np.ones(len(kept))), place(every, np.ones(len(every)))
    else:
        others = _within_window(measure, table, table.items(measure.denominator), days)
        others = others.keep(_find_wanted(measure, measure.denominator, table, others, days.today))
        above = place(kept, np.nan_to_num(to_numbers(kept.values)))
        below = place(others, np.nan_to_num(to_numbers(others.values)))
    nothing = below <= 0
    return _Tally(np.where(nothing, np.nan, 100.0 * above / np.where(nothing, 1.0, below)), counts, nothing)


def to_numbers(values: Objects) -> Floats:
    """Answers as numbers: ``yes`` and ``true`` count 1, ``no`` and ``false`` 0, other text is NaN.

    >>> to_numbers(np.array(["3", "2.5", "yes", "often", None], dtype=object)).tolist()
    [3.0, 2.5, 1.0, nan, nan]
    """
    column = pd.Series(values, dtype=object).replace(_WORDS)
    made: Floats = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64)
    return made


def _sizes(items: Items, field_type: str) -> Floats:
    if field_type in _MANY:
        return np.array([len(str(value).split()) for value in items.values], dtype=np.float64)
    return np.ones(len(items))


def _count_distinct(
    measure: Measure, table: AnswersTable, items: Items, register: Register, spread: _Spread
) -> Floats:
    at, units = spread(np.arange(len(items)), table.entries.units[items.entries], register)
    values = pd.Series(items.values[at], index=units, dtype=object)
    if table.field_type(measure.field or "") in _MANY:
        values = values.str.split().explode()
    pairs = pd.DataFrame({"unit": values.index, "value": values.to_numpy()}).drop_duplicates()
    return np.bincount(pairs["unit"].to_numpy(dtype=np.int64), minlength=len(register)).astype(np.float64)


def _sum(measure: Measure, table: AnswersTable, items: Items, register: Register, spread: _Spread) -> Floats:
    """Sum of the numbers of each unit; with ``highest_per`` of the highest one of each value there only."""
    at, units = spread(np.arange(len(items)), table.entries.units[items.entries], register)
    numbers: Floats = np.nan_to_num(to_numbers(items.values))[at]
    if measure.highest_per is not None:
        # what is not named is not known to be the same
        named = pd.Series(table.values_at(measure.highest_per, items)[at], dtype=object)
        named = named.where(named.notna(), pd.Series(at))
        rows = pd.DataFrame({"unit": units, "named": named, "number": numbers})
        highest = rows.groupby(["unit", "named"], sort=False)["number"].max()
        units = highest.index.get_level_values("unit").to_numpy(dtype=np.int64)
        numbers = highest.to_numpy(dtype=np.float64)
    total: Floats = np.bincount(units, numbers, minlength=len(register)).astype(np.float64)
    return total


def _balance(
    measure: Measure, table: AnswersTable, items: Items, register: Register, spread: _Spread, today: date
) -> Floats:
    """Balance of each unit on the day, or the lowest up to it; what is dated after the day has not moved yet."""
    signs = np.ones(len(items))
    if measure.sign_field is not None:
        signs = np.array(
            [measure.signs.get(kind, np.nan) for kind in table.values_at(measure.sign_field, items)]
        )
    dates = to_days(table.values_at(measure.dated_by or "", items))
    amounts = np.where(dates > np.datetime64(today), np.nan, signs * to_numbers(items.values))
    at, units = spread(np.arange(len(items)), table.entries.units[items.entries], register)
    balances = run_balances(units, dates[at], amounts[at], at, len(register))
    return balances.end if measure.at == "end" else balances.lowest


def _place_in(options: tuple[str, ...], values: Objects) -> Floats:
    """Place of each answer in the list of options, from 1; NaN for any other."""
    places = {option: float(at) for at, option in enumerate(options, start=1)}
    return np.array([places.get(value, np.nan) for value in values], dtype=np.float64)


def _find_latest(
    table: AnswersTable, items: Items, numbers: Floats, register: Register, spread: _Spread
) -> Floats:
    at, units = spread(np.arange(len(items)), table.entries.units[items.entries], register)
    entries = items.entries[at]
    order = np.lexsort(
        (
            items.rows[at],
            table.entries.versions[entries],
            table.entries.units[entries],
            table.entries.occurrences[entries],
        )
    )
    latest = np.full(len(register), np.nan)
    latest[units[order]] = numbers[at][order]  # the last of several stays
    return latest
