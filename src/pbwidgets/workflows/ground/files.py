"""Files of the records: kept within the quota of their account, and served; the last look at files that leave.

What people have written is scrubbed where it is read from the store, so no file that leaves should hold a value that
identifies somebody. If one does, it stays, and the message names the file, never the value.
"""

import shutil
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pbwidgets.errors import DataError
from pbwidgets.files import MAX_BYTES, close_to_others
from pbwidgets.intake.identifying import Scrubber
from pbwidgets.store import Evidence, Owner, Reader, SubmissionKey, add_evidence, count_added, keep_file
from pbwidgets.store.evidence import drop_aside
from pbwidgets.store.file_kinds import ALL_KINDS
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Workspace


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


# -- files that leave -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Guard:
    """Guard of what a workspace writes, with the values of one moment; made by :func:`guard_of`."""

    scrubber: Scrubber
    private: Path

    def hold_back(self, folder: Path) -> str | None:
        """Name of the file of a folder in which a value stands; all files of the folder are then in the private one."""
        from pbwidgets.exports.search import find_file

        found = find_file(folder, self.scrubber.for_files)
        if found is not None:
            held = self.private / "held_back" / f"{folder.name.strip('.')}-{uuid.uuid4().hex[:12]}"
            held.mkdir(parents=True)
            close_to_others(held)
            for path in folder.iterdir():
                shutil.move(path, held / path.name)
        return found

    def hide(self, text: str) -> str:
        """A text with ``〔略〕`` in place of the values."""
        return self.scrubber.scrub(text)


def guard_of(workspace: Workspace) -> Guard | None:
    """Guard with the values of this moment; None if there are none."""
    scrubber = _values(workspace)
    return None if scrubber is None else Guard(scrubber, workspace.settings.private)


def check_leaving(workspace: Workspace, path: Path, own: Owner | None = None) -> Path:
    """The file, if it may leave; it is removed if not.

    Parameters
    ----------
    own
        For whom the file is if it names whom they named themselves; nobody that others have named.

    Raises
    ------
    DataError
        ``exports.identifying_found``.
    """
    from pbwidgets.exports.search import find_file

    scrubber = _values(workspace, own)
    if scrubber is not None and (found := find_file(path, scrubber.for_files)) is not None:
        path.unlink()
        raise DataError("exports.identifying_found", file=found)
    return path


def check_kept(workspace: Workspace, path: Path) -> Path:
    """A file that was made earlier, if it names nobody by what is known now.

    A file is searched again only after it, or the values, have changed.

    Raises
    ------
    DataError
        ``results.held_back``.
    """
    from pbwidgets.exports.search import find_file

    scrubber = _values(workspace)
    if scrubber is None:
        return path
    about = path.stat()
    known, state = _searched.get(path), (about.st_mtime_ns, about.st_size)
    if known is None or known[0] is not scrubber or known[1] != state:
        known = scrubber, state, find_file(path, scrubber.for_files)
        _searched[path] = known
    if known[2] is not None:
        raise DataError(HELD_BACK, file=known[2])
    return path


HELD_BACK: Final = "results.held_back"
_searched: Final[dict[Path, tuple[Scrubber, tuple[int, int], str | None]]] = {}


def _values(workspace: Workspace, own: Owner | None = None) -> Scrubber | None:
    scrub = workspace.store.scrub(own)
    return None if scrub is None else scrub.scrubber
