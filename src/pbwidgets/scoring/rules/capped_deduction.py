"""Points are lost for each item, up to a cap."""

import numpy as np

from pbwidgets.campaign.rules import CappedDeduction
from pbwidgets.scoring.arrays import Floats
from pbwidgets.scoring.reasons import Args, Reason
from pbwidgets.scoring.verdict import SMALL, Verdict, judge_missing


def capped_deduction(values: Floats, max_points: float, rule: CappedDeduction) -> Verdict:
    """Full points, less ``points_each`` for every item, at most ``cap`` less.

    Range ``max_points - cap`` to ``max_points``: a line with 0 points is a pure deduction, and one whose cap
    exceeds its points goes below zero. Fewer items are better. A missing value gives NaN. A constant value
    gives every unit the same points.

    Examples
    --------
    >>> rule = CappedDeduction(name="capped_deduction", measure="faults", points_each=0.1, cap=2)
    >>> capped_deduction(np.array([0, 5, 99, np.nan]), 0, rule).points
    array([ 0. , -0.5, -2. ,  nan])
    """
    items = np.maximum(0.0, values)
    lost = np.minimum(items * rule.points_each, rule.cap)
    points = max_points - lost
    args: Args = {
        "measure_id": rule.measure,
        "value": values,
        "each": rule.points_each,
        "lost": lost,
        "points": points,
        "cap": rule.cap,
    }
    return Verdict(
        points=points,
        reasons=(
            Reason("scoring.capped_deduction_none", items == 0, args),
            Reason("scoring.capped_deduction", items > 0, args),
            Reason("scoring.capped_deduction_cap", items * rule.points_each > lost + SMALL, args),
            judge_missing(values, rule.measure),
        ),
    )
