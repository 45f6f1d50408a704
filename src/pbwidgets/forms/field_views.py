"""One field of a form: its input and the text below it."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import ipywidgets as w

from pbwidgets.campaign.captions import Captions
from pbwidgets.campaign.model import Campaign, Choice, Field
from pbwidgets.forms.captions import label_of, note_of
from pbwidgets.forms.elements import hide_all, markup
from pbwidgets.forms.inputs import Input, make_input
from pbwidgets.forms.unit_choice import UnitRegister
from pbwidgets.forms.uploads import Files, Uploads
from pbwidgets.wording import number, say

Report = Callable[[], None]


class FieldView:
    """A field to answer, in the form or in one row of a repeat.

    Attributes
    ----------
    field, path
        The field as it is shown, with the answers that its words ask for, and its path.
    holder
        Mapping that holds its answer; changed in place when something is entered.
    widgets
        What is shown, in order.
    """

    def __init__(
        self,
        field: Field,
        path: str,
        holder: dict[str, Any],
        campaign: Campaign,
        lang: str,
        files: Files | None,
        report: Report,
        units: UnitRegister | None = None,
    ) -> None:
        self.field, self.path, self.holder = field, path, holder
        self._asked, self._offered = field, campaign.choices.get(field.choices or "", ())
        self._lang, self._report = lang, report
        self._note = markup("", "pb-note")
        self.input: Input | None = None
        self.uploads: Uploads | None = None
        self._head: w.HTML | None = None
        label = label_of(field, lang)
        inputs: Sequence[w.Widget]
        if field.type in ("image", "file"):
            if files is None:
                absent = f'<div class="pb-hint">{escape(say("forms.no_uploads", lang))}</div>'
                inputs = [markup(f"{_head_of(label)}{absent}")]
            else:
                self.uploads = Uploads(field, path, files, lang, label, self._keep)
                self.uploads.show(holder.get(field.id))
                inputs = self.uploads.widgets
        else:
            self.input = make_input(field, campaign, lang, label, units)
            self.input.show(holder.get(field.id))
            self.input.watch(self._read)
            inputs = self.input.widgets
            if field.type == "select_multiple":
                self._head = markup(_head_of(label))
                inputs = [self._head, *inputs]
        self.widgets = (*inputs, self._note)

    def _read(self) -> None:
        assert self.input is not None
        self._keep(self.input.read())

    def _keep(self, answer: object) -> None:
        if answer is None or answer == []:
            self.holder.pop(self.field.id, None)
        else:
            self.holder[self.field.id] = answer
        self._report()

    def keep_offered(self, options: Sequence[Choice]) -> bool:
        """Drop answers that are not among the options any more; whether there were any."""
        answer, ids = self.holder.get(self.field.id), {choice.id for choice in options}
        kept = (
            [item for item in answer if item in ids] if isinstance(answer, list) else answer in ids and answer
        )
        if not answer or kept == answer:
            return False
        self.holder.pop(self.field.id)
        if kept:
            self.holder[self.field.id] = kept
        return True

    def follow(self, captions: Captions, repeat: str, row: int) -> None:
        """Show the answers that its words ask for, and the options that the answers before it leave."""
        field = captions.field(self._asked, repeat, row)
        if field != self.field:
            self.field = field
            self._name(label_of(field, self._lang))
        options = captions.options(field, repeat, row)
        if self.input is not None and options != self._offered:
            self._offered = options
            self.input.offer(options, self.holder.get(field.id))

    def _name(self, label: str) -> None:
        if self.uploads is not None:
            self.uploads.name(label)
        elif self._head is not None:
            self._head.value = _head_of(label)
        elif self.input is not None:
            self.input.name(label)

    def say(
        self, anchor: str, problems: Sequence[str], returned: Sequence[str], advice: Sequence[str] = ()
    ) -> None:
        """Show what is wrong, and what looks wrong, next to the hint, at the anchor that links lead to."""
        hint = self.field.hint.words(self._lang) if self.field.hint else ""
        shown = note_of(
            anchor,
            hint,
            counter=self._counter(),
            problems=problems,
            advice=advice,
            returned=returned,
            lang=self._lang,
        )
        if self._note.value != shown:
            self._note.value = shown

    def _counter(self) -> str:
        if self.field.type != "text" or self.field.max_length is None:
            return ""
        return say(
            "forms.counter",
            self._lang,
            length=len(str(self.holder.get(self.field.id) or "")),
            limit=self.field.max_length,
        )

    def hide(self, hidden: bool) -> None:
        """Hide it, or show it again."""
        hide_all(self.widgets, hidden)


class ShownView:
    """A field that only shows something: a note, the result of a calculation, or an answer that may not be changed.

    Parameters
    ----------
    field, path, lang
        The field, its path, and the language.
    markup_of
        Makes the markup of an answer; None for notes and calculations.
    """

    def __init__(
        self, field: Field, path: str, lang: str, markup_of: Callable[[Field, object], str] | None = None
    ) -> None:
        self.field, self.path = field, path
        self._asked, self._lang, self._markup_of = field, lang, markup_of
        self._markup = markup("", "pb-note" if field.type == "note" else "pb-calculated")
        self.widgets = (self._markup,)
        self.show(None)

    def follow(self, captions: Captions, repeat: str, row: int) -> None:
        """Show the answers that its words ask for, the next time it is shown."""
        self.field = captions.field(self._asked, repeat, row)

    def show(self, value: object) -> None:
        """Set the value of a calculation, or an answer."""
        label = self.field.label.words(self._lang)
        if self._markup_of is not None:
            text = f'<div class="pb-label">{escape(label)}</div><output>{self._markup_of(self.field, value)}</output>'
        elif self.field.type == "note":
            text = f'<div class="pb-hint">{escape(label)}</div>'
        else:
            shown = number(value) if isinstance(value, int | float) else str(value or "–")
            unit = self.field.unit.words(self._lang) if self.field.unit and value is not None else ""
            hint = self.field.hint.words(self._lang) if self.field.hint else ""
            text = (
                f'<div class="pb-label">{escape(label)}</div><output>{escape(f"{shown} {unit}".strip())}</output>'
                f'<div class="pb-hint">{escape(hint)} {escape(say("forms.calculated", self._lang))}</div>'
            )
        if self._markup.value != text:
            self._markup.value = text

    def hide(self, hidden: bool) -> None:
        """Hide it, or show it again."""
        hide_all(self.widgets, hidden)


def _head_of(label: str) -> str:
    return f'<div class="pb-label">{escape(label)}</div>'
