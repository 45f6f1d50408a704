"""Agreement of raters: Krippendorff's alpha and intraclass correlations.

Both are 1 where raters agree in everything and near 0 where marks say no more than chance would; below 0 they
agree less than by chance. Alpha takes any number of raters and missing marks. Intraclass correlations need every
unit marked by the same number of raters. Both are refused, with the reason, where they are not defined. They
are written here because the packages that have them are either under the GPL (krippendorff) or heavy (pingouin).
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from pbwidgets.errors import DataError
from pbwidgets.scoring.arrays import Floats
from pbwidgets.scoring.frames import Columns, to_frame
from pbwidgets.scoring.verdict import SMALL

Level: TypeAlias = Literal["nominal", "ordinal", "interval"]
AGREEMENT: Final[Columns] = {
    "criterion_id": "string",
    "layer": "string",
    "n_units": "int64",  # units that two or more raters marked
    "n_raters": "int64",  # who marked them
    "alpha": "float64",  # NaN where it is not defined
    "reason_code": "string",  # why it is not; empty where it is
}
"""One row is line × layer."""

_DIGITS: Final = 9  # marks are compared to here: below that is binary noise


@dataclass(frozen=True)
class IntraclassCorrelations:
    """Intraclass correlations in the names of McGraw and Wong (1996).

    Attributes
    ----------
    one_way_1, one_way_k
        ICC(1) and ICC(k): raters differ from unit to unit; of one mark, and of the mean of k marks.
    agreement_1, agreement_k
        ICC(A,1) and ICC(A,k): the same raters mark all units, and a strict rater counts as disagreement.
    consistency_1, consistency_k
        ICC(C,1) and ICC(C,k): the same, but a rater who is equally strict with all does no harm.
    n_units, n_raters
        Units and raters that they are based on.
    """

    one_way_1: float
    one_way_k: float
    agreement_1: float
    agreement_k: float
    consistency_1: float
    consistency_k: float
    n_units: int
    n_raters: int


def to_mark_table(ratings: pd.DataFrame) -> pd.DataFrame:
    """Marks as units × raters, float64, NaN where a rater gave none; marks of recused raters are left out.

    Parameters
    ----------
    ratings
        Frame with the columns ``RATINGS``, of one line. Of several lines or layers each unit has a row for each,
        which is right only if their marks are on the same scale.
    """
    counted = ratings[~ratings["recused"].to_numpy(dtype=bool)]
    table = counted.pivot_table(
        index=["unit_code", "criterion_id", "layer"], columns="rater_id", values="points", aggfunc="mean"
    )
    return table.astype(np.float64)


def measure_agreement(ratings: pd.DataFrame, level: Level = "interval") -> pd.DataFrame:
    """Frame with the columns ``AGREEMENT``: Krippendorff's alpha of each line in each layer, in the order of ids.

    A line for which it is not defined has the code of the reason instead.

    Parameters
    ----------
    ratings
        Frame with the columns ``RATINGS``; marks of recused raters are left out.
    level
        As for :func:`measure_alpha`.
    """
    rows: list[dict[str, object]] = []
    for (criterion_id, layer), of_line in ratings.groupby(["criterion_id", "layer"], sort=True):
        marks = to_mark_table(of_line).to_numpy(dtype=np.float64)
        paired = marks[(~np.isnan(marks)).sum(axis=1) >= 2]
        row = {
            "criterion_id": criterion_id,
            "layer": layer,
            "n_units": len(paired),
            "n_raters": int((~np.isnan(paired)).any(axis=0).sum()),
        }
        try:
            rows.append({**row, "alpha": measure_alpha(marks, level), "reason_code": ""})
        except DataError as refused:
            rows.append({**row, "alpha": np.nan, "reason_code": refused.code})
    return to_frame(rows, AGREEMENT)


def measure_alpha(marks: Floats, level: Level = "interval") -> float:
    """Krippendorff's alpha, at most 1.

    Parameters
    ----------
    marks
        Units × raters, float64, NaN where there is no mark. Units with fewer than two marks say nothing
        and are left out. Categories are given as numbers.
    level
        What marks mean: ``nominal`` names, ``ordinal`` an order, ``interval`` equal steps.

    Raises
    ------
    DataError
        ``scoring.agreement_without_pairs`` if no unit has two marks; ``scoring.agreement_without_variation`` if
        all marks are the same, so that chance cannot be told from agreement.

    Notes
    -----
    K. Krippendorff, *Computing Krippendorff's Alpha-Reliability* (2011), section E: alpha = 1 - (n - 1) ·
    sum(o·d²) / sum(n_c·n_k·d²) over the matrix of coincidences o. Memory grows with the square of the number of
    different marks.

    Examples
    --------
    >>> marks = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 4.0], [4.0, np.nan]])
    >>> round(measure_alpha(marks, "nominal"), 3), round(measure_alpha(marks), 3)
    (0.615, 0.878)
    """
    values, coincidences = _count_coincidences(marks)
    by_value = coincidences.sum(axis=0)
    distance = _measure_distances(values, by_value, level)
    expected = float(by_value @ distance @ by_value)
    if expected <= 0:
        raise DataError("scoring.agreement_without_variation")
    observed = float((coincidences * distance).sum())
    return 1.0 - (float(by_value.sum()) - 1.0) * observed / expected


def measure_icc(marks: Floats) -> IntraclassCorrelations:
    """Intraclass correlations of a full table, each at most 1.

    ``agreement_k`` and the other means of k marks may be far below 0 where raters differ more than units.
    ``agreement_k`` is NaN where its denominator is not above 0, where it has no meaning anyway.

    Parameters
    ----------
    marks
        Units × raters, float64, at least 2 × 2, without gaps. For the one-way ones the order of marks within a
        unit does not matter.

    Raises
    ------
    DataError
        ``scoring.icc_incomplete`` if a mark is missing or the table is smaller;
        ``scoring.agreement_without_variation`` if all units have the same mean mark.

    Notes
    -----
    K. O. McGraw and S. P. Wong, *Forming inferences about some intraclass correlation coefficients*,
    Psychological Methods 1 (1996), table 4, cases 1, 2 and 3; ICC(1), ICC(A,1), ICC(C,1) are ICC(1,1), ICC(2,1),
    ICC(3,1) of P. E. Shrout and J. L. Fleiss (1979).

    Examples
    --------
    >>> round(measure_icc(np.array([[7.0, 8.0], [5.0, 6.0], [9.0, 10.0]])).consistency_1, 6)
    1.0
    """
    missing = int(np.isnan(marks).sum())
    if missing or min(marks.shape) < 2:
        raise DataError(
            "scoring.icc_incomplete", missing=missing, units=marks.shape[0], raters=marks.shape[1]
        )
    n, k = marks.shape
    total_mean = marks.mean()
    of_units = k * float(((marks.mean(axis=1) - total_mean) ** 2).sum())
    of_raters = n * float(((marks.mean(axis=0) - total_mean) ** 2).sum())
    within = float(((marks - marks.mean(axis=1, keepdims=True)) ** 2).sum())
    rows = of_units / (n - 1)
    if rows <= SMALL**2:
        raise DataError("scoring.agreement_without_variation")
    columns = of_raters / (k - 1)
    error = max(within - of_raters, 0.0) / ((n - 1) * (k - 1))
    inside = within / (n * (k - 1))
    mean_agreement = rows + (columns - error) / n
    return IntraclassCorrelations(
        one_way_1=(rows - inside) / (rows + (k - 1) * inside),
        one_way_k=(rows - inside) / rows,
        agreement_1=(rows - error) / (rows + (k - 1) * error + k * (columns - error) / n),
        agreement_k=(rows - error) / mean_agreement if mean_agreement > 0 else float("nan"),
        consistency_1=(rows - error) / (rows + (k - 1) * error),
        consistency_k=(rows - error) / rows,
        n_units=n,
        n_raters=k,
    )


def _count_coincidences(marks: Floats) -> tuple[Floats, Floats]:
    """The different marks, and how often each pair of them occurs in a unit, each unit counted once."""
    from scipy.sparse import csr_array

    given = ~np.isnan(marks)
    pairable = given & (given.sum(axis=1) >= 2)[:, None]
    if not pairable.any():
        raise DataError("scoring.agreement_without_pairs")
    units = np.nonzero(pairable)[0]
    values, which = np.unique(np.round(marks[pairable], _DIGITS), return_inverse=True)
    shape = (len(marks), len(values))
    share = 1.0 / (pairable.sum(axis=1)[units] - 1)  # weight of one mark, so that its unit counts once
    counts = csr_array((np.ones(len(units)), (units, which)), shape=shape)
    weighed = csr_array((share, (units, which)), shape=shape)
    together: Floats = (counts.T @ weighed).toarray()
    itself = np.bincount(which, weights=share, minlength=len(values))
    return values, together - np.diag(itself)


def _measure_distances(values: Floats, by_value: Floats, level: Level) -> Floats:
    """Squared differences between marks, as the level sees them."""
    if level == "nominal":
        return 1.0 - np.eye(len(values))
    if level == "interval":
        return np.asarray((values[:, None] - values[None, :]) ** 2, dtype=np.float64)
    # the marks between two, each end counted half
    middle = np.cumsum(by_value) - by_value / 2
    return np.asarray((middle[:, None] - middle[None, :]) ** 2, dtype=np.float64)
