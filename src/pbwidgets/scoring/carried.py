"""Totals carried over: of another track, another campaign or another period, read like measures.

Totals of this campaign and period are made in the same run, so a track comes after those it takes from;
all others come with the records.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from graphlib import TopologicalSorter

import numpy as np
import pandas as pd

from pbwidgets.campaign.derived import measures_of_lines
from pbwidgets.campaign.model import Campaign, Carried
from pbwidgets.scoring.arrays import Bools, Floats, positions_in
from pbwidgets.scoring.derived import derive_measures
from pbwidgets.scoring.measures import MeasureColumn, MeasureTable
from pbwidgets.scoring.totals import TrackTotals
from pbwidgets.scoring.track_layout import TrackLayout
from pbwidgets.wording import round_half_up


@dataclass(frozen=True, order=True)
class TotalsOf:
    """Whose totals are meant."""

    campaign: str
    period: str
    track: str


def list_carried(campaign: Campaign, period: str) -> tuple[TotalsOf, ...]:
    """Totals that scoring a period needs from elsewhere, for the frame ``carried`` of the records.

    Each once, sorted; without those made in the same run, and without the period before the first.
    """
    wanted = {_find_totals(campaign, period, item) for item in campaign.carried}
    return tuple(sorted(one for one in wanted if one is not None and not _is_own(campaign, period, one)))


def read_carried(campaign: Campaign, period: str, carried: pd.DataFrame, table: MeasureTable) -> MeasureTable:
    """Table of measures with a column for every carried total; those made in the same run are still missing.

    Parameters
    ----------
    campaign, period
        Definition, and id of the period that is scored.
    carried
        Frame with the columns ``CARRIED``.
    table
        Measures of the register.
    """
    columns = dict(table.columns)
    codes = table.register.codes
    for item in campaign.carried:
        totals = np.full(len(codes), np.nan)
        wanted = _find_totals(campaign, period, item)
        if wanted is not None and not _is_own(campaign, period, wanted):
            ours = (
                (carried["campaign"] == wanted.campaign)
                & (carried["period"] == wanted.period)
                & (carried["track_id"] == wanted.track)
            )
            rows = carried[ours.to_numpy(dtype=bool, na_value=False)]
            at = positions_in(rows["unit_code"], codes)
            totals[at[at >= 0]] = rows["total"].to_numpy(dtype=np.float64)[at >= 0]
        columns[item.id] = _to_column(totals, _find_concerned(campaign, table))
    return MeasureTable(table.register, columns)


def carry_totals(
    campaign: Campaign,
    period: str,
    layout: TrackLayout,
    totals: TrackTotals,
    table: MeasureTable,
    today: date,
) -> MeasureTable:
    """Table of measures with the rounded final totals of one track where others take them from."""
    columns = dict(table.columns)
    taken = []
    for item in campaign.carried:
        if _find_totals(campaign, period, item) == TotalsOf(campaign.id, period, layout.track.id):
            made = np.full(len(table.register), np.nan)
            made[layout.units] = round_half_up(totals.final, layout.track.rounding.digits)
            columns[item.id] = _to_column(made, columns[item.id].concerned)
            taken.append(item.id)
    table = MeasureTable(table.register, columns)
    return derive_measures(campaign, table, today, taken) if taken else table


def order_layouts(campaign: Campaign, period: str, layouts: Sequence[TrackLayout]) -> list[TrackLayout]:
    """Layouts in an order in which every track comes after those whose totals its lines take.

    Raises
    ------
    graphlib.CycleError
        If tracks take from each other in a circle; ``pbwidgets check`` refuses such a file.
    """
    sources = {
        item.id: wanted.track
        for item in campaign.carried
        if (wanted := _find_totals(campaign, period, item)) is not None and _is_own(campaign, period, wanted)
    }
    by_id = {layout.track.id: layout for layout in layouts}
    order = TopologicalSorter(
        {
            track_id: {sources[name] for name in measures_of_lines(campaign, layout.track) if name in sources}
            for track_id, layout in by_id.items()
        }
    )
    return [by_id[track_id] for track_id in order.static_order() if track_id in by_id]


def _find_totals(campaign: Campaign, period: str, item: Carried) -> TotalsOf | None:
    wanted: str | None = period if item.period == "same" else item.period
    if item.period == "previous":
        this = campaign.period(period)
        earlier = [other for other in campaign.periods if other.ends < this.begins]
        wanted = max(earlier, key=lambda other: other.ends).id if earlier else None
    return None if wanted is None else TotalsOf(item.campaign or campaign.id, wanted, item.track)


def _is_own(campaign: Campaign, period: str, totals: TotalsOf) -> bool:
    return (totals.campaign, totals.period) == (campaign.id, period)


def _find_concerned(campaign: Campaign, table: MeasureTable) -> Bools:
    """Units of the tracks whose lines, gates or tie-breaks may name a total: all kinds that are scored."""
    kinds = {kind for track in campaign.tracks if track.kind == "score" for kind in track.unit_kind}
    return table.register.is_kind(*kinds)


def _to_column(totals: Floats, concerned: Bools) -> MeasureColumn:
    values = np.where(concerned, totals, np.nan)
    known = ~np.isnan(values)
    return MeasureColumn(
        values=values,
        counts=known.astype(np.int64),
        missing=concerned & ~known,
        not_applicable=np.zeros(len(values), dtype=bool),
        concerned=concerned,
    )
