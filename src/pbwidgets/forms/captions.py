"""The text around an input: its label, its hint, what is wrong with it, and why it was returned."""

from collections.abc import Iterable
from html import escape

from pbwidgets.campaign.model import Field
from pbwidgets.wording import say


def label_of(field: Field, lang: str) -> str:
    """Label with the unit of measurement, and an asterisk if the field must be filled in."""
    label = field.label.words(lang)
    if field.unit is not None:
        label = say("forms.label_with_unit", lang, label=label, unit=field.unit.words(lang))
    return f"{label} *" if field.required or field.min_count else label


def anchor_of(path: str, row: int = 0, form: str = "") -> str:
    """Anchor of a field on the page, for links to it; ``form`` tells forms on one page apart."""
    return f"pb-at-{form}{path.replace('/', '-')}-{row}"


def note_of(
    anchor: str,
    hint: str = "",
    *,
    counter: str = "",
    problems: Iterable[str] = (),
    advice: Iterable[str] = (),
    returned: Iterable[str] = (),
    lang: str,
) -> str:
    """Markup below an input; empty parts are left out."""
    parts = [f'<span id="{escape(anchor, quote=True)}"></span>']
    parts += [
        f'<div class="pb-returned">{escape(say("forms.returned_because", lang, reason=reason))}</div>'
        for reason in returned
    ]
    parts += [f'<div class="pb-problem" role="alert">{escape(words)}</div>' for words in problems]
    parts += [f'<div class="pb-advice" role="status">{escape(words)}</div>' for words in advice]
    if hint or counter:
        counted = f' <span class="pb-counter">{escape(counter)}</span>' if counter else ""
        parts.append(f'<div class="pb-hint">{escape(hint)}{counted}</div>')
    return "".join(parts)
