"""A grid of cells to type into, as in Excel: the arrows and Enter move, and a block of cells can be pasted.

The grid is one table of plain inputs, however many cells it has, and one hidden field: ``lists.js`` writes into it
what differs from the table as it was drawn, and what is pasted. The server puts a block in its place, checks each
change, and the words stand beside the cell. Nothing is stored here.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import count
from typing import Final

import ipywidgets as w

from pbwidgets.forms.elements import markup, plain_layout, stack
from pbwidgets.intake.text import drop_unmeant
from pbwidgets.wording import say

LONGEST: Final = 500
"""Characters of a cell that are read."""
LONGEST_BLOCK: Final = 100_000
"""Characters of a pasted block that are read; csv takes no longer cell."""
_DRAWN: Final = count(1)
Place = tuple[str, str]
"""Keys of a cell's row and column."""


@dataclass(frozen=True)
class GridLine:
    """A row or a column: its key, its heading, a second line below it, and whether its cells hold text.

    The cells of other columns hold numbers, which a phone offers a keypad for.
    """

    key: str
    words: str
    hint: str = ""
    is_text: bool = False


class CellGrid:
    """The grid; see the module.

    Parameters
    ----------
    rows, columns
        In order.
    values
        What the cells hold; a cell that is not in it cannot be typed into.
    check
        What is wrong with what was typed into a cell, or an empty text.
    on_change
        Called after what is typed has changed and was checked.
    lang
        ``zh_CN`` or ``en``.
    corner
        Heading of the column of rows.
    """

    def __init__(
        self,
        rows: Sequence[GridLine],
        columns: Sequence[GridLine],
        values: Mapping[Place, str],
        check: Callable[[Place, str], str],
        *,
        lang: str,
        corner: str = "",
        on_change: Callable[[], None] | None = None,
    ) -> None:
        self._rows, self._columns, self._values = tuple(rows), tuple(columns), dict(values)
        self._check, self._lang, self._corner, self._on_change = check, lang, corner, on_change
        self._typed: dict[Place, str] = {}
        self.problems: dict[Place, str] = {}
        self._field = w.Textarea("", layout=plain_layout())
        for name in ("pb-gone", "pb-grid-typed"):
            self._field.add_class(name)
        self._table, self._notes = markup(""), markup("")
        self._draw()
        self._field.observe(lambda change: self._hear(change["new"]), names="value")
        self.box = stack(self._notes, self._table, self._field)
        self.box.add_class("pb-grid")

    def typed(self) -> dict[Place, str]:
        """What differs from what the grid was made with; an emptied cell is an empty text."""
        return dict(self._typed)

    def type(self, typed: Mapping[Place, str]) -> None:
        """Put texts into cells, as if they had been typed; cells that are not there are left out."""
        self._take({**self._typed, **typed})
        self._draw()
        self._field.value = json.dumps({"cells": self._to_numbers()}, ensure_ascii=False)

    def paste(self, text: str, top: int = 0, first: int = 0) -> int:
        """Put a block of cells, copied in Excel, into the grid; returns how many of its cells have no place there.

        Its first value goes into a column, ``first``. Rows that begin with the name of a row go there, wherever the
        block was pasted, else they go down from a row, ``top``. A first row of headings is left out where rows are
        named; a name that two rows have is none.
        """
        shared = Counter(row.words for row in self._rows)
        names = {row.words: at for at, row in enumerate(self._rows) if shared[row.words] == 1}
        block = read_block(text[:LONGEST_BLOCK])
        named = any(line and line[0] in names for line in block)
        typed: dict[Place, str] = {}
        lost = 0
        for at, line in enumerate(block):
            cells = line[1:] if named else line
            row = names.get(line[0] if line else "") if named else top + at
            for column, value in enumerate(cells, start=first):
                place = self._place(row, column) if row is not None else None
                if place is not None and value:
                    typed[place] = drop_unmeant(value[:LONGEST]).strip()
                elif value and not (named and at == 0):
                    lost += 1
        self.type(typed)
        self._say_lost(lost)
        return lost

    # -- what the browser sends ------------------------------------------------------------------------

    def _hear(self, text: str) -> None:
        """Take what is typed; what is not a cell of the grid is passed over."""
        try:
            sent = json.loads(text)
            cells, block, at = dict(sent["cells"]), sent.get("block"), _read_numbers(sent.get("at"))
        except (ValueError, TypeError, KeyError, RecursionError):
            return
        typed = {}
        for name, value in cells.items():
            numbers = _read_numbers(name)
            place = self._place(*numbers) if numbers else None
            if place is not None and isinstance(value, str):
                typed[place] = drop_unmeant(value[:LONGEST]).strip()
        self._take(typed)
        if at is not None and isinstance(block, str):
            self.paste(block, *at)

    def _place(self, row: int, column: int) -> Place | None:
        if row >= len(self._rows) or column >= len(self._columns):
            return None
        place = (self._rows[row].key, self._columns[column].key)
        return place if place in self._values else None

    def _take(self, typed: Mapping[Place, str]) -> None:
        self._typed = {
            place: text
            for place, text in typed.items()
            if place in self._values and text != self._values[place]
        }
        found = {place: self._check(place, text) for place, text in self._typed.items()}
        self.problems = {place: words for place, words in found.items() if words}
        self._say_lost(0)
        if self._on_change is not None:
            self._on_change()

    def _say_lost(self, lost: int) -> None:
        """Words for the cells that have a problem, which ``lists.js`` puts beside them, and what was lost."""
        at = {place: name for name, place in self._numbers().items()}
        items = "".join(
            f'<li data-cell="{at[place]}">{escape(words)}</li>' for place, words in self.problems.items()
        )
        said = say("forms.grid_lost", self._lang, count=lost) if lost > 0 else ""
        note = f'<p class="pb-notice pb-warn" role="status">{escape(said)}</p>' if said else ""
        self._notes.value = f'{note}<ul class="pb-grid-problems" hidden>{items}</ul>'

    def _numbers(self) -> dict[str, Place]:
        return {
            f"{at},{to}": (row.key, column.key)
            for at, row in enumerate(self._rows)
            for to, column in enumerate(self._columns)
        }

    def _to_numbers(self) -> dict[str, str]:
        return {name: self._typed[place] for name, place in self._numbers().items() if place in self._typed}

    # -- drawing ---------------------------------------------------------------------------------------

    def _draw(self) -> None:
        heads = "".join(
            f'<th scope="col"{_class_of(column)}>{escape(column.words)}'
            f"{f'<small>{escape(column.hint)}</small>' if column.hint else ''}</th>"
            for column in self._columns
        )
        body = "".join(self._row(at, row) for at, row in enumerate(self._rows))
        self._table.value = (
            f'<div class="pb-scroll" data-drawn="{next(_DRAWN)}"><table class="pb-grid-table"><thead><tr>'
            f'<th scope="col">{escape(self._corner)}</th>{heads}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>"
        )
        self._say_lost(0)

    def _row(self, at: int, row: GridLine) -> str:
        cells = "".join(self._cell(f"{at},{to}", row, column) for to, column in enumerate(self._columns))
        hint = f"<small>{escape(row.hint)}</small>" if row.hint else ""
        return f'<tr><th scope="row">{escape(row.words)}{hint}</th>{cells}</tr>'

    def _cell(self, name: str, row: GridLine, column: GridLine) -> str:
        place = (row.key, column.key)
        if place not in self._values:
            return '<td class="pb-closed"></td>'
        stored = self._values[place]
        shown = self._typed.get(place, stored)
        changed = ' class="pb-cell-changed"' if shown != stored else ""
        label = escape(f"{row.words} {column.words}", quote=True)
        mode = "" if column.is_text else ' inputmode="decimal"'
        return (
            f'<td{changed}><input type="text" data-at="{name}" data-stored="{escape(stored, quote=True)}"'
            f' value="{escape(shown, quote=True)}" aria-label="{label}" autocomplete="off"{mode}></td>'
        )


def _read_numbers(name: object) -> tuple[int, int] | None:
    """Row and column of a cell as the browser names it, ``2,0``."""
    row, _, column = str(name).partition(",")
    return (int(row[:4]), int(column[:4])) if row.isdecimal() and column.isdecimal() else None


def _class_of(column: GridLine) -> str:
    return ' class="pb-grid-text"' if column.is_text else ""


def read_block(text: str) -> list[list[str]]:
    r"""Cells of a block as Excel and WPS copy it: tabs between cells, a line for each row, quotes around both.

    >>> read_block('上坪村\t8\t"两\n行"\r\n下坪村\t 6.5\r\n')
    [['上坪村', '8', '两\n行'], ['下坪村', '6.5']]
    """
    return [
        [cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=None), delimiter="\t")
    ]
