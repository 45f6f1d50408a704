"""Whether values differ at all, by more than binary rounding errors."""

import numpy as np

from pbwidgets.scoring.arrays import Floats

_NOISE = 1e-12  # relative: 0.1 + 0.2 and 0.3 are the same value, and so are 1 / 49 * 49 and 1


def is_constant(values: Floats) -> bool:
    """Whether all known values are the same; True for none or one.

    >>> is_constant(np.array([0.1 + 0.2, 0.3, np.nan])), is_constant(np.array([0.3, 0.4]))
    (True, False)
    """
    known = values[~np.isnan(values)]
    return not known.size or bool(np.ptp(known) <= _NOISE * np.abs(known).max())
