"""`pbwidgets user`: first passwords on stdout or on slips, only once."""

import json
from pathlib import Path

import pytest
from counties import OPERATOR, VILLAGE, lay_out, make_register, run_pbwidgets, run_process
from docx import Document
from openpyxl import Workbook

from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.organise.register import save_units
from pbwidgets.workflows.people.accounts import find_account
from pbwidgets.workflows.people.sessions import resume, sign_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace with the small county's register."""
    made = lay_out(tmp_path / "ws")
    with open_workspace(made) as workspace:
        save_units(workspace, OPERATOR, make_register())
    return made


def can_sign_in(folder: Path, name: str, password: str) -> bool:
    with open_workspace(folder) as workspace:
        account = resume(workspace, sign_in(workspace, name, password))
    return account is not None and account.must_change


def write_list(path: Path, *rows: tuple[str, str, str]) -> None:
    book = Workbook()
    for row in (("账号", "角色", "单位编码"), *rows):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(path)


def test_an_account_is_added_reset_handed_over_and_disabled(folder: Path) -> None:
    done = run_process("user", "add", "cun1", "--role", "filler", "--unit", VILLAGE, cwd=folder)
    assert (done.returncode, len(done.stdout.split())) == (0, 1)
    assert done.stdout.strip() not in done.stderr
    assert can_sign_in(folder, "cun1", done.stdout.strip())
    reset = run_pbwidgets("user", "reset", "cun1", cwd=folder)
    assert reset.stdout != done.stdout
    assert can_sign_in(folder, "cun1", reset.stdout.strip())
    over = run_pbwidgets("user", "hand-over", "cun1", "cun2", cwd=folder)
    assert can_sign_in(folder, "cun2", over.stdout.strip())
    back = run_pbwidgets("user", "enable", "cun1", cwd=folder)
    assert can_sign_in(folder, "cun1", back.stdout.strip())
    run_pbwidgets("user", "disable", "cun1", cwd=folder)
    ended = run_pbwidgets("user", "disable", "cun2", cwd=folder)
    assert (ended.returncode, ended.stdout) == (0, "")
    listed = json.loads(run_pbwidgets("user", "list", "--format", "json", cwd=folder).stdout)
    assert [(row["account"], row["account_state"], row["replaced_by"]) for row in listed] == [
        ("cun1", "disabled", None),
        ("cun2", "disabled", None),
    ]
    assert listed[0]["unit_name"] == "上坪村"


@pytest.mark.parametrize(
    ("args", "exit_code", "said"),
    [
        (("add", "cun1", "--role", "fillers", "--unit", VILLAGE), 2, "填报员"),
        (("add", "cun1", "--role", "filler"), 2, "单位编码"),
        (("add", "cun1", "--role", "filler", "--unit", "9999"), 1, "9999"),
        (("add", "cun1"), 2, "--role"),
        (("reset", "nobody"), 1, "nobody"),
        (("disable", "nobody"), 1, "nobody"),
        (("enable", "nobody"), 1, "nobody"),
        (("hand-over", "nobody", "cun1"), 1, "nobody"),
        (("import", "missing.xlsx"), 1, "missing.xlsx"),
    ],
)
def test_what_cannot_be_done_is_reported_with_what_to_do(
    folder: Path, args: tuple[str, ...], exit_code: int, said: str
) -> None:
    done = run_pbwidgets("user", *args, cwd=folder)
    assert (done.returncode, done.stdout) == (exit_code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_list_is_imported_and_its_passwords_go_to_stdout(folder: Path) -> None:
    write_list(folder / "accounts.xlsx", ("cun1", "填报员", VILLAGE), ("boss", "系统管理员", ""))
    done = run_pbwidgets("user", "import", "accounts.xlsx", "--format", "json", cwd=folder)
    assert done.returncode == 0
    rows = json.loads(done.stdout)
    assert [(row["account"], row["unit_name"]) for row in rows] == [("cun1", "上坪村"), ("boss", "")]
    assert all(can_sign_in(folder, row["account"], row["password"]) for row in rows)
    assert not any(row["password"] in done.stderr for row in rows)
    shown = run_pbwidgets("user", "list", cwd=folder).stdout
    assert "待改密码" in shown
    assert "填报员" in shown
    assert not any(row["password"] in shown for row in rows)


def test_passwords_on_slips_are_not_shown(folder: Path) -> None:
    write_list(folder / "accounts.xlsx", ("cun1", "填报员", VILLAGE))
    asked = ("user", "import", "accounts.xlsx", "--slips", "slips.docx", "--address", "http://pb.example/")
    done = run_pbwidgets(*asked, cwd=folder)
    assert (done.returncode, done.stdout) == (0, "")
    cell = Document(str(folder / "slips.docx")).tables[0].rows[0].cells[0]
    lines = [paragraph.text for paragraph in cell.paragraphs]
    assert lines[:4] == ["上坪村", "角色：填报员", "网址：http://pb.example", "账号：cun1"]
    password = lines[4].removeprefix("初始密码：")
    assert can_sign_in(folder, "cun1", password)
    assert password not in done.stderr
    again = run_pbwidgets(*asked, cwd=folder)
    assert (again.returncode, again.stdout) == (2, "")
    assert "slips.docx" in again.stderr


def test_slips_that_cannot_be_written_do_not_lose_the_passwords(folder: Path) -> None:
    write_list(folder / "accounts.xlsx", ("cun1", "填报员", VILLAGE))
    (folder / "taken").write_text("a file, no folder")
    done = run_pbwidgets(
        "user", "import", "accounts.xlsx", "--slips", "taken/slips.docx", "--format", "json", cwd=folder
    )
    assert done.returncode == 0
    (row,) = json.loads(done.stdout)
    assert can_sign_in(folder, "cun1", row["password"])


def test_a_wrong_list_is_refused_with_its_cells(folder: Path) -> None:
    write_list(folder / "accounts.xlsx", ("cun1", "填报员", VILLAGE), ("cun2", "填报员", "9999"))
    done = run_pbwidgets("user", "import", "accounts.xlsx", cwd=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Sheet!C3" in done.stderr
    with open_workspace(folder) as workspace, pytest.raises(Exception, match="cun1"):
        find_account(workspace, "cun1")


def test_the_actor_can_be_named(folder: Path) -> None:
    run_pbwidgets("--as", "zhang", "user", "add", "cun1", "--role", "filler", "--unit", VILLAGE, cwd=folder)
    from pbwidgets.store import load_audit

    with open_workspace(folder) as workspace, workspace.store.read() as reader:
        assert load_audit(reader)[-1].actor.name == "zhang"
