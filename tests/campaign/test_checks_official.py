"""Where answers are in an official table must be cells, each of one thing, of fields that can be written."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pbwidgets.campaign import campaign_version, read_campaign, to_json
from pbwidgets.campaign.model import Campaign
from pbwidgets.campaign.reader import check_campaign
from pbwidgets.campaign.workbook import read_campaign_workbook, write_campaign_workbook

Write = Callable[..., Path]

BEFORE = "  - id: record\n    name: {zh: 记录, en: Record}\n    unit_kind: branch\n"
TABLE = """\
    official_tables:
      - id: yearly
        name: {zh: 年报表, en: Yearly table}
        sheet: 年报
        unit: B3
        expects: {A1: 年报表}
        cells: {plan: D3, members: $b$5, remark: B6}
        areas:
          - {field: meetings, range: "A9:D30", columns: {held_on: B}}
"""


def find(write: Write, *edits: tuple[str, str]) -> list[tuple[str, str]]:
    table = TABLE
    for old, new in edits:
        assert old in table
        table = table.replace(old, new)
    problems = check_campaign(write((BEFORE, BEFORE + table)))
    for problem in problems:
        assert problem.line("zh_CN") != problem.line("en")
        assert problem.remedy("zh_CN")
        assert problem.remedy("en")
    return [
        (problem.code.removeprefix("campaign."), problem.args["at"].rpartition("official_tables")[2])
        for problem in problems
    ]


def test_a_table_is_declared_with_its_cells_and_areas(write: Write) -> None:
    assert find(write) == []


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (("B3", "3B"), [("official_cell", "[0].unit")]),
        (("B3", "A9:F9"), [("official_cell", "[0].unit")]),
        (("B3", "XFD3"), [("official_cell", "[0].unit")]),
        (("A1", "格"), [("official_cell", "[0].expects.格")]),
        (("A9:D30", "D30:A9"), [("official_range", "[0].areas[0].range")]),
        (("A9:D30", "A9"), [("official_range", "[0].areas[0].range")]),
        (("D3", "B3"), [("official_twice", "[0].cells.plan")]),
        (("B6", "C12"), [("official_twice", "[0].areas[0].range")]),
        (("held_on: B", "held_on: 2B"), [("official_column", "[0].areas[0].columns.held_on")]),
        (("held_on: B", "held_on: E"), [("official_outside", "[0].areas[0].columns.held_on")]),
        (("members:", "member:"), [("unknown_field", "[0].cells.member")]),
        (("members:", "held_on:"), [("unknown_field", "[0].cells.held_on")]),
        (("plan: D3", "plan_file: D3"), [("official_not_written", "[0].cells.plan_file")]),
        (("field: meetings", "field: meeting"), [("unknown_field", "[0].areas[0].field")]),
        (("held_on: B", "plan: B"), [("unknown_field", "[0].areas[0].columns.plan")]),
        (("columns: {held_on: B}", "columns: {}"), [("must_not_be_empty", "[0].areas[0].columns")]),
    ],
)  # fmt: skip
def test_each_mistake_is_one_finding_at_its_place(
    write: Write, edit: tuple[str, str], expected: list[tuple[str, str]]
) -> None:
    assert find(write, edit) == expected


def test_a_table_of_nothing_and_two_of_one_name_are_findings(write: Write) -> None:
    whole = TABLE.partition("        cells")[0]
    twice = [(TABLE, whole + whole.partition("\n")[2])]
    codes = [code for code, _ in find(write, *twice)]
    assert sorted(codes) == ["official_table_empty", "official_table_empty", "repeated_id"]


def test_the_workbook_of_the_definition_carries_it_and_no_other_campaign_changes(
    write: Write, small: Campaign, tmp_path: Path
) -> None:
    campaign = read_campaign(write((BEFORE, BEFORE + TABLE)))
    assert campaign.forms[0].official_tables[0].cells["members"] == "B5"
    again = read_campaign_workbook(write_campaign_workbook(campaign, tmp_path / "c.xlsx")).content
    assert to_json(again) == to_json(campaign)
    assert "official" not in to_json(small)
    assert campaign_version(small) == "c6ec10c9df6e"  # as before the file format had the key
