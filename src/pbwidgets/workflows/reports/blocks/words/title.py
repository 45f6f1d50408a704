"""The title of a report."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from pbwidgets.workflows.reports.blocks.block import Arguments, block
from pbwidgets.workflows.reports.blocks.pieces import DocumentKind, Piece, Title
from pbwidgets.workflows.reports.blocks.templates import OnceDecided, Template, fill_either

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


class TitleArguments(Arguments):
    """The words of the title."""

    text: Template | None = None
    decided: OnceDecided | None = None
    kind: DocumentKind = Field(
        default="report", description="circular: a document with sender and recipients"
    )


@block(reads=(), figures=False)
def title(report: "Report", args: TitleArguments) -> Iterator[Piece]:
    """The title: by default the unit and the campaign."""
    yield Title(fill_either(report, args.text, args.decided) if args.text else report.title, args.kind)
