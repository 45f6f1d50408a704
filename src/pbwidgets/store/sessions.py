"""Sessions of people who are signed in: the hash of a token, and when it was last seen.

The token itself stays in the browser's cookie: nobody can sign in with what the store holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, Select, insert, select, update

from pbwidgets.store.accounts import Account, load_account
from pbwidgets.store.audit import ACCOUNT, Deed, LoggedAction, record
from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.tables import accounts, sessions

IDLE: Final = timedelta(hours=2)
"""A session ends when it has been idle for this long."""
WHOLE: Final = timedelta(hours=12)
"""A session ends this long after it began, used or not."""


@dataclass(frozen=True)
class Session:
    """A session that has not been ended, with its account; it may have expired.

    Attributes
    ----------
    token_hash
        Hash of its token, by which it is known.
    address, browser
        Where it began: the address, and the browser as it names itself; None before they were kept.
    confirmed_at
        When the password was last given once more.
    """

    account: Account
    token_hash: str
    begun_at: datetime
    seen_at: datetime
    address: str | None
    browser: str | None
    confirmed_at: datetime | None

    def is_live(self, now: datetime) -> bool:
        """Whether it may go on: neither idle for too long nor too old, and its account in use."""
        return self.account.disabled_at is None and now - self.seen_at < IDLE and now - self.begun_at < WHOLE


def begin_session(w: Writer, token_hash: str, name: str, address: str = "", browser: str = "") -> None:
    """Start a session of an account, in a browser at an address."""
    w.conn.execute(
        insert(sessions).values(
            token_hash=token_hash, account=name, begun_at=w.now, seen_at=w.now, address=address or None,
            browser=browser or None, wrong=0,
        )
    )  # fmt: skip
    _note(w, "sign_in", name, **({"address": address} if address else {}))


def load_session(r: Reader, token_hash: str) -> Session | None:
    """Session of a token, in one query; None if there is none, or it was ended."""
    row = r.conn.execute(_continuing().where(sessions.c.token_hash == token_hash)).first()
    return None if row is None else _to_session(row)


def load_sessions_of(r: Reader, name: str) -> Sequence[Session]:
    """Sessions of an account that have not been ended, the newest first."""
    query = _continuing().where(sessions.c.account == name).order_by(sessions.c.begun_at.desc())
    return [_to_session(row) for row in r.conn.execute(query)]


def touch_session(w: Writer, token_hash: str) -> None:
    """Note that a session is in use; not logged, because it happens every minute and changes no record."""
    _change(w, token_hash, seen_at=w.now)


def confirm_session(w: Writer, token_hash: str, name: str) -> None:
    """Note that the password was given once more in a session."""
    _change(w, token_hash, confirmed_at=w.now, wrong=0)
    _note(w, "confirm_password", name)


def count_wrong(w: Writer, token_hash: str, name: str) -> int:
    """Count a wrong password given once more in a session; returns how many in a row."""
    before = w.conn.scalar(select(sessions.c.wrong).where(sessions.c.token_hash == token_hash)) or 0
    _change(w, token_hash, wrong=before + 1)
    _note(w, "fail_sign_in", name)
    return before + 1


def end_session(w: Writer, token_hash: str) -> None:
    """End a session; nothing happens if there is none."""
    session = load_session(w, token_hash)
    if session is None:
        return
    _change(w, token_hash, ended_at=w.now)
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


def _continuing() -> Select[Any]:
    shown = (accounts.c[name] for name in Account.__dataclass_fields__)
    own = (sessions.c[name] for name in Session.__dataclass_fields__ if name != "account")
    return (
        select(*shown, *own)
        .join_from(sessions, accounts, sessions.c.account == accounts.c.name)
        .where(sessions.c.ended_at.is_(None))
    )


def _to_session(row: Row[Any]) -> Session:
    of_account = len(Account.__dataclass_fields__)
    return Session(Account(*row[:of_account]), *row[of_account:])


def _change(w: Writer, token_hash: str, **values: Any) -> None:
    w.conn.execute(update(sessions).where(sessions.c.token_hash == token_hash).values(**values))


def _note(w: Writer, action: LoggedAction, name: str, **details: int | str) -> None:
    account = load_account(w, name)
    unit_code = None if account is None else account.unit_code
    record(w, Deed(action, f"{ACCOUNT}:{name}", unit_code=unit_code, details=details))
