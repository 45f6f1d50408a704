"""Accounts of people: a name, a role, a unit, and the hash of a password.

The log names accounts and what was done to them, never passwords, their hashes or tokens.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, select, update

from pbwidgets.errors import ConflictError, DataError
from pbwidgets.store.actors import Actor
from pbwidgets.store.audit import ACCOUNT, Deed, LoggedAction, record
from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.tables import accounts, units
from pbwidgets.store.units import check_units_known


@dataclass(frozen=True)
class Account:
    """An account as it is now, without its password.

    Attributes
    ----------
    role
        ``filler``, ``reviewer``, ``leader``, ``analyst``, ``organiser`` or ``admin``.
    unit_code
        Unit of the account; None for roles that work for all units.
    must_change
        Whether somebody else chose the password, so that it must be changed first.
    reset_at, reset_by
        When and by whom the password was reset, until the owner has seen the notice.
    """

    name: str
    role: str
    unit_code: str | None
    must_change: bool
    disabled_at: datetime | None
    replaced_by: str | None
    created_at: datetime
    reset_at: datetime | None = None
    reset_by: str | None = None

    @property
    def actor(self) -> Actor:
        """The person behind the account, as the actor of what they do."""
        return Actor(self.name, self.role, self.unit_code)


@dataclass(frozen=True)
class NewAccount:
    """What a new account starts with.

    Attributes
    ----------
    password_hash
        Hash of its first password.
    must_change
        Whether that password must be changed at the first sign-in.
    """

    name: str
    role: str
    unit_code: str | None
    password_hash: str
    must_change: bool = True


def add_account(w: Writer, account: NewAccount) -> None:
    """Add an account.

    Raises
    ------
    ConflictError
        ``accounts.name_taken`` if there is, or ever was, an account of this name.
    DataError
        ``store.unknown_unit``.
    """
    if load_account(w, account.name) is not None:
        raise ConflictError("accounts.name_taken", name=account.name)
    if account.unit_code is not None:
        check_units_known(w, account.unit_code)
    w.conn.execute(
        insert(accounts).values(
            name=account.name,
            role=account.role,
            unit_code=account.unit_code,
            password_hash=account.password_hash,
            must_change=account.must_change,
            created_at=w.now,
            created_by=w.actor.name,
        )
    )
    _note(w, "add_account", account.name, account.unit_code, role=account.role)


def set_password_hash(w: Writer, name: str, password_hash: str, *, must_change: bool) -> None:
    """Replace the password; if somebody else chose the new one, the owner will be told.

    Raises
    ------
    DataError
        ``accounts.unknown``.
    """
    account = _require(w, name)
    told = {"reset_at": w.now, "reset_by": w.actor.name} if must_change else {}
    _change(w, name, password_hash=password_hash, must_change=must_change, **told)
    _note(w, "reset_password" if must_change else "change_password", name, account.unit_code)


def refresh_hash(w: Writer, name: str, password_hash: str) -> None:
    """Replace the hash of the same password by one with newer parameters."""
    account = _require(w, name)
    _change(w, name, password_hash=password_hash)
    _note(w, "refresh_hash", name, account.unit_code)


def require_change(w: Writer, name: str) -> None:
    """Let the owner choose another password before anything else: the present one is too weak."""
    account = _require(w, name)
    _change(w, name, must_change=True)
    _note(w, "require_change", name, account.unit_code)


def forget_reset(w: Writer, name: str) -> None:
    """Note that the owner has seen that the password was reset; not logged, because it changes no record."""
    _change(w, name, reset_at=None, reset_by=None)


def disable_account(w: Writer, name: str, replaced_by: str | None = None) -> None:
    """Disable an account; the row stays, because records name it.

    Raises
    ------
    DataError
        ``accounts.unknown``.
    """
    account = _require(w, name)
    if account.disabled_at is not None:
        return
    _change(w, name, disabled_at=w.now, replaced_by=replaced_by)
    details = {} if replaced_by is None else {"replaced_by": replaced_by}
    _note(w, "disable_account", name, account.unit_code, **details)


def enable_account(w: Writer, name: str, password_hash: str) -> None:
    """Enable a disabled account again, with a password that must be changed first.

    Raises
    ------
    DataError
        ``accounts.unknown``; ``accounts.not_disabled`` if it is not disabled.
    """
    account = _require(w, name)
    if account.disabled_at is None:
        raise DataError("accounts.not_disabled", name=name)
    _change(
        w, name, disabled_at=None, replaced_by=None, password_hash=password_hash, must_change=True,
        reset_at=w.now, reset_by=w.actor.name,
    )  # fmt: skip
    _note(w, "enable_account", name, account.unit_code)


def hand_over(w: Writer, old: str, new: str, password_hash: str) -> None:
    """Disable an account and give its role and unit to a new one, whose password must be changed first.

    Raises
    ------
    DataError
        ``accounts.unknown`` if there is no such account, or it is disabled.
    ConflictError
        ``accounts.name_taken``.
    """
    account = _require(w, old)
    if account.disabled_at is not None:
        raise DataError("accounts.unknown", name=old)
    add_account(w, NewAccount(new, account.role, account.unit_code, password_hash))
    disable_account(w, old, replaced_by=new)


def names_somebody(r: Reader, word: str) -> bool:
    """Whether a word is the name of an account, or the code or the name of a unit."""
    of_account = select(accounts.c.name).where(accounts.c.name == word)
    of_unit = select(units.c.unit_code).where((units.c.unit_code == word) | (units.c.unit_name == word))
    return any(r.conn.execute(query.limit(1)).first() is not None for query in (of_account, of_unit))


def load_account(r: Reader, name: str) -> Account | None:
    """Account with this name, or None."""
    row = r.conn.execute(select(*_SHOWN).where(accounts.c.name == name)).first()
    return None if row is None else Account(*row)


def load_accounts(r: Reader) -> Sequence[Account]:
    """All accounts, disabled ones too, in the order of their names."""
    return sorted((Account(*row) for row in r.conn.execute(select(*_SHOWN))), key=lambda item: item.name)


def load_password_hash(r: Reader, name: str) -> str | None:
    """Hash of the password of this account; None if there is no such account."""
    return r.conn.scalar(select(accounts.c.password_hash).where(accounts.c.name == name))


def _require(r: Reader, name: str) -> Account:
    account = load_account(r, name)
    if account is None:
        raise DataError("accounts.unknown", name=name)
    return account


def _change(w: Writer, name: str, **values: Any) -> None:
    w.conn.execute(update(accounts).where(accounts.c.name == name).values(**values))


def _note(w: Writer, action: LoggedAction, name: str, unit_code: str | None, **details: str) -> None:
    record(w, Deed(action, f"{ACCOUNT}:{name}", unit_code=unit_code, details=details))


_SHOWN: Final = tuple(accounts.c[name] for name in Account.__dataclass_fields__)
