"""The rows of a repeat: add, remove, undo; closed rows are one line each."""

from collections.abc import Callable
from html import escape
from typing import Any, Final

import ipywidgets as w

from pbwidgets.campaign.answers import is_none
from pbwidgets.campaign.captions import Captions
from pbwidgets.campaign.model import Field
from pbwidgets.campaign.values import NONE
from pbwidgets.forms.captions import note_of
from pbwidgets.forms.elements import button, close_tree, hide_all, markup, plain_layout, row, stack
from pbwidgets.forms.field_views import FieldView, ShownView
from pbwidgets.forms.headings import section_markup
from pbwidgets.wording import say

OPEN_AT_FIRST: Final = 2
"""Most rows open when a form is shown; 50 open rows are too much for a phone."""
_SUMMARY: Final = 60
MakeView = Callable[[Field, dict[str, Any]], FieldView | ShownView]
WordAnswer = Callable[[Field, object], str]


class RowView:
    """One row: a line that opens it, or its fields."""

    def __init__(self, repeat: "RepeatView", holder: dict[str, Any]) -> None:
        self._repeat = repeat
        self.holder = holder
        self.views: list[FieldView | ShownView] = []
        self._line: w.Button | None = None
        self._title: w.HTML | None = None
        self._led_to = False
        self.box = stack()
        self.box.add_class("pb-entry")

    @property
    def is_open(self) -> bool:
        """Whether its fields are shown."""
        return bool(self.views)

    def open(self) -> None:
        """Show the fields."""
        if self.is_open:
            return
        repeat = self._repeat
        self._drop()
        self.views = [repeat.make_view(field, self.holder) for field in repeat.fields]
        self._title = markup("", "pb-entry-title")
        actions = row(button(repeat.words("forms.close_row"), self._close_and_draw, "link"))
        if repeat.may_add:
            remove = button(repeat.words("forms.remove_row"), lambda: repeat.remove(self), "link")
            actions.children = (*actions.children, remove)
        inner = [widget for view in self.views for widget in view.widgets]
        self.box.children = (self._title, *inner, actions)

    def close(self) -> None:
        """Show one line instead of the fields."""
        self.views = []
        self._drop()
        self._title = None
        self._line = button("", self._open_and_draw, "link")
        self._line.add_class("pb-entry-line")
        self.box.children = (self._line,)

    def _open_and_draw(self) -> None:
        self.open()
        self._led_to = True
        self._repeat.report_look()

    def _close_and_draw(self) -> None:
        self.close()
        self._repeat.report_look()

    def _drop(self) -> None:
        for child in self.box.children:
            close_tree(child)
        self.box.children = ()

    def draw(self, place: int, wrong: bool) -> None:
        """Number the row, and summarise it on its line."""
        title = self._repeat.words("forms.row_title", place=place + 1)
        if self._title is not None:
            shown = f"<h4>{escape(title)}</h4>"
            if self._led_to:  # the pressed line is gone, and what is typed goes into the first field
                self._title.value, self._led_to = f'<h4 data-led-to="field">{escape(title)}</h4>', False
            elif self._title.value.partition(">")[2] != shown.partition(">")[2]:
                self._title.value = shown
        elif self._line is not None:
            mark = self._repeat.words("forms.row_to_mend") if wrong else ""
            self._line.description = f"▸ {title}　{self._summary()}{mark}"

    def _summary(self) -> str:
        parts = [
            self._repeat.word_answer(field, self.holder.get(field.id))
            for field in self._repeat.fields
            if self.holder.get(field.id) not in (None, "", [])
        ]
        text = " · ".join(part for part in parts if part)
        if not text:
            return self._repeat.words("forms.row_empty")
        return text if len(text) <= _SUMMARY else f"{text[: _SUMMARY - 1]}…"


class RepeatView:
    """All rows of a repeat.

    Attributes
    ----------
    field
        The repeat.
    fields
        Fields and notes of a row, without groups.
    holder
        Answers that hold the list of rows.
    box
        What is shown.
    may_add
        Whether rows may be added and removed.
    """

    def __init__(
        self,
        field: Field,
        fields: tuple[Field, ...],
        holder: dict[str, Any],
        lang: str,
        make_view: MakeView,
        word_answer: WordAnswer,
        report: Callable[[], None],
        report_look: Callable[[], None],
        *,
        may_add: bool = True,
    ) -> None:
        self.field, self.fields, self.holder = field, fields, holder
        self.may_add = may_add
        self._asked = field
        self.make_view, self.word_answer = make_view, word_answer
        self.report_look = report_look
        self._lang, self._report = lang, report
        self._removed: tuple[int, dict[str, Any]] | None = None
        self._head = markup("")
        self._box_of_rows = stack()
        self._add = button(self.words("forms.add_row"), self._add_row)
        self._none = w.Checkbox(
            value=self.is_none,
            description=self.words("forms.none_of_these"),
            indent=False,
            layout=plain_layout(),
        )
        self._none.add_class("pb-input")
        self._none.observe(self._tick_none, names="value")
        hide_all([self._none], not (field.may_be_none and may_add))
        hide_all([self._add], not may_add)
        self._undo = button(self.words("forms.undo_remove_row"), self._bring_back, "link")
        hide_all([self._undo], True)
        self.rows = [RowView(self, entry) for entry in self.entries]
        for view in self.rows:
            if len(self.rows) <= OPEN_AT_FIRST:
                view.open()
            else:
                view.close()
        self.box = stack(self._head, self._none, self._box_of_rows, row(self._add, self._undo))
        self.box.add_class("pb-card")
        self._show_rows()

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Answers of the rows, the same list as in the answers of the form; none for "none of these"."""
        entries: list[dict[str, Any]] = [] if self.is_none else self.holder.setdefault(self.field.id, [])
        return entries

    @property
    def is_none(self) -> bool:
        """Whether it is answered with "none of these"."""
        return is_none(self.field, self.holder.get(self.field.id))

    def words(self, code: str, **args: object) -> str:
        """Words in the language of the form."""
        return say(code, self._lang, **args)

    def _show_rows(self) -> None:
        self._box_of_rows.children = tuple(view.box for view in self.rows)

    def open_at(self, at: int) -> None:
        """Open a row by its place."""
        self.rows[at].open()

    def _tick_none(self, change: dict[str, Any]) -> None:
        if self.rows or not self.may_add:  # a box that is shut can still be ticked by what a browser sends
            self._none.value = False
        else:
            self.holder[self.field.id] = NONE if change["new"] else []
            self._report()

    def _add_row(self) -> None:
        if self._is_full():
            return
        for view in self.rows:
            if view.is_open and len(self.rows) >= OPEN_AT_FIRST:
                view.close()
        entry: dict[str, Any] = {}
        self.entries.append(entry)
        self.rows.append(RowView(self, entry))
        self.rows[-1].open()
        self._show_rows()
        self._report()

    def remove(self, view: RowView) -> None:
        """Remove a row; the last one removed can be restored."""
        at = self.rows.index(view)
        self._removed = (at, self.entries.pop(at))
        self.rows.pop(at)
        self._show_rows()
        close_tree(view.box)
        self._undo.description = self.words("forms.undo_remove_row", place=at + 1)
        hide_all([self._undo], False)
        self._undo.focus()
        self._report()

    def _bring_back(self) -> None:
        if self._removed is None or self._is_full():
            return
        at, entry = self._removed
        self._removed = None
        self.entries.insert(at, entry)
        view = RowView(self, entry)
        view.open()
        self.rows.insert(at, view)
        self._show_rows()
        hide_all([self._undo], True)
        self._add.focus()
        self._report()

    def _is_full(self) -> bool:
        return (
            not self.may_add
            or self.is_none
            or (self.field.max_count is not None and len(self.rows) >= self.field.max_count)
        )

    def follow(self, captions: Captions) -> None:
        """Show the answers that its words ask for, the next time it is drawn."""
        self.field = captions.field(self._asked)

    def draw(
        self,
        anchor: str,
        progress: str,
        problems: list[str],
        returned: list[str],
        wrong_rows: frozenset[int],
    ) -> None:
        """Show its progress, and what is wrong with it as a whole, at the anchor that links lead to."""
        hint = self.field.hint.words(self._lang) if self.field.hint else ""
        shown = section_markup(self.field.label.words(self._lang), progress) + note_of(
            anchor,
            " · ".join(part for part in (hint, self._limits()) if part),
            problems=problems,
            returned=returned,
            lang=self._lang,
        )
        if self._head.value != shown:
            self._head.value = shown
        self._add.disabled = self._is_full()
        self._none.disabled = bool(self.rows)
        for at, view in enumerate(self.rows):
            view.draw(at, at in wrong_rows)

    def _limits(self) -> str:
        lowest, highest = self.field.min_count or 0, self.field.max_count
        if highest is None:
            return self.words("forms.rows_at_least", lowest=lowest) if lowest else ""
        if lowest:
            return self.words("forms.rows_between", lowest=lowest, highest=highest)
        return self.words("forms.rows_at_most", highest=highest)

    def hide(self, hidden: bool) -> None:
        """Hide it, or show it again."""
        hide_all([self.box], hidden)
