"""Full points from a threshold on; below it points are lost for each step."""

import numpy as np

from pbwidgets.campaign.rules import ThresholdThenPerUnit
from pbwidgets.scoring.arrays import Floats
from pbwidgets.scoring.reasons import Args, Reason
from pbwidgets.scoring.rules.steps import count_steps, note_parts
from pbwidgets.scoring.verdict import SMALL, Verdict, judge_missing


def threshold_then_per_unit(values: Floats, max_points: float, rule: ThresholdThenPerUnit) -> Verdict:
    """Full points from ``threshold`` on, less ``points_per_unit`` for each ``step`` below it.

    Range ``floor`` to ``max_points``; higher is better up to the threshold. A step begun but not full
    costs nothing, or what ``parts`` says. A missing value gives NaN. A constant value gives every unit the same points.

    Examples
    --------
    >>> rule = ThresholdThenPerUnit(
    ...     name="threshold_then_per_unit", measure="pct", threshold=20, points_per_unit=0.1
    ... )
    >>> threshold_then_per_unit(np.array([25, 19.5, 15, np.nan]), 2, rule).points
    array([2. , 2. , 1.5, nan])
    """
    steps = count_steps(rule.threshold - values, rule)
    floor = min(rule.floor, max_points)
    points = np.maximum(max_points - steps * rule.points_per_unit, floor)
    lost = max_points - points
    args: Args = {
        "measure_id": rule.measure,
        "threshold": rule.threshold,
        "value": values,
        "short": rule.threshold - values,
        "step": rule.step,
        "each": rule.points_per_unit,
        "lost": lost,
        "points": points,
        "floor": floor,
    }
    below = values < rule.threshold
    lost_code, floor_code = (
        ("scoring.threshold_then_per_unit", "scoring.threshold_floor")
        if rule.parts == "whole"
        else ("scoring.threshold_then_per_unit_parts", "scoring.threshold_floor_parts")
    )
    return Verdict(
        points=points,
        reasons=(
            Reason("scoring.threshold_full", values >= rule.threshold, args),
            Reason("scoring.threshold_near", below & (steps == 0), args),
            Reason(lost_code, steps > 0, args),
            Reason(floor_code, steps * rule.points_per_unit > lost + SMALL, args),
            *note_parts(steps, rule),
            judge_missing(values, rule.measure),
        ),
    )
