"""Where points were lost."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.charts.headlines.lost import losses_headline
from pbwidgets.workflows.reports.blocks.block import OfTrack, block
from pbwidgets.workflows.reports.blocks.pieces import Figure, Piece

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


@block(reads={"selection", "totals", "ranks_within", "points"}, needs=("score",), side="below")
def lost_points_heatmap(report: "Report", args: OfTrack) -> Iterator[Piece]:
    """Points lost by unit and heading."""
    from pbwidgets.charts import lost_points_heatmap as draw
    from pbwidgets.charts import lost_points_heatmap_native as draw_native

    track = report.track_of(args)
    names, groups = report.rows_of_heatmap(track)
    points, view, codes = report.scores.points, report.view(track), report.contenders(track)["unit_code"]
    drawn = points, names, view
    yield Figure(
        f"{track.id}_lost",
        report.say("lost", track=track.name.words(report.lang)),
        draw(*drawn, groups=groups),
        table=report.losses(track),
        native=draw_native(*drawn, groups=groups),
        headline=losses_headline(points, list(codes), view),
    )
