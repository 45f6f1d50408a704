"""The running record."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.workflows.reports.blocks.block import Arguments, block
from pbwidgets.workflows.reports.blocks.pieces import Heading, Piece, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


@block(reads={"running_record"}, figures=False)
def running_record(report: "Report", args: Arguments) -> Iterator[Piece]:  # noqa: ARG001 -- as every block
    """Dated notes on the unit and those below it."""
    table = report.notes()
    yield Heading(table.title)
    yield Table(table)
