"""Sources: the marks of several raters become one mark a source, and the sources of a layer one mark."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from pbwidgets.campaign.model import Campaign, Criterion, Source
from pbwidgets.errors import DataError
from pbwidgets.scoring.arrays import Bools, Floats, Ints, Objects, positions_in
from pbwidgets.scoring.frames import MARKS, to_frame
from pbwidgets.scoring.layout import TrackLayout
from pbwidgets.scoring.registry import find_range
from pbwidgets.scoring.verdict import SMALL

_SHOWN = 5  # marks named in an error


@dataclass(frozen=True)
class SourceMarks:
    """Marks of one source in one layer, units × lines.

    Attributes
    ----------
    points
        One mark of all its raters, NaN where there is none.
    weight
        Per cent of the layer's mark, as used; 0 where the source gave no mark.
    raters, stale, recused
        How many marks were counted, how many of them saw an older version, and how many were left out
        because the rater is recused.
    """

    source: Source
    points: Floats
    weight: Floats
    raters: Ints
    stale: Ints
    recused: Ints


@dataclass(frozen=True)
class LayerMarks:
    """Marks of one layer, units × lines: of each source, and put together."""

    sources: tuple[SourceMarks, ...]
    points: Floats
    comments: dict[int, Objects] = field(
        default_factory=dict
    )  # by line, only where comments belong to the reason


@dataclass(frozen=True)
class _Rows:
    """Ratings as arrays, one number or flag a row; a country has 18 million, so frames are not cut."""

    ratings: pd.DataFrame
    units: Ints
    lines: Ints
    points: Floats
    recused: Bools
    stale: Bools


def combine_marks(
    points: Floats, cells: Ints, how: Literal["mean", "median", "trimmed_mean"], size: int
) -> Floats:
    """One mark for each cell from the marks of its raters, float64 of length ``size``; NaN for no mark.

    ``trimmed_mean`` leaves out one highest and one lowest mark where there are three or more, and is the mean
    of what there is otherwise. The result does not depend on the order of marks.

    Parameters
    ----------
    points, cells
        The marks, and the number of the cell (from 0) that each belongs to.
    how
        As the campaign says.
    size
        Number of cells.

    Examples
    --------
    >>> combine_marks(np.array([1.0, 8.0, 9.0, 7.0]), np.array([0, 0, 0, 1]), "trimmed_mean", 3).tolist()
    [8.0, 7.0, nan]
    """
    combined = np.full(size, np.nan)
    if not len(cells):
        return combined
    if np.bincount(cells).max() == 1:  # one rater each, the common case, needs no sorting
        combined[cells] = points
        return combined
    order = np.lexsort((points, cells))
    marks, sorted_cells = points[order], cells[order]
    starts = np.flatnonzero(np.append(True, sorted_cells[1:] != sorted_cells[:-1]))
    counts = np.diff(np.append(starts, len(marks)))
    if how == "median":
        middle = (marks[starts + (counts - 1) // 2] + marks[starts + counts // 2]) / 2
    else:
        sums = np.add.reduceat(marks, starts)
        trimmed = (counts >= 3) & (how == "trimmed_mean")
        ends = np.where(trimmed, marks[starts] + marks[starts + counts - 1], 0.0)
        middle = (sums - ends) / (counts - 2 * trimmed)
    combined[sorted_cells[starts]] = middle
    return combined


def weigh_sources(marks: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Weighted mean over the last axis, and the weights used in per cent, a missing source re-weighted.

    NaN where no source with a weight gave a mark.

    Examples
    --------
    >>> weigh_sources(np.array([[8.0, 6.0], [8.0, np.nan]]), np.array([70.0, 30.0]))
    (array([7.4, 8. ]), array([[ 70.,  30.],
           [100.,   0.]]))
    """
    used = np.where(np.isnan(marks), 0.0, weights)
    total = used.sum(axis=-1)
    share = np.divide(used, total[..., None], out=np.zeros_like(used), where=total[..., None] > 0)
    mean = (np.nan_to_num(marks) * share).sum(axis=-1)
    return np.where(total > 0, mean, np.nan), 100.0 * share


def read_marks(campaign: Campaign, layout: TrackLayout, ratings: pd.DataFrame) -> tuple[LayerMarks, ...]:
    """All marks of a track: one :class:`LayerMarks` for each of its layers.

    Marks of recused raters are left out and counted; stale marks count and are counted. Marks on units,
    lines, layers or sources that the track does not have are not this track's and are left out.

    Raises
    ------
    DataError
        ``scoring.mark_out_of_range`` if a mark is not a number or lies outside of its line's range; the first
        few are named.
    """
    units = positions_in(ratings["unit_code"], layout.codes)
    lines = positions_in(ratings["criterion_id"], pd.Index([line.id for line in layout.lines], dtype=object))
    layers = positions_in(ratings["layer"], pd.Index(layout.layers, dtype=object))
    ours = (units >= 0) & (lines >= 0) & (layers >= 0)
    recused = ratings["recused"].to_numpy(dtype=bool)
    rows = _Rows(
        ratings=ratings,
        units=units,
        lines=lines,
        points=ratings["points"].to_numpy(dtype=np.float64),
        recused=recused,
        stale=ratings["stale"].to_numpy(dtype=bool) & ~recused,
    )
    _check_range(layout, ratings, rows.points, lines, ours)
    return tuple(
        _read_layer(campaign, layout, at, rows, np.flatnonzero(ours & (layers == at)))
        for at in range(len(layout.layers))
    )


def to_marks_frame(
    campaign: Campaign, period: str, layout: TrackLayout, marks: tuple[LayerMarks, ...]
) -> pd.DataFrame:
    """Frame with the columns ``MARKS``: a row where a source gave a mark, or only a recused one."""
    codes = layout.codes.to_numpy()
    line_ids = np.array([line.id for line in layout.lines], dtype=object)
    parts = []
    for layer, layer_marks in zip(layout.layers, marks, strict=True):
        for source in layer_marks.sources:
            at, line = np.nonzero((source.raters > 0) | (source.recused > 0))
            parts.append(
                pd.DataFrame(
                    {
                        "unit_code": codes[at],
                        "criterion_id": line_ids[line],
                        "layer": layer,
                        "source": source.source.id,
                        "points": source.points[at, line],
                        "n_raters": source.raters[at, line],
                        "weight": source.weight[at, line],
                        "n_stale": source.stale[at, line],
                        "n_recused": source.recused[at, line],
                    }
                )
            )
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return to_frame(rows.assign(campaign=campaign.id, period=period), MARKS)


def _check_range(
    layout: TrackLayout, ratings: pd.DataFrame, points: Floats, lines: Ints, ours: Bools
) -> None:
    ranges = np.array([find_range(line) for line in layout.lines] + [(0.0, 0.0)], dtype=np.float64)
    lowest, highest = ranges[lines, 0], ranges[lines, 1]
    wrong = np.flatnonzero(ours & ~((points >= lowest - SMALL) & (points <= highest + SMALL)))
    if len(wrong):
        named = ratings.iloc[wrong].sort_values(["unit_code", "criterion_id", "layer", "rater_id"])
        shown = [
            f"{row.unit_code} {row.criterion_id} {row.layer} {row.rater_id}: {row.points:g}"
            for row in named.head(_SHOWN).itertuples()
        ]
        raise DataError("scoring.mark_out_of_range", count=len(wrong), marks="; ".join(shown))


def _read_layer(campaign: Campaign, layout: TrackLayout, layer: int, rows: _Rows, here: Ints) -> LayerMarks:
    shape = (len(layout.units), len(layout.lines))
    layer_id = layout.layers[layer]
    sources = campaign.sources_of(layout.track, layer_id) if layout.track.layers else ()
    source_ids = pd.Index([source.id for source in sources], dtype=object)
    named = positions_in(rows.ratings["source"].iloc[here], source_ids)
    parts = [_read_source(source, rows, here[named == at], shape) for at, source in enumerate(sources)]
    # lines × sources: a source that does not mark a line has no weight there
    marking = np.array([find_marking(line, sources) for line in layout.lines], dtype=np.float64)
    weights = marking.reshape(len(layout.lines), len(sources)) * [source.weight for source in sources]
    stacked = np.stack([part.points for part in parts], axis=-1) if parts else np.full((*shape, 0), np.nan)
    points, used = weigh_sources(stacked, weights)
    weighed = tuple(
        SourceMarks(part.source, part.points, used[..., at], part.raters, part.stale, part.recused)
        for at, part in enumerate(parts)
    )
    return LayerMarks(weighed, points, _join_comments(layout, rows, here[named >= 0]))


def find_marking(line: Criterion, sources: Sequence[Source]) -> list[bool]:
    """Which of a layer's sources mark a line: those that it names, or all if it names none of them.

    >>> from pbwidgets.campaign.model import Text
    >>> words = Text(zh="甲", en="a")
    >>> sources = [Source(id="self", name=words), Source(id="masses", name=words)]
    >>> find_marking(Criterion(id="style", name=words, sources=("masses",)), sources)
    [False, True]
    """
    named = [source.id in line.sources for source in sources]
    return named if any(named) else [True] * len(sources)


def _read_source(source: Source, rows: _Rows, here: Ints, shape: tuple[int, int]) -> SourceMarks:
    size = shape[0] * shape[1]
    cells = rows.units[here] * shape[1] + rows.lines[here]
    recused, stale = rows.recused[here], rows.stale[here]
    some_recused = bool(recused.any())
    counted = here[~recused] if some_recused else here
    counted_cells = cells[~recused] if some_recused else cells

    def count(at: Ints) -> Ints:
        return np.bincount(at, minlength=size).reshape(shape)

    def count_few(wanted: Bools) -> Ints:
        return count(cells[wanted]) if wanted.any() else np.zeros(shape, dtype=np.int64)

    return SourceMarks(
        source=source,
        points=combine_marks(rows.points[counted], counted_cells, source.raters, size).reshape(shape),
        weight=np.zeros(shape),
        raters=count(counted_cells),
        stale=count_few(stale),
        recused=count_few(recused),
    )


def _join_comments(layout: TrackLayout, rows: _Rows, here: Ints) -> dict[int, Objects]:
    """Comments by line: of every mark on lines where it needs its reason, elsewhere where one was written."""
    needed = np.array([not rated for rated in layout.marked_lines] + [False], dtype=bool)[rows.lines[here]]
    needed |= (rows.ratings["comment"].iloc[here].fillna("") != "").to_numpy(dtype=bool)
    chosen_rows = here[needed & ~rows.recused[here]]
    chosen = (
        rows.ratings.iloc[chosen_rows]
        .assign(unit=rows.units[chosen_rows], line=rows.lines[chosen_rows])
        .sort_values(["line", "unit", "source", "rater_id"])
    )
    joined: dict[int, Objects] = {}
    comments = chosen["comment"].fillna("").str.strip().to_list()
    for line, unit, comment in zip(chosen["line"].to_list(), chosen["unit"].to_list(), comments, strict=True):
        column = joined.setdefault(line, np.full(len(layout.units), "", dtype=object))
        column[unit] = "；".join(part for part in (column[unit], comment) if part)
    return joined
