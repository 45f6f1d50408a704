"""The rules of the language, one pure vectorised function each."""

from pbwidgets.scoring.rules.against_group import against_group
from pbwidgets.scoring.rules.all_or_nothing import all_or_nothing
from pbwidgets.scoring.rules.bands import bands
from pbwidgets.scoring.rules.by_choice import by_choice
from pbwidgets.scoring.rules.capped_bonus import capped_bonus
from pbwidgets.scoring.rules.capped_deduction import capped_deduction
from pbwidgets.scoring.rules.carried_over import carried_over
from pbwidgets.scoring.rules.checklist import checklist
from pbwidgets.scoring.rules.discretion import discretion
from pbwidgets.scoring.rules.per_missing_item import per_missing_item
from pbwidgets.scoring.rules.proportional_to_best import proportional_to_best
from pbwidgets.scoring.rules.rank_to_points import rank_to_points
from pbwidgets.scoring.rules.rated import rated
from pbwidgets.scoring.rules.threshold_then_per_unit import threshold_then_per_unit

__all__ = [
    "against_group",
    "all_or_nothing",
    "bands",
    "by_choice",
    "capped_bonus",
    "capped_deduction",
    "carried_over",
    "checklist",
    "discretion",
    "per_missing_item",
    "proportional_to_best",
    "rank_to_points",
    "rated",
    "threshold_then_per_unit",
]
