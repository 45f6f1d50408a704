"""Points by heading: the lines of a score sheet, summed for charts."""

from collections.abc import Mapping

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
        ``max_given`` is the maximum of the other lines, from which points lost are counted (a bonus not earned is no
        loss, even where it is a heading of its own); ``points`` is NaN where all lines are missing. Lines that do not
        apply (no points and a reason ``scoring.not_applicable…``) count in neither points nor maximum. Bonus lines
        count in points but not in the maximum. A heading that is settled as one gives its own points.
    """
    tops = {part.id: top.id for top in track.criteria for part in top.parts()}
    lines = {line.id: top.id for top in track.criteria for line in top.lines()}
    every_bonus = {line.id for top in track.criteria for line in top.lines() if line.bonus}
    bonus = every_bonus - {top.id for top in track.criteria}
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
            "max_given": most.where(given & ~ours["criterion_id"].isin(every_bonus), 0.0),
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


def agg_losses(points: pd.DataFrame, track: Track, groups: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Points lost by heading, of every unit or as the mean of each group.

    Parameters
    ----------
    points
        Points frame, of one layer; rows of other tracks are left out.
    track
        The track.
    groups
        Group of each unit by code; units in none are left out.

    Returns
    -------
    pandas.DataFrame
        A row for each ``row`` (unit or group) and ``heading_id`` that it has: points ``lost``, NaN for a heading
        without any mark, and whether the row is ``whole``, that is, has all marks. Only then may its losses be
        summed up: a unit with fewer marks would seem to have lost less. A line without a mark is not lost, an
        unearned bonus neither, and points above the maximum are not a negative loss. A group is the mean of its units
        that have all marks; if none has, of all of them, and it is not whole.
    """
    sums = agg_headings(points, track)
    sums["row"] = sums["unit_code"].map(dict(groups)) if groups else sums["unit_code"]
    sums["lost"] = (sums["max_given"] - sums["points"]).clip(lower=0.0)
    sums["whole"] = sums.groupby("unit_code")["n_missing"].transform("sum") == 0
    used = sums[sums["whole"] | ~sums.groupby("row")["whole"].transform("any").astype(bool)]
    return used.groupby(["row", "heading_id"]).agg({"lost": "mean", "whole": "all"}).reset_index()


def headings_of(points: pd.DataFrame, track: Track) -> tuple[Criterion, ...]:
    """Headings of which the rows have a line: a unit of another domain may lack some. All, if there are no rows."""
    there = set(points.loc[points["track_id"] == track.id, "criterion_id"])
    own = tuple(top for top in track.criteria if any(line.id in there for line in top.lines()))
    return own or track.criteria
