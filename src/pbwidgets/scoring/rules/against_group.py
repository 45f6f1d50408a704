"""Full points at the group's mean or best; behind it points are lost for each step."""

import numpy as np

from pbwidgets.campaign.rules import AgainstGroup
from pbwidgets.scoring.arrays import Floats, Ints
from pbwidgets.scoring.groups import average_groups, find_best
from pbwidgets.scoring.reasons import Args, Reason
from pbwidgets.scoring.rules.steps import count_steps, note_parts
from pbwidgets.scoring.verdict import SMALL, Verdict, judge_alone, judge_missing


def against_group(values: Floats, max_points: float, rule: AgainstGroup, groups: Ints) -> Verdict:
    """Full points from the group's benchmark on, less ``points_per_unit`` for each ``step`` behind it.

    Range ``floor`` to ``max_points``. The benchmark is the mean or the best of the units of the group that
    have a value, this one among them; a step begun but not full costs nothing, or what
    ``parts`` says. A missing value gives NaN and
    does not enter the benchmark, and so does a unit without a group. In a group of one, or where the value is
    constant, every unit is at its benchmark and gets full points.

    Examples
    --------
    >>> rule = AgainstGroup(name="against_group", measure="pct", benchmark="mean", points_per_unit=0.5)
    >>> against_group(np.array([90, 80, 70, np.nan]), 5, rule, np.array([0, 0, 0, 0])).points
    array([ 5.,  5.,  0., nan])
    """
    sign = 1.0 if rule.better == "higher" else -1.0
    compare = average_groups if rule.benchmark == "mean" else find_best
    benchmark = sign * compare(sign * values, groups)
    behind = sign * (benchmark - values)
    steps = count_steps(behind, rule)
    floor = min(rule.floor, max_points)
    points = np.maximum(max_points - steps * rule.points_per_unit, floor)
    lost = max_points - points
    args: Args = {
        "measure_id": rule.measure,
        "value": values,
        "benchmark": benchmark,
        "behind": behind,
        "step": rule.step,
        "each": rule.points_per_unit,
        "lost": lost,
        "points": points,
        "floor": floor,
    }
    best = "best" if rule.benchmark == "best" else "mean"
    parts = "" if rule.parts == "whole" else "_parts"
    near = (behind > SMALL) & (steps == 0)
    floored = steps * rule.points_per_unit > lost + SMALL
    return Verdict(
        points=points,
        reasons=(
            Reason(_CODES[best, "full"], behind <= SMALL, args),
            Reason(_CODES[best, "near"], near, args),
            Reason(_CODES[best, f"behind{parts}"], steps > 0, args),
            Reason(_CODES[best, f"floor{parts}"], floored, args),
            *note_parts(steps, rule),
            judge_missing(values, rule.measure),
            judge_alone(values, groups, rule.measure),
        ),
    )


_CODES = {
    ("mean", "full"): "scoring.against_mean_full",
    ("mean", "near"): "scoring.against_mean_near",
    ("mean", "behind"): "scoring.against_mean",
    ("mean", "floor"): "scoring.against_mean_floor",
    ("mean", "behind_parts"): "scoring.against_mean_parts",
    ("mean", "floor_parts"): "scoring.against_mean_floor_parts",
    ("best", "full"): "scoring.against_best_full",
    ("best", "near"): "scoring.against_best_near",
    ("best", "behind"): "scoring.against_best",
    ("best", "floor"): "scoring.against_best_floor",
    ("best", "behind_parts"): "scoring.against_best_parts",
    ("best", "floor_parts"): "scoring.against_best_floor_parts",
}
