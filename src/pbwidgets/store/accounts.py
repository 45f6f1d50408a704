"""Accounts of people: a name, a role, a unit, and the hash of a password.

The log names accounts and what was done to them, never passwords, their hashes or tokens.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, select, update

from pbwidgets.errors import ConflictError, DataError
from pbwidgets.store.audit import ACCOUNT, Deed, LoggedAction, record
from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.tables import accounts
from pbwidgets.store.units import check_units_known


@dataclass(frozen=True)
class Account:
    """An account as it is now, without its password.

    Attributes
    ----------
    role
        ``filler``, ``reviewer``, ``leader``, ``analyst``, ``organiser`` or ``admin``.
    unit_code
        Unit of the account; None for roles with the whole county.
    must_change
        Whether somebody else chose the password, so that it must be changed first.
    failures
        Wrong passwords since the last right one.
    """

    name: str
    role: str
    unit_code: str | None
    must_change: bool
    failures: int
    locked_until: datetime | None
    disabled_at: datetime | None
    replaced_by: str | None
    created_at: datetime


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
            failures=0,
            created_at=w.now,
            created_by=w.actor.name,
        )
    )
    _note(w, "add_account", account.name, account.unit_code, role=account.role)


def set_password_hash(w: Writer, name: str, password_hash: str, *, must_change: bool) -> None:
    """Replace the password; failures and lock are reset.

    Raises
    ------
    DataError
        ``accounts.unknown``.
    """
    account = _require(w, name)
    _change(
        w, name, password_hash=password_hash, must_change=must_change, failures=0, locked_until=None
    )  # fmt: skip
    _note(w, "reset_password" if must_change else "change_password", name, account.unit_code)


def refresh_hash(w: Writer, name: str, password_hash: str) -> None:
    """Replace the hash of the same password by one with newer parameters."""
    account = _require(w, name)
    _change(w, name, password_hash=password_hash)
    _note(w, "refresh_hash", name, account.unit_code)


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
        w, name, disabled_at=None, replaced_by=None, password_hash=password_hash, must_change=True, failures=0,
        locked_until=None,
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


def record_failure(w: Writer, name: str, locked_until: datetime | None) -> None:
    """Count a wrong password, and lock the account until a given moment, if any.

    Raises
    ------
    DataError
        ``accounts.unknown``.
    """
    account = _require(w, name)
    changed: dict[str, Any] = {"failures": account.failures + 1}
    if locked_until is not None:
        changed["locked_until"] = locked_until
    _change(w, name, **changed)
    _note(w, "fail_sign_in" if locked_until is None else "lock_account", name, account.unit_code)


def clear_failures(w: Writer, name: str) -> None:
    """Reset the count of wrong passwords after a right one; nothing is written if it is zero."""
    account = _require(w, name)
    if account.failures or account.locked_until is not None:
        _change(w, name, failures=0, locked_until=None)
        _note(w, "clear_failures", name, account.unit_code)


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
