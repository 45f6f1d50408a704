"""Classes of the units of a track."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.workflows.reports.blocks.block import RowsOfTrack, block
from pbwidgets.workflows.reports.blocks.pieces import Heading, Piece, Sentence, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


@block(reads={"classes"}, needs=("score", "classes"), side="below", figures=False)
def classes(report: "Report", args: RowsOfTrack) -> Iterator[Piece]:
    """Classes that the rules propose and that were decided."""
    table = report.classes_of(report.track_of(args))
    yield Heading(table.title)
    yield Sentence(report.say("classes_text"))
    shown = table.only("unit_name", "above", "class_proposed", "class_decided", "reason")
    yield Table(table, args.rows, shown)
