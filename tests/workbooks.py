"""Editing a workbook as an organiser does: by sheet, heading and row."""

from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet


def cell_of(page: Worksheet, head: str, row: str) -> Any:
    """Cell under a heading (second row) in the row with a given id (or first column)."""
    at = next(cell.column for cell in page[2] if cell.value == head)
    ids = next((cell.column for cell in page[2] if cell.value in ("id", "name", "form_id")), 1)
    number = next(
        cells[0].row for cells in page.iter_rows(min_row=3) if row in (cells[ids - 1].value, cells[0].value)
    )
    return page.cell(number, at)


def edit(path: Path, sheet: str, head: str, row: str, value: object) -> str:
    """Put a value into a cell; returns its place as named in problems."""
    book = load_workbook(path)
    cell = cell_of(book[sheet], head, row)
    cell.value = value
    book.save(path)
    return f"{sheet}!{cell.coordinate}"
