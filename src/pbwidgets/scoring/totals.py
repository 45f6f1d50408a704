"""Totals: the sum of every layer, and which one is final."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pbwidgets.campaign.model import Campaign
from pbwidgets.scoring.arrays import Bools, Floats, Ints
from pbwidgets.scoring.frames import FINAL, TOTALS, to_frame
from pbwidgets.scoring.headings import Settled, sum_parts
from pbwidgets.scoring.points import TrackPoints, settle
from pbwidgets.scoring.track_layout import TrackLayout
from pbwidgets.scoring.verdict import SMALL
from pbwidgets.wording import round_half_up


@dataclass(frozen=True)
class TrackTotals:
    """Totals of one track, exact (not rounded).

    Attributes
    ----------
    layers
        Units × layers; NaN where a layer has no total.
    layer_missing
        Lines without a mark or measure of their own, units × layers, int64.
    final, provisional, n_missing
        The total that counts for each unit.
    final_layer
        Position in the layout's layers of the one whose total is final; -1 if none, or if they are weighted.
    final_points, final_headings
        Points of each line, and of each settled heading, behind the final total, units × lines or headings.
    settled
        Settled headings in each layer.
    reachable
        Highest total without any bonus in each layer, and in the final total, units × layers + 1: lower than the
        base where a line does not apply and the others are not re-weighted.
    has_data
        Units with a counted submission of their own or a mark.
    """

    layers: Floats
    layer_missing: Ints
    final: Floats
    provisional: Bools
    n_missing: Ints
    final_layer: Ints
    final_points: Floats
    has_data: Bools
    final_headings: Floats
    settled: Settled
    reachable: Floats


def sum_lines(
    values: Floats,
    left_out: Bools,
    lacking: Bools,
    max_points: Floats,
    on_top: Bools,
    missing: str,
    starting: float = 0.0,
) -> Floats:
    """Total of a score sheet, float64, one for each row of ``values``.

    Base lines are summed and, where some are left out (or missing with ``reweight``), scaled to the same
    base: sum × base / maximum of the lines present. Lines on top and starting points are added as they are. The
    total may exceed the base by lines on top, and is not
    below 0. NaN where no base line has points, and with ``fail`` where any line is missing. A constant line
    moves all totals alike.

    Parameters
    ----------
    values
        Points, rows × lines; NaN for lines that do not enter.
    left_out, lacking
        Lines that do not apply, and lines without mark or measure, as ``values``.
    max_points, on_top
        Of each line.
    missing
        ``skip``, ``reweight``, ``group_mean`` or ``fail``.
    starting
        Points that every unit begins with.

    Examples
    --------
    >>> no = np.zeros((1, 2), dtype=bool)
    >>> left = np.array([[False, True]])
    >>> sum_lines(np.array([[30.0, np.nan]]), left, no, np.array([60.0, 40.0]), no[0], "skip").tolist()
    [50.0]
    """
    base = np.where(on_top, 0.0, max_points)
    out = left_out | (lacking & np.isnan(values)) if missing == "reweight" else left_out
    of_base, no_base = _sum_known(values, np.flatnonzero(~on_top))
    of_top, no_top = _sum_known(values, np.flatnonzero(on_top))
    if out.any():
        of_base *= _reweight(base.sum(), base.sum() - (out * base).sum(axis=1))
    total = starting + of_base + of_top
    nothing = no_top if on_top.all() else no_base
    if missing == "fail":
        nothing = nothing | lacking.any(axis=1)
    return np.where(nothing, np.nan, np.maximum(total, 0.0))


def _reweight(full: Floats | float, present: Floats) -> Floats:
    """What points of the base are multiplied by, where some of it is left out."""
    factors: Floats = np.divide(full, present, out=np.ones(len(present)), where=present > SMALL)
    return factors


def _sum_sheet(layout: TrackLayout, points: TrackPoints, settled: Settled, layer: int) -> Floats:
    """Total of a layer, as :func:`sum_lines` gives it, where headings are settled or some units have other lines."""
    lines = points.in_layer(layer)
    criteria, track = layout.track.criteria, layout.track
    base = sum_parts(layout, criteria, lines, settled, layer, on_top=False)
    top = sum_parts(layout, criteria, lines, settled, layer, on_top=True)
    known = np.where(base.absent, np.isnan(top.points), np.isnan(base.points))
    if track.missing == "fail":
        known = known | base.lacking
    of_base = np.nan_to_num(base.points) * _reweight(base.full, base.present) * layout.rescaling
    total = track.starting_points + of_base + np.nan_to_num(top.points)
    return np.where(known, np.nan, np.maximum(total, 0.0))


def _find_reachable(layout: TrackLayout, points: TrackPoints, settled: Settled) -> Floats:
    """Highest total of each unit without any bonus, units × layers."""
    track = layout.track
    found: Floats = np.empty((len(layout.units), len(layout.layers)))
    some_skipped = any(line.not_applicable and line.not_applicable.then == "skip" for line in layout.lines)
    if layout.is_plain and not some_skipped:
        found[:] = track.starting_points + layout.base_points.sum()
        return found
    # what is missing may still come, so nothing is re-weighted for it
    awaiting = layout
    if track.missing != "skip":
        awaiting = replace(layout, track=track.model_copy(update={"missing": "skip"}))
        settled = settle(awaiting, points)
    for layer in range(len(layout.layers)):
        base = sum_parts(awaiting, track.criteria, points.in_layer(layer), settled, layer, on_top=False)
        share = _reweight(base.full, base.present) * layout.rescaling
        found[:, layer] = track.starting_points + base.reachable * share
    return found


def _sum_known(values: Floats, lines: Ints) -> tuple[Floats, Bools]:
    """Sum of some lines of each row over what is known, and whether nothing is; line by line, as in memory."""
    total, nothing = np.zeros(len(values)), np.ones(len(values), dtype=bool)
    for line in lines:
        unknown = np.isnan(values[:, line])
        total += np.where(unknown, 0.0, values[:, line])
        nothing &= unknown
    return total, nothing


def add_totals(layout: TrackLayout, points: TrackPoints, submitted: Bools, has_mark: Bools) -> TrackTotals:
    """Totals of all layers and the final one.

    A layer without any marks has no total. With ``final: last_layer`` the last layer in
    which the unit is marked is final; if that is not the last layer, it is provisional; the unit's own marks
    are never used instead. A unit that has submitted but is not marked anywhere gets what could be computed, as
    provisional. With ``final: weighted`` the layers with a weight are averaged, a missing one re-weighted.
    A unit without a submission of its own and without a mark has no total at all.

    Parameters
    ----------
    layout, points
        Axes and points of the track.
    submitted, has_mark
        Units with a counted submission, and with a mark in any layer, bool.
    """
    has_data = submitted | has_mark
    settled = settle(layout, points)
    raw = np.stack(
        [
            sum_lines(
                points.values[:, layer], points.left_out[:, layer], points.lacking[:, layer],
                layout.max_points, layout.on_top, layout.track.missing, layout.track.starting_points,
            )
            if layout.is_plain
            else _sum_sheet(layout, points, settled, layer)
            for layer in range(len(layout.layers))
        ],
        axis=1,
    )  # fmt: skip
    raw = np.where(has_data[:, None], raw, np.nan)
    sums = _Sums(
        raw=raw,
        layers=np.where(points.marked, raw, np.nan),
        n_missing=points.lacking.sum(axis=2).astype(np.int64),
        has_data=has_data,
        settled=settled,
        reachable=_find_reachable(layout, points, settled),
    )
    if layout.track.final == "weighted":
        return _weigh_layers(layout, points, sums)
    return _take_last(layout, points, sums)


@dataclass(frozen=True)
class _Sums:
    """Sums of each layer: whether or not it is marked, and only where it is; its settled headings."""

    raw: Floats
    layers: Floats
    n_missing: Ints
    has_data: Bools
    settled: Settled
    reachable: Floats


def _take_last(layout: TrackLayout, points: TrackPoints, sums: _Sums) -> TrackTotals:
    raw, n_missing = sums.raw, sums.n_missing
    at = np.arange(len(raw))
    last = int(np.flatnonzero(layout.judging)[-1]) if layout.judging.any() else len(layout.layers) - 1
    candidates = points.marked & layout.judging
    if not layout.judging.any() and not layout.marked_lines.any():
        candidates = points.marked
    chosen = candidates.shape[1] - 1 - np.argmax(candidates[:, ::-1], axis=1)
    unmarked = ~candidates.any(axis=1)
    final_layer = np.where(unmarked, last, chosen)
    final = raw[at, final_layer]
    if not layout.judging.any() and layout.marked_lines.any():
        final = np.full(len(raw), np.nan)  # only the units themselves have marked
    missing = n_missing[at, final_layer]
    return TrackTotals(
        layers=sums.layers,
        layer_missing=n_missing,
        final=final,
        provisional=(missing > 0) | unmarked | (final_layer != last),
        n_missing=missing,
        final_layer=np.where(np.isnan(final), -1, final_layer),
        final_points=_take_layers(points.values, final_layer),
        has_data=sums.has_data,
        final_headings=_take_layers(sums.settled.values, final_layer),
        settled=sums.settled,
        reachable=np.column_stack([sums.reachable, sums.reachable[at, final_layer]]),
    )


def _take_layers(values: Floats, final_layer: Ints) -> Floats:
    """Points of each unit in its final layer, units × lines."""
    if len(final_layer) and (final_layer == final_layer[0]).all():
        return values[:, final_layer[0]]
    return values[np.arange(len(values)), final_layer]


def _weigh_layers(layout: TrackLayout, points: TrackPoints, sums: _Sums) -> TrackTotals:
    raw, layers, n_missing = sums.raw, sums.layers, sums.n_missing
    weights = np.array([layer.weight or 0.0 for layer in layout.track.layers] or [1.0], dtype=np.float64)
    unmarked: Bools = np.logical_not((points.marked & (weights > 0)).any(axis=1))
    totals = np.where(unmarked[:, None], raw, layers)
    used = np.where(np.isnan(totals), 0.0, weights)
    weight = used.sum(axis=1)
    share = np.divide(used, weight[:, None], out=np.zeros_like(used), where=weight[:, None] > 0)
    final = np.where(weight > 0, (np.nan_to_num(totals) * share).sum(axis=1), np.nan)
    # a line that is missing in several layers is one line
    missing = points.lacking[:, weights > 0].any(axis=1).sum(axis=1).astype(np.int64)
    return TrackTotals(
        layers=layers,
        layer_missing=n_missing,
        final=final,
        provisional=(missing > 0) | unmarked | (used.astype(bool) != (weights > 0)).any(axis=1),
        n_missing=missing,
        final_layer=np.full(len(raw), -1, dtype=np.int64),
        final_points=_weigh(points.values, share),
        has_data=sums.has_data,
        final_headings=_weigh(sums.settled.values, share),
        settled=sums.settled,
        reachable=np.column_stack([sums.reachable, sums.reachable.max(axis=1)]),
    )


def _weigh(values: Floats, share: Floats) -> Floats:
    """Mean over layers by their shares, units × lines, a layer without points re-weighted."""
    used = np.where(np.isnan(values), 0.0, share[:, :, None])
    shares = used.sum(axis=1)
    weighted = (np.nan_to_num(values) * used).sum(axis=1)
    means: Floats = np.divide(weighted, shares, out=np.full(weighted.shape, np.nan), where=shares > 0)
    return means


def to_totals_frame(
    campaign: Campaign, period: str, layout: TrackLayout, totals: TrackTotals
) -> pd.DataFrame:
    """Frame with the columns ``TOTALS``: each unit's layers in order, then ``final``; totals are exact."""
    layered = layout.layers != (FINAL,)
    names = (*layout.layers, FINAL) if layered else (FINAL,)
    values = np.column_stack([totals.layers, totals.final]) if layered else totals.final[:, None]
    reachable = totals.reachable if layered else totals.reachable[:, -1:]
    before = totals.layer_missing if layered else totals.layer_missing[:, :0]
    missing: Ints = np.concatenate([before, totals.n_missing[:, None]], axis=1)
    incomplete: Bools = np.greater(missing, 0)
    incomplete[:, -1] = totals.provisional
    provisional = incomplete & ~np.isnan(values)
    rows = pd.DataFrame(
        {
            "unit_code": np.repeat(layout.codes.to_numpy(), len(names)),
            "layer": np.tile(np.array(names, dtype=object), len(values)),
            "total": values.ravel(),
            "provisional": provisional.ravel(),
            "n_missing": missing.ravel(),
            "reachable": reachable.ravel(),
        }
    )
    return to_frame(rows.assign(campaign=campaign.id, period=period, track_id=layout.track.id), TOTALS)


def round_totals(campaign: Campaign, totals: pd.DataFrame) -> pd.DataFrame:
    """Frame of totals (columns ``TOTALS``) as its tracks round them, as they are shown and ranked."""
    digits = {track.id: track.rounding.digits for track in campaign.tracks}
    shown = totals["total"].copy()
    for track_id, own in totals.groupby("track_id")["total"]:
        shown.loc[own.index] = round_half_up(own.to_numpy(dtype=np.float64), digits[str(track_id)])
    return totals.assign(total=shown)
