"""Steps of shortfall: whole ones only, parts in proportion, or a step begun as a full one."""

import numpy as np

from pbwidgets.campaign.rules import AgainstGroup, ThresholdThenPerUnit
from pbwidgets.scoring.arrays import Floats
from pbwidgets.scoring.reasons import Args, Reason
from pbwidgets.scoring.verdict import SMALL


def count_steps(short: Floats, rule: ThresholdThenPerUnit | AgainstGroup) -> Floats:
    """Steps that a shortfall comes to, float64; 0 where there is none, NaN where it is not known.

    The small amount undoes binary noise: (20 - 19.9) / 0.1 is one step, not 0.9999.

    Examples
    --------
    >>> kinds = ("whole", "proportional", "begun")
    >>> rule = {"name": "threshold_then_per_unit", "measure": "pct", "threshold": 20, "points_per_unit": 0.1}
    >>> rules = [ThresholdThenPerUnit(**rule, parts=parts) for parts in kinds]
    >>> [count_steps(np.array([2.5]), rule).item() for rule in rules]
    [2.0, 2.5, 3.0]
    """
    steps = short / rule.step
    if rule.parts == "whole":
        steps = np.floor(steps + SMALL)
    elif rule.parts == "begun":
        steps = np.ceil(steps - SMALL)
    return np.maximum(0.0, np.where(steps > SMALL, steps, np.minimum(steps, 0.0)))


def note_parts(steps: Floats, rule: ThresholdThenPerUnit | AgainstGroup) -> tuple[Reason, ...]:
    """A note that says how what is less than a step was counted, where it cost anything; none for whole steps."""
    if rule.parts == "whole":
        return ()
    args: Args = {"measure_id": rule.measure, "step": rule.step}
    code = "scoring.note_in_proportion" if rule.parts == "proportional" else "scoring.note_step_begun"
    return (Reason(code, steps > 0, args, is_note=True),)
