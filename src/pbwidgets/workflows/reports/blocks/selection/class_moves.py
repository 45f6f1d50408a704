"""Moves between the classes of a track."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.workflows.reports.blocks.block import RowsOfTrack, block
from pbwidgets.workflows.reports.blocks.pieces import Figure, Heading, Piece, Table
from pbwidgets.workflows.reports.headlines.places import moves_headline

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


@block(reads={"class_decisions", "selection"}, needs=("score", "classes"), side="below")
def class_moves(report: "Report", args: RowsOfTrack) -> Iterator[Piece]:
    """Units that moved up or down between classes."""
    from pbwidgets.charts import class_moves as draw

    track = report.track_of(args)
    moves = report.moves_of(track)
    if moves.frame.empty:
        return
    yield Heading(moves.table.title, 2)
    title, view = moves.table.title, report.view(track)
    chart, headline = draw(moves.frame, moves.days, view), moves_headline(moves.frame, view)
    yield Figure(f"{track.id}_class_moves", title, chart, moves.sentence, moves.table, headline)
    shown = moves.table.only("unit_name", "class_from", "class_to", "move_words", "reason")
    yield Table(moves.table, args.rows, shown)
