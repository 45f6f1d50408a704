"""Units that are to be named, with their title."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.workflows.reports.blocks.block import RowsOfTrack, block
from pbwidgets.workflows.reports.blocks.pieces import Heading, Piece, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


@block(reads={"statuses"}, needs=("score", "places"), side="below", figures=False)
def named_units(report: "Report", args: RowsOfTrack) -> Iterator[Piece]:
    """Units proposed for the title."""
    track = report.track_of(args)
    title = (track.award.title if track.award else track.name).words(report.lang)
    named = report.named_units(track, title)
    yield Heading(
        report.say(
            "named_decided" if report.is_decided(track.id) else "named", title=title, count=len(named.frame)
        )
    )
    yield Table(named, args.rows, attachment=report.say("named_list", title=title))
