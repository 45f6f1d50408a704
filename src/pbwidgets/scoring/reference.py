"""The published reference: how points are spread over all units, aggregates only."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pbwidgets.campaign.model import Campaign
from pbwidgets.scoring.arrays import Floats
from pbwidgets.scoring.frames import FINAL, REFERENCE, to_frame
from pbwidgets.scoring.headings import take_points
from pbwidgets.scoring.points import TrackPoints
from pbwidgets.scoring.totals import TrackTotals
from pbwidgets.scoring.track_layout import TrackLayout

TOTAL = "total"


def describe_spread(points: Floats) -> dict[str, float]:
    """Spread of points: how many, lowest, quartiles (linear interpolation), median, highest; NaN for none.

    Examples
    --------
    >>> describe_spread(np.array([1.0, 2.0, 3.0, 4.0, np.nan]))["quartile_1"]
    1.75
    """
    known = points[~np.isnan(points)]
    names = ("lowest", "quartile_1", "median", "quartile_3", "highest")
    values = np.quantile(known, [0, 0.25, 0.5, 0.75, 1]) if len(known) else np.full(5, np.nan)
    return {"n": float(len(known)), **dict(zip(names, map(float, values), strict=True))}


def build_reference(
    campaign: Campaign, period: str, layout: TrackLayout, points: TrackPoints, totals: TrackTotals
) -> pd.DataFrame:
    """Frame with the columns ``REFERENCE``: lines, headings and totals in each layer and in the final score.

    Points filled in from a group's mean are not counted; a heading counts the lines that have points, unless it
    is settled as one.
    """
    track = layout.track
    rows = []
    for layer, by_line, by_heading, total in _each_layer(layout, points, totals):
        for criterion in (item.criterion for item in track.numbered()):
            spread = describe_spread(take_points(layout, criterion.id, by_line, by_heading))
            rows.append(
                {"criterion_id": criterion.id, "layer": layer, "max_points": criterion.max_points, **spread}
            )
        rows.append(
            {"criterion_id": TOTAL, "layer": layer, "max_points": track.base_points, **describe_spread(total)}
        )
    made = pd.DataFrame(rows).assign(campaign=campaign.id, period=period, track_id=track.id)
    return to_frame(made, REFERENCE)


def _each_layer(
    layout: TrackLayout, points: TrackPoints, totals: TrackTotals
) -> Iterator[tuple[str, Floats, Floats, Floats]]:
    # lines of a layer without marks are computed ones only: they say nothing about the layer's marks
    counted = points.marked[:, :, None] & totals.has_data[:, None, None]
    given = np.where(counted, points.own, np.nan)
    of_headings = np.where(counted, totals.settled.own, np.nan)
    if layout.layers != (FINAL,):
        for at, layer in enumerate(layout.layers):
            yield layer, given[:, at], of_headings[:, at], totals.layers[:, at]
    without = np.isnan(totals.final)[:, None]
    by_line, by_heading = (
        np.where(without, np.nan, part) for part in (totals.final_points, totals.final_headings)
    )
    yield FINAL, by_line, by_heading, totals.final
