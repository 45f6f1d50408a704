"""The unit's own result in a track."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.workflows.reports.blocks.block import OfTrack, block
from pbwidgets.workflows.reports.blocks.pieces import Heading, Piece, Sentence

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


@block(reads={"selection"}, needs=("score",), side="own", figures=False)
def own_result(report: "Report", args: OfTrack) -> Iterator[Piece]:
    """Sentence on the unit's own result."""
    track = report.track_of(args)
    yield Heading(report.say("own_result", track=track.name.words(report.lang)))
    yield Sentence(report.result_of(track))
