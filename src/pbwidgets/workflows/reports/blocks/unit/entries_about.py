"""What review levels entered about the unit and those below it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.workflows.reports.blocks.block import Arguments, block
from pbwidgets.workflows.reports.blocks.pieces import Heading, Piece, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


@block(reads={"submissions"}, figures=False)
def entries_about(report: "Report", args: Arguments) -> Iterator[Piece]:  # noqa: ARG001 -- as every block
    """Entries of the levels above."""
    table = report.entries_about()
    yield Heading(table.title)
    yield Table(table)
