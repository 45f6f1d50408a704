r"""Whether values that identify somebody stand in a file that is about to leave, however they are written there.

Text is looked at as it stands, then with its escapes undone (``\u738b``, ``&#29579;``, ``%E7%8E%8B``), and without the
marks of its formats, so that a word cut into runs is one again; a paragraph, a cell and a line stay apart. What is
packed is unpacked: archives and Office files with the workbooks embedded in them, gzip, base64, Parquet, the texts of
PNG files. What a format writes as a number (a size, a numeric cell, a number in JSON) is no text. This is the last
look at files that should hold nothing of the kind, no parser of any of these formats.
"""

import base64
import binascii
import gzip
import html
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from pbwidgets.intake.identifying import Scrubber

_APART: Final = "¶"
"""Stands between texts that do not go on into each other."""

_DEEPEST: Final = 6  # packed within packed
_SHORT: Final = 200  # bytes of base64 that are a text at most, and read together: many a word looks like it
_INLINE: Final = (
    r"(?:w|a):(?!(?:p|tc|tr|tbl|br|cr|tab)\b)[\w.-]+"
    r"|r|rPr|t|span|tspan|a|b|i|u|s|em|strong|small|sub|sup|mark|code|font|wbr"
)
_INLINE_TAG: Final = re.compile(rf"</?(?:{_INLINE})(?=[\s/>])[^<>]*>")
_TAG: Final = re.compile(r"<[^<>]*>")
_BREAKS: Final = re.compile(r"[\t\r\n]+")
_ESCAPED: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2}))")
_NUMBERS: Final = re.compile(
    r'(?<==")[\d.,\s-]+(?=")|(?<=<v>)[\d.eE+-]+(?=</v>)|(?<=":)\s*-?[\d.eE+-]+(?=\s*[,}\]])'
)
"""Numbers of a format itself: attributes, numeric cells of a workbook, values in JSON."""
_WRAPPED: Final = re.compile(r"(?<=[A-Za-z0-9+/]{60})(?:\\r|\\n|[\r\n])+(?=[A-Za-z0-9+/=])")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_TEXT_CHUNKS: Final = (b"tEXt", b"zTXt", b"iTXt", b"eXIf")
_PACKED: Final = (b"PK\x03\x04", b"\x1f\x8b", _PNG, b"PAR1")


def find_file(path: Path, scrubber: Scrubber) -> str | None:
    """The first file in a folder, or the file itself, in which a value stands; None if there is none.

    Parameters
    ----------
    path
        A file or a folder; names of files are looked at too.
    scrubber
        The values.

    Returns
    -------
    str | None
        Name of the file, relative to the folder, as it may be shown.
    """
    files = sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]
    for file in files:
        name = file.relative_to(path).as_posix() if path.is_dir() else file.name
        if scrubber.holds(name) or holds(file.read_bytes(), scrubber):
            return scrubber.scrub(name)
    return None


def holds(content: bytes, scrubber: Scrubber) -> bool:
    """Whether a value stands in the content of a file."""
    return any(scrubber.holds(text) for text in texts_in(content))


def texts_in(content: bytes, depth: int = 0) -> Iterator[str]:
    """Everything in the content of a file that may be read as text."""
    if depth > _DEEPEST or not content:
        return
    if content.startswith(_JPEG):  # what is drawn is no text
        content = content.partition(b"\xff\xda")[0]
    unpacked = _unpack(content)
    if unpacked is not None:
        for part in unpacked:
            yield from texts_in(part, depth + 1)
        return
    for text in dict.fromkeys(_decode(content)):
        yield from _readings(text, depth)


def _unpack(content: bytes) -> Iterator[bytes] | None:
    """What is in an archive, a packed or a columnar file; None for any other."""
    if content.startswith(b"PK\x03\x04"):
        return _in_archive(content)
    if content.startswith(b"\x1f\x8b"):
        return _in_gzip(content)
    if content.startswith(_PNG):
        return _in_png(content)
    return _in_parquet(content) if content.startswith(b"PAR1") else None


def _in_archive(content: bytes) -> Iterator[bytes]:
    with (
        suppress(zipfile.BadZipFile, NotImplementedError, RuntimeError),
        zipfile.ZipFile(io.BytesIO(content)) as archive,
    ):
        yield archive.comment
        for item in archive.infolist():
            yield item.filename.encode()
            yield archive.read(item)


def _in_gzip(content: bytes) -> Iterator[bytes]:
    with suppress(OSError, EOFError, zlib.error):
        yield gzip.decompress(content)


def _in_png(content: bytes) -> Iterator[bytes]:
    """Texts and notes of a picture; what is drawn in it is not read."""
    at = len(_PNG)
    while at + 8 <= len(content):
        (size,) = struct.unpack_from(">I", content, at)
        kind, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + size]
        if kind in _TEXT_CHUNKS:
            yield data
            yield data.decode("latin-1").encode()  # as tEXt is written
            for begin in (found.start() for found in re.finditer(b"\x78[\x01\x5e\x9c\xda]", data)):
                with suppress(zlib.error):
                    yield zlib.decompressobj().decompress(data[begin:])
        at += size + 12


def _in_parquet(content: bytes) -> Iterator[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with suppress(pa.ArrowInvalid):
        table = pq.read_table(io.BytesIO(content))
        yield _APART.join(table.column_names).encode()
        yield from (table.schema.metadata or {}).values()
        for column in table.columns:
            if pa.types.is_dictionary(column.type):
                column = column.cast(column.type.value_type)
            values = [
                str(value)
                for value in column.unique().to_pylist()
                if isinstance(value, str | bytes | list | dict)
            ]
            yield _APART.join(values).encode()


def _decode(content: bytes) -> Iterator[str]:
    """The content as text, in the ways in which files write it."""
    yield content.decode("utf-8", "ignore")
    if b"\0" in content:
        for way in ("utf-16-le", "utf-16-be"):
            for first in (0, 1):
                yield content[first:].decode(way, "ignore")
    elif not _is_utf8(content):
        with suppress(UnicodeDecodeError):
            yield content.decode("gb18030")


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _readings(text: str, depth: int) -> Iterator[str]:
    """A text with everything undone that hides its words from a search."""
    whole = _NUMBERS.sub("", _WRAPPED.sub("", text))
    seen = {""}
    for _ in range(_DEEPEST):
        for reading in (_BREAKS.sub(_APART, whole), _without_marks(whole)):
            if reading not in seen:
                seen.add(reading)
                yield reading
        plain = _plain(whole)
        if plain == whole:
            break
        whole = plain
    short = []
    for found in _BASE64.finditer(whole):
        content = _from_base64(found[0])
        if len(content) < _SHORT and not content.startswith(_PACKED):
            with suppress(UnicodeDecodeError):
                short.append(content.decode())
        else:
            yield from texts_in(content, depth + 1)
    if short and depth < _DEEPEST:
        yield from _readings(_APART.join(short), depth + 1)


def _plain(text: str) -> str:
    """The text with one layer of escapes undone."""
    if "\\" in text:
        text = (
            _ESCAPED.sub(_unescape, text).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
        )
    if "&" in text:
        text = html.unescape(text)
    return unquote(text, errors="ignore") if "%" in text else text


def _unescape(found: re.Match[str]) -> str:
    code = int(found[1] or found[2] or found[3], 16)
    return chr(code) if code <= 0x10FFFF else found[0]


def _without_marks(text: str) -> str:
    """The text of a page or an Office part: tags within a paragraph are gone, all others stand for its end."""
    if "<" not in text:
        return ""
    return _TAG.sub(_APART, _INLINE_TAG.sub("", _BREAKS.sub(_APART, text)))


def _from_base64(text: str) -> bytes:
    standard = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4))
    except (binascii.Error, ValueError):
        return b""
