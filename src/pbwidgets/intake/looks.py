"""How the sheets of an ``.xlsx`` look, as far as it can do no harm: what a copy of the values is dressed in.

Widths, heights, what is hidden, colours, lines, a few number formats, lists of options written out. Nothing that
computes, refers to anything else, or holds words of its own. It is read in a process of its own, and only so far as a
copy may reach: what is beyond, or cannot be read, is left out.
"""

import io
import pickle
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element
from xml.parsers import expat
from zipfile import ZipFile

from pbwidgets.intake import unpacking

MOST_ROWS: Final = 5_500
MOST_COLUMNS: Final = unpacking.MOST_COLUMNS
MOST_CELLS: Final = 150_000
_MOST_LISTS: Final = 500
_MEMORY: Final = 1 << 30
_SECONDS: Final = 15

_COLOUR: Final = re.compile("(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{6})")
_RANGE: Final = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})(?::([A-Z]{1,3})([1-9]\d{0,6}))?")
_PLAIN_FORMAT: Final = re.compile(r"@|(?:#,##)?0+(?:\.0{1,6})?%?")
_FORMATS: Final = {"1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%", "49": "@"}
_DATES: Final = frozenset({"14", "15", "16", "17", "22"})
_SOURCE: Final = re.compile(r"'[^'!\[\]:*?/\\]{1,31}'!\$[A-Z]{1,3}\$\d{1,5}:\$[A-Z]{1,3}\$\d{1,5}")
_LONGEST_LIST: Final = 255
_SIDES: Final = frozenset({"left", "right", "top", "bottom"})
_ALIGNED: Final = frozenset({"left", "center", "right"})

Look = tuple[tuple[str, str | float], ...]
"""What a cell looks like: names and values as XlsxWriter has them."""


@dataclass
class SheetLooks:
    """How a sheet looks; rows and columns from 0.

    Attributes
    ----------
    cells
        Looks of cells, by row and column, those without a value as well.
    widths
        Width of a column in characters (None: as usual), and whether it is hidden.
    heights
        Height of a row in points (None: as usual), and whether it is hidden.
    frozen
        Rows and columns that stay in sight.
    lists
        First and last row and column, the options (or the place of those on a sheet of the same workbook), and
        whether others are refused.
    """

    cells: dict[tuple[int, int], Look] = field(default_factory=dict)
    widths: dict[int, tuple[float | None, bool]] = field(default_factory=dict)
    heights: dict[int, tuple[float | None, bool]] = field(default_factory=dict)
    frozen: tuple[int, int] = (0, 0)
    lists: list[tuple[tuple[int, int, int, int], list[str] | str, bool]] = field(default_factory=list)


def looks_apart(content: bytes) -> Mapping[str, SheetLooks]:
    """Looks of sheets by their names, read in a process of its own; none if they cannot be read within its limits."""
    command = [sys.executable, "-I", "-c", f"from {__name__} import main; main()"]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=2 * _SECONDS, check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return {}
    looks: Mapping[str, SheetLooks] = pickle.loads(done.stdout)
    return looks


def read_looks(content: bytes) -> dict[str, SheetLooks]:
    """Looks of sheets by their names; fails anywhere if the file is damaged.

    Parameters
    ----------
    content
        An ``.xlsx`` that has been read already, so that it is within all limits of reading.
    """
    with ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels"))}
    sheets, styles = unpacking.find_parts(parts, unpacking.find_main(parts))
    looks = [] if styles is None else _looks_of(styles)
    return {name: _Scan(looks).scan(part) for name, part in sheets.items()}


def main() -> None:
    """Answer on standard output, within limits."""
    unpacking.limit(_MEMORY, _SECONDS)
    pickle.dump(read_looks(sys.stdin.buffer.read()), sys.stdout.buffer, protocol=5)


# -- styles ----------------------------------------------------------------------------------------------


def _looks_of(styles: bytes) -> list[Look]:
    """Looks in the order of the styles of cells."""
    codes = {
        item.attrib["numFmtId"]: item.attrib["formatCode"] for item in unpacking.elements(styles, "numFmt")
    }
    fonts, fills, borders, crossed = (
        [child for item in unpacking.elements(styles, name)[:1] for child in item]
        for name in ("fonts", "fills", "borders", "cellXfs")
    )
    return [
        (
            *_font_and_fill(_at(fonts, style, "fontId"), _at(fills, style, "fillId")),
            *_lines(_at(borders, style, "borderId")),
            *_aligned(style),
            *_format(style.attrib.get("numFmtId", "0"), codes),
        )
        for style in crossed
    ]


def _at(listed: list[Element], style: Element, name: str) -> list[Element]:
    at = int(style.attrib.get(name, "0"))
    return list(listed[at].iter()) if at < len(listed) else []


def _tag(item: Element) -> str:
    return item.tag.rpartition("}")[2]


def _font_and_fill(font: list[Element], fill: list[Element]) -> Look:
    solid = next((item for item in fill if item.attrib.get("patternType", "none") != "none"), None)
    colour = next((found for item in fill if _tag(item) == "fgColor" and (found := _colour(item))), "")
    made: list[tuple[str, str | float]] = [("bg_color", colour)] if solid is not None and colour else []
    for item in font:
        name, value = _tag(item), item.attrib.get("val", "1")
        if name == "b" and value not in ("0", "false"):
            made.append(("bold", 1))
        elif name == "sz":
            made.append(("font_size", min(max(float(value), 6), 36)))
        elif name == "color" and (solid is None or colour) and (found := _colour(item)):
            made.append(("font_color", found))  # not on a colour that is not known: both might be the same
    return tuple(made)


def _colour(item: Element) -> str:
    found = _COLOUR.fullmatch(item.attrib.get("rgb", ""))
    return f"#{found[1].upper()}" if found else ""


def _lines(border: list[Element]) -> Look:
    return (("border", 1),) if any(_tag(item) in _SIDES and "style" in item.attrib for item in border) else ()


def _aligned(style: Element) -> Look:
    made: list[tuple[str, str | float]] = []
    for item in style:
        if _tag(item) == "alignment":
            across, down = item.attrib.get("horizontal", ""), item.attrib.get("vertical", "")
            made += [("align", across)] if across in _ALIGNED else []
            made += [("valign", {"center": "vcenter"}.get(down, down))] if down in ("top", "center") else []
            made += [("text_wrap", 1)] if item.attrib.get("wrapText") in ("1", "true") else []
    return tuple(made)


def _format(number: str, codes: Mapping[str, str]) -> Look:
    """A number format, if it is a plain one: others can hold words, and hide what is in the cell."""
    code = _FORMATS.get(number) or codes.get(number, "")
    if _PLAIN_FORMAT.fullmatch(code):
        return (("num_format", code),)
    is_date = number in _DATES or {"y", "m", "d"} <= set(code.lower())
    return (("num_format", "yyyy-mm-dd"),) if is_date else ()


# -- sheets ----------------------------------------------------------------------------------------------


class _Scan:
    """One pass over the XML of a sheet."""

    def __init__(self, looks: list[Look]) -> None:
        self.looks, self.made = looks, SheetLooks()
        self.row, self.column = -1, -1
        self.listed: Mapping[str, str] = {}
        self.text: str | None = None
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._collect
        self.starts = {
            "c": self._cell, "col": self._width, "dataValidation": self._list, "pane": self._pane, "row": self._height,
        }  # fmt: skip

    def scan(self, content: bytes) -> SheetLooks:
        self.parser.Parse(content, True)
        return self.made

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name in self.starts:
            self.starts[name](attributes)
        elif name == "formula1":
            self.text = "" if self.listed and len(self.made.lists) < _MOST_LISTS else None

    def _cell(self, said: Mapping[str, str]) -> None:
        found = _RANGE.fullmatch(said.get("r", ""))
        self.column += 1
        if found:
            self.row, self.column = int(found[2]) - 1, unpacking.column_number(found[1])
        style, cells = int(said.get("s", "0")), self.made.cells
        is_near = self.row < MOST_ROWS and self.column < MOST_COLUMNS and len(cells) < MOST_CELLS
        if is_near and style < len(self.looks) and self.looks[style]:
            cells[self.row, self.column] = self.looks[style]

    def _height(self, said: Mapping[str, str]) -> None:
        self.row, self.column = int(said["r"]) - 1 if "r" in said else self.row + 1, -1
        height, hidden = said.get("ht"), said.get("hidden") in ("1", "true")
        if self.row < MOST_ROWS and (height or hidden):
            self.made.heights[self.row] = (min(float(height), 400) if height else None, hidden)

    def _width(self, said: Mapping[str, str]) -> None:
        width, hidden = said.get("width"), said.get("hidden") in ("1", "true")
        for column in range(int(said["min"]) - 1, min(int(said["max"]), MOST_COLUMNS)):
            self.made.widths[column] = (min(float(width), 120) if width else None, hidden)

    def _pane(self, said: Mapping[str, str]) -> None:
        if said.get("state", "").startswith("frozen"):
            self.made.frozen = (min(int(said.get("ySplit", "0")), 20), min(int(said.get("xSplit", "0")), 20))

    def _list(self, said: Mapping[str, str]) -> None:
        self.listed = said if said.get("type") == "list" else {}

    def _collect(self, text: str) -> None:
        if self.text is not None:
            self.text += text

    def _end(self, tag: str) -> None:
        if self.text is None or tag.rpartition(":")[2] != "formula1":
            return
        source, self.text = _source(self.text), None
        strict = self.listed.get("showErrorMessage") in ("1", "true")
        for part in self.listed.get("sqref", "").split()[:_MOST_LISTS]:
            if source and (area := _RANGE.fullmatch(part)):
                first = int(area[2]) - 1, unpacking.column_number(area[1])
                last = (int(area[4]) - 1, unpacking.column_number(area[3])) if area[3] else first
                self.made.lists.append(((*first, *last), source, strict))


def _source(text: str) -> list[str] | str | None:
    """Options written out, or where they stand on a sheet; None if it is anything else."""
    if _SOURCE.fullmatch(text):
        return f"={text}"
    words = text[1:-1]
    is_written = len(text) > 2 and text[0] == text[-1] == '"' and '"' not in words
    return words.split(",") if is_written and len(words) <= _LONGEST_LIST else None
