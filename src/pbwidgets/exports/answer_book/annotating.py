"""A copy of a workbook that somebody sent, with what is wrong written at its cells.

The copy is made anew from the values that were read and from how the sheets look: nothing else of the file that was
sent comes along, whatever it holds. What of it costs memory and time is read in processes of their own.
"""

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from pbwidgets.errors import DataError, Problem
from pbwidgets.exports.archive import write_settled
from pbwidgets.exports.xlsx import free_name
from pbwidgets.intake import looks
from pbwidgets.intake.looks import Look, SheetLooks
from pbwidgets.intake.text import drop_unfit
from pbwidgets.intake.workbook import Area, Sheet, find_cell, open_workbook
from pbwidgets.palette import ALERT, FOUND, RULE

MOST_ROWS: Final = 5_000
"""Rows of a sheet up to which there is a copy."""
MOST_CELLS: Final = 100_000
"""Cells of a workbook up to which there is a copy: some seconds of writing."""
MOST_SIGNS: Final = 5_000_000
"""Characters of a workbook up to which there is a copy."""

_CELL: Final = re.compile(r"(?P<sheet>.+)!(?P<cell>[A-Z]{1,3}[1-9]\d*)")
_AUTHOR: Final = "pbwidgets"
_USUAL: Final[Mapping[str, str | float]] = {
    "font_name": "Microsoft YaHei",
    "font_size": 10.5,
    "border_color": RULE,
}
_MARKED: Final[Look] = (("bg_color", FOUND), ("border", 2), ("border_color", ALERT))
_WIDTH, _HEIGHT = 320, 120  # pixels of a comment
_LONGEST: Final = 32_000  # characters of a cell or comment
_ROOM: Final = (
    300,
    30,
)  # rows below and columns beside the last value that look as they did: room to fill in
_ERRORS: Final = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
_QUOTED: Final = frozenset("=+-@\t\r")

_Texts = Mapping[tuple[int, int], Sequence[str]]


def annotate(content: bytes, findings: Iterable[Problem], path: Path, lang: str | None = None) -> Path:
    """Path of a copy in which each finding is a comment at its coloured cell; findings without a cell are left out.

    Values, widths, colours, hidden rows, columns and sheets, and lists of options are as they were; formulas are their
    values. Macros, links, names, rules that compute, headers, properties and comments of the file do not come along.

    Parameters
    ----------
    content
        The ``.xlsx``, as it was sent.
    findings
        What is wrong, each at a place ``sheet!B7``.
    path
        The ``.xlsx`` to write; folders are made.
    lang
        Language of the comments.

    Raises
    ------
    DataError
        ``exchange.no_copy`` if it is too large for one.
    ProblemsError
        If it cannot be read.
    """
    import xlsxwriter

    sheets = open_workbook(content, path.name)
    texts = _texts_by_cell(findings, lang)
    _check_size(sheets, sum(map(len, texts.values())))
    looking = looks.looks_apart(content)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "nan_inf_to_errors": True}) as book:
        book.set_properties({"author": _AUTHOR, "created": datetime(2000, 1, 1)})
        _Copy(book).write(sheets, looking, texts)
    return write_settled(out.getvalue(), path)


def _check_size(sheets: Sequence[Sheet], comments: int) -> None:
    rows = max((len(sheet.rows) for sheet in sheets), default=0)
    values = [value for sheet in sheets for row in sheet.rows for value in row]
    signs = sum(len(value) for value in values if isinstance(value, str))
    if max(rows, comments) > MOST_ROWS or len(values) > MOST_CELLS or signs > MOST_SIGNS:
        raise DataError("exchange.no_copy", most_rows=MOST_ROWS, most_cells=MOST_CELLS)


def _texts_by_cell(
    findings: Iterable[Problem], lang: str | None
) -> Mapping[str, dict[tuple[int, int], list[str]]]:
    found: dict[str, dict[tuple[int, int], list[str]]] = defaultdict(lambda: defaultdict(list))
    for problem in findings:
        said = _CELL.fullmatch(problem.place)
        place = find_cell(said["cell"]) if said else None
        if said and place:
            text = " ".join(filter(None, (problem.message(lang), problem.remedy(lang))))
            found[said["sheet"]][place].append(text)
    return found


class _Copy:
    """The copy while it is written."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.formats: dict[Look, Any] = {}

    def write(
        self,
        sheets: Sequence[Sheet],
        looking: Mapping[str, SheetLooks],
        texts: Mapping[str, _Texts],
    ) -> None:
        """Write every sheet; the copy opens where something is wrong."""
        taken: set[str] = set()
        pages = [self.book.add_worksheet(free_name(sheet.name, taken)) for sheet in sheets]
        seen = [sheet.visible or sheet.name in texts for sheet in sheets]
        seen = seen if any(seen) else [True for _ in sheets]
        first = next((at for at, sheet in enumerate(sheets) if sheet.name in texts), seen.index(True))
        for at, (page, sheet) in enumerate(zip(pages, sheets, strict=True)):
            _Page(self, page, sheet, looking.get(sheet.name, SheetLooks()), texts.get(sheet.name, {})).write()
            if at == first:
                page.activate()
            elif not seen[at]:
                page.hide()
        pages[seen.index(True)].set_first_sheet()

    def format(self, look: Look) -> Any:
        """Format of a look, each made once."""
        if look not in self.formats:
            self.formats[look] = self.book.add_format({**_USUAL, **dict(look)})
        return self.formats[look]


class _Page:
    """One sheet of the copy while it is written."""

    def __init__(self, copy: _Copy, page: Any, sheet: Sheet, looking: SheetLooks, texts: _Texts) -> None:
        self.copy, self.page, self.sheet, self.looking, self.texts = copy, page, sheet, looking, texts
        wide = max(map(len, sheet.rows), default=0)
        self.rows, self.columns = len(sheet.rows) + _ROOM[0], wide + _ROOM[1]

    def write(self) -> None:
        """Write its cells, and what is around them."""
        for area in self.sheet.merged:
            self._merge(area)
        filled = {
            (row, column) for row, values in enumerate(self.sheet.rows) for column in range(len(values))
        }
        near = {place for place in self.looking.cells if place[0] < self.rows and place[1] < self.columns}
        for place in sorted(filled | near | set(self.texts)):
            self._write(*place)
        for (row, column), said in self.texts.items():
            text = drop_unfit("\n".join(said))[:_LONGEST]
            self.page.write_comment(
                row, column, text, {"author": _AUTHOR, "width": _WIDTH, "height": _HEIGHT}
            )
        self._write_around()

    def _write_around(self) -> None:
        for row, (height, hidden) in self.looking.heights.items():
            if row < self.rows:
                self.page.set_row(row, height, None, {"hidden": hidden})
        for column, (width, hidden) in self.looking.widths.items():
            if column < self.columns:
                self.page.set_column(column, column, width, None, {"hidden": hidden})
        for (top, left, bottom, right), source, strict in self.looking.lists:
            here = isinstance(source, list) or source[2:].partition("'")[0] in self.copy.book.sheetnames
            if here and top <= bottom < self.rows and left <= right < self.columns:
                rule = {"validate": "list", "source": source, "show_error": strict}
                self.page.data_validation(top, left, bottom, right, rule)
        self.page.freeze_panes(*self.looking.frozen)
        self.page.set_landscape()
        self.page.set_paper(9)  # A4
        self.page.fit_to_pages(1, 0)

    def _merge(self, area: Area) -> None:
        from xlsxwriter.exceptions import OverlappingRange

        if area.bottom >= self.rows or area.right >= self.columns:
            return
        if (area.top, area.left) == (area.bottom, area.right):
            return
        try:
            look = self._look(area.top, area.left)
            self.page.merge_range(area.top, area.left, area.bottom, area.right, "", self.copy.format(look))
        except OverlappingRange:  # no honest file has them
            return

    def _look(self, row: int, column: int) -> Look:
        look = self.looking.cells.get((row, column), ())
        if ("bg_color", FOUND) in look:  # what an earlier copy said
            look = tuple(pair for pair in look if pair[0] != "bg_color")
        return (*look, *_MARKED) if (row, column) in self.texts else look

    def _write(self, row: int, column: int) -> None:
        look, sheet, page = self._look(row, column), self.sheet, self.page
        cell = sheet.cell(row, column) if row < len(sheet.rows) else None
        value = None if cell is None else cell.value
        if (row, column) in sheet.broken:  # stays so until somebody corrects it
            said = str(sheet.broken[row, column].args.get("value", ""))
            shown = said if said in _ERRORS else "#N/A"
            page.write_formula(row, column, "=NA()", self.copy.format(look), shown)
        elif value is None:
            if look:
                page.write_blank(row, column, None, self.copy.format(look))
        elif isinstance(value, str):
            quoted: Look = (("quote_prefix", 1),) if value[:1] in _QUOTED else ()
            text = drop_unfit(value)[:_LONGEST]
            page.write_string(row, column, text, self.copy.format((*look, *quoted)))
        elif isinstance(value, bool):
            page.write_boolean(row, column, value, self.copy.format(look))
        elif isinstance(value, date | time | timedelta):
            page.write_datetime(row, column, value, self.copy.format((*look, ("num_format", _shown(value)))))
        else:
            percent = cell is not None and cell.percent and "%" not in str(dict(look).get("num_format"))
            shown_as: Look = (("num_format", "0.00%"),) if percent else ()
            page.write_number(row, column, value, self.copy.format((*look, *shown_as)))


def _shown(value: date | time | timedelta) -> str:
    """Number format in which a date or time is shown whole."""
    if isinstance(value, time):
        return "hh:mm:ss"
    if isinstance(value, timedelta):
        return "[h]:mm:ss"
    return "yyyy-mm-dd hh:mm:ss" if isinstance(value, datetime) and value.time() != time() else "yyyy-mm-dd"
