"""Units that are to be named, with their title."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field, NonNegativeInt

from pbwidgets.workflows.reports.blocks.block import OfTrack, block
from pbwidgets.workflows.reports.blocks.pieces import Heading, Piece, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


class NamedArguments(OfTrack):
    """How much is shown."""

    rows: NonNegativeInt = Field(
        default=120, description="most rows on the page and in the document; 0: in the workbook only"
    )


@block(reads={"statuses"}, needs=("score", "places"), side="below", figures=False)
def named_units(report: "Report", args: NamedArguments) -> Iterator[Piece]:
    """Units proposed for the title."""
    track = report.track_of(args)
    title = (track.award.title if track.award else track.name).words(report.lang)
    named = report.named_units(track, title)
    yield Heading(report.say("named", title=title, count=len(named.frame)))
    yield Table(named, args.rows)
