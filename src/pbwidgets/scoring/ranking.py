"""Ranking: contenders in order of their totals, ties broken by a chain, and what stays tied."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pbwidgets.campaign.model import Campaign, TieBreak, TieByCriterion, TieByMeasure
from pbwidgets.scoring.arrays import Bools, Floats, Ints
from pbwidgets.scoring.frames import RANKING, to_frame
from pbwidgets.scoring.headings import take_points
from pbwidgets.scoring.measures import MeasureTable
from pbwidgets.scoring.totals import TrackTotals, round_half_up
from pbwidgets.scoring.track_layout import TrackLayout

_DIGITS = 9  # exact totals and tie-breaks are compared to here: below that is binary noise


@dataclass(frozen=True)
class TrackRanking:
    """Ranks of one track.

    Attributes
    ----------
    total
        As shown, rounded as the campaign says.
    rank
        Competition rank among contenders, 0 for any other unit.
    tie_group
        Number shared by units that are still tied, 0 for a unit that is not.
    broken_by
        Place, from 1, of the tie-break that separated a unit from others with the same total; 0 for none.
    """

    total: Floats
    rank: Ints
    tie_group: Ints
    broken_by: Ints


def rank_keys(keys: Sequence[Floats]) -> tuple[Ints, Ints]:
    """Competition ranks and tie groups of rows, int64; higher keys are better, the first key counts most.

    Rows with the same keys share the better rank and a tie group (from 1, in the order of ranks); the next
    rank is left out. A missing key is worse than any number. Constant keys tie all rows at rank 1.

    Examples
    --------
    >>> [part.tolist() for part in rank_keys([np.array([90.0, 95.0, 90.0, 80.0])])]
    [[2, 1, 2, 4], [1, 0, 1, 0]]
    """
    size = len(keys[0])
    if not size:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    falling = [np.where(np.isnan(key), np.inf, -np.round(key, _DIGITS)) for key in keys]
    # rows with the same keys may come in any order, so one key needs no stable sort, which is slower
    order = np.argsort(falling[0]) if len(falling) == 1 else np.lexsort(falling[::-1])
    in_order = np.stack([key[order] for key in falling])
    new = np.append(True, (in_order[:, 1:] != in_order[:, :-1]).any(axis=0))
    starts = np.flatnonzero(new)
    group = np.cumsum(new) - 1
    tied = np.diff(np.append(starts, size)) > 1
    numbers = np.where(tied, np.cumsum(tied), 0)
    ranks, groups = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    ranks[order] = starts[group] + 1
    groups[order] = numbers[group]
    return ranks, groups


def rank_units(
    layout: TrackLayout, totals: TrackTotals, table: MeasureTable, in_contest: Bools
) -> TrackRanking:
    """Ranks of the units in the contest that have a total.

    Units that are disqualified, barred, capped or not nominated keep their total and get no rank, so that the
    ranks shown are those of the units that can be selected.

    Parameters
    ----------
    layout, totals, table
        Axes and totals of the track, and measures for the tie-breaks.
    in_contest
        Units that may be selected, bool.
    """
    rounding = layout.track.rounding
    shown = round_half_up(totals.final, rounding.digits)
    ranked = in_contest & ~np.isnan(totals.final)
    keys = [shown if rounding.before_ranking else totals.final]
    keys += [_break_tie(link, layout, totals, table) for link in layout.track.tie_breaks]
    rank = np.zeros(len(shown), dtype=np.int64)
    tie_group = np.zeros(len(shown), dtype=np.int64)
    broken_by = np.zeros(len(shown), dtype=np.int64)
    of_ranked = [key[ranked] for key in keys]
    rank[ranked], tie_group[ranked] = rank_keys(of_ranked)
    broken_by[ranked] = find_tie_breaks(of_ranked)
    return TrackRanking(shown, rank, tie_group, broken_by)


def find_tie_breaks(keys: Sequence[Floats]) -> Ints:
    """For each row the place, from 1, of the first key after the total that separated it from a row it was tied with.

    0 for a row that was tied with none, or that no key separated from the others. Keys as for :func:`rank_keys`.

    Examples
    --------
    >>> find_tie_breaks([np.array([90.0, 90.0, 80.0]), np.array([5.0, 7.0, 9.0])]).tolist()
    [1, 1, 0]
    """
    parted = np.zeros(len(keys[0]), dtype=np.int64)
    if len(keys) == 1:
        return parted
    before = _sizes_of_ties(keys[:1])
    for place in range(1, len(keys)):
        after = _sizes_of_ties(keys[: place + 1])
        parted[(parted == 0) & (after < before)] = place
        before = after
    return parted


def _sizes_of_ties(keys: Sequence[Floats]) -> Ints:
    ranks, _ = rank_keys(keys)
    return np.bincount(ranks)[ranks] if len(ranks) else ranks


def _break_tie(link: TieBreak, layout: TrackLayout, totals: TrackTotals, table: MeasureTable) -> Floats:
    if isinstance(link, TieByMeasure):
        key = table.columns[link.measure].values[layout.units]
    elif isinstance(link, TieByCriterion):
        key = take_points(layout, link.criterion, totals.final_points, totals.final_headings)
    else:
        key = totals.layers[:, layout.layers.index(link.layer)]
    return key if link.order == "higher" else -key


def to_ranking_frame(
    campaign: Campaign, period: str, layout: TrackLayout, ranking: TrackRanking
) -> pd.DataFrame:
    """Frame with the columns ``RANKING``: every unit of the track, in the order of codes."""
    rows = pd.DataFrame(
        {
            "unit_code": layout.codes,
            "total": ranking.total,
            "rank": ranking.rank,
            "tie_group": ranking.tie_group,
        }
    )
    return to_frame(rows.assign(campaign=campaign.id, period=period, track_id=layout.track.id), RANKING)
