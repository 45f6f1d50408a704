"""Points are lost for each item, up to a cap."""

import numpy as np

from pbwidgets.campaign.rules import CappedDeduction
from pbwidgets.scoring.arrays import Bools, Floats
from pbwidgets.scoring.reasons import Args, Reason
from pbwidgets.scoring.verdict import SMALL, Verdict, judge_missing, list_cases


def capped_deduction(values: Floats, max_points: float, rule: CappedDeduction, conditions: Floats) -> Verdict:
    """Full points, less ``points_each`` for every item beyond ``beyond``, at most ``cap`` less.

    Range ``max_points - cap`` to ``max_points``: a line with 0 points is a pure deduction, and one whose cap
    exceeds its points goes below zero. Fewer items are better. The first item costs ``first`` if that is set;
    what is lost is multiplied by every factor that holds, before the cap. A missing value gives NaN, and so
    does a factor that cannot be decided where points are lost. A constant value gives every unit the same
    points.

    Parameters
    ----------
    values, max_points, rule
        Items, maximum of the line, and what each item costs.
    conditions
        float64, factors × units: 1 where the factor holds, 0 where it does not, NaN where it cannot be decided.

    Examples
    --------
    >>> rule = CappedDeduction(name="capped_deduction", measure="faults", points_each=0.1, cap=2)
    >>> capped_deduction(np.array([0, 5, 99, np.nan]), 0, rule, np.zeros((0, 4))).points
    array([ 0. , -0.5, -2. ,  nan])
    >>> rule = CappedDeduction(name="capped_deduction", measure="faults", points_each=1, first=5, cap=9)
    >>> capped_deduction(np.array([1, 2, 9]), 10, rule, np.zeros((0, 3))).points
    array([5., 4., 1.])
    """
    items = np.maximum(0.0, values - rule.beyond)
    first = rule.points_each if rule.first is None else rule.first
    priced = np.minimum(items, 1.0) * (first - rule.points_each) + items * rule.points_each
    holds, times = conditions == 1, np.array([factor.times for factor in rule.factors], dtype=np.float64)
    charged = priced * np.where(holds, times[:, None], 1.0).prod(axis=0)
    lost = np.minimum(charged, rule.cap)
    unknown = np.isnan(conditions) & (items > 0)
    open_units: Bools = np.any(unknown, axis=0)
    points = np.where(open_units, np.nan, max_points - lost)
    args: Args = {
        "measure_id": rule.measure,
        "value": values,
        "each": rule.points_each,
        "lost": lost,
        "points": points,
        "cap": rule.cap,
    }
    if rule.beyond or rule.first is not None or rule.factors:
        args |= {
            "beyond": rule.beyond,
            "items": items,
            "first": first,
            "say:price": _PRICES[bool(rule.beyond), rule.first is not None],
        }
    factored: Args = {**args, **list_cases("factors", holds, times)}
    plain, capped = (
        ("scoring.capped_deduction_priced", "scoring.capped_deduction_priced_cap")
        if "say:price" in args
        else ("scoring.capped_deduction", "scoring.capped_deduction_cap")
    )
    over, multiplied = charged > lost + SMALL, np.any(holds, axis=0) & (items > 0)
    return Verdict(
        points=points,
        reasons=(
            Reason("scoring.capped_deduction_none", values <= 0, args),
            Reason("scoring.capped_deduction_within", (values > 0) & (items == 0), args),
            Reason(plain, items > 0, args),
            Reason(capped, over, args),
            Reason("scoring.capped_deduction_factor", multiplied, factored),
            Reason("scoring.capped_deduction_factor_cap", multiplied & over, factored),
            judge_missing(values, rule.measure),
            Reason("scoring.factor_undecided", open_units, list_cases("undecided_factors", unknown, times)),
        ),
    )


_PRICES = {
    (False, False): "scoring.price_each",
    (True, False): "scoring.price_beyond",
    (False, True): "scoring.price_first",
    (True, True): "scoring.price_beyond_first",
}
