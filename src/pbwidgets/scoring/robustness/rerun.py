"""One track, run again with other weights, marks and policy, by the functions that made the list itself."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from pbwidgets.campaign.model import Criterion, find_marking
from pbwidgets.scoring.arrays import Bools, Floats, Ints
from pbwidgets.scoring.frames import SELECTED, TIED_AT_CUT
from pbwidgets.scoring.groups import average_groups
from pbwidgets.scoring.measures import MeasureTable
from pbwidgets.scoring.pipeline import TrackScores
from pbwidgets.scoring.points import SOURCES, TrackPoints
from pbwidgets.scoring.ranking import rank_units
from pbwidgets.scoring.robustness.assumptions import Missing
from pbwidgets.scoring.selection import select_units
from pbwidgets.scoring.sources import average_sources
from pbwidgets.scoring.totals import add_totals
from pbwidgets.scoring.track_layout import TrackLayout

_GROUP_MEAN = SOURCES.index("group_mean")
_GIVEN = (SOURCES.index("marks"), SOURCES.index("corrected"))


@dataclass(frozen=True)
class Setting:
    """What one run takes instead of the campaign's own.

    Attributes
    ----------
    source_factors
        By layer, what the weight of each source is multiplied by.
    layer_factors, line_factors
        The same for the weights of layers and the points of lines.
    missing
        Policy for missing lines.
    marks
        By layer, marks of the sources, units × lines × sources.
    """

    source_factors: tuple[Floats, ...]
    layer_factors: Floats
    line_factors: Floats
    missing: Missing
    marks: tuple[Floats, ...]


def take_marks(track: TrackScores) -> tuple[Floats, ...]:
    """Marks of the sources of each layer as they are, units × lines × sources."""
    return tuple(
        np.stack([source.points for source in layer.sources], axis=-1)
        if layer.sources
        else np.full((*layer.points.shape, 0), np.nan)
        for layer in track.marks
    )


def rerun_track(table: MeasureTable, track: TrackScores, setting: Setting) -> tuple[Ints, Bools, Bools]:
    """Ranks (0 for a unit without one), who is selected and who is tied at the cut under other settings.

    The points of a line are scaled as a whole, and base lines are scaled back to the track's base, so that
    only their proportions move. Measures, vetoes, nominations, totals carried over, classes and other awards stay
    the same.
    """
    layout = _set_layout(track.layout, setting)
    points = _move_points(track, layout, setting)
    nobody = np.zeros(len(layout.units), dtype=bool)
    totals = add_totals(layout, points, track.totals.has_data, nobody)
    ranking = rank_units(layout, totals, table, track.vetoes.keep_rank & track.nominations.counted)
    status = select_units(layout, totals, ranking, track.vetoes, track.nominations, track.eligibility).status
    return ranking.rank, np.equal(status, SELECTED), np.equal(status, TIED_AT_CUT)


def scale_to_base(factors: Floats, max_points: Floats, on_top: Bools) -> Floats:
    """Factors of the lines, those of base lines brought back to the same sum of points.

    >>> scale_to_base(np.array([2.0, 1.0, 3.0]), np.array([50.0, 50.0, 5.0]), np.array([False, False, True]))
    array([1.33333333, 0.66666667, 3.        ])
    """
    base = np.where(on_top, 0.0, max_points)
    moved = (base * factors).sum()
    return np.where(on_top | (moved <= 0.0), factors, factors * (base.sum() / moved if moved > 0.0 else 1.0))


def _set_layout(layout: TrackLayout, setting: Setting) -> TrackLayout:
    layers = tuple(
        layer if layer.weight is None else layer.model_copy(update={"weight": layer.weight * factor})
        for layer, factor in zip(layout.track.layers, setting.layer_factors.tolist(), strict=False)
    )
    track = layout.track.model_copy(update={"missing": setting.missing, "layers": layers})
    factors = _scale_lines(layout, setting.line_factors)
    lines = tuple(
        line.model_copy(update={"points": line.points * factor}) if line.points else line
        for line, factor in zip(layout.lines, factors.tolist(), strict=True)
    )
    if layout.settled:
        of_part = dict(zip(layout.part_ids, factors.tolist(), strict=True))
        criteria = tuple(_scale_bounds(item, of_part, 1.0) for item in track.criteria)
        track = track.model_copy(update={"criteria": criteria})
    return replace(layout, track=track, lines=lines)


def _scale_lines(layout: TrackLayout, factors: Floats) -> Floats:
    """Factors of the lines, those of the base brought back to the same sum; all lines of a settled heading have one."""
    if not layout.settled:
        return scale_to_base(factors, layout.max_points, layout.on_top)
    parts = {part.id: part for top in layout.track.criteria for part in top.parts()}
    ids = list(dict.fromkeys(layout.part_ids))
    of_line = np.array([ids.index(part_id) for part_id in layout.part_ids], dtype=np.int64)
    on_top = np.ones(len(ids), dtype=bool)
    np.logical_and.at(on_top, of_line, layout.on_top)
    based = [bool(settle and settle.base) for settle in (parts[part_id].settle for part_id in ids)]
    drawn = np.ones(len(ids))
    drawn[of_line] = factors
    most = np.array([parts[part_id].max_points for part_id in ids], dtype=np.float64)
    return scale_to_base(drawn, most, on_top & ~np.array(based, dtype=bool))[of_line]


def _scale_bounds(criterion: Criterion, of_part: Mapping[str, float], factor: float) -> Criterion:
    """Criterion with base, floor and ceiling of settled headings multiplied like their lines."""
    factor = of_part.get(criterion.id, factor)
    changes: dict[str, object] = {
        "criteria": tuple(_scale_bounds(part, of_part, factor) for part in criterion.criteria)
    }
    if criterion.settle is not None:
        bounds = {key: getattr(criterion.settle, key) for key in ("base", "floor", "ceiling")}
        scaled = {key: value * factor for key, value in bounds.items() if value is not None}
        changes["settle"] = criterion.settle.model_copy(update=scaled)
    return criterion.model_copy(update=changes)


def _move_points(track: TrackScores, layout: TrackLayout, setting: Setting) -> TrackPoints:
    given, before = track.points, track.layout
    shift = np.zeros(given.own.shape)
    for at, (layer, marks, factors) in enumerate(
        zip(track.marks, setting.marks, setting.source_factors, strict=True)
    ):
        sources = [source.source for source in layer.sources]
        marking = np.array([find_marking(line, sources) for line in layout.lines], dtype=np.float64)
        weights = marking.reshape(len(layout.lines), len(sources)) * (
            np.array([source.weight for source in sources], dtype=np.float64) * factors
        )
        moved = average_sources(marks, weights)
        shift[:, at] = np.nan_to_num(moved - layer.points)
    shift = np.where(np.isin(given.source, _GIVEN), shift, 0.0)
    factors = _scale_lines(before, setting.line_factors)
    own = (given.own + shift) * factors
    values = np.where(given.source == _GROUP_MEAN, np.nan, (given.values + shift) * factors)
    by_mean = (given.source == _GROUP_MEAN) & ~given.lacking
    if setting.missing == "group_mean":
        by_mean |= given.lacking & given.marked[:, :, None] & ~layout.whole_lines
    for layer_at, line_at in np.argwhere(by_mean.any(axis=0)):
        means = average_groups(own[:, layer_at, line_at], layout.groups)
        filled = by_mean[:, layer_at, line_at]
        values[filled, layer_at, line_at] = means[filled]
    return replace(given, own=own, values=values)
