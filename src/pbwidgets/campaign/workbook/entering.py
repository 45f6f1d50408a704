"""Rows put into a workbook from a program, where a person would type them: for guides, tests, other tables."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from pbwidgets.campaign.findings import spelling
from pbwidgets.campaign.workbook.pages import heading_reader
from pbwidgets.campaign.workbook.sheets import Column, Table, tables
from pbwidgets.campaign.workbook.writing import FIRST_ROW
from pbwidgets.errors import UsageError
from pbwidgets.wording import LANGUAGES

_CONTENT: Final = 2  # column of the campaign's own sheet that holds its values


def enter_rows(path: Path, sheet: str, rows: Iterable[Mapping[str, Any]]) -> int:
    """Number of rows entered below those that a sheet has; existing rows stay.

    Parameters
    ----------
    path
        Workbook as :func:`write_campaign_workbook` or :func:`write_blank_workbook` made it.
    sheet
        Name of the sheet in either language.
    rows
        Values by heading, in Chinese, English or the words of the campaign file; as a person would type them.
        On the campaign's own sheet each value goes into the line of its heading.

    Raises
    ------
    UsageError
        ``workbook.unknown_sheet``, ``workbook.unknown_column`` with the nearest spelling; nothing is entered then.
    """
    from openpyxl import load_workbook

    table = _table_of(sheet)
    entered = [_by_column(table, row) for row in rows]
    book = load_workbook(path)
    page = next(book[name] for name in (*map(table.title, LANGUAGES), table.key) if name in book.sheetnames)
    if table.path == ():
        for values in entered:
            for column, value in values.items():
                page.cell(2 + table.columns.index(column), _CONTENT, value)
    else:
        filled = [row[0].row or 0 for row in page.iter_rows() if any(cell.value is not None for cell in row)]
        start = max([FIRST_ROW - 1, *filled]) + 1
        for number, values in enumerate(entered, start=start):
            for column, value in values.items():
                page.cell(number, 1 + table.columns.index(column), value)
    book.save(path)
    return len(entered)


def _table_of(sheet: str) -> Table:
    names = {name: table for table in tables() for name in (table.key, *map(table.title, LANGUAGES))}
    if sheet not in names:
        raise UsageError("workbook.unknown_sheet", **spelling(sheet, names))
    return names[sheet]


def _by_column(table: Table, row: Mapping[str, Any]) -> dict[Column, Any]:
    read = heading_reader(table)
    found = {}
    for heading, value in row.items():
        column = read(heading)
        if column is None:
            allowed = [table.label(column) for column in table.columns]
            raise UsageError("workbook.unknown_column", **spelling(heading, allowed))
        found[column] = value
    return found
