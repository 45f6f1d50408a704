"""A filled official table, as offices send it, is read for a form from the places that the campaign says."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from counties import OPERATOR, SISTER, VILLAGE, key_of
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from pbwidgets.campaign.definition import Text
from pbwidgets.campaign.model import OfficialArea, OfficialTable
from pbwidgets.errors import ProblemsError, UsageError
from pbwidgets.store import Actor, load_state, save_draft
from pbwidgets.workflows import Desk
from pbwidgets.workflows.exchange.answers import read_return, store_return
from pbwidgets.workflows.exchange.returned import Return
from pbwidgets.workflows.ground.workspace import Workspace
from pbwidgets.workflows.organise.campaigns import open_definition

FORM = "village_application"
FILLER = Actor("filler", "filler", VILLAGE)
TABLE = OfficialTable(
    id="yearly",
    name=Text(zh="示范村申报汇总表", en="Yearly table"),
    unit="A2",
    expects={"A1": "示范村申报"},
    cells={"industry": "B3", "capable_members": "D3", "members_with_deeds": "D4", "five_good": "B4"},
    areas=(
        OfficialArea(
            field="good_deeds", range="A7:D12", columns={"title": "B", "done_on": "C", "benefited": "D"}
        ),
    ),
)
Change = Callable[[Worksheet], None]


def fill(path: Path, *changes: Change) -> Path:
    """The table as a village sends it: a title over all columns, labels beside cells, a list with its total."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = "申报表"
    rows: list[list[Any]] = [
        ["2026年党建工作示范村申报汇总表"],
        ["填报单位：上坪村", None, "填报日期：2026年5月6日"],
        ["主导产业", "茶叶", "有能力的党员干部", 20],
        ["五个好", "领导班子好、党员队伍好", "其中办实事的", "１２"],
        ["为群众办的好事实事"],
        ["序号", "事项", "完成日期", "受益户数"],
        [1, "安装路灯", "2026年5月6日", 40],
        [2, "修水渠", date(2026, 6, 1), 25],
        [],
        [],
        [],
        ["合计", "2件", None, 65],
        ["填表人：", None, "审核人："],
    ]
    for row in rows:
        page.append(row)
    for area in ("A1:D1", "A2:B2", "A5:D5"):
        page.merge_cells(area)
    for change in changes:
        change(page)
    book.save(path)
    return path


def put(**cells: Any) -> Change:
    """Other values in some cells."""

    def change(page: Worksheet) -> None:
        for place, value in cells.items():
            page[place] = value

    return change


@pytest.fixture
def workspace(small: Workspace) -> Workspace:
    """The small county, whose villages send an official table."""
    campaign = small.opened().campaign
    forms = tuple(
        form.model_copy(update={"official_tables": (TABLE,)}) if form.id == FORM else form
        for form in campaign.forms
    )
    open_definition(small, OPERATOR, campaign.model_copy(update={"forms": forms}))
    return small


def desk_of(workspace: Workspace, actor: Actor = OPERATOR) -> Desk:
    return Desk(workspace, actor, workspace.opened(), now=datetime(2026, 5, 10, tzinfo=UTC))


def answers_of(workspace: Workspace, unit: str = VILLAGE) -> dict[str, Any]:
    with workspace.store.read(whole=True) as reader:
        state = load_state(reader, key_of(FORM, unit))
    assert state is not None
    return dict(state.answers or {})


def found_in(returned: Return) -> list[tuple[str, str]]:
    for finding in returned.findings:
        assert finding.line("zh_CN") != finding.line("en")
        assert finding.remedy("zh_CN") or finding.code == "exchange.refused"
    return [(finding.code.partition(".")[2], finding.place) for finding in returned.findings]


# -- what is right -------------------------------------------------------------------------------------


@pytest.mark.parametrize("actor", [OPERATOR, FILLER], ids=["office", "village"])
def test_its_cells_and_rows_become_answers(workspace: Workspace, actor: Actor, tmp_path: Path) -> None:
    desk = desk_of(workspace, actor)
    returned = read_return(desk, fill(tmp_path / "a.xlsx"))
    assert found_in(returned) == []
    (change,) = returned.changes
    assert (change.unit_code, change.fate) == (VILLAGE, "new")
    assert store_return(desk, returned).stored == 1
    answers = answers_of(workspace)
    assert (answers["industry"], answers["capable_members"], answers["members_with_deeds"]) == (
        "茶叶",
        20,
        12,
    )
    assert len(answers["five_good"]) == 2
    assert answers["good_deeds"] == [
        {"title": "安装路灯", "done_on": "2026-05-06", "benefited": 40},
        {"title": "修水渠", "done_on": "2026-06-01", "benefited": 25},
    ]


def test_the_total_of_its_list_is_passed_over_and_said(workspace: Workspace, tmp_path: Path) -> None:
    returned = read_return(desk_of(workspace), fill(tmp_path / "a.xlsx"))
    passed = [note.place for note in returned.notes if note.code == "intake.row_passed_over"]
    assert passed == ["申报表!A12"]


def test_its_rows_stand_for_those_that_are_kept_and_other_answers_stay(
    workspace: Workspace, tmp_path: Path
) -> None:
    kept = {
        "supporting": "两委健全",
        "industry": "水稻",
        "good_deeds": [
            {"title": title, "done_on": "2026-05-06", "benefited": 1} for title in ("旧一", "旧二", "旧三")
        ],
    }
    with workspace.store.write(FILLER) as writer:
        save_draft(writer, key_of(FORM, VILLAGE), kept, 0)
    desk = desk_of(workspace, FILLER)
    returned = read_return(desk, fill(tmp_path / "a.xlsx"))
    assert found_in(returned) == []
    store_return(desk, returned)
    answers = answers_of(workspace)
    assert (answers["supporting"], answers["industry"]) == ("两委健全", "茶叶")
    assert [row["title"] for row in answers["good_deeds"]] == ["安装路灯", "修水渠"]


def test_the_unit_is_found_by_its_code_or_named_on_import(workspace: Workspace, tmp_path: Path) -> None:
    desk = desk_of(workspace)
    by_code = read_return(desk, fill(tmp_path / "a.xlsx", put(A2=SISTER)))
    assert [change.unit_code for change in by_code.changes] == [SISTER]
    nameless = fill(tmp_path / "b.xlsx", put(A2="填报单位："))
    assert found_in(read_return(desk, nameless)) == [("official_no_unit", "申报表!A2")]
    told = read_return(desk, nameless, form_id=FORM, unit_code=SISTER)
    assert [change.unit_code for change in told.changes] == [SISTER]
    assert found_in(read_return(desk, fill(tmp_path / "c.xlsx"), unit_code=SISTER)) == [
        ("official_other_unit", "申报表!A2")
    ]


# -- what is wrong -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"D4": "十二人"}, [("no_number", "申报表!D4")]),
        ({"D3": 700}, [("answer", "申报表!D3")]),
        ({"D4": 21}, [("answer", "申报表!D4")]),
        ({"B3": None}, [("answer_empty", "申报表!B3")]),
        ({"B4": "领导班子坏"}, [("unknown_choice", "申报表!B4")]),
        ({"C8": "去年"}, [("bad_date", "申报表!C8")]),
        ({"D7": -1}, [("answer", "申报表!D7")]),
        ({"B8": None}, [("answer_empty", "申报表!B8")]),
        ({"D3": "=1+", "D4": "二"}, [("formula_without_value", "申报表!D3"), ("no_number", "申报表!D4")]),
        ({"A1": "另一张表"}, [("official_label", "申报表!A1")]),
        ({"A2": "填报单位：无名村"}, [("official_unit", "申报表!A2")]),
        ({"A2": "填报单位：青禾镇"}, [("refused", "申报表!A2")]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_a_finding_at_its_cell_also_in_a_copy_and_nothing_is_stored(
    workspace: Workspace, cells: dict[str, object], expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    desk = desk_of(workspace)
    returned = read_return(desk, fill(tmp_path / "a.xlsx", put(**cells)))
    assert found_in(returned) == expected
    copy = load_workbook(returned.annotate(tmp_path / "copy.xlsx"))["申报表"]
    assert all(copy[place.partition("!")[2]].comment for _, place in expected)
    with pytest.raises(ProblemsError, match=expected[0][0]):
        store_return(desk, returned)


def test_a_table_of_another_village_is_refused_to_a_filler(workspace: Workspace, tmp_path: Path) -> None:
    returned = read_return(desk_of(workspace, FILLER), fill(tmp_path / "a.xlsx", put(A2="下坪村")))
    assert found_in(returned) == [("refused", "申报表!A2")]


def test_which_table_it_is_must_be_clear(workspace: Workspace, tmp_path: Path) -> None:
    desk, path = desk_of(workspace), fill(tmp_path / "a.xlsx")
    with pytest.raises(UsageError, match="没有登记上报表"):
        read_return(desk, path, form_id="pioneer_application")
    csv = tmp_path / "a.csv"
    csv.write_text("甲,乙\n1,2\n", encoding="utf-8")
    with pytest.raises(ProblemsError, match=r"exchange\.official_sheet"):
        read_return(desk, csv)
    two = load_workbook(path)
    two.create_sheet("另一张")["A1"] = "x"
    two.save(path)
    with pytest.raises(ProblemsError, match=r"exchange\.official_sheet"):
        read_return(desk, path)


def test_of_two_tables_that_fit_one_must_be_named(small: Workspace, tmp_path: Path) -> None:
    campaign = small.opened().campaign
    second = TABLE.model_copy(update={"areas": (), "cells": {"leading_group": "B3"}})
    tables = {FORM: (TABLE,), "township_setup": (second,)}
    forms = tuple(
        form.model_copy(update={"official_tables": tables.get(form.id, ())}) for form in campaign.forms
    )
    open_definition(small, OPERATOR, campaign.model_copy(update={"forms": forms}))
    desk, path = desk_of(small), fill(tmp_path / "a.xlsx")
    with pytest.raises(ProblemsError, match=r"exchange\.which_official"):
        read_return(desk, path)
    assert [change.unit_code for change in read_return(desk, path, form_id=FORM).changes] == [VILLAGE]
