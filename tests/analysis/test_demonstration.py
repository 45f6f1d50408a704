"""A track of the demonstration, read into tables, gives what the campaign gives: to the last digit."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import pbwidgets as pb
from pbwidgets.campaign import Campaign
from pbwidgets.scoring.frames import Records, Scores
from pbwidgets.workflows import open_workspace, take_snapshot

TRACK = "township"


def to_table(campaign: Campaign, records: Records) -> pd.DataFrame:
    """The submissions of a track as a row for each unit; the rows of a repeat are a list in their cell."""
    track = campaign.track(TRACK)
    rows: dict[str, dict[str, Any]] = {
        code: {"编码": code, "乡镇": name}
        for code, name, kind in zip(
            records.units["unit_code"], records.units["unit_name"], records.units["kind"], strict=True
        )
        if kind in track.unit_kind
    }
    labels = {path: field.label.zh for path, field in campaign.form("township_application").leaves()}
    repeats = {field.id: field.label.zh for field in campaign.form("township_application").fields}
    ours = records.submissions[records.submissions["form_id"] == "township_application"]
    for given in ours.to_dict("records"):
        root, _, inner = given["field"].partition("/")
        if not inner:
            rows[given["unit_code"]][labels[given["field"]]] = given["value"]
            continue
        entries = rows[given["unit_code"]].setdefault(repeats[root], [])
        entries += [{} for _ in range(given["row"] + 1 - len(entries))]
        entries[given["row"]][inner] = given["value"]
    return pd.DataFrame(list(rows.values()))


@pytest.fixture(scope="module")
def both(county: Path) -> tuple[Scores, pb.Scored]:
    with open_workspace(county) as workspace:
        opened = workspace.opened("sanji_lianzheng")
        records = take_snapshot(workspace, opened).records()
    table = to_table(opened.campaign, records)
    marks = records.ratings[records.ratings["unit_code"].isin(table["编码"])]
    scored = pb.score(table, pb.Sheet.of(opened.campaign, TRACK), unit="乡镇", marks=marks)
    return pb.score_campaign(opened.campaign, opened.period_id, records), scored


@pytest.mark.parametrize("frame", ["marks", "points", "totals", "ranking", "selection", "reference"])
def test_a_table_gives_the_frame_that_the_campaign_gives(frame: str, both: tuple[Scores, pb.Scored]) -> None:
    wanted, scored = both
    of_campaign = getattr(wanted, frame)
    if frame == "marks":
        codes = scored.scores.ranking["unit_code"]
        of_campaign = of_campaign[of_campaign["unit_code"].isin(codes)]
    else:
        of_campaign = of_campaign[of_campaign["track_id"] == TRACK]

    assert len(of_campaign) > 20
    assert_frame_equal(getattr(scored.scores, frame), of_campaign.reset_index(drop=True), check_exact=True)


def test_the_reasons_are_those_of_the_reports(both: tuple[Scores, pb.Scored]) -> None:
    wanted, scored = both
    said = scored.reasons.set_index(["unit_code", "line", "layer"])["reason"]
    campaign = scored.sheet.campaign
    lines = {line.id: line.name.zh for line in campaign.track(TRACK).lines()}
    from pbwidgets.scoring import word_reason

    ours = wanted.points[wanted.points["track_id"] == TRACK].to_dict("records")
    assert len(ours) == len(said)
    for row in ours:
        words = word_reason(campaign, row["reason_code"], row["reason_args"], "zh_CN")
        assert said[row["unit_code"], lines[row["criterion_id"]], row["layer"]] == words


def test_the_lines_of_a_campaign_written_as_a_sheet_give_its_points_and_reasons(
    both: tuple[Scores, pb.Scored],
) -> None:
    wanted, scored = both
    track = scored.sheet.track
    measures = {measure.id: measure for measure in scored.sheet.campaign.measures}
    lines = []
    for item in track.numbered():
        line = item.criterion
        rule = line.rule.model_dump() if line.rule is not None else {}
        measure = measures.get(rule.get("measure", ""))
        heading = {"heading": item.heading.name.zh} if item.heading else {}
        counted = {"unit": measure.unit.zh if measure.unit else None} if measure else {}
        rule |= {"measure": measure.name.zh} if measure else {}
        lines.append({"line": line.name.zh, "points": line.points, "rule": rule, **heading, **counted})
    ties = [track.criteria[1].name.zh, track.criteria[3].name.zh]
    names = {line.id: line.name.zh for line in track.lines()}
    county = scored.points[scored.points["layer"] == "county"]
    rated = county[county["source"] == "marks"].dropna(subset="points")
    values = wanted.measures[wanted.measures["unit_code"].isin(scored.names)]
    table = values.pivot(index="unit_code", columns="measure_id", values="value")
    table = table.rename(columns={one.id: one.name.zh for one in measures.values()})
    table.insert(0, "单位名称", table.index.map(scored.names))

    made = pb.score(
        table, pb.sheet(lines, ties=ties), unit="单位名称", marks=rated[["unit_code", "line", "points"]]
    )

    keys = ["unit_code", "line"]
    ours, theirs = made.points.set_index(keys)["points"], county.set_index(keys)["points"]
    assert_frame_equal(ours.to_frame(), theirs.loc[ours.index].to_frame(), check_exact=True)
    ranked = ["rank", "unit", "unit_code", "total", "tie_group", "n_missing"]
    assert_frame_equal(made.ranking[ranked], scored.ranking[ranked], check_exact=True)
    computed = scored.points["source"] == "computed"
    of_county = scored.reasons[computed & (scored.points["layer"] == "county")].set_index(keys)["reason"]
    assert made.reasons.set_index(keys)["reason"].loc[of_county.index].tolist() == of_county.tolist()
    assert set(names.values()) == set(made.points["line"])
