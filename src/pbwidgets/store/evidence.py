"""Photos and documents that support a submission, named by the SHA-256 of their bytes.

No web server serves the folder; files come out through :func:`open_evidence` only, after the
caller has checked who is asking. The original name is in the table, never on the disk.

A file is written aside first (:func:`keep_file`), which may take as long as it takes, and moves to its place under
the lock of the transaction that puts it on record (:func:`add_evidence`). Files are deleted under that lock, too, so
that what is on record is there. While :func:`hold_files` lasts, none is deleted.
"""

import hashlib
import os
import re
import time
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO, Final
from uuid import uuid4

from sqlalchemy import ColumnElement, func, insert, select, update

from pbwidgets.errors import DataError
from pbwidgets.files import NO_SPACE, hash_file, hold_file, put_file
from pbwidgets.intake.text import clean_name
from pbwidgets.store.audit import Deed, record
from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.file_kinds import ALL_KINDS, IMAGES, clean_photo, sniff_kind
from pbwidgets.store.keys import SubmissionKey, of_period
from pbwidgets.store.tables import evidence
from pbwidgets.store.units import check_units_known

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_LONGEST_NAME: Final = 200
_ASIDE: Final = ".incoming"
"""Folder of the files that are not on record yet."""
_FORGOTTEN_S: Final = 3600
"""A file that lies aside for longer belongs to a process that has ended."""
_HOLD: Final = ".hold"


@dataclass(frozen=True)
class KeptFile:
    """A file of the evidence folder; ``aside`` is where it lies until it is on record."""

    sha256: str
    kind: str
    size_bytes: int
    filename: str
    aside: Path | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Evidence:
    """A file and the field of the submission that it supports."""

    key: SubmissionKey
    field_path: str
    file: KeptFile
    added_at: datetime
    added_by: str


def keep_file(
    evidence_dir: Path,
    filename: str,
    data: bytes | BinaryIO,
    max_bytes: int,
    allowed: Collection[str] = ALL_KINDS,
) -> KeptFile:
    """Write a file aside; it is safely on the disk when this returns.

    Photos are cleaned first (see ``clean_photo``); the hash is that of the bytes kept. This needs
    no transaction: call it before one, so that a big photo blocks nobody, and pass the result to
    :func:`add_evidence`, which moves it to its place.

    Parameters
    ----------
    max_bytes
        Largest size accepted.
    allowed
        Media types accepted, for example ``file_kinds.IMAGES``.

    Raises
    ------
    DataError
        ``store.evidence_empty``, ``store.evidence_too_big``, ``store.evidence_kind``, ``store.photo_kind``,
        ``store.photo_damaged``, ``store.photo_pixels``, ``store.evidence_disk``.
    """
    name = _plain_name(filename)
    content = data if isinstance(data, bytes) else data.read(max_bytes + 1)
    if not content:
        raise DataError("store.evidence_empty", file=name)
    if len(content) > max_bytes:
        raise DataError("store.evidence_too_big", file=name, limit_mb=max_bytes / 1_000_000)
    kind = sniff_kind(content, name)
    if kind is None or kind not in allowed:
        code = "store.photo_kind" if set(allowed) <= set(IMAGES) else "store.evidence_kind"
        raise DataError(code, file=name, allowed=_kinds_in_words(allowed))
    if kind in IMAGES:
        content = clean_photo(content, kind)
    sha256 = hashlib.sha256(content).hexdigest()
    aside = evidence_dir / _ASIDE / uuid4().hex
    try:
        aside.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _drop_forgotten(aside.parent)
        put_file(aside, content, private=True)
    except OSError as error:
        raise _not_written(error, name) from error
    return KeptFile(sha256, kind, len(content), name, aside)


def drop_aside(kept: KeptFile) -> None:
    """Remove a file that is not put on record after all."""
    if kept.aside is not None:
        kept.aside.unlink(missing_ok=True)


def add_evidence(
    w: Writer,
    key: SubmissionKey,
    field_path: str,
    filename: str,
    data: bytes | BinaryIO | KeptFile,
    max_bytes: int,
    allowed: Collection[str] = ALL_KINDS,
) -> Evidence:
    """Attach a file to a field of a submission, and store it if it is not stored yet.

    What is returned is on record, and its file is in its place. A file that the field has already is not attached
    again.

    Raises
    ------
    DataError
        As :func:`keep_file`, ``store.unknown_unit``, and ``store.evidence_lost`` if the file is no longer aside.
    """
    check_units_known(w, key.unit_code)
    kept = (
        data if isinstance(data, KeptFile) else keep_file(w.evidence_dir, filename, data, max_bytes, allowed)
    )
    _move_to_place(w.evidence_dir, kept)
    for item in load_evidence(w, key):
        if (item.field_path, item.file.sha256) == (field_path, kept.sha256):
            return item
    w.conn.execute(
        insert(evidence).values(
            campaign_id=key.campaign_id,
            period_id=key.period_id,
            form_id=key.form_id,
            unit_code=key.unit_code,
            occurrence=key.occurrence,
            field_path=field_path,
            sha256=kept.sha256,
            kind=kept.kind,
            size_bytes=kept.size_bytes,
            filename=_plain_name(filename),
            added_at=w.now,
            added_by=w.actor.name,
        )
    )
    details = {"field": field_path, "sha256": kept.sha256, "kind": kept.kind, "bytes": kept.size_bytes}
    record(w, Deed("add_evidence", key.entity, key.campaign_id, key.period_id, key.unit_code, details))
    return Evidence(key, field_path, kept, w.now, w.actor.name)


def count_added(r: Reader, account: str) -> tuple[int, int]:
    """Files on record that an account has added, and their size together in bytes."""
    table = evidence.c
    query = select(func.count(), func.coalesce(func.sum(table.size_bytes), 0))
    number, size_bytes = r.conn.execute(
        query.where(table.added_by == account, table.removed_at.is_(None))
    ).one()
    return int(number), int(size_bytes)


def load_evidence(r: Reader, key: SubmissionKey) -> tuple[Evidence, ...]:
    """Files of a submission, in the order in which they were added."""
    query = select(evidence).where(*_of(key), evidence.c.removed_at.is_(None)).order_by(evidence.c.id)
    return tuple(_to_evidence(key, row) for row in r.conn.execute(query))


def keys_with_evidence(r: Reader, campaign_id: str, period_id: str) -> frozenset[SubmissionKey]:
    """Submissions of a period that have files."""
    table = evidence.c
    query = select(
        table.campaign_id, table.period_id, table.form_id, table.unit_code, table.occurrence
    ).where(of_period(evidence, campaign_id, period_id), table.removed_at.is_(None))
    return frozenset(SubmissionKey(*row) for row in r.conn.execute(query.distinct()))


def find_evidence(r: Reader, sha256: str) -> tuple[Evidence, ...]:
    """Submissions that a file supports; before serving it, check the reader's rights to one of these."""
    query = select(evidence).where(evidence.c.sha256 == sha256, evidence.c.removed_at.is_(None))
    return tuple(
        _to_evidence(
            SubmissionKey(row.campaign_id, row.period_id, row.form_id, row.unit_code, row.occurrence), row
        )
        for row in r.conn.execute(query.order_by(evidence.c.id))
    )


def find_lost(r: Reader) -> tuple[tuple[Evidence, bool], ...]:
    """Evidence on record whose file is not there or does not hold what its name says, and whether it is there.

    Every file is read whole: a second for half a gigabyte or more.
    """
    lost = []
    query = select(evidence).where(evidence.c.removed_at.is_(None)).order_by(evidence.c.id)
    found: dict[str, str] = {}
    for row in r.conn.execute(query):
        if row.sha256 not in found:
            found[row.sha256] = hash_file(evidence_path(r.evidence_dir, row.sha256))
        if found[row.sha256] != row.sha256:
            key = SubmissionKey(row.campaign_id, row.period_id, row.form_id, row.unit_code, row.occurrence)
            lost.append((_to_evidence(key, row), bool(found[row.sha256])))
    return tuple(lost)


def open_evidence(r: Reader, sha256: str) -> BinaryIO:
    """The file, open for reading; the caller closes it.

    Raises
    ------
    DataError
        ``store.evidence_unknown`` if no submission has such a file, ``store.evidence_lost`` if it is missing
        from the folder.
    """
    if not _SHA256.fullmatch(sha256) or not find_evidence(r, sha256):
        raise DataError("store.evidence_unknown", sha256=sha256[:16])
    try:
        return evidence_path(r.evidence_dir, sha256).open("rb")
    except FileNotFoundError as error:
        raise DataError("store.evidence_lost", sha256=sha256[:16]) from error


def remove_evidence(w: Writer, key: SubmissionKey, field_path: str) -> int:
    """Detach the files of a field and count them; those nothing else needs are deleted after the commit.

    Called by ``redact``, which writes the audit row.
    """
    return _detach(w, (*_of(key), evidence.c.field_path == field_path))


def release_evidence(w: Writer, key: SubmissionKey, field_path: str, sha256: str) -> int:
    """Detach one file from a field that no longer names it, and count the rows; it is deleted as above."""
    taken = _detach(w, (*_of(key), evidence.c.field_path == field_path, evidence.c.sha256 == sha256))
    if taken:
        details = {"field": field_path, "sha256": sha256}
        record(
            w, Deed("release_evidence", key.entity, key.campaign_id, key.period_id, key.unit_code, details)
        )
    return taken


def _detach(w: Writer, which: tuple[ColumnElement[bool], ...]) -> int:
    live = (*which, evidence.c.removed_at.is_(None))
    hashes = list(w.conn.scalars(select(evidence.c.sha256).where(*live)))
    w.conn.execute(update(evidence).where(*live).values(removed_at=w.now, filename=""))
    if hashes:
        w.under_next_lock.append(lambda later: delete_unneeded(later, hashes))
    return len(hashes)


def delete_unneeded(w: Writer, hashes: Iterable[str]) -> None:
    """Delete those of the files that nothing needs any more, unless somebody holds the files."""
    _delete(w, [sha256 for sha256 in sorted(set(hashes)) if not find_evidence(w, sha256)])


def _delete(w: Writer, unneeded: Collection[str]) -> None:
    if unneeded and w.evidence_dir.is_dir():
        with hold_file(w.evidence_dir / _HOLD, wait=False) as alone:
            for sha256 in unneeded if alone else ():
                evidence_path(w.evidence_dir, sha256).unlink(missing_ok=True)


def delete_released(w: Writer) -> None:
    """Delete all files that were released, also those that a process has left behind when it was killed."""
    table = evidence.c
    released = set(w.conn.scalars(select(table.sha256).where(table.removed_at.is_not(None)).distinct()))
    needed = set(w.conn.scalars(select(table.sha256).where(table.removed_at.is_(None)).distinct()))
    _delete(w, released - needed)


@contextmanager
def hold_files(evidence_dir: Path) -> Iterator[None]:
    """While it lasts, no file of the folder is deleted; whoever holds them deletes afterwards what was released."""
    evidence_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with hold_file(evidence_dir / _HOLD, wait=True):
        yield


def _of(key: SubmissionKey) -> tuple[ColumnElement[bool], ...]:
    table = evidence.c
    return (
        table.campaign_id == key.campaign_id,
        table.period_id == key.period_id,
        table.form_id == key.form_id,
        table.unit_code == key.unit_code,
        table.occurrence == key.occurrence,
    )


def _to_evidence(key: SubmissionKey, row: object) -> Evidence:
    kept = KeptFile(row.sha256, row.kind, row.size_bytes, row.filename)  # type: ignore[attr-defined]
    return Evidence(key, row.field_path, kept, row.added_at, row.added_by)  # type: ignore[attr-defined]


def evidence_path(evidence_dir: Path, sha256: str) -> Path:
    """Path of a file; the caller has checked who is asking, and that a submission has such a file."""
    return evidence_dir / sha256[:2] / sha256


def _plain_name(filename: str) -> str:
    """Last part of a path, without control characters, shortened if too long but with its suffix."""
    name = clean_name(PurePosixPath(PureWindowsPath(filename).as_posix()).name)
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C") or "file"
    if len(name) > _LONGEST_NAME:
        ending = PurePosixPath(name).suffix[:10]
        name = name[: _LONGEST_NAME - len(ending)] + ending
    return name


def _kinds_in_words(allowed: Collection[str]) -> str:
    words = {"image/jpeg": "JPEG", "image/png": "PNG", "application/pdf": "PDF"}
    names = [words[kind] for kind in ALL_KINDS if kind in allowed and kind in words]
    if set(allowed) - set(words):
        names += ["Word", "Excel", "PowerPoint"]
    return ", ".join(names)


def _move_to_place(evidence_dir: Path, kept: KeptFile) -> None:
    """See that the file is in its place, name included, and on the disk."""
    path = evidence_path(evidence_dir, kept.sha256)
    try:
        if path.is_file() and path.stat().st_size == kept.size_bytes:
            drop_aside(kept)
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        (kept.aside or path).replace(path)
        _sync_folder(path.parent)
        _sync_folder(path.parent.parent)
    except FileNotFoundError as error:
        raise DataError("store.evidence_lost", sha256=kept.sha256[:16]) from error
    except OSError as error:
        raise _not_written(error, kept.filename) from error


def _drop_forgotten(folder: Path) -> None:
    for path in folder.iterdir():
        try:
            if time.time() - path.stat().st_mtime > _FORGOTTEN_S:
                path.unlink()
        except FileNotFoundError:
            continue  # its own process has just moved it


def _not_written(error: OSError, name: str) -> DataError:
    if error.errno in NO_SPACE:
        return DataError("store.evidence_full", file=name)
    return DataError("store.evidence_disk", file=name, cause=error.strerror or str(error))


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows cannot open folders, and makes names durable by itself
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
