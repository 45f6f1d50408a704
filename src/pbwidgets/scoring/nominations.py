"""Nominations: who is in the contest, what exceeds an allotment, and the balance of each nominating unit."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pbwidgets.campaign.model import Campaign
from pbwidgets.scoring.arrays import Bools, Floats, Ints, positions_in
from pbwidgets.scoring.frames import BALANCE, to_frame
from pbwidgets.scoring.track_layout import TrackLayout
from pbwidgets.scoring.vetoes import TrackVetoes


@dataclass(frozen=True)
class TrackNominations:
    """Nominations of one track.

    Attributes
    ----------
    counted
        Units whose nomination lies within the allotment; all units for a track without nomination.
    above
        Units that were nominated, but only above the allotment.
    by_unit
        Position in the register of the unit that nominated, -1 if there is none.
    order
        The nominating unit's own order, 0 for none.
    allotted
        By position in the register, how many a unit may nominate; NaN without a limit.
    """

    counted: Bools
    above: Bools
    by_unit: Ints
    order: Ints
    allotted: Floats


def count_nominations(
    layout: TrackLayout, nominations: pd.DataFrame, allotments: pd.DataFrame
) -> TrackNominations:
    """Nominations in force, cut at the allotment by the nominating unit's own order.

    A nominating unit's rows are counted in the order it gave (by code where it gave the same place twice),
    and those beyond its number do not count. A vetoed unit uses up the place it was nominated for. Where no
    number is on record, the usual one of the campaign applies.
    """
    register, size = layout.register, len(layout.units)
    allotted = _read_allotments(layout, allotments)
    none = np.full(size, -1, dtype=np.int64)
    if layout.track.nomination is None:
        no = np.zeros(size, dtype=bool)
        return TrackNominations(~no, no, none, np.zeros(size, dtype=np.int64), allotted)
    ours = (nominations["track_id"] == layout.track.id) & (nominations["status"] == "in_force")
    rows = nominations[ours.to_numpy(dtype=bool, na_value=False)].sort_values(
        ["by_unit", "order", "unit_code"]
    )
    rows = rows.drop_duplicates(["by_unit", "unit_code"])
    units = layout.find_units(rows["unit_code"])
    by_unit = positions_in(rows["by_unit"], register.codes)
    known = (units >= 0) & (by_unit >= 0)
    units, by_unit, order = units[known], by_unit[known], rows["order"].to_numpy(dtype=np.int64)[known]
    place = pd.Series(by_unit).groupby(by_unit).cumcount().to_numpy(dtype=np.int64)
    within = ~(place >= allotted[by_unit])  # NaN is no limit
    counted = np.bincount(units[within], minlength=size).astype(bool)
    nominated = np.bincount(units, minlength=size).astype(bool)
    nominator, given = none.copy(), np.zeros(size, dtype=np.int64)
    # a unit nominated twice belongs to the one whose nomination counts
    for chosen in (~within, within):
        nominator[units[chosen]] = by_unit[chosen]
        given[units[chosen]] = order[chosen]
    return TrackNominations(counted, nominated & ~counted, nominator, given, allotted)


def count_left(layout: TrackLayout, vetoes: TrackVetoes, nominations: TrackNominations) -> Ints:
    """Counted nominations that no veto has taken out, int64, by position of the nominating unit in the register."""
    left = nominations.counted & vetoes.in_contest & (nominations.by_unit >= 0)
    return np.bincount(nominations.by_unit[left], minlength=len(layout.register)).astype(np.int64)


def balance_nominations(
    campaign: Campaign,
    period: str,
    layout: TrackLayout,
    nominations: TrackNominations,
    vetoes: TrackVetoes,
    selected: Bools,
) -> pd.DataFrame:
    """Frame with the columns ``BALANCE``: a row for each unit that may nominate in the track.

    A unit without a limit has its number of counted nominations as ``allotted``. What a veto takes out after the
    nomination is missing from the allotment: it is ``vacant``, like a place for which nobody was nominated.
    """
    nomination = layout.track.nomination
    if nomination is None:
        return to_frame([], BALANCE)
    may = layout.register.of_kind(nomination.by)
    size = len(layout.register)

    def count(units: Bools) -> Ints:
        at = nominations.by_unit[units & (nominations.by_unit >= 0)]
        return np.bincount(at, minlength=size).astype(np.int64)[may]

    counted = count(nominations.counted)
    lowest = nomination.allotment.lowest if nomination.allotment else 0
    allotted = nominations.allotted[may]
    places = np.where(np.isnan(allotted), counted, allotted).astype(np.int64)
    left = count_left(layout, vetoes, nominations)[may]
    rows = pd.DataFrame(
        {
            "by_unit": layout.register.codes[may],
            "allotted": places,
            "nominated": counted,
            "refused": count(nominations.above),
            "short": np.maximum(0, np.fmin(lowest, np.where(np.isnan(allotted), lowest, allotted)) - counted),
            "vetoed": counted - left,
            "vacant": places - left,
            "selected": count(selected),
        }
    )
    return to_frame(rows.assign(campaign=campaign.id, period=period, track_id=layout.track.id), BALANCE)


def _read_allotments(layout: TrackLayout, allotments: pd.DataFrame) -> Floats:
    nomination = layout.track.nomination
    usual = float(nomination.allotment.usual) if nomination and nomination.allotment else np.nan
    allotted = np.full(len(layout.register), usual)
    rows = allotments[(allotments["track_id"] == layout.track.id).to_numpy(dtype=bool, na_value=False)]
    at = positions_in(rows["by_unit"], layout.register.codes)
    allotted[at[at >= 0]] = rows["allotted"].to_numpy(dtype=np.float64)[at >= 0]
    return allotted
