"""Points by the band that the value lies in."""

import numpy as np

from pbwidgets.campaign.rules import Bands
from pbwidgets.scoring.arrays import Floats
from pbwidgets.scoring.reasons import Args, Reason
from pbwidgets.scoring.verdict import SMALL, Verdict, judge_missing


def bands(values: Floats, max_points: float, rule: Bands) -> Verdict:
    """Points of the first band, the best first, whose bound the value reaches; ``otherwise`` below all.

    Range as listed. A value on a bound belongs to the band that begins there, so that bands leave no gap:
    with bounds 90 and 80 a value of 89.5 lies in the second. A missing value gives NaN. A constant value gives
    every unit the same points.

    Examples
    --------
    >>> rule = Bands(name="bands", measure="pct", bands=[{"bound": 90, "points": 10},
    ...                                                  {"bound": 80, "points": 8}])
    >>> bands(np.array([90, 89.5, 79, np.nan]), 10, rule).points
    array([10.,  8.,  0., nan])
    """
    del max_points  # the bands say what each brings
    sign = 1.0 if rule.better == "higher" else -1.0
    bounds = sign * np.array([band.bound for band in rule.bands], dtype=np.float64)
    brings = np.array([*(band.points for band in rule.bands), rule.otherwise], dtype=np.float64)
    # NaN sorts behind every bound and is taken out below; the small amount undoes binary noise
    band = np.searchsorted(-bounds, -(sign * values + SMALL))
    points = np.where(np.isnan(values), np.nan, brings[np.minimum(band, len(bounds))])
    bound = sign * np.append(bounds, bounds[-1])[np.minimum(band, len(bounds))]
    args: Args = {"measure_id": rule.measure, "value": values, "bound": bound, "points": points}
    inside = ~np.isnan(values) & (band < len(bounds))
    outside = ~np.isnan(values) & ~inside
    higher = rule.better == "higher"
    return Verdict(
        points=points,
        reasons=(
            Reason("scoring.band_from" if higher else "scoring.band_up_to", inside, args),
            Reason("scoring.band_below_all" if higher else "scoring.band_above_all", outside, args),
            judge_missing(values, rule.measure),
        ),
    )
