"""A store of one moment as an SQLite file, whatever its database, and such a file back into a store.

SQLite makes the copy itself (its online backup), while others read and write. PostgreSQL is read table by table
in one transaction: the copy then needs none of the server's programs, and can be put back into either database.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Table, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from pbwidgets.errors import DataError
from pbwidgets.files import close_to_others, open_new
from pbwidgets.store.actors import Actor
from pbwidgets.store.archive import Manifest
from pbwidgets.store.audit import OF_STORE, Deed, audit_head, record
from pbwidgets.store.engine import Reader, Store, open_store
from pbwidgets.store.evidence import evidence_path
from pbwidgets.store.faults import plain_faults
from pbwidgets.store.tables import METADATA, evidence, sessions

_ROWS: Final = 1000
_NOT_WRITTEN: Final = ("SQLITE_FULL", "SQLITE_IOERR_WRITE")  # no space, or a limit on the size of files


@dataclass(frozen=True)
class Copied:
    """What a copy holds: the number of rows of each table, and the paths of the evidence on record, by hash."""

    rows: Mapping[str, int]
    files: Mapping[str, Path]


def copy_store(store: Store, file: Path) -> Copied:
    """Write the store as it is at this moment to a new SQLite file without a log beside it.

    Raises
    ------
    DataError
        ``backup.full``, the faults of :meth:`pbwidgets.store.Store.read`, and ``store.damaged`` if the copy is not
        sound.
    """
    open_new(file, private=True).close()
    if store.file is not None:
        opened = (closing(sqlite3.connect(path)) for path in (store.file, file))
        with plain_faults(store.name, file.parent), next(opened) as source, next(opened) as target:
            try:
                source.backup(target)
            except sqlite3.OperationalError as error:  # only the copy is written
                if error.sqlite_errorname in _NOT_WRITTEN:
                    raise DataError("backup.full") from error
                raise
    copy = open_store(f"sqlite:///{file.as_posix()}", store.evidence_dir)
    if store.file is None:
        with store.read(whole=True) as reader, copy.locked() as empty:
            copy_rows(reader.conn, empty)
    with copy.read() as reader:
        copied = Copied(count_rows(reader), files_on_record(reader))
    fold_log(file)
    check_copy(file)
    return copied


def check_copy(file: Path) -> None:
    """Raise if an SQLite file is not sound.

    Raises
    ------
    DataError
        ``store.damaged``.
    """
    with plain_faults(file.name), closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as copy:
        if copy.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise DataError("store.damaged", store=file.name)


def is_sound(r: Reader) -> bool:
    """Whether the file of an SQLite store is sound; a server looks after its own."""
    if r.conn.dialect.name != "sqlite":
        return True
    return r.conn.exec_driver_sql("PRAGMA quick_check").scalars().all() == ["ok"]


def fold_log(file: Path) -> None:
    """See that everything is in the file itself, so that it can be moved."""
    with closing(sqlite3.connect(file)) as copy:
        copy.execute("PRAGMA journal_mode = DELETE")
    close_to_others(file)


def put_back(file: Path, store: Store, actor: Actor) -> None:
    """Fill an empty store with the copy of another one, of the same schema.

    Raises
    ------
    DataError
        ``store.not_empty``, and the faults of :meth:`pbwidgets.store.Store.write`.
    """
    copy = open_store(f"sqlite:///{file.as_posix()}", store.evidence_dir)
    with copy.read(whole=True) as reader, store.write(actor) as writer:
        if audit_head(writer):
            raise DataError("store.not_empty", store=store.name)
        copy_rows(reader.conn, writer.conn)


def prepare_restored(file: Path, evidence_dir: Path, actor: Actor, manifest: Manifest) -> None:
    """Bring the copy of a backup up to date; nobody is signed in any more, and the log says that it was restored.

    Raises
    ------
    DataError
        ``backup.damaged`` if it does not hold what the list says, ``backup.unexpected`` if it has tables or triggers
        that no store of ours has, ``store.damaged``.
    """
    check_copy(file)
    store = open_store(f"sqlite:///{file.as_posix()}", evidence_dir)
    _refuse_foreign(file, evidence_dir)
    there = {*manifest.lost, *(name.rpartition("/")[2] for name in manifest.files)}
    try:
        with store.write(actor) as writer:
            rows = count_rows(writer)
            if any(rows.get(name) != number for name, number in manifest.rows.items()):
                raise DataError("backup.damaged", name=file.name)
            if absent := files_on_record(writer).keys() - there:
                raise DataError("backup.damaged", name=min(absent))
            # sessions may have been ended since
            writer.conn.execute(
                update(sessions).where(sessions.c.ended_at.is_(None)).values(ended_at=writer.now)
            )
            details = {"backup": manifest.made_at, "files": len(manifest.files), "lost": len(manifest.lost)}
            record(writer, Deed("restore", f"{OF_STORE}:", details=details))
    except DBAPIError as error:  # tables are not as the schema's number says
        raise DataError("backup.damaged", name=file.name) from error
    fold_log(file)


def _refuse_foreign(file: Path, evidence_dir: Path) -> None:
    """Raise if a store has anything in its schema that a new one has not."""
    plain = file.with_name("plain.sqlite")
    open_store(f"sqlite:///{plain.as_posix()}", evidence_dir)
    if foreign := _schema(file) - _schema(plain):
        raise DataError("backup.unexpected", name=ascii(min(foreign)[1])[:80])


def _schema(file: Path) -> set[tuple[str, str, str]]:
    """Kind and name of everything in the schema of an SQLite file, and what its triggers do."""
    query = "SELECT type, name, CASE WHEN type IN ('trigger', 'view') THEN sql ELSE '' END FROM sqlite_schema"
    with plain_faults(file.name), closing(sqlite3.connect(file)) as opened:
        return set(opened.execute(query))


def copy_rows(source: Connection, target: Connection) -> None:
    """Copy the rows of all tables into empty ones, under their numbers."""
    for table in METADATA.sorted_tables:
        query = select(table).order_by(*table.primary_key.columns)
        for rows in source.execute(query, execution_options={"yield_per": _ROWS}).mappings().partitions():
            target.execute(insert(table), [dict(row) for row in rows])
        if target.dialect.name == "postgresql" and "id" in table.columns:
            _count_on(target, table)


def _count_on(target: Connection, table: Table) -> None:
    """Let the next row have a number of its own."""
    last = target.scalar(select(func.max(table.c.id)))
    numbers = target.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table.name})
    if last is not None and numbers is not None:
        target.execute(text("SELECT setval(:numbers, :last)"), {"numbers": numbers, "last": last})


def count_rows(r: Reader) -> dict[str, int]:
    """Number of rows of each table."""
    return {
        table.name: r.conn.scalar(select(func.count()).select_from(table)) or 0
        for table in METADATA.sorted_tables
    }


def files_on_record(r: Reader) -> dict[str, Path]:
    """Paths of all files that the store needs, by hash, in the order of the hashes."""
    hashes = r.conn.scalars(select(evidence.c.sha256).where(evidence.c.removed_at.is_(None)).distinct())
    return {sha256: evidence_path(r.evidence_dir, sha256) for sha256 in sorted(hashes)}
