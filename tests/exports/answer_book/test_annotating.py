"""The copy with what is wrong at its cells: what of a stranger's workbook comes along, and what never does."""

import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hostile import SHEET, change
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from pbwidgets.errors import DataError, Problem
from pbwidgets.exports.answer_book import annotating
from pbwidgets.exports.answer_book.annotating import annotate
from pbwidgets.intake import looks, workbook
from pbwidgets.intake.looks import looks_apart
from pbwidgets.intake.workbook import open_workbook, unpack_apart

WRONG = (Problem("intake.no_number", "a.xlsx", "表!B2", {"value": "二十", "title": "人数"}),)
EVIL = "evil"
Spoil = Callable[[Workbook, Worksheet], object]
SPOILT: dict[str, Spoil] = {
    "name_that_acts": lambda book, _: book.defined_names.add(
        DefinedName("_xlnm.Auto_Open", attr_text="evil!$A$1", hidden=True)
    ),
    "name_of_another_file": lambda book, _: book.defined_names.add(
        DefinedName("evil", attr_text="'\\\\evil\\[a.xlsx]a'!$A$1")
    ),
    "name_of_a_sheet": lambda _, page: page.defined_names.add(DefinedName("evil", attr_text="表!$A$1")),
    "list_of_another_file": lambda _, page: page.add_data_validation(
        DataValidation("list", formula1="'[evil.xlsx]表'!$A$1:$A$9", sqref="B2")
    ),
    "rule_that_computes": lambda _, page: page.add_data_validation(
        DataValidation("custom", formula1='=WEBSERVICE("http://evil.invalid")', sqref="B2")
    ),
    "list_with_a_message": lambda _, page: page.add_data_validation(
        DataValidation(
            "list", formula1='"甲,乙"', sqref="B2", prompt="evil", error="evil", promptTitle="evil"
        )
    ),
    "colour_that_computes": lambda _, page: page.conditional_formatting.add(
        "A1:B9", FormulaRule(formula=['WEBSERVICE("http://evil.invalid")="1"'])
    ),
    "link": lambda _, page: setattr(page["A2"], "hyperlink", "http://evil.invalid/a"),
    "header": lambda _, page: setattr(page.HeaderFooter.oddHeader.center, "text", "evil"),
    "footer": lambda _, page: setattr(page.HeaderFooter.evenFooter.left, "text", "evil"),
    "property": lambda book, _: book.custom_doc_props.append(StringProperty(name="evil", value="evil")),
    "author": lambda book, _: setattr(book.properties, "creator", "evil"),
    "comment": lambda _, page: setattr(page["A1"], "comment", Comment("evil", "evil")),
    "format_with_words": lambda _, page: setattr(page["A2"], "number_format", '"evil";"evil";"evil";"evil"'),
    "formula": lambda _, page: page.cell(5, 1, '=HYPERLINK("http://evil.invalid")'),
    "name_of_a_style": lambda _, page: setattr(page["A2"], "font", Font(name="evil", bold=True)),
    "code_name": lambda _, page: setattr(page.sheet_properties, "codeName", "evil"),
}


def make(path: Path, spoil: Spoil | None = None) -> Path:
    book = Workbook()
    page = book.worksheets[0]
    page.title = "表"
    for row in (("单位", "人数"), ("上坪村", "二十"), ("下坪村", 5)):
        page.append(row)
    if spoil is not None:
        spoil(book, page)
    book.save(path)
    return path


def parts_of(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return "\n".join(f"{name} {archive.read(name).decode()}" for name in archive.namelist())


@pytest.mark.parametrize("name", SPOILT)
def test_nothing_of_a_stranger_that_acts_or_tells_comes_along(name: str, tmp_path: Path) -> None:
    sent = make(tmp_path / "a.xlsx", SPOILT[name])
    assert EVIL in parts_of(sent)
    copy = annotate(sent.read_bytes(), WRONG, tmp_path / "copy.xlsx", "zh_CN")
    assert EVIL not in parts_of(copy)
    page = load_workbook(copy)["表"]
    assert (page["A2"].value, page["B2"].value, page["B3"].value) == ("上坪村", "二十", 5)
    assert page["B2"].comment is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</sheetData>", '<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'),
        ("</sheetData>", '</sheetData><mergeCells count="1"><mergeCell ref="A30:XFD1048576"/></mergeCells>'),
        ("</sheetData>", '</sheetData><hyperlinks><hyperlink ref="A1:XFD1048576" location="a"/></hyperlinks>'),
        ("</sheetData>", '</sheetData><dataValidations><dataValidation type="list" sqref="A1:XFD1048576">'
         '<formula1>"a,b"</formula1></dataValidation></dataValidations>'),
        ("<sheetData>", '<cols><col min="1" max="16384" width="9" style="0"/></cols><sheetData>'),
    ],
    ids=["empty_cell", "merged", "link", "list", "columns"],
)  # fmt: skip
def test_what_reaches_to_the_end_of_the_sheet_takes_no_more_than_what_is_filled_in(
    old: str, new: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "unpack_apart", unpack_apart)
    monkeypatch.setattr(looks, "looks_apart", looks_apart)
    sent = change(make(tmp_path / "a.xlsx"), sheet=(SHEET, old, new))
    copy = annotate(sent.read_bytes(), WRONG, tmp_path / "copy.xlsx")
    assert copy.stat().st_size < 20_000
    page = load_workbook(copy)["表"]
    assert page["B2"].comment is not None
    assert (page.max_row, page.merged_cells.ranges) == (3, set())


def dress(book: Workbook, page: Worksheet) -> None:
    line = Side("thin", "000000")
    page["A1"].font, page["A1"].fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1F4E79")
    page["B4"].border = Border(line, line, line, line)
    page["B4"].number_format = "@"
    page["A5"], page["A5"].number_format = 12, "00000"
    page["B5"], page["B5"].number_format = 0.8, "0%"
    page["A6"], page["B6"] = datetime(2026, 5, 6), "=1/0"
    page.merge_cells("C1:D2")
    page.column_dimensions["C"].width, page.column_dimensions["D"].hidden = 33, True
    page.row_dimensions[2].hidden = True
    page.freeze_panes = "B2"
    page.add_data_validation(
        DataValidation("list", formula1='"十,二十"', sqref="B2:B9", showErrorMessage=True)
    )
    page.add_data_validation(DataValidation("list", formula1="'甲 乙'!$A$1:$A$2", sqref="A2:A9 C3"))
    other = book.create_sheet("甲 乙")
    other.append(["=不是公式"])
    other["A1"].data_type, other.sheet_state = "s", "hidden"


def test_the_copy_looks_as_what_was_sent_and_is_read_as_that_was(tmp_path: Path) -> None:
    sent = make(tmp_path / "a.xlsx", dress)
    copy = annotate(sent.read_bytes(), WRONG, tmp_path / "copy.xlsx", "zh_CN")
    book = load_workbook(copy)
    page = book["表"]
    assert (page["A1"].font.b, page["A1"].fill.fgColor.rgb) == (True, "FF1F4E79")
    assert (page["B4"].border.left.style, page["B4"].number_format) == ("thin", "@")
    assert page.column_dimensions["C"].width == pytest.approx(33, abs=1)
    assert (page.column_dimensions["D"].hidden, page.row_dimensions[2].hidden) == (True, True)
    assert page.freeze_panes == "B2"
    assert [str(area) for area in page.merged_cells.ranges] == ["C1:D2"]
    lists = {str(rule.sqref): rule.formula1 for rule in page.data_validations.dataValidation}
    assert lists == {"B2:B9": '"十,二十"', "A2:A9": "'甲 乙'!$A$1:$A$2", "C3": "'甲 乙'!$A$1:$A$2"}
    assert book["甲 乙"].sheet_state == "hidden"
    assert book["甲 乙"]["A1"].data_type == "s"
    before, after = (open_workbook(path.read_bytes(), "a.xlsx")[0] for path in (sent, copy))
    texts = [[[sheet.cell(row, at).text for at in range(2)] for row in range(5)] for sheet in (before, after)]
    assert texts[0] == texts[1]
    assert texts[0][4] == ["00012", "0.8"]
    assert after.percents == {(4, 1)}
    assert after.rows[5][0] == before.rows[5][0]
    assert set(after.broken) == set(before.broken) == {(5, 1)}  # it is not taken for an empty cell


def test_what_is_right_in_the_second_copy_no_longer_looks_wrong(tmp_path: Path) -> None:
    first = annotate(make(tmp_path / "a.xlsx").read_bytes(), WRONG, tmp_path / "copy.xlsx")
    elsewhere = (Problem("intake.no_number", "a.xlsx", "表!A3", {"value": "x", "title": "x"}),)
    second = load_workbook(annotate(first.read_bytes(), elsewhere, tmp_path / "second.xlsx"))["表"]
    assert (second["B2"].comment, second["B2"].fill.patternType) == (None, None)
    assert second["A3"].fill.fgColor.rgb == "FFF8CBAD"


def test_how_a_damaged_part_looks_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "looks_apart", looks_apart)
    cols = ("<sheetData>", '<cols><col min="x" max="3" width="9"/></cols><sheetData>')
    sent = change(make(tmp_path / "a.xlsx"), sheet=(SHEET, *cols))
    assert load_workbook(annotate(sent.read_bytes(), WRONG, tmp_path / "copy.xlsx"))["表"]["B2"].comment


@pytest.mark.parametrize("limit", ["MOST_ROWS", "MOST_CELLS", "MOST_SIGNS"])
def test_of_what_is_too_large_there_is_no_copy_and_that_is_said(
    limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annotating, limit, 2)
    with pytest.raises(DataError, match="没有标注副本"):
        annotate(make(tmp_path / "a.xlsx").read_bytes(), WRONG, tmp_path / "copy.xlsx")
    assert not (tmp_path / "copy.xlsx").exists()
