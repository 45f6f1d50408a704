"""An Office file as a stranger sends it: what may be in the archive, whatever its parts are called.

A part is what its content type says, an element what its namespace and local name say: both are read with a parser,
never looked for in the bytes. What may be there is listed by whoever reads the file; all else is refused.
"""

import io
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, NoReturn, TypeAlias
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

Reason: TypeAlias = Literal["too_big", "no_archive", "entities", "macros", "outside", "part"]
"""Why a file is refused: ``entities`` also for text that is not plain UTF-8, ``part`` for what is not listed."""

TYPES: Final = "[Content_Types].xml"
PICTURES: Final = frozenset(
    f"image/{kind}"
    for kind in ("png", "jpeg", "jpg", "gif", "bmp", "tiff", "x-emf", "emf", "x-wmf", "wmf", "svg+xml")
)
"""Content types of pictures."""

_RELATIONS_TYPE: Final = "application/vnd.openxmlformats-package.relationships+xml"
_TYPES_SPACE: Final = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_RELATIONS_SPACE: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_RELATION_KINDS: Final = re.compile(
    r"http://(?:schemas\.openxmlformats\.org|purl\.oclc\.org/ooxml|schemas\.microsoft\.com/office)/(?:.*/)?([\w-]+)"
)
_DECLARED: Final = re.compile(r"""<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']""")
_HEADS: Final = (
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*",
    b"\xd7\xcd\xc6\x9a", b"\x01\x00\x09\x00", b"\x02\x00\x09\x00",
)  # fmt: skip
"""How pictures begin; the last three are Windows metafiles."""
_OTHER_FILES: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"MZ", b"{\\rtf", b"%PDF")
_ACTS: Final = tuple(
    f"{{*}}{name}"
    for name in (
        "altChunk", "object", "OLEObject", "oleObj", "embeddedObject", "control", "subDoc", "mailMerge", "webVideoPr",
        "externalData", "script", "foreignObject", "hlinkMouseOver", "htmlPubPr", "saveThroughXslt",
    )
)  # fmt: skip
"""Elements that run, load, or bring another file in."""
_POINTERS: Final = " or ".join(
    f"local-name() = '{name}'"
    for name in ("src", "href", "althref", "hlinkhref", "embeddedHtml", "action", "entryMacro")
)
"""Attributes that name what lies elsewhere, as a condition of XPath."""
_INSIDE: Final = re.compile(r"#|data:image/(?:png|jpeg);base64,|$")
_STYLE_LOADS: Final = re.compile(r"@import|url\s*\(\s*(?![\s\"']*#)", re.IGNORECASE)


@dataclass(frozen=True)
class Rules:
    """What may be in a file.

    Attributes
    ----------
    refuse
        Called with the reason, and the name of the part, relation, element or limit (in MB); raises.
    types
        Content types of parts, besides relations.
    relations
        What a part may refer to, by the last word of the relation's type.
    look
        Called with the root of every part of XML, if given.
    unpacked, part
        Most bytes of all parts and of one.
    marks
        Most marks of XML (``<`` and ``=``) in all parts: an element or an attribute takes some 100 bytes when read.
    parts
        Most parts; relations may be some four times as many.
    """

    refuse: Callable[[Reason, str], NoReturn]
    types: frozenset[str] = frozenset()
    relations: frozenset[str] = frozenset()
    look: Callable[[Any], None] | None = None
    unpacked: int = 60_000_000
    part: int = 10_000_000
    marks: int = 1_000_000
    parts: int = 3000


@dataclass(frozen=True)
class Parts:
    """Parts of a file by their names.

    Attributes
    ----------
    data
        Their bytes, without the table of content types.
    types
        Their content types; empty for a part that has none.
    """

    data: dict[str, bytes]
    types: dict[str, str]

    @property
    def texts(self) -> dict[str, bytes]:
        """Those that are XML, whatever their names end with."""
        return {name: part for name, part in self.data.items() if self.is_text(name)}

    def is_text(self, name: str) -> bool:
        """Whether a part is read as XML."""
        return self.types[name].endswith("xml") or name.lower().endswith((".xml", ".rels", ".vml", ".svg"))


def unpack(content: bytes, rules: Rules) -> Parts:
    """Parts of a file, if it is an archive within the limits, and its XML is UTF-8 without definitions of its own."""
    data = _read(content, rules)
    if TYPES not in data:
        rules.refuse("no_archive", TYPES)
    parts = Parts(data, _read_types(data, rules))
    del data[TYPES]
    texts = parts.texts
    if sum(part.count(b"<") + part.count(b"=") for part in texts.values()) > rules.marks:
        rules.refuse("too_big", str(rules.unpacked // 1_000_000))
    if (
        sum(part.count(b"<") for name, part in texts.items() if name.lower().endswith(".rels"))
        > 4 * rules.parts
    ):
        rules.refuse("too_big", str(rules.unpacked // 1_000_000))
    for name, part in texts.items():
        _check_plain(name, part, rules)
    return parts


def _read(content: bytes, rules: Rules) -> dict[str, bytes]:
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            items = [item for item in archive.infolist() if not item.is_dir()]
            names = {item.filename.lower() for item in items}
            if len(names) < len(items) or any(
                item.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for item in items
            ):
                rules.refuse("no_archive", "")
            if len(items) > rules.parts or sum(item.file_size for item in items) > rules.unpacked:
                rules.refuse("too_big", str(rules.unpacked // 1_000_000))
            if any(item.file_size > rules.part for item in items):
                rules.refuse("too_big", str(rules.part // 1_000_000))
            return {item.filename: archive.read(item) for item in items}
    except (BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, zlib.error):
        rules.refuse("no_archive", "")


def _check_plain(name: str, part: bytes, rules: Rules) -> None:
    """Another encoding, or definitions, would hide from the one reader what the other sees."""
    try:
        text = part.decode("utf-8-sig")
    except UnicodeDecodeError:
        rules.refuse("entities", name)
    declared = _DECLARED.match(text)
    if (
        "<!" in text
        or "\x00" in text
        or text.count("<?") > text.startswith("<?xml")
        or (declared is not None and declared[1].lower() not in ("utf-8", "us-ascii"))
    ):
        rules.refuse("entities", name)


def parse(name: str, part: bytes, rules: Rules) -> Any:
    """Root of a part of XML; nothing is fetched or unfolded."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(part, parser)
    except etree.XMLSyntaxError:
        rules.refuse("no_archive", name)
    if root.getroottree().docinfo.internalDTD is not None:
        rules.refuse("entities", name)
    return root


def _read_types(data: dict[str, bytes], rules: Rules) -> dict[str, str]:
    """Content types by the names of parts; said twice, readers would differ."""
    _check_plain(TYPES, data[TYPES], rules)
    if data[TYPES].count(b"<") > 2 * rules.parts:
        rules.refuse("too_big", TYPES)
    told: dict[str, str] = {}
    for entry in parse(TYPES, data[TYPES], rules):
        ending, name = entry.get("Extension"), entry.get("PartName")
        key = f".{ending}" if entry.tag == f"{_TYPES_SPACE}Default" else name or ""
        if entry.tag not in (f"{_TYPES_SPACE}Default", f"{_TYPES_SPACE}Override") or key.lower() in told:
            rules.refuse("part", TYPES)
        told[key.lower()] = entry.get("ContentType", "").strip().lower()
    if any("macroenabled" in kind or "vba" in kind for kind in told.values()):
        rules.refuse("macros", TYPES)
    return {
        name: told.get(f"/{name.lower()}") or told.get(f".{name.lower().rpartition('.')[2]}", "")
        for name in data
        if name != TYPES
    }


def check(parts: Parts, rules: Rules) -> None:
    """Refuse every part, relation and element that is not listed, that acts, or that reaches out of the file."""
    listed = {kind.lower() for kind in rules.types}
    for name, part in parts.data.items():
        kind = parts.types[name]
        if name.lower().endswith(".rels") != (kind == _RELATIONS_TYPE):
            rules.refuse("part", name)
        if kind == _RELATIONS_TYPE:
            _check_relations(parse(name, part, rules), rules)
        elif kind not in listed:
            rules.refuse("part", name)
        elif parts.is_text(name):
            root = parse(name, part, rules)
            _check_elements(root, rules)
            if rules.look is not None:
                rules.look(root)
        elif part.startswith(_OTHER_FILES) or (kind in PICTURES and not _is_picture(part)):
            rules.refuse("part", name)


def _is_picture(part: bytes) -> bool:
    return part.startswith(_HEADS) or (part.startswith(b"\x01\x00\x00\x00") and part[40:44] == b" EMF")


def _check_relations(root: Any, rules: Rules) -> None:
    if root.tag != f"{_RELATIONS_SPACE}Relationships":
        rules.refuse("part", ".rels")
    for entry in root.iterdescendants():
        found = _RELATION_KINDS.fullmatch(entry.get("Type", ""))
        kind = found[1] if found else "?"
        target = entry.get("Target", "")
        if entry.get("TargetMode", "Internal") != "Internal" or re.search(r"[:\\]|^//", target):
            rules.refuse("outside", kind)
        if entry.tag != f"{_RELATIONS_SPACE}Relationship" or kind not in rules.relations:
            rules.refuse("part", kind)


def _check_elements(root: Any, rules: Rules) -> None:
    for element in root.iter(*_ACTS):
        rules.refuse("part", element.tag.rpartition("}")[2])
    for value in root.xpath(f"//@*[{_POINTERS}]"):
        if not _INSIDE.match(value):
            rules.refuse("outside", value.attrname)
    if next(root.iter("{http://www.w3.org/2000/svg}svg"), None) is not None:
        _check_drawing(root, rules)


def _check_drawing(root: Any, rules: Rules) -> None:
    """Styles of a drawing load as well, and its elements act when something happens to them."""
    for value in root.xpath("//@* | //text()"):
        name = (value.attrname or "") if value.is_attribute else "style"
        if name.rpartition("}")[2].startswith("on") or _STYLE_LOADS.search(value):
            rules.refuse("outside", name)
