"""Points by heading: the lines of a score sheet, summed for charts."""

import pandas as pd

from pbwidgets.campaign.model import Track

COLUMNS = ("unit_code", "layer", "heading_id", "points", "max_points", "max_given", "n_missing", "n_lines")


def agg_headings(points: pd.DataFrame, track: Track) -> pd.DataFrame:
    """Points of every unit and layer by heading of a track.

    Parameters
    ----------
    points
        Frame of :data:`pbwidgets.scoring.frames.POINTS`; rows of other tracks are left out.
    track
        The track; its top criteria are the headings.

    Returns
    -------
    pandas.DataFrame
        The columns of :data:`COLUMNS`. Missing lines are left out of the sum and counted in ``n_missing``;
        ``max_given`` is the maximum of the other lines, from which points lost are counted; ``points`` is
        NaN where all lines are missing. Lines that do not apply (no points and a reason
        ``scoring.not_applicable…``) count in neither points nor maximum. Bonus lines count in
        points but not in the maximum.
    """
    headings = {line.id: top.id for top in track.criteria for line in top.lines()}
    bonus = {line.id for top in track.criteria for line in top.lines() if line.bonus and line.id != top.id}
    own = points[(points["track_id"] == track.id) & points["criterion_id"].isin(list(headings))]
    given = own["points"].notna()
    out = ~given & own["reason_code"].fillna("").str.startswith("scoring.not_applicable")
    sums = pd.DataFrame(
        {
            "unit_code": own["unit_code"],
            "layer": own["layer"],
            "heading_id": own["criterion_id"].map(headings),
            "points": own["points"],
            "max_points": own["max_points"].where(~out & ~own["criterion_id"].isin(bonus), 0.0),
            "max_given": own["max_points"].where(given & ~own["criterion_id"].isin(bonus), 0.0),
            "n_missing": (~given & ~out).astype("int64"),
            "n_lines": (~out).astype("int64"),
        }
    )
    grouped = sums.groupby(["unit_code", "layer", "heading_id"], sort=True)
    summed = grouped[["max_points", "max_given", "n_missing", "n_lines"]].sum()
    summed["points"] = grouped["points"].sum(min_count=1)
    return summed.reset_index()[list(COLUMNS)]
