"""Open the store; read and write in transactions.

One writer at a time, on both backends: ``BEGIN IMMEDIATE`` on SQLite, an advisory lock on PostgreSQL.
Writes take milliseconds, so 200 people do not notice, and the numbers of the audit log grow in the
order of the commits: the newest number *is* the store's revision.

Connections are opened for each transaction and closed after it. A kernel per visitor would otherwise hold
one each, more than a PostgreSQL server allows; and a fork inherits none.
"""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError

from pbwidgets.errors import DataError
from pbwidgets.files import NO_SPACE, close_to_others, open_new
from pbwidgets.store.actors import Actor
from pbwidgets.store.faults import fault_code, plain_faults
from pbwidgets.store.identified import Identified, Owner
from pbwidgets.store.migrate import REVISION, load_revision, upgrade
from pbwidgets.store.types import SCRUB, Scrub

_log = logging.getLogger(__name__)

_WRITERS_LOCK: Final = 7_262_023  # any number, the same for all writers of a database


@dataclass(frozen=True)
class Reader:
    """A read transaction: all it reads is from one moment.

    Attributes
    ----------
    scrub
        What it hides of what people have written; None if it hides nothing.
    """

    conn: Connection
    evidence_dir: Path
    scrub: Scrub | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class Writer(Reader):
    """A write transaction of one actor; it can read as well.

    Attributes
    ----------
    actor
        Who makes the writes.
    now
        The moment of the transaction, in UTC.
    under_next_lock
        Called in order after the commit, under the lock once more, for what a database cannot undo (deleting a file).
        What fails there does not undo the commit.
    """

    actor: Actor
    now: datetime
    under_next_lock: list[Callable[["Writer"], None]] = field(default_factory=list)


@dataclass(frozen=True)
class Store:
    """An open store; made by :func:`open_store`.

    Attributes
    ----------
    admit
        Asked first in every write transaction; it raises if this visitor may no longer write.
    """

    engine: Engine
    evidence_dir: Path
    busy_timeout_s: float
    admit: Callable[[Writer], None] | None = None
    identified: Identified = field(default_factory=Identified, compare=False, repr=False)

    @property
    def shown_url(self) -> str:
        """Address of the store, without its password."""
        return self.engine.url.render_as_string(hide_password=True)

    @property
    def name(self) -> str:
        """What the store is called in messages: its file or its database, without the path and the server."""
        return Path(self.engine.url.database or "").name

    @property
    def file(self) -> Path | None:
        """File of an SQLite store."""
        return Path(self.engine.url.database or "") if self.engine.dialect.name == "sqlite" else None

    @contextmanager
    def read(self, own: Owner | None = None, *, whole: bool = False) -> Iterator[Reader]:
        """Read transaction: all it reads is from one moment, whatever others write meanwhile.

        Values that identify somebody are taken out of what people have written.

        Parameters
        ----------
        own
            Who fills in what is read: answers come as they were given, other texts without the values of others.
        whole
            Everything comes as it is kept, for what never leaves the program.

        Raises
        ------
        DataError
            ``store.locked``, ``store.unreachable`` and other faults that an operator can fix.
        """
        with self._faults(), self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection = connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            with connection.begin():
                scrubber = None if whole else self.identified.scrubber(connection, own)
                scrub = Scrub(scrubber, answers=own is None) if scrubber else None
                with _hiding(scrub):
                    yield Reader(connection, self.evidence_dir, scrub=scrub)

    def scrub(self, own: Owner | None = None) -> Scrub | None:
        """What :meth:`read` takes out of texts now; None if nobody is named."""
        with self.read(own) as reader:
            return reader.scrub

    @contextmanager
    def write(self, actor: Actor, now: datetime | None = None) -> Iterator[Writer]:
        """Write transaction: all of it is kept when the block ends, or nothing if it raises.

        Parameters
        ----------
        actor
            Who makes the writes.
        now
            Moment recorded, with its time zone; by default the present.

        Raises
        ------
        DataError
            ``store.locked`` when another writer holds the store longer than the busy timeout,
            ``store.full``, ``store.unreachable``, ``store.read_only``, ``store.damaged``.
        PbError
            What :attr:`admit` raises.
        """
        with self._faults(), self.locked() as connection:
            writer = Writer(connection, self.evidence_dir, actor, now or datetime.now(UTC))
            with _hiding(None):  # what is written is never made from what is shown
                if self.admit is not None:
                    self.admit(writer)
                yield writer
        if writer.under_next_lock:
            self._follow_up(writer)

    def _follow_up(self, done: Writer) -> None:
        try:
            with self._faults(), self.locked() as connection:
                writer = replace(done, conn=connection, under_next_lock=[])
                for call in done.under_next_lock:
                    call(writer)
        except (DataError, OSError) as error:  # the transaction itself has been kept
            _log.warning("left undone after a commit: %s", error)

    def _faults(self) -> AbstractContextManager[None]:
        return plain_faults(self.name, self.file.parent if self.file else None)

    @contextmanager
    def locked(self) -> Iterator[Connection]:
        """Connection in a transaction of the one writer, without an actor: for rows that are put in as they are."""
        with self.engine.connect().execution_options(pb_writes=True) as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                wait_ms = int(self.busy_timeout_s * 1000)
                connection.execute(text(f"SET LOCAL lock_timeout = {wait_ms}"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS_LOCK})
            yield connection


@contextmanager
def _hiding(scrub: Scrub | None) -> Iterator[None]:
    token = SCRUB.set(scrub)
    try:
        yield
    finally:
        SCRUB.reset(token)


def open_store(
    url: str, evidence_dir: Path, *, left_behind: Iterable[str] = (), busy_timeout_s: float = 10.0
) -> Store:
    """Open a store; a new or older one is brought up to date first. Only its owner can read the files of SQLite.

    Parameters
    ----------
    url
        SQLAlchemy URL: ``sqlite:///path/to/file`` (on a local disk: SQLite's log does not work on network
        shares) or ``postgresql://…``.
    evidence_dir
        Folder for photos and documents; no web server may serve it.
    left_behind
        Folders with something that only a store in use can have left there; looked at if this one is empty.
    busy_timeout_s
        How long a writer waits for another one, in seconds.

    Raises
    ------
    DataError
        ``store.bad_url``, ``store.no_driver``, ``store.too_new``, ``store.foreign``, ``store.dangling_link``, the
        faults of :meth:`Store.write`, and ``store.gone`` if something was left behind: an empty store is not taken
        for the one that is missing.
    """
    address = _read_address(url)
    try:
        # no values in messages, which go into the server's log
        engine = create_engine(address, poolclass=NullPool, hide_parameters=True)
    except ModuleNotFoundError as error:
        raise DataError("store.no_driver", module=error.name) from error
    if engine.dialect.name == "sqlite":
        _set_up_sqlite(engine, busy_timeout_s)
    store = Store(engine, evidence_dir, busy_timeout_s)
    if store.file is not None:
        try:
            _prepare_file(store.file, store.name, left_behind)
        except OSError as error:
            raise DataError(
                "store.full" if error.errno in NO_SPACE else "store.no_access", store=store.name
            ) from error
    with store._faults():
        with engine.connect() as connection:
            current = load_revision(connection)
        if current is None:
            _refuse_vanished(store.name, left_behind)
        if engine.dialect.name == "sqlite":
            _switch_to_wal(engine, busy_timeout_s)
        if current != REVISION:
            with store.locked() as connection:
                upgrade(connection, store.name)
    return store


def _prepare_file(file: Path, name: str, left_behind: Iterable[str]) -> None:
    """Make the file of a new store, and let only its owner read it and what SQLite writes beside it."""
    if file.is_symlink() and not file.exists():
        raise DataError("store.dangling_link", store=name)
    if not file.exists() or (file.is_file() and not file.stat().st_size):
        _refuse_vanished(name, left_behind)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileExistsError):
        open_new(file, private=True).close()
    for ending in ("", "-wal", "-shm"):
        close_to_others(file.with_name(file.name + ending))


def _refuse_vanished(name: str, left_behind: Iterable[str]) -> None:
    if found := "、".join(left_behind):
        raise DataError("store.gone", store=name, found=found)


def find_file(url: str) -> Path | None:
    """File of the store at an address, whether it is there or not; None if a server keeps it.

    Raises
    ------
    DataError
        ``store.bad_url``.
    """
    address = _read_address(url)
    return Path(address.database or "") if address.get_backend_name() == "sqlite" else None


def _read_address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise DataError("store.bad_url", allowed="sqlite:///…, postgresql://…") from error
    if address.drivername in ("postgres", "postgresql"):
        address = address.set(drivername="postgresql+psycopg")
    in_memory = address.get_backend_name() == "sqlite" and address.database in (None, "", ":memory:")
    if address.get_backend_name() not in ("sqlite", "postgresql") or in_memory:
        raise DataError("store.bad_url", allowed="sqlite:///…, postgresql://…")
    return address


def _set_up_sqlite(engine: Engine, busy_timeout_s: float) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # keeps the driver from beginning transactions itself
        try:
            connection.execute(f"PRAGMA busy_timeout = {int(busy_timeout_s * 1000)}")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")  # what was acknowledged survives a power cut
        except sqlite3.Error:
            connection.close()  # nobody else would
            raise

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("pb_writes", False):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("PRAGMA query_only = ON")  # the connection ends with the transaction
            connection.exec_driver_sql("BEGIN")


def _switch_to_wal(engine: Engine, busy_timeout_s: float) -> None:
    """Let readers read while somebody writes.

    SQLite does not wait for others when it switches, so two processes opening a new store at once would collide.
    """
    deadline = time.monotonic() + busy_timeout_s
    while True:
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if fault_code(error) != "store.locked" or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
        finally:
            connection.close()
