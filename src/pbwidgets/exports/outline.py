"""The contents of a page: its headings and the captions of its tables, each with an address within the page."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape, unescape
from typing import Final
from urllib.parse import quote

_FEWEST: Final = 3
"""A page with fewer entries has no contents."""
_HEADING: Final = re.compile(r"<(h[23]|caption)\b([^>]*)>(.*?)</\1>", re.I | re.S)
_SIGN: Final = re.compile(r'<a class="anchor-link".*?</a>', re.S)
"""What nbconvert puts behind a heading."""
_TAG: Final = re.compile(r"<[^>]*>")
_OWN_ID: Final = re.compile(r"""\sid\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)""", re.I)


@dataclass(frozen=True)
class Entry:
    """A line of the contents.

    Attributes
    ----------
    text
        The heading.
    anchor
        Its id in the page.
    is_below
        Whether it belongs to the heading before it: a heading of the third level, or the caption of a table.
    """

    text: str
    anchor: str
    is_below: bool


def mark_headings(page: str) -> tuple[str, tuple[Entry, ...]]:
    """The page with an id at each heading of level 2 and 3 and at each caption, and the entries of its contents.

    A caption that repeats the heading before it is no entry, and is marked as ``repeated``.

    >>> mark_headings("<h2>名次</h2><h2>名次</h2>")[0]
    '<h2 id="名次">名次</h2><h2 id="名次-2">名次</h2>'
    """
    entries: list[Entry] = []
    times: dict[str, int] = {}

    def mark(found: re.Match[str]) -> str:
        tag, attributes, inner = found.groups()
        text = " ".join(unescape(_TAG.sub("", _SIGN.sub("", inner))).split())
        if not text:
            return found[0]
        if tag.lower() == "caption" and entries and text in entries[-1].text:
            return f'<caption class="repeated">{inner}</caption>'
        times[text] = times.get(text, 0) + 1
        anchor = text.replace(" ", "-") + (f"-{times[text]}" if times[text] > 1 else "")
        entries.append(Entry(text, anchor, tag.lower() != "h2"))
        return f'<{tag} id="{escape(anchor)}"{_OWN_ID.sub("", attributes)}>{inner}</{tag}>'

    return _HEADING.sub(mark, page), tuple(entries)


def write_contents(entries: Sequence[Entry], label: str) -> str:
    """HTML of the contents, folded; empty for a short page.

    >>> write_contents(mark_headings("<h2>甲</h2><h3>乙 丙</h3>")[1], "目录")
    ''
    """
    if len(entries) < _FEWEST:
        return ""
    return (
        f'<nav class="contents" aria-label="{escape(label)}"><details><summary>{escape(label)}</summary>'
        f"<ul>{''.join(_items(entries))}</ul></details></nav>"
    )


def _items(entries: Iterable[Entry]) -> Iterable[str]:
    for entry in entries:
        below = ' class="below"' if entry.is_below else ""
        yield f'<li{below}><a href="#{quote(entry.anchor)}">{escape(entry.text)}</a></li>'
