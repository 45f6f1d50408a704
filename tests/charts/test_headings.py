"""Lines are summed by heading, checked by hand."""

import math

import pandas as pd

from pbwidgets.campaign.model import Settlement
from pbwidgets.charts.headings import headings_of


def sums_of(county, points: pd.DataFrame, campaign) -> dict[str, dict[str, float]]:
    from pbwidgets.charts.headings import agg_headings

    made = agg_headings(points[points["layer"] == "county"], campaign.track("village"))
    return {str(row["heading_id"]): row for row in made.to_dict("records")}


def test_lines_of_a_heading_are_summed(county) -> None:
    campaign = county.campaign(["甲", "乙"])
    made = sums_of(county, county.points(campaign, 1, "equal"), campaign)
    assert (made["h0"]["points"], made["h0"]["max_points"], made["h0"]["n_missing"]) == (14.0, 14.0, 0)


def test_a_missing_line_is_left_out_and_counted(county) -> None:
    campaign = county.campaign(["甲"])
    points = county.points(campaign, 1, "equal")
    points.loc[points["criterion_id"] == "h0_2", "points"] = float("nan")
    made = sums_of(county, points, campaign)["h0"]
    assert (made["points"], made["max_points"], made["max_given"], made["n_missing"]) == (8.0, 14.0, 8.0, 1)


def test_a_heading_whose_lines_are_all_missing_is_missing_and_not_zero(county) -> None:
    campaign = county.campaign(["甲"])
    made = sums_of(county, county.points(campaign, 1, "missing"), campaign)["h0"]
    assert math.isnan(made["points"])
    assert made["n_missing"] == 2


def test_a_line_that_does_not_apply_is_neither_missing_nor_part_of_the_maximum(county) -> None:
    campaign = county.campaign(["甲"])
    points = county.points(campaign, 1, "equal")
    out = points["criterion_id"] == "h0_2"
    points.loc[out, "points"] = float("nan")
    points.loc[out, "reason_code"] = "scoring.not_applicable"
    made = sums_of(county, points, campaign)["h0"]
    assert (made["points"], made["max_points"], made["n_missing"]) == (8.0, 8.0, 0)


def test_rows_of_other_tracks_are_left_out(county) -> None:
    campaign = county.campaign(["甲"])
    points = county.points(campaign, 1, "equal")
    both = pd.concat([points, points.assign(track_id="pioneer")], ignore_index=True)
    assert sums_of(county, both, campaign)["h0"]["points"] == 14.0


def test_a_heading_settled_as_one_gives_its_own_points_and_counts_what_its_lines_lack(county) -> None:
    campaign = county.campaign(["甲", "乙"])
    track = campaign.track("village")
    first = track.criteria[0].model_copy(update={"settle": Settlement(ceiling=10)})
    tracks = (track.model_copy(update={"criteria": (first, *track.criteria[1:])}), *campaign.tracks[1:])
    campaign = campaign.model_copy(update={"tracks": tracks})
    points = county.points(campaign, 1, "equal")
    points.loc[points["criterion_id"] == "h0_2", "points"] = float("nan")
    own = points[points["criterion_id"] == "h0_1"].assign(
        criterion_id="h0", source="heading", points=10.0, max_points=10.0, reachable=10.0
    )
    made = sums_of(county, pd.concat([points, own], ignore_index=True), campaign)
    assert (made["h0"]["points"], made["h0"]["max_points"], made["h0"]["n_missing"]) == (10.0, 10.0, 1)
    assert made["h1"]["points"] == 14.0


def test_only_headings_that_a_unit_has_are_drawn_and_all_of_them_without_rows(county) -> None:
    track = county.campaign(["甲", "乙"]).track("village")
    points = county.points(county.campaign(["甲", "乙"]), 1, "equal")
    assert [top.id for top in headings_of(points, track)] == ["h0", "h1"]
    assert [top.id for top in headings_of(points[points["criterion_id"] == "h1_2"], track)] == ["h1"]
    assert headings_of(points[:0], track) == track.criteria
