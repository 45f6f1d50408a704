"""Problems of selection, each worked by hand in its file: who is selected, at which rank, and what is said.

A unit ``1-2`` is the second team of the first district.
"""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from pbwidgets.campaign.checks import find_mistakes
from pbwidgets.campaign.freezing import from_json, to_json
from pbwidgets.campaign.workbook import read_campaign_workbook, write_campaign_workbook
from pbwidgets.errors import DataError
from pbwidgets.workflows.meeting.decisions import check_statuses

FILES = sorted(Path(__file__).with_name("selection_problems").glob("*.yaml"))
BALANCE = ["allotted", "nominated", "refused", "short", "vetoed", "vacant", "selected"]


@cache
def read(file: Path) -> dict[str, Any]:
    return YAML(typ="safe").load(file.read_text(encoding="utf-8"))


def code(unit: str) -> str:
    district, team = unit.split("-")
    return f"99{int(district):02d}{int(team):03d}"


def make_campaign(small: Any, problem: dict[str, Any]) -> Any:
    return small.make_campaign(*(small.make_track(**{"forms": [], **track}) for track in problem["tracks"]))


def make_rows(small: Any, problem: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Records of a problem by the name of their frame."""
    given = {"track_id": "teams", "status": "in_force"}
    decided = {"decided_on": "2026-12-28", "decided_by": "评审会议", "reason": "研究决定"}
    return {
        "ratings": [
            small.mark(code(unit), points, line=line, rater_id=f"R{rater}")
            for line, units in problem["marks"].items()
            for unit, marks in units.items()
            for rater, points in enumerate(marks if isinstance(marks, list) else [marks])
        ],
        "submissions": [
            small.answer(code(unit), field, value)
            for field, units in problem.get("answers", {}).items()
            for unit, value in units.items()
        ],
        "vetoes": [{**given, **row, "unit_code": code(row["unit"])} for row in problem.get("vetoes", [])],
        "nominations": [
            {**given, "unit_code": code(unit), "by_unit": code(unit)[:4], "order": order}
            for unit, order in problem.get("nominations", {}).items()
        ],
        "allotments": [
            {"track_id": "teams", "by_unit": f"99{by:02d}", "allotted": number}
            for by, number in problem.get("allotments", {}).items()
        ],
        "decisions": [
            {"track_id": "teams", **decided, "unit_code": code(unit), "status": status}
            for unit, status in problem.get("decisions", {}).items()
        ],
        "class_decisions": [
            {**decided, "track_id": row["track"], "unit_code": code(row["unit"]), "class_no": row["class_no"]}
            for row in problem.get("class_decisions", [])
        ],
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_problem_comes_out_as_worked_by_hand(small: Any, file: Path) -> None:
    problem = read(file)
    campaign = make_campaign(small, problem)
    assert not find_mistakes(campaign)
    scores = small.score(campaign, **make_rows(small, problem))
    rows = scores.selection.set_index(["track_id", "unit_code"])
    for track, units in problem["expect"].items():
        for unit, expected in units.items():
            row = rows.loc[(track, code(unit))]
            assert [row["status"], row["rank"], row["waiting_order"]] == expected, (track, unit)
    for track, units in problem["says"].items():
        for unit, words in units.items():
            assert rows.loc[(track, code(unit)), "reason_zh"] == words, (track, unit)
            assert rows.loc[(track, code(unit)), "reason_en"], (track, unit)
    for track, units in problem.get("totals", {}).items():
        for unit, total in units.items():
            assert rows.loc[(track, code(unit)), "total"] == total
    classes = scores.classes.set_index(["track_id", "unit_code"])["proposed"]
    for track, units in problem.get("classes", {}).items():
        assert {unit: classes[track, code(unit)] for unit in units} == units
    balance = scores.balance.set_index("by_unit")
    for by, numbers in problem.get("balance", {}).items():
        assert balance.loc[f"99{by:02d}", BALANCE].tolist() == numbers


def test_every_kind_of_condition_survives_a_workbook(small: Any, tmp_path: Path) -> None:
    tracks = [
        {**track, "criteria": [small.rated(f"line_of_{track['id']}", 100)]}
        for file in (FILES[0], *FILES[3:5])
        for track in read(file)["tracks"]
    ]
    campaign = make_campaign(small, {"tracks": tracks})
    path = write_campaign_workbook(campaign, tmp_path / "made_up.xlsx", lang="zh_CN")
    read_back = read_campaign_workbook(path).content
    assert read_back == campaign
    assert from_json(to_json(read_back)) == campaign


def test_the_meeting_may_not_select_below_the_lowest_total_nor_a_unit_that_is_kept_out(small: Any) -> None:
    problem = read(FILES[0])
    campaign = make_campaign(small, problem)
    selection = small.score(campaign, **make_rows(small, problem)).selection
    own = selection[selection["track_id"] == "teams"]
    proposed = {code("1-1"): "selected", code("1-2"): "not_selected", code("1-3"): "not_selected"}
    check_statuses(campaign.track("teams"), own, proposed, {})
    with pytest.raises(DataError, match="低于入选最低分80分"):
        check_statuses(campaign.track("teams"), own, {**proposed, code("1-2"): "waiting"}, {})
    barred = read(FILES[1])
    other = make_campaign(small, barred)
    ranked = small.score(other, **make_rows(small, barred)).selection
    with pytest.raises(DataError, match="“一票否优”，不能再评定"):
        check_statuses(other.track("teams"), ranked, {code("1-1"): "selected"}, {})
