"""The marks of each layer for the units below, side by side."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field, PositiveInt

from pbwidgets.charts.headlines.layers import unit_gaps_headline
from pbwidgets.units import unit_names
from pbwidgets.workflows.reports.blocks.block import OfTrack, block
from pbwidgets.workflows.reports.blocks.pieces import Figure, Piece

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


class GapArguments(OfTrack):
    """How much is shown."""

    most: PositiveInt = Field(default=12, description="most units in the chart")


@block(reads={"selection", "totals", "ranks_within"}, needs=("score", "layers"), side="below")
def unit_gaps(report: "Report", args: GapArguments) -> Iterator[Piece]:
    """Marks of the layers by unit."""
    from pbwidgets.charts import unit_gaps as draw
    from pbwidgets.charts import unit_gaps_native as draw_native

    track = report.track_of(args)
    shown = report.contenders(track).head(args.most)
    layers = [layer.id for layer in track.layers]
    drawn = report.scores.totals, unit_names(shown), report.view(track)
    yield Figure(
        f"{track.id}_unit_gaps",
        report.say("gaps", track=track.name.words(report.lang)),
        draw(*drawn),
        table=report.units_of_track(track).only("unit_name", *layers),
        native=draw_native(*drawn),
        headline=unit_gaps_headline(*drawn),
    )
