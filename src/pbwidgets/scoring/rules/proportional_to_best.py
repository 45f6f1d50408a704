"""Full points for the group's best, the others in proportion."""

import numpy as np

from pbwidgets.campaign.rules import ProportionalToBest
from pbwidgets.scoring.arrays import Floats, Ints
from pbwidgets.scoring.groups import find_best
from pbwidgets.scoring.reasons import Args, Reason
from pbwidgets.scoring.verdict import SMALL, Verdict, judge_alone, judge_missing


def proportional_to_best(
    values: Floats, max_points: float, rule: ProportionalToBest, groups: Ints
) -> Verdict:
    """``max_points`` × value / best of the group; with ``better: lower``, ``max_points`` × best / value.

    Range 0 to ``max_points``; a value below 0 counts as 0. A missing value gives NaN and does not enter the
    best, and so does a unit without a group. A group of one, or a constant value, gets full points; but where
    more is better and the best is 0, no unit has done anything and all get 0. Where less is better and
    the best is 0, units at 0 get full points and all others 0.

    Examples
    --------
    >>> rule = ProportionalToBest(name="proportional_to_best", measure="deeds")
    >>> proportional_to_best(np.array([8, 4, 0, np.nan]), 6, rule, np.zeros(4, dtype=np.int64)).points
    array([ 6.,  3.,  0., nan])
    """
    amount = np.maximum(values, 0.0)
    higher = rule.better == "higher"
    best = find_best(amount, groups) if higher else -find_best(-amount, groups)
    at_best = np.abs(amount - best) <= SMALL
    above, below = (amount, best) if higher else (best, amount)
    share = np.divide(above, below, out=np.zeros(len(amount)), where=below > 0)
    points = np.where(at_best, max_points, max_points * share)
    nothing = (best <= SMALL) & higher
    points = np.where(nothing, 0.0, points)
    points = np.where(np.isnan(amount) | np.isnan(best), np.nan, points)
    args: Args = {"measure_id": rule.measure, "value": values, "best": best, "points": points}
    return Verdict(
        points=points,
        reasons=(
            Reason("scoring.proportional", ~np.isnan(points), args),
            Reason("scoring.proportional_best", at_best, args),
            Reason("scoring.proportional_nothing", nothing, args),
            judge_missing(values, rule.measure),
            judge_alone(values, groups, rule.measure),
        ),
    )
