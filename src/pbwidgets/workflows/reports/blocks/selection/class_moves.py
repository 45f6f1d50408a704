"""Moves between the classes of a track."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.charts.headlines.places import moves_headline
from pbwidgets.workflows.reports.blocks.block import RowsOfTrack, block
from pbwidgets.workflows.reports.blocks.pieces import Figure, Heading, Piece, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


@block(reads={"class_decisions", "selection"}, needs=("score", "classes"), side="below")
def class_moves(report: "Report", args: RowsOfTrack) -> Iterator[Piece]:
    """Units that moved up or down between classes."""
    from pbwidgets.charts import class_moves as draw
    from pbwidgets.charts import class_moves_native as draw_native

    track = report.track_of(args)
    moves = report.moves_of(track)
    if moves.frame.empty:
        return
    yield Heading(moves.table.title, 2)
    drawn = moves.frame, moves.days, report.view(track)
    yield Figure(
        f"{track.id}_class_moves",
        moves.table.title,
        draw(*drawn),
        moves.sentence,
        moves.table,
        native=draw_native(*drawn),
        headline=moves_headline(moves.frame, report.view(track)),
    )
    shown = moves.table.only("unit_name", "class_from", "class_to", "move_words", "reason")
    yield Table(moves.table, args.rows, shown)
