"""Lists on which units come by a condition: who is proposed, what was decided, and what put a unit there.

Lists are worked out in an order in which each comes after those that it counts (``listed``). Of a group a unit is on
the first list whose condition holds. What only the top may see is told apart by :func:`is_for_top`, never mixed in.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from graphlib import TopologicalSorter
from typing import Any, Final

import numpy as np
import pandas as pd

from pbwidgets.campaign.checklists import CHECK, CHECK_ALL, CHECK_NAMES, UnitList
from pbwidgets.campaign.expressions import parse
from pbwidgets.campaign.list_order import before_in_group, rests_on, top_lists
from pbwidgets.campaign.model import Campaign
from pbwidgets.campaign.names import UNIT_NAMES
from pbwidgets.scoring.arrays import Floats, Ints, Objects, positions_in, to_objects
from pbwidgets.scoring.conditions import compute_column
from pbwidgets.scoring.coverage import EXPECTED
from pbwidgets.scoring.frames import (
    LISTED,
    REACHED,
    SELECTED,
    Records,
    to_frame,
)
from pbwidgets.scoring.measures import MeasureTable

MOST_NAMED: Final = 20
"""Checks that a reason names at most; of more it says how many there are."""
HOLDS, ELSE, ALL, NOT_MET, ON_OTHER, UNKNOWN = (
    "standing.list_holds",
    "standing.list_else",
    "standing.list_all",
    "standing.list_not_met",
    "standing.list_on_other",
    "standing.list_unknown",
)
"""Why a unit is on a list, or is not: codes of the catalogue."""


def list_units(
    campaign: Campaign,
    period: str,
    table: MeasureTable,
    standings: pd.DataFrame,
    records: Records,
) -> pd.DataFrame:
    """All lists of a campaign, in its order, each with every unit that it concerns.

    Parameters
    ----------
    campaign, period
        Definition, and id of the period.
    table
        All measures of the register.
    standings
        Columns ``STANDINGS``.
    records
        Decisions, lists of earlier periods, and the day.

    Returns
    -------
    pandas.DataFrame
        Columns ``LISTED``: also lists for the top only.
    """
    run = _Run(campaign, period, records.today(campaign.period(period)), table, standings, records)
    for item in order_lists(campaign):
        run.made[item.id] = run.list_one(item)
    parts = [run.made[item.id] for item in campaign.lists if len(run.made[item.id])]
    return to_frame(pd.concat(parts, ignore_index=True) if parts else [], LISTED)


def for_all(campaign: Campaign, listed: pd.DataFrame) -> pd.DataFrame:
    """Rows of the lists that everybody may see who may see lists at all; columns as they come."""
    return listed[~listed["list_id"].isin(top_lists(campaign))].reset_index(drop=True)


def for_top(campaign: Campaign, listed: pd.DataFrame) -> pd.DataFrame:
    """Rows of the lists that only the top may see; columns as they come."""
    return listed[listed["list_id"].isin(top_lists(campaign))].reset_index(drop=True)


def order_lists(campaign: Campaign) -> list[UnitList]:
    """Lists in an order in which each comes after those that its condition counts, and those of its group before it.

    Raises
    ------
    graphlib.CycleError
        If lists rest on each other in a circle; ``pbwidgets check`` refuses such a file.
    """
    by_id = {item.id: item for item in campaign.lists}
    order = TopologicalSorter(rests_on(campaign))
    return [by_id[list_id] for list_id in order.static_order() if list_id in by_id]


def kinds_of_list(campaign: Campaign, item: UnitList) -> tuple[str, ...]:
    """Kinds of unit that may be on a list: its own, those of its track, or all that a track assesses."""
    if item.unit_kind:
        return item.unit_kind
    tracks = [track for track in campaign.tracks if item.of in (None, track.id)]
    return tuple(dict.fromkeys(kind for track in tracks for kind in track.unit_kind))


@dataclass(frozen=True)
class _Run:
    campaign: Campaign
    period: str
    day: date
    table: MeasureTable
    standings: pd.DataFrame
    records: Records
    made: dict[str, pd.DataFrame] = field(default_factory=dict)

    def list_one(self, item: UnitList) -> pd.DataFrame:
        units = self.table.register.of_kind(*kinds_of_list(self.campaign, item))
        codes = self.table.register.codes[units]
        standings = self.standings[
            (self.standings["track_id"] == item.of).to_numpy(dtype=bool, na_value=False)
        ]
        at = positions_in(standings["unit_code"], codes)
        names = sorted(parse(item.when).names) if item.when else []
        columns = {name: self._column(name, units, at, standings) for name in names}
        taken, missing = self._before(item, codes)
        holds = self._ask(item, columns, missing)
        proposed = (holds == 1) & (taken == "")
        decided = self._decided(item, codes)
        written = self._explain(item, columns, holds, (taken, missing), _name_checks(standings, at, names))
        return to_frame(
            {
                "campaign": self.campaign.id,
                "period": self.period,
                "list_id": item.id,
                "unit_code": codes.to_numpy(dtype=object),
                "proposed": proposed,
                "decided": decided["status"],
                "decided_on": decided["decided_on"],
                "on_list": (decided["status"] == SELECTED).to_numpy(dtype=bool, na_value=False)
                if item.decided
                else proposed,
                "reason_code": [code for code, _ in written],
                "reason_args": [args for _, args in written],
            },
            LISTED,
        )

    def _explain(
        self,
        item: UnitList,
        columns: Mapping[str, Floats],
        holds: Floats,
        before: tuple[Objects, Objects],
        checks: Mapping[int, Any],
    ) -> list[tuple[str, str]]:
        """Code and arguments of the reason of each unit."""
        shown = {name: column.tolist() for name, column in columns.items() if name not in UNIT_NAMES}
        written = []
        for unit, (held, other, lacking) in enumerate(zip(holds.tolist(), *before, strict=True)):
            values = {name: _plain(column[unit]) for name, column in shown.items()}
            if other:
                written.append((ON_OTHER, _encode({"list_id": other})))
            elif math.isnan(held):
                missing = lacking or [name for name, value in values.items() if value is None]
                written.append((UNKNOWN, _encode({"list_id": item.id, "missing": missing})))
            else:
                written.append(_word_args(item, values, checks.get(unit, {}), held == 1))
        return written

    def _ask(self, item: UnitList, columns: Mapping[str, Floats], missing: Objects) -> Floats:
        """Whether the condition holds for each unit: 1, 0, or NaN where it is not known.

        Without a condition it is for all others, and who they are is not known where a list before is not.
        """
        if item.when is None:
            return np.array([np.nan if lacking else 1.0 for lacking in missing])
        held = compute_column(item.when, columns, len(missing), self.day, options=self.table.options)
        return np.where(np.isnan(held), np.nan, (held != 0).astype(np.float64))

    def _column(self, name: str, units: Ints, at: Ints, standings: pd.DataFrame) -> Floats:
        """Values of one name of the condition for each unit."""
        if name in CHECK_NAMES:
            state = standings["state"]
            here = state.isin(EXPECTED) if name == CHECK_ALL else state == name.removeprefix(CHECK)
            return _count(at[here.to_numpy(dtype=bool)], len(units))
        counted = next((item.in_list for item in self.campaign.listed if item.id == name), None)
        if counted is not None:
            return self._times(counted, units)
        column = self.table.columns.get(name)
        return np.full(len(units), np.nan) if column is None else column.values[units]

    def _times(self, list_id: str, units: Ints) -> Floats:
        """In how many periods up to this one each unit is on a list."""
        listed = self.records.listed
        ours = listed["on_list"] & (listed["list_id"] == list_id) & (listed["campaign"] == self.campaign.id)
        earlier = listed[(ours & (listed["period"] != self.period)).to_numpy(dtype=bool, na_value=False)]
        this = self.made[list_id]
        rows = [
            earlier.drop_duplicates(["period", "unit_code"])["unit_code"],
            this.loc[this["on_list"], "unit_code"],
        ]
        codes = self.table.register.codes[units]
        return sum((_count(positions_in(one, codes), len(units)) for one in rows), np.zeros(len(units)))

    def _before(self, item: UnitList, codes: "pd.Index[Any]") -> tuple[Objects, Objects]:
        """For each unit the list of the same group on which it is already (empty: none), and what one lacked."""
        taken, missing = np.full(len(codes), "", dtype=object), np.full(len(codes), None, dtype=object)
        for list_id in reversed([one.id for one in before_in_group(self.campaign, item)]):
            rows = self.made[list_id]
            at = positions_in(rows.loc[rows["proposed"], "unit_code"], codes)
            taken[at[at >= 0]] = list_id
            unknown = rows[rows["reason_code"] == UNKNOWN]
            at = positions_in(unknown["unit_code"], codes)
            for unit, args in zip(at.tolist(), unknown["reason_args"], strict=True):
                missing[unit] = json.loads(args)["missing"] if unit >= 0 else missing[unit]
        return taken, missing

    def _decided(self, item: UnitList, codes: "pd.Index[Any]") -> pd.DataFrame:
        """Decision and its day for each unit, <NA> where there is none."""
        made = self.records.decisions
        own = made[(made["track_id"] == item.id).to_numpy(dtype=bool, na_value=False)].set_index("unit_code")
        return own[["status", "decided_on"]].reindex(codes if item.decided else codes[:0]).reindex(codes)


def _count(at: Ints, size: int) -> Floats:
    return np.bincount(at[at >= 0], minlength=size).astype(np.float64)


def _word_args(
    item: UnitList, values: Mapping[str, Any], checks: Mapping[str, Any], proposed: bool
) -> tuple[str, str]:
    """Code and arguments of the reason of one unit that no other list of the group has taken."""
    if not values:
        return ELSE if item.group else ALL, _encode({"list_id": item.id})
    missing = [name for name, value in values.items() if value is None]
    known = {name: value for name, value in values.items() if value is not None}
    args = {"list_id": item.id, "values": known, "missing": missing}
    return (HOLDS, _encode({**args, "checks": checks})) if proposed else (NOT_MET, _encode(args))


def _name_checks(
    standings: pd.DataFrame, at: Ints, names: Sequence[str]
) -> dict[int, dict[str, list[list[Any]]]]:
    """For each unit, by state: id, part and days overdue of the checks that a condition counts, the longest first.

    What is reached is counted only: nobody asks for its names.
    """
    states = [name.removeprefix(CHECK) for name in names if name in CHECK_NAMES and name != CHECK_ALL]
    states = [state for state in states if state != REACHED]
    here = standings["state"].isin(states).to_numpy(dtype=bool) & (at >= 0)
    rows = standings[here].assign(at=at[here]).sort_values("overdue_days", ascending=False, kind="stable")
    rows = rows[rows.groupby(["at", "state"]).cumcount() < MOST_NAMED]
    found: dict[int, dict[str, list[list[Any]]]] = {}
    for unit, state, check_id, part, days in zip(
        *(to_objects(rows[name]).tolist() for name in ("at", "state", "check_id", "part", "overdue_days")),
        strict=True,
    ):
        found.setdefault(unit, {}).setdefault(state, []).append([check_id, part, days])
    return found


_encode: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


def _plain(value: float) -> float | int | None:
    if math.isnan(value):
        return None
    rounded = round(value, 9)
    return int(rounded) if rounded.is_integer() else rounded
