"""Sign in and out: from a name and a password to a session, and from a session's token to its account.

Nothing here reveals whether a name exists: an unknown name and a wrong password give the same answer in the
same time, and are counted alike (:mod:`~pbwidgets.workflows.people.attempts`).
"""

import hashlib
import secrets
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from pbwidgets import store
from pbwidgets.errors import DataError, RightsError, UsageError
from pbwidgets.store import (
    Account,
    Actor,
    Deed,
    LoggedAction,
    Writer,
    has_real_rows,
    load_account,
    load_password_hash,
    load_session,
    record,
)
from pbwidgets.workflows.ground.workspace import Workspace
from pbwidgets.workflows.people.accounts import ADMINISTRATOR, first_password_file, to_name
from pbwidgets.workflows.people.attempts import Attempts, Caller
from pbwidgets.workflows.people.passwords import (
    DEMO_PASSWORD,
    check_new_password,
    hash_password,
    is_outdated,
    is_right,
)

LONGEST_BROWSER: Final = 300
"""Signs kept of what a browser calls itself."""
_TOUCH: Final = timedelta(minutes=1)
_ATTEMPTS: Final = Attempts()
_HERE: Final = Caller()


def sign_in(
    workspace: Workspace, name: str, password: str, caller: Caller = _HERE, *, now: datetime | None = None
) -> str:
    """Token of a new session.

    A password that is not good enough any more must be changed before anything else; only now is it known.

    Parameters
    ----------
    now
        The moment (timezone-aware); by default now.

    Raises
    ------
    RightsError
        ``accounts.wrong_password`` for an unknown name or a wrong password, ``accounts.locked`` and
        ``accounts.address_locked`` with the minutes left; after the right password ``accounts.disabled`` and, in a
        store with real units, ``accounts.demo_password``.
    """
    now = now or datetime.now(UTC)
    account, kept = _check_password(workspace, to_name(name), password, caller, now)
    if account.disabled_at is not None:
        raise RightsError("accounts.disabled", name=account.name)
    renewed = hash_password(password) if is_outdated(kept) else None
    weak = not account.must_change and _is_too_weak(workspace, account, password)
    token = secrets.token_urlsafe(32)
    with workspace.store.write(account.actor, now) as writer:
        _check_unchanged(writer, account, kept)
        if password == DEMO_PASSWORD and has_real_rows(writer):
            raise RightsError("accounts.demo_password")
        if renewed is not None:
            store.refresh_hash(writer, account.name, renewed)
        if weak:
            store.require_change(writer, account.name)
        store.begin_session(
            writer, session_key(token), account.name, caller.address, caller.browser[:LONGEST_BROWSER]
        )
    return token


def resume(
    workspace: Workspace, token: str, *, now: datetime | None = None, in_use: bool = True
) -> Account | None:
    """Account of a live session; None if it has ended or expired, or the account is disabled.

    Use is recorded at most once a minute, and not at all for requests that a page makes by itself (``in_use`` False).
    """
    now = now or datetime.now(UTC)
    with workspace.store.read() as reader:
        session = load_session(reader, session_key(token))
    if session is None or not session.is_live(now):
        return None
    if in_use and now - session.seen_at >= _TOUCH:
        # a busy or full store must not stop people reading; the next request records the use
        with suppress(DataError), workspace.store.write(session.account.actor, now) as writer:
            store.touch_session(writer, session_key(token))
    return session.account


def live_sessions(
    workspace: Workspace, keys: Iterable[str], *, now: datetime | None = None
) -> frozenset[str]:
    """Those of the given sessions that are live, each named by its :func:`session_key`.

    Used to close what must end with its session.
    """
    now = now or datetime.now(UTC)
    with workspace.store.read() as reader:
        found = {key: load_session(reader, key) for key in keys}
    return frozenset(key for key, session in found.items() if session is not None and session.is_live(now))


def accounts_in_use(workspace: Workspace, names: Iterable[str]) -> frozenset[str]:
    """Those of the given accounts that are not disabled; for people whom a proxy signs in, without a session."""
    with workspace.store.read() as reader:
        found = [load_account(reader, name) for name in names]
    return frozenset(account.name for account in found if account is not None and account.disabled_at is None)


def session_key(token: str) -> str:
    """Hash of a session's token, as stored; a token is random, so it needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_out(workspace: Workspace, token: str) -> None:
    """End a session; nothing happens if it has already ended."""
    with workspace.store.read() as reader:
        session = load_session(reader, session_key(token))
    if session is not None:
        with workspace.store.write(session.account.actor) as writer:
            store.end_session(writer, session_key(token))


def change_password(
    workspace: Workspace,
    name: str,
    old: str,
    new: str,
    caller: Caller = _HERE,
    *,
    token: str | None = None,
) -> None:
    """Replace an account's password with a new one, and end its other sessions.

    Parameters
    ----------
    token
        Session that stays open.

    Raises
    ------
    RightsError
        As :func:`sign_in`: an unattended session must not allow guessing.
    UsageError
        If the new password is not good enough: the errors of :func:`~.passwords.check_new_password`.
    """
    now = datetime.now(UTC)
    account, kept = _check_password(workspace, to_name(name), old, caller, now)
    if account.disabled_at is not None:
        raise RightsError("accounts.disabled", name=account.name)
    with workspace.store.read() as reader:
        check_new_password(reader, account.actor, new, old)
    hashed = hash_password(new)
    with workspace.store.write(account.actor, now) as writer:
        _check_unchanged(writer, account, kept)
        store.set_password_hash(writer, account.name, hashed, must_change=False)
        store.end_sessions_of(writer, account.name, keep=None if token is None else session_key(token))
    if account.name == ADMINISTRATOR:
        first_password_file(workspace).unlink(missing_ok=True)


def _check_password(
    workspace: Workspace, name: str, password: str, caller: Caller, now: datetime
) -> tuple[Account, str]:
    """Account and the hash that the password matches; a wrong password is counted."""
    with workspace.store.read() as reader:
        account, kept = load_account(reader, name), load_password_hash(reader, name)
    attempt = f"{workspace.store.shown_url}\0{name}", kept or "", caller
    _ATTEMPTS.begin(*attempt, now)
    if is_right(kept, password) and account is not None and kept is not None:
        _ATTEMPTS.succeed(*attempt)
        return account, kept
    try:
        _ATTEMPTS.refuse(*attempt, now)
    except RightsError:
        _record_wrong(workspace, account, caller, "lock_account", now)
        raise
    _record_wrong(workspace, account, caller, "fail_sign_in", now)
    raise RightsError("accounts.wrong_password")


def _record_wrong(
    workspace: Workspace, account: Account | None, caller: Caller, action: LoggedAction, now: datetime
) -> None:
    """Log a wrong password; a name that nobody has is not stored, as it may be a password."""
    actor = Actor("?", "nobody") if account is None else account.actor
    entity, unit_code = f"{store.ACCOUNT}:{actor.name}", actor.unit_code
    with workspace.store.write(actor, now) as writer:
        record(writer, Deed(action, entity, unit_code=unit_code, details={"address": caller.address}))


def _is_too_weak(workspace: Workspace, account: Account, password: str) -> bool:
    """Whether a right password would not be accepted as a new one; that of the demonstration is exempt."""
    if password == DEMO_PASSWORD:
        return False
    try:
        with workspace.store.read() as reader:
            check_new_password(reader, account.actor, password)
    except UsageError:
        return True
    return False


def _check_unchanged(w: Writer, account: Account, kept: str) -> None:
    """Raise if the account was disabled or its password changed while the password was being checked."""
    current = load_account(w, account.name)
    if current is None or load_password_hash(w, account.name) != kept:
        raise RightsError("accounts.wrong_password")
    if current.disabled_at is not None:
        raise RightsError("accounts.disabled", name=account.name)
