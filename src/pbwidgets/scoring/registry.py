"""Rules by name: the functions behind the names that a campaign file may use."""

from collections.abc import Callable, Mapping
from math import inf
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np

from pbwidgets.campaign.expressions import parse
from pbwidgets.campaign.model import Criterion, Settlement
from pbwidgets.campaign.names import UNIT_NAMES
from pbwidgets.campaign.rules import (
    Bands,
    ByChoice,
    CappedDeduction,
    Checklist,
    Discretion,
    RankToPoints,
    Rule,
    conditions_of,
)
from pbwidgets.scoring import rules
from pbwidgets.scoring.arrays import Floats, Ints
from pbwidgets.scoring.verdict import Verdict
from pbwidgets.wording import MOST_DIGITS

RuleFunction: TypeAlias = Callable[[Floats, float, Any], Verdict]
GroupRuleFunction: TypeAlias = Callable[[Floats, float, Any, Ints], Verdict]
ConditionRuleFunction: TypeAlias = Callable[[Floats, float, Any, Floats], Verdict]

RULES: Final[Mapping[str, RuleFunction]] = MappingProxyType(
    {
        "all_or_nothing": rules.all_or_nothing,
        "bands": rules.bands,
        "by_choice": rules.by_choice,
        "capped_bonus": rules.capped_bonus,
        "carried_over": rules.carried_over,
        "discretion": rules.discretion,
        "per_missing_item": rules.per_missing_item,
        "rated": rules.rated,
        "threshold_then_per_unit": rules.threshold_then_per_unit,
    }
)
GROUP_RULES: Final[Mapping[str, GroupRuleFunction]] = MappingProxyType(
    {
        "against_group": rules.against_group,
        "proportional_to_best": rules.proportional_to_best,
        "rank_to_points": rules.rank_to_points,
    }
)
"""Rules that compare a unit with the others of its group."""
CONDITION_RULES: Final[Mapping[str, ConditionRuleFunction]] = MappingProxyType(
    {"capped_deduction": rules.capped_deduction, "checklist": rules.checklist}
)
"""Rules that have expressions over measures inside them."""
MARKED: Final = frozenset({"rated", "discretion"})
"""Rules whose points come from raters, layer by layer; all others are computed from a measure."""


def apply_rule(
    rule: Rule,
    values: Floats,
    max_points: float,
    groups: Ints | None = None,
    conditions: Floats | None = None,
) -> Verdict:
    """Verdict of a rule over measure values, or over marks for the rules in ``MARKED``.

    ``groups`` is the number of each unit's group, read by the rules in ``GROUP_RULES`` only; by default all
    units are one group. ``conditions`` says where the expressions inside a rule in ``CONDITION_RULES`` hold,
    expressions × units; by default none does.

    Examples
    --------
    >>> from pbwidgets.campaign.rules import AllOrNothing
    >>> apply_rule(AllOrNothing(name="all_or_nothing", measure="plans"), np.array([1.0]), 5).points
    array([5.])
    """
    if rule.name in CONDITION_RULES:
        if conditions is None:
            conditions = np.zeros((len(conditions_of(rule)), len(values)))
        return CONDITION_RULES[rule.name](values, max_points, rule, conditions)
    if rule.name not in GROUP_RULES:
        return RULES[rule.name](values, max_points, rule)
    groups = np.zeros(len(values), dtype=np.int64) if groups is None else groups
    return GROUP_RULES[rule.name](values, max_points, rule, groups)


def find_range(line: Criterion) -> tuple[float, float]:
    """Lowest and highest points that a line can bring, and that a mark on it may have."""
    top = line.points or 0.0
    rule = line.rule
    if isinstance(rule, Discretion):
        return rule.lowest, rule.highest
    if isinstance(rule, CappedDeduction):
        return min(0.0, round(top - rule.cap, MOST_DIGITS)), top  # 5 - 5.3 is not quite -0.3 in binary
    if isinstance(rule, Checklist) and rule.counts == "earned":
        return 0.0, top
    if isinstance(rule, RankToPoints | Bands | ByChoice):
        return min(0.0, *points_listed(rule)), top
    return min(0.0, getattr(rule, "floor", 0.0)), top


def find_bounds(criterion: Criterion) -> tuple[float, float]:
    """Lowest and highest points that a line can bring, or a heading with its lines, base, floor and ceiling."""
    if not criterion.criteria:
        return find_range(criterion)
    parts = [find_bounds(part) for part in criterion.criteria]
    terms = criterion.settle or Settlement()
    low, high = (sum(ends) + (terms.base or 0.0) for ends in zip(*parts, strict=True))
    floor = -inf if terms.floor is None else terms.floor
    ceiling = inf if terms.ceiling is None else terms.ceiling
    return min(max(low, floor), ceiling), min(max(high, floor), ceiling)


def points_listed(rule: RankToPoints | Bands | ByChoice) -> tuple[float, ...]:
    """All amounts that a rule lists: by place, band or option, with what ``otherwise`` brings."""
    if isinstance(rule, ByChoice):
        return tuple(option.points for option in rule.options)
    listed = rule.points if isinstance(rule, RankToPoints) else tuple(band.points for band in rule.bands)
    return (*listed, rule.otherwise)


def find_measure(line: Criterion) -> str | None:
    """Measure that a line is computed from; None for lines that raters mark, and for checklists."""
    return getattr(line.rule, "measure", None)


def find_measures(line: Criterion) -> tuple[str, ...]:
    """All measures that the rule of a line reads, its own first, then those of its conditions."""
    own = find_measure(line)
    asked = [
        name for text in conditions_of(line.rule) for name in sorted(parse(text).names.difference(UNIT_NAMES))
    ]
    return tuple(dict.fromkeys([*([own] if own is not None else []), *asked]))
