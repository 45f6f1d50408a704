"""Indicators brought to one scale on which more is better.

Every method takes one indicator (float64, NaN where missing) and gives an array of the same length; NaN stays
NaN and never influences the others. Methods with a range give 0 for the worst and 1 for the best; the index
multiplies them by its scale. Z-scores have no range and are not multiplied.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from pbwidgets.errors import DataError
from pbwidgets.scoring.arrays import Floats
from pbwidgets.scoring.index.constant import is_constant
from pbwidgets.scoring.index.domain import require_positive
from pbwidgets.scoring.ranking import rank_keys

Bound = float | None
Norm = Callable[[Floats, int, Bound, Bound], Floats]

MIDDLE: Final = 0.5
"""What min-max gives a constant indicator: no unit is better or worse than another."""


def norm_minmax(values: Floats, direction: int = 1, lower: Bound = None, upper: Bound = None) -> Floats:
    """Distance from the worst value as a part of the distance between worst and best, 0 to 1.

    The bounds are those of the data unless they are given; values beyond given bounds are cut. A constant
    indicator, without bounds to tell units apart, gives 0.5 to every unit.

    Examples
    --------
    >>> norm_minmax(np.array([66.0, 61.0, np.nan, 95.0]), direction=-1).round(4).tolist()
    [0.8529, 1.0, nan, 0.0]
    >>> norm_minmax(np.array([7.0, 7.0])).tolist()
    [0.5, 0.5]
    """
    if np.isnan(values).all():
        return values.astype(np.float64, copy=True)
    low = float(np.nanmin(values)) if lower is None else lower
    high = float(np.nanmax(values)) if upper is None else upper
    if high <= low or (lower is None and upper is None and is_constant(values)):
        return np.where(np.isnan(values), np.nan, MIDDLE)
    share = np.clip((values - low) / (high - low), 0.0, 1.0)
    return share if direction > 0 else 1.0 - share


def norm_goalposts(values: Floats, direction: int = 1, lower: Bound = None, upper: Bound = None) -> Floats:
    """Distance from the lower goalpost as a part of the distance between both, cut to 0 to 1.

    Goalposts are fixed beforehand, so that scores can be compared between years and a constant indicator is
    scored like any other. With direction -1 the lower goalpost is the best.

    Raises
    ------
    DataError
        ``index.no_goalposts`` if one of them is missing or the lower is not below the upper.

    Examples
    --------
    >>> norm_goalposts(np.array([1.0, 11.0, -1.0]), -1, 0, 10).tolist()
    [0.9, 0.0, 1.0]
    """
    if lower is None or upper is None or lower >= upper:
        raise DataError("index.no_goalposts")
    return norm_minmax(values, direction, lower, upper)


def norm_target(
    values: Floats, direction: int = 1, lower: Bound = None, upper: Bound = None, *, capped: bool = True
) -> Floats:
    """Part of the way from the base to the target that a unit has gone, 0 to 1, or beyond 1 if not capped.

    With direction 1 the target is ``upper`` and the base ``lower``, by default the lowest value of the data;
    with direction -1 the target is ``lower`` and the base ``upper``, by default the highest value. A single
    bound is the target, whichever column it is in. Values worse than a given base are cut to 0. Where base and target
    are the same, units that have reached it get 1 and others 0; so a constant indicator gives all units the same.

    Source: distance to target of COINr (bluefoxr/COINr, ``n_dist2targ``).

    Raises
    ------
    DataError
        ``index.no_target`` without any bound.

    Examples
    --------
    >>> norm_target(np.array([0.0, 5.0, 11.0]), upper=10).tolist()
    [0.0, 0.5, 1.0]
    """
    target, base = (upper, lower) if direction > 0 else (lower, upper)
    if target is None:
        target, base = base, None
    if target is None:
        raise DataError("index.no_target")
    if np.isnan(values).all():
        return values.astype(np.float64, copy=True)
    if base is None:
        base = float(np.nanmin(values) if direction > 0 else np.nanmax(values))
    way = (target - base) * direction
    if way <= 0:  # the worst unit has reached the target already
        gone = np.where((values - target) * direction >= 0, 1.0, 0.0)
    else:
        gone = np.maximum(0.0, (values - base) * direction / way)
    return np.where(np.isnan(values), np.nan, np.minimum(gone, 1.0) if capped else gone)


def norm_zscore(values: Floats, direction: int = 1, *, mean: float = 0.0, sd: float = 1.0) -> Floats:
    """Distance from the mean in standard deviations (of a sample, n - 1), moved to ``mean`` and ``sd``.

    A constant indicator, or a single unit, gives every unit ``mean``.

    Examples
    --------
    >>> norm_zscore(np.array([1.0, 2.0, 3.0, np.nan]), mean=5, sd=2).tolist()
    [3.0, 5.0, 7.0, nan]
    """
    known = values[~np.isnan(values)]
    spread = float(known.std(ddof=1)) if not is_constant(known) else 0.0
    if not spread:
        return np.where(np.isnan(values), np.nan, float(mean))
    standard = (values - float(known.mean())) / spread
    return mean + sd * direction * standard


def norm_rank(values: Floats, direction: int = 1) -> Floats:
    """Share of the other units that are not better, 0 to 1; equal values share the better rank.

    A constant indicator, or a single unit, gives every unit 1: none is better.

    Examples
    --------
    >>> norm_rank(np.array([10.0, 30.0, 20.0, 30.0, np.nan])).round(4).tolist()
    [0.0, 1.0, 0.3333, 1.0, nan]
    """
    known = ~np.isnan(values)
    made = np.full(len(values), np.nan)
    count = int(known.sum())
    if count:
        ranks, _ = rank_keys([values[known] * direction])
        made[known] = (count - ranks) / max(count - 1, 1) if count > 1 else 1.0
    return made


def norm_sum(values: Floats, direction: int = 1) -> Floats:
    """Part of the sum over all units; where less is better, of the inverted values.

    All values must be above 0. A constant indicator gives every unit the same part.

    Source: ``sum_normalization`` of pymcdm 1.4.0.

    Raises
    ------
    DomainError
        ``index.not_positive``.

    Examples
    --------
    >>> norm_sum(np.array([1.0, 3.0])).tolist(), norm_sum(np.array([1.0, 3.0]), -1).tolist()
    ([0.25, 0.75], [0.75, 0.25])
    """
    require_positive(values, "sum")
    oriented = values if direction > 0 else 1.0 / values
    return oriented / np.nansum(oriented) if np.isfinite(oriented).any() else oriented


def norm_linear(values: Floats, direction: int = 1) -> Floats:
    """Part of the best value: ``x / max`` where more is better, ``min / x`` where less is better.

    All values must be above 0. A constant indicator gives every unit 1.

    Source: ``linear_normalization`` of pymcdm 1.4.0.

    Raises
    ------
    DomainError
        ``index.not_positive``.

    Examples
    --------
    >>> norm_linear(np.array([2.0, 4.0])).tolist(), norm_linear(np.array([2.0, 4.0]), -1).tolist()
    ([0.5, 1.0], [1.0, 0.5])
    """
    require_positive(values, "linear")
    if np.isnan(values).all():
        return values.astype(np.float64, copy=True)
    return values / np.nanmax(values) if direction > 0 else np.nanmin(values) / values


def _without_bounds(norm: Callable[[Floats, int], Floats]) -> Norm:
    return lambda values, direction, lower, upper: norm(values, direction)  # noqa: ARG005  the shape of Norm


NORMS: Final[Mapping[str, Norm]] = MappingProxyType(
    {
        "minmax": norm_minmax,
        "zscore": _without_bounds(norm_zscore),
        "rank": _without_bounds(norm_rank),
        "goalposts": norm_goalposts,
        "target": norm_target,
        "sum": _without_bounds(norm_sum),
        "linear": _without_bounds(norm_linear),
    }
)
"""Normalisations by the names that a dictionary may use."""

WITHOUT_RANGE: Final = frozenset({"zscore"})
"""Normalisations that the scale of the index does not apply to."""
