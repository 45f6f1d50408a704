"""Each awkward case of the demonstration, in the scores and in the report of a township (``preparing.py``)."""

import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from counties import run_pbwidgets

from pbwidgets.scoring import Scores
from pbwidgets.store import load_nominations, load_units
from pbwidgets.workflows.ground.snapshots import Snapshot, take_snapshot
from pbwidgets.workflows.ground.workspace import open_workspace


@pytest.fixture(scope="module")
def snapshot(county: Path) -> Snapshot:
    with open_workspace(county) as workspace:
        return take_snapshot(workspace, workspace.opened())


@pytest.fixture(scope="module")
def scores(snapshot: Snapshot) -> Scores:
    return snapshot.scores()


def row_of(frame: pd.DataFrame, **where: object) -> pd.Series:
    """The only row with these values."""
    found = frame
    for column, value in where.items():
        found = found[found[column] == value]
    assert len(found) == 1, (where, len(found))
    return found.iloc[0]


def total_of(scores: Scores, code: str, layer: str) -> pd.Series:
    return row_of(scores.totals, unit_code=code, layer=layer)


def page_of(reports: Path, code: str) -> str:
    return (reports / code / "report.html").read_text(encoding="utf-8")


def workbook_rows(reports: Path, code: str) -> list[str]:
    """Every row of every sheet in a township's workbook, its cells joined."""
    book = openpyxl.load_workbook(reports / code / "tables.xlsx", data_only=True)
    return [
        " | ".join("" if cell is None else str(cell) for cell in row)
        for sheet in book.worksheets
        for row in sheet.iter_rows(values_only=True)
    ]


def lines_about(reports: Path, code: str, *words: str) -> list[str]:
    """Rows of a township's workbook that contain all the given words."""
    return [line for line in workbook_rows(reports, code) if all(word in line for word in words)]


# -- vetoes --------------------------------------------------------------------------------------------


def test_a_village_with_an_incident_is_barred_and_keeps_its_score(scores: Scores) -> None:
    row = row_of(scores.selection, unit_code="990101003005")
    assert row["status"] == "barred"
    assert row["rank"] > 0
    assert total_of(scores, "990101003005", "final")["total"] > 0
    assert "不得入选" in row["reason_zh"]
    assert "cannot be selected" in row["reason_en"]


def test_the_report_shows_the_barred_village(reports: Path) -> None:
    assert lines_about(reports, "990101003", "990101003005", "不得入选")
    assert "发生信访及影响稳定事件" in page_of(reports, "990101003")


def test_a_falsified_application_is_disqualified_with_its_basis(scores: Scores) -> None:
    row = row_of(scores.selection, unit_code="990101006004")
    assert (row["status"], row["rank"]) == ("disqualified", 0)
    assert "云演组通〔2026〕31号" in row["reason_zh"]
    assert "disqualified" in row["reason_en"]


def test_the_report_shows_the_disqualified_village(reports: Path) -> None:
    assert lines_about(reports, "990101016", "990101016002", "取消评选资格", "云演组通〔2026〕31号")


# -- the cut -------------------------------------------------------------------------------------------


def test_the_tie_at_the_cut_is_marked_and_left_open(scores: Scores) -> None:
    of_track = scores.selection[scores.selection["track_id"] == "township"]
    tied = of_track[of_track["status"] == "tied_at_cut"]
    assert len(tied) == 2
    assert tied["total"].nunique() == tied["rank"].nunique() == 1
    assert (tied["tie_group"] > 0).all()
    assert (of_track["status"] == "selected").sum() == 9  # one of 10 places is left to the meeting
    assert tied["reason_zh"].str.contains("留待评审会议确定").all()
    assert tied["reason_en"].str.contains("open, for the meeting").all()


def test_the_report_of_a_tied_township_says_so(reports: Path) -> None:
    assert "留待评审会议确定" in page_of(reports, "990101016")


# -- nominations ---------------------------------------------------------------------------------------


def test_a_list_above_its_allotment_is_cut_by_the_townships_own_order(scores: Scores, county: Path) -> None:
    row = row_of(scores.balance, by_unit="990101008", track_id="village")
    assert (row["allotted"], row["nominated"], row["refused"]) == (5, 5, 2)
    with open_workspace(county) as workspace, workspace.store.read() as reader:
        listed = load_nominations(reader, "sanji_lianzheng", "2026")
    own = listed[(listed["by_unit"] == "990101008") & (listed["track_id"] == "village")].sort_values("order")
    status = scores.selection.set_index("unit_code")["status"]
    assert [status[code] == "not_nominated" for code in own["unit_code"]] == [False] * 5 + [True] * 2
    reasons = scores.selection.set_index("unit_code")["reason_zh"]
    assert all("5" in reasons[code] for code in own["unit_code"][-2:])


def test_the_report_of_the_township_above_its_allotment_shows_the_balance(reports: Path) -> None:
    assert "分配" in page_of(reports, "990101008")
    assert len(lines_about(reports, "990101008", "超出")) >= 2


def test_below_the_lowest_number_the_township_is_shown_as_short(scores: Scores) -> None:
    row = row_of(scores.balance, by_unit="990101011", track_id="village")
    assert (row["nominated"], row["refused"], row["short"]) == (3, 0, 1)


def test_the_report_of_the_short_township_shows_what_it_nominated(reports: Path) -> None:
    (header,) = {
        line
        for line in workbook_rows(reports, "990101019")
        if "分配" in line and "申报" in line and "入选" in line
    }
    rows = lines_about(reports, "990101019", "党建工作示范村", "| 5 |", "| 3 |")
    assert rows
    cells = dict(zip(header.split(" | "), rows[0].split(" | "), strict=True))
    assert "1" in [value for name, value in cells.items() if "少" in name or "不足" in name]


# -- what is missing -----------------------------------------------------------------------------------


def test_a_township_without_submissions_has_no_data_and_no_rank(scores: Scores) -> None:
    row = row_of(scores.selection, unit_code="990101019")
    assert (row["status"], row["rank"]) == ("no_data", 0)
    assert pd.isna(row["total"])


def test_the_report_of_the_township_without_submissions_is_made_and_says_so(reports: Path) -> None:
    assert "没有计入评定的填报" in page_of(reports, "990101019")


def test_without_county_marks_the_townships_marks_give_a_provisional_total(
    scores: Scores,
) -> None:
    final = total_of(scores, "990101002003", "final")
    assert bool(final["provisional"])
    assert final["total"] == pytest.approx(total_of(scores, "990101002003", "township")["total"])
    assert pd.isna(total_of(scores, "990101002003", "county")["total"])
    assert "暂定" in row_of(scores.selection, unit_code="990101002003")["reason_zh"]
    assert "provisional" in row_of(scores.selection, unit_code="990101002003")["reason_en"].lower()


def test_a_single_missing_line_is_counted_and_left_out_of_the_sum(scores: Scores) -> None:
    final = total_of(scores, "990101004002", "final")
    assert (bool(final["provisional"]), final["n_missing"]) == (True, 1)
    lines = scores.points[
        (scores.points["unit_code"] == "990101004002") & (scores.points["layer"] == "county")
    ]
    missing = lines[lines["points"].isna()]
    assert missing["criterion_id"].tolist() == ["v6_industry"]
    assert final["total"] == pytest.approx(lines["points"].sum())


@pytest.mark.parametrize(("town", "village"), [("990101002", "990101002003"), ("990101002", "990101002002")])
def test_reports_show_provisional_totals(reports: Path, town: str, village: str) -> None:
    assert lines_about(reports, town, village, "暂定")


def test_a_returned_submission_does_not_count(scores: Scores, snapshot: Snapshot) -> None:
    answers = snapshot.records().submissions
    ours = answers[(answers["unit_code"] == "990101005006") & (answers["form_id"] == "village_application")]
    assert ours.empty
    assert total_of(scores, "990101005006", "final")["n_missing"] >= 5


def test_the_report_shows_the_village_whose_application_was_returned(reports: Path) -> None:
    assert lines_about(reports, "990101003", "990101003008", "缺少评分或数据")


def test_a_merged_village_stays_in_the_register_and_leaves_the_contest(county: Path, scores: Scores) -> None:
    with open_workspace(county) as workspace, workspace.store.read() as reader:
        unit = row_of(load_units(reader), unit_code="990101007009")
    assert (unit["valid_to"], unit["merged_into"]) == ("2026-06-30", "990101007001")
    for frame in (scores.selection, scores.totals, scores.points):
        assert "990101007009" not in set(frame["unit_code"])


def test_the_report_does_not_know_the_merged_village(reports: Path) -> None:
    assert lines_about(reports, "990101008", "990101008001")
    assert not lines_about(reports, "990101008", "990101008009")
    assert "990101008009" not in page_of(reports, "990101008")


# -- raters --------------------------------------------------------------------------------------------


def test_marks_given_before_the_newest_version_are_stale_and_reported_as_such(scores: Scores) -> None:
    marks = scores.marks[(scores.marks["unit_code"] == "990101009002") & (scores.marks["layer"] == "county")]
    assert (marks["n_stale"] == marks["n_raters"]).all()
    assert len(marks)
    others = scores.marks[scores.marks["unit_code"] == "990101009003"]
    assert (others["n_stale"] == 0).all()


def test_the_report_says_which_marks_are_based_on_older_material(reports: Path) -> None:
    assert lines_about(reports, "990101009", "990101009002", "修改前的材料")
    assert not lines_about(reports, "990101009", "990101009003", "修改前的材料")


def test_a_recused_reviewers_mark_leaves_the_mean_and_the_fact_is_recorded(
    scores: Scores, snapshot: Snapshot
) -> None:
    ratings = snapshot.records().ratings
    given = ratings[
        (ratings["unit_code"] == "990101010001")
        & (ratings["criterion_id"] == "v1_unity")
        & (ratings["layer"] == "county")
    ]
    assert sorted(given["recused"]) == [False, True]
    mark = row_of(scores.marks, unit_code="990101010001", criterion_id="v1_unity", layer="county")
    assert (mark["n_raters"], mark["n_recused"]) == (1, 1)
    assert mark["points"] == given.loc[~given["recused"], "points"].item()


def test_the_report_says_that_a_mark_was_left_out(reports: Path) -> None:
    assert lines_about(reports, "990101009", "990101009004", "回避未计入")


def test_reports_say_everywhere_that_the_data_are_a_demonstration(reports: Path) -> None:
    for code in ("990101003", "990101019"):
        assert "演示数据" in page_of(reports, code)
        assert any("演示数据" in line for line in workbook_rows(reports, code))


def test_explain_writes_the_score_sheet_of_a_case_as_a_clerk_would(county: Path) -> None:
    done = run_pbwidgets("score", "sanji_lianzheng", "--explain", "990101009002", cwd=county)
    assert done.returncode == 0
    assert "三级联争评分表：" in done.stdout
    assert "其中2个评分依据的是修改前的材料" in done.stdout
    english = run_pbwidgets(
        "score", "sanji_lianzheng", "--explain", "990101003005", cwd=county, PBWIDGETS_LANG="en"
    )
    assert "cannot be selected" in english.stdout
    assert json.dumps(english.stdout).count("\\u") < 40  # unit names stay Chinese, everything else is English
