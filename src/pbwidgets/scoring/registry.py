"""Rules by name: the functions behind the names that a campaign file may use."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from pbwidgets.campaign.model import Criterion
from pbwidgets.campaign.rules import CappedDeduction, Discretion, Rule
from pbwidgets.scoring import rules
from pbwidgets.scoring.arrays import Floats
from pbwidgets.scoring.verdict import Verdict

RuleFunction: TypeAlias = Callable[[Floats, float, Any], Verdict]

RULES: Final[Mapping[str, RuleFunction]] = MappingProxyType(
    {
        "all_or_nothing": rules.all_or_nothing,
        "capped_bonus": rules.capped_bonus,
        "capped_deduction": rules.capped_deduction,
        "discretion": rules.discretion,
        "per_missing_item": rules.per_missing_item,
        "rated": rules.rated,
        "threshold_then_per_unit": rules.threshold_then_per_unit,
    }
)
MARKED: Final = frozenset({"rated", "discretion"})
"""Rules whose points come from raters, layer by layer; all others are computed from a measure."""


def apply_rule(rule: Rule, values: Floats, max_points: float) -> Verdict:
    """Verdict of a rule over measure values, or over marks for the rules in ``MARKED``.

    Examples
    --------
    >>> import numpy as np
    >>> from pbwidgets.campaign.rules import AllOrNothing
    >>> apply_rule(AllOrNothing(name="all_or_nothing", measure="plans"), np.array([1.0]), 5).points
    array([5.])
    """
    return RULES[rule.name](values, max_points, rule)


def find_range(line: Criterion) -> tuple[float, float]:
    """Lowest and highest points that a line can bring, and that a mark on it may have."""
    top = line.points or 0.0
    rule = line.rule
    if isinstance(rule, Discretion):
        return rule.lowest, rule.highest
    if isinstance(rule, CappedDeduction):
        return min(0.0, top - rule.cap), top
    return min(0.0, getattr(rule, "floor", 0.0)), top


def find_measure(line: Criterion) -> str | None:
    """Measure that a line is computed from; None for lines that raters mark."""
    return getattr(line.rule, "measure", None)
