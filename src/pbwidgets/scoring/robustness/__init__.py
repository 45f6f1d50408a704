"""How firm is a list? The same arithmetic, run again with other weights, raters and rules within stated ranges."""

from pbwidgets.scoring.robustness.assumptions import (
    USUAL_TRIALS,
    Assumption,
    Ranges,
    Trials,
    list_assumptions,
)
from pbwidgets.scoring.robustness.firmness import (
    FIRM,
    FIRMNESS,
    OUT,
    SHIFTS,
    UNDECIDED,
    attribute_shifts,
    vary_list,
)

__all__ = [
    "FIRM",
    "FIRMNESS",
    "OUT",
    "SHIFTS",
    "UNDECIDED",
    "USUAL_TRIALS",
    "Assumption",
    "Ranges",
    "Trials",
    "attribute_shifts",
    "list_assumptions",
    "vary_list",
]
