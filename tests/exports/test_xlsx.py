"""Workbooks: text stays text, numbers stay numbers, the print set-up is there."""

import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from office import Office
from openpyxl import load_workbook

from pbwidgets.exports import About, Column, Sheet, build_workbook
from pbwidgets.exports.columns import Sum
from pbwidgets.intake.files import open_sheets

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


# -- sums ----------------------------------------------------------------------------------------------

POINTS = {
    "name": Column("评分项"),
    "self": Column("自评", format="number"),
    "county": Column("县级", format="number"),
}


def make_score_sheet() -> Sheet:
    """Two headings with their lines and the totals: the county has capped one heading, and rounds the total."""
    rows = [
        ("一", 5.0, 5.123), ("1", 2.0, 2.0), ("2", 3.0, 3.123),
        ("二", 4.0, 6.0), ("3", 4.0, 7.5), ("4", None, None),
        ("总分", 9.0, 11.12),
    ]  # fmt: skip
    parts = {0: (1, 2), 3: (4, 5), 6: (0, 3)}
    sums = tuple(
        Sum(row, name, tuple((part, name) for part in below), digits=2 if row == 6 else None)
        for row, below in parts.items()
        for name in ("self", "county")
    )
    return Sheet("评分表", pd.DataFrame(rows, columns=list(POINTS)), POINTS, sums)


def test_a_number_that_sums_up_others_is_a_formula_and_one_that_does_not_stays_a_number(
    tmp_path: Path,
) -> None:
    path = build_workbook([make_score_sheet()], tmp_path / "a.xlsx", about=ABOUT)
    page = load_workbook(path).worksheets[1]
    assert [page[f"B{row}"].value for row in (2, 5, 8)] == ["=SUM(B3:B4)", "=SUM(B6:B7)", "=SUM(B2,B5)"]
    assert [page[f"C{row}"].value for row in (2, 5, 8)] == ["=SUM(C3:C4)", 6, "=ROUND(SUM(C2,C5),2)"]
    assert page["B7"].value == "缺"


def test_who_does_not_compute_formulas_reads_their_results(tmp_path: Path) -> None:
    sheet = make_score_sheet()
    read = open_sheets(build_workbook([sheet], tmp_path / "a.xlsx", about=ABOUT))[1]
    assert [row[2] for row in read.rows[1:6]] == sheet.frame["county"].tolist()[:5]
    assert (read.rows[7][1:3], dict(read.broken)) == ([9.0, 11.12], {})


def without_results(path: Path) -> Path:
    """The workbook without what its formulas give, so that nobody can do without computing them."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, re.sub(rb"(<f>[^<]*</f>)<v>[^<]*</v>", rb"\1", part))
    return path


def test_who_computes_formulas_again_gets_the_same_numbers(office: Office, tmp_path: Path) -> None:
    sheet = make_score_sheet()
    path = without_results(build_workbook([sheet], tmp_path / "a.xlsx", about=ABOUT))
    (made,) = office.convert([path], "xlsx", tmp_path / "again")
    page = load_workbook(made, data_only=True).worksheets[1]
    for place, name in (("B", "self"), ("C", "county")):
        shown = pd.Series([page[f"{place}{row}"].value for row in (2, 3, 4, 5, 6, 8)], dtype=float)
        assert shown.tolist() == pytest.approx(sheet.frame[name].drop(5).tolist(), abs=1e-9)


def test_a_part_that_is_not_shown_leaves_the_number_as_it_is(tmp_path: Path) -> None:
    sheet = make_score_sheet()
    sums = (Sum(0, "self", ((1, "self"), (2, "hidden"))),)
    path = build_workbook([Sheet("表", sheet.frame, POINTS, sums)], tmp_path / "a.xlsx", about=ABOUT)
    assert load_workbook(path).worksheets[1]["B2"].value == 5


# -- what a workbook says about itself -----------------------------------------------------------------


def test_an_empty_list_makes_no_sheet_and_is_named_on_the_first(ranking, columns, tmp_path: Path) -> None:
    sheets = [Sheet("排名", ranking, columns), Sheet("整改", ranking.head(0), columns)]
    book = load_workbook(build_workbook(sheets, tmp_path / "a.xlsx", about=ABOUT))
    assert book.sheetnames == ["说明", "排名"]
    assert ("没有内容的表", "整改") in list(book.worksheets[0].iter_rows(values_only=True))


def test_a_workbook_of_nothing_still_has_its_headings(ranking, columns, tmp_path: Path) -> None:
    path = build_workbook([Sheet("排名", ranking.head(0), columns)], tmp_path / "a.xlsx", about=ABOUT)
    assert [cell.value for cell in load_workbook(path)["排名"][1]] == ["名次", "代码", "村名", "总分", "结果"]


def test_the_dictionary_says_what_columns_mean_once_for_sheets_that_share_them(tmp_path: Path) -> None:
    frame = pd.DataFrame({"total": [88.5], "own": [1.0], "self": [3.25]})
    columns = {
        "total": Column("总分", format="number"),
        "self": Column("自评", format="number", source="points.points:self"),
        "own": Column("自定", format="number"),
    }
    sheets = [Sheet(name, frame, columns) for name in ("甲", "乙", "丙", "丁")]
    path = build_workbook(sheets, tmp_path / "a.xlsx", about=ABOUT, dictionary=True)
    rows = list(load_workbook(path)["数据字典"].iter_rows(min_row=2, values_only=True))
    where = "甲、乙、丙等4张"
    assert [(row[0], row[1], row[4]) for row in rows] == [
        (where, "总分", "ranking.total"), (where, "自评", "points.points:self"), (where, "自定", None)
    ]  # fmt: skip
    assert "取整" in str(rows[0][2])
    assert rows[1][3] == "数值，最多2位小数"


def test_the_list_before_the_sheets_links_to_each_of_them(ranking, columns, tmp_path: Path) -> None:
    sheets = [Sheet(name, ranking.head(1), columns) for name in ("O'Brien/甲村", "乙村")]
    index = Sheet("一览", pd.DataFrame({"unit": ["甲", "乙"]}), {"unit": Column("单位")})
    book = load_workbook(build_workbook(sheets, tmp_path / "a.xlsx", about=ABOUT, index=index))
    assert book.sheetnames == ["说明", "一览", "O'Brien 甲村", "乙村"]
    links = [book["一览"][f"A{row}"].hyperlink.location for row in (2, 3)]
    assert links == ["'O''Brien 甲村'!A1", "'乙村'!A1"]


def test_a_long_text_has_room_for_all_its_lines(tmp_path: Path) -> None:
    frame = pd.DataFrame({"reason": ["短", "理由" * 60]})
    path = build_workbook([Sheet("表", frame, {"reason": Column("理由")})], tmp_path / "a.xlsx", about=ABOUT)
    heights = load_workbook(path).worksheets[1].row_dimensions
    assert heights[2].height is None
    assert heights[3].height >= 5 * 15
