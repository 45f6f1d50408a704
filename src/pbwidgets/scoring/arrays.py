"""Types of the wide arrays inside scoring, and how rows are grouped without a loop."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Ints: TypeAlias = npt.NDArray[np.int64]
Objects: TypeAlias = npt.NDArray[np.object_]


def positions_in(values: "pd.Series[Any] | pd.Index[Any]", index: "pd.Index[Any]") -> Ints:
    """Position of each value in an index, -1 where it does not stand there.

    >>> positions_in(pd.Series(["b", "x", None]), pd.Index(["a", "b"])).tolist()
    [1, -1, -1]
    """
    if isinstance(
        values.dtype, pd.CategoricalDtype
    ):  # a large frame comes so, and its codes are there already
        column = pd.Categorical(values)
        codes, distinct = column.codes, column.categories
    else:
        codes, distinct = pd.factorize(values)
    # -1, the code of a missing value, reads the last
    found = np.append(index.get_indexer(pd.Index(distinct).astype(object)), -1)
    return np.asarray(found[codes], dtype=np.int64)


def to_objects(values: "pd.Series[Any]") -> Objects:
    """Values as an object array, None where they are missing.

    >>> to_objects(pd.Series(["a", None], dtype="string")).tolist()
    ['a', None]
    """
    column = values.astype(object)
    made: Objects = column.where(column.notna(), None).to_numpy(dtype=object)
    return made


def group_rows(columns: Sequence[npt.NDArray[Any]]) -> tuple[Ints, Ints]:
    """Which distinct combination each row holds, by number, and the first row of each combination.

    Missing values are a value of their own. Needs at least one column.

    >>> group_rows([np.array([1.0, 2.0, 1.0]), np.array(["a", "a", "a"], dtype=object)])
    (array([0, 1, 0]), array([0, 1]))
    """
    groups = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        codes, distinct = pd.factorize(column, use_na_sentinel=True)
        groups = pd.factorize(groups * (len(distinct) + 1) + codes + 1)[0].astype(np.int64)
    _, first = np.unique(groups, return_index=True)
    return groups, first.astype(np.int64)
