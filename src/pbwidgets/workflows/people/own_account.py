"""What people see and do about their own account: sessions, a reset of the password, giving it once more."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from pbwidgets import store
from pbwidgets.errors import RightsError
from pbwidgets.store import load_account, load_password_hash, load_session, load_sessions_of
from pbwidgets.workflows.ground.rights import require_session
from pbwidgets.workflows.ground.workspace import Workspace
from pbwidgets.workflows.people.passwords import is_right
from pbwidgets.workflows.people.sessions import session_key

WRONG_AT_MOST: Final = 5
"""Wrong passwords in a row, when it is asked for once more, that end the session."""
_LENGTH: Final = 16  # of a hash, enough to tell the sessions of one person apart


@dataclass(frozen=True)
class OwnSession:
    """One of a person's sessions that are live.

    Attributes
    ----------
    id
        By which :func:`end_own_session` knows it; it signs nobody in.
    begun_at, seen_at
        When it began, and when it was last used.
    address, browser
        Where it began, and the browser as it names itself; empty if not known.
    is_this
        Whether it is the one that asks.
    """

    id: str
    begun_at: datetime
    seen_at: datetime
    address: str
    browser: str
    is_this: bool


@dataclass(frozen=True)
class Reset:
    """A reset of somebody's password by somebody else."""

    at: datetime
    by: str


def own_sessions(workspace: Workspace, token: str) -> tuple[OwnSession, ...]:
    """Live sessions of the person whose token this is, the newest first; none if it is not live itself."""
    now = datetime.now(UTC)
    with workspace.store.read() as reader:
        own = load_session(reader, session_key(token))
        if own is None or not own.is_live(now):
            return ()
        found = [item for item in load_sessions_of(reader, own.account.name) if item.is_live(now)]
    return tuple(
        OwnSession(
            item.token_hash[:_LENGTH], item.begun_at, item.seen_at, item.address or "", item.browser or "",
            is_this=item.token_hash == own.token_hash,
        )
        for item in found
    )  # fmt: skip


def end_own_session(workspace: Workspace, token: str, session_id: str) -> None:
    """End one of a person's own sessions; nothing happens if there is none of this id."""
    with workspace.store.read() as reader:
        own = load_session(reader, session_key(token))
    if own is None or len(session_id) != _LENGTH:
        return
    with workspace.store.write(own.account.actor) as writer:
        for item in load_sessions_of(writer, own.account.name):
            if item.token_hash.startswith(session_id):
                store.end_session(writer, item.token_hash)


def end_other_sessions(workspace: Workspace, token: str) -> None:
    """End all sessions of a person but the one whose token this is."""
    with workspace.store.read() as reader:
        own = load_session(reader, session_key(token))
    if own is not None:
        with workspace.store.write(own.account.actor) as writer:
            store.end_sessions_of(writer, own.account.name, keep=own.token_hash)


def find_reset(workspace: Workspace, name: str) -> Reset | None:
    """The last reset of an account's password that its owner has not yet seen; None if there is none."""
    with workspace.store.read() as reader:
        account = load_account(reader, name)
    if account is None or account.reset_at is None:
        return None
    return Reset(account.reset_at, account.reset_by or "")


def dismiss_reset(workspace: Workspace, name: str) -> None:
    """Note that the owner of an account has seen that the password was reset."""
    with workspace.store.read() as reader:
        account = load_account(reader, name)
    if account is not None:
        with workspace.store.write(account.actor) as writer:
            store.forget_reset(writer, name)


def confirm_password(workspace: Workspace, password: str) -> None:
    """Note that the visitor has given the right password once more; wrong ones in a row end the session.

    Raises
    ------
    RightsError
        ``accounts.wrong_again`` with the number of tries left, ``accounts.session_ended``.
    """
    with workspace.store.read() as reader:
        account = require_session(reader, workspace.session, datetime.now(UTC)).account
        kept = load_password_hash(reader, account.name)
    right, left = is_right(kept, password), WRONG_AT_MOST
    with workspace.store.write(account.actor) as writer:
        if right:
            store.confirm_session(writer, workspace.session, account.name)
        else:
            left -= store.count_wrong(writer, workspace.session, account.name)
        if left <= 0:
            store.end_session(writer, workspace.session)
    if left <= 0:
        raise RightsError("accounts.session_ended")
    if not right:
        raise RightsError("accounts.wrong_again", left=left)
