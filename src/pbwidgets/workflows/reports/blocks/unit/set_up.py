"""The unit's set-up: numbers from its forms that no track counts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.workflows.reports.blocks.block import Arguments, block
from pbwidgets.workflows.reports.blocks.pieces import Heading, Piece, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


@block(reads={"measures"}, figures=False)
def set_up(report: "Report", args: Arguments) -> Iterator[Piece]:  # noqa: ARG001 -- as every block
    """Numbers from the forms that no track counts."""
    table = report.set_up()
    yield Heading(table.title)
    yield Table(table)
