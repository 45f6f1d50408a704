"""Missing values of an indicator filled from the other units; none is ever taken as zero."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from pbwidgets.scoring.arrays import Floats, Objects


def impute_mean(values: Floats) -> Floats:
    """Values with the mean of the known ones where one is missing; if all are missing, nothing changes.

    Examples
    --------
    >>> impute_mean(np.array([1.0, np.nan, 3.0])).tolist()
    [1.0, 2.0, 3.0]
    """
    known = values[~np.isnan(values)]
    return np.where(np.isnan(values), known.mean() if known.size else np.nan, values)


def impute_median(values: Floats) -> Floats:
    """Values with the median of the known ones where one is missing; if all are missing, nothing changes.

    Examples
    --------
    >>> impute_median(np.array([1.0, np.nan, 2.0, 9.0])).tolist()
    [1.0, 2.0, 2.0, 9.0]
    """
    known = values[~np.isnan(values)]
    return np.where(np.isnan(values), np.median(known) if known.size else np.nan, values)


def impute_group_mean(values: Floats, groups: Objects) -> Floats:
    """Values with the mean of the unit's own group where one is missing.

    Stays NaN where the group has no value at all, and where the unit has no group (None): the share of known
    values then decides at aggregation, and the log of the index says how many there are.

    Source: COINr, ``i_mean_grp`` (bluefoxr/COINr).

    Examples
    --------
    >>> groups = np.array(["a", "a", "b", None], dtype=object)
    >>> impute_group_mean(np.array([4.0, np.nan, np.nan, np.nan]), groups).tolist()
    [4.0, 4.0, nan, nan]
    """
    column = pd.Series(values)
    means = column.groupby(pd.Series(groups, dtype=object), dropna=True).transform("mean")
    return np.asarray(column.fillna(means), dtype=np.float64)


IMPUTATIONS: Final[Mapping[str, Callable[[Floats], Floats]]] = MappingProxyType(
    {"mean": impute_mean, "median": impute_median}
)
"""Imputations that need only the column; ``group-mean`` needs the groups as well."""

GROUP_MEAN: Final = "group-mean"
