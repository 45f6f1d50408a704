"""What a page would make a browser fetch from other hosts.

Read by the standard library's parser, element by element: a link that a person may follow and the name of an XML
vocabulary are addresses too, and fetch nothing. This is a check for those who write reports, no defence: the page's own
policy already forbids fetching and running, so that what it names would be missing without a word.
"""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

_HOST: Final = (
    r"(?:(?:https?|wss?|ftp):[/\\]*|[/\\]{2,})(?:[^\s/\\?#@\"']*@)?"
    r"(?P<host>\[[^]\s]*\]|[^\s/\\?#:,;\"'`()<>]+)"
)
_ADDRESS: Final = re.compile(rf"\s*{_HOST}", re.I)
_CANDIDATE: Final = re.compile(rf"(?:^|[\s,]){_HOST}", re.I)
_REFRESH: Final = re.compile(rf"url\s*=\s*[\"']?\s*{_HOST}", re.I)
_STYLE: Final = re.compile(rf"(?:url\(\s*[\"']?|@import\s+[\"']|image-set\(\s*[\"'])\s*{_HOST}", re.I)
_NO_STYLE: Final = re.compile(r"/\*.*?\*/|@namespace[^;]*;", re.I | re.S)
_LITERAL: Final = re.compile(
    r"""(?P<quote>["'`])(?:(?:https?|wss?):)?//(?P<host>[\w-]+(?:\.[\w-]+)+|localhost)(?=[/:?#"'`])""", re.I
)
_NO_SCRIPT: Final = re.compile(
    r"""["']\$schema["']\s*:\s*["'][^"']*["']|["']https?://www\.w3\.org/[^"']*["']"""
)

_SOURCES: Final = frozenset({"src", "poster", "background", "data"})
_SETS: Final = frozenset({"srcset", "imagesrcset"})
_LINKS: Final = frozenset({"href", "xlink:href"})
_FOLLOWED: Final = frozenset({"a", "area"})
"""Elements whose link is fetched only when a person follows it."""

_CELL: Final = "data-cell"
"""Attribute of the sections of a report's page: the number of their cell, or nothing for a text."""


@dataclass(frozen=True)
class Fetch:
    """A host that a page asks, and where.

    Attributes
    ----------
    host
        Name or number of the host.
    place
        ``[3]`` for the output of the code cell with that number, ``Markdown`` for a text, empty for neither.
    """

    host: str
    place: str = ""


def find_fetches(page: str) -> tuple[Fetch, ...]:
    """Hosts that a page asks when a browser opens it, each once for each place, in order.

    Scripts are not run: an address that stands in one as a text of its own counts as asked, unless it names an XML
    vocabulary or a JSON schema.

    Examples
    --------
    >>> find_fetches('<a href="https://example.org/">site</a> <img src="//cdn.example.org/logo.png">')
    (Fetch(host='cdn.example.org', place=''),)
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return tuple(reader.found)


class _Reader(HTMLParser):
    """Collects fetches while it reads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[Fetch, None] = {}
        self._place = ""
        self._text_of = ""
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "section" and _CELL in named:
            self._place = f"[{named[_CELL]}]" if named[_CELL] else "Markdown"
        for name, value in named.items():
            self._read_attribute(tag, name, value)
        if tag == "meta" and named.get("http-equiv", "").lower() == "refresh":
            self._add(_REFRESH, named.get("content", ""))
        if tag == "style" or (tag == "script" and "json" not in named.get("type", "").lower()):
            self._text_of = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._text_of:
            self._end_text()

    def handle_data(self, data: str) -> None:
        if self._text_of:
            self._text.append(data)

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Read ``<![…>`` as a comment, as browsers do; the library stops at some that have no name."""
        return self.parse_bogus_comment(i, report)

    def close(self) -> None:
        super().close()
        self._text.append(self.rawdata)  # older releases of Python keep back a script that nothing ends
        self._end_text()

    def _end_text(self) -> None:
        """Read the style or script that ends here, or that the page has left open."""
        text, kind = "".join(self._text), self._text_of
        self._text, self._text_of = [], ""
        read = self._read_style if kind == "style" else self._read_script
        read(text)

    def _read_attribute(self, tag: str, name: str, value: str) -> None:
        if name in _SOURCES or (name in _LINKS and tag not in _FOLLOWED):
            self._add(_ADDRESS, value, whole=True)
        elif name in _SETS:
            self._add(_CANDIDATE, value)
        elif name == "srcdoc":
            self.found.update(dict.fromkeys(Fetch(fetch.host, self._place) for fetch in find_fetches(value)))
        elif name.startswith("on"):
            self._read_script(value)
        elif "url(" in value.lower():
            self._read_style(value)

    def _read_style(self, text: str) -> None:
        self._add(_STYLE, _NO_STYLE.sub("", text))

    def _read_script(self, text: str) -> None:
        self._add(_LITERAL, _NO_SCRIPT.sub("", text))

    def _add(self, pattern: re.Pattern[str], text: str, *, whole: bool = False) -> None:
        hits = filter(None, [pattern.match(text)]) if whole else pattern.finditer(text)
        self.found.update(dict.fromkeys(Fetch(hit["host"].lower(), self._place) for hit in hits))
