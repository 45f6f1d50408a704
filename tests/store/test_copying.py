"""A store of one moment as a file, while others write; and that file put back into either database."""

import sqlite3
import threading
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from pbwidgets.errors import DataError, PbError
from pbwidgets.settings import load_settings
from pbwidgets.store import (
    Actor,
    Store,
    SubmissionKey,
    add_evidence,
    audit_head,
    history,
    import_version,
    open_evidence,
    open_store,
    save_draft,
)
from pbwidgets.store.copying import check_copy, copy_rows, copy_store, put_back
from pbwidgets.store.tables import METADATA
from pbwidgets.workflows.ground.workspace import Workspace, load_workspace
from pbwidgets.workflows.people.backup import back_up, restore_backup

CLERK = Actor("clerk", "organiser")
OPERATOR = Actor("cli:tests", "operator")
KEYS = [SubmissionKey("contest", "2026", "village_form", unit) for unit in ("990101", "990102")]


def rows_of(store: Store) -> dict[str, list[Any]]:
    with store.read() as reader:
        return {
            table.name: sorted(map(repr, reader.conn.execute(select(table))))
            for table in METADATA.sorted_tables
        }


def open_copy(file: Path) -> Store:
    return open_store(f"sqlite:///{file}", file.parent / "evidence")


def test_a_copy_made_while_others_write_is_of_one_moment(
    store: Store, store_url: str, tmp_path: Path
) -> None:
    stop = threading.Event()

    def keep_writing() -> None:
        patient = open_store(store_url, store.evidence_dir)
        revision = 0
        while not stop.is_set():
            with patient.write(CLERK) as w:  # a copy has both drafts or none
                first, second = (save_draft(w, key, {"number": revision}, revision) for key in KEYS)
                assert first == second
                revision = first

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        for number in range(4):
            copied = copy_store(store, tmp_path / f"{number}.sqlite")
            with open_copy(tmp_path / f"{number}.sqlite").read() as reader:
                audit, submissions = METADATA.tables["audit"], METADATA.tables["submissions"]
                saved = Counter(
                    reader.conn.scalars(select(audit.c.entity).where(audit.c.action == "save_draft"))
                )
                revisions = reader.conn.scalars(select(submissions.c.revision)).all()
            assert sorted(saved.values()) == sorted(revisions)
            assert len(set(revisions)) <= 1
            assert copied.rows["submissions"] == len(revisions)
    finally:
        stop.set()
        writer.join()
    assert not list(tmp_path.glob("?.sqlite-*"))


def test_what_is_put_back_is_what_was_copied_and_goes_on_from_there(
    store: Store, empty_url: str, backend: str, tmp_path: Path
) -> None:
    with store.write(CLERK) as w:
        for key in KEYS:
            import_version(w, key, {"text": "茶叶 🍵", "number": 0.1 + 0.2})
    copy_store(store, tmp_path / "copy.sqlite")
    url = empty_url if backend == "postgresql" else f"sqlite:///{tmp_path / 'other.sqlite'}"
    restored = open_store(url, store.evidence_dir)
    put_back(tmp_path / "copy.sqlite", restored, CLERK)
    assert rows_of(restored) == rows_of(store)
    with restored.write(CLERK) as w:
        before = audit_head(w)
        save_draft(w, SubmissionKey("contest", "2026", "township_form", "9901"), {}, 0)
        import_version(w, SubmissionKey("contest", "2026", "village_form", "9902"), {})
        assert audit_head(w) == before + 2
    with pytest.raises(DataError, match="已有记录"):
        put_back(tmp_path / "copy.sqlite", restored, CLERK)


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_a_backup_of_either_database_is_restored_into_either(
    target: str, store: Store, store_url: str, empty_postgresql: str, tmp_path: Path
) -> None:
    with store.write(CLERK) as w:
        photo = add_evidence(w, KEYS[0], "plan", "a.pdf", b"%PDF-1.7", 1000).file.sha256
        import_version(w, KEYS[0], {"plan": [photo]})
    settings = replace(load_settings(tmp_path), store_url=store_url)
    back_up(Workspace(settings, store), OPERATOR, tmp_path / "backup.zip", lambda *_: None)
    there = load_settings(tmp_path / "there")
    there = replace(there, store_url=empty_postgresql) if target == "postgresql" else there
    restore_backup(there, OPERATOR, tmp_path / "backup.zip", lambda *_: None)
    with load_workspace(there).store.read() as reader:
        assert [version.answers for version in history(reader, KEYS[0])] == [{"plan": [photo]}]
        with open_evidence(reader, photo) as file:
            assert file.read() == b"%PDF-1.7"
    again = replace(load_settings(tmp_path / "again"), store_url=there.store_url)
    with pytest.raises(PbError, match=r"已有记录|不是空的"):
        restore_backup(again, OPERATOR, tmp_path / "backup.zip", lambda *_: None)
    assert not list((tmp_path / "again").rglob("*"))


def test_a_copy_that_is_not_sound_is_found(store: Store, tmp_path: Path) -> None:
    copy_store(store, tmp_path / "copy.sqlite")
    with closing(sqlite3.connect(tmp_path / "copy.sqlite")) as copy:
        (size,) = copy.execute("PRAGMA page_size").fetchone()
        (root,) = copy.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'units'").fetchone()
    with (tmp_path / "copy.sqlite").open("rb+") as file:
        file.seek((root - 1) * size)
        file.write(bytes([255]) * 100)
    with pytest.raises(DataError, match="已损坏"):
        check_copy(tmp_path / "copy.sqlite")


def test_rows_are_copied_in_the_order_of_their_references(store: Store, tmp_path: Path) -> None:
    target = open_copy(tmp_path / "target.sqlite")
    with store.read() as reader, target.write(CLERK) as w:
        copy_rows(reader.conn, w.conn)
    assert rows_of(target) == rows_of(store)
