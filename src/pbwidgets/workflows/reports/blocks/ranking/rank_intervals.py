"""How firm a list is when weights, points and raters vary."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field, PositiveInt

from pbwidgets.charts.headlines.places import firmness_headline
from pbwidgets.workflows.ground.snapshots import RECORDS
from pbwidgets.workflows.reports.blocks.block import OfTrack, block
from pbwidgets.workflows.reports.blocks.pieces import Figure, Heading, Piece, Sentence, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


class IntervalArguments(OfTrack):
    """How much is shown."""

    most: PositiveInt = Field(default=14, description="most units in the chart")


@block(reads={*RECORDS, "selection", "totals", "ranks_within"}, needs=("score", "places"), side="below")
def rank_intervals(report: "Report", args: IntervalArguments) -> Iterator[Piece]:
    """Ranks of the units around the end of the places, in many trials."""
    from pbwidgets.charts import rank_intervals as draw

    if not report.is_top:
        return  # it is computed from the records of all units
    track = report.track_of(args)
    firmness = report.firmness(track)
    if firmness.empty:
        return
    table = report.firmness_table(track, firmness)
    yield Heading(table.title)
    yield Sentence(report.firmness_text(firmness))
    view = report.view(track)
    chart = draw(firmness, report.around_the_cut(track, args.most), view)
    headline = firmness_headline(firmness, view)
    yield Figure(f"{track.id}_firmness", table.title, chart, table=table, headline=headline)
    yield Table(table, 0)
