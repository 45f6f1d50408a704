"""The unit's marks in each layer, side by side."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.charts.headlines.layers import layer_gaps_headline
from pbwidgets.workflows.reports.blocks.block import OfTrack, block
from pbwidgets.workflows.reports.blocks.pieces import Figure, Piece

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


@block(reads={"points", "selection", "totals"}, needs=("score", "layers"), side="own")
def layer_gaps(report: "Report", args: OfTrack) -> Iterator[Piece]:
    """Marks of the layers by criterion."""
    from pbwidgets.charts import layer_gaps as draw
    from pbwidgets.charts import layer_gaps_native as draw_native

    track = report.track_of(args)
    layers = [layer.id for layer in track.layers]
    drawn = report.scores.points, report.view(track)
    yield Figure(
        f"{track.id}_gaps",
        report.say("gaps", track=track.name.words(report.lang)),
        draw(*drawn),
        table=report.score_sheet(track).only("place", "name", "max_points", *layers),
        native=draw_native(*drawn),
        headline=layer_gaps_headline(*drawn),
    )
