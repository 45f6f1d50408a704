"""Where an expression holds, asked once per distinct combination of values instead of once per row."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from pbwidgets.campaign.expressions import parse
from pbwidgets.scoring.arrays import Bools, group_rows


def find_holding(
    expression: str, columns: Mapping[str, npt.NDArray[Any]], size: int, today: date | None = None
) -> Bools:
    """Rows for which an expression holds, bool, of length ``size``.

    Parameters
    ----------
    expression
        As in XLSForm; a name without a column is empty.
    columns
        Values of each name, one for each row; None, NaN and an empty text are empty.
    size
        Number of rows.
    today
        What ``today()`` gives: the day of the period, never the clock, so that scores can be repeated.

    Raises
    ------
    ExpressionError
        If the expression cannot be read.

    Examples
    --------
    >>> find_holding("${meetings} >= 4", {"meetings": np.array([4.0, 3.0, np.nan])}, 3).tolist()
    [True, False, False]
    """
    parsed = parse(expression)
    asked = {name: columns[name] for name in sorted(parsed.names) if name in columns}
    if not asked:
        return np.full(size, parsed.holds({}, today=today), dtype=bool)
    if not size:
        return np.zeros(0, dtype=bool)
    groups, first = group_rows(list(asked.values()))
    holds = [
        parsed.holds({name: _plain(column[row]) for name, column in asked.items()}, today=today)
        for row in first
    ]
    made: Bools = np.array(holds, dtype=bool)[groups]
    return made


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    return list(value) if isinstance(value, tuple) else value
