"""A score made elsewhere, rescaled to the points of the line."""

import numpy as np

from pbwidgets.campaign.rules import CarriedOver
from pbwidgets.scoring.arrays import Floats
from pbwidgets.scoring.reasons import Args, Reason
from pbwidgets.scoring.verdict import SMALL, Verdict, judge_missing


def carried_over(values: Floats, max_points: float, rule: CarriedOver) -> Verdict:
    """``max_points`` × score / ``full``.

    Range 0 to ``max_points``; above it only with ``may_exceed``; a score below 0 brings 0. Higher is better. A
    score that was not handed over is missing and gives NaN. A constant score gives every unit the same points.

    Examples
    --------
    >>> rule = CarriedOver(name="carried_over", measure="inspection", full=100)
    >>> carried_over(np.array([85, 104, np.nan]), 20, rule).points
    array([17., 20., nan])
    """
    rescaled = np.maximum(0.0, max_points * values / rule.full)
    points = rescaled if rule.may_exceed else np.minimum(rescaled, max_points)
    args: Args = {
        "measure_id": rule.measure,
        "value": values,
        "full": rule.full,
        "max_points": max_points,
        "points": points,
    }
    same = abs(rule.full - max_points) < SMALL
    return Verdict(
        points=points,
        reasons=(
            Reason("scoring.carried_over_same" if same else "scoring.carried_over", ~np.isnan(values), args),
            Reason("scoring.carried_over_cap", rescaled > points + SMALL, args),
            judge_missing(values, rule.measure),
        ),
    )
