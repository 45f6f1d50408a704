"""Every line of every unit with its reason."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.workflows.reports.blocks.block import MostRows, Rows, block
from pbwidgets.workflows.reports.blocks.pieces import Piece, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


class PointsArguments(Rows):
    """How much is shown."""

    rows: MostRows = 0


@block(reads={"points"}, needs=("score",), figures=False)
def all_points(report: "Report", args: PointsArguments) -> Iterator[Piece]:
    """Every point of every unit with its reason."""
    yield Table(report.all_points(), args.rows)
