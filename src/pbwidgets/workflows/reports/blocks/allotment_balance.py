"""What units may nominate and have nominated, for the level above them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.workflows.reports.block import OfTrack, block
from pbwidgets.workflows.reports.pieces import Figure, Heading, Piece, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


@block(reads={"balance", "selection"}, needs=("score", "nomination"), side="below")
def allotment_balance(report: "Report", args: OfTrack) -> Iterator[Piece]:
    """Places allotted and used by each nominating unit."""
    from pbwidgets.charts import allotment_balance as draw

    track = report.track_of(args)
    balance = report.nomination_balance(track)
    if balance.frame.empty or (track.nomination and track.nomination.by == report.kind):
        return
    title = f"{balance.title}：{track.name.words(report.lang)}"
    yield Heading(title)
    chart = draw(report.scores.balance, report.names, report.view(track))
    yield Figure(f"{track.id}_allotments", title, chart, table=balance)
    yield Table(balance)
