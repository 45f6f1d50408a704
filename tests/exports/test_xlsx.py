"""Workbooks: text stays text, numbers stay numbers, the print set-up is there."""

from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from pbwidgets.exports import About, Column, Sheet, build_workbook

pytestmark = pytest.mark.xdist_group("office")

ABOUT = About("三级联争", "2026", "20261121-ab12", unit="虚构乡", synthetic=True)


@pytest.fixture(scope="module")
def file(ranking, columns, tmp_path_factory) -> Path:
    sheets = [Sheet("排名", ranking, columns), Sheet("排名", ranking.head(2), columns)]
    return build_workbook(sheets, tmp_path_factory.mktemp("book") / "tables.xlsx", about=ABOUT)


@pytest.fixture(scope="module")
def book(file):
    return load_workbook(file)


def test_the_first_sheet_shows_campaign_period_snapshot_and_that_data_are_made_up(book) -> None:
    first = book.worksheets[0]
    assert first.title == "说明"
    said = {row[0]: row[1] for row in first.iter_rows(values_only=True)}
    assert (said["活动"], said["周期"], said["数据快照"]) == ("三级联争", "2026", "20261121-ab12")
    assert "演示数据" in said["数据性质"]


def test_codes_are_text_and_numbers_are_numbers(book) -> None:
    page = book.worksheets[1]
    assert page["B2"].value == "990000000000"
    assert page["B2"].data_type == "s"
    assert (page["A2"].value, page["D2"].value) == (1, 97.5)
    assert page["D2"].number_format == "0.00"


def test_a_missing_number_is_a_word_and_not_zero(book) -> None:
    assert book.worksheets[1]["D31"].value == "缺"


def test_columns_that_are_not_named_are_left_out(book) -> None:
    assert [cell.value for cell in book.worksheets[1][1]] == ["名次", "代码", "村名", "总分", "结果"]
    assert "不应出现" not in str([list(page.iter_rows(values_only=True)) for page in book.worksheets])


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x")', "\t=1"])
def test_a_text_that_looks_like_a_formula_stays_a_text(text, tmp_path: Path) -> None:
    frame = pd.DataFrame({"note": [text]})
    path = build_workbook([Sheet("表", frame, {"note": Column(text)})], tmp_path / "a.xlsx", about=ABOUT)
    cell = load_workbook(path).worksheets[1]["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_characters_that_excel_forbids_are_left_out(tmp_path: Path) -> None:
    frame = pd.DataFrame({"note": ["甲\x07乙"]})
    path = build_workbook([Sheet("表", frame, {"note": Column("备注")})], tmp_path / "a.xlsx", about=ABOUT)
    assert load_workbook(path).worksheets[1]["A2"].value == "甲乙"


def test_dates_and_percents_have_their_formats(tmp_path: Path) -> None:
    frame = pd.DataFrame({"day": ["2026-05-01", None], "share": [87.5, float("nan")]})
    columns = {"day": Column("日期", format="date"), "share": Column("比例", format="percent")}
    page = load_workbook(
        build_workbook([Sheet("表", frame, columns)], tmp_path / "a.xlsx", about=ABOUT)
    ).worksheets[1]
    assert page["A2"].value.date().isoformat() == "2026-05-01"
    assert page["A2"].number_format == "yyyy-mm-dd"
    assert page["B2"].number_format == '0.0"%"'
    assert page["A3"].value in {None, ""}


def test_tables_are_frozen_filtered_and_set_up_for_print(book) -> None:
    page = book.worksheets[1]
    assert page.freeze_panes == "B2"
    assert page.auto_filter.ref == "A1:E31"
    assert page.print_title_rows == "$1:$1"
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0)
    assert page.sheet_properties.pageSetUpPr.fitToPage


def test_columns_are_as_wide_as_their_chinese_text(book) -> None:
    # 13 Chinese characters, two digits, one more character
    assert book.worksheets[1].column_dimensions["C"].width >= 2 * 14 + 2


@pytest.mark.parametrize("name", ["排名", "a" * 40, "x/y:z", "", "'"])
def test_sheet_names_are_made_valid_and_unique(name, ranking, columns, tmp_path: Path) -> None:
    sheets = [Sheet(name, ranking.head(1), columns)] * 3
    names = load_workbook(build_workbook(sheets, tmp_path / "a.xlsx", about=ABOUT)).sheetnames
    assert len({made.lower() for made in names}) == 4
    assert all(0 < len(made) <= 31 for made in names)


def test_the_same_input_gives_the_same_bytes(ranking, columns, tmp_path: Path) -> None:
    def make(name: str) -> bytes:
        return build_workbook([Sheet("表", ranking, columns)], tmp_path / name, about=ABOUT).read_bytes()

    assert make("a.xlsx") == make("b.xlsx")


def test_libreoffice_opens_the_workbook_with_its_chinese_text(file, to_pages) -> None:
    text = "".join(to_pages(file)).replace(" ", "").replace("\n", "")
    assert "虚构青石岭民族团结进步示范29村" in text
    assert "演示数据" in text
