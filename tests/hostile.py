"""Files made to do harm, each from one honest table."""

import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from openpyxl import Workbook

SHEET = "xl/worksheets/sheet1.xml"
SECRET = "must-not-be-read"
Rows = Sequence[Sequence[object]]


def make_honest(path: Path, rows: Rows) -> Path:
    """An ordinary workbook."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = "名册"
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path


def change(path: Path, *, added: dict[str, bytes] | None = None, **replaced: tuple[str, str, str]) -> Path:
    """The archive again, with parts added, and texts of others replaced: part, old, new."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for part, old, new in replaced.values():
        assert old.encode() in parts[part], (part, old)
        parts[part] = parts[part].replace(old.encode(), new.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**parts, **(added or {})}.items():
            archive.writestr(name, content)
    return path


# -- what is read, without what could do harm ------------------------------------------------------------


def with_macro(path: Path) -> Path:
    """A macro-enabled workbook, under whatever name."""
    macro = {"xl/vbaProject.bin": b"Attribute VB_Name = Auto_Open: Shell(calc)"}
    plain, enabled = ".sheet.main+xml", ".ms-excel.sheet.macroEnabled.main+xml"
    types = (
        "[Content_Types].xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml" + plain,
        "application/vnd" + enabled,
    )
    return change(path, added=macro, types=types)


def with_external_link(path: Path) -> Path:
    """A workbook that refers to another one, and to a picture on the net."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    link = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{kind}/externalLinkPath" Target="http://evil.invalid/a.xlsx"'
        ' TargetMode="External"/>'
        "</Relationships>"
    )
    added = {
        "xl/externalLinks/externalLink1.xml": b"<externalLink/>",
        "xl/externalLinks/_rels/externalLink1.xml.rels": link.encode(),
        "xl/worksheets/_rels/sheet1.xml.rels": link.replace("externalLinkPath", "image").encode(),
    }
    return change(path, added=added)


def with_paths_in_names(path: Path) -> Path:
    """An archive with entries that lead out of it, as a careless unpacker would write them."""
    names = (
        "../../escaped.xml",
        "/tmp/escaped.xml",
        "..\\..\\escaped.xml",
        "C:\\escaped.xml",
        "xl/../../escaped.rels",
    )
    return change(path, added=dict.fromkeys(names, b"<a/>"))


def with_nested_archive(path: Path) -> Path:
    """A bomb within: an archive in the archive, that nobody asked to unpack."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("zeros", bytes(200_000_000))
    return change(path, added={"xl/embeddings/bomb.zip": inner.getvalue()})


def with_path_as_sheet_name(path: Path) -> Path:
    """A sheet called like a file elsewhere, which no program would let one type."""
    return change(path, name=("xl/workbook.xml", "名册", "../../etc/passwd"))


HARMLESS: dict[str, Callable[[Path], Path]] = {
    "macro.xlsm": with_macro,
    "macro_renamed.xlsx": with_macro,
    "external_link.xlsx": with_external_link,
    "paths.xlsx": with_paths_in_names,
    "nested.xlsx": with_nested_archive,
    "sheet_name.xlsx": with_path_as_sheet_name,
}
"""What is put into an honest workbook, by the name of the file: it is read as if that were not there."""


# -- what is refused -------------------------------------------------------------------------------------


def bomb_of_one_part(path: Path, rows: Rows) -> Path:
    """A part that unfolds to a thousand times its size."""
    return change(make_honest(path, rows), added={"xl/bomb.xml": bytes(110_000_000)})


def bomb_of_many_parts(path: Path, rows: Rows) -> Path:
    """An archive of more entries than anybody could look at."""
    make_honest(path, rows)
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(10_001):
            archive.writestr(f"xl/media/{number}.xml", b"")
    return path


def that_lies_about_its_size(path: Path, rows: Rows) -> Path:
    """A part that is longer than the archive says."""
    make_honest(path, rows)
    with zipfile.ZipFile(path) as archive:
        whole = archive.getinfo(SHEET).file_size
    content = path.read_bytes()
    short = content.replace(struct.pack("<L", whole), struct.pack("<L", 10))
    assert short != content
    path.write_bytes(short)
    return path


def with_doctype(path: Path, rows: Rows) -> Path:
    """Billion laughs, and an entity that points outside."""
    secret = path.with_name("secret.txt")
    secret.write_text(SECRET, encoding="utf-8")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}<!ENTITY out SYSTEM "{secret.as_uri()}">]>'
    return change(make_honest(path, rows), part=(SHEET, "<worksheet", f"{doctype}<worksheet"))


def with_doctype_in_utf16(path: Path, rows: Rows) -> Path:
    """The same where a search for the letters does not find it."""
    with_doctype(path, rows)
    with zipfile.ZipFile(path) as archive:
        text = archive.read(SHEET).decode()
    return change(path, added={SHEET: ('<?xml version="1.0" encoding="utf-16"?>' + text).encode("utf-16")})


def with_formulas(path: Path, rows: Rows) -> Path:
    """Formulas that would start a program or ask the net, without results: what they give was never computed."""
    commands = [
        "=cmd|' /C calc'!A0",
        '=HYPERLINK("http://evil.invalid","甲镇")',
        '=WEBSERVICE("http://evil.invalid")',
    ]
    return make_honest(path, [*rows, *([command] * len(rows[0]) for command in commands)])


def web_page(path: Path, rows: Rows) -> Path:
    """HTML under the name of a workbook, as many systems export it."""
    path.write_text("<html><script>alert(1)</script><table></table></html>", encoding="utf-8")
    return path


def pdf(path: Path, rows: Rows) -> Path:
    """A PDF under the name of a workbook."""
    path.write_bytes(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n")
    return path


def archive_of_a_csv(path: Path, rows: Rows) -> Path:
    """A zip under the name of a CSV file."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "编码,名称\n9901,甲镇\n")
    return path


def word_document(path: Path, rows: Rows) -> Path:
    """A Word document under the name of a workbook."""
    from docx import Document

    Document().save(str(path))
    return path


def presentation(path: Path, rows: Rows) -> Path:
    """Slides under the name of a workbook."""
    from pptx import Presentation

    Presentation().save(str(path))
    return path


def encrypted(path: Path, rows: Rows) -> Path:
    """A workbook with a password: a compound file that holds the encrypted package."""
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD

    def entry(name: str, kind: int, child: int, right: int, start: int, size: int) -> bytes:
        letters = name.encode("utf-16-le")
        head = letters.ljust(64, b"\0") + struct.pack("<HBB", len(letters) + 2, kind, 1)
        return head + struct.pack("<LLL", free, right, child) + bytes(36) + struct.pack("<LQ", start, size)

    size = 4096  # as large as a stream outside the small ones must be
    header = (
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + bytes(6)
    )
    header += struct.pack("<LLLLLLLLL", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<L", 0)
    header = header.ljust(512, b"\xff")
    chain = [fat, end, *range(3, 3 + 7), end, *range(11, 11 + 7), end]
    table = struct.pack(f"<{len(chain)}L", *chain).ljust(512, b"\xff")
    directory = (
        entry("Root Entry", 5, 1, free, end, 0)
        + entry("EncryptedPackage", 2, free, 2, 2, size)
        + entry("EncryptionInfo", 2, free, free, 10, size)
        + entry("", 0, free, free, 0, 0)
    )
    path.write_bytes(header + table + directory + bytes(size) * 2)
    return path


REFUSED: dict[str, tuple[Callable[[Path, Rows], Path], str]] = {
    "bomb.xlsx": (bomb_of_one_part, "too_big"),
    "many_parts.xlsx": (bomb_of_many_parts, "too_many_parts"),
    "lying.xlsx": (that_lies_about_its_size, "bad_workbook"),
    "entities.xlsx": (with_doctype, "entities"),
    "entities_utf16.xlsx": (with_doctype_in_utf16, "entities"),
    "page.xlsx": (web_page, "web_page"),
    "page.csv": (web_page, "web_page"),
    "paper.xlsx": (pdf, "file_not_table"),
    "archive.csv": (archive_of_a_csv, "other_document"),
    "document.xlsx": (word_document, "other_document"),
    "slides.xlsx": (presentation, "other_document"),
    "password.xlsx": (encrypted, "password"),
}
"""Makers by the name of the file, and the code of the one problem that is told."""
