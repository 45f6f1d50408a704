"""The workspace in one file, while the server runs; and back into an empty workspace.

Such a file holds what cannot be made again: the records and their evidence of one moment, parameters and notebooks,
and of each campaign the newest snapshot, on which totals carried over to others rest. Reports are made again. The
secret that signs cookies stays behind, so that whoever gets hold of a backup cannot sign in with it.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from pbwidgets.errors import UsageError
from pbwidgets.scoring.frames import UNITS, to_frame
from pbwidgets.settings import Settings
from pbwidgets.store import Actor, Deed, Store, open_store, record
from pbwidgets.store.archive import (
    EVIDENCE,
    NOTEBOOKS,
    PARAMETERS,
    SNAPSHOTS,
    STORE,
    Manifest,
    Tell,
    list_files,
    not_written,
    read_archive,
    unpack_archive,
    write_archive,
)
from pbwidgets.store.audit import OF_STORE
from pbwidgets.store.copying import copy_store, prepare_restored, put_back
from pbwidgets.store.engine import find_file
from pbwidgets.store.evidence import delete_released, hold_files
from pbwidgets.store.migrate import REVISION
from pbwidgets.version import __version__
from pbwidgets.workflows.ground.rights import authorise
from pbwidgets.workflows.ground.workspace import Workspace


def back_up(workspace: Workspace, actor: Actor, file: Path, tell: Tell, *, force: bool = False) -> Manifest:
    """List of what was written to a file: the whole workspace as it is at this moment.

    The file is read back before it gets its name, and only its owner can read it. Others go on reading and
    writing meanwhile.

    Parameters
    ----------
    tell
        Called with the bytes done and all bytes.
    force
        Whether a file of that name may be replaced.

    Raises
    ------
    UsageError
        ``backup.exists``, ``backup.inside`` if the file would be part of the next backup.
    DataError
        ``backup.full``, ``backup.not_written``, and the faults of the store.
    RightsError
        Unless the actor has a shell on the server.
    """
    authorise(actor, "back_up", None, workspace.units())
    file = file.absolute()
    if file.exists() and (file.is_dir() or not force):
        raise UsageError("backup.exists", file=file.name)
    settings, store = workspace.settings, workspace.store
    if any(file.resolve().is_relative_to(folder.resolve()) for folder in _folders(settings)):
        raise UsageError("backup.inside", file=file.name)
    try:
        with _folder_beside(file.parent) as work, _files_held(store, actor):
            # before the store: no snapshot may know more than the store that is found beside it
            parts = dict(_standing_files(settings))
            copied = copy_store(store, work / STORE)
            parts[STORE] = work / STORE
            parts |= {f"{EVIDENCE}/{sha256[:2]}/{sha256}": path for sha256, path in copied.files.items()}
            about = Manifest(
                datetime.now(UTC).isoformat(timespec="seconds"), __version__, REVISION, copied.rows
            )
            made = work / "made.zip"
            manifest = write_archive(made, parts, about, lambda done, all_: tell(done, 2 * all_))
            read_archive(made, REVISION, lambda done, all_: tell(all_ + done, 2 * all_))
            made.replace(file)
    except OSError as error:
        raise not_written(error) from error
    with store.write(actor) as writer:
        details = {"files": len(manifest.files), "lost": len(manifest.lost)}
        record(writer, Deed("backup", f"{OF_STORE}:", details=details))
    return manifest


def restore_backup(settings: Settings, actor: Actor, file: Path, tell: Tell) -> Manifest:
    """List of what was put back from a backup into an empty workspace; everybody has to sign in again.

    Everything in the file is checked before the first file is written, and all of it is put back or nothing.

    Parameters
    ----------
    settings
        The empty workspace, and the store, which is made: SQLite or an empty PostgreSQL database, whichever the backup
        came from.

    Raises
    ------
    UsageError
        ``backup.not_empty``.
    DataError
        ``backup.damaged``, ``backup.unexpected``, ``backup.too_new``, ``backup.unreadable``, ``backup.full``,
        ``backup.not_written``; ``store.not_empty`` and the other faults of the store.
    RightsError
        Unless the actor has a shell on the server.
    """
    authorise(actor, "back_up", None, to_frame([], UNITS))
    _refuse_in_use(settings)
    manifest = read_archive(file, REVISION, lambda done, all_: tell(done, 2 * all_))
    try:
        settings.workspace.mkdir(parents=True, exist_ok=True)
        with _folder_beside(settings.workspace) as work:
            unpack_archive(file, manifest, lambda name: work / name)
            prepare_restored(work / STORE, work / EVIDENCE, actor, manifest)
            _move_to_place(work, settings, actor)
    except OSError as error:
        raise not_written(error) from error
    return manifest


def _folders(settings: Settings) -> tuple[Path, ...]:
    return settings.notebooks, settings.parameters, settings.private


def _standing_files(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Files that do not belong to the store's moment, by their names in the archive."""
    yield from list_files(settings.notebooks, NOTEBOOKS)
    yield from list_files(settings.parameters, PARAMETERS)
    for newest in sorted(settings.snapshots.glob("*/newest.json")):
        named = json.loads(newest.read_text(encoding="utf-8"))["snapshot"]
        place = f"{SNAPSHOTS}/{newest.parent.name}"
        yield f"{place}/newest.json", newest
        yield from list_files(newest.parent / named, f"{place}/{named}")


@contextmanager
def _files_held(store: Store, actor: Actor) -> Iterator[None]:
    """While it lasts, no evidence is deleted; afterwards what was released meanwhile is, however it ended."""
    try:
        with hold_files(store.evidence_dir):
            yield
    finally:
        with store.write(actor) as writer:
            writer.under_next_lock.append(delete_released)


@contextmanager
def _folder_beside(folder: Path) -> Iterator[Path]:
    """A folder of our own, which is removed afterwards."""
    work = Path(tempfile.mkdtemp(prefix=".pbwidgets-", dir=folder))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _refuse_in_use(settings: Settings) -> None:
    folders = (*_folders(settings), settings.outputs)
    taken = [folder.name for folder in folders if folder.is_file() or any(folder.rglob("*"))]
    file = find_file(settings.store_url)
    if file is not None and file.exists():
        taken.append(file.name)
    if taken:
        raise UsageError("backup.not_empty", folder=settings.workspace.name, taken="、".join(taken))


def _move_to_place(work: Path, settings: Settings, actor: Actor) -> None:
    """Move what was unpacked into the workspace, the store last: without it, nothing there can be used."""
    moved: list[Path] = []
    places = {
        NOTEBOOKS: settings.notebooks,
        PARAMETERS: settings.parameters,
        SNAPSHOTS: settings.snapshots,
        EVIDENCE: settings.evidence,
    }
    try:
        for name, place in places.items():
            if (work / name).is_dir():
                place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                (work / name).rename(place)
                moved.append(place)
        file = find_file(settings.store_url)
        if file is None:
            put_back(work / STORE, open_store(settings.store_url, settings.evidence), actor)
        else:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.move(work / STORE, file)
    except BaseException:
        for place in moved:
            shutil.rmtree(place, ignore_errors=True)
        with suppress(OSError):  # somebody else's files are in it, or it was never made
            settings.private.rmdir()
        raise
