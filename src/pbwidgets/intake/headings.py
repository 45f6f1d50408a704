"""The row of headings of a sheet, wherever it is: below a title, in one row or two, over merged cells."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from pbwidgets.intake.text import clean_text, to_number
from pbwidgets.intake.workbook import Sheet, to_text

HEAD_ROWS: Final = 20
"""Rows with anything in them among which the headings are looked for."""

TextRow = Mapping[int, str]
"""Texts of a row by column; empty cells are left out."""


@dataclass(frozen=True)
class Heading:
    """Headings of a table: index of their first and last row, and the text over each column."""

    first: int
    last: int
    texts: dict[int, str]


def head_of(sheet: Sheet) -> dict[int, dict[int, str]]:
    """First rows with anything in them, by index; merged cells have their value throughout."""
    filled = [at for at, row in enumerate(sheet.rows) if any(value is not None for value in row)][:HEAD_ROWS]
    head = {
        at: {
            column: clean_text(to_text(value))
            for column, value in enumerate(sheet.rows[at])
            if value is not None
        }
        for at in filled
    }
    for area in sheet.merged:
        text = head.get(area.top, {}).get(area.left)
        for row in range(area.top, area.bottom + 1) if text else ():
            if row in head:
                head[row] |= dict.fromkeys(range(area.left, area.right + 1), text or "")
    return head


def find_heading(head: Mapping[int, TextRow], knows: Callable[[str], bool]) -> Heading | None:
    """Headings of a sheet; None if no row names a column.

    The first row that names the most columns counts; a second row of headings right below it belongs to it.

    Parameters
    ----------
    head
        First rows of the sheet, by index.
    knows
        Whether a text names a column.
    """
    named = {at: sum(map(knows, row.values())) for at, row in head.items()}
    best = max(sorted(named), key=lambda at: named[at], default=None)
    if best is None or not named[best]:
        return None
    last, texts = best, {column: text for column, text in head[best].items() if text}
    while (below := head.get(last + 1)) and _is_heading(below, knows):
        last += 1
        for column, text in below.items():
            if text and not knows(texts.get(column, "")):
                texts[column] = text
    return Heading(best, last, texts)


def _is_heading(row: TextRow, knows: Callable[[str], bool]) -> bool:
    filled = [text for text in row.values() if text]
    named = sum(map(knows, filled))
    return named >= 2 and named * 2 > len(filled) and all(to_number(text) is None for text in filled)
