"""Headings settled as one: what their lines bring, added to a base and kept between floor and ceiling.

Everything that shows or adds the points of a heading takes them from here: totals, ranks and the published
reference from the arrays, sheets, charts and tables from the rows that such a heading has in the frame of points.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pbwidgets.campaign.model import Criterion, Settlement
from pbwidgets.scoring.arrays import Bools, Floats, Ints
from pbwidgets.scoring.groups import average_groups
from pbwidgets.scoring.reasons import Args, Reason
from pbwidgets.scoring.track_layout import TrackLayout
from pbwidgets.scoring.verdict import SMALL

HEADING = "heading"
"""Source of the row of a settled heading in the frame of points."""


@dataclass(frozen=True)
class Sums:
    """What some lines and settled headings bring together in one layer, one value for each unit.

    Attributes
    ----------
    points
        Their sum; NaN where none has points.
    full, present
        Points of the base that they stand for, and what is left of it where some are left out and the others are
        re-weighted.
    reachable
        Points of the base that they can bring: those of what applies.
    lacking
        Whether a line among or below them has no points although it applies.
    absent
        Units that have none of them.
    """

    points: Floats
    full: Floats
    present: Floats
    reachable: Floats
    lacking: Bools
    absent: Bools


@dataclass(frozen=True)
class Settled:
    """Settled headings of a track, units × layers × headings.

    Attributes
    ----------
    own, values
        Points before gaps are filled, and points that enter the total; NaN where there are none.
    sums
        Base and parts before floor and ceiling.
    full, present, lacking, absent
        As in :class:`Sums`, of each heading.
    means
        Mean of the unit's group, NaN where it is not asked for.
    reachable
        Highest points that the heading can bring each unit.
    """

    own: Floats
    values: Floats
    sums: Floats
    full: Floats
    present: Floats
    lacking: Bools
    absent: Bools
    means: Floats
    reachable: Floats


@dataclass(frozen=True)
class LayerLines:
    """Lines of one layer as they enter the total, units × lines; as in ``TrackPoints``."""

    values: Floats
    lacking: Bools
    left_out: Bools
    marked: Bools


def settle_headings(layout: TrackLayout, layers: Sequence[LayerLines]) -> Settled:
    """Points of the settled headings in each layer, from those of the lines; inner ones first."""
    shape = (len(layout.units), len(layers), len(layout.settled))
    own, values, sums, full, present, means, reachable = np.full((7, *shape), np.nan)
    lacking, absent = np.zeros((2, *shape), dtype=bool)
    found = Settled(own, values, sums, full, present, lacking, absent, means, reachable)
    for layer, lines in enumerate(layers):
        for at, heading in enumerate(layout.settled):
            _settle(layout, found, layer, at, heading, lines)
    return found


def _settle(
    layout: TrackLayout, found: Settled, layer: int, at: int, heading: Criterion, lines: LayerLines
) -> None:
    here = (slice(None), layer, at)
    sums = sum_parts(layout, heading.criteria, lines, found, layer)
    terms = heading.settle or Settlement()
    whole = terms.missing == "whole"
    total = np.nan_to_num(sums.points) + (terms.base or 0.0)
    nothing = np.isnan(sums.points) & (sums.lacking | (terms.base is None))
    unknown = nothing | (sums.lacking & whole) | sums.absent
    lowest = -np.inf if terms.floor is None else terms.floor
    highest = np.inf if terms.ceiling is None else terms.ceiling
    own = np.where(unknown, np.nan, np.clip(total, lowest, highest))
    values, lacking = own, sums.lacking & np.isnan(own)
    if whole and layout.track.missing == "group_mean":
        means = average_groups(own, layout.groups)
        values = np.where(lacking & lines.marked, means, own)
        found.means[here] = means
    gone = np.isnan(values) & lacking & (layout.track.missing == "reweight")
    base = np.where(sums.absent, 0.0, terms.base or 0.0)
    found.own[here], found.values[here], found.sums[here] = own, values, total
    found.full[here] = np.minimum(base + sums.full, highest)
    found.present[here] = np.where(gone, 0.0, np.minimum(base + sums.present, highest))
    found.lacking[here], found.absent[here] = lacking, sums.absent
    found.reachable[here] = np.minimum(base + sums.reachable, highest)


def sum_parts(
    layout: TrackLayout,
    criteria: Sequence[Criterion],
    layer_lines: LayerLines,
    settled: Settled,
    layer: int,
    *,
    on_top: bool | None = None,
) -> Sums:
    """What criteria bring together in one layer; settled headings among them must have been settled before.

    Parameters
    ----------
    layout, criteria
        Axes of the track, and criteria of its sheet.
    layer_lines, settled, layer
        Points of lines, and of headings with the position of the layer.
    on_top
        Only parts on top of the base, or only those of the base; None for both.
    """
    lines, headings = layout.find_parts(criteria)
    if on_top is not None:
        lines = lines[layout.on_top[lines] == on_top]
        headings = headings[layout.settled_on_top[headings] == on_top]
    values, lacking = layer_lines.values[:, lines], layer_lines.lacking[:, lines]
    without = lacking & np.isnan(values)
    out = layer_lines.left_out[:, lines] | (without & (layout.track.missing == "reweight"))
    absent = np.zeros(values.shape, dtype=bool) if layout.absent is None else layout.absent[:, lines]
    full = np.where(absent, 0.0, layout.base_points[lines])
    of_headings = settled.values[:, layer, headings]
    below = {line.id for criterion in criteria for line in criterion.lines()}
    deep = np.flatnonzero([line.id in below for line in layout.lines])
    return Sums(
        points=sum_known(np.concatenate([values, of_headings], axis=1)),
        full=full.sum(axis=1) + settled.full[:, layer, headings].sum(axis=1),
        present=np.where(out, 0.0, full).sum(axis=1) + settled.present[:, layer, headings].sum(axis=1),
        reachable=np.where(np.isnan(values) & ~lacking, 0.0, full).sum(axis=1)
        + settled.reachable[:, layer, headings].sum(axis=1),
        lacking=np.any(layer_lines.lacking[:, deep] & np.isnan(layer_lines.values[:, deep]), axis=1),
        absent=np.all(np.concatenate([absent, settled.absent[:, layer, headings]], axis=1), axis=1),
    )


def judge_heading(heading: Criterion, own: Floats, sums: Floats, missing: Ints) -> list[Reason]:
    """Why a settled heading has its points: base, what its lines bring, and where floor or ceiling stopped it.

    Parameters
    ----------
    heading
        Its definition.
    own, sums
        Points, NaN where it has none, and base and lines before floor and ceiling.
    missing
        How many of its lines have no points although they apply.
    """
    terms = heading.settle or Settlement()
    base = terms.base or 0.0
    args: Args = {"points": own, "sum": sums, "base": base, "lost": base - sums, "added": sums - base}
    known = ~np.isnan(own)
    based = terms.base is not None
    sums_up = "scoring.heading_base" if based else "scoring.heading"
    reasons = [Reason("scoring.heading_missing", ~known), Reason(sums_up, known, args)]
    if based:
        reasons.append(Reason("scoring.heading_base_lost", known & (sums < base - SMALL), args))
        reasons.append(Reason("scoring.heading_base_added", known & (sums > base + SMALL), args))
    if terms.floor is not None:
        floored = known & (sums < terms.floor - SMALL)
        code = "scoring.heading_base_floor" if based else "scoring.heading_floor"
        reasons.append(Reason(code, floored, {**args, "floor": terms.floor}))
    if terms.ceiling is not None:
        capped = known & (sums > terms.ceiling + SMALL)
        code = "scoring.heading_base_ceiling" if based else "scoring.heading_ceiling"
        reasons.append(Reason(code, capped, {**args, "ceiling": terms.ceiling}))
    lacks = known & (missing > 0)
    reasons.append(Reason("scoring.note_heading_lacks", lacks, {"count": missing}, is_note=True))
    return reasons


def sum_known(values: Floats) -> Floats:
    """Sum of each row over what is known; NaN where nothing is.

    >>> sum_known(np.array([[1.0, np.nan], [np.nan, np.nan]])).tolist()
    [1.0, nan]
    """
    return np.where(np.isnan(values).all(axis=1), np.nan, np.nansum(values, axis=1))


def take_points(layout: TrackLayout, criterion_id: str, by_line: Floats, by_heading: Floats) -> Floats:
    """Points of a line or heading, one for each unit; NaN where it has none.

    Parameters
    ----------
    layout, criterion_id
        Of the track; KeyError if it has no such criterion.
    by_line, by_heading
        Points of the lines, units × lines, and of the settled headings, units × headings.
    """
    lines, headings = layout.find_parts([layout.find_criterion(criterion_id)])
    return sum_known(np.concatenate([by_line[:, lines], by_heading[:, headings]], axis=1))
