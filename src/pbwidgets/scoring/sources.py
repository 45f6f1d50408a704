"""Sources: the marks of several raters become one mark for each source, and the sources of a layer one mark."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from pbwidgets.campaign.model import Campaign, Source, find_marking
from pbwidgets.scoring.arrays import (
    Bools,
    Coded,
    Counts,
    Floats,
    Ints,
    Objects,
    code_positions,
    code_written,
    cut_rows,
)
from pbwidgets.scoring.frames import MARKS, to_frame
from pbwidgets.scoring.registry import find_range
from pbwidgets.scoring.track_layout import TrackLayout
from pbwidgets.scoring.verdict import SMALL

_NOWHERE: Final = -(1 << 60)  # what an unknown unit, line or layer adds to the number of a cell
_NO_SOURCE: Final = -(1 << 58)  # the same for a source that its layer does not have


@dataclass(frozen=True)
class SourceMarks:
    """Marks of one source in one layer, units × lines.

    Attributes
    ----------
    points
        One mark of all its raters, NaN where there is none.
    raters, stale, recused, void, converted, capped
        How many marks were counted, how many of them saw an older version, how many were left out because the
        rater is recused, how many because they must be given anew, how many of those counted stand for
        another mark of the rater, given before the points of the line were changed, and how many for one that
        exceeds these points.
    given
        Mean of the raters' own marks where marks were converted or capped, else NaN.
    """

    source: Source
    points: Floats
    raters: Counts
    stale: Counts
    recused: Counts
    void: Counts
    converted: Counts
    capped: Counts
    given: Floats


@dataclass(frozen=True)
class LayerMarks:
    """Marks of one layer, units × lines: of each source, and combined.

    Attributes
    ----------
    sources
        Marks of each source.
    weights
        Of the sources as the campaign gives them, lines × sources; 0 for a source that does not mark a line.
    points
        Weighted mean of the sources that gave a mark, NaN where none did.
    comments
        By line, only where comments belong to the reason.
    """

    sources: tuple[SourceMarks, ...]
    weights: Floats
    points: Floats
    comments: dict[int, Objects] = field(default_factory=dict)

    def find_used_weights(self, units: Ints, lines: Ints | int) -> Floats:
        """Percentage of each source in the marks of some cells, cells × sources; 0 if it gave none."""
        marks = np.stack([source.points[units, lines] for source in self.sources], axis=-1)
        return weigh_sources(marks, self.weights[lines])[1]


@dataclass(frozen=True)
class _Grid:
    """Cells of a track's marks: by layer, then source, then line, then unit.

    So the marks of one line are together, as later steps need them; rows go into their cells in one step.
    """

    layout: TrackLayout
    sources: tuple[tuple[Source, ...], ...]  # by layer

    @property
    def shape(self) -> tuple[int, int, int]:
        """Sources of all layers × lines × units."""
        return sum(map(len, self.sources)), len(self.layout.lines), len(self.layout.units)

    @property
    def size(self) -> int:
        """Number of cells."""
        return math.prod(self.shape)

    def of_layer(self, layer: int) -> slice:
        """Sources of one layer among those of all."""
        first = sum(map(len, self.sources[:layer]))
        return slice(first, first + len(self.sources[layer]))


def combine_marks(
    points: Floats, cells: Ints, how: Literal["mean", "median", "trimmed_mean"], size: int
) -> Floats:
    """One mark for each cell from the marks of its raters, float64 of length ``size``; NaN for no mark.

    ``trimmed_mean`` leaves out one highest and one lowest mark where there are three or more; otherwise it is the
    mean of all marks. The result does not depend on the order of marks.

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


def average_sources(marks: Floats, weights: Floats) -> Floats:
    """Weighted mean over the last axis, a missing source re-weighted; NaN where no source with a weight gave a mark.

    Examples
    --------
    >>> average_sources(np.array([[8.0, 6.0], [8.0, np.nan]]), np.array([70.0, 30.0])).round(9).tolist()
    [7.4, 8.0]
    """
    used, total = _use_weights(marks, weights)
    divisor = np.where(total > 0, total, 1.0)
    mean = np.zeros(total.shape)
    for at, weight in enumerate(used):
        mark = marks[..., at]
        mean += np.where(np.isnan(mark), 0.0, mark) * (weight / divisor)
    return np.where(total > 0, mean, np.nan)


def weigh_sources(marks: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Mean as from :func:`average_sources`, and the weights used in per cent, with a last axis of sources.

    Examples
    --------
    >>> weigh_sources(np.array([[8.0, 6.0], [8.0, np.nan]]), np.array([70.0, 30.0]))
    (array([7.4, 8. ]), array([[ 70.,  30.],
           [100.,   0.]]))
    """
    used, total = _use_weights(marks, weights)
    divisor = np.where(total > 0, total, 1.0)
    shares = np.zeros(marks.shape)
    for at, weight in enumerate(used):
        shares[..., at] = 100.0 * (weight / divisor)
    return average_sources(marks, weights), shares


def _use_weights(marks: Floats, weights: Floats) -> tuple[list[Floats], Floats]:
    """Weight of each source, 0 where it gave no mark, and their sum; source by source, as in memory."""
    used = [np.where(np.isnan(marks[..., at]), 0.0, weights[..., at]) for at in range(marks.shape[-1])]
    total = np.zeros(marks.shape[:-1])
    for weight in used:
        total += weight
    return used, total


def read_marks(campaign: Campaign, layout: TrackLayout, ratings: pd.DataFrame) -> tuple[LayerMarks, ...]:
    """All marks of a track: one :class:`LayerMarks` for each of its layers.

    Marks of recused raters are left out and counted, and so are *void* ones, which are no number or outside
    the range of their line: that line of that unit is missing until they are given anew, and nobody else is
    touched. Stale marks count and are counted. Marks on units, lines, layers or sources that the track does not
    have are not this track's and are left out.
    """
    by_layer = [
        tuple(campaign.sources_of(layout.track, layer)) if layout.track.layers else ()
        for layer in layout.layers
    ]
    grid = _Grid(layout, tuple(by_layer))
    cells, void = _find_cells(grid, ratings)
    recused = ratings["recused"].to_numpy(dtype=bool)
    stale = ratings["stale"].to_numpy(dtype=bool)
    given = ratings["given_points"].to_numpy(dtype=np.float64)
    other = ~np.isnan(given)
    capped = other & ratings["capped"].to_numpy(dtype=bool)
    out = recused | void
    counted = np.where(out, cells.dtype.type(-1), cells) if out.any() else cells
    points, raters = _fill_cells(counted, ratings["points"].to_numpy(dtype=np.float64), grid)
    by_cell = {
        "points": points,
        "raters": raters,
        "stale": _count_few(counted[stale], grid),
        "recused": _count_few(cells[recused], grid),
        "void": _count_few(cells[void & ~recused], grid),
        "converted": _count_few(counted[other & ~capped], grid),
        "capped": _count_few(counted[capped], grid),
        "given": _average_given(counted[other], given[other], grid),
    }
    commented = _find_commented(grid, ratings, counted)
    return tuple(_read_layer(grid, layer, by_cell, commented) for layer in range(len(layout.layers)))


def to_marks_frame(
    campaign: Campaign, period: str, layout: TrackLayout, marks: tuple[LayerMarks, ...]
) -> pd.DataFrame:
    """Frame with the columns ``MARKS``: a row where a source gave a mark, or only a recused or void one."""
    codes = layout.codes.to_numpy()
    line_ids = np.array([line.id for line in layout.lines], dtype=object)
    parts = []
    for layer, layer_marks in zip(layout.layers, marks, strict=True):
        for number, source in enumerate(layer_marks.sources):
            at, line = np.nonzero((source.raters > 0) | (source.recused > 0) | (source.void > 0))
            used = layer_marks.find_used_weights(at.astype(np.int64), line.astype(np.int64))
            parts.append(
                pd.DataFrame(
                    {
                        "unit_code": codes[at],
                        "criterion_id": line_ids[line],
                        "layer": layer,
                        "source": source.source.id,
                        "points": source.points[at, line],
                        "n_raters": source.raters[at, line],
                        "weight": used[:, number],
                        "n_stale": source.stale[at, line],
                        "n_recused": source.recused[at, line],
                        "n_void": source.void[at, line],
                    }
                )
            )
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return to_frame(rows.assign(campaign=campaign.id, period=period), MARKS)


@dataclass(frozen=True)
class _Address:
    """Cell of each row of ratings: the sum of what its unit, its line, and its layer and source add to it.

    Anything unknown adds so large a negative number that the sum stays below zero.
    """

    units: Coded
    lines: Coded
    layers: Coded  # place of the layer's first source in ``starts``
    sources: Coded
    starts: Ints
    lowest: Coded
    highest: Coded

    def find(self, rows: slice) -> Ints:
        """Cells of a stretch of rows, below zero for marks that are not of the track."""
        cells = self.units.of_rows(rows) + self.lines.of_rows(rows)
        cells += self.starts.take(self.layers.of_rows(rows) + self.sources.of_rows(rows))
        return np.asarray(cells, dtype=np.int64)

    def fits(self, rows: slice, points: Floats) -> Bools:
        """Whether points are within the range of their line; False for NaN."""
        return (points >= self.lowest.of_rows(rows)) & (points <= self.highest.of_rows(rows))


def _find_address(grid: _Grid, ratings: pd.DataFrame) -> _Address:
    layout = grid.layout
    names = pd.Index(sorted({source.id for of in grid.sources for source in of}), dtype=object)
    starts = _start_sources(grid, names)
    units = layout.code_units(ratings["unit_code"])
    line_ids = pd.Index([line.id for line in layout.lines], dtype=object)
    lines = code_positions(ratings["criterion_id"], line_ids)
    layers = code_positions(ratings["layer"], pd.Index(layout.layers, dtype=object))
    sources = code_positions(ratings["source"], names)
    # what is not known, -1, reads the last of each table
    per_line = np.append(np.arange(len(layout.lines)) * len(layout.units), _NOWHERE)
    ranges = np.array([find_range(line) for line in layout.lines] + [(0.0, 0.0)], dtype=np.float64)
    return _Address(
        units=Coded(units.codes, np.where(units.meanings < 0, _NOWHERE, units.meanings)),
        lines=Coded(lines.codes, per_line[lines.meanings]),
        layers=Coded(layers.codes, layers.meanings % len(starts) * starts.shape[1]),
        sources=Coded(sources.codes, sources.meanings % starts.shape[1]),
        starts=starts.ravel(),
        lowest=Coded(lines.codes, ranges[lines.meanings, 0] - SMALL),
        highest=Coded(lines.codes, ranges[lines.meanings, 1] + SMALL),
    )


def _start_sources(grid: _Grid, names: "pd.Index[Any]") -> Ints:
    """First cell of each source in each layer, layers × names, each with a last place for all others."""
    starts = np.full((len(grid.sources) + 1, len(names) + 1), _NO_SOURCE)
    starts[-1] = _NOWHERE
    for layer, sources in enumerate(grid.sources):
        at = names.get_indexer(pd.Index([source.id for source in sources], dtype=object))
        first = grid.of_layer(layer).start
        starts[layer, at] = np.arange(first, first + len(sources)) * math.prod(grid.shape[1:])
    return starts


def _find_cells(grid: _Grid, ratings: pd.DataFrame) -> tuple[Counts, Bools]:
    """Cell of each mark, -1 for marks that are not of this track, and which are void."""
    address = _find_address(grid, ratings)
    points = ratings["points"].to_numpy(dtype=np.float64)
    cells: Counts = np.empty(len(ratings), dtype=np.int32 if grid.size < 1 << 31 else np.int64)
    void: Bools = np.zeros(len(ratings), dtype=bool)
    for rows in cut_rows(len(ratings)):
        found = address.find(rows)
        cells[rows] = np.maximum(found, -1)
        void[rows] = (found >= 0) & ~address.fits(rows, points[rows])
    if grid.layout.absent is not None:  # a mark on a line that the unit does not have is not of this track
        _, lines, units = grid.shape
        absent = grid.layout.absent[cells % units, cells // units % lines] & (cells >= 0)
        cells[absent], void[absent] = -1, False
    return cells, void


def _fill_cells(cells: Counts, points: Floats, grid: _Grid) -> tuple[Floats, Counts]:
    """One mark for each cell from the marks of its raters, and how many there are, in the grid's shape."""
    marks = np.full(grid.size + 1, np.nan)  # the last place, -1, takes the rows that are in no cell
    for rows in cut_rows(len(cells)):
        marks[cells[rows]] = points[rows]
    marks = marks[:-1].reshape(grid.shape)
    given = ~np.isnan(marks)
    if np.count_nonzero(given) == np.count_nonzero(cells >= 0):  # one rater each, the common case
        return marks, given.view(np.uint8)
    for at, source in enumerate(source for of in grid.sources for source in of):
        size = marks[at].size
        here = (cells >= at * size) & (cells < (at + 1) * size)
        own = cells[here].astype(np.int64) - at * size
        marks[at] = combine_marks(points[here], own, source.raters, size).reshape(marks[at].shape)
    return marks, _count_few(cells[cells >= 0], grid)


def _average_given(cells: Counts, given: Floats, grid: _Grid) -> Floats:
    """Mean of the raters' own marks in each cell, NaN where none was converted, in the grid's shape."""
    given, cells = given[cells >= 0], cells[cells >= 0]
    if not len(cells):
        return np.broadcast_to(np.nan, grid.shape)
    return combine_marks(given, cells.astype(np.int64), "mean", grid.size).reshape(grid.shape)


def _count_few(cells: Counts, grid: _Grid) -> Counts:
    """How many rows each cell holds, in the grid's shape; nothing is kept where there are none."""
    cells = cells[cells >= 0]
    if not len(cells):
        return np.broadcast_to(np.uint8(0), grid.shape)
    counts = np.bincount(cells, minlength=grid.size).reshape(grid.shape)
    return counts.astype(np.min_scalar_type(counts.max()))


def _read_layer(grid: _Grid, layer: int, by_cell: Mapping[str, Any], commented: pd.DataFrame) -> LayerMarks:
    """Marks of one layer, from the attributes of :class:`SourceMarks` in the grid's shape."""
    sources, here = grid.sources[layer], grid.of_layer(layer)
    # lines × sources: a source that does not mark a line has no weight there
    lines = grid.layout.lines
    marking = np.array([find_marking(line, sources) for line in lines], dtype=np.float64)
    weights = marking.reshape(len(lines), len(sources)) * [source.weight for source in sources]
    averages, points = np.empty(grid.shape[1:]), by_cell["points"]
    for line in range(len(lines)):
        for units in cut_rows(len(averages[line])):
            averages[line, units] = average_sources(points[here, line, units].T, weights[line])
    return LayerMarks(
        sources=tuple(
            SourceMarks(source, **{name: part[here][at].T for name, part in by_cell.items()})
            for at, source in enumerate(sources)
        ),
        weights=weights,
        points=averages.T,
        comments=_join_comments(grid, commented[commented["layer_at"] == layer]),
    )


def _find_commented(grid: _Grid, ratings: pd.DataFrame, cells: Counts) -> pd.DataFrame:
    """Marks whose comment belongs to a reason: all on lines where it is needed, elsewhere where one was written.

    Rows of ``ratings`` in the order in which comments are joined, with the position of layer, line and unit.
    """
    _, lines, units = grid.shape
    needed = ~grid.layout.marked_lines
    written = code_written(ratings["comment"])
    found: list[Ints] = []
    for rows in cut_rows(len(ratings)):
        ours = cells[rows] >= 0
        wanted = written.of_rows(rows) & ours
        if needed.any():
            wanted[ours] |= needed[cells[rows][ours] // units % lines]
        found.append(rows.start + np.flatnonzero(wanted))
    at = np.concatenate([np.zeros(0, dtype=np.int64), *found])
    of_source = np.repeat(np.arange(len(grid.sources)), [len(sources) for sources in grid.sources])
    chosen = ratings.iloc[at].assign(
        layer_at=of_source[cells[at] // (lines * units)],
        line=cells[at] // units % lines,
        unit=cells[at] % units,
    )
    return chosen.sort_values(["line", "unit", "source", "rater_id"])


def _join_comments(grid: _Grid, chosen: pd.DataFrame) -> dict[int, Objects]:
    """Comments by line, those of several raters joined."""
    joined: dict[int, Objects] = {}
    comments = chosen["comment"].fillna("").str.strip().to_list()
    for line, unit, comment in zip(chosen["line"].to_list(), chosen["unit"].to_list(), comments, strict=True):
        column = joined.setdefault(line, np.full(grid.shape[2], "", dtype=object))
        column[unit] = "；".join(part for part in (column[unit], comment) if part)
    return joined
