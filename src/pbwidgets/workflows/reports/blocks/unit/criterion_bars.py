"""The unit's points beside the published median and range."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.charts.headlines.layers import criteria_headline
from pbwidgets.workflows.reports.blocks.block import OfTrack, block
from pbwidgets.workflows.reports.blocks.pieces import Figure, Piece

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


@block(reads={"selection", "points", "shown_reference"}, needs=("score",), side="own")
def criterion_bars(report: "Report", args: OfTrack) -> Iterator[Piece]:
    """Points by criterion."""
    from pbwidgets.charts import criterion_bars as draw
    from pbwidgets.charts import criterion_bars_native as draw_native

    track, scores = report.track_of(args), report.scores
    headings = report.headings(track)
    drawn = scores.points, scores.reference, report.view(track)
    yield Figure(
        f"{track.id}_criteria",
        report.say("by_criterion", track=track.name.words(report.lang)),
        draw(*drawn),
        sentence=report.result_of(track),
        table=headings,
        native=draw_native(*drawn),
        headline=criteria_headline(headings.frame, report.view(track)),
    )
