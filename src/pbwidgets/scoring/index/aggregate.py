"""Several indicators made one.

Every method takes units × columns (float64, NaN where missing) and a weight for each column (only the
proportions count), and gives one value for each unit. The means run over what is known; a unit gets NaN if less than
``min_share`` of its columns is known, or nothing that has a weight.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from pbwidgets.imports import from_extra
from pbwidgets.scoring.arrays import Bools, Floats
from pbwidgets.scoring.index.constant import is_constant
from pbwidgets.scoring.index.domain import require_positive

Aggregation = Callable[[Floats, Floats, float], Floats]

_SMALL = 1e-9  # 2 of 3 is not less than a share of 0.6666666666666667
_MIDDLE = 0.5


def agg_amean(values: Floats, weights: Floats, min_share: float = 0.0) -> Floats:
    """Weighted arithmetic mean: a strength makes up for a weakness elsewhere.

    Examples
    --------
    >>> rows = np.array([[1, 3, 1], [2, np.nan, np.nan], [3, np.nan, 1]])
    >>> agg_amean(rows, np.ones(3), min_share=2 / 3).round(4).tolist()
    [1.6667, nan, 2.0]
    """
    known = _find_known(values, weights)
    of_known = known @ weights
    total = np.where(known, values, 0.0) @ weights
    made = np.full(len(values), np.nan)
    np.divide(total, of_known, out=made, where=of_known > 0)
    return np.where(_has_enough(values, min_share), made, np.nan)


def agg_gmean(values: Floats, weights: Floats, min_share: float = 0.0) -> Floats:
    """Weighted geometric mean: a strength makes up for only part of a weakness. All values must be above 0.

    Raises
    ------
    DomainError
        ``index.not_positive`` for a value of 0 or below that has a weight.

    Examples
    --------
    >>> agg_gmean(np.array([[1.0, 2.0, 3.0]]), np.array([1.0, 1.0, 2.0])).round(6).tolist()
    [2.059767]
    """
    counted = np.where(_find_known(values, weights), values, np.nan)
    require_positive(counted, "gmean")
    return np.exp(_mean_of(np.log(counted), values, weights, min_share))


def agg_hmean(values: Floats, weights: Floats, min_share: float = 0.0) -> Floats:
    """Weighted harmonic mean: the weakest counts most. All values must be above 0.

    Raises
    ------
    DomainError
        ``index.not_positive`` for a value of 0 or below that has a weight.

    Examples
    --------
    >>> agg_hmean(np.array([[1.0, 2.0, 3.0]]), np.ones(3)).round(6).tolist()
    [1.636364]
    """
    counted = np.where(_find_known(values, weights), values, np.nan)
    require_positive(counted, "hmean")
    return 1.0 / _mean_of(1.0 / counted, values, weights, min_share)


def agg_wsum(values: Floats, weights: Floats, min_share: float = 0.0) -> Floats:
    """Weighted sum, the weights taken as they are; what is missing is taken as the unit's own mean.

    Examples
    --------
    >>> agg_wsum(np.array([[1.0, 0.0, 3.0], [0.0, 5.0, 6.0]]), np.ones(3)).tolist()
    [4.0, 11.0]
    """
    return agg_amean(values, weights, min_share) * float(weights.sum())


def agg_topsis(values: Floats, weights: Floats, min_share: float = 0.0) -> Floats:
    """Nearness to the best and distance from the worst that occur among the units (TOPSIS), 0 to 1.

    Columns are scaled to length 1. Distances need all values: a unit that lacks one gets NaN, whatever
    ``min_share`` says. A column that is the same for all units is ignored; if all columns are, every
    unit gets 0.5. The value of a unit depends on the others.

    Source: Hwang & Yoon (1981); computed by pymcdm.

    Raises
    ------
    UsageError
        ``errors.extra_missing`` without the extra ``index``.

    Examples
    --------
    >>> rows = np.array([[5.0, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6]])
    >>> agg_topsis(rows, np.array([0.3, 0.4, 0.3])).round(4).tolist()
    [0.5037, 0.6581, 0.7482, 0.334]
    """
    del min_share
    made = np.full(len(values), np.nan)
    complete = ~np.isnan(values[:, weights > 0]).any(axis=1)
    counted = values[complete]
    if not len(counted):
        return made
    parting = (weights > 0) & ~np.array([is_constant(column) for column in counted.T], dtype=np.bool_)
    if not parting.any():
        made[complete] = _MIDDLE
        return made
    with from_extra("index"):
        from pymcdm.methods import TOPSIS
        from pymcdm.normalizations import vector_normalization

    method = TOPSIS(vector_normalization)
    of_parting = weights[parting] / weights[parting].sum()
    made[complete] = method(counted[:, parting], of_parting, np.ones(int(parting.sum())), validation=False)
    return made


def _find_known(values: Floats, weights: Floats) -> Bools:
    known: Bools = ~np.isnan(values) & (weights > 0)
    return known


def _has_enough(values: Floats, min_share: float) -> Bools:
    enough: Bools = (~np.isnan(values)).mean(axis=1) >= min_share - _SMALL
    return enough


def _mean_of(changed: Floats, values: Floats, weights: Floats, min_share: float) -> Floats:
    means = agg_amean(changed, weights)
    return np.where(_has_enough(values, min_share), means, np.nan)


AGGREGATIONS: Final[Mapping[str, Aggregation]] = MappingProxyType(
    {"amean": agg_amean, "gmean": agg_gmean, "hmean": agg_hmean, "wsum": agg_wsum, "topsis": agg_topsis}
)
"""Aggregations by the names that a dictionary may use."""

OF_RANGE_ONE: Final = frozenset({"topsis"})
"""Aggregations that give 0 to 1 whatever they are given; the index multiplies them by its scale."""
