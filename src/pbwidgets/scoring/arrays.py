"""Types of the wide arrays inside scoring, and how rows are grouped without a loop."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa  # pandas has it in memory already: its texts are Arrow's
import pyarrow.compute as pc

Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Ints: TypeAlias = npt.NDArray[np.int64]
Objects: TypeAlias = npt.NDArray[np.object_]
Days: TypeAlias = npt.NDArray[np.datetime64]  # datetime64[D]
Counts: TypeAlias = npt.NDArray[np.integer[Any]]  # no wider than the numbers need

_CHUNK: Final = 1 << 16  # rows whose columns lie in a processor's cache together


@dataclass(frozen=True)
class Coded:
    """A column as numbers: the code of each row, and what each code means.

    Attributes
    ----------
    codes
        Of each row; -1 for a missing value.
    meanings
        By code, with the meaning of a missing value last.
    """

    codes: Counts
    meanings: npt.NDArray[Any]

    def of_rows(self, rows: slice) -> npt.NDArray[Any]:
        """What a stretch of rows holds; a column of a whole country is never expanded at once."""
        return self.meanings.take(self.codes[rows])


def cut_rows(size: int) -> Iterator[slice]:
    """Consecutive stretches of that many rows, each small enough for a processor's cache.

    >>> [(rows.start, rows.stop) for rows in cut_rows(70000)]
    [(0, 65536), (65536, 70000)]
    """
    return (slice(start, min(start + _CHUNK, size)) for start in range(0, size, _CHUNK))


def positions_in(values: "pd.Series[Any] | pd.Index[Any]", index: "pd.Index[Any]") -> Ints:
    """Position of each value in an index, -1 if it is not there.

    >>> positions_in(pd.Series(["b", "x", None]), pd.Index(["a", "b"])).tolist()
    [1, -1, -1]
    """
    found = code_positions(values, index)
    return np.asarray(found.of_rows(slice(None)), dtype=np.int64)


def code_positions(values: "pd.Series[Any] | pd.Index[Any]", index: "pd.Index[Any]") -> Coded:
    """Column whose codes mean positions in an index, as from :func:`positions_in`."""
    codes, distinct = _split_codes(values)
    return Coded(codes, np.append(_look_up(distinct, index), -1))


def code_written(values: "pd.Series[Any]") -> Coded:
    """Column whose codes say whether there is a text, bool.

    >>> code_written(pd.Series(["a", "", None])).of_rows(slice(None)).tolist()
    [True, False, False]
    """
    codes, distinct = _split_codes(values)
    return Coded(codes, np.append(np.asarray(distinct.astype(object) != "", dtype=bool), False))


def _split_codes(values: "pd.Series[Any] | pd.Index[Any]") -> tuple[Counts, "pd.Index[Any]"]:
    if isinstance(values.array, pd.Categorical):  # large frames come like this, with their codes
        return values.array.codes, values.array.categories
    codes, distinct = pd.factorize(values)
    return codes, pd.Index(distinct)


def _look_up(texts: "pd.Index[Any]", index: "pd.Index[Any]") -> Ints:
    """Position of each text in an index of distinct texts, -1 if it is not there.

    Arrow compares texts in place; pandas would make an object of each. The shorter side goes into its table.
    """
    if len(index) <= len(texts):
        return _find_first(texts, index)
    found = np.full(len(texts), -1, dtype=np.int64)
    at = _find_first(index, texts)
    known = np.flatnonzero(at >= 0)
    found[at[known]] = known
    return found


def _find_first(texts: "pd.Index[Any]", index: "pd.Index[Any]") -> Ints:
    if not len(index):
        return np.full(len(texts), -1, dtype=np.int64)
    found = pc.index_in(_to_arrow(texts), value_set=_to_arrow(index)).fill_null(-1)
    made: Ints = found.to_numpy().astype(np.int64)
    return made


def _to_arrow(texts: "pd.Index[Any]") -> Any:
    made = pa.array(texts.array, from_pandas=True)
    return made.cast(pa.large_string())


def to_objects(values: "pd.Series[Any]") -> Objects:
    """Values as an object array, None where they are missing.

    >>> to_objects(pd.Series(["a", None], dtype="string")).tolist()
    ['a', None]
    """
    column = values.astype(object)
    made: Objects = column.where(column.notna(), None).to_numpy(dtype=object)
    return made


def to_days(values: Objects) -> Days:
    """ISO dates as days; NaT for anything else.

    >>> to_days(np.array(["2026-05-01", "soon", None], dtype=object)).tolist()
    [datetime.date(2026, 5, 1), None, None]
    """
    codes, texts = pd.factorize(values)  # a few days, many times
    dates = pd.to_datetime(pd.Series(texts, dtype=object), format="%Y-%m-%d", errors="coerce")
    made: Days = np.append(dates.to_numpy(dtype="datetime64[D]"), np.datetime64("NaT", "D"))[codes]
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
