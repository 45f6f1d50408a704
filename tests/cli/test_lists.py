"""`pbwidgets score` and `select`: results on stdout, and nothing else."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from counties import CAMPAIGN, run_pbwidgets, run_process

from pbwidgets.store import load_allotments, load_nominations
from pbwidgets.workflows.ground.workspace import open_workspace

PLACES = {"township": 10, "village": 100, "pioneer": 100}
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def selected(county: Path) -> Rows:
    done = run_pbwidgets("select", CAMPAIGN, "--format", "json", cwd=county)
    assert (done.returncode, done.stderr) == (0, "")
    rows: Rows = json.loads(done.stdout)
    return rows


@pytest.fixture(scope="module")
def scored(county: Path) -> Rows:
    done = run_pbwidgets("score", CAMPAIGN, "--track", "village", "--format", "json", cwd=county)
    assert (done.returncode, done.stderr) == (0, "")
    rows: Rows = json.loads(done.stdout)
    return rows


def with_status(rows: Rows, track: str, status: str) -> Rows:
    return [row for row in rows if row["track_id"] == track and row["status"] == status]


def test_every_line_is_listed_with_points_maximum_source_and_reason(county: Path) -> None:
    done = run_pbwidgets("score", CAMPAIGN, "--track", "township", "--lines", "--format", "csv", cwd=county)
    assert (done.returncode, done.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {"unit_name", "track", "layer", "number", "criterion_id", "criterion", "reachable"} <= set(rows[0])
    assert all(row["reason"] and row["reason_code"].startswith("scoring.") for row in rows)
    assert {row["source"] for row in rows} == {"computed", "marks"}
    assert all(float(row["points"] or 0) <= float(row["max_points"]) for row in rows)


def test_the_sheet_of_one_unit_comes_as_data_as_well(county: Path, scored: Rows) -> None:
    village = scored[0]
    asked = ("--track", "village", "--explain", village["unit_code"], "--format", "json")
    done = run_pbwidgets("score", CAMPAIGN, *asked, cwd=county)
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    (score,), (selected,), lines = told["scores"], told["selection"], told["lines"]
    assert score["total"] == selected["total"] == village["total"]
    counted = [line["points"] for line in lines if line["layer"] == "county"]
    assert sum(counted) == pytest.approx(village["total"], abs=0.01)
    assert {"decided", "decided_on", "decided_by", "decided_reason"} <= set(selected)


def test_score_sheets_come_in_one_workbook_whose_totals_are_the_scores(county: Path, tmp_path: Path) -> None:
    path, track = tmp_path / "sheets.xlsx", ("--track", "township")
    done = run_pbwidgets("score", CAMPAIGN, *track, "--sheets", "-o", str(path), cwd=county)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    listed = json.loads(run_pbwidgets("score", CAMPAIGN, *track, "--format", "json", cwd=county).stdout)
    shown, formulas = openpyxl.load_workbook(path, data_only=True), openpyxl.load_workbook(path)
    assert shown.sheetnames == ["说明", "评分表一览", *(row["unit_name"] for row in listed), "数据字典"]
    for row in (row for row in listed if row["rank"]):
        total = shown[row["unit_name"]].max_row
        assert shown[row["unit_name"]].cell(total, 5).value == row["total"]
        assert "SUM(" in str(formulas[row["unit_name"]].cell(total, 5).value)


def test_the_sheets_of_one_unit_are_those_below_it_and_too_many_are_refused(
    county: Path, tmp_path: Path
) -> None:
    path = tmp_path / "sheets.xlsx"
    asked = ("--track", "village", "--sheets", "-o", str(path))
    assert run_pbwidgets("score", CAMPAIGN, *asked, "--under", "990101003", cwd=county).returncode == 0
    names = openpyxl.load_workbook(path, read_only=True).sheetnames
    assert 10 < len(names) < 40
    for wrong, said in (
        (asked, "最多放200张"),
        ((*asked, "--under", "99"), "没有单位“99”"),
        ((*asked, "--lines"), "只能用一个"),
        (("--under", "990101003"), "--sheets"),
        (("--sheets",), "-o"),
    ):
        done = run_pbwidgets("score", CAMPAIGN, *wrong, cwd=county)
        assert (done.returncode, said in done.stderr) == (2, True), (wrong, done.stderr)


def test_analysts_get_the_same_columns_as_parquet(county: Path, tmp_path: Path, selected: Rows) -> None:
    path = tmp_path / "selection.parquet"
    done = run_pbwidgets("select", CAMPAIGN, "--format", "parquet", "-o", str(path), cwd=county)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    frame = pd.read_parquet(path)
    assert frame.astype(object).where(frame.notna(), None).to_dict("records") == selected
    done = run_pbwidgets("score", CAMPAIGN, "--format", "parquet", cwd=county)
    assert (done.returncode, "-o 结果.parquet" in done.stderr) == (2, True)


# -- select --------------------------------------------------------------------------------------------


def test_every_unit_of_every_track_has_one_row_with_a_reason_in_both_languages(selected: Rows) -> None:
    assert isinstance(selected, list)
    counts = pd.Series([row["track_id"] for row in selected]).value_counts().to_dict()
    assert counts == {"village": 499, "pioneer": 180, "township": 25}
    assert len({(row["track_id"], row["unit_code"]) for row in selected}) == len(selected)
    assert all(row["reason_zh"] and row["reason_en"] and row["status"] for row in selected)
    assert all(row["status"] == row["proposed"] for row in selected)  # nothing decided yet
    assert all(row["decided"] is None for row in selected)


@pytest.mark.parametrize("track", PLACES)
def test_places_are_never_exceeded_and_only_a_tie_leaves_one_open(selected: Rows, track: str) -> None:
    taken, tied = with_status(selected, track, "selected"), with_status(selected, track, "tied_at_cut")
    assert len(taken) <= PLACES[track]
    assert len(taken) == PLACES[track] or len(taken) + len(tied) > PLACES[track]


def test_villages_are_ranked_within_their_township_as_among_all(selected: Rows, scored: Rows) -> None:
    by_town: dict[str, list[dict[str, Any]]] = {}
    for row in scored:
        if row["rank"]:
            by_town.setdefault(row["unit_code"][:9], []).append(row)
        else:
            assert row["rank_within_township"] is None
    for rows in by_town.values():
        places = [1 + sum(other["rank"] < row["rank"] for other in rows) for row in rows]
        assert [row["rank_within_township"] for row in rows] == places
        assert {row["size_within_township"] for row in rows} == {len(rows)}
    of_villages = {row["unit_code"]: row["rank_within_township"] for row in scored}
    assert {
        row["unit_code"]: row["rank_within_township"] for row in selected if row["track_id"] == "village"
    } == of_villages
    others = [row for row in selected if row["track_id"] != "village"]
    assert all(row["rank_within_township"] is None for row in others)


def test_the_tie_is_marked_with_one_group(selected: Rows) -> None:
    tied = with_status(selected, "township", "tied_at_cut")
    assert len(tied) == 2
    assert len({(row["rank"], row["total"], row["tie_group"]) for row in tied}) == 1


def test_no_vetoed_unit_is_selected_or_recommended(selected: Rows) -> None:
    vetoed = [row for row in selected if row["unit_code"] in ("990101003005", "990101006004")]
    assert sorted(row["status"] for row in vetoed) == ["barred", "disqualified"]
    assert not any(row["recommended"] for row in vetoed)
    assert {row["status"]: row["rank"] > 0 for row in vetoed} == {"barred": True, "disqualified": False}


def test_no_township_is_above_its_allotment(selected: Rows, county: Path) -> None:
    with open_workspace(county) as workspace, workspace.store.read() as reader:
        allotted = load_allotments(reader, CAMPAIGN, "2026").set_index("by_unit")["allotted"]
        by_unit = load_nominations(reader, CAMPAIGN, "2026").set_index("unit_code")["by_unit"]
    taken = pd.Series([by_unit[row["unit_code"]] for row in with_status(selected, "village", "selected")])
    counts = taken.value_counts()
    assert (counts <= allotted[counts.index]).all()
    assert counts["990101008"] <= 5


def test_nobody_is_selected_without_a_nomination(selected: Rows, county: Path) -> None:
    with open_workspace(county) as workspace, workspace.store.read() as reader:
        nominated = set(load_nominations(reader, CAMPAIGN, "2026")["unit_code"])
    for track in ("village", "pioneer"):
        assert {row["unit_code"] for row in with_status(selected, track, "selected")} <= nominated


def test_the_waiting_list_is_numbered_from_one(selected: Rows) -> None:
    for track in ("village", "pioneer"):
        orders = sorted(row["waiting_order"] for row in with_status(selected, track, "waiting"))
        assert orders[0] == 1
        assert len(orders) == 10


def test_the_best_come_first_and_units_without_a_rank_last(selected: Rows) -> None:
    ranks = [row["rank"] for row in selected if row["track_id"] == "village"]
    ranked = [rank for rank in ranks if rank]
    assert ranked == sorted(ranked)
    assert not any(ranks[len(ranked) :])


def test_one_track_can_be_listed_alone(county: Path) -> None:
    done = run_pbwidgets("select", CAMPAIGN, "--track", "township", "--format", "json", cwd=county)
    assert {row["track_id"] for row in json.loads(done.stdout)} == {"township"}


# -- score ---------------------------------------------------------------------------------------------


def test_scores_show_all_layers_beside_the_total_and_what_is_missing(scored: Rows) -> None:
    assert len(scored) == 499
    first = scored[0]
    assert first["rank"] == 1
    assert first["total"] == first["total_county"]
    assert {"total_self", "total_township", "total_county", "provisional", "n_missing", "lost"} <= set(first)
    by_code = {row["unit_code"]: row for row in scored}
    assert (by_code["990101004002"]["provisional"], by_code["990101004002"]["n_missing"]) == (True, 1)
    assert by_code["990101002003"]["total_county"] is None


def test_every_unit_below_its_maximum_says_where_points_went(scored: Rows) -> None:
    assert all(row["lost"] for row in scored if row["total_county"] is not None and row["total_county"] < 90)


# -- forms ---------------------------------------------------------------------------------------------


def test_csv_on_stdout_is_plain_and_in_a_file_it_opens_in_excel(county: Path, tmp_path: Path) -> None:
    shown = run_process("score", CAMPAIGN, "--track", "township", "--format", "csv", cwd=county)
    rows = list(csv.DictReader(io.StringIO(shown.stdout)))
    assert len(rows) == 25
    assert rows[0]["unit_name"]
    file = tmp_path / "得分.csv"
    done = run_pbwidgets(
        "score", CAMPAIGN, "--track", "township", "--format", "csv", "-o", str(file), cwd=county
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig")))) == rows


def test_json_in_a_file_has_no_byte_order_mark(county: Path, tmp_path: Path) -> None:
    file = tmp_path / "select.json"
    run_pbwidgets("select", CAMPAIGN, "--track", "township", "--format", "json", "-o", str(file), cwd=county)
    assert len(json.loads(file.read_text(encoding="utf-8"))) == 25


def test_a_workbook_opens_with_one_row_a_unit(county: Path, tmp_path: Path) -> None:
    file = tmp_path / "select.xlsx"
    done = run_pbwidgets(
        "select", CAMPAIGN, "--track", "township", "--format", "xlsx", "-o", str(file), cwd=county
    )
    assert (done.returncode, done.stdout) == (0, "")
    sheets = openpyxl.load_workbook(file).worksheets
    codes = {str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row}
    assert {f"990101{number:03d}" for number in range(1, 26)} <= codes
    assert {"编码", "名次", "拟入选"} <= codes
    assert not {"unit_code", "selected"} & codes


def test_a_workbook_needs_a_file(county: Path) -> None:
    done = run_pbwidgets("select", CAMPAIGN, "--format", "xlsx", cwd=county)
    assert (done.returncode, done.stdout) == (2, "")
    assert "-o" in done.stderr


def test_a_table_is_readable(county: Path) -> None:
    done = run_pbwidgets("select", CAMPAIGN, "--track", "township", cwd=county)
    assert done.returncode == 0
    assert "990101019" in done.stdout


# -- wrong usage ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("score", "sanji_lianzhen"), "sanji_lianzheng"),
        (("select", CAMPAIGN, "--track", "vilage"), "village"),
        (("select", CAMPAIGN, "--period", "2025"), "2026"),
        (("score", CAMPAIGN, "--explain", "990101003999"), "990101003"),
        (("score", CAMPAIGN, "--format", "jsn"), "json"),
        (("select",), "C"),
        (("selct", CAMPAIGN), "selct"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_is_right(
    county: Path, args: tuple[str, ...], said: str
) -> None:
    done = run_pbwidgets(*args, cwd=county)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_snapshot_is_a_data_error(county: Path) -> None:
    done = run_pbwidgets("score", CAMPAIGN, "--snapshot", "0123456789ab", cwd=county)
    assert (done.returncode, done.stdout) == (1, "")
    assert "0123456789ab" in done.stderr


def test_messages_are_english_if_the_environment_says_so(county: Path) -> None:
    done = run_pbwidgets("select", CAMPAIGN, "--track", "vilage", cwd=county, PBWIDGETS_LANG="en")
    assert 'Did you mean "village"?' in done.stderr
    sheet = run_pbwidgets("score", CAMPAIGN, "--explain", "990101008", cwd=county, PBWIDGETS_LANG="en")
    assert "rank 13" in sheet.stdout or "rank" in sheet.stdout


def test_no_output_contains_accounts_of_raters(county: Path) -> None:
    for command in ("score", "select"):
        done = run_pbwidgets(command, CAMPAIGN, "--format", "csv", cwd=county)
        assert "demo-" not in done.stdout
    sheet = run_pbwidgets("score", CAMPAIGN, "--explain", "990101010001", cwd=county)
    assert "demo-" not in sheet.stdout
