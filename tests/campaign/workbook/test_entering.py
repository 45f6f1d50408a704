"""Rows entered by a program stand where a person would have typed them."""

import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook

from pbwidgets.campaign.workbook import enter_rows, read_campaign_workbook, write_blank_workbook
from pbwidgets.errors import UsageError


def test_rows_go_below_those_that_are_there(book: Path) -> None:
    rows = [{"选项表": "kinds", "name": "talk", "label::Chinese (zh)": "谈心"}]
    assert enter_rows(book, "choices", rows) == 1
    choices = read_campaign_workbook(book).content.choices["kinds"]
    assert [choice.id for choice in choices] == ["study", "service", "visit", "talk"]


def test_the_campaign_itself_is_filled_line_by_line(tmp_path: Path) -> None:
    path = write_blank_workbook(tmp_path / "blank.xlsx", lang="en")
    enter_rows(path, "活动", [{"id": "made", "报告分割单位": "county"}])
    page = load_workbook(path)["Campaign"]
    assert {row[2].value: row[1].value for row in page.iter_rows(min_row=2)}["partition_by"] == "county"


def test_an_unknown_sheet_or_heading_is_refused_with_the_nearest_and_nothing_is_entered(
    blank_book: Path, tmp_path: Path
) -> None:
    path = shutil.copyfile(blank_book, tmp_path / "blank.xlsx")
    before = path.read_bytes()
    with pytest.raises(UsageError, match="单位类型"):
        enter_rows(path, "单位种类", [{"代号": "county"}])
    with pytest.raises(UsageError, match="代号"):
        enter_rows(path, "单位类型", [{"代号": "county"}, {"代码": "village"}])
    assert path.read_bytes() == before
