"""Answers written into a workbook to be filled in, row by row, so that a hundred thousand take no memory.

Headings are locked. Cells that are not to be changed are grey, and refuse what is typed; they are not locked, because
Excel sorts no range with a locked cell on a protected sheet.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import field as attribute
from datetime import date, datetime
from itertools import groupby
from math import ceil
from pathlib import Path
from typing import Any, Final

from pbwidgets.campaign import Campaign, Field, Form, rows_in
from pbwidgets.campaign.names import ROW, places
from pbwidgets.campaign.pointing import KnownUnits
from pbwidgets.campaign.tables import TableRow
from pbwidgets.campaign.values import LONGEST_TEXT
from pbwidgets.exports.answer_book import layout as plan
from pbwidgets.exports.answer_book.cells import Cells
from pbwidgets.exports.answer_book.help import heading_of, help_of
from pbwidgets.exports.answer_book.layout import Column, SheetLayout
from pbwidgets.exports.archive import write_settled
from pbwidgets.exports.columns import char_width
from pbwidgets.exports.xlsx import free_name
from pbwidgets.intake.text import drop_unfit
from pbwidgets.intake.workbook import column_letters
from pbwidgets.palette import (
    BAND,
    CHARCOAL,
    GRID,
    HELP,
    NAVY,
    PALE_GREY,
    QUIET,
    REQUIRED,
    RULE,
    SLIDE_BAND,
    WHITE,
)
from pbwidgets.wording import say

_FONT: Final = "Microsoft YaHei"
_LONGEST_LIST, _LONGEST_PROMPT, _LONGEST_TITLE = 255, 255, 32
_EARLIEST, _LATEST = date(1900, 1, 1), date(2199, 12, 31)
_KEY_WIDTHS: Final = {
    plan.UNIT: 15, plan.UNIT_NAME: 16, plan.ENTRY: 7, plan.ROW: 7, plan.BASE: 8, plan.STATE: 11,
    plan.ROW_NAME: 30, plan.ROW_ABOUT: 26, plan.ROW_DUE: 12,
}  # fmt: skip
_WIDTHS: Final = {
    "calculate": 11, "date": 12, "decimal": 11, "file": 9, "image": 9, "integer": 11, "repeat": 12,
    "select_multiple": 26, "select_one": 13, "text": 22, "unit": 20,
}  # fmt: skip
_LONG_TEXT, _LONG_WIDTH = 100, 36
_SMALLER: Final = 1.15  # how much more of the help fits in a column
_LISTED_UNITS: Final = 300  # units up to which there is a list to choose from
_MOST_RUNS: Final = 1_000  # rules of a column, beyond which all its cells have one
_Run = tuple[int, int, bool]
"""First and last row of cells below each other, and whether they take what is typed."""
_LINE, _PAGE = 16, 165  # points of a line; widths that one A4 page across can hold and still be read


@dataclass(frozen=True)
class Row:
    """What one submission has on the sheets of its form.

    Attributes
    ----------
    unit_code, unit_name
        The unit.
    occurrence
        Entry of a log, from 1; 0 for what is filled in once; None for an entry that is still to be written.
    base
        Version and revision of what is written; read again to see whether it has changed since.
    state
        Its state, in words.
    answers
        Canonical answers, as they may be seen.
    is_open
        Whether it may be changed.
    paths
        Paths of what may be changed of it, where that is not everything; None: everything.
    form
        The form as it is for the unit, whose fixed rows are written; None: as it is for every unit.
    """

    unit_code: str
    unit_name: str
    occurrence: int | None
    base: tuple[int, int]
    state: str
    answers: Mapping[str, Any]
    is_open: bool = True
    paths: frozenset[str] | None = None
    form: Form | None = None

    def may_change(self, path: str) -> bool:
        """Whether what is at a path may be changed."""
        return self.is_open and (self.paths is None or path in self.paths)


@dataclass(frozen=True)
class Part:
    """A form of a workbook, and what it holds.

    Attributes
    ----------
    form
        The form.
    rows
        Its submissions; read once.
    units
        Codes and names of the units for which rows may be added, to a log or a repeat.
    without
        Paths of fields that are left out.
    """

    form: Form
    rows: Iterable[Row]
    units: Sequence[tuple[str, str]] = ()
    without: frozenset[str] = frozenset()


@dataclass(frozen=True)
class AnswerBook:
    """A workbook of answers: what it is of, and its forms.

    Attributes
    ----------
    campaign, period_id, version
        The campaign, the period, and the version (hash) under which it is written.
    parts
        Its forms.
    is_template
        Whether there is room for new rows.
    lang
        Language of headings and options.
    pointed
        Units that fields may point at.
    """

    campaign: Campaign
    period_id: str
    version: str
    parts: Sequence[Part]
    is_template: bool = True
    lang: str = "zh_CN"
    pointed: KnownUnits = attribute(default_factory=lambda: KnownUnits({}, {}))


def write_book(book: AnswerBook, path: Path) -> Path:
    """Path of the workbook; the same answers give the same bytes.

    Parameters
    ----------
    book
        What it holds. Rows are read one by one.
    path
        The ``.xlsx`` to write; folders are made.
    """
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as out:
        _Writer(book, out).write()
    return write_settled(path.read_bytes(), path)


class _Writer:
    """One workbook while it is written."""

    def __init__(self, book: AnswerBook, out: Any) -> None:
        self.book, self.out, self.lang = book, out, book.lang
        self.cells = Cells(book.campaign, book.lang, book.pointed)
        self.looks = _Looks(out)
        self.taken: set[str] = {plan.BOOK_SHEET, plan.LISTS_SHEET}
        self.lists: dict[str, Sequence[str]] = {}
        out.set_properties(
            {
                "title": drop_unfit(book.campaign.name.words(book.lang)),
                "author": "pbwidgets",
                "created": datetime(2000, 1, 1),
            }
        )

    def write(self) -> None:
        guide = self.out.add_worksheet(free_name(say("exchange.guide", self.lang), self.taken))
        self.lists_page = self.out.add_worksheet(plan.LISTS_SHEET)
        titles = [title for part in self.book.parts for title in self._write_part(part)]
        self._write_guide(guide, titles)
        self._write_lists()
        about = self.out.add_worksheet(plan.BOOK_SHEET)
        campaign = self.book.campaign
        for row, pair in enumerate(
            [("campaign", campaign.id), ("period", self.book.period_id), ("version", self.book.version)]
        ):
            about.write_row(row, 0, pair)
        about.hide()
        self.lists_page.hide()
        guide.activate()

    def _write_part(self, part: Part) -> Iterator[str]:
        layouts = [_without(layout, part.without) for layout in plan.layouts_of(part.form)]
        layouts = [layout for layout in layouts if any(column.field for column in layout.columns)]
        titles = list(plan.sheet_titles(layouts, self.lang))
        sheets = [_Sheet(self, part, *pair) for pair in zip(layouts, titles, strict=True)]
        for row in part.rows:
            for sheet in sheets:
                sheet.add(row)
        for sheet in sheets:
            sheet.finish()
            yield sheet.title

    def options(self, name: str, words: Sequence[str]) -> dict[str, Any]:
        """Source of a list of options: in the cell's own rule, or on the hidden sheet if it is too long for that."""
        if not words:
            return {"validate": "any"}
        if len(",".join(words)) <= _LONGEST_LIST and not any(sign in word for word in words for sign in ',"'):
            return {"validate": "list", "source": list(words)}
        self.lists.setdefault(name, words)
        letter = column_letters(list(self.lists).index(name))
        return {"validate": "list", "source": f"='{plan.LISTS_SHEET}'!${letter}$1:${letter}${len(words)}"}

    def _write_lists(self) -> None:
        for row in range(max(map(len, self.lists.values()), default=0)):
            for at, words in enumerate(self.lists.values()):
                if row < len(words):
                    self.lists_page.write_string(row, at, drop_unfit(words[row]))

    def _write_guide(self, page: Any, titles: Sequence[str]) -> None:
        campaign, lang = self.book.campaign, self.lang
        period = campaign.period(self.book.period_id).words(lang)
        page.hide_gridlines(2)
        page.set_column(0, 0, 14)
        page.set_column(1, 1, 92)
        title = say("exchange.guide_title", lang, campaign=campaign.name.words(lang), period=period)
        page.write_string(0, 0, title, self.looks.of("title"))
        page.set_row(0, 30)
        names = say("exchange.list_glue", lang).join(titles)
        lines = [
            ("about", {}),
            ("sheets", {"sheets": names}),
            ("fill", {}),
            *([("add", {})] if self.book.is_template else []),
            ("remove", {}),
            ("keys", {}),
            ("sort", {}),
            ("send", {}),
        ]
        for row, (code, args) in enumerate(lines, start=1):
            words = say(f"exchange.guide_{code}", lang, **args)
            page.write_string(row, 0, say(f"exchange.guide_{code}_head", lang), self.looks.of("guide_head"))
            page.write_string(row, 1, words, self.looks.of("guide"))
            page.set_row(row, _LINE * _lines(words, 90) + 6)
        _set_up_print(page)


@dataclass
class _Sheet:
    """Sheets of one layout, the next one begun when one is full."""

    writer: _Writer
    part: Part
    layout: SheetLayout
    wanted: str
    title: str = field(init=False)
    page: Any = field(init=False)
    row: int = field(init=False)
    widths: list[float] = field(init=False)
    runs: list[list[_Run]] = field(init=False)

    def __post_init__(self) -> None:
        self.widths = list(map(_width, self.layout.columns))
        self._begin()

    def add(self, row: Row) -> None:
        """Write what a submission has here: one row, or one for each row of the repeat."""
        if self.layout.repeat is None:
            self._write(row, row.answers, {})
            return
        if self.layout.repeat.rows is not None:
            self._add_fixed(row, self.layout.repeat)
            return
        for number, entry in enumerate(rows_in(row.answers, self.layout.repeat.id), start=1):
            self._write(row, entry if isinstance(entry, Mapping) else {}, {plan.ROW: number})

    def _add_fixed(self, row: Row, repeat: Field) -> None:
        """Write the rows that the unit has of a table, answered or not."""
        form = row.form or self.part.form
        own = next(place.field for place in places(form) if place.path == repeat.id)
        given = {entry.get(ROW): entry for entry in rows_in(row.answers, repeat.id)}
        for line in own.table.rows if own.table is not None else ():
            self._write(row, given.get(line.id, {}), self._tell(repeat, line))

    def _tell(self, repeat: Field, line: TableRow) -> dict[str, object]:
        """What the columns of a fixed row say."""
        lang, life = self.writer.lang, repeat.life
        due = (life.due or "").rpartition("/")[2] if life is not None else ""
        columns = repeat.table.columns if repeat.table is not None else {}
        told = [
            _word_cell(self.writer.book.campaign, columns[name], line.cell(name), lang)
            for name in plan.told_columns(repeat)
        ]
        return {
            plan.ROW: line.id,
            plan.ROW_NAME: line.name.words(lang),
            plan.ROW_ABOUT: say("exchange.list_glue", lang).join(filter(None, told)) or None,
            plan.ROW_DUE: _to_day(line.cell(due)) if due else None,
        }

    def finish(self) -> None:
        """Leave room for new rows, and set the rules of the cells."""
        if self.writer.book.is_template and self._may_grow:
            self._leave_room()
        self._set_rules()

    def _set_rules(self) -> None:
        last = max(self.row, plan.FIRST_ROW) - 1
        for at, column in enumerate(self.layout.columns):
            runs = self.runs[at] if len(self.runs[at]) <= _MOST_RUNS else []
            for first, until, is_open in runs or [(plan.FIRST_ROW - 1, last, True)]:
                rule = self._rule(column, is_open=is_open)
                if rule is not None:
                    self.page.data_validation(first, at, until, at, rule)
        self.page.autofilter(plan.FIRST_ROW - 2, 0, last, len(self.layout.columns) - 1)

    # -- rows ------------------------------------------------------------------------------------------

    @property
    def _may_grow(self) -> bool:
        repeat = self.layout.repeat
        if repeat is not None and repeat.rows is not None:
            return False
        return bool(self.part.units) and (repeat is not None or self.layout.form.occurrence == "many")

    @property
    def _links_rows(self) -> bool:
        """Whether the rows of a repeat belong to entries of a log, so that a new entry gets a number of its own."""
        form = self.layout.form
        return form.occurrence == "many" and len(plan.layouts_of(form)) > 1

    def _leave_room(self) -> None:
        """Write empty rows ready to be filled in, with the unit in them if there is only one."""
        units, many = self.part.units, len(self.part.units) > 1
        for _ in range(min(max(20, 3 * len(units)), 300)):
            for at, column in enumerate(self.layout.columns):
                whose = dict(zip((plan.UNIT, plan.UNIT_NAME), units[0], strict=True)) if not many else {}
                typed = (plan.UNIT_NAME, *([plan.ENTRY] if self._links_rows else []))
                look = self._look(column, is_open=column.is_filled or column.path in typed)
                text = whose.get(column.path)
                self._put(at, text, look)
                self._note(at, is_open=True)
            self.row += 1

    def _note(self, at: int, *, is_open: bool) -> None:
        """Remember whether a cell of the row takes what is typed: cells below each other have one rule."""
        runs = self.runs[at]
        if runs and runs[-1][2] == is_open and runs[-1][1] == self.row - 1:
            runs[-1] = (runs[-1][0], self.row, is_open)
        else:
            runs.append((self.row, self.row, is_open))

    def _write(self, row: Row, answers: Mapping[str, Any], told: Mapping[str, object]) -> None:
        if self.row - plan.FIRST_ROW + 1 >= plan.ROWS_OF_SHEET:
            self._set_rules()
            self._begin()
        known: dict[str, object] = {
            plan.UNIT: row.unit_code,
            plan.UNIT_NAME: row.unit_name,
            plan.ENTRY: row.occurrence or None,
            plan.BASE: f"{row.base[0]}.{row.base[1]}",
            plan.STATE: row.state,
            **told,
        }
        values = [
            known[column.path]
            if column.field is None
            else self.writer.cells.write(column.field, answers.get(column.field.id))
            for column in self.layout.columns
        ]
        long = [
            (value, width)
            for column, value, width in zip(self.layout.columns, values, self.widths, strict=True)
            if isinstance(value, str) and 2 * len(value) > width - 1 and not self._is_hidden(column)
        ]
        if long and (height := _height(long)) > _LINE:
            self.page.set_row(self.row, height + 4)
        for at, (column, value) in enumerate(zip(self.layout.columns, values, strict=True)):
            is_open = column.is_filled and row.may_change(column.path)
            self._put(at, value, self._look(column, is_open=is_open))
            self._note(at, is_open=is_open or not column.is_filled)
        self.row += 1

    def _put(self, at: int, value: object, look: str) -> None:
        form = self.writer.looks.of(look)
        if value is None:
            self.page.write_blank(self.row, at, None, form)
        elif isinstance(value, date):
            self.page.write_datetime(self.row, at, value, form)
        elif isinstance(value, int | float):
            self.page.write_number(self.row, at, value, form)
        else:
            text = drop_unfit(str(value))
            quoted = text[:1] in {"=", "+", "-", "@", "\t", "\r"}
            self.page.write_string(self.row, at, text, self.writer.looks.of(look, quoted=quoted))

    @staticmethod
    def _look(column: Column, *, is_open: bool) -> str:
        kind: str = "text" if column.field is None else column.field.type
        kind = kind if kind in ("integer", "decimal", "date", "calculate") else "text"
        if kind == "text" and column.field is not None and column.field.type == "select_one":
            kind = "choice"
        if column.path in (plan.ENTRY, plan.ROW):
            kind = "integer"
        elif column.path == plan.ROW_DUE:
            kind = "date"
        return f"{kind} {'open' if is_open else 'grey'}"

    # -- headings --------------------------------------------------------------------------------------

    def _begin(self) -> None:
        writer = self.writer
        self.title = free_name(self.wanted, writer.taken)
        self.page = writer.out.add_worksheet(self.title)
        self.row = plan.FIRST_ROW - 1
        self.runs = [[] for _ in self.layout.columns]
        self._set_widths()
        self._write_title()
        for at, column in enumerate(self.layout.columns):
            self.page.write_string(plan.ID_ROW - 1, at, self.layout.mark(column))
        self.page.set_row(plan.ID_ROW - 1, None, None, {"hidden": True})
        self._write_sections()
        self._write_heads()
        last_key = next(
            (at for at, column in enumerate(self.layout.keys, start=1) if column.path == plan.ROW_NAME),
            len(self.layout.keys),
        )
        self.page.freeze_panes(plan.FIRST_ROW - 1, last_key)
        self.page.protect(
            "",
            {
                "sort": True, "autofilter": True, "format_columns": True, "format_rows": True,
                "format_cells": True, "insert_rows": True, "delete_rows": True,
            },
        )  # fmt: skip
        self.page.repeat_rows(0, plan.FIRST_ROW - 2)
        self.page.repeat_columns(0, 1)
        columns = zip(self.layout.columns, self.widths, strict=True)
        seen = sum(width for column, width in columns if not self._is_hidden(column))
        _set_up_print(self.page, ceil(seen / _PAGE))

    def _is_hidden(self, column: Column) -> bool:
        return column.path == plan.BASE or (column.path == plan.ROW and self.layout.is_fixed)

    def _set_widths(self) -> None:
        for at, column in enumerate(self.layout.columns):
            hidden = {"hidden": True} if self._is_hidden(column) else {}
            self.page.set_column(at, at, _width(column), None, hidden)

    def _write_title(self) -> None:
        lang, form, campaign = self.writer.lang, self.layout.form, self.writer.book.campaign
        name = form.name.words(lang)
        if self.layout.repeat is not None:
            name = say("exchange.title_of_rows", lang, form=name, label=self.layout.repeat.label.words(lang))
        period = campaign.period(self.writer.book.period_id).words(lang)
        tracks = say("exchange.list_glue", lang).join(plan.tracks_of(campaign, form, lang))
        said = say("exchange.title", lang, name=name, period=period)
        hint = self.layout.repeat.hint if self.layout.repeat is not None else form.hint
        more = [text for text in (tracks, hint.words(lang) if hint is not None else "") if text]
        self.page.write_string(0, 0, said, self.writer.looks.of("title"))
        if more:
            at = next(at for at, column in enumerate(self.layout.columns) if column.field is not None)
            self.page.write_string(
                0, at + 2, say("exchange.help_glue", lang).join(more), self.writer.looks.of("aside")
            )
        self.page.set_row(0, 30)

    def _write_sections(self) -> None:
        at = 0
        looks = self.writer.looks
        if not any(column.section for column in self.layout.columns):
            self.page.set_row(2, None, None, {"hidden": True})
        for name, group in groupby(self.layout.columns, key=self._section):
            count = len(list(group))
            look = looks.of("section" if name else "no_section")
            if name and count > 1:
                self.page.merge_range(2, at, 2, at + count - 1, name, look)
            else:
                for place in range(at, at + count):
                    self.page.write_string(2, place, name, look)
            at += count

    def _section(self, column: Column) -> str:
        return column.section[0].label.words(self.writer.lang) if column.section else ""

    def _write_heads(self) -> None:
        lang, book = self.writer.lang, self.writer.book
        heads = [
            say(f"exchange.head_{column.path[1:]}", lang)
            if column.field is None
            else heading_of(column.field, lang)
            for column in self.layout.columns
        ]
        helps = [help_of(column, self.layout.form, book.campaign, lang) for column in self.layout.columns]
        widths = self.widths
        self.page.set_row(3, _height(zip(heads, widths, strict=True)) + 8)
        for at, (column, head) in enumerate(zip(self.layout.columns, heads, strict=True)):
            needed = column.field is not None and column.is_filled and head.endswith("*")
            look = self.writer.looks.of("head_needed" if needed else "head")
            self.page.write_string(3, at, drop_unfit(head), look)
        helped = ((text, width * _SMALLER) for text, width in zip(helps, widths, strict=True))
        self.page.set_row(4, _height(helped) / _SMALLER + 12)
        for at, text in enumerate(helps):
            self.page.write_string(4, at, drop_unfit(text), self.writer.looks.of("help"))

    # -- rules -----------------------------------------------------------------------------------------

    def _rule(self, column: Column, *, is_open: bool) -> dict[str, Any] | None:
        """What may be typed in cells of a column, and what is said when one is chosen."""
        lang = self.writer.lang
        if (
            column.field is None
            and column.path == plan.UNIT_NAME
            and self._may_grow
            and len(self.part.units) > 1
        ):
            rule = self.writer.options(f"units of {self.part.form.id}", [name for _, name in self.part.units])
            said = say("exchange.choose_unit", lang)
        elif not column.is_filled:
            rule, said = {"validate": "custom", "value": "=FALSE"}, say("exchange.not_here", lang)
        elif not is_open:
            rule, said = {"validate": "custom", "value": "=FALSE"}, say("exchange.not_yours", lang)
        elif column.field is not None:
            rule = self._rule_of(column.field)
            said = help_of(column, self.layout.form, self.writer.book.campaign, lang)
        title = say("exchange.wrong", lang)
        rule |= {"error_title": title[:_LONGEST_TITLE], "error_message": said[:_LONGEST_PROMPT] or title}
        if is_open and column.is_filled and column.field is not None:
            rule |= {"input_title": column.field.label.words(lang)[:_LONGEST_TITLE]}
            rule |= {"input_message": said[:_LONGEST_PROMPT]} if said else {}
        return rule

    def _rule_of(self, field: Field) -> dict[str, Any]:
        if field.type == "repeat":
            return {"validate": "list", "source": [self.writer.cells.none_word], "show_error": False}
        if field.choices is not None:
            words = list(self.writer.cells.labels(field).values())
            rule = self.writer.options(field.choices, words)
            return {**rule, "show_error": field.type == "select_one"}
        if field.type == "unit":
            names = self.writer.cells.list_units(field)
            few = names if len(names) <= _LISTED_UNITS else []
            return self.writer.options(f"units {' '.join(field.kinds)}", few)
        if field.type in ("integer", "decimal"):
            return {"validate": field.type, **_between(field.minimum, field.maximum)}
        if field.type == "date":
            return {"validate": "date", "criteria": "between", "minimum": _EARLIEST, "maximum": _LATEST}
        return {"validate": "length", "criteria": "<=", "value": field.max_length or LONGEST_TEXT}


def _word_cell(campaign: Campaign, holds: str, text: str, lang: str) -> str:
    """A cell of a table in words: the label of an option, or the text itself."""
    options = {choice.id: choice.label.words(lang) for choice in campaign.choices.get(holds, ())}
    return options.get(text, text)


def _to_day(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _without(layout: SheetLayout, paths: frozenset[str]) -> SheetLayout:
    kept = tuple(column for column in layout.columns if column.path not in paths)
    return SheetLayout(layout.form, layout.repeat, kept)


def _between(low: float | None, high: float | None) -> dict[str, Any]:
    if low is not None and high is not None:
        return {"criteria": "between", "minimum": f"{low:.15g}", "maximum": f"{high:.15g}"}
    if low is not None:
        return {"criteria": ">=", "value": f"{low:.15g}"}
    return {"criteria": "<=", "value": f"{1e15 if high is None else high:.15g}"}


def _width(column: Column) -> float:
    if column.field is None:
        return _KEY_WIDTHS[column.path]
    if column.field.type == "text" and (column.field.max_length or LONGEST_TEXT) >= _LONG_TEXT:
        return _LONG_WIDTH
    return _WIDTHS[column.field.type]


def _height(texts: Iterable[tuple[str, float]]) -> float:
    """Height in points that texts need in columns of some widths."""
    return _LINE * max((_lines(text, width) for text, width in texts), default=1)


def _lines(text: str, width: float) -> int:
    """Lines that a text takes in a column."""
    return sum(max(1, ceil(1.05 * char_width(line) / max(width - 1, 1))) for line in text.split("\n"))


def _set_up_print(page: Any, pages_across: int = 1) -> None:
    page.set_landscape()
    page.set_paper(9)  # A4
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.fit_to_pages(pages_across, 0)
    page.set_footer("&C&P / &N")


class _Looks:
    """Formats of cells by name, each made once."""

    _NUMBERS: Final = {"integer": "0", "decimal": "General", "date": "yyyy-mm-dd", "calculate": "General"}
    _HEADS: Final[Mapping[str, Mapping[str, Any]]] = {
        "title": {"bold": True, "font_size": 15, "font_color": NAVY, "valign": "vcenter"},
        "aside": {"font_color": HELP, "font_size": 10, "valign": "vcenter"},
        "section": {
            "bold": True,
            "bg_color": SLIDE_BAND,
            "align": "center",
            "valign": "vcenter",
            "border": 1,
        },
        "no_section": {"bg_color": SLIDE_BAND},
        "head": {"bold": True, "font_color": WHITE, "bg_color": NAVY, "align": "center", "border": 1},
        "head_needed": {
            "bold": True,
            "font_color": WHITE,
            "bg_color": REQUIRED,
            "align": "center",
            "border": 1,
        },
        "help": {
            "font_size": 9,
            "font_color": QUIET,
            "bg_color": PALE_GREY,
            "border": 1,
            "valign": "top",
        },
        "guide": {"text_wrap": True, "valign": "top"},
        "guide_head": {"bold": True, "font_color": NAVY, "valign": "top"},
    }

    def __init__(self, out: Any) -> None:
        self._out = out
        self._made: dict[tuple[str, bool], Any] = {}

    def of(self, name: str, *, quoted: bool = False) -> Any:
        """Format of a name: of the head, or ``integer open``; ``quoted``: its text is never a formula."""
        if (name, quoted) not in self._made:
            look = dict(self._HEADS[name]) if name in self._HEADS else self._of_cell(name)
            if name in ("head", "head_needed", "help", "section"):
                look |= {"text_wrap": True, "border_color": RULE}
            if name in ("head", "head_needed"):
                look |= {"valign": "vcenter"}
            self._made[name, quoted] = self._out.add_format(
                {"font_name": _FONT, "font_size": 10.5, **look, "quote_prefix": quoted}
            )
        return self._made[name, quoted]

    def _of_cell(self, name: str) -> dict[str, Any]:
        kind, state = name.split()
        look: dict[str, Any] = {
            "num_format": self._NUMBERS.get(kind, "@"),
            "valign": "vcenter",
            "text_wrap": kind in ("text", "choice"),
            "border": 1,
            "border_color": GRID,
            "locked": False,
        }
        if kind in ("date", "choice"):
            look["align"] = "center"
        return look | ({"bg_color": BAND, "font_color": CHARCOAL} if state == "grey" else {})
