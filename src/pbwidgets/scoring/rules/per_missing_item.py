"""Points are lost for every item fewer than required."""

import numpy as np

from pbwidgets.campaign.rules import PerMissingItem
from pbwidgets.scoring.arrays import Floats
from pbwidgets.scoring.reasons import Args, Reason
from pbwidgets.scoring.verdict import SMALL, Verdict, judge_missing


def per_missing_item(values: Floats, max_points: float, rule: PerMissingItem) -> Verdict:
    """Full points, less ``points_each`` for every item fewer than ``required``, not below ``floor``.

    Range ``floor`` to ``max_points``; more items are better up to ``required`` and make no difference
    beyond. A missing value gives NaN. A constant value gives every unit the same points.

    Examples
    --------
    >>> rule = PerMissingItem(
    ...     name="per_missing_item", measure="meetings", required=4, points_each=0.5, floor=1
    ... )
    >>> per_missing_item(np.array([5, 3, 0, np.nan]), 2, rule).points
    array([2. , 1.5, 1. , nan])
    """
    short = np.maximum(0.0, rule.required - values)
    floor = min(rule.floor, max_points)
    points = np.maximum(max_points - short * rule.points_each, floor)
    lost = max_points - points
    args: Args = {
        "measure_id": rule.measure,
        "required": rule.required,
        "value": values,
        "short": short,
        "each": rule.points_each,
        "lost": lost,
        "points": points,
        "floor": floor,
    }
    floored = short * rule.points_each > lost + SMALL
    return Verdict(
        points=points,
        reasons=(
            Reason("scoring.per_missing_item_full", short == 0, args),
            Reason("scoring.per_missing_item", short > 0, args),
            Reason("scoring.per_missing_item_floor", floored, args),
            judge_missing(values, rule.measure),
        ),
    )
