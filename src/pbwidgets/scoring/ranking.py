"""Ranking: contenders in order of their totals, ties broken by a chain, and what stays tied."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from pbwidgets.campaign.model import Campaign, TieBreak, TieByCriterion, TieByMeasure
from pbwidgets.scoring.arrays import Bools, Floats, Ints
from pbwidgets.scoring.frames import RANKING, to_frame
from pbwidgets.scoring.headings import take_points
from pbwidgets.scoring.measures import MeasureTable
from pbwidgets.scoring.totals import TrackTotals
from pbwidgets.scoring.track_layout import TrackLayout
from pbwidgets.wording import round_half_up

DIGITS: Final = 9
"""Digits to which exact totals and tie-breaks are compared: below that is binary noise."""


@dataclass(frozen=True)
class TrackRanking:
    """Ranks of one track.

    Attributes
    ----------
    total
        As shown, rounded to ``digits``.
    digits
        As the campaign says; more where exact totals are ranked and would look the same.
    rank
        Competition rank, 0 for a unit that is not ranked.
    tie_group
        Number shared by units that are still tied, 0 for a unit that is not.
    ahead, behind
        What put a unit before the next one with the same total, and what put it behind the one before.
    """

    total: Floats
    digits: int
    rank: Ints
    tie_group: Ints
    ahead: "Parting"
    behind: "Parting"


@dataclass(frozen=True)
class Parting:
    """Tie-breaks that parted units from their neighbours in the list, one for each row.

    Attributes
    ----------
    link
        Place of the tie-break in the chain, from 1; 0 where nothing had to be parted.
    own, other
        Values of the unit and of its neighbour; NaN for a missing one.
    """

    link: Ints
    own: Floats
    other: Floats


@dataclass(frozen=True)
class SortedRows:
    """Rows in the order of their keys, in groups of the same keys.

    Attributes
    ----------
    order
        Positions of the rows, the best first.
    starts
        Place of each group's first row in that order.
    group
        Number of the group of each row, in that order.
    keys
        Keys × groups; negated, and infinite for a missing one.
    """

    order: Ints
    starts: Ints
    group: Ints
    keys: Floats


def sort_rows(keys: Sequence[Floats]) -> SortedRows:
    """Rows sorted by keys, of which higher ones are better and the first counts most."""
    falling = [np.where(np.isnan(key), np.inf, -np.round(key, DIGITS)) for key in keys]
    # rows with the same keys may come in any order, so one key needs no stable sort, which is slower
    order = np.argsort(falling[0]) if len(falling) == 1 else np.lexsort(falling[::-1])
    in_order = np.stack([key[order] for key in falling])
    new = np.append(True, (in_order[:, 1:] != in_order[:, :-1]).any(axis=0))[: len(order)]
    starts = np.flatnonzero(new)
    return SortedRows(order, starts, np.cumsum(new) - 1, in_order[:, starts])


def rank_keys(keys: Sequence[Floats]) -> tuple[Ints, Ints]:
    """Competition ranks and tie groups of rows, int64; higher keys are better, the first key counts most.

    Rows with the same keys share the better rank and a tie group (from 1, in the order of ranks); the next
    rank is left out. A missing key is worse than any number. Constant keys tie all rows at rank 1.

    Examples
    --------
    >>> [part.tolist() for part in rank_keys([np.array([90.0, 95.0, 90.0, 80.0])])]
    [[2, 1, 2, 4], [1, 0, 1, 0]]
    """
    return _rank_sorted(sort_rows(keys))


def _rank_sorted(rows: SortedRows) -> tuple[Ints, Ints]:
    size = len(rows.order)
    tied = np.diff(np.append(rows.starts, size)) > 1
    numbers = np.where(tied, np.cumsum(tied), 0)
    ranks, groups = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    ranks[rows.order] = rows.starts[rows.group] + 1
    groups[rows.order] = numbers[rows.group]
    return ranks, groups


def rank_units(layout: TrackLayout, totals: TrackTotals, table: MeasureTable, ranked: Bools) -> TrackRanking:
    """Ranks of the units that are assessed and have a total.

    Units that are disqualified or not nominated keep their total and get no rank. Those that a veto bars, or that
    cannot be selected for another reason, keep theirs, and nobody else moves up.

    Parameters
    ----------
    layout, totals, table
        Axes and totals of the track, and measures for the tie-breaks.
    ranked
        Units that are assessed, bool.
    """
    track = layout.track
    ranked = ranked & ~np.isnan(totals.final)
    digits = track.rounding.digits
    if not track.rounding.before_ranking:
        bounds = [] if track.minimum_total is None else [track.minimum_total]
        digits = find_telling_digits(np.append(totals.final[ranked], bounds), digits)
    shown = round_half_up(totals.final, digits)
    keys = [shown if track.rounding.before_ranking else totals.final]
    keys += [_break_tie(link, layout, totals, table) for link in track.tie_breaks]
    rows = sort_rows([key[ranked] for key in keys])
    rank, tie_group = np.zeros((2, len(shown)), dtype=np.int64)
    rank[ranked], tie_group[ranked] = _rank_sorted(rows)
    signs = [1.0 if link.order == "higher" else -1.0 for link in track.tie_breaks]
    ahead, behind = (_spread(parting, ranked) for parting in part_ties(rows, signs))
    return TrackRanking(shown, digits, rank, tie_group, ahead, behind)


def find_telling_digits(values: Floats, least: int) -> int:
    """Fewest digits, from ``least`` to 9, at which different values look different when they are rounded.

    >>> find_telling_digits(np.array([82.216, 82.22, 90.0]), 2)
    3
    """
    distinct = np.unique(np.round(values[~np.isnan(values)], DIGITS))
    for digits in range(least, DIGITS):
        if (np.diff(round_half_up(distinct, digits)) > 0).all():
            return digits
    return DIGITS


def part_ties(rows: SortedRows, signs: Sequence[float]) -> tuple[Parting, Parting]:
    """What parted rows with the same total from the next row behind them, and from the next one ahead.

    The first key is the total, the others, if any, are tie-breaks. Rows with all keys in common share
    their neighbours, and nothing parts them from each other.

    Parameters
    ----------
    rows
        Sorted by the keys of :func:`rank_keys`.
    signs
        Of the tie-breaks: -1 for one whose key is negated because lower values are better.

    Examples
    --------
    >>> rows = sort_rows([np.array([90.0, 90.0, 80.0]), np.array([5.0, 7.0, 9.0])])
    >>> ahead, behind = part_ties(rows, [1.0])
    >>> ahead.link.tolist(), ahead.own.tolist(), ahead.other.tolist()
    ([0, 1, 0], [nan, 7.0, nan], [nan, 5.0, nan])
    >>> behind.link.tolist(), behind.own.tolist(), behind.other.tolist()
    ([1, 0, 0], [5.0, nan, nan], [7.0, nan, nan])
    """
    size = len(rows.order)
    if not signs or not size:
        nothing = Parting(np.zeros(size, dtype=np.int64), np.full(size, np.nan), np.full(size, np.nan))
        return nothing, nothing
    # of each group and the one after it: the first key in which they differ
    link = (rows.keys[:, 1:] != rows.keys[:, :-1]).argmax(axis=0)
    values = np.where(np.isinf(rows.keys), np.nan, -rows.keys)
    values = values * np.array([[1.0], *([sign] for sign in signs)]) + 0.0  # never -0
    at = np.arange(len(link))
    better, worse = (np.where(link > 0, part[link, at], np.nan) for part in (values[:, :-1], values[:, 1:]))
    first, last = np.insert(link, 0, 0), np.append(link, 0)
    nan = np.nan
    by_group = (
        Parting(last, np.append(better, nan), np.append(worse, nan)),
        Parting(first, np.insert(worse, 0, nan), np.insert(better, 0, nan)),
    )
    group = np.empty(size, dtype=np.int64)
    group[rows.order] = rows.group
    ahead, behind = (Parting(one.link[group], one.own[group], one.other[group]) for one in by_group)
    return ahead, behind


def _spread(parting: Parting, rows: Bools) -> Parting:
    """Parting of some rows as one of all."""
    link = np.zeros(len(rows), dtype=np.int64)
    own, other = np.full((2, len(rows)), np.nan)
    link[rows], own[rows], other[rows] = parting.link, parting.own, parting.other
    return Parting(link, own, other)


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
