"""The unit's own answers."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.workflows.reports.blocks.block import MostRows, Rows, block
from pbwidgets.workflows.reports.blocks.pieces import Heading, Piece, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


class AnswersArguments(Rows):
    """How much is shown."""

    rows: MostRows = 60


@block(reads={"submissions"}, figures=False)
def own_answers(report: "Report", args: AnswersArguments) -> Iterator[Piece]:
    """What the unit itself filled in."""
    table = report.own_answers()
    yield Heading(table.title)
    yield Table(table, args.rows, table.only("part", "field", "value"))
