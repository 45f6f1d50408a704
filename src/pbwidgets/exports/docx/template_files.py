"""A Word template as a stranger sends it: what may be in the file, looked at before any of it is read as a document.

A template holds text, styles and pictures. Whatever runs, loads something from elsewhere, or brings another file in,
is refused with its name: macros, links out of the file, embedded objects, pasted parts, fields that load.
"""

import io
import re
from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile

from pbwidgets.errors import DataError

LARGEST_BYTES: Final = 10_000_000
LARGEST_UNPACKED: Final = 50_000_000
MOST_PARTS: Final = 500
LARGEST_XML: Final = 5_000_000
"""Bytes of a part of text, on which the patterns of the template language are tried."""

_RELATIONS: Final = frozenset(
    (
        "officeDocument", "styles", "stylesWithEffects", "settings", "webSettings", "fontTable", "theme", "numbering",
        "header", "footer", "footnotes", "endnotes", "image", "core-properties", "extended-properties",
        "custom-properties", "customXml", "customXmlProps", "thumbnail", "comments", "commentsExtended", "commentsIds",
        "people", "font",
    )
)  # fmt: skip
"""What a part may refer to, by the last word of the relation's type."""
_RELATION: Final = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_TYPE: Final = re.compile(rb"""\bType\s*=\s*["']([^"']*)["']""")
_OUTSIDE: Final = re.compile(rb"""\bTargetMode\s*=\s*["']\s*External""", re.IGNORECASE)
_MARKUP: Final = re.compile(rb"<[^>]*>")
_LOADS: Final = re.compile(
    rb"\b(INCLUDETEXT|INCLUDEPICTURE|INCLUDE|DDEAUTO|DDE|LINK|IMPORT|EMBED|DATABASE|AUTOTEXT|MACROBUTTON|RD)\b"
)
_INSTRUCTION: Final = re.compile(rb"<w:instrText\b[^>]*>(.*?)</w:instrText>", re.DOTALL)
_SIMPLE_FIELD: Final = re.compile(rb"""\bw:instr\s*=\s*["']([^"']*)["']""")
_PARTS: Final = re.compile(rb"<(?:\w+:)?(altChunk|object|OLEObject|control|subDoc)\b")


def read_template(path: Path) -> bytes:
    """Content of a template, if there is nothing in it but text, styles and pictures.

    Raises
    ------
    DataError
        ``template.missing``, ``template.too_big``, ``template.no_document``, ``template.macros``,
        ``template.outside`` for a link out of the file, ``template.part`` for any other part, ``template.entities``.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise DataError("template.too_big", file=path.name, limit=LARGEST_BYTES // 1_000_000)
        content = path.read_bytes()
    except OSError:
        raise DataError("template.missing", file=path.name) from None
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            items = archive.infolist()
            if sum(item.file_size for item in items) > LARGEST_UNPACKED or len(items) > MOST_PARTS:
                raise DataError("template.too_big", file=path.name, limit=LARGEST_UNPACKED // 1_000_000)
            parts = {item.filename: archive.read(item) for item in items}
    except (BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError):
        raise DataError("template.no_document", file=path.name) from None
    if "[Content_Types].xml" not in parts or "word/document.xml" not in parts or len(parts) < len(items):
        raise DataError("template.no_document", file=path.name)
    for name, part in parts.items():
        _check_part(path.name, name, part)
    return content


def _check_part(file: str, name: str, part: bytes) -> None:
    low = name.lower()
    if "vba" in low or low.endswith(".bin") or (low == "[content_types].xml" and b"macroEnabled" in part):
        raise DataError("template.macros", file=file, part=name)
    if not low.endswith((".xml", ".rels")):
        if part.startswith(
            (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"MZ")
        ):  # another document or program, by whatever name
            raise DataError("template.part", file=file, part=name)
        return
    if not _is_plain(part):
        raise DataError("template.entities", file=file, part=name)
    if len(part) > LARGEST_XML:
        raise DataError("template.too_big", file=file, limit=LARGEST_XML // 1_000_000)
    if low.endswith(".rels"):
        _check_relations(file, part)
    else:
        _check_text(file, part)


def _is_plain(part: bytes) -> bool:
    """Whether it is UTF-8 without definitions of its own: another encoding would hide what is looked for."""
    try:
        text = part.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    declared = re.match(r"""<\?xml[^>]*encoding\s*=\s*["']([^"']*)["']""", text)
    return (
        "<!" not in text
        and "\x00" not in text
        and (declared is None or declared[1].lower() in ("utf-8", "us-ascii"))
    )


def _check_relations(file: str, part: bytes) -> None:
    if b"&" in part and re.search(rb"&#", part):  # a type written in another way
        raise DataError("template.entities", file=file, part=".rels")
    for found in _RELATION.findall(part):
        kind = (_TYPE.search(found) or [b"", b"?"])[1].decode().rpartition("/")[2]
        if _OUTSIDE.search(found):
            raise DataError("template.outside", file=file, part=kind)
        if kind not in _RELATIONS:
            raise DataError("template.part", file=file, part=kind)


def _check_text(file: str, part: bytes) -> None:
    if found := _PARTS.search(part):
        raise DataError("template.part", file=file, part=found[1].decode())
    instructions = [
        _MARKUP.sub(b"", text)
        for text in (b"".join(_INSTRUCTION.findall(part)), *_SIMPLE_FIELD.findall(part))
    ]
    for text in instructions:
        if found := _LOADS.search(text.upper()):
            raise DataError("template.part", file=file, part=found[1].decode())
