"""What units may nominate and have nominated, for the level above them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.campaign import Track
from pbwidgets.charts.headlines.places import allotments_headline
from pbwidgets.workflows.reports.blocks.block import OfTrack, block
from pbwidgets.workflows.reports.blocks.pieces import Figure, Heading, Piece, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


def _nominates_not(track: Track, kind: str) -> bool:
    return track.nomination is not None and track.nomination.by != kind


@block(reads={"balance", "selection"}, needs=("score", "nomination"), side="below", suits=_nominates_not)
def allotment_balance(report: "Report", args: OfTrack) -> Iterator[Piece]:
    """Places allotted and used by each nominating unit."""
    from pbwidgets.charts import allotment_balance as draw
    from pbwidgets.charts import allotment_balance_native as draw_native

    track = report.track_of(args)
    balance = report.nomination_balance(track)
    if balance.frame.empty:
        return
    title = f"{balance.title}：{track.name.words(report.lang)}"
    yield Heading(title)
    drawn = report.scores.balance, report.names, report.view(track)
    balances, _, view = drawn
    yield Figure(
        f"{track.id}_allotments",
        title,
        draw(*drawn),
        table=balance,
        native=draw_native(*drawn),
        headline=allotments_headline(balances, view),
    )
    yield Table(balance)
