"""The marks of each layer for the units below, side by side."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field, PositiveInt

from pbwidgets.units import unit_names
from pbwidgets.workflows.reports.blocks.block import OfTrack, block
from pbwidgets.workflows.reports.blocks.pieces import Figure, Piece
from pbwidgets.workflows.reports.headlines.layers import unit_gaps_headline

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


class GapArguments(OfTrack):
    """How much is shown."""

    most: PositiveInt = Field(default=12, description="most units in the chart")


@block(reads={"selection", "totals", "ranks_within"}, needs=("score", "layers"), side="below")
def unit_gaps(report: "Report", args: GapArguments) -> Iterator[Piece]:
    """Marks of the layers by unit."""
    from pbwidgets.charts import unit_gaps as draw

    track = report.track_of(args)
    shown = report.contenders(track).head(args.most)
    names, totals, view = unit_names(shown), report.scores.totals, report.view(track)
    layers = [layer.id for layer in track.layers]
    yield Figure(
        f"{track.id}_unit_gaps",
        report.say("gaps", track=track.name.words(report.lang)),
        draw(totals, names, view),
        table=report.units_of_track(track).only("unit_name", *layers),
        headline=unit_gaps_headline(totals, names, view),
    )
