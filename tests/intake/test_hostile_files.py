"""Files made to do harm: refused or made harmless, and said."""

import ast
from pathlib import Path

import pandas as pd
import pytest
from hostile import HARMLESS, REFUSED, SECRET, make_honest, with_formulas
from openpyxl import load_workbook

import pbwidgets
from pbwidgets.errors import ProblemsError
from pbwidgets.exports import About, Sheet, build_workbook
from pbwidgets.exports import Column as ShownColumn
from pbwidgets.exports.csv import to_csv
from pbwidgets.intake import Column, read_table, workbook
from pbwidgets.intake.files import open_sheets
from pbwidgets.intake.workbook import unpack_apart

COLUMNS = (Column("code", ("编码",), "code", needed=True), Column("name", ("名称",), needed=True))
ROWS = (("编码", "名称"), ("9901", "甲镇"))
SAID = {
    "macro.xlsm": ["macros_left"],
    "macro_renamed.xlsx": ["macros_left"],
    "external_link.xlsx": ["links_left"],
}


@pytest.mark.parametrize("name", HARMLESS)
def test_a_table_is_read_without_what_could_do_harm_and_what_was_left_is_said(
    name: str, tmp_path: Path
) -> None:
    sent = tmp_path / "deep" / "deeper"
    sent.mkdir(parents=True)
    table = read_table(HARMLESS[name](make_honest(sent / name, ROWS)), COLUMNS)
    assert (table.column("code"), table.column("name")) == (["9901"], ["甲镇"])
    assert [note.code.removeprefix("intake.") for note in table.notes] == SAID.get(name, [])
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [name]


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_is_refused_with_one_cause_and_what_to_do(name: str, tmp_path: Path) -> None:
    make, code = REFUSED[name]
    with pytest.raises(ProblemsError, match=f"intake.{code}") as caught:
        read_table(make(tmp_path / name, ROWS), COLUMNS)
    (problem,) = caught.value.problems
    assert problem.remedy("zh_CN")
    assert problem.remedy("en")
    assert SECRET not in problem.line("zh_CN")


@pytest.mark.parametrize("name", ["macro.xlsm", "external_link.xlsx"])
def test_the_process_of_its_own_tells_what_it_left_as_well(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "unpack_apart", unpack_apart)
    (sheet,) = open_sheets(HARMLESS[name](make_honest(tmp_path / name, ROWS)))
    assert [note.code.removeprefix("intake.") for note in sheet.notes] == SAID[name]


def test_macros_of_an_old_workbook_are_told_as_well() -> None:
    from pbwidgets.intake import unpacking

    assert unpacking._scan_old(b"\xd0\xcf" + "_VBA_PROJECT".encode("utf-16-le")) == ["intake.macros_left"]
    assert unpacking._scan_old(b"\xd0\xcf") == []


# -- formulas --------------------------------------------------------------------------------------------


def test_formulas_are_never_computed_and_without_a_result_each_is_a_problem(tmp_path: Path) -> None:
    table = read_table(with_formulas(tmp_path / "a.xlsx", ROWS), COLUMNS)
    assert table.column("name") == ["甲镇", "", "", ""]
    assert {problem.code for problem in table.problems} == {"intake.formula_without_value"}
    assert [problem.place for problem in table.problems][:2] == ["名册!A3", "名册!B3"]


def test_a_formula_without_a_result_is_told_also_where_other_texts_follow_the_cells(tmp_path: Path) -> None:
    book = load_workbook(make_honest(tmp_path / "a.xlsx", [*ROWS, ("9902", "=1/0")]))
    book.worksheets[0].oddHeader.center.text = "名册"
    book.save(tmp_path / "a.xlsx")
    table = read_table(tmp_path / "a.xlsx", COLUMNS)
    assert [(problem.code, problem.place) for problem in table.problems] == [
        ("intake.formula_without_value", "名册!B3")
    ]


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "=1+1", "@SUM(A1)", "+1-1镇", '=HYPERLINK("http://evil.invalid")']
)
def test_a_text_like_a_formula_stays_a_text_from_door_to_door(text: str, tmp_path: Path) -> None:
    sent = tmp_path / "a.csv"
    sent.write_text(to_csv(pd.DataFrame({"编码": ["9901"], "名称": [text]})), encoding="utf-8-sig")
    assert f"'{text}" in sent.read_text(encoding="utf-8-sig").replace('""', '"')
    (read,) = read_table(sent, COLUMNS).column("name")
    assert read == text
    columns = {"name": ShownColumn("名称")}
    made = build_workbook(
        [Sheet("表", pd.DataFrame({"name": [read]}), columns)], tmp_path / "b.xlsx", about=About("", "", "")
    )
    cell = load_workbook(made).worksheets[1]["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)
    again = read_table(make_honest(tmp_path / "c.xlsx", [ROWS[0], ("9901", f"'{text}")]), COLUMNS)
    assert again.problems == ()


# -- one door --------------------------------------------------------------------------------------------

OPENERS = {"load_workbook", "read_excel", "CalamineWorkbook", "ExcelFile"}
OF_OURS = {
    "intake/unpacking.py": "the table room itself",
    "campaign/workbook/entering.py": "a workbook that the same program has just written",
}


def test_no_other_room_opens_a_workbook() -> None:
    source = Path(pbwidgets.__file__).parent
    found = set()
    for path in source.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if any(name in text for name in OPENERS) else ():
            called = node.func if isinstance(node, ast.Call) else None
            name = getattr(called, "attr", getattr(called, "id", ""))
            owner = getattr(getattr(called, "value", None), "attr", "")
            if name in OPENERS or owner in OPENERS:
                found.add(path.relative_to(source).as_posix())
    assert found == set(OF_OURS)
