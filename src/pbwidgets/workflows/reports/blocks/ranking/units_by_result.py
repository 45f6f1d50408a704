"""The units of a track, listed by what became of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.workflows.reports.blocks.block import RowsOfTrack, block
from pbwidgets.workflows.reports.blocks.pieces import Heading, Piece, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report

_LISTS = {
    "selected_list": ["selected"],
    "open_list": ["tied_at_cut", "waiting"],
    "out_list": ["barred", "disqualified", "capped"],
    "no_data_list": ["no_data"],
}
_IN_DOCUMENT = ("rank", "unit_name", "above", "total", "reason", "decision")


@block(reads={"selection", "totals", "ranks_within"}, needs=("score",), side="below", figures=False)
def units_by_result(report: "Report", args: RowsOfTrack) -> Iterator[Piece]:
    """Lists of selected, undecided and excluded units; ``empty: skip`` leaves out each that is empty."""
    track = report.track_of(args)
    for title, statuses in _LISTS.items():
        named = report.say(title, track=track.name.words(report.lang))
        listed = report.units_of_track(track, statuses, named)
        if args.empty == "skip" and listed.frame.empty:
            continue
        yield Heading(listed.title, 2)
        yield Table(listed, args.rows, listed.only(*_IN_DOCUMENT))
