"""Ranks within groups: the place of each unit among those of its township, its county, its kind."""

from collections.abc import Sequence

import numpy as np

from pbwidgets.scoring.arrays import Floats, Ints
from pbwidgets.scoring.ranking import rank_keys


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
        Number of each row's group; -1 is a row without a group, which gets rank 0 and ties with nobody.

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
    before = np.cumsum(sizes) - sizes  # rows of earlier groups stand before all rows of this one
    rank[grouped] = overall - before[of_rows]
    return rank, tie_group
