"""Weights of indicators: equal, from the data, or from comparing them in pairs.

Data-driven weights say how much an indicator tells units apart, not how much it matters: they are a proposal.
All weights add up to 1. Units that lack a value are left out of the computation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from pbwidgets.errors import DataError
from pbwidgets.imports import from_extra
from pbwidgets.scoring.arrays import Bools, Floats
from pbwidgets.scoring.index.constant import is_constant
from pbwidgets.scoring.index.domain import require_not_negative

_RANDOM_INDEX = (
    0.0, 0.0, 0.5799, 0.8921, 1.1159, 1.2358, 1.3322, 1.3952, 1.4537, 1.4882, 1.5117, 1.5356, 1.5571, 1.5714, 1.5831,
)  # fmt: skip

MOST_COMPARED: Final = len(_RANDOM_INDEX)
"""Largest number of criteria with a published random consistency index."""

CONSISTENT_UP_TO: Final = 0.1
"""Highest consistency ratio of judgements that count as consistent (Saaty 1980)."""

_RECIPROCAL_WITHIN = 0.02  # people write 0.33 for a third
_FEWEST_UNITS = 3  # of two units every correlation is 1 or -1


def weigh_equal(values: Floats) -> Floats:
    """The same weight for every column.

    >>> weigh_equal(np.zeros((3, 4))).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    return np.full(values.shape[1], 1.0 / values.shape[1])


def weigh_entropy(values: Floats) -> Floats:
    """Weights by Shannon's entropy: the more unevenly a column is spread over the units, the heavier.

    A column that is the same for all units gets 0; if all columns are, or fewer than two units are complete,
    all get the same weight. A value of 0 adds nothing to the entropy (0 ln 0 = 0).

    Source: Shannon (1948); formula as in Elsayed et al. (2017); the entropy is SciPy's.

    Parameters
    ----------
    values
        Units × columns, float64, none below 0.

    Raises
    ------
    DomainError
        ``index.negative``.

    Examples
    --------
    >>> weigh_entropy(np.array([[1.0, 5.0], [9.0, 5.0]])).tolist()
    [1.0, 0.0]
    """
    from scipy.stats import entropy

    require_not_negative(values, "entropy")
    complete = _drop_incomplete(values)
    if len(complete) < 2:
        return weigh_equal(values)
    varied = _find_varied(complete)
    spread = np.zeros(values.shape[1])
    spread[varied] = np.maximum(0.0, 1.0 - entropy(complete[:, varied], base=len(complete), axis=0))
    return spread / spread.sum() if spread.sum() > 0 else weigh_equal(values)


def weigh_critic(values: Floats) -> Floats:
    """Weights by CRITIC: columns that vary, and that say something the others do not, are heavier.

    A column that is the same for all units gets 0. If the rest are perfectly correlated, or fewer than three
    units are complete, the rest get the same weight.

    Source: Diakoulaki, Mavrotas & Papayannakis (1995); computed by pymcdm.

    Parameters
    ----------
    values
        Units × columns, float64, more being better in each.

    Raises
    ------
    UsageError
        ``errors.extra_missing`` without the extra ``index``.

    Examples
    --------
    >>> weigh_critic(np.array([[1.0, 2.0, 5.0], [2.0, 4.0, 5.0], [3.0, 1.0, 5.0]])).round(3).tolist()
    [0.495, 0.505, 0.0]
    """
    complete = _drop_incomplete(values)
    varied = _find_varied(complete) if len(complete) else np.zeros(values.shape[1], dtype=np.bool_)
    if not varied.any():
        return weigh_equal(values)
    weights = np.zeros(values.shape[1])
    columns = complete[:, varied]
    if len(columns) < _FEWEST_UNITS or np.allclose(np.corrcoef(columns, rowvar=False), 1.0):
        weights[varied] = 1.0 / varied.sum()
        return weights
    with from_extra("index"):
        from pymcdm.weights import critic_weights

    weights[varied] = critic_weights(columns)
    return weights


@dataclass(frozen=True)
class AhpWeights:
    """Weights from comparisons in pairs, and how well the comparisons agree with each other.

    Attributes
    ----------
    weights
        float64, adding up to 1.
    consistency_ratio
        0 for judgements without contradiction; above 0.1 they should be looked at again.
    """

    weights: Floats
    consistency_ratio: float

    @property
    def consistent(self) -> bool:
        """Whether the ratio is at most 0.1."""
        return self.consistency_ratio <= CONSISTENT_UP_TO


def weigh_ahp(comparisons: Floats) -> AhpWeights:
    """Weights by the analytic hierarchy process: the principal eigenvector of comparisons in pairs.

    Source: Saaty (1980); random consistency index of Tummala & Ling (1998), as in pymcdm 1.4.0. pymcdm's own AHP
    takes whole judgements only, no 0.33 and no mean of several judges; so the eigenvector is NumPy's here.

    Parameters
    ----------
    comparisons
        Square, float64: how many times row is more important than column, 1/9 to 9; 1 on the diagonal, and
        each pair the inverse of its mirror (0.33 passes for a third). At most 15 criteria.

    Raises
    ------
    DataError
        ``index.ahp_not_square``, ``index.ahp_too_many``, ``index.ahp_not_reciprocal``.

    Examples
    --------
    >>> weigh_ahp(np.array([[1, 3], [1 / 3, 1]])).weights.round(4).tolist()
    [0.75, 0.25]
    """
    size = len(comparisons)
    if comparisons.ndim != 2 or comparisons.shape != (size, size) or not size:
        raise DataError("index.ahp_not_square", shape=" × ".join(str(part) for part in comparisons.shape))
    if size > MOST_COMPARED:
        raise DataError("index.ahp_too_many", count=size, most=MOST_COMPARED)
    _check_reciprocal(comparisons)
    values, vectors = np.linalg.eig(comparisons)
    largest = int(np.argmax(values.real))  # of a positive matrix the largest eigenvalue is real (Perron)
    principal = np.abs(vectors[:, largest].real)
    index = (float(values[largest].real) - size) / max(size - 1, 1)
    random_index = _RANDOM_INDEX[size - 1]
    ratio = max(0.0, index / random_index) if random_index else 0.0
    return AhpWeights(principal / principal.sum(), ratio)


def _check_reciprocal(comparisons: Floats) -> None:
    fine = np.isfinite(comparisons) & (comparisons > 0)
    fine[fine] = np.abs(comparisons * comparisons.T - 1.0)[fine] <= _RECIPROCAL_WITHIN
    if not fine.all():
        row, column = (int(at) + 1 for at in np.argwhere(~fine)[0])
        value, mirror = comparisons[row - 1, column - 1], comparisons[column - 1, row - 1]
        raise DataError(
            "index.ahp_not_reciprocal", row=row, column=column, value=float(value), mirror=float(mirror)
        )


def _drop_incomplete(values: Floats) -> Floats:
    return values[~np.isnan(values).any(axis=1)]


def _find_varied(values: Floats) -> Bools:
    return np.array([not is_constant(column) for column in values.T], dtype=np.bool_)


WEIGHINGS: Final[Mapping[str, Callable[[Floats], Floats]]] = MappingProxyType(
    {"equal": weigh_equal, "entropy": weigh_entropy, "critic": weigh_critic}
)
"""Weights from the values of the indicators, by name; ``given`` takes those of the dictionary."""

GIVEN: Final = "given"
