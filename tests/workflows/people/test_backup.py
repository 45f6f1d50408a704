"""A workspace in one file, and back: under writing, elsewhere, and what is refused."""

import io
import json
import os
import shutil
import sqlite3
import stat
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from counties import (
    COUNTY,
    OPERATOR,
    OTHER_VILLAGE,
    SISTER,
    VILLAGE,
    VILLAGE_ANSWERS,
    key_of,
    run_pbwidgets,
)
from PIL import Image
from sqlalchemy import NullPool, create_engine

from pbwidgets.errors import DataError, RightsError, UsageError
from pbwidgets.settings import Settings, load_settings
from pbwidgets.store import (
    Actor,
    AuditQuery,
    AuditRow,
    NewAccount,
    SubmissionKey,
    add_account,
    history,
    load_audit,
    load_evidence,
    load_state,
    migrate,
    open_evidence,
)
from pbwidgets.store.archive import Manifest
from pbwidgets.store.copying import files_on_record
from pbwidgets.store.sessions import begin_session, load_session
from pbwidgets.workflows.filling.drafts import hand_in, hand_in_form, take_back
from pbwidgets.workflows.filling.evidence import attach_file
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace, open_workspace
from pbwidgets.workflows.organise.campaigns import open_definition
from pbwidgets.workflows.people.backup import back_up, restore_backup
from pbwidgets.workflows.people.health import Soundness, examine_records

VILLAGES = (VILLAGE, SISTER, OTHER_VILLAGE)


def quiet(_done: int, _all: int) -> None:
    pass


def picture(colour: tuple[int, int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture(scope="module")
def contest_folder(opened_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The campaign without phases, so that no form closes, and whatever was handed in counts."""
    folder = Path(shutil.copytree(opened_folder, tmp_path_factory.mktemp("contest") / "small"))
    with open_workspace(folder) as workspace:
        campaign = workspace.opened().campaign
        periods = tuple(period.model_copy(update={"phases": ()}) for period in campaign.periods)
        changed = campaign.model_copy(update={"periods": periods, "counts_from": "submitted"})
        open_definition(workspace, OPERATOR, changed, "2026")
    return folder


@pytest.fixture(scope="module")
def filled_folder(contest_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One village has handed in, with a photo; its backup lies beside it."""
    folder = Path(shutil.copytree(contest_folder, tmp_path_factory.mktemp("filled") / "small"))
    with open_workspace(folder) as workspace:
        send(clerk(workspace, workspace.opened(), VILLAGE), key_of("village_application", VILLAGE), 1)
        take_snapshot(workspace, workspace.opened())
        (workspace.settings.private / "cookie_secret").write_text("secret")
        back_up(workspace, OPERATOR, folder.parent / "backup.zip", quiet)
    return folder


@pytest.fixture
def small(contest_folder: Path, tmp_path: Path) -> Iterator[Workspace]:
    with open_workspace(Path(shutil.copytree(contest_folder, tmp_path / "small"))) as workspace:
        yield workspace


@pytest.fixture
def filled(filled_folder: Path, tmp_path: Path) -> Iterator[Workspace]:
    with open_workspace(Path(shutil.copytree(filled_folder, tmp_path / "filled"))) as workspace:
        yield workspace


@pytest.fixture
def contest(contest_folder: Path) -> Opened:
    with open_workspace(contest_folder) as workspace:
        return workspace.opened()


@pytest.fixture
def file(filled_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(filled_folder.parent / "backup.zip", tmp_path / "backup.zip"))


def clerk(workspace: Workspace, contest: Opened, unit: str) -> Desk:
    return Desk(workspace, Actor(f"f{unit}", "filler", unit), contest)


def send(desk: Desk, key: SubmissionKey, number: int) -> None:
    """Attach two photos, hand in with the second one, and take it back: the first one is released."""
    if number > 1:
        take_back(desk, key)
    sent = [
        attach_file(
            desk, key, "centre_photos", "x.jpg", picture((number % 256, shade, int(key.unit_code[-1])))
        )
        for shade in (0, 200)
    ]
    answers = {**VILLAGE_ANSWERS, "capable_members": 20 + number, "centre_photos": [sent[1].file.sha256]}
    revision = 0 if number == 1 else revision_of(desk, key)
    hand_in_form(desk, key, answers, revision)


def revision_of(desk: Desk, key: SubmissionKey) -> int:
    with desk.workspace.store.read() as reader:
        state = load_state(reader, key)
    return 0 if state is None else state.revision


@pytest.fixture
def elsewhere(tmp_path: Path) -> Settings:
    return load_settings(tmp_path / "elsewhere")


def deeds(workspace: Workspace) -> list[AuditRow]:
    with workspace.store.read() as reader:
        return [row for row in load_audit(reader, limit=100_000) if row.deed.action in ("submit", "withdraw")]


def scores_of(workspace: Workspace, contest: Opened) -> list[bytes]:
    scores = take_snapshot(workspace, contest).scores()
    return [
        frame.to_csv().encode() for frame in (scores.measures, scores.points, scores.totals, scores.ranking)
    ]


@contextmanager
def people_at_work(workspace: Workspace, contest: Opened) -> Iterator[list[float]]:
    """A clerk of each village who goes on sending; yields the moments at which something was acknowledged."""
    stop, failures, sent = threading.Event(), [], []

    def keep_sending(unit: str) -> None:
        desk, number = clerk(workspace, contest, unit), 0
        while not stop.is_set():
            number += 1
            try:
                send(desk, key_of("village_application", unit), number)
            except BaseException as error:
                failures.append(error)
                sent.extend([0.0] * 100)  # nobody needs to wait for more
                return
            sent.append(time.monotonic())

    people = [threading.Thread(target=keep_sending, args=(unit,)) for unit in VILLAGES]
    for person in people:
        person.start()
    try:
        yield sent
    finally:
        stop.set()
        for person in people:
            person.join()
    assert failures == []


def wait_for(sent: list[float], more: int) -> None:
    wanted, until = len(sent) + more, time.monotonic() + 60
    while len(sent) < wanted:
        assert time.monotonic() < until, "nobody sends any more"
        time.sleep(0.01)


def do_again(done: list[AuditRow], recorded: Workspace, replayed: Workspace, contest: Opened) -> None:
    """Hand in and take back what was handed in and taken back, without a backup."""
    for row in done:
        key = key_of("village_application", str(row.deed.unit_code))
        desk = clerk(replayed, contest, key.unit_code)
        if row.deed.action == "withdraw":
            take_back(desk, key)
            continue
        with recorded.store.read() as reader:
            versions = {item.version: item.answers for item in history(reader, key)}
        hand_in(desk, key, versions[row.deed.details["version"]], revision_of(desk, key))


def test_a_backup_taken_while_people_save_is_restored_as_it_was_at_that_moment(
    small: Workspace, contest: Opened, elsewhere: Settings, tmp_path: Path
) -> None:
    before = shutil.copytree(small.settings.workspace, tmp_path / "before")
    with people_at_work(small, contest) as sent:
        wait_for(sent, 6)
        manifest = back_up(small, OPERATOR, tmp_path / "live.zip", quiet)
        wait_for(sent, 6)
    assert manifest.lost == ()
    restore_backup(elsewhere, OPERATOR, tmp_path / "live.zip", quiet)
    with open_workspace(elsewhere.workspace) as restored, open_workspace(before) as replayed:
        then, in_all = deeds(restored), deeds(small)
        assert 6 <= len(then) < len(in_all)
        assert then == in_all[: len(then)]
        do_again(then, small, replayed, contest)
        assert scores_of(restored, contest) == scores_of(replayed, contest)
        with restored.store.read() as reader:
            on_record = files_on_record(reader)
            for sha256 in on_record:
                with open_evidence(reader, sha256) as file, Image.open(file) as photo:
                    assert photo.size == (60, 40)
        assert len(on_record) >= len({row.deed.unit_code for row in then}) > 0  # a photo with each
        assert examine_records(restored, OPERATOR) == Soundness(True, 0, (), ())
    with small.store.read() as reader:
        needed = set(files_on_record(reader))
    # what was released while the files were held has been deleted since
    assert {path.name for path in small.settings.evidence.glob("??/*")} == needed


def test_a_backup_has_no_secret_and_only_its_owner_can_read_it(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        listed = json.loads(archive.read("manifest.json"))
    assert not [name for name in names if "cookie" in name or "bundle" in name]
    assert {name.partition("/")[0] for name in names} == {
        "evidence", "manifest.json", "parameters", "snapshots", "store.sqlite",
    }  # fmt: skip
    assert listed["rows"]["submission_versions"] == 1
    assert str(file.parent) not in json.dumps(listed)


def test_a_restored_workspace_goes_on_and_everybody_signs_in_again(
    filled: Workspace, contest: Opened, elsewhere: Settings, tmp_path: Path
) -> None:
    with filled.store.write(OPERATOR) as writer:
        add_account(writer, NewAccount("organiser", "organiser", None, "hash"))
        begin_session(writer, "token", "organiser")
    back_up(filled, OPERATOR, tmp_path / "backup.zip", quiet)
    restore_backup(elsewhere, OPERATOR, tmp_path / "backup.zip", quiet)
    with open_workspace(elsewhere.workspace) as restored:
        assert scores_of(restored, contest) == scores_of(filled, contest)
        with filled.store.read() as here, restored.store.read() as there:
            assert load_session(here, "token") is not None
            assert load_session(there, "token") is None
            assert [row.deed.action for row in load_audit(here, newest_first=True, limit=1)] == ["backup"]
            (last,) = load_audit(there, AuditQuery(action="restore"))
            assert last.actor.name == OPERATOR.name
        send(clerk(restored, contest, SISTER), key_of("village_application", SISTER), 1)
        modes = [stat.S_IMODE(path.stat().st_mode) for path in elsewhere.private.glob("store.sqlite")]
        assert modes == [0o600]
        assert stat.S_IMODE(elsewhere.private.stat().st_mode) == 0o700


def test_a_backup_does_not_make_reports_outdated(filled: Workspace, contest: Opened, file: Path) -> None:
    from pbwidgets.workflows.ground.snapshots import has_changed

    assert file.exists()
    assert not has_changed(filled, contest)


def test_a_file_is_only_replaced_on_purpose(filled: Workspace, file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(UsageError, match="--force"):
        back_up(filled, OPERATOR, file, quiet)
    assert file.read_bytes() == before
    back_up(filled, OPERATOR, file, quiet, force=True)
    assert file.read_bytes() != before
    with pytest.raises(UsageError, match="没有备份"):
        back_up(filled, OPERATOR, file.parent, quiet, force=True)


def test_a_backup_does_not_lie_in_what_it_backs_up(filled: Workspace, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(filled.settings.parameters)
    for folder in (filled.settings.private, tmp_path / "link"):
        with pytest.raises(UsageError, match="工作区以外"):
            back_up(filled, OPERATOR, folder / "backup.zip", quiet)


def test_a_backup_that_cannot_be_written_leaves_nothing(filled: Workspace, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="无法写入"):
        back_up(filled, OPERATOR, tmp_path / "no" / "such" / "backup.zip", quiet)

    def fail(_done: int, _all: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "here").mkdir()
    with pytest.raises(DataError, match="磁盘空间已满"):
        back_up(filled, OPERATOR, tmp_path / "here" / "backup.zip", fail)
    assert list((tmp_path / "here").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
def test_a_limit_on_the_size_of_files_is_told_as_a_full_disk(filled: Workspace, tmp_path: Path) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(DataError, match="磁盘空间已满") as caught:
            back_up(filled, OPERATOR, tmp_path / "backup.zip", quiet)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.code == "backup.full"


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER evil AFTER INSERT ON audit BEGIN DELETE FROM submissions; END",
        "CREATE TABLE evil (x)",
        "CREATE VIEW evil AS SELECT 1",
    ],
)
def test_a_store_with_what_no_store_of_ours_has_is_not_restored(
    statement: str, file: Path, elsewhere: Settings, tmp_path: Path
) -> None:
    with zipfile.ZipFile(file) as opened:
        opened.extract("store.sqlite", tmp_path)
    with closing(sqlite3.connect(tmp_path / "store.sqlite")) as store:
        store.execute(statement)
        store.commit()
    rewrite(file, "store.sqlite", (tmp_path / "store.sqlite").read_bytes())
    with pytest.raises(DataError, match="evil") as caught:
        restore_backup(elsewhere, OPERATOR, file, quiet)
    assert caught.value.code == "backup.unexpected"
    assert not list(elsewhere.workspace.rglob("*"))


def test_a_damaged_store_is_told_and_not_read_further(filled: Workspace) -> None:
    path = filled.settings.private / "store.sqlite"
    with closing(sqlite3.connect(path)) as store:
        store.execute("UPDATE evidence SET filename = CAST(x'ff' AS TEXT)")
        store.commit()
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("rb+") as damaged:
        damaged.seek(36)  # number of free pages
        damaged.write(bytes([0, 0, 1, 0]))
    assert examine_records(filled, OPERATOR) == Soundness(sound=False, behind=0, missing=(), altered=())


@pytest.mark.parametrize("taken", ["parameters/x.yaml", "outputs/x", ".pbwidgets/evidence/ab/x", "notebooks"])
def test_nothing_is_restored_into_a_workspace_in_use(taken: str, file: Path, elsewhere: Settings) -> None:
    there = elsewhere.workspace / taken
    there.parent.mkdir(parents=True)
    there.touch()
    before = sorted(elsewhere.workspace.rglob("*"))
    with pytest.raises(UsageError, match=rf"已有 {taken.partition('/')[0]}"):
        restore_backup(elsewhere, OPERATOR, file, quiet)
    assert sorted(elsewhere.workspace.rglob("*")) == before


def test_a_store_that_is_there_is_not_replaced(file: Path, elsewhere: Settings, tmp_path: Path) -> None:
    (tmp_path / "mine.sqlite").write_bytes(b"mine")
    settings = replace(elsewhere, store_url=f"sqlite:///{tmp_path / 'mine.sqlite'}")
    with pytest.raises(UsageError, match=r"mine\.sqlite"):
        restore_backup(settings, OPERATOR, file, quiet)
    assert (tmp_path / "mine.sqlite").read_bytes() == b"mine"


def test_files_that_somebody_else_puts_there_meanwhile_are_not_removed(
    file: Path, elsewhere: Settings
) -> None:
    theirs = elsewhere.parameters / "theirs.yaml"

    def put_theirs(_done: int, _all: int) -> None:
        theirs.parent.mkdir(parents=True, exist_ok=True)
        theirs.write_text("{}")

    with pytest.raises(DataError):
        restore_backup(elsewhere, OPERATOR, file, put_theirs)
    assert [path for path in elsewhere.workspace.rglob("*") if path.is_file()] == [theirs]


def rewrite(
    file: Path, name: str, change: bytes | None, further: Callable[[dict[str, Any]], None] = lambda _: None
) -> None:
    """Write the archive anew with other content of one file, or without it, and listed so."""
    from hashlib import sha256

    with zipfile.ZipFile(file) as opened:
        files = {item: opened.read(item) for item in opened.namelist()}
    listed = json.loads(files.pop("manifest.json"))
    if change is None:
        del files[name], listed["files"][name]
    else:
        files[name] = change
        listed["files"][name] = {"size_bytes": len(change), "sha256": sha256(change).hexdigest()}
    further(listed)
    with zipfile.ZipFile(file, "w") as out:
        for item, content in files.items():
            out.writestr(item, content)
        out.writestr("manifest.json", json.dumps(listed))


@pytest.mark.parametrize("wrong", ["no database", "another database", "a photo less", "a byte"])
def test_a_forged_backup_leaves_the_workspace_empty(
    wrong: str, file: Path, elsewhere: Settings, tmp_path: Path
) -> None:
    if wrong == "no database":
        rewrite(file, "store.sqlite", b"no database" * 1000)
    elif wrong == "another database":
        from pbwidgets.store import open_store

        open_store(f"sqlite:///{tmp_path / 'empty.sqlite'}", tmp_path).engine.dispose()
        rewrite(file, "store.sqlite", (tmp_path / "empty.sqlite").read_bytes())
    elif wrong == "a photo less":
        with zipfile.ZipFile(file) as opened:
            photo = next(name for name in opened.namelist() if name.startswith("evidence/"))
        rewrite(file, photo, None)
    else:
        whole = bytearray(file.read_bytes())
        whole[len(whole) // 2] ^= 1
        file.write_bytes(whole)
    with pytest.raises(DataError, match="损坏"):
        restore_backup(elsewhere, OPERATOR, file, quiet)
    left = list(elsewhere.workspace.rglob("*")) if elsewhere.workspace.exists() else []
    assert left == []


def test_a_backup_of_an_older_version_is_brought_up_to_date(
    file: Path, elsewhere: Settings, tmp_path: Path
) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).with_name("migrations")))
    engine = create_engine(f"sqlite:///{tmp_path / 'older.sqlite'}", poolclass=NullPool)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")

    def make_older(listed: dict[str, Any]) -> None:
        listed.update(schema="0005", rows={"submissions": 0})

    rewrite(file, "store.sqlite", (tmp_path / "older.sqlite").read_bytes(), make_older)
    restore_backup(elsewhere, OPERATOR, file, quiet)
    with open_workspace(elsewhere.workspace) as restored, restored.store.read() as reader:
        assert migrate.load_revision(reader.conn) == migrate.REVISION
        assert [row.deed.action for row in load_audit(reader)] == ["restore"]


@pytest.mark.parametrize("role", ["admin", "organiser", "reviewer"])
def test_only_who_has_a_shell_backs_up_and_restores(
    role: str, filled: Workspace, file: Path, elsewhere: Settings, tmp_path: Path
) -> None:
    actor = Actor("somebody", role, COUNTY)
    with pytest.raises(RightsError, match="没有此项权限"):
        back_up(filled, actor, tmp_path / "other.zip", quiet)
    with pytest.raises(RightsError, match="没有此项权限"):
        restore_backup(elsewhere, actor, file, quiet)
    assert not elsewhere.workspace.exists()


def test_lost_evidence_is_told_and_the_rest_is_backed_up(
    filled: Workspace, elsewhere: Settings, tmp_path: Path
) -> None:
    with filled.store.read() as reader:
        (item,) = load_evidence(reader, key_of("village_application", VILLAGE))
    path = filled.settings.evidence / item.file.sha256[:2] / item.file.sha256
    path.write_bytes(b"altered")
    assert examine_records(filled, OPERATOR).altered == (item,)
    path.unlink()
    assert examine_records(filled, OPERATOR).missing == (item,)
    manifest: Manifest = back_up(filled, OPERATOR, tmp_path / "backup.zip", quiet)
    assert manifest.lost == (item.file.sha256,)
    restore_backup(elsewhere, OPERATOR, tmp_path / "backup.zip", quiet)
    with open_workspace(elsewhere.workspace) as restored:
        assert examine_records(restored, OPERATOR).missing == (item,)


def test_an_older_store_beside_newer_snapshots_is_found(filled: Workspace, contest: Opened) -> None:
    old = Path(shutil.copy(filled.settings.private / "store.sqlite", filled.settings.workspace / "old"))
    for path in filled.settings.private.glob("store.sqlite-*"):
        shutil.copy(path, filled.settings.workspace / path.name.replace("store.sqlite", "old"))
    send(clerk(filled, contest, SISTER), key_of("village_application", SISTER), 1)
    take_snapshot(filled, contest)
    filled.store.engine.dispose()
    for path in filled.settings.private.glob("store.sqlite*"):
        path.unlink()
    for path in filled.settings.workspace.glob("old*"):
        path.rename(filled.settings.private / path.name.replace("old", "store.sqlite"))
    assert old
    with open_workspace(filled.settings.workspace) as workspace:
        assert examine_records(workspace, OPERATOR).behind > 0


def test_the_commands_say_what_they_did(filled: Workspace, tmp_path: Path) -> None:
    shell = filled.settings.workspace
    done = run_pbwidgets("backup", "../backup.zip", cwd=shell)
    assert (done.returncode, done.stdout) == (0, "")
    assert "材料 1 份、佐证材料 1 个" in done.stderr
    (tmp_path / "fresh").mkdir()
    refused = run_pbwidgets("restore", os.devnull, cwd=tmp_path / "fresh")
    assert (refused.returncode, "backup.unreadable" in refused.stderr) == (1, False)
    restored = run_pbwidgets("restore", "../backup.zip", cwd=tmp_path / "fresh")
    assert (restored.returncode, restored.stdout) == (0, ""), restored.stderr
    assert "材料 1 份、佐证材料 1 个" in restored.stderr
    again = run_pbwidgets("restore", "../backup.zip", cwd=tmp_path / "fresh")
    assert (again.returncode, "不是空的" in again.stderr) == (2, True)
    doctor = run_pbwidgets("doctor", cwd=tmp_path / "fresh").stdout
    assert "佐证材料: 文件齐全，内容无改动" in doctor
    next((tmp_path / "fresh" / ".pbwidgets" / "evidence").glob("??/*")).write_bytes(b"altered")
    doctor = run_pbwidgets("doctor", cwd=tmp_path / "fresh")
    assert doctor.returncode == 1
    assert "缺少 0 个，被改动 1 个" in doctor.stdout
    assert VILLAGE in doctor.stdout
