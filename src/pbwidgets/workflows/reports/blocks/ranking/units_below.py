"""The units below in a track, in a sentence."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.workflows.reports.blocks.block import OfTrack, block
from pbwidgets.workflows.reports.blocks.pieces import Heading, Piece, Sentence

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


@block(reads={"selection"}, needs=("score",), side="below", figures=False)
def units_below(report: "Report", args: OfTrack) -> Iterator[Piece]:
    """Sentence on the results of the units below."""
    track = report.track_of(args)
    yield Heading(report.say("below", track=track.name.words(report.lang)))
    yield Sentence(report.summary_of(track))
