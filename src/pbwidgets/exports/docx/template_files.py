"""A Word template as a stranger sends it: what may be in the file, looked at before any of it is read as a document.

A template holds text, styles and pictures. Whatever runs, loads something from elsewhere, or brings another file in,
is refused with its name: macros, links out of the file, embedded objects, pasted parts, fields that load.
"""

import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, NoReturn

from pbwidgets.errors import DataError
from pbwidgets.exports.office_archive import PICTURES, Parts, Reason, Rules, check, unpack

LARGEST_BYTES: Final = 10_000_000
LARGEST_UNPACKED: Final = 50_000_000
MOST_MARKS: Final = 200_000
"""Of XML: four times what Word's own empty document has; docxtpl's time grows with the square of the paragraphs."""
LARGEST_MADE: Final = 200_000_000
"""Bytes of a document that was made from a template, unpacked."""

_WORDS: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_TYPES: Final = frozenset(
    (
        *(
            f"{_WORDS}{kind}+xml"
            for kind in (
                "document.main", "styles", "settings", "webSettings", "fontTable", "numbering", "header", "footer",
                "footnotes", "endnotes", "comments", "commentsExtended", "commentsIds", "commentsExtensible", "people",
            )
        ),
        *(
            f"application/vnd.openxmlformats-officedocument.{kind}"
            for kind in (
                "theme+xml", "extended-properties+xml", "custom-properties+xml", "customXmlProperties+xml",
                "obfuscatedFont",
            )
        ),
        "application/vnd.openxmlformats-package.core-properties+xml",
        "application/vnd.ms-word.stylesWithEffects+xml",
        "application/xml",
        *PICTURES,
    )
)  # fmt: skip
_RELATIONS: Final = frozenset(
    (
        "officeDocument", "styles", "stylesWithEffects", "settings", "webSettings", "fontTable", "theme", "numbering",
        "header", "footer", "footnotes", "endnotes", "image", "core-properties", "extended-properties",
        "custom-properties", "customXml", "customXmlProps", "thumbnail", "comments", "commentsExtended", "commentsIds",
        "commentsExtensible", "people", "font",
    )
)  # fmt: skip
_FIELD: Final = re.compile(
    r"\s*(?:(?:PAGE|NUMPAGES|SECTION|SECTIONPAGES|DATE|TIME|CREATEDATE|SAVEDATE|TOC)"
    r"|(?:PAGEREF|REF|SEQ|STYLEREF)\s+(?:\"[^\"\\{}]*\"|[^\s\"\\{}]+)"
    r"|HYPERLINK(?=\s+\\l\s))"
    r"(?:\s*\\[\w*@#](?:\s*(?:\"[^\"\\{}]*\"|[^\s\"\\{}]+))?)*\s*",
    re.IGNORECASE | re.ASCII,
)
"""Fields that count, name the day, or point within the document; ``HYPERLINK`` only to a bookmark."""
_LONGEST_FIELD: Final = 300
_NO_TEXTS: Final = ("AlternateContent", "fldSimple")
_OF_FIELDS: Final = tuple(
    f"{{*}}{name}" for name in ("fldChar", "t", "instrText", "delText", "delInstrText", *_NO_TEXTS)
)


def read_template(path: Path) -> tuple[bytes, Parts]:
    """Content of a template and its parts, if there is nothing in it but text, styles and pictures.

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
    rules = _rules(path.name)
    parts = unpack(content, rules)
    if "word/document.xml" not in parts.data:
        raise DataError("template.no_document", file=path.name)
    for name in parts.data:
        if "vba" in name.lower() or name.lower().endswith(".bin"):
            raise DataError("template.macros", file=path.name, part=name)
    check(parts, rules)
    return content, parts


def check_made(file: str, content: bytes) -> None:
    """Look at a document that a template made as at the template: what it was given may have put parts together.

    Raises
    ------
    DataError
        As :func:`read_template`.
    """
    rules = replace(_rules(file), unpacked=LARGEST_MADE, part=LARGEST_MADE, marks=LARGEST_MADE)
    check(unpack(content, rules), rules)


def _rules(file: str) -> Rules:
    return Rules(
        partial(_refuse, file), _TYPES, _RELATIONS, partial(_look, file),
        unpacked=LARGEST_UNPACKED, part=LARGEST_BYTES, marks=MOST_MARKS, parts=500,
    )  # fmt: skip


def _refuse(file: str, reason: Reason, what: str) -> NoReturn:
    if reason == "too_big":
        raise DataError("template.too_big", file=file, limit=what)
    if reason == "no_archive":
        raise DataError("template.no_document", file=file)
    raise DataError(f"template.{reason}", file=file, part=what)


def _look(file: str, root: Any) -> None:
    """Refuse fields that are not listed, and braces in attributes, where nothing is filled in."""
    for value in root.xpath("//@*[local-name() = 'instr']"):
        _check_field(file, value)
    for value in root.xpath("//@*[contains(., '{{') or contains(., '{%') or contains(., '{#')]"):
        raise DataError("template.braces", file=file, text=value[:30])
    open_fields: list[list[str] | None] = []  # what a field says, None once its result begins
    for element in root.iter(*_OF_FIELDS):
        tag = element.tag.rpartition("}")[2]
        if tag == "fldChar":
            _turn(file, open_fields, *element.xpath("@*[local-name() = 'fldCharType']"))
        elif tag not in _NO_TEXTS:
            _add(file, open_fields, tag, element.text or "")
        elif open_fields and open_fields[-1] is not None:
            raise DataError("template.part", file=file, part=tag)
    if open_fields:
        raise DataError("template.part", file=file, part="fldChar")


def _turn(file: str, open_fields: list[list[str] | None], kind: str = "") -> None:
    """A field begins, comes to its result, or ends; one within what another says would change what that says."""
    current = open_fields[-1] if open_fields else None
    if kind == "begin" and current is None:
        open_fields.append([])
    elif kind == "separate" and current is not None:
        _check_field(file, "".join(current))
        open_fields[-1] = None
    elif kind == "end" and open_fields:
        if current is not None:
            _check_field(file, "".join(current))
        open_fields.pop()
    else:
        raise DataError("template.part", file=file, part="fldChar")


def _add(file: str, open_fields: list[list[str] | None], tag: str, text: str) -> None:
    current = open_fields[-1] if open_fields else None
    if current is not None:
        current.append(text)
    elif tag in ("instrText", "delInstrText") and text.strip():
        _check_field(file, f"? {text}")


def _check_field(file: str, text: str) -> None:
    if len(text) > _LONGEST_FIELD or not _FIELD.fullmatch(text):
        raise DataError("template.part", file=file, part=text.strip()[:30])
