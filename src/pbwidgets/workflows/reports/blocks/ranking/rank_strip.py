"""Where units stand among all."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field, PositiveInt

from pbwidgets.workflows.reports.blocks.block import OfTrack, block
from pbwidgets.workflows.reports.blocks.pieces import Figure, Piece

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


class RankArguments(OfTrack):
    """How much is shown."""

    most: PositiveInt = Field(default=7, description="most units below in the chart")


@block(reads={"selection", "totals", "ranks_within", "ranked"}, needs=("score",))
def rank_strip(report: "Report", args: RankArguments) -> Iterator[Piece]:
    """Ranks of the unit, or of the best units below it."""
    from pbwidgets.charts import rank_strip as draw

    track = report.track_of(args)
    is_own = track in report.own_tracks
    ranks = report.ranks(track, None if is_own else args.most)
    yield Figure(
        f"{track.id}_rank",
        report.say("rank", track=track.name.words(report.lang)),
        draw(ranks, report.ranked_count(track), report.view(track)),
        sentence=report.result_of(track) if is_own else report.summary_of(track),
        table=report.units_of_track(track).only("rank", "unit_name", "total", "status_words"),
    )
