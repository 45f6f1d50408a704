"""Full points from a number on, else none."""

import numpy as np

from pbwidgets.campaign.rules import AllOrNothing
from pbwidgets.scoring.arrays import Floats
from pbwidgets.scoring.reasons import Args, Reason
from pbwidgets.scoring.verdict import Verdict, judge_missing


def all_or_nothing(values: Floats, max_points: float, rule: AllOrNothing) -> Verdict:
    """``max_points`` where the value is at least ``at_least``, else 0.

    Range 0 or ``max_points``; higher is better. A missing value gives NaN. A constant value gives every
    unit the same points.

    Examples
    --------
    >>> rule = AllOrNothing(name="all_or_nothing", measure="plans", at_least=1)
    >>> all_or_nothing(np.array([1, 0, np.nan]), 6, rule).points
    array([ 6.,  0., nan])
    """
    reached = values >= rule.at_least
    points = np.where(np.isnan(values), np.nan, np.where(reached, max_points, 0.0))
    args: Args = {
        "measure_id": rule.measure,
        "at_least": rule.at_least,
        "value": values,
        "points": max_points,
    }
    return Verdict(
        points=points,
        reasons=(
            Reason("scoring.all_or_nothing_full", reached, args),
            Reason("scoring.all_or_nothing_none", values < rule.at_least, args),
            judge_missing(values, rule.measure),
        ),
    )
