import os
import pickle
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from pbwidgets.errors import ConflictError, DataError, ProblemsError, RightsError, UsageError
from pbwidgets.store import Actor, Deed, Store, Writer, audit_head, load_units, open_store, record
from pbwidgets.store.tables import units

CLERK = Actor("clerk", "organiser")


def test_a_new_store_opens_and_is_empty(empty_url: str, tmp_path: Path) -> None:
    with open_store(empty_url, tmp_path).read() as r:
        assert audit_head(r) == 0
        assert load_units(r).empty


def test_the_folder_of_an_sqlite_store_is_made_on_opening(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path / 'deep' / 'er' / 'store.sqlite'}", tmp_path)
    assert (tmp_path / "deep" / "er" / "store.sqlite").is_file()


def test_sqlite_keeps_a_write_ahead_log_and_checks_foreign_keys(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path)
    with store.read() as r:
        assert r.conn.scalar(text("PRAGMA journal_mode")) == "wal"
        assert r.conn.scalar(text("PRAGMA foreign_keys")) == 1
        assert r.conn.scalar(text("PRAGMA synchronous")) == 2


def test_two_processes_can_open_a_new_store_at_once(empty_url: str, tmp_path: Path) -> None:
    failures: list[BaseException] = []
    start = threading.Barrier(2)

    def open_it() -> None:
        start.wait()
        try:
            with open_store(empty_url, tmp_path).read() as r:
                audit_head(r)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/db", "not an address"])
def test_an_address_of_another_kind_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="PBWIDGETS_STORE"):
        open_store(url, tmp_path)


def test_a_server_that_does_not_answer_is_reported_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="无法连接数据库") as caught:
        open_store("postgresql://pb:secret@127.0.0.1:1/pb", tmp_path)
    assert caught.value.code == "store.unreachable"
    assert "secret" not in str(caught.value)


def test_a_file_that_is_not_a_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").write_bytes(b"no database " * 100)
    with pytest.raises(DataError, match="已损坏"):
        open_store(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path)


def test_bytes_that_are_no_text_are_damage(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path)
    with store.write(CLERK) as w:
        w.conn.execute(insert(units).values(unit_code="993", unit_name="x", kind="x", synthetic=True))
        w.conn.execute(text("UPDATE units SET unit_name = CAST(x'ff' AS TEXT)"))
    with pytest.raises(DataError, match="已损坏") as caught, store.read() as r:
        load_units(r)
    assert caught.value.code == "store.damaged"


def test_a_write_that_fails_halfway_leaves_nothing(store: Store) -> None:
    with store.read() as r:
        before = audit_head(r)

    def fail(w: Writer) -> None:
        record(w, Deed("try", "nothing"))
        raise InterruptedError("half way")

    with pytest.raises(InterruptedError, match="half way"), store.write(CLERK) as w:
        fail(w)
    with store.read() as r:
        assert audit_head(r) == before


def test_a_reader_sees_one_moment_while_others_write(store: Store) -> None:
    with store.read() as r:
        before = audit_head(r)
        with store.write(CLERK) as w:
            record(w, Deed("meanwhile", "nothing"))
        assert audit_head(r) == before
    with store.read() as r:
        assert audit_head(r) > before


def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(DataError, match="只读"), store.read() as r:
        r.conn.execute(insert(units).values(unit_code="993", unit_name="x", kind="x", synthetic=True))


def test_a_store_locked_by_another_writer_is_reported_after_the_busy_timeout(store: Store) -> None:
    with store.write(CLERK) as w:
        record(w, Deed("hold", "lock"))
        with pytest.raises(DataError, match="正被占用") as caught, store.write(CLERK):
            pass
    assert caught.value.code == "store.locked"


def test_a_full_disk_is_reported_and_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path)
    with store.write(CLERK) as w:
        record(w, Deed("before", "kept"))

    def fill_up(w: Writer) -> None:
        pages = w.conn.scalar(text("PRAGMA page_count"))
        w.conn.execute(text(f"PRAGMA max_page_count = {pages + 2}"))
        record(w, *(Deed("big", "x" * 500) for _ in range(200)))

    with pytest.raises(DataError, match="磁盘空间已满") as caught, store.write(CLERK) as w:
        fill_up(w)
    assert caught.value.code == "store.full"
    with store.read() as r:
        assert audit_head(r) == 1
    with store.write(CLERK) as w:
        record(w, Deed("after", "works again"))


WRITES_THEN_HANGS = """
import sys
from pathlib import Path
from pbwidgets.store import Actor, Deed, open_store, record
store = open_store(sys.argv[1], Path(sys.argv[2]))
with store.write(Actor("clerk", "organiser")) as w:
    record(w, Deed("acknowledged", "kept"))
print("acknowledged", flush=True)
with store.write(Actor("clerk", "organiser")) as w:
    record(w, *(Deed("half", "lost") for _ in range(500)))
    print("half way", flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_a_killed_writer_leaves_what_was_acknowledged_and_nothing_unfinished(
    store_url: str, tmp_path: Path
) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITES_THEN_HANGS, store_url, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "acknowledged\n"
    assert writer.stdout.readline() == "half way\n"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.communicate()
    store = open_store(store_url, tmp_path)
    with store.read() as r:
        assert audit_head(r) == 1
    with store.write(CLERK) as w:
        record(w, Deed("after", "works again"))


@pytest.mark.parametrize("kind", [UsageError, DataError, RightsError, ConflictError])
def test_errors_survive_pickle(kind: type[DataError]) -> None:
    error = kind("store.draft_changed", by="李", at=None, revision=3, answers={"a": [1]})
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.code, copy.args_of_message) == (kind, error.code, error.args_of_message)
    assert str(copy) == str(error)


def test_a_list_of_problems_survives_pickle() -> None:
    assert pickle.loads(pickle.dumps(ProblemsError(()))).problems == ()


def test_a_database_error_survives_pickle_although_its_cause_does_not(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="无法连接数据库") as caught:
        open_store("postgresql://pb@127.0.0.1:1/pb", tmp_path)
    assert pickle.loads(pickle.dumps(caught.value)).code == "store.unreachable"


def test_a_store_that_admits_nobody_writes_nothing_and_reads_on(store: Store) -> None:
    def refuse(w: Writer) -> None:
        raise RightsError("accounts.stopped", name=w.actor.name)

    closed = replace(store, admit=refuse)
    with closed.read() as r:
        before = audit_head(r)
    with pytest.raises(RightsError, match="cun1"), closed.write(Actor("cun1", "filler")) as w:
        record(w, Deed("submit", "x"))
    with closed.read() as r:
        assert audit_head(r) == before
