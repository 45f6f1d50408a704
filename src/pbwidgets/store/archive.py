"""One file that holds a whole workspace: a ZIP archive that nothing is compressed in, and a list of what is in it.

Photos do not compress, and without compression an archive cannot unfold to more than its own size. What is read
may come from anybody: every name must be one that we would write, and every file must be as the list says, before the
first one is unpacked.
"""

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Final
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from pbwidgets.errors import DataError
from pbwidgets.files import NO_SPACE, hash_file, open_new

STORE: Final = "store.sqlite"
EVIDENCE, SNAPSHOTS, NOTEBOOKS, PARAMETERS = "evidence", "snapshots", "notebooks", "parameters"
MANIFEST: Final = "manifest.json"
FORMAT: Final = 1

_LARGEST_MANIFEST: Final = 200_000_000  # a million photos
_BLOCK: Final = 1 << 20
_TRIES: Final = 10
_WAIT_S: Final = 0.05
_EVIDENCE: Final = re.compile(r"evidence/([0-9a-f]{2})/(\1[0-9a-f]{62})")
_OTHER: Final = re.compile(rf"(?:{SNAPSHOTS}|{NOTEBOOKS}|{PARAMETERS})(?:/[^/\\:\x00-\x1f]{{1,200}}){{1,12}}")

Tell = Callable[[int, int], None]
"""Called with the bytes done and all bytes."""


@dataclass(frozen=True)
class ArchivedFile:
    """Size and content of a file of the archive."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What is in an archive.

    Attributes
    ----------
    made_at
        Moment of the copy, as ISO time in UTC.
    package, schema
        Version of the package, and of the store's tables.
    rows
        Rows of each table.
    lost
        Hashes of the evidence on record whose file was missing or altered when the archive was made.
    files
        All other files, by name.
    """

    made_at: str
    package: str
    schema: str
    rows: Mapping[str, int]
    lost: tuple[str, ...] = ()
    files: Mapping[str, ArchivedFile] = field(default_factory=dict)
    format: int = FORMAT


def write_archive(file: Path, parts: Mapping[str, Path], about: Manifest, tell: Tell) -> Manifest:
    """Write files into a new archive that only its owner can read; returns its list.

    Evidence that is missing or not what its name says is left out, and listed as lost.

    Parameters
    ----------
    parts
        Files by their names in the archive.

    Raises
    ------
    DataError
        ``backup.full``, ``backup.not_written``.
    """
    total, done = sum(path.stat().st_size for path in parts.values() if path.is_file()), 0
    files: dict[str, ArchivedFile] = {}
    lost: list[str] = []
    try:
        with open_new(file, private=True) as out, ZipFile(out, "w", ZIP_STORED) as archive:
            for name, path in parts.items():
                wanted = _evidence_hash(name)
                if wanted and hash_file(path) != wanted:
                    lost.append(wanted)
                    continue
                with _open_soon(path) as content:
                    files[name] = _add(archive, name, content)
                done += files[name].size_bytes
                tell(min(done, total), total)
            manifest = Manifest(**{**asdict(about), "lost": tuple(lost), "files": files})
            archive.writestr(
                _plain_info(MANIFEST), json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
            )
        with file.open("rb+") as out:
            os.fsync(out.fileno())
    except OSError as error:
        raise not_written(error) from error
    return manifest


def not_written(error: OSError) -> DataError:
    """Why a backup could not be written."""
    if error.errno in NO_SPACE:
        return DataError("backup.full")
    return DataError("backup.not_written", cause=error.strerror or type(error).__name__)


def read_archive(file: Path, known_schema: str, tell: Tell) -> Manifest:
    """List of an archive, every file of which has been read and is as the list says.

    Raises
    ------
    DataError
        ``backup.damaged``, ``backup.unexpected`` with the name of what no backup of ours holds, ``backup.too_new``,
        ``backup.unreadable``.
    """
    with _open(file) as archive:
        members = _check_members(archive, file.stat().st_size)
        manifest = _read_manifest(archive, known_schema)
        if set(members) - {MANIFEST} != set(manifest.files):
            odd = sorted((set(members) - {MANIFEST}) ^ set(manifest.files))
            raise DataError("backup.unexpected", name=odd[0])
        total, done = sum(item.size_bytes for item in manifest.files.values()), 0
        for name, listed in manifest.files.items():
            if members[name].file_size != listed.size_bytes or _evidence_hash(name) not in (
                "",
                listed.sha256,
            ):
                raise DataError("backup.damaged", name=name)
            for block in _blocks(archive, name, listed):
                done += len(block)
                tell(done, total)
    return manifest


def unpack_archive(file: Path, manifest: Manifest, place: Callable[[str], Path]) -> None:
    """Write all files of an archive that was read, each to its place; checked once more on the way.

    Raises
    ------
    DataError
        ``backup.damaged``.
    OSError
        If a file cannot be written.
    """
    with _open(file) as archive:
        for name, listed in manifest.files.items():
            path = place(name)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with open_new(path, private=name.startswith((STORE, EVIDENCE, SNAPSHOTS))) as out:
                for block in _blocks(archive, name, listed):
                    out.write(block)
                out.flush()
                os.fsync(out.fileno())


def is_plain_name(name: str) -> bool:
    """Whether a file may be in an archive under this name: within our folders, nowhere else, nothing hidden.

    >>> is_plain_name("parameters/units/register.csv"), is_plain_name("parameters/../x"), is_plain_name("/etc/passwd")
    (True, False, False)
    """
    if name == STORE or _EVIDENCE.fullmatch(name):
        return True
    return bool(_OTHER.fullmatch(name)) and not any(part.startswith(".") for part in name.split("/"))


def _evidence_hash(name: str) -> str:
    found = _EVIDENCE.fullmatch(name)
    return found[2] if found else ""


def _open_soon(path: Path) -> IO[bytes]:
    """A file open for reading; the folder of a snapshot is away for a moment while it is renewed."""
    for _ in range(_TRIES):
        with suppress(FileNotFoundError):
            return path.open("rb")
        time.sleep(_WAIT_S)
    return path.open("rb")


def _add(archive: ZipFile, name: str, content: IO[bytes]) -> ArchivedFile:
    digest, size = hashlib.sha256(), 0
    with archive.open(_plain_info(name), "w", force_zip64=True) as out:
        while block := content.read(_BLOCK):
            digest.update(block)
            size += len(block)
            out.write(block)
    return ArchivedFile(size, digest.hexdigest())


def _plain_info(name: str) -> ZipInfo:
    """Entry without the time and the rights of the file."""
    info = ZipInfo(name)
    info.external_attr = 0o600 << 16
    return info


def _open(file: Path) -> ZipFile:
    if file.exists() and not (file.is_file() or file.is_dir()):  # a device may never end
        raise DataError("backup.damaged", name=file.name)
    try:
        return ZipFile(file)
    except (BadZipFile, EOFError, ValueError) as error:
        raise DataError("backup.damaged", name=file.name) from error
    except OSError as error:
        raise DataError("backup.unreadable", name=file.name, cause=error.strerror or str(error)) from error


def _check_members(archive: ZipFile, size_bytes: int) -> dict[str, ZipInfo]:
    members: dict[str, ZipInfo] = {}
    for info in archive.infolist():
        plain = info.compress_type == ZIP_STORED and not info.flag_bits & 1
        if (
            info.filename in members
            or not plain
            or not (info.filename == MANIFEST or is_plain_name(info.filename))
        ):
            raise DataError("backup.unexpected", name=ascii(info.filename)[:80])
        members[info.filename] = info
    if sum(info.file_size for info in members.values()) > size_bytes or not {MANIFEST, STORE} <= set(members):
        raise DataError("backup.damaged", name=MANIFEST)
    return members


def _read_manifest(archive: ZipFile, known_schema: str) -> Manifest:
    info = archive.getinfo(MANIFEST)
    try:
        if info.file_size > _LARGEST_MANIFEST:
            raise ValueError(info.file_size)
        read = json.loads(archive.read(info))
        if read["format"] > FORMAT or str(read["schema"]) > known_schema:
            raise DataError("backup.too_new", package=str(read["package"])[:40])
        files = {
            str(name): ArchivedFile(int(item["size_bytes"]), str(item["sha256"]))
            for name, item in read["files"].items()
        }
        rows = {str(name): int(count) for name, count in read["rows"].items()}
        return Manifest(
            str(read["made_at"])[:40],
            str(read["package"])[:40],
            str(read["schema"]),
            rows,
            tuple(map(str, read["lost"])),
            files,
        )
    except (
        BadZipFile, ValueError, OverflowError, KeyError, TypeError, AttributeError, RecursionError, EOFError,
    ) as error:  # fmt: skip
        raise DataError("backup.damaged", name=MANIFEST) from error


def _blocks(archive: ZipFile, name: str, listed: ArchivedFile) -> Iterator[bytes]:
    """Content of a file, block by block; an error at its end if it was not what the list says."""
    digest = hashlib.sha256()
    try:
        with archive.open(name) as content:
            while block := content.read(_BLOCK):
                digest.update(block)
                yield block
    except (BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise DataError("backup.damaged", name=name) from error
    if digest.hexdigest() != listed.sha256:
        raise DataError("backup.damaged", name=name)


def list_files(folder: Path, name: str) -> Iterable[tuple[str, Path]]:
    """Files of a folder by their names in an archive; hidden ones are left out."""
    for path in sorted(folder.rglob("*")):
        inside = f"{name}/{path.relative_to(folder).as_posix()}"
        if path.is_file() and "/__pycache__/" not in inside and is_plain_name(inside):
            yield inside, path
