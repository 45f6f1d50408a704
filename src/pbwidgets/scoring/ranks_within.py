"""Ranks within groups: the place of each unit among those of its township, its county, its kind."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from pbwidgets.campaign.model import Campaign, RankGroup, RankGroupBelow
from pbwidgets.scoring.arrays import Floats, Ints
from pbwidgets.scoring.frames import RANKS_WITHIN, to_frame
from pbwidgets.scoring.ranking import TrackRanking, rank_keys
from pbwidgets.scoring.track_layout import TrackLayout


def rank_within(keys: Sequence[Floats], groups: Ints) -> tuple[Ints, Ints]:
    """Competition ranks of rows within their groups, and tie groups, int64; as :func:`rank_keys` in each group.

    Higher keys are better, the first counts most, a missing key is worse than any number. Rows of one group with
    the same keys share the better rank and a tie group, whose number no other group has; 0 is not tied. A group
    of one is at rank 1.

    Parameters
    ----------
    keys
        float64, at least one, one value for each row.
    groups
        Number of each row's group; -1 is a row without a group, which gets rank 0 and is tied with no other.

    Examples
    --------
    >>> keys = [np.array([90.0, 95.0, 90.0, 80.0, 70.0])]
    >>> [part.tolist() for part in rank_within(keys, np.array([0, 0, 0, 1, -1]))]
    [[2, 1, 2, 1, 0], [1, 0, 1, 0, 0]]
    """
    rank, tie_group = (np.zeros(len(groups), dtype=np.int64) for _ in range(2))
    grouped = groups >= 0
    of_rows = groups[grouped]
    if not len(of_rows):
        return rank, tie_group
    overall, tie_group[grouped] = rank_keys([-of_rows.astype(np.float64), *(key[grouped] for key in keys)])
    sizes = np.bincount(of_rows)
    before = np.cumsum(sizes) - sizes  # rows of earlier groups come before all rows of this one
    rank[grouped] = overall - before[of_rows]
    return rank, tie_group


def to_ranks_within_frame(
    campaign: Campaign, period: str, layout: TrackLayout, ranking: TrackRanking, units: pd.DataFrame
) -> pd.DataFrame:
    """Frame with the columns ``RANKS_WITHIN``: for each of the track's groupings a row for each unit that has a group.

    Ranks within a group follow those among all units: the order is the same, and units tied there are tied
    here. A unit without a rank has 0 and does not count in the size of its group.

    Parameters
    ----------
    campaign, period, layout, ranking
        Of the track.
    units
        Frame with the columns ``UNITS``, for domains.
    """
    parts = [
        _rank_in_groups(layout, ranking, group, *_find_groups(layout, group, units))
        for group in layout.track.ranks_within
    ]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return to_frame(rows.assign(campaign=campaign.id, period=period, track_id=layout.track.id), RANKS_WITHIN)


def _rank_in_groups(
    layout: TrackLayout, ranking: TrackRanking, group: RankGroup, groups: Ints, names: "pd.Index[Any]"
) -> pd.DataFrame:
    """Ranks of one grouping; ``groups`` are positions among the names of groups, -1 for a unit without one."""
    ranked = np.where(ranking.rank > 0, groups, -1)
    rank, tie_group = rank_within([-ranking.rank.astype(np.float64)], ranked)
    sizes = np.bincount(ranked[ranked >= 0], minlength=len(names))
    grouped = groups >= 0
    return pd.DataFrame(
        {
            "unit_code": layout.codes[grouped],
            "within": group.id,
            "group": names[groups[grouped]],
            "rank": rank[grouped],
            "size": sizes[groups[grouped]],
            "tie_group": tie_group[grouped],
        }
    )


def _find_groups(layout: TrackLayout, group: RankGroup, units: pd.DataFrame) -> tuple[Ints, "pd.Index[Any]"]:
    """Number of each unit's group, -1 for none, and the names of the groups."""
    if isinstance(group, RankGroupBelow):
        return layout.register.ancestors(group.ancestor_kind)[layout.units], layout.register.codes
    domains = units.set_index("unit_code")["domain"].reindex(layout.codes)
    groups, names = pd.factorize(domains)
    return groups.astype(np.int64), pd.Index(names)
