"""Formats of other programs: what LibreOffice writes is read as the workbook that it was made from."""

from datetime import date
from pathlib import Path

import pytest
from office import Office
from openpyxl import Workbook

from pbwidgets.errors import ProblemsError
from pbwidgets.intake import Column, read_table

pytestmark = pytest.mark.xdist_group("office")

COLUMNS = (
    Column("编码", kind="code", needed=True),
    Column("名称"),
    Column("上级", kind="code"),
    Column("日期", kind="date"),
)


def test_old_excel_and_open_document_sheets_are_read_and_what_they_cannot_tell_is_said(
    office: Office, tmp_path: Path
) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["编码", "名称", "上级", "日期"],
        [990101001, "甲镇", "9901", date(2026, 1, 1)],
        ["990101002", "乙镇"],
    ):
        sheet.append(row)
    book.save(tmp_path / "plain.xlsx")
    sheet.merge_cells("C2:C3")
    book.save(tmp_path / "merged.xlsx")
    names = ["plain.xlsx", "merged.xlsx"]
    files = {
        kind: office.convert([tmp_path / name for name in names], kind, tmp_path / kind)
        for kind in ("xls", "ods")
    }
    for plain, _ in files.values():
        table = read_table(plain, COLUMNS)
        assert table.column("编码") == ["990101001", "990101002"]
        assert table.column("日期") == ["2026-01-01", ""]
        assert [note.code for note in table.notes] == ["intake.old_format"]
    assert read_table(files["xls"][1], COLUMNS).column("上级") == ["9901", "9901"]
    with pytest.raises(ProblemsError, match=r"intake\.merged_ods"):
        read_table(files["ods"][1], COLUMNS)
