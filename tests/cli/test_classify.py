"""`pbwidgets classify`: proposals with decisions, decisions from a table, moves between two days."""

import json
from pathlib import Path

import openpyxl
import pytest
from classed import BODY, CAMPAIGN, A, B, C, D, E, make_classed
from counties import run_pbwidgets

from pbwidgets.store import load_audit
from pbwidgets.workflows.ground.workspace import open_workspace


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_classed(tmp_path / "classed")


def listed(folder: Path) -> dict[str, dict[str, object]]:
    done = run_pbwidgets("classify", CAMPAIGN, "--format", "json", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return {row["unit_code"]: row for row in json.loads(done.stdout)}


def test_a_written_list_can_be_filled_in_and_read_back(folder: Path) -> None:
    done = run_pbwidgets("classify", CAMPAIGN, "--format", "xlsx", "-o", "list.xlsx", cwd=folder)
    assert done.returncode == 0, done.stderr
    book = openpyxl.load_workbook(folder / "list.xlsx")
    sheet = book.worksheets[-1]
    columns = {str(cell.value): cell.column for cell in sheet[1]}
    added = len(columns) + 1
    sheet.cell(1, added, "定类")
    decided = {A: "二类", B: "三类", C: "一类"}
    for row in range(2, sheet.max_row + 1):
        code = str(sheet.cell(row, columns["unit_code"]).value)
        sheet.cell(row, added, decided.get(code))
    book.save(folder / "list.xlsx")
    done = run_pbwidgets(
        "--as", "office", "classify", CAMPAIGN, "--decide", "list.xlsx", "--on", "2026-06-30",
        "--reason", "会议研究决定", "--present", "组长、成员", cwd=folder,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "已登记 3 个单位" in done.stderr
    rows = listed(folder)
    assert {code: row["decided"] for code, row in rows.items()} == {A: 2, B: 3, C: 1, D: 0, E: 0}
    assert (rows[A]["decided_by"], rows[A]["decided_on"]) == (
        BODY,
        "2026-06-30",
    )  # the body named in the campaign
    assert (rows[A]["proposed"], rows[A]["decided_reason"]) == (2, "会议研究决定")
    with open_workspace(folder) as workspace, workspace.store.read() as reader:
        deeds = [row for row in load_audit(reader) if row.deed.action == "decide_class"]
    assert [row.actor.name for row in deeds[-3:]] == ["office"] * 3


def test_a_table_with_problems_is_refused_with_every_row_named(folder: Path) -> None:
    (folder / "d.csv").write_text(f"编码,定类\n{A},一类\n{C},优\n{D},三类", encoding="utf-8")
    done = run_pbwidgets("classify", CAMPAIGN, "--decide", "d.csv", "--reason", "研究", cwd=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert "d.csv:2: classes.kept_down" in done.stderr
    assert "d.csv:3: classes.unknown_class" in done.stderr
    assert {row["decided"] for row in listed(folder).values()} == {0}


def test_moves_are_listed_as_a_table_and_as_rows(folder: Path) -> None:
    (folder / "d.csv").write_text(f"unit,class,reason\n{A},2,整改到位\n{C},1,新设", encoding="utf-8")
    args = ("--decide", "d.csv", "--by", "区委", "--on", "2026-06-30")
    done = run_pbwidgets("classify", CAMPAIGN, *args, cwd=folder)
    assert done.returncode == 0, done.stderr
    asked = ("classify", CAMPAIGN, "--moves", "2025-12-31", "2026-06-30")
    rows = json.loads(run_pbwidgets(*asked, "--format", "json", cwd=folder).stdout)
    assert [(row["unit_code"], row["class_before"], row["class_after"], row["move"]) for row in rows] == [
        (A, 3, 2, "up"),
        (B, 1, 1, "same"),
        (C, 0, 1, "new"),
    ]
    table = run_pbwidgets(*asked, "--track", "teams", cwd=folder).stdout.splitlines()
    assert table[1].split() == [
        "小队定级",
        A,
        "一队",
        "三类",
        "二类",
        "上升",
        "区委",
        "2026-06-30",
        "整改到位",
    ]


def test_a_table_of_classes_is_readable(folder: Path) -> None:
    lines = run_pbwidgets("classify", CAMPAIGN, cwd=folder, PBWIDGETS_LANG="en").stdout.splitlines()
    assert lines[1].split()[:5] == ["Teams", A, "一队", "class", "II"]
    assert "95 points; kept down by" in lines[1]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--track", "team"), "teams"),
        (("--moves", "2026-06-30", "2025-12-31"), "应早于"),
        (("--moves", "2026-06-30", "soon"), "soon"),
        (("--by", "区委"), "--by 只用于 --decide"),
        (("--reason", "x", "--moves", "2025-12-31", "2026-06-30"), "--reason 只用于"),
        (("--decide", "d.csv", "--moves", "2025-12-31", "2026-06-30"), "不能同时使用"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_is_right(
    folder: Path, args: tuple[str, ...], said: str
) -> None:
    done = run_pbwidgets("classify", CAMPAIGN, *args, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_campaign_without_classes_says_so(county: Path) -> None:
    done = run_pbwidgets("classify", "sanji_lianzheng", cwd=county)
    assert (done.returncode, done.stdout) == (2, "")
    assert "没有分类评定" in done.stderr
