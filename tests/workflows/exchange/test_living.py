"""Fixed rows, units and entries that live: out in a workbook, changed by the right hand, and back."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from amended import CLERK, LEVEL, OFFICE, SISTER, UNIT, VILLAGE, desk_of, open_living
from returns import FIRST_ROW, Filled

from pbwidgets.campaign.one_form import campaign_around
from pbwidgets.campaign.pointing import KnownUnits
from pbwidgets.errors import ProblemsError
from pbwidgets.exports.answer_book.cells import CellRefusedError, Cells
from pbwidgets.store import SubmissionKey, history, load_state
from pbwidgets.workflows.exchange.answers import (
    export_answers,
    list_answers,
    read_return,
    store_return,
    write_template,
)
from pbwidgets.workflows.exchange.returned import Return
from pbwidgets.workflows.filling.drafts import hand_in_form
from pbwidgets.workflows.filling.entries import begin_entry
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace

FAULT = {"fault": "门窗破损", "found_on": "2026-10-05", "due_on": "2026-10-25"}
TASK = {"task": "整治楼道", "given_on": "2026-10-08", "due_on": "2026-10-31", "office": OFFICE}
LINES = [{"row": "team", "state": "begun"}, {"row": "rooms", "state": "none"}]
NAME, ENTRY, ROW = "#row_name", "#entry", "#row"
Desks = Callable[..., Desk]


@pytest.fixture(scope="module")
def living_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("living")
    with open_living(folder):
        pass
    return folder


@pytest.fixture
def workspace(living_folder: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(living_folder, tmp_path / "living")
    with open_workspace(tmp_path / "living") as made:
        yield made


@pytest.fixture
def desk(workspace: Workspace) -> Desks:
    return lambda actor: desk_of(workspace, actor)


def begin(desk: Desk, form_id: str, answers: Mapping[str, Any], unit: str = VILLAGE) -> SubmissionKey:
    many = desk.opened.campaign.form(form_id).occurrence == "many"
    key = begin_entry(desk, form_id, unit) if many else desk.opened.submission_key(form_id, unit)
    hand_in_form(desk, key, answers, 1 if many else 0)
    return key


def answers_of(workspace: Workspace, key: SubmissionKey) -> Any:
    with workspace.store.read() as reader:
        found = load_state(reader, key)
    return found and found.answers


def codes_at(returned: Return) -> dict[str, str]:
    return {problem.place: problem.code for problem in returned.findings}


def place(filled: Filled, form_id: str, row: int, name: str, repeat: str = "") -> str:
    page = filled.page(form_id, repeat)
    return f"{page.title}!{page.cell(row, filled.column(page, name)).coordinate}"


def set_cell(filled: Filled, form_id: str, row: int, name: str, value: object, repeat: str = "") -> str:
    page = filled.page(form_id, repeat)
    page.cell(row, filled.column(page, name)).value = value  # type: ignore[assignment]
    return place(filled, form_id, row, name, repeat)


# -- fixed rows --------------------------------------------------------------------------------------------


@pytest.fixture
def lines(desk: Desks, tmp_path: Path) -> Filled:
    """The template of the clauses, for one village."""
    return Filled(write_template(desk(UNIT), ["clauses"], [], tmp_path / "template.xlsx"))


def test_the_rows_of_a_table_stand_in_the_sheet_and_come_back_as_its_rows(
    workspace: Workspace, desk: Desks, lines: Filled
) -> None:
    page = lines.page("clauses", "lines")
    names = [page.cell(row, lines.column(page, NAME)).value for row in range(FIRST_ROW, page.max_row + 1)]
    assert names == ["班子", "场所"]
    assert page.cell(FIRST_ROW, lines.column(page, "#row_due")).value.isoformat()[:10] == "2026-12-15"
    assert [page.cell(at, lines.column(page, ROW)).value for at in (6, 7)] == ["team", "rooms"]
    hidden = page.cell(FIRST_ROW, lines.column(page, ROW)).column_letter
    assert page.column_dimensions[hidden].hidden
    lines.put("clauses", VILLAGE, leader="支部书记")
    set_cell(lines, "clauses", FIRST_ROW, "state", "推进中", "lines")
    set_cell(lines, "clauses", FIRST_ROW + 1, "note", "正在选址", "lines")
    returned = read_return(desk(UNIT), lines.save())
    assert returned.is_right, returned.findings
    assert [(value.label, value.after) for value in returned.changes[0].values] == [
        ("负责人职务", "支部书记"),
        ("条款“班子”：进度", "推进中"),
        ("条款“场所”：说明", "正在选址"),
    ]
    assert store_return(desk(UNIT), returned).stored == 1
    key = desk(UNIT).opened.submission_key("clauses", VILLAGE)
    expected = [{"row": "team", "state": "begun"}, {"row": "rooms", "note": "正在选址"}]
    assert answers_of(workspace, key) == {"leader": "支部书记", "lines": expected}
    listed = list_answers(desk(UNIT), ["clauses"])
    rows = listed[listed["field"] == "lines/row"]
    assert list(zip(rows["row"], rows["value"], rows["label"], strict=True)) == [
        (0, "team", "条款"),
        (1, "rooms", "条款"),
    ]
    again = export_answers(desk(UNIT), lines.path.with_name("again.xlsx"), ["clauses"])
    assert read_return(desk(UNIT), again).count("unchanged") == 1


def test_rows_that_are_missing_doubled_unknown_or_torn_apart_are_findings_at_their_cell(
    desk: Desks, lines: Filled
) -> None:
    lines.put("clauses", VILLAGE, leader="支部书记")
    page = lines.page("clauses", "lines")
    first, second = FIRST_ROW, FIRST_ROW + 1
    row_id = page.cell(second, lines.column(page, ROW))
    for value, expected in (
        (
            "nothing",
            {
                place(lines, "clauses", second, NAME, "lines"): "exchange.row_not_in_table",
                place(lines, "clauses", first, NAME, "lines"): "exchange.rows_missing",
            },
        ),
        (
            "team",
            {
                place(lines, "clauses", second, "#unit", "lines"): "exchange.row_twice",
                place(lines, "clauses", first, NAME, "lines"): "exchange.rows_missing",
            },
        ),
    ):
        row_id.value = value
        assert codes_at(read_return(desk(UNIT), lines.save())) == expected
    row_id.value = "rooms"
    wrong = set_cell(lines, "clauses", second, NAME, "班子", "lines")
    assert codes_at(read_return(desk(UNIT), lines.save())) == {wrong: "exchange.row_name_differs"}
    set_cell(lines, "clauses", second, NAME, "场所", "lines")
    page.delete_rows(first)
    set_cell(lines, "clauses", first, "state", "推进中", "lines")
    returned = read_return(desk(UNIT), lines.save())
    assert [problem.message("zh_CN") for problem in returned.findings] == ["该单位的“条款”缺少：班子。"]


def test_rows_may_be_sorted(workspace: Workspace, desk: Desks, lines: Filled) -> None:
    lines.put("clauses", VILLAGE, leader="支部书记")
    page = lines.page("clauses", "lines")
    set_cell(lines, "clauses", FIRST_ROW + 1, "state", "已达标", "lines")
    wide = range(1, page.max_column + 1)
    first, second = ([page.cell(row, at).value for at in wide] for row in (FIRST_ROW, FIRST_ROW + 1))
    for at, pair in enumerate(zip(second, first, strict=True), start=1):
        for row, value in enumerate(pair, start=FIRST_ROW):
            page.cell(row, at).value = value
    returned = read_return(desk(UNIT), lines.save())
    assert returned.is_right, returned.findings
    store_return(desk(UNIT), returned)
    key = desk(UNIT).opened.submission_key("clauses", VILLAGE)
    assert answers_of(workspace, key)["lines"] == [{"row": "team"}, {"row": "rooms", "state": "done"}]


# -- fields that point at units ----------------------------------------------------------------------------


def test_a_unit_is_written_by_its_name_and_found_by_name_or_code(
    workspace: Workspace, desk: Desks, tmp_path: Path
) -> None:
    filled = Filled(write_template(desk(LEVEL), ["tasks"], [], tmp_path / "tasks.xlsx"))
    rows = []
    for office in ("城建办", OFFICE, f"城建办（{OFFICE}）", "城建", "上坪村"):
        given = {"task": f"任务{office}", "given_on": "2026-10-08", "due_on": "2026-10-31", "office": office}
        rows.append(filled.add("tasks", VILLAGE, **given))
    returned = read_return(desk(LEVEL), filled.save())
    assert codes_at(returned) == {
        place(filled, "tasks", rows[3], "office"): "exchange.unknown_name",
        place(filled, "tasks", rows[4], "office"): "exchange.answer",
    }
    said = next(one for one in returned.findings if one.code == "exchange.unknown_name")
    assert f"城建办（{OFFICE}）" in said.remedy("zh_CN")
    assert store_return(desk(LEVEL), returned, accept_good_rows=True).stored == 3
    key = replace(desk(LEVEL).opened.submission_key("tasks", VILLAGE), occurrence=3)
    assert answers_of(workspace, key)["office"] == OFFICE
    again = Filled(export_answers(desk(LEVEL), tmp_path / "again.xlsx", ["tasks"]))
    page = again.page("tasks")
    assert page.cell(FIRST_ROW, again.column(page, "office")).value == "城建办"
    rules = filled.page("tasks").data_validations.dataValidation
    listed = [rule.formula1 for rule in rules if "城建办" in str(rule.formula1)]
    assert listed == ['"城建办"']


# -- entries that live -------------------------------------------------------------------------------------


def test_each_hand_changes_its_own_cells_and_no_other(
    workspace: Workspace, desk: Desks, tmp_path: Path
) -> None:
    key = begin(desk(LEVEL), "faults", FAULT)
    mine = Filled(write_template(desk(UNIT), ["faults"], [], tmp_path / "mine.xlsx"))
    page = mine.page("faults")
    assert page.cell(FIRST_ROW, mine.column(page, ENTRY)).value == 1
    assert page.max_row == FIRST_ROW  # the unit begins none
    open_now = {
        name
        for name in ("fault", "found_on", "due_on", "fixed_on", "closed_on")
        if page.cell(FIRST_ROW, mine.column(page, name)).fill.fill_type is None
    }
    assert open_now == {"fixed_on"}
    set_cell(mine, "faults", FIRST_ROW, "fixed_on", "2026-10-12")
    wrong = {
        set_cell(mine, "faults", FIRST_ROW, "closed_on", "2026-10-13"): "exchange.refused",
        set_cell(mine, "faults", FIRST_ROW, "fault", "无"): "exchange.refused",
    }
    returned = read_return(desk(UNIT), mine.save())
    assert codes_at(returned) == wrong
    assert [problem.message("zh_CN").partition("：")[0] for problem in returned.findings] == [
        "“问题”提交后不能由您改动",
        "“销号日期”提交后不能由您改动",
    ]
    with pytest.raises(ProblemsError):
        store_return(desk(UNIT), returned)
    assert answers_of(workspace, key) == FAULT
    set_cell(mine, "faults", FIRST_ROW, "closed_on", None)
    set_cell(mine, "faults", FIRST_ROW, "fault", FAULT["fault"])
    returned = read_return(desk(UNIT), mine.save())
    assert [(change.fate, change.occurrence) for change in returned.changes] == [("changed", 1)]
    assert answers_of(workspace, key) == FAULT  # nothing before it is confirmed
    assert store_return(desk(UNIT), returned).stored == 1
    assert answers_of(workspace, key) == {**FAULT, "fixed_on": "2026-10-12"}
    with workspace.store.read() as reader:
        assert [one.cause for one in history(reader, key)] == ["submit", "amend"]


def test_the_level_closes_begins_new_ones_and_moves_no_due_date_in_a_workbook(
    workspace: Workspace, desk: Desks, tmp_path: Path
) -> None:
    key = begin(desk(LEVEL), "faults", FAULT)
    ours = Filled(write_template(desk(LEVEL), ["faults"], [], tmp_path / "ours.xlsx"))
    set_cell(ours, "faults", FIRST_ROW, "closed_on", "2026-10-18")
    due = set_cell(ours, "faults", FIRST_ROW, "due_on", "2026-11-30")
    new = {"fault": "墙面渗水", "found_on": "2026-10-19", "due_on": "2026-11-05"}
    ours.add("faults", SISTER, **new)
    returned = read_return(desk(LEVEL), ours.save())
    assert codes_at(returned) == {due: "exchange.due_on_page"}
    set_cell(ours, "faults", FIRST_ROW, "due_on", FAULT["due_on"])
    returned = read_return(desk(LEVEL), ours.save())
    assert [(change.unit_code, change.fate) for change in returned.changes] == [
        (VILLAGE, "changed"),
        (SISTER, "new"),
    ]
    assert store_return(desk(LEVEL), returned).stored == 2
    assert answers_of(workspace, key) == {**FAULT, "closed_on": "2026-10-18"}
    begun = replace(desk(LEVEL).opened.submission_key("faults", SISTER), occurrence=1)
    assert answers_of(workspace, begun) == new
    assert begun.period_id == "*"


def test_who_is_named_gets_the_entry_without_what_is_sensitive(
    workspace: Workspace, desk: Desks, tmp_path: Path
) -> None:
    key = begin(desk(LEVEL), "tasks", {**TASK, "memo": "内部"})
    begin(desk(LEVEL), "tasks", {**TASK, "task": "别人的", "office": None}, SISTER)
    theirs = Filled(write_template(desk(CLERK), ["tasks"], [], tmp_path / "theirs.xlsx"))
    page = theirs.page("tasks")
    assert page.max_row == FIRST_ROW
    assert page.cell(FIRST_ROW, theirs.column(page, "memo")).value is None
    set_cell(theirs, "tasks", FIRST_ROW, "done_on", "2026-10-19")
    returned = read_return(desk(CLERK), theirs.save())
    assert returned.is_right, returned.findings
    assert store_return(desk(CLERK), returned).stored == 1
    assert answers_of(workspace, key) == {**TASK, "memo": "内部", "done_on": "2026-10-19"}


def money(kind: str, amount: float, day: str, what: str) -> dict[str, object]:
    return {"what": what, "kind": kind, "amount": amount, "moved_on": day}


def test_a_balance_broken_by_an_earlier_income_is_found_at_its_cell_before_anything_is_stored(
    workspace: Workspace, desk: Desks, tmp_path: Path
) -> None:
    income = begin(desk(UNIT), "funds", money("in", 100, "2026-10-02", "捐款"))
    begin(desk(UNIT), "funds", money("out", 80, "2026-10-05", "慰问"))
    filled = Filled(write_template(desk(UNIT), ["funds"], [], tmp_path / "funds.xlsx"))
    broken = set_cell(filled, "funds", FIRST_ROW, "amount", 50)
    (found,) = read_return(desk(UNIT), filled.save()).findings
    assert found.place == broken
    said = "关爱基金余额不足：计入“慰问”（2026-10-05）后余额为 -30，不能低于 0。"
    assert found.message("zh_CN").startswith(said)
    set_cell(filled, "funds", FIRST_ROW, "amount", 90)
    row = filled.add("funds", VILLAGE, what="捐给受灾户", kind="支出", amount=11, moved_on="2026-10-09")
    filled.add("funds", VILLAGE, what="买茶", kind="支出", amount=9, moved_on="2026-10-08")
    returned = read_return(desk(UNIT), filled.save())
    assert codes_at(returned) == {place(filled, "funds", row, "amount"): "exchange.refused"}
    assert answers_of(workspace, income)["amount"] == 100
    assert store_return(desk(UNIT), returned, accept_good_rows=True).stored == 2
    assert answers_of(workspace, income)["amount"] == 90


def test_a_name_that_several_units_have_is_written_with_its_code_and_asked_for_with_it() -> None:
    names = [
        ("9901A", "东村", "village"),
        ("9902A", "东村", "village"),
        ("9901B", "东村", "office"),
        ("9901C", "西村", "village"),
    ]
    pointing = {"type": "unit", "label": {"zh": "来访单位", "en": "Who came"}}
    fields = [{"id": "who", **pointing, "kinds": ["village"]}, {"id": "any", **pointing, "kinds": ["office"]}]
    form = {"id": "f", "name": {"zh": "表", "en": "f"}, "unit_kind": "village", "fields": fields}
    campaign = campaign_around(form, {})
    village, office = campaign.forms[0].fields
    cells = Cells(campaign, "zh_CN", KnownUnits.of(names))
    assert (cells.write(village, "9902A"), cells.write(village, "9901C")) == ("东村（9902A）", "西村")
    assert cells.list_units(village) == ["东村（9901A）", "东村（9902A）", "西村"]
    assert [cells.read(village, text) for text in ("东村（9902A）", "东村 (9901A)", "西村")] == [
        "9902A",
        "9901A",
        "9901C",
    ]
    assert cells.read(office, "东村") == "9901B"  # the only one of a kind that the field asks for
    with pytest.raises(CellRefusedError) as caught:
        cells.read(village, "东村")
    assert caught.value.code == "exchange.ambiguous_unit"
    assert caught.value.args_of_message["nearest"] == "东村（9901A）、东村（9902A）"
