"""All units of a track, best first."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.workflows.reports.blocks.block import MostRows, RowsOfTrack, block
from pbwidgets.workflows.reports.blocks.pieces import Piece, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


class UnitsArguments(RowsOfTrack):
    """How much is shown."""

    rows: MostRows = 20


@block(reads={"selection", "totals", "ranks_within"}, needs=("score",), side="below", figures=False)
def units_of_track(report: "Report", args: UnitsArguments) -> Iterator[Piece]:
    """Table of a track's units."""
    units = report.units_of_track(report.track_of(args))
    yield Table(units, args.rows, units.without("unit_code", "reason"))
