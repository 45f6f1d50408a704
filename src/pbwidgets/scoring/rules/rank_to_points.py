"""Points by the place in the group."""

import numpy as np

from pbwidgets.campaign.rules import RankToPoints
from pbwidgets.scoring.arrays import Floats, Ints
from pbwidgets.scoring.groups import rank_in_groups
from pbwidgets.scoring.reasons import Args, Reason
from pbwidgets.scoring.verdict import Verdict, judge_alone, judge_missing


def rank_to_points(values: Floats, max_points: float, rule: RankToPoints, groups: Ints) -> Verdict:
    """Points of the unit's place in its group, ``otherwise`` for places after the list.

    Range as listed. The same values share the better place and its points (or, with ``ties: mean_of_places``,
    the mean of the points of the places they take up), and the next place is left out. A missing value gives
    NaN and takes no place, and so does a unit without a group. Where the value is constant every unit is first;
    so is a group of one.

    Examples
    --------
    >>> rule = RankToPoints(name="rank_to_points", measure="deeds", points=(60, 57, 54))
    >>> rank_to_points(np.array([7, 9, 7, 1, np.nan]), 60, rule, np.zeros(5, dtype=np.int64)).points
    array([57., 60., 57.,  0., nan])
    """
    del max_points  # the list says what each place brings
    sign = 1.0 if rule.better == "higher" else -1.0
    rank, shared, number = rank_in_groups(sign * values, groups)
    listed = len(rule.points)
    # place 0 means units without one, and every place after the list reads the last entry
    of_place = np.array([np.nan, *rule.points, rule.otherwise], dtype=np.float64)
    points = of_place[np.minimum(rank, listed + 1)]
    last = rank + shared - 1
    mean = (shared > 1) & (rule.ties == "mean_of_places")
    if mean.any():
        # what all places up to each bring together, so that a stretch of places is one difference
        after = np.full(int(last.max()), rule.otherwise)
        together = np.cumsum([0.0, *rule.points, *after])
        points = np.where(
            mean, (together[last] - together[np.maximum(rank, 1) - 1]) / np.maximum(shared, 1), points
        )
    args: Args = {
        "measure_id": rule.measure,
        "value": values,
        "rank": rank,
        "number": number,
        "listed": listed,
        "points": points,
    }
    return Verdict(
        points=points,
        reasons=(
            Reason("scoring.rank_to_points", (rank > 0) & (rank <= listed), args),
            Reason("scoring.rank_to_points_after", rank > listed, args),
            Reason("scoring.note_rank_shared", (shared > 1) & ~mean, {"shared": shared}, is_note=True),
            Reason(
                "scoring.note_rank_mean", mean, {"shared": shared, "rank": rank, "last": last}, is_note=True
            ),
            judge_missing(values, rule.measure),
            judge_alone(values, groups, rule.measure),
        ),
    )
