"""Outliers drawn in, so that one extreme unit does not squeeze all others together."""

from dataclasses import dataclass

import numpy as np

from pbwidgets.scoring.arrays import Floats
from pbwidgets.scoring.index.constant import is_constant

SKEW_LIMIT = 2.0
KURTOSIS_LIMIT = 3.5
MOST_POINTS = 6
_FEWEST = 4  # the bias-corrected kurtosis divides by (n - 2)(n - 3)


@dataclass(frozen=True)
class Winsorised:
    """An indicator after treatment.

    Attributes
    ----------
    values
        float64; NaN stays NaN.
    low, high
        How many of the lowest and of the highest values were drawn in.
    still_skewed
        Whether the limits are still exceeded after as many points as allowed.
    """

    values: Floats
    low: int
    high: int
    still_skewed: bool


def treat_winsorise(
    values: Floats,
    *,
    skew_limit: float = SKEW_LIMIT,
    kurtosis_limit: float = KURTOSIS_LIMIT,
    most: int = MOST_POINTS,
) -> Winsorised:
    """Values in which outliers take the nearest value that is not an outlier, one point at a time.

    As long as absolute skewness **and** excess kurtosis, both bias-corrected, exceed their limits, the most
    extreme point on the skewed side joins the ones drawn in, all of which take the next value inward. It ends
    after ``most`` points. Fewer than four known values, and constant ones, are left as they are.

    Source: Winsorisation of COINr (bluefoxr/COINr, ``winsorise``), as in the JRC-OECD Handbook on Constructing
    Composite Indicators (2008); G1 and G2 of Joanes & Gill (1998), from SciPy.

    Parameters
    ----------
    values
        float64, one indicator. Not changed.
    skew_limit, kurtosis_limit
        Limits that must both be exceeded.
    most
        Most points drawn in.

    Examples
    --------
    >>> treated = treat_winsorise(np.array([1.0, 2.0, 3.0, 2.0, 1.0, 90.0]))
    >>> treated.values.tolist(), treated.high
    ([1.0, 2.0, 3.0, 2.0, 1.0, 3.0], 1)
    """
    known = np.flatnonzero(~np.isnan(values))
    inside = values[known]
    low = np.zeros(len(inside), dtype=np.bool_)
    high = np.zeros(len(inside), dtype=np.bool_)
    side = _find_skew(inside, skew_limit, kurtosis_limit)
    while side and low.sum() + high.sum() < most:
        if side > 0:
            high[np.argmax(np.where(high, -np.inf, inside))] = True
            inside[high] = inside[~high].max()
        else:
            low[np.argmin(np.where(low, np.inf, inside))] = True
            inside[low] = inside[~low].min()
        side = _find_skew(inside, skew_limit, kurtosis_limit)
    treated = values.copy()
    treated[known] = inside
    return Winsorised(treated, int(low.sum()), int(high.sum()), bool(side))


def _find_skew(values: Floats, skew_limit: float, kurtosis_limit: float) -> int:
    """Side of the outliers: 1, -1, or 0 where the limits are kept."""
    from scipy.stats import kurtosis, skew

    if len(values) < _FEWEST or is_constant(values):
        return 0
    # both are free of scale; a spread of 1 keeps fourth powers of tiny values from vanishing
    centred = (values - np.median(values)) / np.ptp(values)
    skewness = float(skew(centred, bias=False))
    if abs(skewness) <= skew_limit or float(kurtosis(centred, bias=False)) <= kurtosis_limit:
        return 0
    return 1 if skewness > 0 else -1
