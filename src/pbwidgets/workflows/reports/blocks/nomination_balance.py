"""What a unit may nominate and has nominated."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.workflows.reports.block import Arguments, block
from pbwidgets.workflows.reports.pieces import Figure, Heading, Piece, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


@block(reads={"balance", "selection"}, needs=("score", "nomination"))
def nomination_balance(report: "Report", args: Arguments) -> Iterator[Piece]:  # noqa: ARG001 -- as every block
    """Places allotted to the unit and used by it, in all tracks."""
    from pbwidgets.charts import nomination_balance as draw

    nominated = [track for track in report.tracks_below if track.nomination]
    balance = report.nomination_balance()
    if balance.frame.empty or not nominated:
        return
    yield Heading(balance.title)
    chart = draw(report.scores.balance, report.view(nominated[0]))
    yield Figure("nominations", balance.title, chart, table=balance)
    yield Table(balance)
