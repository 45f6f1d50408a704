"""The rules of the language, one pure vectorised function each."""

from pbwidgets.scoring.rules.all_or_nothing import all_or_nothing
from pbwidgets.scoring.rules.capped_bonus import capped_bonus
from pbwidgets.scoring.rules.capped_deduction import capped_deduction
from pbwidgets.scoring.rules.discretion import discretion
from pbwidgets.scoring.rules.per_missing_item import per_missing_item
from pbwidgets.scoring.rules.rated import rated
from pbwidgets.scoring.rules.threshold_then_per_unit import threshold_then_per_unit

__all__ = [
    "all_or_nothing",
    "capped_bonus",
    "capped_deduction",
    "discretion",
    "per_missing_item",
    "rated",
    "threshold_then_per_unit",
]
