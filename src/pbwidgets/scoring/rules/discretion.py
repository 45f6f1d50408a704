"""A reviewer gives or takes points within a range."""

import numpy as np

from pbwidgets.campaign.rules import Discretion
from pbwidgets.scoring.arrays import Floats
from pbwidgets.scoring.reasons import Reason
from pbwidgets.scoring.verdict import Verdict


def discretion(marks: Floats, max_points: float, rule: Discretion) -> Verdict:
    """Amount that a reviewer gave or took; nothing entered is 0, or missing where the rule is ``compulsory``.

    Range ``lowest`` to ``highest`` (amounts outside are refused before they come here); higher is better.
    A constant amount moves every unit alike.

    Examples
    --------
    >>> discretion(np.array([-2, np.nan]), 3, Discretion(name="discretion", lowest=-3, highest=3)).points
    array([-2.,  0.])
    """
    del max_points
    nothing = np.isnan(marks)
    points = np.where(nothing, np.nan if rule.compulsory else 0.0, marks).astype(np.float64)
    return Verdict(
        points=points,
        reasons=(
            Reason("scoring.discretion_open" if rule.compulsory else "scoring.discretion_none", nothing),
            Reason("scoring.discretion_added", points > 0, {"points": points}),
            Reason("scoring.discretion_taken", points < 0, {"points": -points}),
            Reason("scoring.discretion_zero", ~nothing & (points == 0)),
        ),
    )
