"""One table of a file that somebody sent: its columns found by their headings, its cells made plain by kind.

All tables come in through :func:`read_table`, with one tolerance: title rows and notes around the table, merged
cells, headings in any spelling, codes and dates as Excel, WPS and people write them. What was changed or passed
over is in :attr:`Table.notes`; what cannot be read is in :attr:`Table.problems`, each cell once.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from difflib import SequenceMatcher, get_close_matches
from pathlib import Path
from typing import Final, Generic, Literal, TypeVar

from pbwidgets.errors import Problem, ProblemsError
from pbwidgets.intake.files import open_sheets
from pbwidgets.intake.headings import Heading, find_heading, head_of
from pbwidgets.intake.remarks import is_numbering, is_remark, is_total
from pbwidgets.intake.text import (
    clean_code,
    clean_name,
    clean_text,
    is_shortened,
    plain_heading,
    removed_signs,
    show_invisible,
    to_date,
    to_flag,
    to_number,
)
from pbwidgets.intake.workbook import Sheet, Value, to_text

Kind = Literal["text", "word", "code", "date", "number", "flag"]
Others = Literal["refused", "ignored", "kept"]
T = TypeVar("T")

OWN: Final = "#"
"""A column whose heading begins with it is the sender's own."""

MISSING: Final = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "—", "——", "/", "无"})
"""What a cell of a column of numbers without a value may contain, in small letters."""

_EXACT: Final = 10**15  # whole numbers that Excel keeps to the last digit
_COMMON: Final = frozenset({"序号", "备注", "no.", "no"})
"""Headings of columns that any list may have for people."""

_ASIDE: Final = re.compile("示例|样例|范例|模板|说明")
"""In the name of a sheet that shows how to fill in another."""


@dataclass(frozen=True)
class Column:
    """A column that a table may have.

    Attributes
    ----------
    name
        Its name in the program, which is also a heading.
    heads
        What people call it; messages use the first.
    kind
        How its cells are read: texts; words that name something and must be whole; codes; dates (to ISO); numbers (a
        per cent as it is shown); yes and no (to ``true``, ``false``).
    needed
        Whether a table without it is refused.
    filled
        Whether every row has something in it: a row with only one cell filled may then be no row at all.
    """

    name: str
    heads: tuple[str, ...] = ()
    kind: Kind = "text"
    needed: bool = False
    filled: bool = False

    @property
    def title(self) -> str:
        """What messages call it."""
        return self.heads[0] if self.heads else self.name


@dataclass(frozen=True)
class Reading(Generic[T]):
    """What was read from a file, and what was changed or passed over on the way."""

    content: T
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Table:
    """Cells of a table as plain text by column.

    Attributes
    ----------
    file
        The file, as the user named it.
    cells
        Texts by the column's name, all of one length; empty where there is nothing, or nothing readable.
    headings
        Heading of each column that was found, as the sender wrote it.
    notes
        What was changed or passed over.
    problems
        What cannot be read, each with its cell.
    unread
        Row and column's name of the cells among them.
    lost_rows
        Number of rows of which nothing can be read.
    """

    file: str
    cells: dict[str, list[str]]
    headings: dict[str, str]
    notes: tuple[Problem, ...]
    problems: tuple[Problem, ...]
    unread: frozenset[tuple[int, str]]
    lost_rows: int
    _places: "_Places"

    def __len__(self) -> int:
        return len(self._places.rows)

    def column(self, name: str) -> list[str]:
        """Texts of a column; empty texts if the table does not have it."""
        return self.cells[name] if name in self.cells else [""] * len(self)

    def place(self, row: int | None, name: str = "") -> str:
        """Place of a cell: ``名册!B7``, or the line of a CSV file; row None is the headings."""
        return self._places.of(row, name)

    def number(self, row: int) -> int:
        """Number of a row in the file."""
        return self._places.sheet.numbers[self._places.rows[row]]

    def problem(self, code: str, row: int | None, name: str = "", /, **args: object) -> Problem:
        """A problem at a cell; ``column`` in its message is the heading as the sender wrote it."""
        said = {"column": self.headings.get(name, name)} if name else {}
        return Problem(code, self.file, self.place(row, name), {**said, **args})

    def has_lost(self, name: str) -> bool:
        """Whether values of a column are lost with rows or cells: what refers to them may then only follow."""
        return self.lost_rows > 0 or any(column == name for _, column in self.unread)

    def raise_with(self, problems: Iterable[Problem] = ()) -> None:
        """Raise what cannot be read together with other problems, in the order of the rows.

        Raises
        ------
        ProblemsError
            If there is any.
        """
        found = [*self.problems, *problems]
        if found:
            raise ProblemsError(sorted(found, key=lambda problem: number_in(problem.place)))


@dataclass(frozen=True)
class _Places:
    """Where the rows and columns of a table are in its sheet."""

    sheet: Sheet
    heading: int
    rows: list[int]
    columns: dict[str, int]

    def of(self, row: int | None, name: str) -> str:
        return self.sheet.place(self.heading if row is None else self.rows[row], self.columns.get(name, 0))


def number_in(place: str) -> int:
    """Number of the row in a place; 0 if there is none."""
    found = re.search(r"\d+$", place)
    return int(found[0]) if found else 0


def read_table(
    path: Path, columns: Sequence[Column], *, others: Others = "refused", ignored: Collection[str] = ()
) -> Table:
    """Table of a CSV file or workbook.

    Of several sheets the first is read that has the most of the columns.

    Parameters
    ----------
    path
        A CSV file (UTF-8, GB 18030, UTF-16; commas, semicolons or tabs), ``.xlsx``, ``.xls`` or ``.ods``.
    columns
        Columns that it may have.
    others
        What becomes of other columns: a problem; left out; or kept as text under their headings.
    ignored
        Other headings that are left out in any case.

    Raises
    ------
    ProblemsError
        If there is no such table in the file: what is wrong with the file, its headings or its size. Cells that
        cannot be read are in :attr:`Table.problems` instead, so that the caller can add what else is wrong.
    """
    return choose_table(open_sheets(path), str(path), columns, others=others, ignored=ignored)


def choose_table(
    sheets: Sequence[Sheet],
    file: str,
    columns: Sequence[Column],
    *,
    others: Others = "refused",
    ignored: Collection[str] = (),
) -> Table:
    """Table of sheets that are open already; parameters and errors as for :func:`read_table`."""
    names = {plain_heading(text): column for column in columns for text in (column.name, *column.heads)}

    def knows(text: str) -> bool:
        return plain_heading(text) in names

    def rank(sheet: Sheet, heading: Heading | None) -> tuple[bool, bool, bool, int]:
        count = sum(map(knows, heading.texts.values())) if heading else 0
        return count > 0, sheet.visible, not _ASIDE.search(sheet.name), count

    filled = [sheet for sheet in sheets if any(value is not None for row in sheet.rows for value in row)]
    if not filled:
        raise ProblemsError([Problem("intake.file_empty", file)])
    heads = [head_of(sheet) for sheet in filled]
    headings = [find_heading(head, knows) for head in heads]
    ranks = list(map(rank, filled, headings))
    best = [at for at, found in enumerate(ranks) if found == max(ranks)]
    sheet = filled[best[0]]
    if len(best) > 1 and max(ranks)[0]:
        alike = "、".join(filled[at].name for at in best)
        raise ProblemsError([Problem("intake.which_sheet", file, sheet.name, {"sheets": alike})])
    reader = _Reader(sheet, file, columns, names)
    reader.find_columns(heads[best[0]], headings[best[0]], others, {plain_heading(text) for text in ignored})
    reader.find_rows()
    reader.note_other_sheets(filled)
    return reader.read()


def read_declared(
    sheet: Sheet, file: str, columns: Mapping[int, Column], rows: Iterable[int], *, is_list: bool = True
) -> Table:
    """Table at a place that is known beforehand, without headings; its cells are read as in any other.

    Parameters
    ----------
    sheet
        The sheet; rows beyond its last are left out.
    file
        Its file, for messages.
    columns
        Columns by their number in the sheet, from 0.
    rows
        Numbers of the rows, from 0.
    is_list
        Whether empty rows and totals are passed over, and cells merged over rows hold for each of them.

    Examples
    --------
    >>> sheet = Sheet("表", [[None, "党员数", "１２"]], [1])
    >>> table = read_declared(sheet, "a.xlsx", {2: Column("members", kind="number")}, [0], is_list=False)
    >>> table.column("members"), table.place(0, "members")
    (['12'], '表!C1')
    """
    reader = _Reader(sheet, file, list(columns.values()), {})
    reader.take(columns, [row for row in rows if row < len(sheet.rows)], is_list=is_list)
    return reader.read()


class _Reader:
    """One sheet on its way to a table."""

    def __init__(self, sheet: Sheet, file: str, columns: Sequence[Column], names: dict[str, Column]) -> None:
        self.sheet, self.file, self.columns, self.names = sheet, file, columns, names
        self.notes = list(sheet.notes)
        self.problems: list[Problem] = []
        self.found: dict[str, Column] = {}
        self.at: dict[str, int] = {}
        self.headings: dict[str, str] = {}
        self.rows: list[int] = []
        self.lost_rows = 0
        self.own: set[int] = set()
        self.meant: set[str] = set()
        self.first = 0

    def find_columns(
        self, head: Collection[int], heading: Heading | None, others: Others, ignored: Collection[str]
    ) -> None:
        """Columns by the headings of the sheet, which stand in or below the first rows ``head``."""
        if heading is None:
            needed = "、".join(column.title for column in self.columns if column.needed)
            raise ProblemsError([self._problem("intake.no_headings", min(head), 0, needed=needed)])
        self.first = heading.last + 1
        problems = [broken for (row, _), broken in self.sheet.broken.items() if row <= heading.last]
        problems += self._name_columns(heading, others, {*ignored, *_COMMON})
        problems += [
            self._lacking(column, heading)
            for column in self.columns
            if column.needed and column.name not in self.at and column.name not in self.meant
        ]
        if problems:
            raise ProblemsError(problems)
        above = [row for row in head if row < heading.first]
        if above:
            self._note("intake.title_rows", above[0], 0, count=len(above))

    def _name_columns(self, heading: Heading, others: Others, ignored: Collection[str]) -> Iterator[Problem]:
        row = heading.last
        for at, text in sorted(heading.texts.items()):
            column = self.names.get(plain_heading(text))
            if column is None and others == "kept" and not text.startswith(OWN):
                column = Column(text)
            if column is None:
                self.own.add(at)
                if others == "refused" and not text.startswith(OWN) and plain_heading(text) not in ignored:
                    yield self._problem("intake.unknown_column", row, at, **self._nearest(text))
            elif column.name in self.at:
                yield self._problem("intake.repeated_column", row, at, value=text)
            else:
                self.found[column.name], self.at[column.name], self.headings[column.name] = column, at, text

    def _nearest(self, text: str) -> dict[str, str]:
        """The heading that comes nearest to one that is not known: its column is then not missing as well."""
        near = get_close_matches(plain_heading(text), self.names, 1, 0.0)[0]
        column = self.names[near]
        self.meant.add(column.name)
        allowed = "、".join(item.title for item in self.columns)
        return {"value": text, "nearest": column.title, "allowed": allowed}

    def _lacking(self, column: Column, heading: Heading) -> Problem:
        """A column that is missing, with the heading that comes nearest to any of its names."""
        others = [text for text in heading.texts.values() if plain_heading(text) not in self.names]
        pairs = [(text, name) for text in others for name in (column.name, *column.heads)]
        if not pairs:
            return self._problem("intake.missing_column", heading.last, 0, title=column.title)
        near = max(pairs, key=lambda pair: SequenceMatcher(None, *pair).ratio())[0]
        return self._problem("intake.missing_column_near", heading.last, 0, title=column.title, nearest=near)

    # -- rows ---------------------------------------------------------------------------------------------

    def find_rows(self) -> None:
        """Rows of the body; what is no data is passed over, merged cells are filled downwards."""
        body = [row for row in range(self.first, len(self.sheet.rows)) if not self._is_passed_over(row)]
        self._fill_merged(body)
        known = {*self.at.values(), *self.own}
        for row in body:
            filled = self._filled(row)
            if len(filled) == 1 and sum(column.filled for column in self.columns) > 1:
                said = _short(to_text(self.sheet.rows[row][filled[0]]))
                self.problems.append(self._problem("intake.only_one_cell", row, filled[0], value=said))
                self.lost_rows += 1
                continue
            for at in filled:
                if at not in known:
                    said = _short(to_text(self.sheet.rows[row][at]))
                    self.problems.append(self._problem("intake.cell_without_heading", row, at, value=said))
            self.rows.append(row)

    def _filled(self, row: int) -> list[int]:
        values, broken = self.sheet.rows[row], self.sheet.broken
        return [at for at, value in enumerate(values) if value is not None or (row, at) in broken]

    def _is_passed_over(self, row: int) -> bool:
        """Whether a row is empty or no data, which is noted."""
        filled = self._filled(row)
        if not filled:
            return True
        texts = [clean_text(to_text(self.sheet.rows[row][at])) for at in filled]
        is_wide = any(
            area.top == row and area.left == filled[0] and area.right > area.left
            for area in self.sheet.merged
        )
        if is_total(texts) or is_remark(texts, is_wide=is_wide) or self._is_of_form(row, filled, texts):
            self._note("intake.row_passed_over", row, filled[0], value=_short(" ".join(texts)))
            return True
        return False

    def _is_of_form(self, row: int, filled: Sequence[int], texts: Sequence[str]) -> bool:
        """Whether a row numbers the columns, or repeats their headings on the next page."""
        if row == self.first and sum(column.kind != "number" for column in self.found.values()) > 1:
            return is_numbering(texts)
        named = dict(zip(filled, texts, strict=True))
        headings = ((self.headings[name], named.get(at, "")) for name, at in self.at.items())
        return len(texts) > 1 and all(plain_heading(text) == plain_heading(said) for said, text in headings)

    def take(self, columns: Mapping[int, Column], rows: Sequence[int], *, is_list: bool) -> None:
        """Columns and rows at places that are known; cells outside them are nobody's concern."""
        for at, column in columns.items():
            self.found[column.name], self.at[column.name] = column, at
            self.headings[column.name] = column.title
        self.first = min(rows, default=0)
        self.rows = list(rows)
        if is_list:
            self._fill_merged(rows)
            self.rows = [row for row in rows if self._has_data(row)]

    def _has_data(self, row: int) -> bool:
        """Whether a row has something in the table's own columns, and is no total, which is noted."""
        filled = self._filled(row)
        if set(self.at.values()).isdisjoint(filled):
            return False
        texts = [clean_text(to_text(self.sheet.rows[row][at])) for at in filled]
        if is_total(texts):
            self._note("intake.row_passed_over", row, filled[0], value=_short(" ".join(texts)))
            return False
        return True

    def _fill_merged(self, body: Sequence[int]) -> None:
        """Give the rows under a merged cell its value."""
        rows, columns, whole = self.sheet.rows, set(self.at.values()), set(body)
        for area in self.sheet.merged:
            value = self.sheet.cell(area.top, area.left).value
            if area.top < self.first or area.left not in columns or value is None:
                continue
            filled = [row for row in range(area.top + 1, area.bottom + 1) if row in whole]
            for row in filled:
                rows[row].extend([None] * (area.left + 1 - len(rows[row])))
                rows[row][area.left] = value
            if filled:
                said = {"count": len(filled), "value": _short(to_text(value))}
                self._note("intake.merged_cells", area.top, area.left, **said)

    def note_other_sheets(self, filled: Sequence[Sheet]) -> None:
        others = [sheet.name for sheet in filled if sheet is not self.sheet]
        if others:
            args = {"sheet": self.sheet.name, "others": "、".join(others)}
            self.notes.append(Problem("intake.other_sheets", self.file, self.sheet.name, args))

    # -- cells ---------------------------------------------------------------------------------------------

    def read(self) -> Table:
        unread = set(self._find_unusable())
        cells = {name: list(self._read_column(name, unread)) for name in self.at}
        return Table(
            self.file, cells, self.headings, tuple(self.notes), tuple(self.problems), frozenset(unread), self.lost_rows,
            _Places(self.sheet, self.first - 1, self.rows, self.at),
        )  # fmt: skip

    def _find_unusable(self) -> Iterator[tuple[int, str]]:
        """Cells of the table that hold an error, or a formula without a result."""
        broken = self.sheet.broken
        for number, row in enumerate(self.rows if broken else ()):
            for name, at in self.at.items():
                if (row, at) in broken:
                    self.problems.append(broken[row, at])
                    yield number, name

    def _read_column(self, name: str, unread: set[tuple[int, str]]) -> Iterator[str]:
        kind, at = self.found[name].kind, self.at[name]
        changed: list[tuple[int, str, str]] = []
        for number, row in enumerate(self.rows):
            value = self._value(row, at, kind)
            if value is None:
                yield ""
                continue
            written, text = to_text(value), _READERS[kind](value)
            if isinstance(text, _Unread):
                unread.add((number, name))
                args = {"title": self.headings[name], "value": show_invisible(written)}
                self.problems.append(self._problem(text.code, row, at, **args))
                yield ""
                continue
            if _is_changed(kind, value, text):
                changed.append((row, written, text))
            yield text
        if changed:
            row, written, text = changed[0]
            said = {"title": self.headings[name], "value": show_invisible(written), "became": text}
            self._note("intake.cells_changed", row, at, count=len(changed), **said)

    def _value(self, row: int, at: int, kind: Kind) -> Value:
        """Value of a cell: a code as it is shown, a per cent as it was typed."""
        cells = self.sheet.rows[row]
        value = cells[at] if at < len(cells) else None
        if kind in ("code", "word"):
            return self.sheet.shown.get((row, at), value)
        if kind == "number" and isinstance(value, float) and (row, at) in self.sheet.percents:
            return float(f"{value * 100:.12g}")
        return value

    def _problem(self, code: str, row: int, column: int, **args: object) -> Problem:
        return Problem(code, self.file, self.sheet.place(row, column), args)

    def _note(self, code: str, row: int, column: int, **args: object) -> None:
        self.notes.append(self._problem(code, row, column, **args))


def _short(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:30]}…"


def _is_changed(kind: Kind, value: Value, text: str) -> bool:
    """Whether the sender should know how a cell was read."""
    if kind == "date" and not isinstance(value, str):
        return isinstance(value, float) or (isinstance(value, datetime) and value.time() != time())
    if not isinstance(value, str):
        return False
    if kind == "text":
        return removed_signs(value, text) != ""
    return kind in ("word", "code", "date") and text != value.strip()


# -- readers by kind of column -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Unread:
    """A cell that cannot be read: the code of the message."""

    code: str


def _read_text(value: Value) -> str:
    return clean_text(to_text(value))


def _read_word(value: Value) -> str | _Unread:
    """A word as it is written, in one line; as a code if it is nothing but digits."""
    code = _read_code(value)
    return code if isinstance(code, _Unread) or code.isdigit() else clean_name(to_text(value))


def _read_code(value: Value) -> str | _Unread:
    if isinstance(value, float | int) and abs(value) >= _EXACT:
        return _Unread("intake.digits_lost")
    if isinstance(value, date):
        return _Unread("intake.became_date")
    code = clean_code(to_text(value))
    return _Unread("intake.digits_lost") if is_shortened(code) else code


def _read_date(value: Value) -> str | _Unread:
    if isinstance(value, datetime | date):
        return (value.date() if isinstance(value, datetime) else value).isoformat()
    day = to_date(to_text(value))
    return day.isoformat() if day else _Unread("intake.bad_date")


def _read_number(value: Value) -> str | _Unread:
    if clean_text(to_text(value)).lower() in MISSING:
        return ""
    number = value if isinstance(value, float) else to_number(to_text(value))
    if number is not None and abs(number) > _EXACT:
        return _Unread("intake.number_too_large")
    return to_text(float(number)) if number is not None else _Unread("intake.no_number")


def _read_flag(value: Value) -> str | _Unread:
    flag = to_flag(to_text(value))
    return _Unread("intake.bad_flag") if flag is None else str(flag).lower()


_READERS: Final[dict[Kind, Callable[[Value], str | _Unread]]] = {
    "text": _read_text,
    "word": _read_word,
    "code": _read_code,
    "date": _read_date,
    "number": _read_number,
    "flag": _read_flag,
}
