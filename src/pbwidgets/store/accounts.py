"""Accounts of people: a name, a role, a unit, and the hash of a password."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from pbwidgets.store.engine import Reader
from pbwidgets.store.tables import accounts


@dataclass(frozen=True)
class Account:
    """An account as it stands, without its password.

    Attributes
    ----------
    role
        ``filler``, ``reviewer``, ``leader``, ``analyst``, ``organiser`` or ``admin``.
    unit_code
        Unit of the account; None for roles that work for the whole county.
    must_change
        Whether the password was chosen by somebody else and must be changed first.
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


def load_account(r: Reader, name: str) -> Account | None:
    """Account of this name, or None."""
    row = r.conn.execute(select(*_SHOWN).where(accounts.c.name == name)).first()
    return None if row is None else Account(*row)


_SHOWN = tuple(accounts.c[name] for name in Account.__dataclass_fields__)
