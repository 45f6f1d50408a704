"""Classes in reports and charts: what a unit's report says about them, and about which units."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from classed import AUTUMN, BODY, CAMPAIGN, COUNTY, NORTH, ROOT_UNIT, SOUTH, TRACK, A, B, C, D, make_classed
from counties import lay_out, run_pbwidgets

from pbwidgets.errors import UsageError
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.meeting.classes import decide_classes
from pbwidgets.workflows.meeting.decisions import Minutes
from pbwidgets.workflows.reports.blocks.drawing import draw_chart
from pbwidgets.workflows.reports.board import ShownText, board_choices, draw_board
from pbwidgets.workflows.reports.report import open_report


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with open_workspace(make_classed(tmp_path / "classed")) as made:
        yield made


def decide(workspace: Workspace, classes: dict[str, int]) -> None:
    decide_classes(
        Desk(workspace, COUNTY, workspace.opened()), TRACK, classes,
        Minutes("会议研究决定", BODY, AUTUMN))  # fmt: skip


def report_of(workspace: Workspace, unit: str, lang: str = "zh_CN") -> Any:
    return open_report(take_snapshot(workspace, workspace.opened()).folder, unit, lang)


def test_the_whole_report_lists_classes_and_moves_in_words(workspace: Workspace) -> None:
    decide(workspace, {A: 2, B: 3, C: 2})
    report = report_of(workspace, ROOT_UNIT)
    (track,) = report.tracks_below
    classes = report.classes_of(track)
    shown = classes.frame[["unit_name", "above", "class_by_total", "class_proposed", "class_decided"]]
    assert shown.to_numpy().tolist() == [
        ["一队", "北片", "一类", "二类", "二类"],
        ["三队", "北片", "二类", "二类", "二类"],
        ["二队", "北片", "一类", "三类", "三类"],
        ["四队", "南片", "三类", "三类", "未决定"],
        ["五队", "南片", "—", "—", "未决定"],
    ]
    moves = report.moves_of(track)
    assert moves.sentence == "2025-12-20 与 2026-06-30 相比：上升1个，下降1个，不变0个，新定1个。"
    listed = moves.table.frame[["unit_name", "class_from", "class_to", "move_words"]]
    assert listed.to_numpy().tolist() == [
        ["一队", "三类", "二类", "上升"],
        ["三队", "—", "二类", "新定"],
        ["二队", "一类", "三类", "下降"],
    ]


def test_a_districts_report_holds_only_its_own_units(workspace: Workspace) -> None:
    decide(workspace, {A: 2, D: 3})
    report = report_of(workspace, SOUTH, "en")
    (track,) = report.tracks_below
    assert set(report.class_decisions["unit_code"]) == {D}
    assert report.classes_of(track).frame["class_decided"].tolist() == ["class III", "undecided"]
    assert report.moves_of(track).table.frame["unit_code"].tolist() == [D]


def test_the_board_draws_the_moves_of_the_units_below(workspace: Workspace) -> None:
    opened = workspace.opened()
    desk = Desk(workspace, COUNTY, opened)
    (choice,) = (one for one in board_choices(desk, NORTH) if one.block == "class_moves")
    assert draw_board(desk, NORTH, choice) == (ShownText("分类变动", True), ShownText("本部分目前没有内容。"))
    decide(workspace, {A: 2, D: 3})
    spec = str(draw_board(desk, NORTH, choice))
    assert "↑1" in spec
    assert "未定类" not in spec  # D is new, and in another district


def test_the_chart_is_drawn_by_name_and_refused_without_classes(
    workspace: Workspace, county: Path, tmp_path: Path
) -> None:
    decide(workspace, {A: 2})
    draw_chart(
        open_report(take_snapshot(workspace, workspace.opened()).folder),
        "class_moves",
        tmp_path / "moves.svg",
    )
    assert "上升1个" in (tmp_path / "moves.svg").read_text(encoding="utf-8")
    with open_workspace(county) as other, pytest.raises(UsageError, match="没有图 class_moves"):
        draw_chart(
            open_report(take_snapshot(other, other.opened()).folder), "class_moves", tmp_path / "none.svg"
        )


def test_all_files_of_the_overview_contain_the_classes(tmp_path: Path) -> None:
    import openpyxl

    folder = make_classed(lay_out(tmp_path / "county"))
    with open_workspace(folder) as workspace:
        decide(workspace, {A: 2, B: 3, C: 2})
    done = run_pbwidgets("report", "overview", "--campaign", CAMPAIGN, cwd=folder)
    assert done.returncode == 0, done.stderr
    made = folder / "outputs" / CAMPAIGN / "2026" / "overview" / ROOT_UNIT
    assert (made / "charts" / "teams_class_moves.png").is_file()
    page = (made / "report.html").read_text(encoding="utf-8")
    assert "小队定级：分类定级" in page
    assert "上升1个，下降1个，不变0个，新定1个" in page
    sheets = openpyxl.load_workbook(made / "tables.xlsx").sheetnames
    assert {"小队定级：分类定级", "小队定级：分类变动"} <= set(sheets)
