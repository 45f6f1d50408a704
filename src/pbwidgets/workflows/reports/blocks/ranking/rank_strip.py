"""Where units stand among all."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field, PositiveInt

from pbwidgets.charts.headlines.standing import own_rank_headline, ranks_headline
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
    ranks, ranked = report.ranks(track, None if is_own else args.most), report.ranked_count(track)
    selection, view = report.labelled_selection(track), report.view(track)
    yield Figure(
        f"{track.id}_rank",
        report.say("rank", track=track.name.words(report.lang)),
        draw(ranks, ranked, view),
        sentence=report.result_of(track) if is_own else report.summary_of(track),
        table=report.units_of_track(track).only("rank", "unit_name", "total", "status_words"),
        headline=own_rank_headline(selection, ranked, view) if is_own else ranks_headline(selection, view),
    )
