"""A copy of a workbook that somebody sent, with what is wrong written at its cells."""

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pbwidgets.errors import Problem
from pbwidgets.exports.archive import write_settled
from pbwidgets.palette import ALERT, RULE, office_colour

if TYPE_CHECKING:
    from openpyxl import Workbook

_CELL: Final = re.compile(r"(?P<sheet>.+)!(?P<cell>[A-Z]{1,3}[1-9]\d*)")
_AUTHOR: Final = "pbwidgets"
_PALE: Final = "#F8CBAD"
_WIDTH, _HEIGHT = 320, 120  # pixels of a comment


def annotate(content: bytes, findings: Iterable[Problem], path: Path, lang: str | None = None) -> Path:
    """Path of a copy in which each finding is a comment at its coloured cell; findings without a cell are left out.

    Formulas are their values; macros, links to other files, and what an earlier copy said do not come along.

    Parameters
    ----------
    content
        The ``.xlsx``, as it was sent; it has been read already, so that it is within all limits.
    findings
        What is wrong, each at a place ``sheet!B7``.
    path
        The ``.xlsx`` to write; folders are made.
    lang
        Language of the comments.
    """
    from openpyxl import load_workbook
    from openpyxl.cell.cell import MergedCell
    from openpyxl.comments import Comment
    from openpyxl.styles import Border, PatternFill, Side

    book = load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
    _clear(book)
    fill, side = PatternFill("solid", fgColor=office_colour(_PALE)), Side("medium", office_colour(ALERT))
    border = Border(side, side, side, side)
    marked = _texts_by_cell(findings, lang)
    for (sheet, place), texts in marked.items():
        cell = book[sheet][place] if sheet in book.sheetnames else None
        if cell is not None and not isinstance(cell, MergedCell):
            cell.fill, cell.border = fill, border
            cell.comment = Comment("\n".join(texts), _AUTHOR, _HEIGHT, _WIDTH)
    first = next((sheet for sheet, _ in marked if sheet in book.sheetnames), None)
    if first is not None:  # the copy opens where something is wrong
        book.active = book[first]
        for page in book.worksheets:
            page.sheet_view.tabSelected = page.title == first
    out = io.BytesIO()
    book.save(out)
    return write_settled(out.getvalue(), path)


def _clear(book: "Workbook") -> None:
    """Take away what an earlier copy says at its cells."""
    from openpyxl.styles import Border, PatternFill, Side

    line = Side("thin", office_colour(RULE))
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                if cell.comment is not None and cell.comment.author == _AUTHOR:
                    cell.comment = None
                    cell.fill, cell.border = PatternFill(), Border(line, line, line, line)


def _texts_by_cell(findings: Iterable[Problem], lang: str | None) -> Mapping[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for problem in findings:
        if place := _CELL.fullmatch(problem.place):
            text = " ".join(filter(None, (problem.message(lang), problem.remedy(lang))))
            found[place["sheet"], place["cell"]].append(text)
    return found
