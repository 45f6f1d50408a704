"""A heading in words of one's own."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from pbwidgets.workflows.reports.blocks.block import Arguments, TrackId, block
from pbwidgets.workflows.reports.blocks.pieces import Heading, Piece
from pbwidgets.workflows.reports.blocks.templates import Template, fill

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


class HeadingArguments(Arguments):
    """The words of the heading and its level."""

    text: Template
    level: int = Field(default=1, ge=1, le=3)
    track: TrackId | None = None


@block(reads=(), figures=False)
def heading(report: "Report", args: HeadingArguments) -> Iterator[Piece]:
    """A heading."""
    yield Heading(fill(report, args.text, args.track), args.level)
