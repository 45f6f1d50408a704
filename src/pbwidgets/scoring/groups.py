"""What a group of units has in common: its mean, its best, the places in it.

A group is a number for each unit, as :class:`~pbwidgets.scoring.track_layout.TrackLayout` keeps it; -1 is a unit
without a group, which is not compared with others.
"""

import numpy as np

from pbwidgets.scoring.arrays import Floats, Ints

_DIGITS = 9  # values are compared to here: below that is binary noise


def average_groups(points: Floats, groups: Ints) -> Floats:
    """Mean of each unit's group over the units that have points; NaN if none has points, or without a group.

    Examples
    --------
    >>> average_groups(np.array([2.0, 4.0, np.nan, np.nan]), np.array([0, 0, 0, -1])).tolist()
    [3.0, 3.0, 3.0, nan]
    """
    size = int(groups.max(initial=-1)) + 1
    known = ~np.isnan(points) & (groups >= 0)
    # summed in the order of size, so that binary noise does not depend on how units are coded
    order = np.argsort(points[known], kind="stable")
    sums = np.bincount(groups[known][order], points[known][order], minlength=size)
    counts = np.bincount(groups[known], minlength=size)
    means = np.divide(sums, counts, out=np.full(size, np.nan), where=counts > 0)
    return np.append(means, np.nan)[groups]


def find_best(values: Floats, groups: Ints) -> Floats:
    """Highest value of each unit's group; NaN where none has a value, or without a group.

    Examples
    --------
    >>> find_best(np.array([2.0, 4.0, np.nan, 9.0]), np.array([0, 0, 0, -1])).tolist()
    [4.0, 4.0, 4.0, nan]
    """
    size = int(groups.max(initial=-1)) + 1
    known = ~np.isnan(values) & (groups >= 0)
    best = np.full(size, -np.inf)
    np.maximum.at(best, groups[known], values[known])
    return np.append(np.where(np.isinf(best), np.nan, best), np.nan)[groups]


def rank_in_groups(values: Floats, groups: Ints) -> tuple[Ints, Ints, Ints]:
    """Place of each unit in its group (the highest value first), how many share it, how many have a place.

    Competition ranks: the same values share the better place and the next place is left out. 0 for a unit
    without a value or a group.

    Examples
    --------
    >>> values = np.array([5.0, 9.0, 5.0, np.nan, 1.0])
    >>> [part.tolist() for part in rank_in_groups(values, np.array([0, 0, 0, 0, 1]))]
    [[2, 1, 2, 0, 1], [2, 1, 2, 0, 1], [3, 3, 3, 0, 1]]
    """
    known = ~np.isnan(values) & (groups >= 0)
    rank, shared, number = (np.zeros(len(values), dtype=np.int64) for _ in range(3))
    if not known.any():
        return rank, shared, number
    group = groups[known]
    # group and value in one whole number: one sort of numbers is much quicker than one by two columns
    highest_first = np.unique(-np.round(values[known], _DIGITS), return_inverse=True)[1]
    keys = group * len(group) + highest_first
    order = np.argsort(keys)
    starts = np.flatnonzero(np.append(True, np.diff(keys[order]) != 0))
    sizes = np.diff(np.append(starts, len(keys)))
    in_group = np.bincount(group)
    before = np.cumsum(in_group) - in_group  # units of earlier groups come before all units of this one
    place, tied = np.empty(len(keys), dtype=np.int64), np.empty(len(keys), dtype=np.int64)
    place[order], tied[order] = np.repeat(starts, sizes), np.repeat(sizes, sizes)
    rank[known], shared[known], number[known] = place - before[group] + 1, tied, in_group[group]
    return rank, shared, number
