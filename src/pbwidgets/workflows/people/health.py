"""The health of the server: what an administrator looks at first."""

import shutil
from dataclasses import dataclass
from datetime import datetime

from pbwidgets.store import Actor, Evidence, latest_write, load_accounts, records_head
from pbwidgets.store.copying import is_sound
from pbwidgets.store.evidence import find_lost
from pbwidgets.workflows.ground.rights import authorise
from pbwidgets.workflows.ground.snapshots import latest_revision
from pbwidgets.workflows.ground.workspace import Workspace


@dataclass(frozen=True)
class Health:
    """Store, disk and accounts at one moment.

    Attributes
    ----------
    store
        Address of the store, without a password.
    store_bytes
        Size of the store's file; None if the store is not a local file.
    free_bytes
        Free space on the disk of the workspace.
    latest_write
        Time of the newest log entry.
    accounts
        Accounts in use.
    """

    store: str
    store_bytes: int | None
    free_bytes: int
    latest_write: datetime | None
    accounts: int


def examine_server(workspace: Workspace, actor: Actor) -> Health:
    """Health of the server.

    Raises
    ------
    RightsError
        If the actor may not manage accounts.
    """
    authorise(actor, "accounts", None, workspace.units())
    with workspace.store.read() as reader:
        latest = latest_write(reader)
        accounts = sum(account.disabled_at is None for account in load_accounts(reader))
    private = workspace.settings.private
    file = private / "store.sqlite"
    is_file = workspace.store.engine.dialect.name == "sqlite" and file.exists()
    return Health(
        store=workspace.store.shown_url
        if not is_file
        else str(file.relative_to(workspace.settings.workspace)),
        store_bytes=file.stat().st_size if is_file else None,
        free_bytes=shutil.disk_usage(workspace.settings.workspace).free,
        latest_write=latest,
        accounts=accounts,
    )


@dataclass(frozen=True)
class Soundness:
    """Whether the store is whole and has all it names.

    Attributes
    ----------
    sound
        Whether the database finds no damage in its file.
    behind
        How many entries of the log are missing that a snapshot has seen: an older store was put in its place.
    missing, altered
        Evidence on record whose file is not there, or is not what was handed in.
    """

    sound: bool
    behind: int
    missing: tuple[Evidence, ...]
    altered: tuple[Evidence, ...]


def examine_records(workspace: Workspace, actor: Actor) -> Soundness:
    """Whether the store is whole; every file of evidence is read, which takes a while.

    Raises
    ------
    RightsError
        If the actor may not manage accounts.
    """
    authorise(actor, "accounts", None, workspace.units())
    with workspace.store.read() as reader:
        if not is_sound(reader):  # what it says is not to be relied on
            return Soundness(sound=False, behind=0, missing=(), altered=())
        lost = find_lost(reader)
        behind = latest_revision(workspace) - records_head(reader)
    return Soundness(
        sound=True,
        behind=max(0, behind),
        missing=tuple(item for item, there in lost if not there),
        altered=tuple(item for item, there in lost if there),
    )
