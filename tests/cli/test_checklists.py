"""`pbwidgets score` and `select` of a campaign that is a checklist: standings in words, and its lists."""

import json
from pathlib import Path

import pandas as pd
import pytest
from counties import OPERATOR, OTHER_VILLAGE, SISTER, VILLAGE, make_register, run_pbwidgets
from openpyxl import load_workbook
from two_months import CHECKLIST, NOVEMBER, open_month

from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.organise.register import save_units


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("county")
    with open_workspace(folder) as workspace:
        save_units(workspace, OPERATOR, make_register())
        open_month(workspace, NOVEMBER, {SISTER: 3, OTHER_VILLAGE: 1})
    return folder


def test_the_standings_are_a_matrix_in_plain_words(county: Path) -> None:
    out = run_pbwidgets("score", CHECKLIST, cwd=county).stdout
    lines = [line.split() for line in out.splitlines() if line.strip()]
    assert lines[0] == ["上坪村", "下坪村", "红旗村", "向阳村"] or lines[0] == ["按期开会", "常开会"]
    rows = {line[0]: line[1:] for line in lines[1:]}
    assert rows == {
        "上坪村": ["已逾期", "46", "未达到"],
        "下坪村": ["已达标", "已达标"],
        "红旗村": ["已达标", "未达到"],
        "向阳村": ["已逾期", "46", "未达到"],
    }


def test_programs_and_lines_get_one_row_a_check(county: Path, tmp_path: Path) -> None:
    rows = json.loads(run_pbwidgets("score", CHECKLIST, "--format", "json", cwd=county).stdout)
    assert len(rows) == 8
    assert rows[0] == {
        "track_id": "compliance", "track": "达标情况", "unit_code": VILLAGE, "unit_name": "上坪村",
        "heading_id": "", "heading": "", "check_id": "meet", "part": "", "check": "按期开会",
        "state": "overdue", "state_words": "已逾期", "value": None, "least": 1.0, "most": None,
        "due_on": "2026-10-15", "overdue_days": 46, "due_moved": 0,
    }  # fmt: skip
    path = tmp_path / "lines.parquet"
    run_pbwidgets(
        "score", CHECKLIST, "--track", "compliance", "--format", "parquet", "-o", str(path), cwd=county
    )
    frame = pd.read_parquet(path)
    assert frame.astype(object).where(frame.notna(), None).to_dict("records") == rows
    table = run_pbwidgets("score", CHECKLIST, "--lines", cwd=county).stdout
    assert "按期开会" in table
    assert "状态" in table.splitlines()[0]


def test_the_matrix_is_a_workbook_too(county: Path, tmp_path: Path) -> None:
    path = tmp_path / "matrix.xlsx"
    run_pbwidgets("score", CHECKLIST, "--format", "xlsx", "-o", str(path), cwd=county)
    rows = [list(row) for row in load_workbook(path)["matrix"].iter_rows(values_only=True)]
    at = next(place for place, row in enumerate(rows) if "上坪村" in row)
    assert [cell for cell in rows[at] if cell] == [VILLAGE, "上坪村", "已逾期 46", "未达到"]
    assert "常开会" in rows[at - 1]


def test_a_list_is_shown_with_its_reasons_and_one_for_the_top_is_not(county: Path) -> None:
    out = run_pbwidgets("select", CHECKLIST, "--list", "red", cwd=county).stdout
    first = out.splitlines()[1]
    assert "上坪村" in first
    assert "按期开会逾期46天" in first
    rows = json.loads(
        run_pbwidgets("select", CHECKLIST, "--list", "red", "--format", "json", cwd=county).stdout
    )
    assert [row["unit_name"] for row in rows if row["on_list"]] == ["上坪村", "向阳村"]
    refused = run_pbwidgets("select", CHECKLIST, "--list", "accountable", cwd=county)
    assert refused.returncode != 0
    assert "只供最上级查看" in refused.stderr
    assert "上坪村" not in refused.stdout + refused.stderr
    unknown = run_pbwidgets("select", CHECKLIST, "--list", "rad", cwd=county)
    assert "red" in unknown.stderr


@pytest.mark.parametrize(
    "asked",
    [("select",), ("score", "--explain", VILLAGE), ("score", "--sheets", "--format", "xlsx", "-o", "a.xlsx")],
)
def test_what_a_checklist_has_not_is_said_in_words(county: Path, asked: tuple[str, ...]) -> None:
    done = run_pbwidgets(asked[0], CHECKLIST, *asked[1:], cwd=county)
    assert done.returncode != 0
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
