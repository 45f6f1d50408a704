"""Raters: how strict each is, where they disagree, and which marks stand out or repeat another's.

Everything here is shown beside the scores; no mark is changed. Marks of recused raters are left out.

Severity: two raters can be compared where both have marked the same line of the same unit. Raters
and what they marked form a graph; only within a connected part of it do chains of such comparisons reach every
rater. Where the graph falls apart, a strict rater cannot be told from weak units, and no number is given.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from pbwidgets.campaign.model import Track
from pbwidgets.errors import DataError
from pbwidgets.scoring.arrays import Bools, Floats, Ints, group_rows
from pbwidgets.scoring.frames import Columns, to_frame
from pbwidgets.scoring.registry import find_range
from pbwidgets.scoring.sources import average_sources
from pbwidgets.scoring.verdict import SMALL

SEVERITY: Final[Columns] = {
    "rater_id": "string",
    "n_marks": "int64",
    "n_shared": "int64",  # marks on lines of units that another rater has marked too
    "severity_pct": "float64",  # per cent of a line's range below (above, if negative) the average rater
    "standard_error_pct": "float64",  # NaN where nothing is left to estimate it from
}
"""One row is a rater."""

ADJUSTED: Final[Columns] = {
    "unit_code": "string",
    "criterion_id": "string",
    "n_raters": "int64",
    "points": "float64",  # mean of the marks as they were given
    "adjusted_points": "float64",  # the same, had the average rater given them; may lie outside of the range
}
"""One row is unit × line: what severity would change, as an additional column."""

DISAGREEMENT: Final[Columns] = {
    "unit_code": "string",
    "criterion_id": "string",
    "layer": "string",
    "n_raters": "int64",
    "lowest": "float64",
    "highest": "float64",
    "spread": "float64",  # highest less lowest, in points
    "spread_pct": "float64",  # in per cent of the line's range
}
"""One row is unit × line × layer that two or more raters marked, the widest spread first."""

OUTLYING: Final[Columns] = {
    "unit_code": "string",
    "criterion_id": "string",
    "layer": "string",
    "source": "string",
    "rater_id": "string",
    "points": "float64",
    "middle": "float64",  # median of all marks on the line of this unit in this layer
    "n_raters": "int64",
    "robust_z": "float64",
}
"""One row is a mark that stands out, the furthest first."""

COPIED: Final[Columns] = {
    "unit_code": "string",
    "layer": "string",
    "rater_id": "string",
    "other_layer": "string",
    "other_id": "string",
    "n_lines": "int64",  # lines that both marked, all alike
    "n_full": "int64",  # those with the highest mark, where agreement is no surprise
}
"""One row is a unit and two raters whose marks for it are the same; it does not say who copied whom."""

THRESHOLD: Final = 3.5  # Iglewicz and Hoaglin (1993)
MIN_LINES: Final = 5
_NORMAL_MIDDLE: Final = 0.6745  # median distance in a normal distribution, in standard deviations
_NORMAL_MEAN: Final = 1.2533  # standard deviation of a normal distribution, in mean distances
_DIGITS: Final = 9  # marks are compared to here: below that is binary noise
_SHOWN_GROUPS, _SHOWN_RATERS = 4, 5  # named in a refusal

Ranges = Mapping[str, tuple[float, float]]


def find_ranges(track: Track) -> dict[str, tuple[float, float]]:
    """Lowest and highest mark of each line of a track, in points, by line id."""
    return {line.id: find_range(line) for line in track.lines()}


def estimate_severity(ratings: pd.DataFrame, ranges: Ranges) -> pd.DataFrame:
    """Frame with the columns ``SEVERITY``: how strict each rater is against the average of these raters.

    A mark, as a share of its line's range, is taken as what the unit deserves on this line less the rater's
    severity, by least squares; severities sum to 0. Taking units line by line keeps hard lines from looking like
    strict raters. Raters who all give the same get 0. Time and memory grow with the square of the number of raters:
    pass the marks of one county, and of one layer or of several that are to be compared.

    Parameters
    ----------
    ratings
        Frame with the columns ``RATINGS``.
    ranges
        Lowest and highest mark by line id (:func:`find_ranges`); marks on other lines are left out.

    Raises
    ------
    DataError
        ``scoring.raters_too_few`` with fewer than two raters; ``scoring.raters_not_connected`` if marks do not
        link all raters with each other: the parts are named.

    Notes
    -----
    The additive model of a two-way layout with unequal numbers (H. Scheffé, *The Analysis of Variance*, 1959,
    chapter 4), identified where the design is connected. The standard error takes residuals as
    independent with one variance.

    Examples
    --------
    >>> from pbwidgets.scoring.frames import RATINGS
    >>> rows = [("9901", "R1", 8.0), ("9901", "R2", 6.0), ("9902", "R1", 5.0), ("9902", "R2", 3.0)]
    >>> marks = pd.DataFrame(rows, columns=["unit_code", "rater_id", "points"]).assign(criterion_id="style")
    >>> severity = estimate_severity(to_frame(marks, RATINGS), {"style": (0.0, 10.0)})
    >>> severity.set_index("rater_id")["severity_pct"].round(9).to_dict()
    {'R1': -10.0, 'R2': 10.0}
    """
    marks = _count_marks(ratings, ranges)
    cells, raters, names = _number_cells(marks)
    severity, error = _fit_severity(marks["share"].to_numpy(), cells, raters, names)
    shared = marks.groupby(cells)["rater_id"].transform("nunique").to_numpy() >= 2
    rows = {
        "rater_id": names,
        "n_marks": np.bincount(raters, minlength=len(names)),
        "n_shared": np.bincount(raters[shared], minlength=len(names)),
        "severity_pct": 100.0 * severity,
        "standard_error_pct": 100.0 * error,
    }
    return to_frame(rows, SEVERITY)


def adjust_marks(ratings: pd.DataFrame, ranges: Ranges) -> pd.DataFrame:
    """Frame with the columns ``ADJUSTED``: mean mark of each unit and line, and the same without severity.

    An additional column for the meeting; totals and ranks are made from the marks as they were given.

    Parameters
    ----------
    ratings, ranges
        As for :func:`estimate_severity`, which also says when this is refused.

    Examples
    --------
    >>> from pbwidgets.scoring.frames import RATINGS
    >>> rows = [("9901", "R1", 8.0), ("9901", "R2", 6.0), ("9902", "R1", 5.0)]
    >>> marks = pd.DataFrame(rows, columns=["unit_code", "rater_id", "points"]).assign(criterion_id="style")
    >>> adjust_marks(to_frame(marks, RATINGS), {"style": (0.0, 10.0)})["adjusted_points"].round(9).tolist()
    [7.0, 4.0]
    """
    marks = _count_marks(ratings, ranges)
    cells, raters, names = _number_cells(marks)
    severity, _ = _fit_severity(marks["share"].to_numpy(), cells, raters, names)
    adjusted = marks.assign(adjusted_points=marks["points"] + severity[raters] * marks["span"])
    by_cell = adjusted.groupby(["unit_code", "criterion_id"], as_index=False)
    return to_frame(
        by_cell.agg(
            n_raters=("rater_id", "nunique"),
            points=("points", "mean"),
            adjusted_points=("adjusted_points", "mean"),
        ),
        ADJUSTED,
    )


def find_disagreement(ratings: pd.DataFrame, ranges: Ranges) -> pd.DataFrame:
    """Frame with the columns ``DISAGREEMENT``: where raters of one layer are furthest apart, for discussion.

    Lines that one rater marked are left out; raters who agree have a spread of 0. Equal spreads are in the
    order of codes.

    Parameters
    ----------
    ratings, ranges
        As for :func:`estimate_severity`.
    """
    marks = _count_marks(ratings, ranges)
    keys = ["unit_code", "criterion_id", "layer"]
    spread = marks.groupby(keys, as_index=False).agg(
        n_raters=("rater_id", "nunique"),
        lowest=("points", "min"),
        highest=("points", "max"),
        span=("span", "first"),
    )
    spread = spread[spread["n_raters"] >= 2]
    points = (spread["highest"] - spread["lowest"]).round(_DIGITS)
    spread = spread.assign(spread=points, spread_pct=100.0 * points / spread["span"])
    order = spread.sort_values(["spread_pct", *keys], ascending=[False, True, True, True])
    return to_frame(order, DISAGREEMENT)


def find_outlying(ratings: pd.DataFrame, ranges: Ranges, threshold: float = THRESHOLD) -> pd.DataFrame:
    r"""Frame with the columns ``OUTLYING``: marks far from the middle of all marks on the same line of the same unit.

    The distance of a mark is how far it is above the median of its layer's marks on that line of that unit. It is
    compared with all distances on the line: robust z = 0.6745 · distance / median of \|distance\|. The mark that is
    itself the median of an odd number says nothing about distances and is left out of the latter. Where more
    than half of the distances are 0, their mean (times 1.2533) is used instead of the median; where all are, no mark
    stands out. If two raters differ much, both are pointed out: only a third could tell which one is off.

    Parameters
    ----------
    ratings, ranges
        As for :func:`estimate_severity`.
    threshold
        Marks with a larger \|z\| are pointed out.

    Notes
    -----
    B. Iglewicz and D. C. Hoaglin, *How to Detect and Handle Outliers* (1993), gives 0.6745 and 3.5 for a sample;
    here the sample is that of distances, whose middle is 0.

    Examples
    --------
    >>> from pbwidgets.scoring.frames import RATINGS
    >>> given = {"9901": [8, 9, 7], "9902": [5, 6, 7], "9903": [9, 8, 1]}
    >>> rows = [(unit, f"R{at}", mark) for unit, marks in given.items() for at, mark in enumerate(marks)]
    >>> marks = pd.DataFrame(rows, columns=["unit_code", "rater_id", "points"]).assign(criterion_id="style")
    >>> outlying = find_outlying(to_frame(marks, RATINGS), {"style": (0.0, 10.0)})
    >>> outlying[["unit_code", "rater_id", "points", "middle"]].to_numpy().tolist()
    [['9903', 'R2', 1.0, 8.0]]
    """
    marks = _count_marks(ratings, ranges)
    by_cell = marks.groupby(["unit_code", "criterion_id", "layer"])["points"]
    size = by_cell.transform("size")
    is_middle = (size % 2 == 1) & (by_cell.rank(method="first") == (size + 1) // 2)
    marks = marks.assign(middle=by_cell.transform("median"), n_raters=size)
    distance = (marks["points"] - marks["middle"]).round(_DIGITS)
    scale = distance.abs().where(~is_middle).groupby(marks["criterion_id"]).transform(_measure_scale)
    marks = marks.assign(robust_z=(distance / scale).where(scale > 0, 0.0))
    marks = marks.assign(size=marks["robust_z"].abs())
    marks = marks[(marks["n_raters"] > 1) & (marks["size"] > threshold)]
    keys = ["unit_code", "criterion_id", "layer", "source", "rater_id"]
    return to_frame(marks.sort_values(["size", *keys], ascending=[False] + [True] * len(keys)), OUTLYING)


def find_copied(
    ratings: pd.DataFrame, ranges: Ranges, min_lines: int = MIN_LINES, *, across_layers: bool = False
) -> pd.DataFrame:
    """Frame with the columns ``COPIED``: pairs of raters who gave a unit the same marks on all lines both marked.

    Parameters
    ----------
    ratings, ranges
        As for :func:`estimate_severity`.
    min_lines
        Only pairs with at least this many lines in common.
    across_layers
        Also compare raters of different layers, such as a county that repeats a township's marks.
    """
    marks = _count_marks(ratings, ranges)
    full = np.isclose(marks["points"], marks["highest_mark"], rtol=0.0, atol=10.0**-_DIGITS)
    own = marks[["unit_code", "criterion_id", "layer", "rater_id", "points"]].assign(is_full=full)
    keys = ["unit_code", "criterion_id"] if across_layers else ["unit_code", "criterion_id", "layer"]
    renamed = {"layer": "other_layer", "rater_id": "other_id", "points": "other_points"}
    other = own.drop(columns="is_full").rename(columns=renamed)
    if not across_layers:
        other = other.assign(layer=other["other_layer"])
    pairs = own.merge(other, on=keys)
    pairs = pairs[pairs["rater_id"] < pairs["other_id"]]
    same = (pairs["points"] - pairs["other_points"]).abs().round(_DIGITS) == 0
    by_pair = ["unit_code", "layer", "rater_id", "other_layer", "other_id"]
    counted = (
        pairs.assign(same=same)
        .groupby(by_pair, as_index=False)
        .agg(n_lines=("same", "size"), alike=("same", "all"), n_full=("is_full", "sum"))
    )
    copied = counted[counted["alike"] & (counted["n_lines"] >= min_lines)]
    return to_frame(copied.sort_values(["n_lines", *by_pair], ascending=[False] + [True] * 5), COPIED)


def measure_variance(marks: Floats, weights: Floats) -> Floats:
    """Weighted variance of raters over the last axis (of the population: divided by the sum of weights).

    Missing marks are left out; NaN where no rater with a weight gave a mark, 0 for one rater.

    Examples
    --------
    >>> float(measure_variance(np.array([2.0, 4, 5, 7, 9]), np.array([1.0, 3, 2, 1, 1])))
    4.0
    """
    mean = average_sources(marks, weights)
    return average_sources((marks - mean[..., None]) ** 2, weights)


def _count_marks(ratings: pd.DataFrame, ranges: Ranges) -> pd.DataFrame:
    """Marks that count and are in range, with the span of their line and their share of it."""
    of_line = ratings["criterion_id"].astype(object)
    lowest = of_line.map({line: low for line, (low, _) in ranges.items()}).to_numpy(dtype=np.float64)
    highest = of_line.map({line: high for line, (_, high) in ranges.items()}).to_numpy(dtype=np.float64)
    points = ratings["points"].to_numpy(dtype=np.float64)
    wanted: Bools = np.asarray(
        ~ratings["recused"].to_numpy(dtype=bool)
        & (points >= lowest - SMALL)  # False for NaN
        & (points <= highest + SMALL)
        & (highest - lowest > 0),
        dtype=bool,
    )
    columns = ["unit_code", "criterion_id", "layer", "source", "rater_id"]
    marks = ratings.loc[wanted, columns].fillna("").astype(object)
    span = (highest - lowest)[wanted]
    return marks.assign(
        points=points[wanted], span=span, highest_mark=highest[wanted], share=(points - lowest)[wanted] / span
    ).reset_index(drop=True)


def _number_cells(marks: pd.DataFrame) -> tuple[Ints, Ints, list[str]]:
    """Number of what each mark is on (line of a unit) and of its rater, and the raters' ids in order."""
    if not len(marks):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), []
    cells, _ = group_rows([marks["unit_code"].to_numpy(), marks["criterion_id"].to_numpy()])
    raters, names = pd.factorize(marks["rater_id"], sort=True)
    return cells, raters.astype(np.int64), [str(name) for name in names]


def _fit_severity(shares: Floats, cells: Ints, raters: Ints, names: list[str]) -> tuple[Floats, Floats]:
    """Severities and their standard errors, as shares, with the units' own levels taken out of the equations."""
    from scipy.sparse import csr_array

    if len(names) < 2:
        raise DataError("scoring.raters_too_few", count=len(names))
    n_cells, n_raters = int(cells.max()) + 1, len(names)
    per_cell = np.bincount(cells, minlength=n_cells).astype(np.float64)
    shape = (n_raters, n_cells)
    counts = csr_array((np.ones(len(cells)), (raters, cells)), shape=shape)
    weighed = csr_array((1.0 / per_cell[cells], (raters, cells)), shape=shape)
    shared: Floats = (weighed @ counts.T).toarray()
    _check_connected(shared, names)
    of_cells = np.bincount(cells, shares, minlength=n_cells) / per_cell
    per_rater = np.bincount(raters, minlength=n_raters)
    # only the common level of all raters is open; the constant sets it, and leaves the rest of the inverse as it is
    even = 1.0 / n_raters
    inverse = np.linalg.inv(np.diag(per_rater.astype(np.float64)) - shared + even) - even
    # a mark below the mean of its cell suggests a strict rater
    severity = inverse @ np.bincount(raters, of_cells[cells] - shares, minlength=n_raters)
    severity -= severity.mean()
    lifted = shares + severity[raters]
    residuals = lifted - (np.bincount(cells, lifted, minlength=n_cells) / per_cell)[cells]
    freedom = len(shares) - n_cells - n_raters + 1
    variance = float(residuals @ residuals) / freedom if freedom > 0 else float("nan")
    error: Floats = np.sqrt(variance * np.clip(np.diag(inverse), 0.0, None))
    return severity, error


def _check_connected(shared: Floats, names: list[str]) -> None:
    from scipy.sparse.csgraph import connected_components

    count, parts = connected_components(shared, directed=False)
    if count == 1:
        return
    by_part = [[name for name, own in zip(names, parts, strict=True) if own == part] for part in range(count)]
    by_part.sort(key=lambda part: (-len(part), part))
    shown = [", ".join(part[:_SHOWN_RATERS]) + " …" * (len(part) > _SHOWN_RATERS) for part in by_part]
    groups = " | ".join(shown[:_SHOWN_GROUPS]) + " | …" * (count > _SHOWN_GROUPS)
    raise DataError("scoring.raters_not_connected", count=int(count), groups=groups)


def _measure_scale(distances: "pd.Series[float]") -> float:
    """Standard deviation estimated from the median distance, or from the mean where that is 0; NaN is left out."""
    middle = float(distances.median())
    return middle / _NORMAL_MIDDLE if middle > 0 else float(distances.mean()) * _NORMAL_MEAN
