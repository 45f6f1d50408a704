"""Files of the records: kept within the quota of their account, and served."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from pbwidgets.errors import DataError
from pbwidgets.files import MAX_BYTES
from pbwidgets.store import Evidence, Reader, SubmissionKey, add_evidence, count_added, keep_file
from pbwidgets.store.evidence import drop_aside
from pbwidgets.store.file_kinds import ALL_KINDS
from pbwidgets.workflows.ground.desk import Desk


@dataclass(frozen=True)
class ServedFile:
    """A file that the actor may see.

    Attributes
    ----------
    path
        Where it is.
    kind
        Media type.
    filename
        Name under which the browser saves it.
    """

    path: Path
    kind: str
    filename: str


@dataclass(frozen=True)
class Upload:
    """A file as somebody sends it; its kinds are those that its field accepts."""

    filename: str
    content: bytes
    kinds: Collection[str] = ALL_KINDS


def keep_evidence(desk: Desk, key: SubmissionKey, field_path: str, upload: Upload) -> Evidence:
    """File on record for a field of a submission; when this returns, its bytes are on the disk.

    The caller has checked that the actor may add it.

    Raises
    ------
    DataError
        ``workflows.quota_files``, ``workflows.quota_bytes`` if the account keeps too much already, and the errors of
        :func:`pbwidgets.store.keep_file`.
    """
    store = desk.workspace.store
    with store.read() as reader:  # before the photo is worked on
        _check_quota(reader, desk, 0)
    kept = keep_file(store.evidence_dir, upload.filename, upload.content, MAX_BYTES, upload.kinds)
    try:
        with desk.write() as writer:
            _check_quota(writer, desk, kept.size_bytes)
            return add_evidence(writer, key, field_path, kept.filename, kept, MAX_BYTES, upload.kinds)
    finally:
        drop_aside(kept)


def _check_quota(reader: Reader, desk: Desk, more_bytes: int) -> None:
    """Raise if the actor would keep more than one account may; who runs the server has no quota."""
    if desk.actor.role == "operator":
        return
    quota, (files, size_bytes) = desk.workspace.settings.quota, count_added(reader, desk.actor.name)
    if files >= quota.files:
        raise DataError("workflows.quota_files", found=files, limit=quota.files)
    if size_bytes + more_bytes > quota.megabytes * 1_000_000:
        raise DataError("workflows.quota_bytes", found=size_bytes // 1_000_000, limit=quota.megabytes)
