"""A backup that anybody may have made: read whole before anything is taken from it."""

import hashlib
import json
import os
import shutil
import stat
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.errors import DataError
from pbwidgets.store.archive import (
    ArchivedFile,
    Manifest,
    is_plain_name,
    read_archive,
    unpack_archive,
    write_archive,
)

PHOTO = b"\xff\xd8\xff photo"
SHA256 = hashlib.sha256(PHOTO).hexdigest()
EVIDENCE = f"evidence/{SHA256[:2]}/{SHA256}"
ABOUT = Manifest("2026-05-01T00:00:00+00:00", "1.0", "0007", {"units": 0})


def quiet(_done: int, _all: int) -> None:
    pass


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive as we write it."""
    folder = tmp_path_factory.mktemp("made")
    for name, content in (
        ("store.sqlite", b"store" * 1000),
        ("photo", PHOTO),
        ("contest.yaml", b"id: contest"),
    ):
        (folder / name).write_bytes(content)
    parts = {
        "parameters/campaigns/contest.yaml": folder / "contest.yaml",
        "store.sqlite": folder / "store.sqlite",
        EVIDENCE: folder / "photo",
    }
    write_archive(folder / "backup.zip", parts, ABOUT, quiet)
    return folder / "backup.zip"


@pytest.fixture
def archive(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "backup.zip"))


def refused(archive: Path, code: str) -> DataError:
    with pytest.raises(DataError, match="没有恢复任何内容") as caught:
        read_archive(archive, "0007", quiet)
    assert caught.value.code == code
    return caught.value


def test_what_was_written_is_read_again_and_unpacked_for_its_owner_only(
    archive: Path, tmp_path: Path
) -> None:
    seen: list[tuple[int, int]] = []
    manifest = read_archive(archive, "0007", lambda done, total: seen.append((done, total)))
    assert seen[-1] == (5000 + len(PHOTO) + 11, 5000 + len(PHOTO) + 11)
    unpack_archive(archive, manifest, lambda name: tmp_path / "out" / name)
    assert (tmp_path / "out" / EVIDENCE).read_bytes() == PHOTO
    assert (tmp_path / "out" / "parameters" / "campaigns" / "contest.yaml").read_bytes() == b"id: contest"
    modes = [stat.S_IMODE((tmp_path / "out" / name).stat().st_mode) for name in ("store.sqlite", EVIDENCE)]
    assert modes == [0o600, 0o600]


def test_the_list_names_no_place_of_the_machine(archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        text = opened.read("manifest.json").decode()
        assert {item.compress_type for item in opened.infolist()} == {zipfile.ZIP_STORED}
    assert str(archive.parent) not in text
    assert "/tmp" not in text


def test_evidence_that_is_missing_or_altered_is_listed_as_lost(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").write_bytes(b"store")
    (tmp_path / "altered").write_bytes(b"something else")
    other = "0" * 64
    parts = {
        "store.sqlite": tmp_path / "store.sqlite",
        EVIDENCE: tmp_path / "altered",
        f"evidence/00/{other}": tmp_path / "gone",
    }
    manifest = write_archive(tmp_path / "backup.zip", parts, ABOUT, quiet)
    assert manifest.lost == (SHA256, other)
    assert read_archive(tmp_path / "backup.zip", "0007", quiet) == manifest


def rewrite(
    archive: Path,
    change: Callable[[dict[str, bytes], dict[str, Any]], None],
    compression: int = zipfile.ZIP_STORED,
) -> None:
    """Write the archive anew, after a change of its files and of its list."""
    with zipfile.ZipFile(archive) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    listed = json.loads(files.pop("manifest.json"))
    change(files, listed)
    with zipfile.ZipFile(archive, "w", compression) as out:
        for name, content in files.items():
            out.writestr(name, content)
        out.writestr("manifest.json", json.dumps(listed))


def add(name: str) -> Callable[[dict[str, bytes], dict[str, Any]], None]:
    def change(files: dict[str, bytes], listed: dict[str, Any]) -> None:
        files[name] = b"x"
        listed["files"][name] = {"size_bytes": 1, "sha256": hashlib.sha256(b"x").hexdigest()}

    return change


@pytest.mark.parametrize(
    "name",
    [
        "../evil", "/etc/cron.d/evil", "parameters/../../evil", "parameters\\..\\evil", "C:/evil", "evil.py",
        "parameters/.hidden", "notebooks/.ipynb_checkpoints/x.ipynb", "parameters/x\x00y", "parameters//x",
        "parameters/", "cookie_secret",
        ".pbwidgets/cookie_secret", f"evidence/00/{SHA256}", "evidence/xx/y", "outputs/x",
    ],
)  # fmt: skip
def test_a_name_that_we_would_not_write_is_refused(name: str, archive: Path) -> None:
    rewrite(archive, add(name))
    refused(archive, "backup.unexpected")


@given(st.text(max_size=40))
def test_a_plain_name_stays_within_its_folder(name: str) -> None:
    for text in (name, f"parameters/{name}"):
        if is_plain_name(text):
            assert Path("/archive", text).resolve().is_relative_to("/archive/parameters")


def test_a_file_that_nobody_listed_or_that_is_listed_only_is_refused(archive: Path, made: Path) -> None:
    rewrite(archive, lambda files, _: files.update({"parameters/more.yaml": b"x"}))
    refused(archive, "backup.unexpected")
    shutil.copy(made, archive)
    rewrite(archive, lambda files, _: files.pop(EVIDENCE) and None)
    assert EVIDENCE in str(refused(archive, "backup.unexpected"))


def test_content_that_is_not_what_the_list_says_is_refused(archive: Path, made: Path) -> None:
    rewrite(archive, lambda files, _: files.update({"store.sqlite": b"STORE" * 1000}))
    refused(archive, "backup.damaged")
    shutil.copy(made, archive)

    def forge(files: dict[str, bytes], listed: dict[str, Any]) -> None:
        files[EVIDENCE] = PHOTO[::-1]
        listed["files"][EVIDENCE]["sha256"] = hashlib.sha256(PHOTO[::-1]).hexdigest()

    rewrite(archive, forge)
    assert EVIDENCE in str(refused(archive, "backup.damaged"))


def test_one_wrong_byte_anywhere_is_found(archive: Path) -> None:
    whole = archive.read_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 150)):
        torn = bytearray(whole)
        torn[place] ^= 0x55
        archive.write_bytes(torn)
        try:
            manifest = read_archive(archive, "0007", quiet)
        except DataError:
            continue
        # a byte that says nothing, such as the version of the program that packed it
        assert manifest.files[EVIDENCE] == ArchivedFile(len(PHOTO), SHA256)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_an_archive_cut_short_is_refused(share: float, archive: Path) -> None:
    whole = archive.read_bytes()
    archive.write_bytes(whole[: int(len(whole) * share)])
    refused(archive, "backup.damaged")


def test_an_archive_that_would_unfold_is_refused_unread(archive: Path) -> None:
    rewrite(archive, lambda files, _: files.update({"store.sqlite": bytes(50_000_000)}), zipfile.ZIP_DEFLATED)
    assert archive.stat().st_size < 100_000
    refused(archive, "backup.unexpected")


def test_a_name_that_is_there_twice_is_refused(archive: Path) -> None:
    with warnings.catch_warnings(), zipfile.ZipFile(archive, "a") as out:
        warnings.simplefilter("ignore", UserWarning)
        out.writestr("store.sqlite", b"another")
    refused(archive, "backup.unexpected")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("format", 2, "backup.too_new"),
        ("schema", "0999", "backup.too_new"),
        ("files", [], "backup.damaged"),
        ("rows", {"units": "many"}, "backup.damaged"),
        ("lost", None, "backup.damaged"),
        ("files", {"store.sqlite": {"size_bytes": float("inf"), "sha256": ""}}, "backup.damaged"),
    ],
)
def test_a_list_of_a_newer_version_is_told_from_a_wrong_one(
    field: str, value: object, code: str, archive: Path
) -> None:
    rewrite(archive, lambda _, listed: listed.update({field: value}))
    refused(archive, code)


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "backup.zip").write_bytes(b"no archive" * 100)
    refused(tmp_path / "backup.zip", "backup.damaged")
    with pytest.raises(DataError, match="打不开"):
        read_archive(tmp_path / "none.zip", "0007", quiet)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such devices")
def test_a_device_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "backup.zip")  # reading it would wait for ever
    refused(tmp_path / "backup.zip", "backup.damaged")
