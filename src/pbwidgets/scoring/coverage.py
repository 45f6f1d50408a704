"""How far a checklist is: numbers of checks by state, of a unit, a check, a heading, or all."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from pbwidgets.scoring.frames import NO_TARGET, NOT_APPLICABLE, STANDING_STATES

NOT_EXPECTED: Final = (NOT_APPLICABLE, NO_TARGET)
"""States in which nothing is expected of the unit: they count in no share."""
EXPECTED: Final = tuple(state for state in STANDING_STATES if state not in NOT_EXPECTED)
"""All other states, in their order."""


def agg_coverage(standings: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Numbers of checks by state.

    Parameters
    ----------
    standings
        Columns ``STANDINGS``, of one track.
    by
        Columns whose values get a row each: ``["unit_code"]``, ``["check_id", "part"]``, ``["heading"]``.

    Returns
    -------
    pandas.DataFrame
        A row for each value of ``by``, which are its index; a column ``int64`` for each state of :data:`EXPECTED`, and
        ``expected``, their sum. Checks that do not apply, or have no target, are left out; where all are, the row is 0.

    Examples
    --------
    >>> rows = pd.DataFrame({"unit_code": ["a", "a", "b"], "state": ["reached", "overdue", "not_applicable"]})
    >>> agg_coverage(rows, ["unit_code"])[["reached", "overdue", "expected"]].to_dict("index")
    {'a': {'reached': 1, 'overdue': 1, 'expected': 2}, 'b': {'reached': 0, 'overdue': 0, 'expected': 0}}
    """
    keys = standings[list(by)].fillna("").astype(str)
    counted = keys.assign(**{state: standings["state"] == state for state in EXPECTED})
    made = counted.groupby(list(by), sort=False)[list(EXPECTED)].sum().astype("int64")
    return made.assign(expected=made.sum(axis=1))
