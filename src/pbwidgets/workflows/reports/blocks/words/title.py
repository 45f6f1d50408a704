"""The title of a report."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.workflows.reports.blocks.block import Arguments, block
from pbwidgets.workflows.reports.blocks.pieces import Piece, Title
from pbwidgets.workflows.reports.blocks.templates import Template, fill

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


class TitleArguments(Arguments):
    """The words of the title."""

    text: Template | None = None


@block(reads=(), figures=False)
def title(report: "Report", args: TitleArguments) -> Iterator[Piece]:
    """The title: by default the unit and the campaign."""
    yield Title(fill(report, args.text) if args.text else report.title)
