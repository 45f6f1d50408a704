"""A paragraph in words of one's own, with numbers in their places."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.workflows.reports.blocks.block import Arguments, TrackId, block
from pbwidgets.workflows.reports.blocks.pieces import Piece, Sentence
from pbwidgets.workflows.reports.blocks.templates import OnceDecided, Template, fill_either

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


class TextArguments(Arguments):
    """The words of the paragraph."""

    text: Template
    decided: OnceDecided | None = None
    track: TrackId | None = None


@block(reads=(), figures=False)
def text(report: "Report", args: TextArguments) -> Iterator[Piece]:
    """A paragraph."""
    yield Sentence(fill_either(report, args.text, args.decided, args.track))
