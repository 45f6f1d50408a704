"""Errors of the database, turned into ours."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from sqlalchemy.exc import DBAPIError

from pbwidgets.errors import DataError

_SQLITE = {
    "SQLITE_BUSY": "store.locked",
    "SQLITE_LOCKED": "store.locked",
    "SQLITE_FULL": "store.full",
    "SQLITE_READONLY": "store.read_only",
    "SQLITE_CANTOPEN": "store.unreachable",
    "SQLITE_NOTADB": "store.damaged",
    "SQLITE_CORRUPT": "store.damaged",
    "SQLITE_IOERR": "store.failed",
}
_POSTGRESQL = {
    "55P03": "store.locked",  # lock_not_available: our lock_timeout ran out
    "40P01": "store.locked",  # deadlock_detected
    "53100": "store.full",  # disk_full
    "53300": "store.unreachable",  # too_many_connections
    "25006": "store.read_only",  # read_only_sql_transaction
    "57P01": "store.unreachable",  # admin_shutdown
    "57P03": "store.unreachable",  # cannot_connect_now
}
_OPERATIONAL = ("08", "53", "57", "58", "XX")  # connection, resources, intervention, system, internal


@contextmanager
def plain_faults(shown_url: str) -> Iterator[None]:
    """Turn what an operator can fix (lock, full disk, lost server) into a :class:`DataError`.

    Programming mistakes keep their own exceptions.

    Parameters
    ----------
    shown_url
        Address of the store, without its password.
    """
    try:
        yield
    except DBAPIError as error:
        raise_plainly(error.orig, error, shown_url)
    except sqlite3.Error as error:  # while a connection is set up, before SQLAlchemy wraps errors
        raise_plainly(error, error, shown_url)


def raise_plainly(driver_error: BaseException | None, error: Exception, shown_url: str) -> NoReturn:
    """Raise the :class:`DataError` for a driver's error, or the error itself if it is our mistake."""
    code = fault_code(driver_error)
    if code is None:
        raise error
    raise DataError(code, store=shown_url, cause=str(driver_error).strip()) from error


def fault_code(driver_error: BaseException | None) -> str | None:
    """Code of the message for a driver's error, or None if it is our mistake."""
    if isinstance(driver_error, sqlite3.Error):
        # extended names begin with the plain one: SQLITE_IOERR_WRITE
        name = getattr(driver_error, "sqlite_errorname", "")
        return next((code for plain, code in _SQLITE.items() if name.startswith(plain)), None)
    state = getattr(driver_error, "sqlstate", None)
    if state in _POSTGRESQL:
        return _POSTGRESQL[state]
    # psycopg raises OperationalError for what is not the statement's fault
    if type(driver_error).__name__ == "OperationalError" or str(state)[:2] in _OPERATIONAL:
        return "store.unreachable" if state is None or state.startswith("08") else "store.failed"
    return None
