"""Cells of a workbook, read in a process of its own: a hostile or damaged file ends this process, no other.

Run as a script by :mod:`pbwidgets.intake.workbook`: the file comes on standard input, the pickled answer goes to
standard output. calamine gives values, dates and merged ranges, whatever the file says of its own size. What
it does not tell is read from the XML of an ``.xlsx``: formulas without a result, errors, number formats that
hold meaning (zeros in front of a code, per cent), and how far a sheet reaches, before memory is taken for it.
"""

import io
import pickle
import re
import sys
from typing import Any, Final
from xml.etree import ElementTree
from xml.parsers import expat
from zipfile import ZipFile

MOST_ROWS: Final = 1_048_576
MOST_COLUMNS: Final = 500
MOST_CELLS: Final = 1_000_000  # of the rectangle from A1 to the last filled cell: some ten seconds of reading
LARGEST_BYTES: Final = 100_000_000  # unpacked; a small archive can unfold to any size
MOST_PARTS: Final = 10_000  # of an archive: a workbook has some for each sheet and picture
MEMORY: Final = 4 << 30
SECONDS: Final = 60

_NOT_SHOWN: Final = re.compile(r"\[[^]]*\]|_.|\*.")  # languages and colours, room for a sign, filling
_SHOWN: Final = re.compile(r'(?:"([^"]*)")?#*(0[0#]*)')

Mark = tuple[str, Any]
"""What a value does not say: ``shown``, the letters and the number of digits that its format gives a whole number;
``percent``; ``error`` and its text; ``formula``, one without a result."""

RawSheet = tuple[
    str, bool, list[list[Any]], list[tuple[int, int, int, int]], dict[tuple[int, int], Mark] | None, list[str]
]
"""Name, whether it is visible, rows of values from A1, merged areas (first row and column, last row and column,
from 0), marks by row and column (None where the format does not tell them), and codes of what is in the file and is
left there: macros, references to other files."""

Marks = dict[str, dict[tuple[int, int], Mark]]

Answer = list[RawSheet] | tuple[str, dict[str, Any]]
"""Sheets, or the code and the values of the message that says why there are none."""


class RefusedError(Exception):
    """A file that is not read: the code of the message and its values."""

    def __init__(self, code: str, **args: Any) -> None:
        super().__init__(code, args)


def unpack(content: bytes) -> list[RawSheet]:
    """Sheets of an ``.xlsx``, ``.xlsm``, ``.xls`` or ``.ods``.

    Raises
    ------
    RefusedError
        If it is locked with a password, is another document, declares entities, or is beyond a limit.
    Exception
        If it is none of these, or damaged.
    """
    import python_calamine as calamine

    marks, left = _scan_archive(content) if content.startswith(b"PK") else ({}, _scan_old(content))
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return [
                _raw_sheet(book.get_sheet_by_name(about.name), about, marks, left)
                for about in book.sheets_metadata
                if about.typ in (calamine.SheetTypeEnum.WorkSheet, calamine.SheetTypeEnum.MacroSheet)
            ]
    except calamine.PasswordError:
        raise RefusedError("intake.password") from None


def _raw_sheet(sheet: Any, about: Any, marks: Marks, left: list[str]) -> RawSheet:
    if sheet.end is not None:
        check_size(about.name, sheet.end[0] + 1, sheet.end[1] + 1)
    merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
    rows = sheet.to_python(skip_empty_area=False)
    return about.name, str(about.visible).endswith(".Visible"), rows, merged, marks.get(about.name), left


def check_size(name: str, rows: int, columns: int) -> None:
    """Refuse a sheet that reaches too far.

    Raises
    ------
    RefusedError
        ``intake.sheet_too_big``.
    """
    if rows > MOST_ROWS or columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
        found = {"sheet": name, "rows": rows, "columns": columns}
        limits = {"most_rows": MOST_ROWS, "most_columns": MOST_COLUMNS, "most_cells": MOST_CELLS}
        raise RefusedError("intake.sheet_too_big", **found, **limits)


# -- what the XML says beside the values ---------------------------------------------------------------------


def _scan_archive(content: bytes) -> tuple[Marks, list[str]]:
    """Marks of each sheet, and codes of what is left in the file; nothing is ever written under an entry's name."""
    with ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_PARTS:
            raise RefusedError("intake.too_many_parts", limit=MOST_PARTS)
        if sum(item.file_size for item in entries) > LARGEST_BYTES:
            raise RefusedError("intake.too_big", limit=LARGEST_BYTES // 1_000_000)
        names = archive.namelist()
        kind = archive.read("mimetype") if "mimetype" in names else b""
        parts = {name: archive.read(name) for name in names if name.endswith((".xml", ".rels"))}
    if not {"[Content_Types].xml", "content.xml"} & set(names):
        raise RefusedError("intake.other_document")
    if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
        raise RefusedError("intake.password")
    if any(_declares(part) for part in parts.values()):
        raise RefusedError("intake.entities")
    left = ["intake.macros_left"] if _has_macros(names) else []
    left += ["intake.links_left"] if _has_links(names, parts) else []
    if "content.xml" in parts:
        if kind and b"spreadsheet" not in kind:
            raise RefusedError("intake.other_document")
        _refuse_merged_rows(parts["content.xml"])
        return {}, left
    return _scan_workbook(parts), left


def _declares(part: bytes) -> bool:
    """Whether an XML part declares a document type or entities, in UTF-8 or UTF-16."""
    plain = part.replace(b"\0", b"") if b"\0" in part else part
    return b"<!DOCTYPE" in plain or b"<!ENTITY" in plain


def _has_macros(names: list[str]) -> bool:
    bound = ("vbaproject.bin", "script-lc.xml")  # of Excel, of LibreOffice
    return any(name.lower().endswith(bound) or "xl/macrosheets/" in name for name in names)


def _has_links(names: list[str], parts: dict[str, bytes]) -> bool:
    """Whether it takes content from elsewhere; a link to click on, in a cell, is none of it."""
    if any("externalLinks/" in name or "connections.xml" in name for name in names):
        return True
    relations = (
        item for name in parts if name.endswith(".rels") for item in elements(parts[name], "Relationship")
    )
    return any(
        item.attrib.get("TargetMode") == "External" and not item.attrib.get("Type", "").endswith("/hyperlink")
        for item in relations
    )


def _scan_old(content: bytes) -> list[str]:
    """What is left in a workbook of Excel before 2007, by its directory; a newer one with a password looks like it."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise RefusedError("intake.password")
    return ["intake.macros_left"] if "_VBA_PROJECT".encode("utf-16-le") in content else []


def _refuse_merged_rows(content: bytes) -> None:
    """Refuse an OpenDocument sheet with cells merged over rows: calamine does not tell which they are."""
    spans = re.findall(rb'number-rows-spanned="(\d+)"', content)
    if any(int(span) > 1 for span in spans):
        raise RefusedError("intake.merged_ods")


def _scan_workbook(parts: dict[str, bytes]) -> Marks:
    main = find_main(parts)
    if main in parts and not elements(parts[main], "workbook"):
        raise RefusedError("intake.other_document")
    sheets, styles = find_parts(parts, main)
    special = {} if styles is None else _special_styles(styles)
    return {name: _SheetScan(name, special).scan(part) for name, part in sheets.items()}


def find_main(parts: dict[str, bytes]) -> str:
    """Name of the part that lists the sheets."""
    return next(iter(_targets(parts, "", "officeDocument").values()), "xl/workbook.xml")


def find_parts(parts: dict[str, bytes], main: str) -> tuple[dict[str, bytes], bytes | None]:
    """The part of each sheet by its name, and that of the styles, which may be missing."""
    folder, _, name = main.rpartition("/")
    rels = f"{folder}/_rels/{name}.rels"
    targets = _targets(parts, rels, "worksheet", folder)
    styles = next(iter(_targets(parts, rels, "styles", folder).values()), "")
    sheets = {
        sheet.attrib["name"]: parts[target]
        for sheet in elements(parts[main], "sheet")
        if (target := targets.get(_attribute(sheet, "id"), "")) in parts
    }
    return sheets, parts.get(styles)


def _targets(parts: dict[str, bytes], rels: str, kind: str, folder: str = "") -> dict[str, str]:
    """Parts that a part refers to, by the id of the relation."""
    listed = elements(parts.get(rels or "_rels/.rels", b"<none/>"), "Relationship")
    found = {}
    for relation in listed:
        if relation.attrib.get("Type", "").endswith(f"/{kind}"):
            target = relation.attrib["Target"]
            found[relation.attrib["Id"]] = (
                target.lstrip("/") if target.startswith("/") or not folder else f"{folder}/{target}"
            )
    return found


class _Builder(ElementTree.TreeBuilder):
    """Builds a tree of a part that declares nothing, whatever its encoding."""

    def doctype(self, *_: object) -> None:
        """Refuse it."""
        raise RefusedError("intake.entities")


def elements(part: bytes, name: str) -> list[ElementTree.Element]:
    """Elements of a name in a part that declares nothing."""
    tree = ElementTree.fromstring(part, ElementTree.XMLParser(target=_Builder()))
    return [item for item in tree.iter() if item.tag.rpartition("}")[2] == name]


def _attribute(item: ElementTree.Element, name: str) -> str:
    return next((value for key, value in item.attrib.items() if key.rpartition("}")[2] == name), "")


def _special_styles(styles: bytes) -> dict[str, Mark]:
    """Number formats that hold meaning, by the number of the style."""
    codes = {item.attrib["numFmtId"]: item.attrib["formatCode"] for item in elements(styles, "numFmt")}
    codes |= {"9": "0%", "10": "0.00%"}
    crossed = next(iter(elements(styles, "cellXfs")), ())
    found: dict[str, Mark] = {}
    for number, style in enumerate(crossed):
        code = codes.get(style.attrib.get("numFmtId", ""), "")
        if "%" in code:
            found[str(number)] = ("percent", None)
        elif shown := _SHOWN.fullmatch(_NOT_SHOWN.sub("", code.partition(";")[0])):
            before, digits = (shown[1] or "").replace("\\", ""), shown[2]
            if before or len(digits) > 1:
                found[str(number)] = ("shown", (before, len(digits)))
    return found


class _SheetScan:
    """One pass over the XML of a sheet."""

    def __init__(self, name: str, special: dict[str, Mark]) -> None:
        self.name, self.special = name, special
        self.marks: dict[tuple[int, int], Mark] = {}
        self.row, self.column = -1, -1
        self.last_row, self.last_column = -1, -1
        self.cell: dict[str, str] = {}
        self.filled = self.computed = False
        self.text = ""
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.StartDoctypeDeclHandler = _Builder().doctype

    def scan(self, content: bytes) -> dict[tuple[int, int], Mark]:
        self.parser.Parse(content, True)
        self._end_cell()
        check_size(self.name, self.last_row + 1, self.last_column + 1)
        return self.marks

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "c":
            self._end_cell()
            self.cell = attributes
            place = attributes.get("r")
            if place:
                letters = place.rstrip("0123456789")
                self.column = column_number(letters)
                self.row = int(place[len(letters) :]) - 1
            else:
                self.column += 1
        elif tag == "row":
            self._end_cell()
            self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
            self.column = -1
        elif tag == "f":
            self.computed = True
            self.parser.CharacterDataHandler = None
        elif tag in ("v", "is"):
            self.filled = True
            if self.computed or self.cell.get("t") == "e":
                self.text = ""
                self.parser.CharacterDataHandler = self._collect
        elif tag not in ("r", "t"):  # what follows the cells, with texts of its own
            self.parser.CharacterDataHandler = None

    def _collect(self, text: str) -> None:
        self.text += text

    def _end_cell(self) -> None:
        """Take note of the cell that ends; ``text`` is kept of formulas and errors only."""
        if self.cell.get("t") == "e" and self.filled:
            self.marks[self.row, self.column] = ("error", self.text.strip())
        elif self.computed and not self.text.strip() and self.cell.get("t") != "str":
            self.marks[self.row, self.column] = ("formula", None)
        elif self.filled and self.cell.get("s") in self.special:
            self.marks[self.row, self.column] = self.special[self.cell["s"]]
        if self.filled or self.computed:
            self.last_row, self.last_column = max(self.last_row, self.row), max(self.last_column, self.column)
        self.cell, self.filled, self.computed, self.text = {}, False, False, ""
        self.parser.CharacterDataHandler = None


def column_number(letters: str) -> int:
    """Number of a column by its letters, from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


# -- the process ---------------------------------------------------------------------------------------------


def answer(content: bytes) -> Answer:
    """Sheets of a workbook, or code and values of why it is refused.

    Raises
    ------
    MemoryError
        If it takes more than there is.
    """
    try:
        return unpack(content)
    except RefusedError as error:
        code, args = error.args
        return code, args
    except MemoryError:
        raise
    except BaseException:  # a damaged file fails anywhere, also as a panic of calamine, which is no Exception
        return "intake.bad_workbook", {}


def limit(memory: int, seconds: int) -> None:
    """Let this process take so many bytes and seconds of computing, and no more."""
    try:
        import resource
    except ImportError:  # Windows knows no such limits
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def main() -> None:
    """Answer on standard output, within limits."""
    limit(MEMORY, SECONDS)
    pickle.dump(answer(sys.stdin.buffer.read()), sys.stdout.buffer, protocol=5)


if __name__ == "__main__":
    main()
