"""Indicators made comparable between large and small units."""

from pbwidgets.errors import DataError
from pbwidgets.scoring.arrays import Floats


def denominate(values: Floats, denominators: Floats) -> Floats:
    """Values divided by their denominators: trade by GDP, incidents by population.

    A missing value or denominator gives NaN. The result is in units of one per unit of the other; the direction stays.

    Parameters
    ----------
    values, denominators
        float64, of the same length.

    Raises
    ------
    DataError
        ``index.zero_denominator`` with the number of units: dividing by it gives no number.

    Examples
    --------
    >>> import numpy as np
    >>> denominate(np.array([6.0, np.nan, 1.0]), np.array([3.0, 2.0, np.nan])).tolist()
    [2.0, nan, nan]
    """
    zero = denominators == 0
    if zero.any():
        raise DataError("index.zero_denominator", count=int(zero.sum()))
    return values / denominators
