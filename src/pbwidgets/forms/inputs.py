"""One input for one field: its widget, and the conversion between widget and answer.

An input reads its widget as an answer for :func:`pbwidgets.campaign.check_answers`, right
or wrong: it checks nothing. What the browser sends is never trusted to be one of the choices.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import ipywidgets as w

from pbwidgets.campaign.model import Campaign, Choice, Field
from pbwidgets.campaign.values import to_text
from pbwidgets.forms.elements import NOT_OFFERED, hide_all, plain_layout, plain_style
from pbwidgets.forms.typed_text import TypedLine, TypedText
from pbwidgets.wording import say

if TYPE_CHECKING:
    from pbwidgets.forms.unit_choice import UnitRegister

FEW_CHOICES: Final = 5
"""Up to this many choices are all shown; more are a drop-down list."""
SENSITIVE: Final = "pb-sensitive"
"""Class of inputs whose text the browser must not keep."""
_SHORT_TEXT: Final = 60
_TYPED_NUMBER: Final = re.compile(r"(-?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(\.[0-9]*)?")


class Input:
    """One field's widget, or several of them for multiple choices.

    Attributes
    ----------
    widgets
        What is shown, in order; the first of those that are watched, by default all, has the label.
    """

    def __init__(
        self,
        widgets: Sequence[w.Widget],
        read: Callable[[], object],
        show: Callable[[object], None],
        offer: Callable[[Sequence[Choice]], None] | None = None,
        watched: Sequence[w.Widget] | None = None,
    ) -> None:
        self.widgets = tuple(widgets)
        self._watched = self.widgets if watched is None else tuple(watched)
        self._read = read
        self._show = show
        self._offer = offer
        self._listens = True

    def read(self) -> object:
        """Answer in the widget; None if it is empty."""
        return self._read()

    def show(self, answer: object) -> None:
        """Put an answer into the widget without reporting it."""
        self._listens = False
        try:
            self._show(answer)
        finally:
            self._listens = True

    def offer(self, choices: Sequence[Choice], answer: object) -> None:
        """Let only these choices be chosen, and show the answer among them, without reporting it."""
        self._listens = False
        try:
            if self._offer is not None:
                self._offer(choices)
            self._show(answer)
        finally:
            self._listens = True

    def watch(self, call: Callable[[], None]) -> None:
        """Call after each change that a user makes in the widget."""

        def changed(_: object) -> None:
            if self._listens:
                call()

        for widget in self._watched:
            if widget.has_trait("value"):
                widget.observe(changed, names="value")

    def name(self, label: str) -> None:
        """Set the label."""
        self._watched[0].description = label


def make_input(
    field: Field, campaign: Campaign, lang: str, label: str, units: "UnitRegister | None" = None
) -> Input:
    """Input for a field that is typed or chosen.

    Parameters
    ----------
    field
        Of type text, integer, decimal, date, select_one, select_multiple or unit.
    campaign
        Holds the choices.
    lang
        Language of the choices.
    label
        Text above the input; multiple choices have their own labels, and the caller
        writes the field's label above them.
    units
        Units that may be chosen; without them the code is typed.
    """
    if field.type == "unit" and units is not None:
        from pbwidgets.forms.unit_choice import unit_input

        made = unit_input(units, field.kinds, lang, label)
    else:
        made = _make_input(field, campaign, lang, label)
    if field.is_sensitive:
        for widget in made.widgets:
            widget.add_class(SENSITIVE)
    return made


def _make_input(field: Field, campaign: Campaign, lang: str, label: str) -> Input:
    choices = campaign.choices.get(field.choices or "", ())
    if field.type == "select_multiple":
        return _choose_many(choices, lang)
    if field.type == "select_one":
        return _choose_one(choices, lang, label, required=field.required)
    if field.type == "date":
        return date_input(label)
    if field.type in ("text", "unit"):
        short = field.type == "unit" or (field.max_length or _SHORT_TEXT + 1) <= _SHORT_TEXT
        widget = styled(TypedLine, label, lang=lang) if short else styled(TypedText, label, lang=lang, rows=3)
        return _one(widget, _read_text, _show_text)
    signed = field.minimum is None or field.minimum < 0
    return number_input(label, whole=field.type == "integer", signed=signed)


def date_input(label: str) -> Input:
    """Input for a day."""
    return _one(styled(w.DatePicker, label), _read_date, _show_date)


def text_input(label: str, lang: str) -> Input:
    """Input for one line of text."""
    return _one(styled(TypedLine, label, lang=lang), _read_text, _show_text)


def number_input(label: str, *, whole: bool = False, signed: bool = False) -> Input:
    """Input for a number; full-width digits are accepted, and an empty input is not zero.

    Parameters
    ----------
    label
        Text above the input.
    whole
        Whether a phone offers digits only, without a point.
    signed
        Whether numbers below zero may be wanted: a phone then keeps all its keys, as its digits have no minus.
    """
    keys = () if signed else ("pb-keys-numeric",) if whole else ("pb-keys-decimal",)
    return _one(styled(w.Text, label, classes=("pb-number", *keys)), plain_number, _show_text)


def plain_number(text: str) -> str | None:
    """Number in plain characters, from what an input method types: full-width digits, ``。`` for the point, commas.

    None if nothing was typed; what is not a number stays as it is, for the check to report.

    >>> plain_number("１，２００。５"), plain_number(" "), plain_number("约三")
    ('1200.5', None, '约三')
    """
    typed = text.strip()
    plain = unicodedata.normalize("NFKC", typed).replace("。", ".").replace("−", "-")
    found = _TYPED_NUMBER.fullmatch(plain)
    if found is None:
        return typed or None
    sign, whole, rest = found.groups(default="")
    return sign + (whole.replace(",", "").lstrip("0") or "0") + rest.rstrip(".")


# -- inside --------------------------------------------------------------------------------------------


def styled(
    kind: Callable[..., w.DOMWidget], label: str, classes: tuple[str, ...] = (), **traits: Any
) -> w.DOMWidget:
    """Input widget of a kind under its label, with the layout and style that all of its kind share."""
    return kind(
        description=label,
        layout=plain_layout(),
        style=plain_style(kind),
        _dom_classes=("pb-input", *classes),
        **traits,
    )


def _one(widget: w.DOMWidget, read: Callable[[Any], object], show: Callable[[object], Any]) -> Input:
    def put(answer: object) -> None:
        widget.value = show(answer)

    return Input([widget], lambda: read(widget.value), put)


def _show_text(answer: object) -> str:
    return "" if answer is None else to_text(answer)


def _read_text(value: str) -> str | None:
    return value.strip() or None


def _read_date(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _show_date(answer: object) -> date | None:
    try:
        return date.fromisoformat(str(answer))
    except ValueError:
        return None


def _choose_one(choices: Sequence[Choice], lang: str, label: str, *, required: bool) -> Input:
    few = len(choices) <= FEW_CHOICES
    nothing = None if few else ""  # None: no option is marked, and a list would be blank

    def options_of(offered: Sequence[Choice]) -> list[tuple[str, str]]:
        options = [(choice.label.words(lang), choice.id) for choice in offered]
        if not few:
            options.insert(0, (say("forms.choose", lang), ""))
        elif not required:  # a radio button cannot be cleared
            options.append((say("forms.no_answer", lang), ""))
        return options

    widget = styled(w.RadioButtons if few else w.Dropdown, label, options=options_of(choices), value=nothing)

    def show(answer: object) -> None:
        ids = [value for _, value in widget.options if value]
        widget.value = answer if answer in ids else nothing

    def offer(offered: Sequence[Choice]) -> None:
        widget.options = options_of(offered)

    return Input([widget], lambda: widget.value or None, show, offer)


def _choose_many(choices: Sequence[Choice], lang: str) -> Input:
    boxes = {choice.id: styled(w.Checkbox, choice.label.words(lang), indent=False) for choice in choices}

    def read() -> list[str] | None:
        return [choice_id for choice_id, box in boxes.items() if box.value] or None

    def show(answer: object) -> None:
        chosen = answer if isinstance(answer, list) else []
        for choice_id, box in boxes.items():
            box.value = choice_id in chosen

    def offer(offered: Sequence[Choice]) -> None:
        labels = {choice.id: choice.label.words(lang) for choice in offered}
        for choice_id, box in boxes.items():
            box.description = labels.get(choice_id, box.description)
            hide_all([box], choice_id not in labels, NOT_OFFERED)

    return Input(list(boxes.values()), read, show, offer)
