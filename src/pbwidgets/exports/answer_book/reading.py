"""A workbook of answers that came back: its rows by form, unit and entry, each cell with its place.

Sheets are read by the table room, each by its hidden row of ids; what the room cannot read is a problem at its cell.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from pbwidgets.campaign import Campaign, Field, Form
from pbwidgets.errors import Problem, ProblemsError
from pbwidgets.exports.answer_book import layout as plan
from pbwidgets.exports.answer_book.cells import KINDS
from pbwidgets.exports.answer_book.layout import SheetLayout
from pbwidgets.intake.table import Column, Kind, Table, choose_table, number_in
from pbwidgets.intake.text import clean_name, clean_text, plain_heading
from pbwidgets.intake.workbook import Sheet, to_text
from pbwidgets.wording import LANGUAGES, say

_ABOUT: Final = ("campaign", "period", "version")
_UNSAID: Final = ("intake.title_rows", "intake.other_sheets")
"""Notes of the table room about what every sheet of ours has."""
_HEAD: Final = 20
_HEADS: Final = (plan.UNIT, plan.UNIT_NAME, plan.BASE)
NOTHING: Final = "0.0"
"""Version and revision of what nobody has begun."""


@dataclass(frozen=True)
class SentRow:
    """A row that came back.

    Attributes
    ----------
    texts
        Text of each cell by the path of its field; cells that cannot be read, and columns that are not there, are
        left out.
    place
        Gives the place of the cell of a path; of an empty path, that of the cell which says whose row it is.
    number
        Number of the row in its repeat, from 1; None for a new one, and outside repeats.
    row_id, row_name
        Id and name of a fixed row.
    unread
        Paths of the cells that cannot be read.
    """

    texts: Mapping[str, str]
    place: Callable[[str], str]
    number: int | None = None
    row_id: str = ""
    row_name: str = ""
    unread: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is filled in."""
        return not self.unread and not any(self.texts.values())


@dataclass
class SentAnswers:
    """What came back of one submission.

    Attributes
    ----------
    form_id, unit_code
        What it is about.
    occurrence
        Entry of a log, from 1; 0 for what is filled in once; None for a new entry.
    main
        Its row on the form's sheet; None if there is none.
    rows
        Its rows by repeat.
    bases
        Versions and revisions that its rows say they were written from; empty if none does.
    tells_base
        Whether rows of its kind of table say so: an official table does not.
    problems
        What cannot be read of it.
    """

    form_id: str
    unit_code: str
    occurrence: int | None
    main: SentRow | None = None
    rows: dict[str, list[SentRow]] = field(default_factory=dict)
    bases: set[tuple[int, int]] = field(default_factory=set)
    tells_base: bool = True
    problems: list[Problem] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Place of the cell that says whose it is."""
        first = self.main or next(row for rows in self.rows.values() for row in rows)
        return first.place("")


_ByKey = dict[tuple[str, str, int], SentAnswers]


@dataclass(frozen=True)
class BookAbout:
    """What a workbook says of itself; empty where it says nothing."""

    campaign: str = ""
    period: str = ""
    version: str = ""


@dataclass
class SentBook:
    """A workbook of answers that came back.

    Attributes
    ----------
    file
        Its name in messages.
    about
        What it says of itself.
    sent
        Submissions in it, in the order of their first row.
    problems, notes
        What cannot be read, and what was changed or passed over.
    """

    file: str
    about: BookAbout
    sent: list[SentAnswers]
    problems: list[Problem]
    notes: list[Problem]


def find_about(sheets: Sequence[Sheet]) -> BookAbout:
    """What a workbook says of itself."""
    page = next((sheet for sheet in sheets if sheet.name == plan.BOOK_SHEET), None)
    said = {to_text(row[0]): to_text(row[1]) for row in (page.rows if page else ()) if len(row) > 1}
    return BookAbout(*(said.get(name, "") for name in _ABOUT))


def is_answer_book(sheets: Sequence[Sheet]) -> bool:
    """Whether any sheet has the hidden row of ids of a workbook of answers."""
    return any(_find_marks(sheet) is not None for sheet in sheets)


@dataclass(frozen=True)
class Units:
    """Names of units by code, and codes by those names that only one has."""

    names: Mapping[str, str]

    @cached_property
    def codes(self) -> Mapping[str, str]:
        """Codes by name."""
        often = Counter(self.names.values())
        return {name: code for code, name in self.names.items() if often[name] == 1}


def read_book(sheets: Sequence[Sheet], file: str, campaign: Campaign, units: Units) -> SentBook:
    """Rows of a workbook, by what they are about.

    Parameters
    ----------
    sheets
        Its sheets.
    file
        Its name, for messages.
    campaign
        The campaign, which knows the fields.
    units
        The units; a row of a new entry may have only the name.
    """
    book = SentBook(file, find_about(sheets), [], [], [])
    by_key: _ByKey = {}
    forms = {form.id: form for form in campaign.forms}
    for sheet in sheets:
        marks = _find_marks(sheet)
        if marks is None:
            if (row := _find_heads(sheet)) is not None:
                book.problems.append(Problem("exchange.no_ids", file, sheet.place(row, 0)))
            continue
        form_id, repeat_id = marks.whose
        layout = _find_layout(forms.get(form_id), repeat_id)
        if layout is None:
            args = {"value": form_id if not repeat_id else f"{form_id}/{repeat_id}"}
            book.problems.append(Problem("exchange.unknown_sheet", file, sheet.place(marks.row, 0), args))
            continue
        _SheetReader(book, by_key, layout, units).read(sheet, marks.row)
    return book


@dataclass(frozen=True)
class _Marks:
    row: int
    whose: tuple[str, str]


def _find_marks(sheet: Sheet) -> _Marks | None:
    """The row of ids among the first ones, and whose it is."""
    for at, row in enumerate(sheet.rows[:_HEAD]):
        found = [
            mark for value in row if isinstance(value, str) and (mark := plan.read_mark(clean_text(value)))
        ]
        if len(found) > 1:
            return _Marks(at, found[0][:2])
    return None


def _find_heads(sheet: Sheet) -> int | None:
    """The row of headings of a sheet of ours; such a sheet without ids would be passed over in silence."""
    said = [{plain_heading(say(f"exchange.head_{name[1:]}", lang)) for name in _HEADS} for lang in LANGUAGES]
    for at, row in enumerate(sheet.rows[:_HEAD]):
        if any(heads <= set(map(plain_heading, map(to_text, row))) for heads in said):
            return at
    return None


def _find_layout(form: Form | None, repeat_id: str) -> SheetLayout | None:
    for layout in plan.layouts_of(form) if form is not None else ():
        if (layout.repeat.id if layout.repeat is not None else "") == repeat_id:
            return layout
    return None


def _below(sheet: Sheet, ids: int) -> Sheet:
    """The sheet without the headings for people, which stand between the ids and the answers."""
    last = ids + plan.FIRST_ROW - plan.ID_ROW
    return replace(
        sheet,
        rows=[[] if ids < at < last else row for at, row in enumerate(sheet.rows)],
        broken={place: said for place, said in sheet.broken.items() if not ids < place[0] < last},
    )


class _SheetReader:
    """One sheet on its way to submissions."""

    def __init__(self, book: SentBook, by_key: _ByKey, layout: SheetLayout, units: Units) -> None:
        self.book, self.by_key, self.layout, self.units = book, by_key, layout, units
        self.repeat = "" if layout.repeat is None else layout.repeat.id
        self.is_log = layout.form.occurrence == "many"
        self.paths = [column.path for column in layout.columns if column.field is not None]
        self.labels = {
            layout.mark(column): say(f"exchange.head_{column.path[1:]}")
            if column.field is None
            else column.field.label
            for column in layout.columns
        }
        self.problems: dict[int, list[Problem]] = defaultdict(list)
        self.unread: dict[int, set[str]] = defaultdict(set)

    def read(self, whole: Sheet, ids: int) -> None:
        """Add what the sheet holds to the book; ``ids`` is its row of ids."""
        self.book.problems += self._find_lost(whole, ids)
        sheet = _below(whole, ids)
        columns = [
            Column(column.path, (self.layout.mark(column),), _kind_of(column.path, column.field))
            for column in self.layout.columns
        ]
        try:
            table = choose_table([sheet], self.book.file, columns, others="ignored")
        except ProblemsError as error:
            self.book.problems += error.problems
            return
        self.book.notes += [self._name(note) for note in table.notes if note.code not in _UNSAID]
        if plan.UNIT not in table.cells:
            self.book.problems.append(table.problem("exchange.no_unit_column", None))
            return
        for problem in table.problems:
            self.problems[number_in(problem.place)].append(self._name(problem))
        for row, name in table.unread:
            self.unread[row].add(name)
        for at in range(len(table)):
            self._take(table, at)
        for left in self.problems.values():  # of rows that are nobody's
            self.book.problems += left

    def _find_lost(self, sheet: Sheet, ids: int) -> Iterator[Problem]:
        """Columns with answers whose id is of no field; those without any id are found cell by cell."""
        last = ids + plan.FIRST_ROW - plan.ID_ROW
        for at, value in enumerate(sheet.rows[ids]):
            text = clean_text(to_text(value))
            if (
                text
                and text not in self.labels
                and any(map(to_text, (row[at] for row in sheet.rows[last:] if at < len(row))))
            ):
                yield Problem(
                    "exchange.unknown_column", self.book.file, sheet.place(ids, at), {"value": text}
                )

    def _name(self, problem: Problem) -> Problem:
        """The problem with the label of its column in place of its mark."""
        args = {name: self.labels.get(value, value) for name, value in problem.args.items()}
        return replace(problem, args=args)

    def _take(self, table: Table, at: int) -> None:
        keys = {column.path: table.column(column.path)[at] for column in self.layout.keys}
        unread = frozenset(self.unread.get(at, ()))
        kept = [path for path in self.paths if path in table.cells and path not in unread]
        fixed = self.layout.is_fixed
        row_id = keys.get(plan.ROW, "") if fixed else ""
        row = SentRow(
            {path: table.cells[path][at] for path in kept},
            _Place(table, at),
            None if fixed else _whole(keys.get(plan.ROW, "")),
            row_id,
            keys.get(plan.ROW_NAME, ""),
            frozenset(unread),
        )
        if row.is_empty and self._is_room(keys) and table.number(at) not in self.problems:
            return
        if unread & {plan.UNIT, plan.ENTRY, plan.ROW}:
            return  # whose row it is cannot be read, which is said
        numbers = (plan.ENTRY,) if fixed else (plan.ENTRY, plan.ROW)
        wrong = [name for name in numbers if keys.get(name) and _whole(keys[name]) is None]
        if wrong:
            args = {"value": keys[wrong[0]]}
            self.book.problems.append(table.problem("exchange.no_number", at, wrong[0], **args))
            return
        unit_code = keys[plan.UNIT] or self.units.codes.get(keys.get(plan.UNIT_NAME, ""), "")
        entry = _whole(keys.get(plan.ENTRY, "")) if self.is_log else 0
        if not unit_code or (self.repeat and entry is None):
            code, name = ("exchange.no_entry", plan.ENTRY) if unit_code else ("exchange.no_unit", plan.UNIT)
            self.book.problems.append(table.problem(code, at, name))
            return
        sent = self._find(unit_code, entry)
        sent.problems += self.problems.pop(table.number(at), [])
        self._check_name(table, at, sent, keys)
        self._put(table, at, sent, row, keys)

    def _is_room(self, keys: Mapping[str, str]) -> bool:
        """Whether a row is room for a new one: it was not written from anything."""
        written = (plan.ENTRY, plan.ROW, plan.BASE)
        return (bool(self.repeat) or self.is_log) and not any(
            keys.get(name) for name in written if not (self.repeat and name == plan.ENTRY)
        )

    def _find(self, unit_code: str, entry: int | None) -> SentAnswers:
        found = None if entry is None else self.by_key.get((self.layout.form.id, unit_code, entry))
        if found is None:
            found = SentAnswers(self.layout.form.id, unit_code, entry)
            self.book.sent.append(found)
            if entry is not None:
                self.by_key[self.layout.form.id, unit_code, entry] = found
        return found

    def _put(self, table: Table, at: int, sent: SentAnswers, row: SentRow, keys: Mapping[str, str]) -> None:
        """Put a row where it belongs; there may be one of each."""
        if not self.repeat:
            twice, sent.main = sent.main, sent.main or row
            if plan.BASE in table.cells:
                sent.bases.add(_to_base(keys[plan.BASE]))
        else:
            listed = sent.rows.setdefault(self.repeat, [])
            own = (row.number, row.row_id)
            is_known = row.number is not None or bool(row.row_id)
            twice = next((one for one in listed if is_known and (one.number, one.row_id) == own), None)
            listed.append(row)
            if is_known and keys.get(plan.BASE):
                sent.bases.add(_to_base(keys[plan.BASE]))
        if twice is not None:
            args = {"first": twice.place("")}
            sent.problems.append(table.problem("exchange.row_twice", at, plan.UNIT, **args))

    def _check_name(self, table: Table, at: int, sent: SentAnswers, keys: Mapping[str, str]) -> None:
        """A row with the name of another unit was torn apart, as by sorting one column alone."""
        name, known = keys.get(plan.UNIT_NAME, ""), self.units.names.get(sent.unit_code)
        if keys[plan.UNIT] and name and known is not None and clean_name(known) != clean_name(name):
            args = {"unit": sent.unit_code, "value": name, "name": known}
            sent.problems.append(table.problem("exchange.name_differs", at, plan.UNIT_NAME, **args))


@dataclass(frozen=True)
class _Place:
    """Places of the cells of a row."""

    table: Table
    row: int

    def __call__(self, path: str) -> str:
        return self.table.place(self.row, path if path in self.table.cells else plan.UNIT)


def _kind_of(path: str, asked: Field | None) -> Kind:
    if path == plan.UNIT:
        return "code"
    return "text" if asked is None else KINDS.get(asked.type, "text")


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


def _to_base(text: str) -> tuple[int, int]:
    """Version and revision; of an empty cell, those of what nobody has begun; of any other, none that there are."""
    version, _, revision = (text or NOTHING).partition(".")
    return (int(version), int(revision)) if version.isdecimal() and revision.isdecimal() else (-1, -1)
