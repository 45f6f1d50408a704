"""A repeat with fixed rows, as a table on a desk and as cards on a phone: one row for each row of its table.

The table is plain inputs in one piece of markup, however many rows it has, because a widget costs three objects in
the browser. ``rows.js`` writes what is typed or chosen into one hidden field, and puts what the server says of a row
(how far it is, how many photos it has, what is wrong) into its place without drawing the table anew. What does not
fit on the line has widgets, which are made when the row is opened, between the two halves of the table.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import ipywidgets as w

from pbwidgets.campaign.captions import Captions
from pbwidgets.campaign.model import Field
from pbwidgets.campaign.names import ROW
from pbwidgets.forms.captions import label_of, note_of
from pbwidgets.forms.elements import (
    button,
    close_tree,
    hide_all,
    led_to_field,
    markup,
    plain_layout,
    row,
    stack,
)
from pbwidgets.forms.field_views import FieldView, ShownView
from pbwidgets.forms.headings import section_markup
from pbwidgets.forms.inputs import plain_number
from pbwidgets.forms.rows_table import Row, RowsTable, shown
from pbwidgets.intake.text import drop_unmeant
from pbwidgets.wording import say

_LONGEST: Final = 500
"""Characters of a cell that are read."""

MakeView = Callable[[Field, dict[str, Any]], FieldView | ShownView]
Messages = Mapping[tuple[str, int], Sequence[str]]


class FixedRow(Row):
    """One row: its line in the table, and its widgets while it is open."""

    views: list[FieldView | ShownView]

    @property
    def is_open(self) -> bool:
        """Whether the fields that do not fit on its line are shown."""
        return bool(self.views)


class FixedRows:
    """All rows of a repeat with fixed rows: none is added, none dropped.

    Parameters
    ----------
    field
        The repeat, with its table.
    holder
        Answers of the form; the answers of the rows are put in it in the order of the table.
    table
        Makes the markup.
    lang
        Language.
    make_view
        Makes the widgets of a field in an open row.
    may_change
        Whether a field of the rows may be changed; the others are text.
    report, report_look
        Called after an answer has changed, and after only what is shown has.
    """

    is_none: Final = False

    def __init__(
        self,
        field: Field,
        holder: dict[str, Any],
        table: RowsTable,
        *,
        lang: str,
        make_view: MakeView,
        may_change: Callable[[Field], bool],
        report: Callable[[], None],
        report_look: Callable[[], None],
    ) -> None:
        self.field, self._asked, self._table, self._lang = field, field, table, lang
        self.fields = (*table.line_fields, *table.opened_fields)
        self._make_view, self._may_change = make_view, may_change
        self._report, self._report_look = report, report_look
        self.rows = _put_in_order(field, holder)
        self._opened: FixedRow | None = None
        self._drawn, self._told = "", dict[str, str]()  # the table as it was drawn, and what was said in it
        self._problems: Mapping[int, Sequence[str]] = {}
        self._advice: Mapping[int, Sequence[str]] = {}
        self._shut: Mapping[int, Sequence[str]] = {}
        self._captions: Captions | None = None
        self._head, self._filters = markup(""), markup("")
        self._above, self._below, self._notes = markup(""), markup(""), markup("", "pb-rows-notes")
        self._sent = w.Textarea("", layout=plain_layout())
        for name in ("pb-gone", "pb-rows-sent"):
            self._sent.add_class(name)
        self._sent.observe(lambda change: self._hear(change["new"]), names="value")
        self._place = stack()
        self._place.add_class("pb-entry")
        hide_all([self._place], True)
        parts = (self._head, self._filters, self._above, self._place, self._below, self._notes, self._sent)
        self.box = stack(*parts)
        for name in ("pb-card", "pb-rows"):
            self.box.add_class(name)

    # -- for the form ------------------------------------------------------------------------------------

    def is_on_line(self, path: str) -> bool:
        """Whether a field of the rows, by its path, stands on their lines."""
        return any(item.id == path.rpartition("/")[2] for item in self._table.line_fields)

    def anchor(self, path: str, at: int) -> str:
        """Anchor of a field in a row; that of the row where the field is not shown."""
        entry = self.rows[at]
        is_there = self.is_on_line(path) or entry.is_open
        return self._table.anchor(path if is_there else f"{self.field.id}/{ROW}", entry)

    def name_of(self, at: int) -> str:
        """Name of a row."""
        return self._table.name_of(self.rows[at])

    def follow(self, captions: Captions) -> None:
        """Show the answers that its words ask for, the next time it is drawn."""
        self.field, self._captions = captions.field(self._asked), captions

    def tell(self, messages: Messages, advice: Messages, hidden: frozenset[tuple[str, int]]) -> None:
        """Take what is and what looks wrong in the rows, by path and row, and which of their fields are not asked."""
        inner = f"{self.field.id}/"
        shut = defaultdict[int, list[str]](list)
        self._problems, self._advice = (_by_row(found, inner) for found in (messages, advice))
        for path, at in hidden:
            if path.startswith(inner):
                shut[at].append(path.removeprefix(inner))
        self._shut = shut

    def draw(
        self, anchor: str, progress: str, problems: list[str], returned: list[str], wrong_rows: frozenset[int]
    ) -> None:
        """Show how far the rows are, and what is wrong; the table is drawn anew only where it must be."""
        told = {
            entry.known.id: self._table.tell(
                entry,
                self._problems.get(entry.at, ()),
                self._advice.get(entry.at, ()),
                self._shut.get(entry.at, ()),
            )
            for entry in self.rows
        }
        hint = self.field.hint.words(self._lang) if self.field.hint else ""
        wrong = progress if wrong_rows or problems else ""
        counted = " · ".join(part for part in (self._table.count_done(self.rows) or progress, wrong) if part)
        head = section_markup(self.field.label.words(self._lang), counted)
        note = note_of(anchor, hint, problems=problems, returned=returned, lang=self._lang)
        _set(self._head, head + note)
        _set(self._filters, self._table.filters(self.rows))
        self._draw_table(told)
        news = "".join(words for name, words in told.items() if words != self._told[name])
        _set(self._notes, f"<div hidden>{news}</div>" if news else "")

    def hide(self, hidden: bool) -> None:
        """Hide it, or show it again."""
        hide_all([self.box], hidden)

    # -- what the browser sends ----------------------------------------------------------------------------

    def _hear(self, text: str) -> None:
        """Take what was typed and chosen, and open or close a row; what is not in the table is passed over."""
        try:
            sent = json.loads(text)
            cells, opened = dict(sent["cells"]), sent.get("open")
        except (ValueError, TypeError, KeyError, RecursionError):
            return
        taken = [self._take(str(name), value) for name, value in cells.items()]
        if any(taken):
            self._report()
        entry = self._row(opened)
        if entry is not None:
            self.open_row(None if entry is self._opened else entry)
            self._report_look()

    def _row(self, row_id: object) -> FixedRow | None:
        return next((entry for entry in self.rows if entry.known.id == row_id), None)

    def _take(self, name: str, value: object) -> bool:
        """Whether a cell has another answer than before."""
        row_id, _, field_id = name.partition(",")
        entry = self._row(row_id)
        field = next((item for item in self._table.line_fields if item.id == field_id), None)
        if entry is None or field is None or not isinstance(value, str) or not self._may_change(field):
            return False
        answer = self._read(field, drop_unmeant(value[:_LONGEST]).strip())
        if answer == shown(entry.holder.get(field_id)):
            return False
        if answer:
            entry.holder[field_id] = answer
        else:
            entry.holder.pop(field_id, None)
        return True

    def _read(self, field: Field, text: str) -> str:
        if field.type in ("integer", "decimal"):
            return plain_number(text) or ""
        offered = {choice.id for choice in self._table.choices(field)}
        return "" if field.type == "select_one" and text not in offered else text

    def open_at(self, at: int) -> None:
        """Open a row by its place."""
        self.open_row(self.rows[at])

    def open_row(self, entry: FixedRow | None) -> None:
        """Show the fields of one row that do not fit on its line, or of none; one is open at a time."""
        if self._opened is not None:
            self._opened.views = []
            for child in self._place.children:
                close_tree(child)
        self._opened, self._place.children = entry if self._table.opened_fields else None, ()
        if self._opened is not None:
            fields, holder = self._table.opened_fields, self._opened.holder
            self._opened.views = [self._make_view(field, holder) for field in fields]
            title = say("forms.rows_opened", self._lang, name=self.name_of(self._opened.at))
            inner = [widget for view in self._opened.views for widget in view.widgets]
            self._place.children = (led_to_field(title), *inner, self._buttons(self._opened))
        hide_all([self._place], self._opened is None)
        self._drawn = ""  # drawn anew, with what was typed

    def _buttons(self, entry: FixedRow) -> w.Box:
        def go(to: FixedRow | None) -> Callable[[], None]:
            def gone() -> None:
                self.open_row(to)
                self._report_look()

            return gone

        made = [button(say("forms.close_row", self._lang), go(None), "link")]
        for after in self.rows[entry.at + 1 : entry.at + 2]:
            words = say("forms.rows_next", self._lang, name=self.name_of(after.at))
            made.append(button(words, go(after), "link"))
        return row(*made)

    def _draw_table(self, told: Mapping[str, str]) -> None:
        """Draw the table, unless it is there with the same words and the same row open."""
        captions = self._captions
        fields = [
            captions.field(item, self.field.id, None) if captions else item
            for item in self._table.line_fields
        ]
        shape = "\n".join(["table", *(label_of(item, self._lang) for item in fields)])
        if shape == self._drawn:
            return
        self._drawn, self._told = shape, dict(told)
        split = len(self.rows) if self._opened is None else self._opened.at + 1
        above, below = self.rows[:split], self.rows[split:]
        _set(self._above, self._table.markup(above, fields, told, opened=self._opened))
        rest = self._table.markup(below, fields, told, after=self._opened) if below else ""
        _set(self._below, rest)
        hide_all([self._below], not below)


def _put_in_order(field: Field, holder: dict[str, Any]) -> list[FixedRow]:
    """Rows of the table with their answers, which stand in the answers of the form from now on."""
    given = holder.get(field.id)
    known = {str(item.get(ROW)): item for item in given} if isinstance(given, list) else {}
    rows = []
    for at, item in enumerate(field.table.rows if field.table else ()):
        rows.append(FixedRow(at, item, {**known.get(item.id, {}), ROW: item.id}))
        rows[-1].views = []
    holder[field.id] = [entry.holder for entry in rows]
    return rows


def _by_row(found: Messages, inner: str) -> Mapping[int, Sequence[str]]:
    """Words about fields whose paths begin so, by their row."""
    rows = defaultdict[int, list[str]](list)
    for (path, at), words in found.items():
        if path.startswith(inner):
            rows[at] += words
    return rows


def _set(widget: w.HTML, value: str) -> None:
    if widget.value != value:
        widget.value = value
