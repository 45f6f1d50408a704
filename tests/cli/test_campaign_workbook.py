"""A campaign goes to Excel and back on the command line."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from pbwidgets.campaign import campaign_version, read_campaign
from pbwidgets.cli import main

FILE = Path(__file__).parents[2] / "parameters" / "campaigns" / "sanji_lianzheng.yaml"


def test_to_xlsx_and_from_xlsx_give_the_same_campaign(tmp_path: Path) -> None:
    workbook, again = tmp_path / "活动.xlsx", tmp_path / "again.yaml"
    run = CliRunner().invoke(main, ["campaign", "to-xlsx", str(FILE), str(workbook)])
    assert run.exit_code == 0, run.output
    assert run.stdout == ""
    run = CliRunner().invoke(main, ["campaign", "from-xlsx", str(workbook), "-o", str(again)])
    assert run.exit_code == 0, run.output
    assert campaign_version(read_campaign(again)) == campaign_version(read_campaign(FILE))


def test_a_campaign_of_the_workspace_is_named_by_its_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "parameters" / "campaigns"
    folder.mkdir(parents=True)
    (folder / FILE.name).write_text(FILE.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("PBWIDGETS_WORKSPACE", str(tmp_path))
    run = CliRunner().invoke(main, ["campaign", "to-xlsx", FILE.stem, str(tmp_path / "c.xlsx")])
    assert run.exit_code == 0, run.output
    run = CliRunner().invoke(main, ["campaign", "from-xlsx", str(tmp_path / "c.xlsx")])
    assert run.stdout.startswith("# yaml-language-server")
    run = CliRunner().invoke(main, ["campaign", "to-xlsx", "sanji", str(tmp_path / "d.xlsx")])
    assert run.exit_code == 2
    assert FILE.stem in run.stderr


def test_an_existing_workbook_is_kept_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "new.xlsx"
    assert CliRunner().invoke(main, ["campaign", "new-xlsx", str(path)]).exit_code == 0
    before = path.read_bytes()
    run = CliRunner().invoke(main, ["campaign", "new-xlsx", str(path)])
    assert run.exit_code == 2
    assert "--force" in run.stderr
    assert path.read_bytes() == before
    assert CliRunner().invoke(main, ["campaign", "new-xlsx", str(path), "--force"]).exit_code == 0


def test_a_wrong_workbook_exits_with_1_names_its_cells_and_writes_nothing(tmp_path: Path) -> None:
    path, made = tmp_path / "new.xlsx", tmp_path / "new.yaml"
    CliRunner().invoke(main, ["campaign", "new-xlsx", str(path)])
    book = load_workbook(path)
    book["单位类型"]["A3"] = "County"
    book.save(path)
    run = CliRunner().invoke(main, ["campaign", "from-xlsx", str(path), "-o", str(made)])
    assert run.exit_code == 1
    assert "单位类型!A3: campaign.bad_id" in run.stderr
    assert "活动!B3: campaign.missing_key" in run.stderr
    assert run.stdout == ""
    assert not made.exists()
