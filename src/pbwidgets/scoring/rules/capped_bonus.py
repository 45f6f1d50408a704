"""Points are earned for each item, up to a cap."""

import numpy as np

from pbwidgets.campaign.rules import CappedBonus
from pbwidgets.scoring.arrays import Floats
from pbwidgets.scoring.reasons import Args, Reason
from pbwidgets.scoring.verdict import SMALL, Verdict, judge_missing


def capped_bonus(values: Floats, max_points: float, rule: CappedBonus) -> Verdict:
    """``points_each`` for every item beyond ``beyond``, at most ``max_points``.

    Range 0 to ``max_points``; higher is better up to the cap. A missing value gives NaN. A constant value
    gives every unit the same points.

    Examples
    --------
    >>> rule = CappedBonus(name="capped_bonus", measure="deeds", points_each=0.5, beyond=3)
    >>> capped_bonus(np.array([2, 4, 9, np.nan]), 2, rule).points
    array([0. , 0.5, 2. , nan])
    """
    items = np.maximum(0.0, values - rule.beyond)
    points = np.minimum(items * rule.points_each, max_points)
    args: Args = {
        "measure_id": rule.measure,
        "value": values,
        "items": items,
        "each": rule.points_each,
        "points": points,
        "cap": max_points,
        "beyond": rule.beyond,
    }
    none, plain, capped = (
        ("scoring.capped_bonus_within", "scoring.capped_bonus_beyond", "scoring.capped_bonus_beyond_cap")
        if rule.beyond
        else ("scoring.capped_bonus_none", "scoring.capped_bonus", "scoring.capped_bonus_cap")
    )
    return Verdict(
        points=points,
        reasons=(
            Reason(none, items == 0, args),
            Reason(plain, items > 0, args),
            Reason(capped, items * rule.points_each > points + SMALL, args),
            judge_missing(values, rule.measure),
        ),
    )
