"""Points by the option that was chosen."""

import numpy as np

from pbwidgets.campaign.rules import ByChoice
from pbwidgets.scoring.arrays import Floats
from pbwidgets.scoring.reasons import Args, Reason
from pbwidgets.scoring.verdict import Verdict, judge_missing


def by_choice(values: Floats, max_points: float, rule: ByChoice) -> Verdict:
    """Points of the chosen option, given as its place in ``rule.options``, from 0.

    Range as listed. Not answered is missing and gives NaN. Where all chose the same, all get the same points.

    Examples
    --------
    >>> options = [{"choice": "good", "points": 2}, {"choice": "fair", "points": 1.5}, {"choice": "poor", "points": 0}]
    >>> rule = ByChoice(name="by_choice", measure="attitude", options=options)
    >>> by_choice(np.array([1, 0, 2, np.nan]), 2, rule).points
    array([1.5, 2. , 0. , nan])
    """
    del max_points  # the options say what each brings
    given = ~np.isnan(values)
    brings = np.array([option.points for option in rule.options], dtype=np.float64)
    points = np.full(len(values), np.nan)
    points[given] = brings[values[given].astype(np.int64)]
    args: Args = {"measure_id": rule.measure, "points": points}
    return Verdict(
        points=points,
        reasons=(Reason("scoring.by_choice", given, args), judge_missing(values, rule.measure)),
    )
