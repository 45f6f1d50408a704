"""What a unit may nominate and has nominated."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.campaign import Track
from pbwidgets.charts.headlines.places import nominations_headline
from pbwidgets.workflows.reports.blocks.block import Arguments, block
from pbwidgets.workflows.reports.blocks.pieces import Figure, Heading, Piece, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


def _nominates(track: Track, kind: str) -> bool:
    return track.nomination is not None and track.nomination.by == kind


@block(reads={"balance", "selection"}, needs=("score", "nomination"), side="below", suits=_nominates)
def nomination_balance(report: "Report", args: Arguments) -> Iterator[Piece]:  # noqa: ARG001 -- as every block
    """Places allotted to the unit and used by it, in all tracks."""
    from pbwidgets.charts import nomination_balance as draw
    from pbwidgets.charts import nomination_balance_native as draw_native

    tracks = [track for track in report.tracks_below if _nominates(track, report.kind)]
    balance = report.nomination_balance()
    if balance.frame.empty:
        return
    yield Heading(balance.title)
    drawn = report.scores.balance, report.view(tracks[0])
    yield Figure(
        "nominations",
        balance.title,
        draw(*drawn),
        table=balance,
        native=draw_native(*drawn),
        headline=nominations_headline(*drawn),
    )
    yield Table(balance)
