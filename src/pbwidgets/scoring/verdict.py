"""What a rule says about one line: points and reasons, for all units at once."""

from dataclasses import dataclass

import numpy as np

from pbwidgets.scoring.arrays import Bools, Floats, Ints
from pbwidgets.scoring.reasons import Args, Reason

SMALL = 1e-9  # below this, two amounts of points are the same


@dataclass(frozen=True)
class Verdict:
    """Points of one line and why.

    Attributes
    ----------
    points
        float64, one for each unit; NaN where the value is missing.
    reasons
        Why; see :class:`~pbwidgets.scoring.reasons.Reason`.
    """

    points: Floats
    reasons: tuple[Reason, ...]


def judge_missing(values: Floats, measure: str) -> Reason:
    """Reason for the units whose measure is missing: they neither get nor lose points."""
    return Reason("scoring.missing", np.isnan(values), {"measure_id": measure})


def judge_alone(values: Floats, groups: Ints, measure: str) -> Reason:
    """Reason for the units that have a value and no group: they are not compared with others and get no points."""
    return Reason("scoring.without_group", ~np.isnan(values) & (groups < 0), {"measure_id": measure})


def list_cases(kind: str, holds: Bools, amounts: Floats) -> Args:
    """Arguments of a reason that lists the cases or factors which hold for a unit, each with its amount.

    >>> list_cases("cases", np.array([[True, False]]), np.array([0.5]))
    {'cases:0': array([0.5, nan])}
    """
    return {
        f"{kind}:{at}": np.where(holding, amount, np.nan)
        for at, (holding, amount) in enumerate(zip(holds, amounts, strict=True))
    }
