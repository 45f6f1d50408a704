"""How the places of a track are filled, who decides, and the public notice."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.workflows.reports.blocks.block import OfTrack, block
from pbwidgets.workflows.reports.blocks.pieces import Piece, Sentence

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


@block(reads={"statuses"}, needs=("score", "places"), side="below", figures=False)
def notice(report: "Report", args: OfTrack) -> Iterator[Piece]:
    """Sentence on places, decision and public notice."""
    yield Sentence(report.notice_of(report.track_of(args)))
