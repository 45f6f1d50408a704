"""What is shown of a workbook that came back: how far its check is, what is wrong, and what it would change.

It knows neither the store nor the page: who shows it gives plain rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import ipywidgets as w

from pbwidgets.errors import Problem
from pbwidgets.forms.elements import Cell, cell_markup, markup, paragraph, plain_layout, table
from pbwidgets.wording import say

MOST_PROBLEMS: Final = 40
"""Maximum number of problems that are listed; the rest are counted."""
MOST_ITEMS: Final = 200
"""Maximum number of units and forms whose changes are listed."""
MOST_VALUES: Final = 2_000
"""Maximum number of values that can be unfolded in all."""
_TONES: Final = {"new": "good", "changed": "accent", "unchanged": "quiet", "refused": "error"}
_LONGEST: Final = 300


@dataclass(frozen=True)
class ShownValue:
    """One value that is given anew, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class ShownChange:
    """What becomes of one unit's form, or marks.

    Attributes
    ----------
    name
        The unit, and where it is one of several, the form.
    fate
        ``new``, ``changed``, ``unchanged`` or ``refused``.
    values
        What is given anew.
    why
        Why it is refused.
    """

    name: str
    fate: str
    values: Sequence[ShownValue] = ()
    why: str = ""


class ProgressLine(w.HTML):
    """A progress bar with words beside it, empty at first; it is redrawn only where a person sees it move."""

    def __init__(self) -> None:
        super().__init__("", layout=plain_layout())
        self._shown: int | None = None

    def show(self, words: str, done: int = 0, of: int = 0) -> None:
        """Show how much is done; a bar that only moves to and fro if it is not known how much there is."""
        share = -1 if not of else round(100 * done / of)
        if share == self._shown:
            return
        self._shown = share
        value = "" if share < 0 else f' value="{share}"'
        words = words if not of else f"{words} {done}/{of}"
        bar = f'<progress max="100"{value} aria-label="{escape(words, quote=True)}"></progress>'
        self.value = f'<div class="pb-progress" role="status">{bar}<span>{escape(words)}</span></div>'

    def clear(self) -> None:
        """Show nothing."""
        self.value, self._shown = "", None


def problem_table(problems: Sequence[Problem], lang: str) -> tuple[w.Widget, ...]:
    """Problems with their place, what was read there, what is wrong with it, and what to do."""
    shown = problems[:MOST_PROBLEMS]
    has_values = any("value" in problem.args for problem in shown)
    names = ("place", *(("value",) if has_values else ()), "problem", "what_to_do")
    rows = [
        [
            _place_words(problem, lang),
            *((_short(str(problem.args.get("value", ""))),) if has_values else ()),
            problem.message(lang),
            problem.remedy(lang),
        ]
        for problem in shown
    ]
    rest = len(problems) - len(shown)
    return (
        table([say(f"excel.{name}", lang) for name in names], rows),
        *((paragraph(say("intake.more", lang, count=rest), quiet=True),) if rest > 0 else ()),
    )


def _place_words(problem: Problem, lang: str) -> str:
    """The sheet and the cell; the line of a text; the whole file where it is about no place."""
    if not problem.place:
        return say("excel.whole_file", lang)
    return say("excel.line", lang, line=problem.place) if problem.place.isdecimal() else problem.place


def change_list(changes: Sequence[ShownChange], lang: str) -> w.HTML:
    """What becomes of each unit and form, with the values to be unfolded; the same as before is left out."""
    listed = [change for change in changes if change.fate != "unchanged"]
    left, rows = MOST_VALUES, []
    for change in listed[:MOST_ITEMS]:
        rows.append(_row_markup(change, lang, left))
        left -= min(left, len(change.values))
    heads = "".join(f'<th scope="col">{escape(say(f"excel.{name}", lang))}</th>' for name in _HEADS)
    more = len(listed) - MOST_ITEMS
    rest = (
        f'<p class="pb-text pb-quiet">{escape(say("excel.more_changes", lang, count=more))}</p>'
        if more > 0
        else ""
    )
    return markup(
        f'<div class="pb-scroll"><table class="pb-table"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>{rest}"
        if rows
        else ""
    )


_HEADS: Final = ("what", "fate", "values")


def _row_markup(change: ShownChange, lang: str, left: int) -> str:
    heads = [say(f"excel.{name}", lang) for name in _HEADS]
    fate = Cell(say(f"excel.fate_{change.fate}", lang), tone=_TONES.get(change.fate))
    what = escape(change.why) if change.why else _values_markup(change, lang, left)
    return (
        f"<tr>{cell_markup(change.name, heads[0])}{cell_markup(fate, heads[1])}"
        f'<td data-label="{escape(heads[2], quote=True)}">{what}</td></tr>'
    )


def _values_markup(change: ShownChange, lang: str, left: int) -> str:
    count = escape(say("excel.values_changed", lang, count=len(change.values)))
    shown = change.values[:left]
    if not shown:
        return count
    items = "".join(
        f"<li><span>{escape(value.label)}</span> {escape(_short(value.before) or '—')} → "
        f"<strong>{escape(_short(value.after) or say('excel.emptied', lang))}</strong></li>"
        for value in shown
    )
    name = escape(say("excel.values_of", lang, name=change.name), quote=True)
    summary = f'<summary aria-label="{count} {name}">{count}</summary>'
    return f'<details class="pb-details">{summary}<ul>{items}</ul></details>'


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
