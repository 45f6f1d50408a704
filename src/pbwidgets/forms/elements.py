"""The elements of pages and forms, in one style: headings, notices, tables, cards, buttons, charts.

Every function takes plain text and escapes it: nothing that people typed becomes markup. The style is
in ``static/look.css``, under the class names used here.

A widget is three objects in the browser (itself, its layout, its style), and each costs time; so widgets share
one layout, and whatever is only shown is one :class:`ipywidgets.HTML`.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any, Final, Literal

import ipywidgets as w

from pbwidgets.intake.text import drop_unfit_in

Kind = Literal["info", "good", "warn", "error"]
Look = Literal["plain", "primary", "danger", "link"]


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    Attributes
    ----------
    text
        Its text.
    link
        Address it links to, on this server.
    tone
        Background colour: ``good``, ``warn``, ``error``, ``quiet`` or ``accent``.
    align
        ``right`` for numbers.
    """

    text: str
    link: str | None = None
    tone: str | None = None
    align: Literal["left", "right"] = "left"


@cache
def plain_layout() -> w.Layout:
    """The one layout that widgets share; the style sheet does the rest."""
    return w.Layout()


@cache
def plain_style(kind: Callable[..., w.DOMWidget]) -> w.Widget:
    """Style shared by all widgets of a kind: each extra style costs time in the browser."""
    pattern = kind(layout=plain_layout())
    pattern.close()
    return pattern.style


HIDDEN: Final = "pb-gone"
NOT_OFFERED: Final = "pb-not-offered"


def markup(html: str, *classes: str) -> w.HTML:
    """Widget that shows our own markup; text from people must already be escaped in it."""
    shown = w.HTML(html, layout=plain_layout())
    for name in classes:
        shown.add_class(name)
    return shown


def heading(words: str, level: int = 2) -> w.HTML:
    """Heading of a page (1), a part (2) or a card (3)."""
    return markup(f"<h{level}>{escape(words)}</h{level}>")


def led_to_heading(words: str) -> w.HTML:
    """Heading of a card that the page's script leads to when it appears."""
    return markup(f'<h3 class="pb-led-to" tabindex="-1" data-led-to="">{escape(words)}</h3>')


def led_to_field(words: str) -> w.HTML:
    """Title of what was opened: the page's script leads to the first field below it."""
    return markup(f'<h4 data-led-to="field">{escape(words)}</h4>', "pb-entry-title")


def paragraph(words: str, *, quiet: bool = False) -> w.HTML:
    """Text with its line breaks."""
    return markup(f'<p class="pb-text{" pb-quiet" if quiet else ""}">{escape(words)}</p>')


def notice(kind: Kind, words: str) -> w.HTML:
    """Message that a screen reader reads out."""
    return markup(notice_markup(kind, words))


def pointer(kind: Kind, words: str, link: str, anchor: str, *, is_asked: bool = False) -> w.HTML:
    """Message with a link to an anchor on this page; the page scrolls there itself if the user asked for it."""
    asked = " data-asked" if is_asked else ""
    way = f'<a class="pb-to-field" href="#{escape(anchor, quote=True)}"{asked}>{escape(link)}</a>'
    return markup(f'<div class="pb-notice pb-{kind}" role="status">{escape(words)} {way}</div>')


def notice_markup(kind: Kind, words: str) -> str:
    """Markup of a message that a screen reader reads out."""
    role = "alert" if kind == "error" else "status"
    return f'<div class="pb-notice pb-{kind}" role="{role}">{escape(words)}</div>'


class Messages(w.HTML):
    """Area of a page for messages, empty at first; it stays in view wherever the page is scrolled to.

    Attributes
    ----------
    said
        Number of times that something was said.
    refuses
        Whether what stands there is a refusal.
    """

    def __init__(self) -> None:
        super().__init__("", layout=plain_layout())
        self.add_class("pb-messages")
        self.said, self.refuses = 0, False

    def say(self, kind: Kind, *words: str) -> None:
        """Show messages of one kind, in place of earlier ones."""
        self.said, self.refuses = self.said + 1, kind == "error"
        self.value = "".join(notice_markup(kind, item) for item in words)

    def confirm(self, *words: str) -> None:
        """Show messages that something is done, and lead there: the page that was worked on is gone."""
        self.said, self.refuses = self.said + 1, False
        shown = "".join(notice_markup("good", item) for item in words)
        # numbered, so that the same words are new to the page's script
        self.value = f'<div class="pb-led-to" tabindex="-1" data-led-to="top {self.said}">{shown}</div>'

    def clear(self) -> None:
        """Show nothing."""
        self.value, self.refuses = "", False


def facts(pairs: Iterable[tuple[str, str]]) -> w.HTML:
    """Names and values, one pair on each line."""
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in pairs)
    return markup(f'<dl class="pb-facts">{rows}</dl>')


def table(
    columns: Sequence[str], rows: Iterable[Sequence[str | Cell]], *, caption: str = "", empty: str = ""
) -> w.HTML:
    """Table; on a phone each row becomes a card whose lines are named by the columns.

    Parameters
    ----------
    columns
        Headers of the columns.
    rows
        Cells of each row, as many as there are columns.
    caption
        What the table contains, above it and for screen readers.
    empty
        Words shown if there are no rows.
    """
    body = "".join(f"<tr>{''.join(map(cell_markup, row, columns))}</tr>" for row in rows)
    if not body and empty:
        return paragraph(empty, quiet=True)
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return markup(
        f'<div class="pb-scroll"><table class="pb-table">{title}<thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def cell_markup(cell: str | Cell, column: str) -> str:
    """One cell of a table, named by its column where a phone shows the row as a card."""
    if isinstance(cell, str):
        cell = Cell(cell)
    shown = escape(cell.text)
    if cell.link is not None:
        shown = f'<a href="{escape(cell.link, quote=True)}">{shown}</a>'
    classes = [f"pb-tone-{cell.tone}"] if cell.tone else []
    classes += ["pb-right"] if cell.align == "right" else []
    named = f' class="{" ".join(classes)}"' if classes else ""
    return f'<td data-label="{escape(column, quote=True)}"{named}>{shown}</td>'


def links(items: Iterable[tuple[str, str]]) -> w.HTML:
    """Row of links on this server, from pairs of words and address."""
    made = "".join(f'<a href="{escape(to, quote=True)}">{escape(words)}</a>' for words, to in items)
    return markup(f'<nav class="pb-links">{made}</nav>')


def progress(share: float, words: str) -> w.HTML:
    """Progress bar for a share of 0 to 1, with words beside it."""
    pct = round(100 * min(max(share, 0.0), 1.0))
    return markup(
        f'<div class="pb-progress"><progress max="100" value="{pct}"></progress><span>{escape(words)}</span></div>'
    )


def button(
    words: str, on_click: Callable[[], None], look: Look = "plain", *, disabled: bool = False
) -> w.Button:
    """Button that calls a function without arguments."""
    made = w.Button(description=words, disabled=disabled, layout=plain_layout())
    made.add_class("pb-button")
    made.add_class(f"pb-button-{look}")
    made.on_click(lambda _: on_click())
    return made


def row(*children: w.Widget) -> w.Box:
    """Widgets side by side, or below each other if there is no room."""
    return _box(w.Box, "pb-row", children)


def stack(*children: w.Widget) -> w.Box:
    """Widgets below each other."""
    return _box(w.VBox, "pb-stack", children)


def card(*children: w.Widget, title: str = "") -> w.Box:
    """Widgets on their own background, under a title."""
    return _box(w.VBox, "pb-card", [heading(title, 3), *children] if title else children)


def _box(kind: type[w.Box], name: str, children: Iterable[w.Widget]) -> w.Box:
    made = kind(children=tuple(children), layout=plain_layout())
    made.add_class(name)
    return made


def chart(spec: Mapping[str, Any], words: str) -> w.HTML:
    """Vega-Lite chart, drawn in the page with the server's bundle.

    Parameters
    ----------
    spec
        ``altair.Chart.to_dict()``.
    words
        What it shows, for people who cannot see it.
    """
    data = escape(json.dumps(drop_unfit_in(spec), ensure_ascii=False), quote=True)
    return markup(
        f'<div class="pb-chart" role="img" aria-label="{escape(words, quote=True)}" data-spec="{data}"></div>'
    )


def hide_all(widgets: Sequence[w.Widget], hidden: bool, because: str = HIDDEN) -> None:
    """Hide or show widgets by a CSS class for each reason, because they share one layout."""
    for widget in widgets:
        if hidden and because not in widget._dom_classes:
            widget.add_class(because)
        elif not hidden and because in widget._dom_classes:
            widget.remove_class(because)


def close_tree(widget: w.Widget) -> None:
    """Give up a widget with all that is in it."""
    for child in getattr(widget, "children", ()):
        close_tree(child)
    widget.close()
