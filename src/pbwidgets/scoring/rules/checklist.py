"""Points are lost, or earned, for every case of a list that holds."""

import numpy as np

from pbwidgets.campaign.rules import Checklist
from pbwidgets.scoring.arrays import Bools, Floats
from pbwidgets.scoring.reasons import Args, Reason
from pbwidgets.scoring.verdict import SMALL, Verdict, list_cases


def checklist(values: Floats, max_points: float, rule: Checklist, conditions: Floats) -> Verdict:
    """Full points less those of every case that holds, not below ``floor``; or the sum of them, up to full points.

    Range ``floor`` (0 where points are earned) to ``max_points``. Where a case cannot be decided the line is
    missing and gives NaN, unless ``undecided`` says that the case then does not hold.

    Parameters
    ----------
    values
        Not looked at: a checklist has no measure of its own.
    max_points, rule
        Maximum of the line, and the cases.
    conditions
        float64, cases × units: 1 where the case holds, 0 where it does not, NaN where it cannot be decided.

    Examples
    --------
    >>> text = {"zh": "无方案", "en": "no plan"}
    >>> rule = Checklist(name="checklist", cases=[{"when": "${plan} = 0", "text": text, "points": 1}])
    >>> checklist(np.zeros(3), 5, rule, np.array([[1, 0, np.nan]])).points
    array([ 4.,  5., nan])
    """
    del values
    holds = conditions == 1
    unknown = np.isnan(conditions) & (rule.undecided == "missing")
    each = np.array([case.points for case in rule.cases], dtype=np.float64)
    amount = each @ holds
    earned = rule.counts == "earned"
    floor = 0.0 if earned else min(rule.floor, max_points)
    full = amount if earned else max_points - amount
    points = np.clip(full, floor, max_points)
    open_units: Bools = np.any(unknown, axis=0)
    kind = "earned" if earned else "lost"
    args: Args = {"points": points, "floor": floor, **list_cases(kind, holds, each)}
    return Verdict(
        points=np.where(open_units, np.nan, points),
        reasons=(
            Reason("scoring.checklist_none" if earned else "scoring.checklist_clear", amount == 0, args),
            Reason("scoring.checklist", amount > 0, args),
            Reason(
                "scoring.checklist_cap" if earned else "scoring.checklist_floor",
                np.abs(full - points) > SMALL,
                args,
            ),
            Reason("scoring.checklist_undecided", open_units, list_cases("undecided", unknown, each)),
        ),
    )
