"""Sign in and out: from a name and a password to a session, and from a session's token to its account.

Nothing here reveals whether a name exists: an unknown name and a wrong password give the same answer in the
same time. Five wrong passwords lock a name for a quarter of an hour, whether or not it exists.
"""

import hashlib
import math
import secrets
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from pbwidgets import store
from pbwidgets.errors import DataError, RightsError
from pbwidgets.store import (
    Account,
    Actor,
    Deed,
    Session,
    Writer,
    has_real_rows,
    load_account,
    load_password_hash,
    load_session,
    record,
)
from pbwidgets.workflows.ground.workspace import Workspace
from pbwidgets.workflows.people.accounts import to_name
from pbwidgets.workflows.people.passwords import (
    DEMO_PASSWORD,
    check_new_password,
    hash_password,
    is_outdated,
    is_right,
)
from pbwidgets.workflows.people.strangers import Strangers

IDLE: Final = timedelta(hours=2)
"""A session ends when it has been idle for this long."""
WHOLE: Final = timedelta(hours=12)
"""A session ends this long after it began, used or not."""
WRONG_AT_MOST: Final = 5
"""Every fifth wrong password in a row locks the account."""
LOCK: Final = timedelta(minutes=15)
_TOUCH: Final = timedelta(minutes=1)
_STRANGERS: Final = Strangers(20_000, WRONG_AT_MOST, LOCK)


def sign_in(workspace: Workspace, name: str, password: str, *, now: datetime | None = None) -> str:
    """Token of a new session.

    Parameters
    ----------
    now
    The moment (timezone-aware); by default now.

    Raises
    ------
    RightsError
        ``accounts.wrong_password`` for an unknown name or a wrong password, ``accounts.locked`` with the
        minutes left; after the right password ``accounts.disabled`` and, in a store with real units,
        ``accounts.demo_password``.
    """
    now = now or datetime.now(UTC)
    account, kept = _check_password(workspace, to_name(name), password, now)
    if account.disabled_at is not None:
        raise RightsError("accounts.disabled", name=account.name)
    renewed = hash_password(password) if is_outdated(kept) else None
    token = secrets.token_urlsafe(32)
    with workspace.store.write(_actor(account), now) as writer:
        _check_unchanged(writer, account, kept, now)
        if password == DEMO_PASSWORD and has_real_rows(writer):
            raise RightsError("accounts.demo_password")
        store.clear_failures(writer, account.name)
        if renewed is not None:
            store.refresh_hash(writer, account.name, renewed)
        store.begin_session(writer, session_key(token), account.name)
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
    if session is None or not _is_live(session, now):
        return None
    if in_use and now - session.seen_at >= _TOUCH:
        # a busy or full store must not stop people reading; the next request records the use
        with suppress(DataError), workspace.store.write(_actor(session.account), now) as writer:
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
    return frozenset(key for key, session in found.items() if _is_live(session, now))


def session_key(token: str) -> str:
    """Hash of a session's token, as stored; a token is random, so it needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def _is_live(session: Session | None, now: datetime) -> bool:
    return (
        session is not None
        and session.account.disabled_at is None
        and now - session.seen_at < IDLE
        and now - session.begun_at < WHOLE
    )


def sign_out(workspace: Workspace, token: str) -> None:
    """End a session; nothing happens if it has already ended."""
    with workspace.store.read() as reader:
        session = load_session(reader, session_key(token))
    if session is not None:
        with workspace.store.write(_actor(session.account)) as writer:
            store.end_session(writer, session_key(token))


def change_password(
    workspace: Workspace,
    name: str,
    old: str,
    new: str,
    *,
    token: str | None = None,
    now: datetime | None = None,
) -> None:
    """Replace an account's password with a new one, and end its other sessions.

    Parameters
    ----------
    token
        Session that stays open.

    Raises
    ------
    RightsError
        ``accounts.wrong_password``, ``accounts.locked``, ``accounts.disabled``: an unattended session must not
        allow guessing.
    UsageError
        If the new password is not good enough: ``accounts.too_short``, ``accounts.too_long``,
        ``accounts.password_is_name``, ``accounts.password_unchanged``, ``accounts.password_public``.
    """
    now = now or datetime.now(UTC)
    account, kept = _check_password(workspace, to_name(name), old, now)
    if account.disabled_at is not None:
        raise RightsError("accounts.disabled", name=account.name)
    check_new_password(account.name, new, old)
    hashed = hash_password(new)
    with workspace.store.write(_actor(account), now) as writer:
        _check_unchanged(writer, account, kept, now)
        store.set_password_hash(writer, account.name, hashed, must_change=False)
        store.end_sessions_of(writer, account.name, keep=None if token is None else session_key(token))


def _check_password(workspace: Workspace, name: str, password: str, now: datetime) -> tuple[Account, str]:
    """Account and the hash that the password matches; a wrong password is counted."""
    with workspace.store.read() as reader:
        account, kept = load_account(reader, name), load_password_hash(reader, name)
    url = workspace.store.shown_url
    _refuse_locked(_STRANGERS.locked_until(url, name) if account is None else account.locked_until, now)
    if is_right(kept, password) and account is not None and kept is not None:
        return account, kept
    actor = Actor("?", "nobody") if account is None else _actor(account)
    with workspace.store.write(actor, now) as writer:
        account = _count_failure(writer, name, now)
    locked = _STRANGERS.count_failure(url, name, now) if account is None else account.locked_until
    _refuse_locked(locked, now)
    raise RightsError("accounts.wrong_password")


def _count_failure(w: Writer, name: str, now: datetime) -> Account | None:
    """Account with one more failure counted; what was typed is not stored, as it may be a password."""
    account = load_account(w, name)
    if account is None:
        record(w, Deed("fail_sign_in", f"{store.ACCOUNT}:?"))
        return None
    locks = (account.failures + 1) % WRONG_AT_MOST == 0
    store.record_failure(w, name, now + LOCK if locks else None)
    return load_account(w, name)


def _check_unchanged(w: Writer, account: Account, kept: str, now: datetime) -> None:
    """Raise if the account was locked or its password changed while the password was being checked."""
    current = load_account(w, account.name)
    if current is None or load_password_hash(w, account.name) != kept:
        raise RightsError("accounts.wrong_password")
    if current.disabled_at is not None:
        raise RightsError("accounts.disabled", name=account.name)
    _refuse_locked(current.locked_until, now)


def _refuse_locked(until: datetime | None, now: datetime) -> None:
    if until is not None and until > now:
        minutes = math.ceil((until - now) / timedelta(minutes=1))
        raise RightsError("accounts.locked", minutes=minutes)


def _actor(account: Account) -> Actor:
    return Actor(account.name, account.role, account.unit_code)
