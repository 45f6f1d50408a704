"""Ties broken by hand: the meeting says which unit goes first where nothing else decides."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pbwidgets.scoring.arrays import Ints
from pbwidgets.scoring.ranking import TrackRanking


def order_ties(ranking: TrackRanking, codes: Sequence[str], order: Sequence[str]) -> TrackRanking:
    """Ranking in which tied units that are named come one after another, before those that are not.

    Units that are not tied keep their rank, whatever the order says about them; the other members of a tie group
    share the rank after the named ones.

    Parameters
    ----------
    ranking
        Ranks of a track.
    codes
        Codes of its units, of the same length as the ranks.
    order
        Codes in the order in which they go; may name units of several groups.
    """
    place = {code: at for at, code in enumerate(order)}
    given: Ints = np.array([place.get(code, len(place)) for code in codes], dtype=np.int64)
    rank, tie_group = ranking.rank.copy(), ranking.tie_group.copy()
    for group in np.unique(ranking.tie_group[ranking.tie_group > 0]):
        members = np.flatnonzero(ranking.tie_group == group)
        ordered = members[np.argsort(given[members], kind="stable")]
        named = ordered[given[ordered] < len(place)]
        rank[named] += np.arange(len(named))
        tie_group[named] = 0
        others = ordered[len(named) :]
        rank[others] += len(named)
        if len(others) == 1:
            tie_group[others] = 0
    return replace(ranking, rank=rank, tie_group=tie_group)
