"""The kind of a file, by its content; and photos without their metadata."""

import io
import warnings
import zipfile
from pathlib import PurePath
from typing import Final

from pbwidgets.errors import DataError

IMAGES: Final = ("image/jpeg", "image/png")
_OFFICE: Final = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_OLD_OFFICE: Final = {
    ".doc": "application/msword",
    ".wps": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".et": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
    ".dps": "application/vnd.ms-powerpoint",
}
DOCUMENTS: Final = ("application/pdf", *_OFFICE.values(), *dict.fromkeys(_OLD_OFFICE.values()))
ALL_KINDS: Final = (*IMAGES, *DOCUMENTS)

_MAX_PIXELS: Final = 120_000_000  # a 108-megapixel phone; more is a mistake or an attack
_KEPT_INFO: Final = ("icc_profile", "transparency", "gamma")


def sniff_kind(data: bytes, filename: str) -> str | None:
    """Media type of the content, or None if it is of no accepted kind.

    The name only distinguishes the old Office formats, which share one container.
    """
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"%PDF-"):
        return "application/pdf"
    if data.startswith(b"PK\x03\x04"):
        return _sniff_office(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _OLD_OFFICE.get(PurePath(filename).suffix.lower())
    return None


def _sniff_office(data: bytes) -> str | None:
    try:
        names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
    except zipfile.BadZipFile:
        return None
    if "[Content_Types].xml" not in names or any(name.endswith("vbaProject.bin") for name in names):
        return None  # nothing with macros is evidence
    return next((kind for part, kind in _OFFICE.items() if part in names), None)


def clean_photo(data: bytes, kind: str) -> bytes:
    """The photo upright, without EXIF (place, camera, time), XMP, comments and text chunks.

    A JPEG that needs no rotation keeps its quantisation, so it loses next to nothing.

    Raises
    ------
    DataError
        ``store.photo_damaged``, ``store.photo_pixels``.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError  # slow to import, needed for photos only

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit comes next
            image = Image.open(io.BytesIO(data), formats=["JPEG", "PNG"])
        if image.width * image.height > _MAX_PIXELS:
            raise DataError("store.photo_pixels", limit=_MAX_PIXELS // 1_000_000)
        turned = image.getexif().get(0x0112, 1) != 1
        picture: Image.Image = ImageOps.exif_transpose(image) if turned else image
        picture.load()
        picture.info = {name: value for name, value in picture.info.items() if name in _KEPT_INFO}
        out = io.BytesIO()
        if kind == "image/png":
            picture.save(out, "PNG", exif=b"")
        else:
            same = not turned and image.format == "JPEG"
            picture.save(out, "JPEG", exif=b"", quality="keep" if same else 92)
    except Image.DecompressionBombError as error:
        raise DataError("store.photo_pixels", limit=_MAX_PIXELS // 1_000_000) from error
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError) as error:
        raise DataError("store.photo_damaged") from error
    return out.getvalue()
