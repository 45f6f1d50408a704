"""Photos that reports show: small pictures without anything but the picture, kept with a snapshot.

They are made once for each file and kept by its hash; a snapshot has links to its own.
"""

import io
import os
import shutil
import warnings
from collections.abc import Collection, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

import pandas as pd

from pbwidgets.files import put_file
from pbwidgets.scoring.frames import Columns, to_frame
from pbwidgets.store.evidence import evidence_path

LONGEST_SIDE: Final = 1280
"""Pixels of the longer side of a picture at most."""
_QUALITY: Final = 82

PHOTO_COLUMNS: Final[Columns] = {
    "unit_code": "string",
    "form_id": "string",
    "occurrence": "int64",
    "field": "string",  # path: before, lines/photo
    "row": "int64",
    "place": "int64",  # of several files of one answer, from 0
    "sha256": "string",  # of the file that was handed in; names the picture
    "picture": "string",  # hash of the picture itself; <NA>: the file is missing or cannot be read
}
"""One row is a file of a field that a report shows."""

Field = tuple[str, str]
"""Id of a form and path of one of its fields."""


def list_photos(submissions: pd.DataFrame, fields: Collection[Field]) -> pd.DataFrame:
    """Files of some fields in counted submissions, columns ``PHOTO_COLUMNS``, without pictures yet.

    Parameters
    ----------
    submissions
        Columns ``SUBMISSIONS``.
    fields
        The fields.
    """
    pairs = zip(submissions["form_id"], submissions["field"], strict=True)
    own = submissions[[pair in fields for pair in pairs]] if fields else submissions.iloc[:0]
    rows = [
        {
            **{name: row[name] for name in ("unit_code", "form_id", "occurrence", "field", "row")},
            "place": at,
            "sha256": one,
        }
        for row in own.to_dict("records")
        for at, one in enumerate(str(row["value"]).split())
    ]
    return to_frame(rows, PHOTO_COLUMNS)


def make_pictures(photos: pd.DataFrame, evidence_dir: Path, folder: Path) -> pd.DataFrame:
    """The photos with the hashes of their pictures, which are made in a folder where they are not there yet.

    Pictures of other files are deleted there: what was taken out of the store leaves this folder as well.

    Parameters
    ----------
    photos
        Columns ``PHOTO_COLUMNS``.
    evidence_dir
        Folder of the files handed in.
    folder
        Folder of the pictures.
    """
    wanted = sorted(set(photos["sha256"]))
    made = {one: _make(evidence_path(evidence_dir, one), picture_path(folder, one)) for one in wanted}
    for path in folder.glob("*.jpg"):
        if path.stem not in made:
            path.unlink(missing_ok=True)
    return to_frame(photos.assign(picture=photos["sha256"].map(made)), PHOTO_COLUMNS)


def link_pictures(photos: pd.DataFrame, folder: Path, target: Path) -> None:
    """Put the pictures of photos into another folder, without a second copy where the disk allows it."""
    for one in sorted(set(photos.loc[photos["picture"].notna(), "sha256"])):
        source, path = picture_path(folder, one), picture_path(target, one)
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            try:
                os.link(source, path)
            except OSError:  # another disk, or one without links
                shutil.copyfile(source, path)


def picture_path(folder: Path, file_hash: str) -> Path:
    """Where the picture of a file is."""
    return folder / f"{file_hash}.jpg"


def shrink(content: bytes, longest_side: int = LONGEST_SIDE) -> bytes:
    """A picture as JPEG with its longer side at most so long, upright, and with nothing but the picture in it.

    Raises
    ------
    OSError, ValueError, SyntaxError
        If it cannot be read as a picture.
    """
    from PIL import Image, ImageOps  # slow to import, needed for photos only

    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        image = Image.open(io.BytesIO(content), formats=["JPEG", "PNG"])
        picture = ImageOps.exif_transpose(image).convert("RGB")
    picture.thumbnail((longest_side, longest_side))
    picture.info = {}
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY, exif=b"")
    return out.getvalue()


def _make(source: Path, path: Path) -> str | None:
    """Hash of the picture of a file, made if it is not there; None if the file is missing or is no picture."""
    if not path.is_file():
        try:
            content = shrink(source.read_bytes())
        except (OSError, ValueError, SyntaxError, Warning):
            return None
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        put_file(path, content, private=True)
    return sha256(path.read_bytes()).hexdigest()[:16]


def join_fields(fields: Iterable[Field]) -> list[str]:
    """Fields as texts, in a fixed order.

    >>> join_fields({("faults", "before"), ("faults", "after")})
    ['faults/after', 'faults/before']
    """
    return sorted(f"{form_id}/{path}" for form_id, path in fields)
