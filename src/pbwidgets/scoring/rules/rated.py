"""A rater gives points."""

import numpy as np

from pbwidgets.campaign.rules import Rated
from pbwidgets.scoring.arrays import Floats
from pbwidgets.scoring.reasons import Reason
from pbwidgets.scoring.verdict import Verdict


def rated(marks: Floats, max_points: float, rule: Rated) -> Verdict:
    """Points as the raters of the layer gave them.

    Range 0 to ``max_points`` (marks outside are refused before they come here); higher is better. No mark
    gives NaN, never zero. A constant mark gives every unit the same points.

    Examples
    --------
    >>> rated(np.array([7.5, np.nan]), 8, Rated(name="rated")).points
    array([7.5, nan])
    """
    del rule  # it has no arguments
    return Verdict(
        points=marks.astype(np.float64, copy=True),
        reasons=(
            Reason("scoring.rated", ~np.isnan(marks), {"points": marks, "max_points": max_points}),
            Reason("scoring.not_rated", np.isnan(marks), {"max_points": max_points}),
        ),
    )
