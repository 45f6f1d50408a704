"""All units of a track, best first."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field, NonNegativeInt

from pbwidgets.workflows.reports.blocks.block import OfTrack, block
from pbwidgets.workflows.reports.blocks.pieces import Piece, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


class UnitsArguments(OfTrack):
    """How much is shown."""

    rows: NonNegativeInt = Field(
        default=20, description="most rows on the page and in the document; 0: in the workbook only"
    )


@block(reads={"selection", "totals", "ranks_within"}, needs=("score",), side="below", figures=False)
def units_of_track(report: "Report", args: UnitsArguments) -> Iterator[Piece]:
    """Table of a track's units."""
    units = report.units_of_track(report.track_of(args))
    yield Table(units, args.rows, units.without("unit_code", "reason"))
