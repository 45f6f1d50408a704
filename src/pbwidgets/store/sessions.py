"""Sessions of people who are signed in: the hash of a token, and when it was last seen.

The token itself stays in the browser's cookie: nobody can sign in with what the store holds.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from pbwidgets.store.accounts import Account, load_account
from pbwidgets.store.audit import ACCOUNT, Deed, LoggedAction, record
from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.tables import accounts, sessions


@dataclass(frozen=True)
class Session:
    """A session that has not been ended, with its account; callers check whether it has expired."""

    account: Account
    begun_at: datetime
    seen_at: datetime


def begin_session(w: Writer, token_hash: str, name: str) -> None:
    """Start a session of an account."""
    w.conn.execute(
        insert(sessions).values(token_hash=token_hash, account=name, begun_at=w.now, seen_at=w.now)
    )
    _note(w, "sign_in", name)


def load_session(r: Reader, token_hash: str) -> Session | None:
    """Session of a token, in one query; None if there is none, or it was ended."""
    query = (
        select(
            *(accounts.c[name] for name in Account.__dataclass_fields__),
            sessions.c.begun_at,
            sessions.c.seen_at,
        )
        .join_from(sessions, accounts, sessions.c.account == accounts.c.name)
        .where(sessions.c.token_hash == token_hash, sessions.c.ended_at.is_(None))
    )
    row = r.conn.execute(query).first()
    return None if row is None else Session(Account(*row[:-2]), row.begun_at, row.seen_at)


def touch_session(w: Writer, token_hash: str) -> None:
    """Note that a session is in use; not logged, because it happens every minute and changes no record."""
    w.conn.execute(update(sessions).where(sessions.c.token_hash == token_hash).values(seen_at=w.now))


def end_session(w: Writer, token_hash: str) -> None:
    """End a session; nothing happens if there is none."""
    session = load_session(w, token_hash)
    if session is None:
        return
    w.conn.execute(update(sessions).where(sessions.c.token_hash == token_hash).values(ended_at=w.now))
    _note(w, "sign_out", session.account.name)


def end_sessions_of(w: Writer, name: str, *, keep: str | None = None) -> int:
    """End all sessions of an account but the one to keep; returns how many.

    Parameters
    ----------
    keep
        Hash of the token of a session that is kept.
    """
    query = update(sessions).where(sessions.c.account == name, sessions.c.ended_at.is_(None))
    if keep is not None:
        query = query.where(sessions.c.token_hash != keep)
    ended = w.conn.execute(query.values(ended_at=w.now)).rowcount
    if ended:
        _note(w, "end_sessions", name, count=ended)
    return ended


def _note(w: Writer, action: LoggedAction, name: str, **details: int) -> None:
    account = load_account(w, name)
    unit_code = None if account is None else account.unit_code
    record(w, Deed(action, f"{ACCOUNT}:{name}", unit_code=unit_code, details=details))
