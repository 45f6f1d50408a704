"""The workbook of a report: every table in full."""

from pathlib import Path

from pbwidgets.exports import Sheet, build_workbook
from pbwidgets.workflows.reports.blocks.pieces import Table
from pbwidgets.workflows.reports.files.content import Content, Cover


def write_workbook(contents: tuple[Content, ...], cover: Cover, path: Path) -> None:
    """Write the workbook of a report."""
    tables = [piece.table for piece in contents if isinstance(piece, Table)]
    sheets = [Sheet(table.title, table.frame, table.columns, table.sums) for table in tables]
    build_workbook(sheets, path, about=cover.about, lang=cover.lang, dictionary=True)
