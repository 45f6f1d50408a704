"""What is expected of every unit of a checklist, and where it stands: one vocabulary for rows, measures, conditions.

A check gives a block of *units × parts*: one part for a measure or a condition, one for each row of a table, or one
for each group of its rows. Arithmetic is done on whole blocks; the frame is made at the end.

Who stands where, the first that holds:

============== ==================================================================================================
not_applicable the check does not apply to the unit, or a level excused it
no_target      the organiser has set no number: shown, never red
reached        the answer that counts says so
claimed        handed in as done, and not accepted yet: never reached
overdue        not reached, and the day is after the due day
excess         more than allowed, with the due day past, or at any time where none is set
short          not reached on the last day of the period, with which it is due
due_soon       due within ``warn_days`` of the track
under_way      begun: a row in a state that says so, a number above 0, a condition that is known
not_begun      all others; a value that is missing is NaN, never 0
============== ==================================================================================================
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from pbwidgets.campaign.check_names import parts_of_rows, rows_of_check
from pbwidgets.campaign.checklists import Check, MeasureCheck, RowsCheck, Target, target_field
from pbwidgets.campaign.model import Campaign, Field, Period, Track
from pbwidgets.campaign.names import UNIT_DOMAIN, UNIT_KIND, rows_of_unit
from pbwidgets.campaign.tables import Table
from pbwidgets.scoring.arrays import Bools, Days, Floats, Ints, Objects, positions_in, to_days, to_objects
from pbwidgets.scoring.conditions import compute_column
from pbwidgets.scoring.frames import (
    CLAIMED,
    DUE_SOON,
    EXCESS,
    NO_TARGET,
    NOT_APPLICABLE,
    NOT_BEGUN,
    OVERDUE,
    REACHED,
    SHORT,
    STANDING_STATES,
    STANDINGS,
    UNDER_WAY,
    Records,
    to_frame,
)
from pbwidgets.scoring.measures import MeasureTable, to_numbers

_CODE: Final = {state: code for code, state in enumerate(STANDING_STATES)}
_NAT: Final = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class _Block:
    """What one check says of the units of a track; arrays are units × parts unless said otherwise.

    ``parts`` and ``headings`` are by part; ``concerned`` says which units have which part at all.
    """

    check_id: str
    parts: Sequence[str]
    headings: Sequence[str]
    concerned: Bools
    states: Ints
    values: Floats
    least: Floats
    most: Floats
    due: Days
    moved: Ints


@dataclass(frozen=True)
class _Judge:
    """What judging a track needs: its units (positions in the register), the day, and all that is known."""

    campaign: Campaign
    track: Track
    period: Period
    day: date
    table: MeasureTable
    entries: pd.DataFrame
    records: Records
    units: Ints

    @property
    def today(self) -> np.datetime64:
        return np.datetime64(self.day, "D")

    def compute(self, expression: str) -> Floats:
        """What an expression over measures gives for each unit."""
        return compute_for(expression, self.table, self.units, self.day)

    def wait(self, begun: Bools, due: Days) -> Ints:
        """States of what is not done: overdue, due soon, under way, or not begun."""
        with np.errstate(invalid="ignore"):
            late = due < self.today
            soon = ~late & (due - self.today <= np.timedelta64(self.track.warn_days, "D"))
        states = np.where(begun, _CODE[UNDER_WAY], _CODE[NOT_BEGUN])
        states = np.where(soon & ~np.isnat(due), _CODE[DUE_SOON], states)
        return np.where(late, _CODE[OVERDUE], states).astype(np.int64)


def compute_for(expression: str, table: MeasureTable, units: Ints, day: date) -> Floats:
    """What an expression over measures gives for some units, by their positions in the register; NaN: missing."""
    return compute_column(
        expression,
        {name: column.values[units] for name, column in table.columns.items()},
        len(units),
        day,
        options=table.options,
    )


def find_standings(
    campaign: Campaign, period: str, table: MeasureTable, entries: pd.DataFrame, records: Records
) -> pd.DataFrame:
    """Where every unit of every checklist stands in each of its checks, by track, unit and check.

    Parameters
    ----------
    campaign, period
        Definition, and id of the period.
    table
        All measures of the register.
    entries
        Columns ``ENTRIES``.
    records
        Submissions (for targets that are answers), lives, concessions, and the day.

    Returns
    -------
    pandas.DataFrame
        Columns ``STANDINGS``; a unit has no row for a part that its kind or domain does not have.
    """
    day = records.today(campaign.period(period))
    parts = []
    for track in campaign.tracks:
        if track.kind != "checklist" or not track.checks:
            continue
        units = table.register.of_kind(*track.unit_kind)
        judge = _Judge(campaign, track, campaign.period(period), day, table, entries, records, units)
        parts.append(_to_rows(judge, [_judge(judge, check) for check in track.checks]))
    filled = [part for part in parts if len(part)]
    made = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()
    return to_frame(made.assign(campaign=campaign.id, period=period), STANDINGS)


def _judge(judge: _Judge, check: Check) -> _Block:
    return _judge_rows(judge, check) if isinstance(check, RowsCheck) else _judge_stated(judge, check)


def _to_rows(judge: _Judge, blocks: Sequence[_Block]) -> pd.DataFrame:
    """Rows of all checks of a track, unit by unit."""
    at_unit, columns = [], []
    for block in blocks:
        unit, part = np.nonzero(block.concerned)
        late = (judge.today - block.due[unit, part]).astype(np.float64)
        states = block.states[unit, part]
        at_unit.append(unit)
        columns.append(
            {
                "check_id": np.full(len(unit), block.check_id, dtype=object),
                "part": np.array(block.parts, dtype=object)[part],
                "heading": np.array(block.headings, dtype=object)[part],
                "state": np.array(STANDING_STATES, dtype=object)[states],
                "value": block.values[unit, part],
                "least": block.least[unit, part],
                "most": block.most[unit, part],
                "due_on": block.due[unit, part],
                "overdue_days": np.where(states == _CODE[OVERDUE], late, 0),
                "due_moved": block.moved[unit, part],
            }
        )
    order = np.argsort(np.concatenate(at_unit), kind="stable")
    made = {name: np.concatenate([column[name] for column in columns])[order] for name in columns[0]}
    codes = judge.table.register.codes.to_numpy(dtype=object)[judge.units]
    unit_codes = codes[np.concatenate(at_unit)[order]]
    due = np.datetime_as_string(made["due_on"]).astype(object)
    due[np.isnat(made["due_on"])] = None
    made["due_on"] = due
    return pd.DataFrame({"unit_code": unit_codes, "track_id": judge.track.id, **made})


# -- what a level granted ------------------------------------------------------------------------------


def _grant(
    judge: _Judge, check_id: str, parts: Objects, due: Days, rows: Objects | None = None
) -> tuple[Bools, Days, Ints]:
    """Who is excused, the due days, and how often they were put off, after what levels granted.

    What is granted for a part stands before what is granted for the whole check. Of a check of rows a part may be
    one of the ``rows`` too, whatever group it is in.
    """
    rows = parts if rows is None else rows
    excused, due, moved = np.zeros(due.shape, dtype=bool), due.copy(), np.zeros(due.shape, dtype=np.int64)
    granted = judge.records.concessions
    ours = granted[(granted["check_id"] == check_id).to_numpy(dtype=bool, na_value=False)]
    if ours.empty:
        return excused, due, moved
    ours = ours.assign(at=positions_in(ours["unit_code"], judge.table.register.codes[judge.units]))
    for part, some in ours[ours["at"] >= 0].groupby("part"):  # the whole check, '', comes first
        of_part = (parts == part) | (rows == part) | (part == "")
        here = np.ix_(some["at"].to_numpy(), np.flatnonzero(of_part))
        later = to_days(to_objects(some["due_on"]))[:, None]
        excused[here] = some["excused"].to_numpy(dtype=bool)[:, None]
        due[here] = np.where(np.isnat(later), due[here], later)
        moved[here] += np.where(np.isnat(later), 0, some["times"].to_numpy(dtype=np.int64)[:, None])
    return excused, due, moved


# -- rows of a table -----------------------------------------------------------------------------------


def _judge_rows(judge: _Judge, check: RowsCheck) -> _Block:
    field = rows_of_check(judge.campaign, check)
    if field is None or field.table is None or field.life is None:
        return _nothing(judge, check)
    rows, life = field.table.rows, field.life
    parts = np.array(parts_of_rows(check, field.table), dtype=object)
    has = _find_having(judge, check, field)
    column = life.due.partition("/")[2] if life.due and life.due.startswith("row/") else None
    due_of_row = to_days(np.array([row.cell(column) if column else None for row in rows], dtype=object))
    told = _tell(judge, check, field.table)
    ids = np.array([row.id for row in rows], dtype=object)
    excused, due, moved = _grant(judge, check.check_id, parts, np.broadcast_to(due_of_row, has.shape), ids)
    due = np.where(np.isnat(told.due), due, told.due)  # an entry knows what was granted
    moved = np.where(told.entered, told.moved, moved)
    begun = told.begun | (told.states != "") if life.steps else told.begun | np.isin(told.states, life.begun)
    states = judge.wait(begun, due)
    states = np.where(told.claimed, _CODE[CLAIMED], states)
    states = np.where(told.closed, _CODE[REACHED], states)
    states = np.where(excused, _CODE[NOT_APPLICABLE], states)
    headings = [
        row.cell(check.heading.partition("/")[2]) if check.heading is not None else "" for row in rows
    ]
    whole = _Block(
        check.check_id,
        parts.tolist(),
        headings,
        has,
        states,
        np.where(excused, np.nan, (states == _CODE[REACHED]).astype(np.float64)),
        np.where(excused, np.nan, 1.0),
        np.full(has.shape, np.nan),
        due,
        moved,
    )
    return whole if check.group is None else _group(whole)


@dataclass(frozen=True)
class _Told:
    """What entries and lives tell of the rows, units × rows."""

    entered: Bools
    closed: Bools
    claimed: Bools
    begun: Bools
    states: Objects
    due: Days
    moved: Ints


def _tell(judge: _Judge, check: RowsCheck, table: Table) -> _Told:
    shape = len(judge.units), len(table.rows)
    entered, closed, claimed, begun = (np.zeros(shape, dtype=bool) for _ in range(4))
    states, due = np.full(shape, "", dtype=object), np.full(shape, _NAT)
    moved = np.zeros(shape, dtype=np.int64)
    index = pd.Index([row.id for row in table.rows])
    for frame, is_entry in ((judge.records.lives, False), (judge.entries, True)):
        ours = frame[(frame["form_id"] == check.rows.partition("/")[0]).to_numpy(dtype=bool, na_value=False)]
        ours = ours.sort_values("occurrence", kind="stable")  # of several entries the newest counts
        unit = positions_in(ours["unit_code"], judge.table.register.codes[judge.units])
        row = positions_in(ours["row_id"], index)
        known = (unit >= 0) & (row >= 0)
        ours, at = ours[known], (unit[known], row[known])
        claimed[at] |= ours["claimed"].to_numpy(dtype=bool)
        if not is_entry:
            begun[at] |= ours["begun_on"].notna().to_numpy(dtype=bool)
            continue
        entered[at] = True
        closed[at] = ours["is_closed"].to_numpy(dtype=bool)
        states[at] = ours["state"].fillna("").to_numpy(dtype=object)
        due[at] = to_days(to_objects(ours["due_on"]))
        moved[at] = ours["due_moved"].to_numpy(dtype=np.int64)
    return _Told(entered, closed, claimed, begun, states, due, moved)


def _find_having(judge: _Judge, check: RowsCheck, field: Field) -> Bools:
    """Which units have which rows: their kind has the form, and the table's condition holds for kind and domain."""
    register, table = judge.table.register, field.table
    kinds, domains = register.kinds_at(judge.units), register.domains_at(judge.units)
    asked = judge.campaign.form(check.rows.partition("/")[0]).unit_kind
    has = np.zeros((len(judge.units), len(table.rows) if table else 0), dtype=bool)
    pairs = pd.DataFrame({"kind": kinds, "domain": pd.Series(domains, dtype=object).fillna("")})
    for (kind, domain), group in pairs.groupby(["kind", "domain"], sort=False):
        own = rows_of_unit(field, {UNIT_KIND: str(kind), UNIT_DOMAIN: str(domain)}) if kind in asked else None
        ids = {row.id for row in own.rows} if own is not None else set()
        has[group.index.to_numpy()] = [row.id in ids for row in (table.rows if table else ())]
    return has


def _group(rows: _Block) -> _Block:
    """The block with a part for each group: reached once all rows that apply are, overdue as soon as one is."""
    names = list(dict.fromkeys(rows.parts))
    made = [_gather(rows, np.flatnonzero(np.array(rows.parts, dtype=object) == name)) for name in names]

    def stack(name: str) -> npt.NDArray[Any]:
        return np.stack([getattr(one, name) for one in made], axis=1)

    return _Block(
        rows.check_id,
        names,
        [rows.headings[rows.parts.index(name)] for name in names],
        stack("concerned"), stack("states"), stack("values"), stack("least"), stack("most"), stack("due"),
        stack("moved"),
    )  # fmt: skip


def _gather(rows: _Block, at: Ints) -> _Block:
    """One group of rows as one part; its arrays are by unit."""
    states, due = rows.states[:, at], rows.due[:, at]
    counted = rows.concerned[:, at] & (states != _CODE[NOT_APPLICABLE])

    def some(*wanted: str) -> Bools:
        found: Bools = (counted & np.isin(states, [_CODE[state] for state in wanted])).any(axis=1)
        return found

    reached = (counted & (states == _CODE[REACHED])).sum(axis=1)
    wanted = counted.sum(axis=1)
    open_rows = counted & ~np.isin(states, [_CODE[REACHED], _CODE[CLAIMED]])
    conditions = (
        (wanted == 0, NOT_APPLICABLE),
        (reached == wanted, REACHED),
        (some(OVERDUE), OVERDUE),
        (~open_rows.any(axis=1), CLAIMED),
        (some(DUE_SOON), DUE_SOON),
        (some(REACHED, CLAIMED, UNDER_WAY), UNDER_WAY),
    )
    made = np.select(
        [one for one, _ in conditions], [_CODE[state] for _, state in conditions], _CODE[NOT_BEGUN]
    )
    numbers = wanted > 0
    return _Block(
        rows.check_id, (), (),
        np.asarray(rows.concerned[:, at].any(axis=1), dtype=bool),
        made.astype(np.int64),
        np.where(numbers, reached, np.nan),
        np.where(numbers, wanted, np.nan),
        np.full(len(made), np.nan),
        np.where(open_rows.any(axis=1), _first_day(due, open_rows), _last_day(due, counted)),
        np.where(counted, rows.moved[:, at], 0).max(axis=1, initial=0),
    )  # fmt: skip


def _first_day(due: Days, wanted: Bools) -> Days:
    """Earliest of the wanted days of each unit; NaT without any."""
    found: Days = np.fmin.reduce(np.where(wanted, due, _NAT), axis=1)
    return found


def _last_day(due: Days, wanted: Bools) -> Days:
    """Latest of the wanted days of each unit; NaT without any."""
    found: Days = np.fmax.reduce(np.where(wanted, due, _NAT), axis=1)
    return found


def _nothing(judge: _Judge, check: RowsCheck) -> _Block:
    """A check of rows that do not exist, which ``pbwidgets check`` refuses."""
    empty = np.zeros((len(judge.units), 0))
    return _Block(
        check.check_id, (), (), empty.astype(bool), empty.astype(np.int64), empty, empty, empty,
        empty.astype("datetime64[D]"), empty.astype(np.int64),
    )  # fmt: skip


# -- measures and conditions ---------------------------------------------------------------------------


def _judge_stated(judge: _Judge, check: Any) -> _Block:
    size = len(judge.units)
    set_due = _due_day(judge.period, check.due)
    first = np.full((size, 1), np.datetime64(set_due or judge.period.ends, "D"))
    excused, due, moved = _grant(judge, check.check_id, np.array([""], dtype=object), first)
    out = excused[:, 0]
    if check.applies is not None:
        out |= judge.compute(check.applies) == 0  # not known: it is expected of who has not said
    judged = (
        _measure(judge, check, set_due is not None, due[:, 0])
        if isinstance(check, MeasureCheck)
        else _ask(judge, check.when)
    )
    states = judge.wait(judged.begun, due[:, 0])
    at_end = (due[:, 0] == np.datetime64(judge.period.ends, "D")) & (judge.day >= judge.period.ends)
    states = np.where(at_end, _CODE[SHORT], states)
    for where, state in (
        (judged.excess, EXCESS),
        (judged.reached, REACHED),
        (judged.aimless, NO_TARGET),
        (out | judged.out, NOT_APPLICABLE),
    ):
        states = np.where(where, _CODE[state], states)
    return _Block(
        check.check_id,
        [""],
        [check.heading or ""],
        np.ones((size, 1), dtype=bool),
        states[:, None].astype(np.int64),
        judged.values[:, None],
        judged.least[:, None],
        judged.most[:, None],
        due,
        moved,
    )


def _due_day(period: Period, due: str | None) -> date | None:
    """Day that a check states; None where it states none, or the period has no such phase."""
    if due is None or due[0].isdigit():
        return date.fromisoformat(due) if due else None
    return next((phase.ends for phase in period.phases if phase.id == due), None)


@dataclass(frozen=True)
class _Judged:
    values: Floats
    least: Floats
    most: Floats
    reached: Bools
    begun: Bools
    excess: Bools
    aimless: Bools
    out: Bools


def _ask(judge: _Judge, when: str) -> _Judged:
    values = judge.compute(when)
    values = np.where(np.isnan(values), np.nan, (values != 0).astype(np.float64))
    none, nothing = np.zeros(len(values), dtype=bool), np.full(len(values), np.nan)
    return _Judged(values, nothing, nothing, values == 1, values == 0, none, none, none)


def _measure(judge: _Judge, check: MeasureCheck, has_due: bool, due: Days) -> _Judged:
    column = judge.table.columns[check.measure]
    values = column.values[judge.units]
    least, most = (_aim(judge, target) for target in (check.at_least, check.at_most))
    with np.errstate(invalid="ignore"):
        above, below = ~(values < least - _NOISE), ~(values > most + _NOISE)
        over = values > most + _NOISE
    known = ~np.isnan(values)
    past = due <= judge.today if judge.day >= judge.period.ends else due < judge.today
    return _Judged(
        values,
        least,
        most,
        reached=known & above & below,
        begun=known & (values > 0),
        excess=over & (past | (not has_due)),
        aimless=np.isnan(least) & np.isnan(most),
        out=column.not_applicable[judge.units] | ~column.concerned[judge.units],
    )


_NOISE: Final = 1e-9


def _aim(judge: _Judge, target: Target | None) -> Floats:
    """The number to reach of each unit; NaN where none is set, or it cannot be known."""
    if target is None:
        return np.full(len(judge.units), np.nan)
    if isinstance(target, int | float):
        return np.full(len(judge.units), float(target))
    place = target_field(target)
    return judge.compute(target) if place is None else _read_aim(judge, *place)


def _read_aim(judge: _Judge, form_id: str, path: str) -> Floats:
    """The answer of the unit itself, or of the nearest unit above it that has handed the form in."""
    register, rows = judge.table.register, judge.records.submissions
    rows = rows[(rows["form_id"] == form_id).to_numpy(dtype=bool, na_value=False)]
    rows = rows.assign(at=positions_in(rows["unit_code"], register.codes))
    rows = rows[rows["at"] >= 0].sort_values(["occurrence", "version", "row"], kind="stable")
    given = np.append(np.zeros(len(register), dtype=bool), False)
    given[rows["at"].to_numpy(dtype=np.int64)] = True
    own = rows[(rows["field"] == path).to_numpy(dtype=bool, na_value=False)]
    numbers = np.full(len(register) + 1, np.nan)
    numbers[own["at"].to_numpy(dtype=np.int64)] = to_numbers(to_objects(own["value"]))
    at = judge.units
    for above in _climb(judge):
        at = np.where(given[at], at, above)
    return numbers[at]


def _climb(judge: _Judge) -> Iterator[Ints]:
    """The units above each unit, one step further every time, -1 beyond the top."""
    above = judge.table.register.step_up(judge.units)
    while (above >= 0).any():
        yield above
        above = judge.table.register.step_up(above)
