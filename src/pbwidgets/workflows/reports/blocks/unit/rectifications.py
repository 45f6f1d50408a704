"""Shortcomings to be put right."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pbwidgets.workflows.reports.blocks.block import Arguments, block
from pbwidgets.workflows.reports.blocks.pieces import Heading, Piece, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


@block(reads={"rectifications"}, figures=False)
def rectifications(report: "Report", args: Arguments) -> Iterator[Piece]:  # noqa: ARG001 -- as every block
    """Shortcomings with the person responsible and the deadline."""
    table = report.rectification_list()
    yield Heading(table.title)
    yield Table(table)
