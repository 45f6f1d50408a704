"""The running record, living entries and vetoes of the unit whose submission is under review."""

from collections.abc import Callable, Iterator
from datetime import date

import ipywidgets as w

from pbwidgets.apps.visit import Visit
from pbwidgets.forms import elements
from pbwidgets.forms.elements import plain_layout
from pbwidgets.forms.typed_text import TypedLine, TypedText
from pbwidgets.store import VetoOnRecord
from pbwidgets.workflows.ground.desk import may_do
from pbwidgets.workflows.ground.workspace import today
from pbwidgets.workflows.review.case import Review
from pbwidgets.workflows.review.record import add_note
from pbwidgets.workflows.review.vetoes import appeal_veto, gates_of, lift_veto, record_veto, uphold_veto


class RecordCard:
    """Card of dated notes, with fields to add one, and of what levels have entered about the unit."""

    def __init__(self, visit: Visit, review: Review, on_saved: Callable[[], None]) -> None:
        self._visit, self._review, self._on_saved = visit, review, on_saved
        rows = [(note.noted_on.isoformat(), note.text) for note in review.notes]
        table = elements.table(
            [visit.words("review.day"), visit.words("review.note_text")],
            rows,
            empty=visit.words("review.no_notes"),
        )
        parts: list[w.Widget] = [table, *self._entries()]
        if may_do(visit.desk, "note", review.key.unit_code):
            parts += self._fields()
        self.box = elements.card(*parts, title=visit.words("review.record"))

    def _entries(self) -> Iterator[w.Widget]:
        visit = self._visit
        rows = [
            (entry.form, entry.title, entry.life.words, entry.life.word_due(visit.lang))
            for entry in self._review.entries
        ]
        if rows:
            names = ("form", "entry_title", "state", "entry_due")
            yield elements.table([visit.words(f"review.{name}") for name in names], rows)

    def _fields(self) -> Iterator[w.Widget]:
        visit = self._visit
        self.day = w.DatePicker(value=today(), description=visit.words("review.day"), layout=plain_layout())
        self.text = TypedText(
            description=visit.words("review.note_text"), lang=visit.lang, rows=2, layout=plain_layout()
        )
        for made in (self.day, self.text):
            made.add_class("pb-input")
        self.add = elements.button(visit.words("review.add_note"), visit.attempt(self._add))
        yield from (self.day, self.text, self.add)

    def _add(self) -> None:
        visit, day = self._visit, self.day.value
        if not isinstance(day, date):
            visit.messages.say("error", visit.words("review.day_first"))
            return
        add_note(visit.desk, self._review.key.unit_code, day, self.text.value)
        self._on_saved()
        visit.messages.say("good", visit.words("review.note_added"))


class VetoCard:
    """Card of vetoes; the top level and the organiser also get fields to record, appeal, uphold and lift."""

    def __init__(
        self, visit: Visit, review: Review, on_saved: Callable[[], None], *, may_write: bool
    ) -> None:
        self._visit, self._review, self._on_saved = visit, review, on_saved
        self._names = {
            gate.id: gate.name.words(visit.lang)
            for _, gate in gates_of(visit.opened.campaign, review.unit_kind)
        }
        rows = [
            (
                self._names.get(item.veto.kind, item.veto.kind), item.veto.basis,
                item.veto.document_number or "", self._status(item),
            )
            for item in review.vetoes
        ]  # fmt: skip
        names = ("veto_kind", "veto_basis", "document", "state")
        parts: list[w.Widget] = [
            elements.table(
                [visit.words(f"review.{name}") for name in names], rows, empty=visit.words("review.no_vetoes")
            )
        ]
        if may_write and self._names:
            parts += self._fields()
        self.box = elements.card(*parts, title=visit.words("review.vetoes"))

    def _status(self, item: VetoOnRecord) -> str:
        words = self._visit.words(f"review.veto_{item.status}")
        return f"{words}：{item.status_reason}" if item.status_reason else words

    def _fields(self) -> Iterator[w.Widget]:
        visit = self._visit
        deeds = [
            (visit.words("review.veto_record", kind=name), f"record:{kind}")
            for kind, name in self._names.items()
        ]
        for item in self._review.vetoes:
            name = self._names.get(item.veto.kind, item.veto.kind)
            moves = {"in_force": ("appeal", "lift"), "appealed": ("uphold", "lift")}.get(item.status, ())
            deeds += [(visit.words(f"review.veto_{deed}", kind=name), f"{deed}:{item.id}") for deed in moves]
        nothing = (visit.words("review.veto_nothing"), "")
        self.deed = w.Dropdown(
            options=[nothing, *deeds],
            value="",
            description=visit.words("review.veto_deed"),
            layout=plain_layout(),
        )
        self.basis = TypedText(
            description=visit.words("review.veto_basis"), lang=visit.lang, rows=2, layout=plain_layout()
        )
        self.document = TypedLine(
            description=visit.words("review.document"), lang=visit.lang, is_name=True, layout=plain_layout()
        )
        for made in (self.deed, self.basis, self.document):
            made.add_class("pb-input")
        self.write = elements.button(visit.words("review.veto_write"), visit.attempt(self._write), "danger")
        yield from (self.deed, self.basis, self.document, self.write)

    def _write(self) -> None:
        visit = self._visit
        deed, _, what = self.deed.value.partition(":")
        if deed == "record":
            record_veto(
                visit.desk, self._review.key.unit_code, what, self.basis.value, self.document.value or None
            )
        elif deed:
            move = {"appeal": appeal_veto, "uphold": uphold_veto, "lift": lift_veto}[deed]
            move(visit.desk, int(what), self.basis.value)
        else:
            visit.messages.say("error", visit.words("review.veto_first"))
            return
        self._on_saved()
        visit.messages.say("good", visit.words("review.veto_written"))
