"""An official table that somebody has filled in, read as answers of a form: each from the place that the campaign says.

Such a table has a title, merged cells, labels beside the cells to fill in, and perhaps a list; it does not say of
itself what is where. The campaign does (:class:`~pbwidgets.campaign.model.OfficialTable`), and names words to know
the table by, so that a table whose rows have moved is not read wrongly.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pbwidgets.campaign import Field, Form
from pbwidgets.campaign.checks_official import Block, find_block
from pbwidgets.campaign.model import OfficialArea, OfficialTable
from pbwidgets.errors import Problem, ProblemsError
from pbwidgets.exports.answer_book.cells import KINDS
from pbwidgets.exports.answer_book.reading import BookAbout, SentAnswers, SentBook, SentRow
from pbwidgets.intake.table import Column, Table, read_declared
from pbwidgets.intake.text import clean_name, plain_heading
from pbwidgets.intake.workbook import Sheet, column_letters, find_cell, to_text
from pbwidgets.wording import default_language, say

_LABEL: Final = re.compile(r"^[^:：]{0,20}[:：]")


@dataclass(frozen=True)
class OfficialSheet:
    """A sheet and the official table that it is.

    Attributes
    ----------
    form, table
        The form, and which of its tables.
    sheet
        The sheet.
    file
        Name of its file, for messages.
    """

    form: Form
    table: OfficialTable
    sheet: Sheet
    file: str

    def text_at(self, place: str) -> str:
        """Text of a cell, or of the merged one that it belongs to."""
        row, column = self.anchor(place)
        cells = self.sheet.rows[row] if row < len(self.sheet.rows) else []
        return clean_name(to_text(cells[column])) if column < len(cells) else ""

    def anchor(self, place: str) -> tuple[int, int]:
        """Row and column of a cell, from 0; of merged ones, of the first."""
        row, column = find_cell(place) or (0, 0)  # a campaign in which it is none is refused
        for area in self.sheet.merged:
            if area.top <= row <= area.bottom and area.left <= column <= area.right:
                return area.top, area.left
        return row, column

    def place(self, cell: str) -> str:
        """A cell as messages name it: ``年报!B3``."""
        row, column = self.anchor(cell)
        return f"{self.sheet.name}!{column_letters(column)}{row + 1}"

    def problem(self, code: str, cell: str, **args: object) -> Problem:
        """A problem at a cell."""
        return Problem(code, self.file, self.place(cell), args)

    @property
    def first_cell(self) -> str:
        """The cell that stands for the whole table in messages."""
        listed = [self.table.unit, *self.table.cells.values(), *(area.range for area in self.table.areas)]
        return next(place for place in listed if place is not None).partition(":")[0]

    @property
    def unit_text(self) -> str:
        """What the table says of whose it is: ``上坪村``, also behind ``填报单位：``; empty if it does not say."""
        if self.table.unit is None:
            return ""
        return _LABEL.sub("", self.text_at(self.table.unit)).strip()

    def find_strange(self) -> Iterator[Problem]:
        """Cells that do not hold the words by which the table is known."""
        for cell, words in self.table.expects.items():
            found = self.text_at(cell)
            if plain_heading(words) not in plain_heading(found):
                args = {"expected": words, "value": found, "name": self.table.name}
                yield self.problem("exchange.official_label", cell, **args)


def find_official(sheets: Sequence[Sheet], file: str, forms: Sequence[Form]) -> OfficialSheet:
    """The sheet that is an official table of one of the forms.

    The only one for which there is a sheet that has the words to know it by; of a single table also one that has not.

    Raises
    ------
    ProblemsError
        ``exchange.which_official`` if it may be several, ``exchange.official_sheet`` or ``exchange.no_official``
        if it is none.
    """
    declared = [(form, table) for form in forms for table in form.official_tables]
    there = [
        OfficialSheet(form, table, sheet, file)
        for form, table in declared
        if (sheet := _find_sheet(sheets, table)) is not None
    ]
    known = [one for one in there if not any(one.find_strange())]
    if len(known) == 1:
        return known[0]
    if not known and len(there) == len(declared) == 1:
        return there[0]  # what is strange in it is said at its cells
    names = say("exchange.list_glue").join(table.name.words(default_language()) for _, table in declared)
    if not known and len(declared) == 1:
        args = {"sheet": declared[0][1].sheet or "", "name": declared[0][1].name}
        raise ProblemsError([Problem("exchange.official_sheet", file, "", args)])
    code = "exchange.which_official" if known else "exchange.no_official"
    raise ProblemsError([Problem(code, file, "", {"names": names})])


def _find_sheet(sheets: Sequence[Sheet], table: OfficialTable) -> Sheet | None:
    named = [sheet for sheet in sheets if sheet.name]  # a CSV file has no cells to be named
    if table.sheet is not None:
        wanted = plain_heading(table.sheet)
        return next((sheet for sheet in named if plain_heading(sheet.name) == wanted), None)
    visible = [sheet for sheet in named if sheet.visible and any(map(any, sheet.rows))]
    return visible[0] if len(visible) == 1 else None


def read_official(found: OfficialSheet, unit_code: str) -> SentBook:
    """Answers of one unit, each with its cell; what cannot be read is a problem there.

    Parameters
    ----------
    found
        The sheet and what is where in it.
    unit_code
        Whose answers they are.
    """
    form = found.form
    sent = SentAnswers(form.id, unit_code, 0 if form.occurrence == "once" else None, tells_base=False)
    book = SentBook(found.file, BookAbout(), [sent], [], [])
    fields = dict(form.leaves())
    sent.main = _read_cells(found, fields, sent, book)
    for area in found.table.areas:
        sent.rows.setdefault(area.field, []).extend(_read_area(found, area, fields, sent, book))
    return book


@dataclass(frozen=True)
class Places:
    """Places of a row's cells.

    Attributes
    ----------
    places
        Place of the cell of each path.
    table
        Place for whatever has no cell of its own.
    """

    places: Mapping[str, str]
    table: str

    def __call__(self, path: str) -> str:
        """Place of the cell of a path."""
        return self.places.get(path, self.table)


def _read_cells(
    found: OfficialSheet, fields: Mapping[str, Field], sent: SentAnswers, book: SentBook
) -> SentRow:
    texts: dict[str, str] = {}
    unread: set[str] = set()
    for path, cell in found.table.cells.items():
        row, at = found.anchor(cell)
        column = {at: _column(path, fields[path])}
        table = read_declared(found.sheet, found.file, column, [row], is_list=False)
        _keep(table, sent, book)
        if table.unread:
            unread.add(path)
        else:
            texts[path] = "".join(table.column(path))
    places = {path: found.place(cell) for path, cell in found.table.cells.items()}
    return SentRow(texts, Places(places, found.place(found.first_cell)), unread=frozenset(unread))


def _read_area(
    found: OfficialSheet,
    area: OfficialArea,
    fields: Mapping[str, Field],
    sent: SentAnswers,
    book: SentBook,
) -> Iterator[SentRow]:
    block = find_block(area.range) or Block(0, 0, -1, -1)
    columns = {}
    for name, letters in area.columns.items():
        path = f"{area.field}/{name}"
        columns[(find_cell(f"{letters}1") or (0, 0))[1]] = _column(path, fields[path])
    table = read_declared(found.sheet, found.file, columns, range(block.top, block.bottom + 1))
    _keep(table, sent, book)
    paths = [column.name for column in columns.values()]
    for at in range(len(table)):
        unread = frozenset(path for path in paths if (at, path) in table.unread)
        texts = {path: table.column(path)[at] for path in paths if path not in unread}
        places = {path: table.place(at, path) for path in paths}
        yield SentRow(texts, Places(places, places[paths[0]]), unread=unread)


def _column(path: str, field: Field) -> Column:
    return Column(path, (field.label.words(default_language()),), KINDS.get(field.type, "text"))


def _keep(table: Table, sent: SentAnswers, book: SentBook) -> None:
    sent.problems += table.problems
    book.notes += [note for note in table.notes if note not in book.notes]
