"""Units and posts recommended onward."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field, NonNegativeInt

from pbwidgets.workflows.reports.blocks.block import Arguments, block
from pbwidgets.workflows.reports.blocks.pieces import Heading, Piece, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


class RecommendationArguments(Arguments):
    """How much is shown."""

    rows: NonNegativeInt = Field(
        default=120, description="most rows on the page and in the document; 0: in the workbook only"
    )


@block(reads={"statuses"}, needs=("score",), figures=False)
def recommendations(report: "Report", args: RecommendationArguments) -> Iterator[Piece]:
    """Recommendations for selected units and their posts."""
    table = report.recommendations()
    if args.rows:
        yield Heading(table.title)
    yield Table(table, args.rows)
