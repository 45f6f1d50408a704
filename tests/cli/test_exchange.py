"""A workbook of answers goes out, comes back, and goes out again on the command line."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from counties import CAMPAIGN, OPERATOR, PERIOD, ROOT, VILLAGE, key_of, make_register
from openpyxl import load_workbook
from returns import Filled

from pbwidgets.cli import main
from pbwidgets.store import grant_exception, load_state
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.organise.campaigns import open_campaign
from pbwidgets.workflows.organise.register import save_units

FORM = "village_application"
FAR = datetime(2099, 1, 1, tzinfo=UTC)


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A county in which a village may still hand its form in, whatever day it is."""
    shutil.copytree(ROOT / "parameters", tmp_path / "parameters")
    with open_workspace(tmp_path) as workspace:
        save_units(workspace, OPERATOR, make_register())
        open_campaign(workspace, OPERATOR, CAMPAIGN)
        with workspace.store.write(OPERATOR) as writer:
            grant_exception(writer, CAMPAIGN, PERIOD, FORM, VILLAGE, FAR, "测试")
    monkeypatch.setenv("PBWIDGETS_WORKSPACE", str(tmp_path))
    return tmp_path


def test_out_wrong_back_checked_corrected_and_out_again(folder: Path) -> None:
    template = folder / "template.xlsx"
    done = run("template", CAMPAIGN, FORM, "--unit", VILLAGE, "-o", template)
    assert done.exit_code == 0, done.output
    assert done.stdout == ""
    filled = Filled(template)
    filled.put(FORM, VILLAGE, members_with_deeds=10, industry="茶叶", capable_members="很多")
    sent = filled.save("sent.xlsx")

    refused = run("import", sent)
    assert refused.exit_code == 1
    assert "intake.no_number: “有能力的党员干部人数”列的“很多”不是数字" in refused.stdout
    assert "没有写入任何内容" in refused.stderr
    copy = Filled(folder / "sent.checked.xlsx")

    copy.put(FORM, VILLAGE, capable_members=20)
    corrected = copy.save("corrected.xlsx")
    checked = run("import", corrected, "--check")
    assert checked.exit_code == 0, checked.output
    assert "新填 1 份" in checked.stderr
    with open_workspace(folder) as workspace, workspace.store.read() as reader:
        assert load_state(reader, key_of(FORM, VILLAGE)) is None
    stored = run("import", corrected)
    assert stored.exit_code == 0, stored.output
    assert "已写入 1 份" in stored.stderr

    out = folder / "out.xlsx"
    assert run("export", CAMPAIGN, FORM, "-o", out).exit_code == 0
    page = Filled(out).page(FORM)
    assert page.cell(6, 1).value == VILLAGE
    assert "茶叶" in {cell.value for cell in page[6]}
    assert run("export", CAMPAIGN, FORM, "--format", "json", "-o", folder / "out.json").exit_code == 0
    listed = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    values = {row["field"]: (row["label"], row["value"]) for row in listed}
    assert values["industry"] == ("主导产业", "茶叶")
    assert {row["unit_code"] for row in listed} == {VILLAGE}
    assert run("export", CAMPAIGN, FORM, "--as-analyst", "-o", out).exit_code == 0
    assert Filled(out).page(FORM).cell(6, 1).value is None  # nobody has accepted it yet


def test_only_what_is_right_is_stored_if_that_is_asked_for(folder: Path) -> None:
    template = folder / "template.xlsx"
    run("template", CAMPAIGN, FORM, "-o", template)
    filled = Filled(template)
    filled.put(FORM, VILLAGE, members_with_deeds=10, industry="茶叶", capable_members=20)
    filled.put(FORM, "990101001002", industry="茶叶")
    done = run("import", filled.save(), "--accept-good-rows")
    assert done.exit_code == 1  # something was left out
    assert "已写入 1 份" in done.stderr
    assert "exchange." in done.stdout


def test_an_unknown_form_is_wrong_usage_and_another_workbook_an_error(folder: Path) -> None:
    unknown = run("template", CAMPAIGN, "village", "-o", folder / "x.xlsx")
    assert unknown.exit_code == 2
    assert FORM in unknown.stderr
    other = folder / "other.xlsx"
    run("template", CAMPAIGN, FORM, "-o", other)
    book = load_workbook(other)
    book["pbwidgets"]["B1"].value = "elsewhere"
    book.save(other)
    assert run("import", other).exit_code == 2
