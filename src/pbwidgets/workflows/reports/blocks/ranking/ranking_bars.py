"""Totals and the end of the places."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.charts.headlines.standing import ranking_headline
from pbwidgets.workflows.reports.blocks.block import OfTrack, block
from pbwidgets.workflows.reports.blocks.pieces import Figure, Piece

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


@block(reads={"selection", "totals", "ranks_within", "points"}, needs=("score",), side="below")
def ranking_bars(report: "Report", args: OfTrack) -> Iterator[Piece]:
    """Ranking of a track's units."""
    from pbwidgets.charts import ranking_bars as draw
    from pbwidgets.charts import ranking_bars_native as draw_native

    track = report.track_of(args)
    selection, view = drawn = report.labelled_selection(track), report.view(track)
    units = report.units_of_track(track)
    yield Figure(
        f"{track.id}_ranking",
        report.say("ranking", track=track.name.words(report.lang)),
        draw(*drawn),
        sentence=report.summary_of(track),
        table=units.only("rank", "unit_name", "above", "total", "status_words"),
        native=draw_native(*drawn),
        headline=ranking_headline(selection, report.scores.points, view),
    )
