"""A table in a file beside the campaign becomes part of it; every wrong cell is named, all at once."""

from pathlib import Path

import pytest

from pbwidgets.campaign.freezing import campaign_version, compare_campaigns
from pbwidgets.campaign.reader import check_campaign, read_campaign
from pbwidgets.errors import ProblemsError
from tests.campaign.living import LIVING

ROWS = """\
编号,名称,英文名称,heading,domain,due,points,备注
team,班子,Team,组织,,2026/11/20,2,看过
room,场所,,service,农村,2026年11月25日,,
"""
INLINE = LIVING[LIVING.index("    rows:\n") : LIVING.index("forms:\n  - id")]


@pytest.fixture
def campaign_file(tmp_path: Path) -> Path:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "lines.csv").write_text(ROWS, encoding="utf-8")
    path = tmp_path / "living.yaml"
    path.write_text(LIVING.replace(INLINE, "    file: tables/lines.csv\n"), encoding="utf-8")
    return path


def _write(campaign_file: Path, rows: str) -> None:
    (campaign_file.parent / "tables" / "lines.csv").write_text(rows, encoding="utf-8")


def test_rows_of_a_file_are_frozen_into_the_definition(campaign_file: Path) -> None:
    campaign = read_campaign(campaign_file)
    team, room = campaign.tables["lines"].rows
    assert (team.cell("heading"), team.cell("due"), team.cell("points")) == ("system", "2026-11-20", "2")
    assert (room.name.en, room.cell("due"), room.cell("points")) == ("场所", "2026-11-25", "")
    assert campaign.tables["lines"].file is None
    assert campaign.forms[0].fields[0].table == campaign.tables["lines"]


def test_the_file_may_be_a_workbook(campaign_file: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for line in ROWS.splitlines():
        book.active.append(line.split(","))
    book.save(campaign_file.parent / "tables" / "lines.xlsx")
    campaign_file.write_text(campaign_file.read_text().replace("lines.csv", "lines.xlsx"), encoding="utf-8")
    assert [row.id for row in read_campaign(campaign_file).tables["lines"].rows] == ["team", "room"]


def test_a_change_in_the_file_is_a_new_version_and_says_which_row(campaign_file: Path) -> None:
    before = read_campaign(campaign_file)
    _write(campaign_file, ROWS.replace("2026/11/20", "2026/11/21").replace("room,", "hall,"))
    after = read_campaign(campaign_file)
    assert campaign_version(before) != campaign_version(after)
    changes = {(one.kind, one.part, one.address) for one in compare_campaigns(before, after)}
    assert changes == {
        ("changed", "row", "lines.team"),
        ("removed", "row", "lines.room"),
        ("added", "row", "lines.hall"),
    }
    moved = next(one for one in compare_campaigns(before, after) if one.kind == "changed")
    assert "班子" in moved.message("zh_CN")
    assert "2026-11-20 → 2026-11-21" in moved.message("zh_CN")


def test_every_wrong_cell_is_named_with_its_line(campaign_file: Path) -> None:
    wrong = (
        ROWS.replace("2026/11/20", "bald").replace("room,场所,,service", "team,,,servce") + "r m,厅,,,,,x,\n"
    )
    _write(campaign_file, wrong)
    problems = check_campaign(campaign_file)
    found = [(problem.place, problem.code) for problem in problems]
    assert [place for place, _ in found] == sorted(place for place, _ in found)
    assert {place for place, _ in found} == {"2", "3", "4"}
    assert {code for _, code in found} >= {
        "table.double_id",
        "table.no_name",
        "table.not_option",
        "table.bad_id",
    }
    assert sum(code.startswith("intake.") for _, code in found) == 2
    assert all(problem.file.endswith("lines.csv") for problem in problems)
    assert "service" in next(
        problem.remedy("zh_CN") for problem in problems if problem.code == "table.not_option"
    )
    with pytest.raises(ProblemsError, match=str(len(problems))):
        read_campaign(campaign_file)


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("../lines.csv", "table.bad_file"),
        ("/lines.csv", "table.bad_file"),
        ("lines.txt", "table.bad_file"),
        ("tables/none.csv", "intake.file_missing"),
        ("tables/lines.csv\n    rows: [{id: a, name: {zh: 甲, en: a}}]", "table.file_and_rows"),
    ],
)
def test_a_file_that_is_none_is_named(campaign_file: Path, file: str, code: str) -> None:
    text = campaign_file.read_text(encoding="utf-8").replace("tables/lines.csv", file)
    campaign_file.write_text(text, encoding="utf-8")
    assert code in [problem.code for problem in check_campaign(campaign_file)]


def test_a_column_that_is_missing_is_named(campaign_file: Path) -> None:
    _write(campaign_file, ROWS.replace(",heading,", ",haeding,"))
    (problem,) = check_campaign(campaign_file)
    assert "heading" in problem.line("zh_CN")
