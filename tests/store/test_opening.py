"""What is no store of ours is said, and never quietly replaced by a new one."""

import os
import resource
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from pbwidgets.errors import DataError
from pbwidgets.store import Actor, Deed, Store, audit_head, keep_file, open_store, record
from pbwidgets.store.faults import plain_faults

CLERK = Actor("clerk", "organiser")


@pytest.fixture
def file(sqlite_template: Path, tmp_path: Path) -> Path:
    """An SQLite store of this test's own."""
    return Path(shutil.copy(sqlite_template, tmp_path / "store.sqlite"))


def open_file(file: Path, *left_behind: str) -> Store:
    return open_store(f"sqlite:///{file}", file.parent / "evidence", left_behind=left_behind)


def refusal(file: Path, *left_behind: str) -> DataError:
    with pytest.raises(DataError) as caught:
        open_file(file, *left_behind)
    assert str(file.parent) not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("found", ["missing", "empty", "without tables"])
def test_an_empty_file_is_no_new_store_where_there_was_one(found: str, tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    if found == "empty":
        file.touch()
    if found == "without tables":
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA user_version = 1")
    before = file.read_bytes() if file.exists() else None
    error = refusal(file, "evidence", "outputs")
    assert error.code == "store.gone"
    assert "evidence、outputs" in error.message()
    assert "pbwidgets restore" in error.remedy()
    assert (file.read_bytes() if file.exists() else None) == before


def test_an_empty_postgresql_database_is_no_new_store_where_there_was_one(
    empty_url: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="没有另建新库"):
        open_store(empty_url, tmp_path, left_behind=["evidence"])
    with open_store(empty_url, tmp_path).read() as reader:
        assert audit_head(reader) == 0


def test_a_store_whose_log_was_lost_before_it_had_tables_is_refused(tmp_path: Path) -> None:
    store = open_file(tmp_path / "store.sqlite")
    with closing(sqlite3.connect(tmp_path / "store.sqlite")) as held:  # keeps the log from being folded in
        held.execute("BEGIN")
        held.execute("SELECT * FROM units").fetchall()
        with store.write(CLERK) as w:
            record(w, Deed("add_note", "x"))
        torn = Path(shutil.copy(tmp_path / "store.sqlite", tmp_path / "torn.sqlite"))
    torn.write_bytes(b"")  # a log of its own held all there was
    assert refusal(torn, "snapshots").code == "store.gone"


def test_a_truncated_store_is_called_damaged(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)
    error = refusal(file)
    assert (error.code, "restore" in error.remedy()) == ("store.damaged", True)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").mkdir()
    assert refusal(tmp_path / "store.sqlite").code == "store.no_access"


def test_where_nothing_can_be_tried_the_fault_is_still_named(tmp_path: Path) -> None:
    (tmp_path / "no_folder").touch()
    with pytest.raises(DataError) as caught, plain_faults("store", tmp_path / "no_folder"):
        sqlite3.connect(tmp_path / "no_folder" / "store.sqlite")
    assert caught.value.code == "store.no_access"


def test_a_link_to_nothing_makes_no_store_at_its_end(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").symlink_to(tmp_path / "unmounted.sqlite")
    assert refusal(tmp_path / "store.sqlite").code == "store.dangling_link"
    assert not (tmp_path / "unmounted.sqlite").exists()


def test_a_store_that_may_not_be_read_is_no_matter_of_a_server(file: Path) -> None:
    open_file(file)
    with as_somebody_else(file.parent):
        error = refusal(file)
    assert error.code == "store.no_access"
    assert "权限" in error.words()


@contextmanager
def as_somebody_else(folder: Path) -> Iterator[None]:
    if os.geteuid() != 0:
        folder.chmod(0)
        try:
            yield
        finally:
            folder.chmod(0o700)
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("CREATE TABLE bookmarks (id INTEGER)", "store.foreign"),
        ("CREATE TABLE alembic_version AS SELECT 'ab12cd' AS version_num", "store.foreign"),
        ("CREATE TABLE alembic_version AS SELECT '9999' AS version_num", "store.too_new"),
    ],
)
def test_a_database_of_others_is_told_from_one_of_a_newer_version(
    statement: str, code: str, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "store.sqlite")) as connection:
        connection.execute(statement)
    assert refusal(tmp_path / "store.sqlite").code == code


def test_what_a_store_writes_is_for_its_owner_only_also_where_it_was_not(file: Path) -> None:
    file.chmod(0o644)
    store = open_file(file)
    with store.write(CLERK) as w:
        record(w, Deed("add_note", "x"))
        names = sorted(path.name for path in file.parent.iterdir())
        assert names == ["store.sqlite", "store.sqlite-shm", "store.sqlite-wal"]
        assert {stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()} == {0o600}


@contextmanager
def no_room(most_bytes: int) -> Iterator[None]:
    """While it lasts, no file of this process can grow beyond a size."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_takes_no_more_is_called_full(file: Path) -> None:
    store = open_file(file)
    with pytest.raises(DataError, match="磁盘空间已满") as caught, no_room(200_000), store.write(CLERK) as w:
        record(w, *(Deed("add_note", "x" * 500) for _ in range(2000)))
    assert caught.value.code == "store.full"
    assert str(file.parent) not in str(caught.value)
    with store.write(CLERK) as w:
        record(w, Deed("add_note", "works again"))
        assert audit_head(w) == 1
        assert w.conn.scalar(text("PRAGMA quick_check")) == "ok"


def test_a_photo_for_which_there_is_no_room_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"磁盘空间已满.*重新上传") as caught, no_room(1000):
        keep_file(tmp_path, "a.pdf", b"%PDF-1.7" + bytes(2000), 10_000)
    assert caught.value.code == "store.evidence_full"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
