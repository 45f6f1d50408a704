"""Marks as they would be with other raters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from pbwidgets.scoring.arrays import Floats, Ints, positions_in
from pbwidgets.scoring.sources import LayerMarks, combine_marks
from pbwidgets.scoring.track_layout import TrackLayout


@dataclass(frozen=True)
class RaterMarks:
    """Every counted mark of one source in one layer.

    Attributes
    ----------
    points
        The marks.
    cells
        Unit × number of lines + line.
    raters
        Number of the rater, over the whole track.
    """

    points: Floats
    cells: Ints
    raters: Ints


def read_rater_marks(
    layout: TrackLayout, marks: Sequence[LayerMarks], ratings: pd.DataFrame
) -> tuple[tuple[tuple[RaterMarks, ...], ...], int]:
    """Single marks by layer and source, without those of recused raters, and the number of raters."""
    units = layout.find_units(ratings["unit_code"])
    lines = positions_in(ratings["criterion_id"], pd.Index([line.id for line in layout.lines], dtype=object))
    layers = positions_in(ratings["layer"], pd.Index(layout.layers, dtype=object))
    counted = (units >= 0) & (lines >= 0) & (layers >= 0) & ~ratings["recused"].to_numpy(dtype=bool)
    points = ratings["points"].to_numpy(dtype=np.float64)
    # by name, so that the order of rows makes no difference
    raters = np.full(len(ratings), -1, dtype=np.int64)
    raters[counted], names = pd.factorize(ratings["rater_id"][counted], sort=True)
    cells = units * len(layout.lines) + lines
    found = []
    for at, layer in enumerate(marks):
        named = positions_in(
            ratings["source"], pd.Index([source.source.id for source in layer.sources], dtype=object)
        )
        here = [counted & (layers == at) & (named == source) for source in range(len(layer.sources))]
        found.append(tuple(RaterMarks(points[rows], cells[rows], raters[rows]) for rows in here))
    return tuple(found), len(names)


def redraw_marks(
    marks: Sequence[LayerMarks],
    by_rater: Sequence[Sequence[RaterMarks]],
    how: Literal["leave_one_out", "bootstrap"],
    rater: int,
    rng: np.random.Generator,
) -> tuple[Floats, ...]:
    """Marks of the sources of each layer with other raters, units × lines × sources.

    A mark that would have no rater left stays as it is: one rater alone says nothing about how another would
    have marked.

    Parameters
    ----------
    marks, by_rater
        Of each layer, as given.
    how
        ``leave_one_out`` leaves out ``rater``; ``bootstrap`` draws as many raters of each source as there are.
    rater
        Number of the rater to leave out.
    rng
        Used only for ``bootstrap``.
    """
    redrawn = []
    for layer, sources in zip(marks, by_rater, strict=True):
        parts = []
        for source, single in zip(layer.sources, sources, strict=True):
            others = (single.raters != rater).astype(np.int64)
            times = _draw_times(single.raters, rng) if how == "bootstrap" else others
            drawn = combine_marks(
                np.repeat(single.points, times),
                np.repeat(single.cells, times),
                source.source.raters,
                source.points.size,
            ).reshape(source.points.shape)
            parts.append(np.where(np.isnan(drawn), source.points, drawn))
        redrawn.append(np.stack(parts, axis=-1) if parts else np.full((*layer.points.shape, 0), np.nan))
    return tuple(redrawn)


def _draw_times(raters: Ints, rng: np.random.Generator) -> Ints:
    """How often each mark counts when its rater is drawn with replacement."""
    distinct, at = np.unique(raters, return_inverse=True)
    if not len(distinct):
        return np.zeros(0, dtype=np.int64)
    times = rng.multinomial(len(distinct), np.full(len(distinct), 1.0 / len(distinct)))
    return np.asarray(times[at], dtype=np.int64)
