"""Units and posts recommended onward."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.workflows.reports.blocks.block import Rows, block
from pbwidgets.workflows.reports.blocks.pieces import Heading, Piece, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


@block(reads={"statuses"}, needs=("score",), figures=False)
def recommendations(report: "Report", args: Rows) -> Iterator[Piece]:
    """Recommendations for selected units and their posts."""
    table = report.recommendations()
    if args.rows:
        yield Heading(table.title)
    yield Table(table, args.rows)
