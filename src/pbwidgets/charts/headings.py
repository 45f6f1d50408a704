"""Points by heading: the lines of a score sheet, summed for charts."""

import pandas as pd

from pbwidgets.campaign.model import Criterion, Track
from pbwidgets.scoring.headings import HEADING

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
        points but not in the maximum. A heading that is settled as one gives its own points.
    """
    tops = {part.id: top.id for top in track.criteria for part in top.parts()}
    lines = {line.id: top.id for top in track.criteria for line in top.lines()}
    bonus = {line.id for top in track.criteria for line in top.lines() if line.bonus and line.id != top.id}
    ours = points[points["track_id"] == track.id]
    given = ours["points"].notna()
    out = ~given & ours["reason_code"].fillna("").str.startswith("scoring.not_applicable")
    most = ours["max_points"]
    if not set(lines) >= set(tops):
        most = most.mask(ours["source"] == HEADING, ours["reachable"])
    sums = pd.DataFrame(
        {
            "points": ours["points"],
            "max_points": most.where(~out & ~ours["criterion_id"].isin(bonus), 0.0),
            "max_given": most.where(given & ~ours["criterion_id"].isin(bonus), 0.0),
            "n_missing": (~given & ~out).astype("int64"),
            "n_lines": (~out).astype("int64"),
        }
    ).assign(unit_code=ours["unit_code"], layer=ours["layer"])
    keys = ["unit_code", "layer", "heading_id"]
    added = sums.assign(heading_id=ours["criterion_id"].map(tops)).groupby(keys)
    counted = added
    if tops != lines:  # a settled heading brings points, its lines are counted
        counted = sums.assign(heading_id=ours["criterion_id"].map(lines)).groupby(keys)
    summed = counted[["n_missing", "n_lines"]].sum()
    summed[["max_points", "max_given"]] = added[["max_points", "max_given"]].sum()
    summed["points"] = added["points"].sum(min_count=1)
    return summed.reset_index()[list(COLUMNS)]


def headings_of(points: pd.DataFrame, track: Track) -> tuple[Criterion, ...]:
    """Headings of which the rows have a line: a unit of another domain may lack some. All, if there are no rows."""
    there = set(points.loc[points["track_id"] == track.id, "criterion_id"])
    own = tuple(top for top in track.criteria if any(line.id in there for line in top.lines()))
    return own or track.criteria
