"""The unit's score sheet."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.workflows.reports.blocks.block import OfTrack, block
from pbwidgets.workflows.reports.blocks.pieces import Piece, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


@block(reads={"points", "totals"}, needs=("score",), side="own", figures=False)
def score_sheet(report: "Report", args: OfTrack) -> Iterator[Piece]:
    """Score sheet of the unit with the reason for every point."""
    yield Table(report.score_sheet(report.track_of(args)))
