"""Errors of the database, turned into ours; they name the store without its path, as anybody may read them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NoReturn
from uuid import uuid4

from sqlalchemy.exc import DBAPIError

from pbwidgets.errors import DataError
from pbwidgets.files import NO_SPACE, open_new

_SQLITE = {
    "SQLITE_BUSY": "store.locked",
    "SQLITE_LOCKED": "store.locked",
    "SQLITE_FULL": "store.full",
    "SQLITE_READONLY": "store.read_only",
    "SQLITE_CANTOPEN": "store.no_access",
    "SQLITE_PERM": "store.no_access",
    "SQLITE_AUTH": "store.no_access",
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


_NO_TEXT: Final = "Could not decode to UTF-8"
"""Begins the error of Python's driver, without a name, about bytes that no text of ours can be."""
_PROBE_BYTES = 1 << 20


@contextmanager
def plain_faults(name: str, folder: Path | None = None) -> Iterator[None]:
    """Turn what an operator can fix (lock, full disk, lost server) into a :class:`DataError`.

    Programming mistakes keep their own exceptions.

    Parameters
    ----------
    name
        What the store is called in the message.
    folder
        Folder of an SQLite store: whether its disk is full is tried there, since SQLite does not always say.
    """
    try:
        yield
    except DBAPIError as error:
        _raise_plainly(error.orig, error, name, folder)
    except sqlite3.Error as error:  # while a connection is set up, before SQLAlchemy wraps errors
        _raise_plainly(error, error, name, folder)


def _raise_plainly(
    driver_error: BaseException | None, error: Exception, name: str, folder: Path | None
) -> NoReturn:
    code = fault_code(driver_error)
    if code is None:
        raise error
    if code in ("store.failed", "store.no_access") and folder is not None and _is_full(folder):
        code = "store.full"
    raise DataError(code, store=name, cause=str(driver_error).strip()) from error


def _is_full(folder: Path) -> bool:
    """Whether nothing more can be written into a folder for want of space."""
    probe = folder / f".{uuid4().hex}"
    try:
        with open_new(probe, private=True) as out:
            out.write(bytes(_PROBE_BYTES))
    except OSError as error:
        return error.errno in NO_SPACE
    finally:
        with suppress(OSError):  # where nothing can be written, nothing can be removed either
            probe.unlink()
    return False


def fault_code(driver_error: BaseException | None) -> str | None:
    """Code of the message for a driver's error, or None if it is our mistake."""
    if isinstance(driver_error, sqlite3.Error):
        # extended names begin with the plain one: SQLITE_IOERR_WRITE
        name = getattr(driver_error, "sqlite_errorname", "")
        if not name and str(driver_error).startswith(_NO_TEXT):
            return "store.damaged"
        return next((code for plain, code in _SQLITE.items() if name.startswith(plain)), None)
    state = getattr(driver_error, "sqlstate", None)
    if state in _POSTGRESQL:
        return _POSTGRESQL[state]
    # psycopg raises OperationalError for what is not the statement's fault
    if type(driver_error).__name__ == "OperationalError" or str(state)[:2] in _OPERATIONAL:
        return "store.unreachable" if state is None or state.startswith("08") else "store.failed"
    return None
