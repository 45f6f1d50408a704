"""Results of leadership teams."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.workflows.reports.blocks.block import Arguments, block
from pbwidgets.workflows.reports.blocks.pieces import Heading, Piece, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


@block(reads={"statuses"}, needs=("score",), figures=False)
def team_results(report: "Report", args: Arguments) -> Iterator[Piece]:  # noqa: ARG001 -- as every block
    """Result sheet of leadership teams."""
    table = report.team_results()
    yield Heading(table.title)
    yield Table(table)
