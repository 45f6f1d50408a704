"""How firm is a list? The same arithmetic, run again with other weights, raters and rules within stated ranges."""

from pbwidgets.scoring.robustness.assumptions import Assumption, Ranges, list_assumptions
from pbwidgets.scoring.robustness.firmness import FIRMNESS, SHIFTS, attribute_shifts, vary_list

__all__ = ["FIRMNESS", "SHIFTS", "Assumption", "Ranges", "attribute_shifts", "list_assumptions", "vary_list"]
