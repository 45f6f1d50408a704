"""The health of the server: what an administrator looks at first."""

import shutil
from dataclasses import dataclass
from datetime import datetime

from pbwidgets.store import Actor, latest_write, load_accounts
from pbwidgets.workflows.ground.rights import authorise
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
