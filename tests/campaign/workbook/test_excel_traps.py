"""What Excel and its users do to cells is put right, or named where it cannot be."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from office import Office
from openpyxl import load_workbook
from workbooks import cell_of, edit

from pbwidgets.campaign import parse, read_campaign, to_json
from pbwidgets.campaign.expressions import ExpressionError
from pbwidgets.campaign.model import Campaign
from pbwidgets.campaign.workbook import (
    check_campaign_workbook,
    read_campaign_workbook,
    write_campaign_workbook,
)
from pbwidgets.campaign.workbook.cells import ABSENT, from_cell, straighten_expression
from pbwidgets.campaign.workbook.sheets import Column, Kind
from pbwidgets.intake.workbook import Cell

pytestmark = pytest.mark.xdist_group("office")


def read_as(kind: Kind, value: object, **more: Any) -> object:
    return from_cell(Column("x", ("x",), kind), Cell("A1", value, **more))


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        ("whole", 5.0, 5),
        ("number", "１０", 10),
        ("number", " 1,000.5 ", 1000.5),
        ("number", "80%", 80),
        ("number", "四十", "四十"),
        ("number", True, "TRUE"),
        ("name", 2026.0, "2026"),
        ("name", "ｖｉｌｌａｇｅ　", "village"),
        ("name", "007", "007"),
        ("words", 12, "12"),
        ("words", "  （甲） ", "（甲）"),
        ("date", datetime(2026, 3, 1), date(2026, 3, 1)),
        ("date", "2026年3月1日", date(2026, 3, 1)),
        ("date", "2026/3/1", date(2026, 3, 1)),
        ("date", "20260301", date(2026, 3, 1)),
        ("date", 46082, date(2026, 3, 1)),  # Excel's number of that day
        ("date", "2026-13-01", "2026-13-01"),
        ("flag", True, True),
        ("flag", "否", False),
        ("flag", "√", True),
        ("flag", "也许", "也许"),
        ("names", "plan，record、 notes", ["plan", "record", "notes"]),
        ("numbers", "60，57;54", [60, 57, 54]),
        ("numbers", 60.0, [60]),
        ("texts", "甲〔2026〕1号\n 乙〔2026〕2号\n", ["甲〔2026〕1号", "乙〔2026〕2号"]),
        ("field_type", "begin  group", "begin_group"),
        ("field_type", "select_one   yes_no ", "select_one yes_no"),
        ("text", "   ", ABSENT),
    ],
)
def test_a_cell_is_read_as_it_was_meant(kind: Kind, value: object, read: object) -> None:
    found = read_as(kind, value)
    assert found == read
    assert type(found) is type(read)


def test_a_per_cent_cell_counts_its_per_cents() -> None:
    assert read_as("number", 0.8, percent=True) == 80
    assert read_as("number", 0.07, percent=True) == 7


def test_a_formula_s_rounding_error_is_dropped_and_a_typed_number_is_not_touched() -> None:
    assert read_as("number", 0.1 + 0.2) == 0.3
    assert read_as("number", 1 / 3) == 1 / 3


def test_full_width_signs_of_an_expression_are_plain_but_not_within_quotes() -> None:
    assert straighten_expression("${a} ＞＝ ３ and ${b}＝'（甲）'") == "${a} >= 3 and ${b}='（甲）'"
    assert straighten_expression("${a} = ‘yes’") == "${a} = 'yes'"


@given(st.text(st.sampled_from("${}ab=<>'\"（甲）１＝ .+()0"), max_size=12))
def test_an_expression_that_can_be_read_is_never_changed(text: str) -> None:
    try:
        parse(text.strip())
    except ExpressionError:
        return
    assert straighten_expression(text) == text.strip()


def test_an_id_that_became_a_date_is_named(book: Path) -> None:
    place = edit(book, "周期", "id", "2026", datetime(2026, 3, 1))
    problems = check_campaign_workbook(book)
    assert ("workbook.became_date", place) in [(problem.code, problem.place) for problem in problems]


def test_headings_may_be_moved_english_or_those_of_the_file_below_a_title(
    book: Path, small: Campaign
) -> None:
    found = load_workbook(book)
    page = found["指标"]
    page.insert_rows(1, 2)
    page["A1"] = "指标一览表"
    page.merge_cells("A1:F1")
    for column, heading in {1: "ID", 2: "Name (Chinese)", 4: "Form", 5: " 字段 ", 6: "汇总 方式*"}.items():
        page.cell(3, column, heading)
    page.delete_rows(4)  # the row with the words of the file
    found.save(book)
    assert to_json(read_campaign_workbook(book).content) == to_json(small)


def test_empty_rows_spaces_and_merged_cells_change_nothing(book: Path, small: Campaign) -> None:
    found = load_workbook(book)
    page = found["评分项"]
    rows = [row[0].row for row in page.iter_rows(min_row=3) if row[0].value == "branches"]
    for number in rows[1:]:
        page.cell(number, 1).value = None
    page.merge_cells(start_row=rows[0], end_row=rows[-1], start_column=1, end_column=1)
    cell_of(found["指标"], "form", "presence").value = " record "
    found["选项" if "选项" in found.sheetnames else "choices"].insert_rows(4)
    page.cell(rows[-1] + 40, 3).value = "   "
    found.save(book)
    read = read_campaign_workbook(book)
    assert to_json(read.content) == to_json(small)
    assert [note.code for note in read.notes] == ["intake.merged_cells"]


def test_notes_totals_and_signatures_below_the_rows_are_passed_over(book: Path, small: Campaign) -> None:
    found = load_workbook(book)
    page = found["指标"]
    for row in (["注：按季度统计"], ["合计"], ["填表人：", None, "审核人："]):
        page.append(row)
    found.create_sheet("WpsReserved_CellImgList").append(["x"])
    found.save(book)
    read = read_campaign_workbook(book)
    assert to_json(read.content) == to_json(small)
    assert [note.code for note in read.notes] == ["intake.row_passed_over"] * 3


def test_a_formula_without_a_saved_result_and_an_error_are_named(book: Path) -> None:
    formula = edit(book, "评选类别", "places", "branches", "=1+2")
    error = edit(book, "评分项", "points", "effect", "#N/A")
    problems = check_campaign_workbook(book)
    assert [(problem.code, problem.place) for problem in problems] == [
        ("intake.formula_without_value", formula),
        ("intake.cell_error", error),
    ]


def test_words_that_begin_like_a_formula_stay_words(small: Campaign, tmp_path: Path) -> None:
    odd = small.model_copy(update={"name": small.name.model_copy(update={"zh": "=1+1", "en": "-@x"})})
    path = write_campaign_workbook(odd, tmp_path / "odd.xlsx", lang="zh_CN")
    assert load_workbook(path)["活动"]["B4"].data_type == "s"
    assert read_campaign_workbook(path).content.name.zh == "=1+1"


def test_empty_english_takes_the_chinese_words(book: Path) -> None:
    edit(book, "评分项", "name::English (en)", "effect", None)
    (effect,) = [
        line for line in read_campaign_workbook(book).content.track("branches").lines() if line.id == "effect"
    ]
    assert effect.name.en == effect.name.zh == "成效"


def test_a_workbook_saved_by_another_program_reads_the_same(
    book: Path, small: Campaign, office: Office, tmp_path: Path
) -> None:
    (saved,) = office.convert([book], "xlsx", tmp_path / "saved")
    assert to_json(read_campaign_workbook(saved).content) == to_json(small)


def test_the_campaign_of_the_project_keeps_its_leading_zeros(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    campaign = read_campaign(root / "parameters" / "campaigns" / "sanji_lianzheng.yaml")
    path = write_campaign_workbook(campaign, tmp_path / "c.xlsx", lang="zh_CN")
    cell = load_workbook(path)["活动"]["B8"]
    assert (cell.value, cell.number_format) == ("004", "@")
