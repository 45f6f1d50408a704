"""How many units of each track have which result."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.charts.headlines.standing import statuses_headline
from pbwidgets.workflows.reports.blocks.block import Arguments, block
from pbwidgets.workflows.reports.blocks.pieces import Figure, Heading, Piece, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


@block(reads={"statuses"}, needs=("score",))
def counts_by_status(report: "Report", args: Arguments) -> Iterator[Piece]:  # noqa: ARG001 -- as every block
    """Number of units of each track by result."""
    from pbwidgets.charts import status_counts, status_counts_native

    table = report.counts_by_status()
    yield Heading(table.title)
    yield Table(table)
    if len(table.frame):
        drawn = report.scores.selection, report.view()
        yield Figure(
            "statuses",
            table.title,
            status_counts(*drawn),
            native=status_counts_native(*drawn),
            headline=statuses_headline(drawn[0], report.lang),
        )
