"""Blocks of numbers, on the demonstration of a campaign of organisations: entries counted, measures reached."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from counties import OPERATOR, TODAY, lay_out

from pbwidgets.campaign import read_campaign
from pbwidgets.demo import fill_store
from pbwidgets.errors import DataError
from pbwidgets.units import partitions, tops
from pbwidgets.workflows.ground.snapshots import Snapshot, take_snapshot
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.reports.blocks.block import Arguments, Item, block
from pbwidgets.workflows.reports.blocks.drawing import Wanted, draw_chart
from pbwidgets.workflows.reports.blocks.lists import open_blocks
from pbwidgets.workflows.reports.blocks.pieces import Figure, Piece, Sentence, Table
from pbwidgets.workflows.reports.blocks.progress.counts_by_month import count_entries
from pbwidgets.workflows.reports.definitions import Ground, check_reports, find_targets, load_reports
from pbwidgets.workflows.reports.report import Report, open_report

CAMPAIGN, ROOTS = "sanlian_sancu", ("990201", "990202")
BY_KIND = {
    "block": "counts_by_month",
    "on": "joint/held_on",
    "by": "joint/kind",
    "title": {"zh": "活动", "en": "Activities"},
}
FIVE = {
    "block": "units_reaching",
    "measure": "marks_met",
    "at_least": 5,
    "title": {"zh": "五项", "en": "Five"},
    "beside": ["joint_times"],
}


@pytest.fixture(scope="module")
def organisations(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Snapshot]:
    folder = lay_out(tmp_path_factory.mktemp("organisations") / "workspace")
    with open_workspace(folder) as workspace:
        fill_store(workspace, OPERATOR, CAMPAIGN, 1, TODAY)
        return folder, take_snapshot(workspace, workspace.opened())


def test_a_chart_that_needs_arguments_is_drawn_as_the_reports_have_it(
    organisations: tuple[Path, Snapshot], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, snapshot = organisations
    monkeypatch.setenv("PBWIDGETS_WORKSPACE", str(folder))
    report = open_report(snapshot.folder, ROOTS[0])
    made = [
        draw_chart(report, "counts_by_month", tmp_path / f"{sheet}.svg", Wanted(sheet=sheet)).read_text(
            encoding="utf-8"
        )
        for sheet in (1, 2)
    ]
    titles = ("联建活动（按形式和月份）", "联建活动（按形式）")  # of the inspection, and of the month
    assert [[title in svg for title in titles] for svg in made] == [[True, False], [False, True]]
    assert all("单位：次　来源：“三联三促”活动数据（2026）" in svg for svg in made)


def draw(snapshot: Snapshot, unit: str, entry: Mapping[str, object], lang: str = "zh_CN") -> list[Piece]:
    report = open_report(snapshot.folder, unit, lang)
    return [piece for item in open_blocks([entry]) for piece in item.draw(report)]


def test_entries_are_counted_by_kind_and_month(organisations: tuple[Path, Snapshot]) -> None:
    snapshot = organisations[1]
    made = {root: draw(snapshot, root, BY_KIND) for root in ROOTS}
    tables = [next(piece.table.frame for piece in made[root] if isinstance(piece, Table)) for root in ROOTS]
    assert [list(table["counted"]) for table in tables] == [
        ["走访会晤", "座谈协商", "联席会议", "参观学习", "联合党日", "联合党课"]
    ] * 2
    assert list(tables[0].columns[1:-1]) == [f"2026-{month:02d}" for month in range(1, 13)]
    rows = snapshot.records().submissions
    logged = rows[(rows["form_id"] == "joint") & (rows["field"] == "held_on")]
    assert sum(table["sum"].sum() for table in tables) == len(logged)
    may = sum(table["2026-05"].sum() for table in tables)
    assert may == logged["value"].str.startswith("2026-05").sum() > 0
    (figure,) = (piece for piece in made[ROOTS[0]] if isinstance(piece, Figure))
    assert figure.name == "joint_months"
    assert str(tables[0]["sum"].sum()) in figure.sentence


def test_entries_are_counted_by_unit_on_as_many_sheets_as_it_takes(
    organisations: tuple[Path, Snapshot],
) -> None:
    by_unit = {name: value for name, value in BY_KIND.items() if name != "by"}
    pieces = draw(organisations[1], ROOTS[1], by_unit)
    names = [piece.name for piece in pieces if isinstance(piece, Figure)]
    assert names == ["joint_months_by_unit_1", "joint_months_by_unit_2"]
    (table,) = (piece.table.frame for piece in pieces if isinstance(piece, Table))
    assert 13 < len(table) < 26
    assert "环境卫生公司党委" in list(table["counted"])


def test_without_an_entry_it_says_so_or_is_left_out(organisations: tuple[Path, Snapshot]) -> None:
    snapshot = organisations[1]
    silent = "99zb020"  # has handed in nothing
    (heading, sentence) = draw(snapshot, silent, BY_KIND)
    assert isinstance(sentence, Sentence)
    assert heading != sentence
    assert draw(snapshot, silent, {**BY_KIND, "empty": "skip"}) == []


def test_a_block_that_reads_an_extract_gets_no_other_column(organisations: tuple[Path, Snapshot]) -> None:
    @block(reads={"statuses"})
    def best(report: Report, args: Arguments) -> Iterator[Piece]:
        yield Sentence(str(report.scores.selection["total"].max()))

    report = open_report(organisations[1].folder, ROOTS[0])
    with pytest.raises(DataError, match="total") as refused:
        list(Item(best, Arguments()).draw(report))
    assert refused.value.code == "blocks.failed"
    whole = Item(replace(best, reads=best.reads | {"selection"}), Arguments())
    assert len(list(whole.draw(report))) == 1


def test_of_lists_by_result_the_empty_ones_can_be_left_out(organisations: tuple[Path, Snapshot]) -> None:
    entry: dict[str, object] = {"block": "units_by_result", "track": "inspection"}
    every = draw(organisations[1], ROOTS[0], entry)
    some = draw(organisations[1], ROOTS[0], {**entry, "empty": "skip"})
    assert len(every) > len(some) > 0
    assert all(len(piece.table.frame) for piece in some if isinstance(piece, Table))
    assert len(some) == 2 * sum(isinstance(piece, Table) for piece in some)


def test_a_choice_of_several_counts_in_each(organisations: tuple[Path, Snapshot]) -> None:
    rows = pd.DataFrame(
        {"form_id": "f", "unit_code": "A", "occurrence": 1, "row": 0, "field": ["what", "on"],
         "value": ["thought team", "2026-02-03"]}
    )  # fmt: skip
    counts = count_entries(rows, "f/on", "f/what", ["2026-01", "2026-02"])
    assert counts.to_dict("index") == {
        "team": {"2026-01": 0, "2026-02": 1}, "thought": {"2026-01": 0, "2026-02": 1},
    }  # fmt: skip
    assert count_entries(rows, "f/on", "f/what", ["2026-03"]).empty


def test_units_whose_measure_reaches_the_number_are_listed(organisations: tuple[Path, Snapshot]) -> None:
    snapshot = organisations[1]
    measures = snapshot.scores().measures
    met = measures[(measures["measure_id"] == "marks_met") & (measures["value"] >= 5)]
    listed: set[str] = set()
    for root in ROOTS:
        pieces = draw(snapshot, root, FIVE)
        (table,) = (piece.table for piece in pieces if isinstance(piece, Table))
        (sentence,) = (piece.text for piece in pieces if isinstance(piece, Sentence))
        assert f"有{len(table.frame)}个" in sentence
        assert list(table.columns) == ["unit_code", "unit_name", "marks_met", "joint_times"]
        listed |= set(table.frame["unit_code"])
    assert listed == set(met["unit_code"])
    assert len(listed) > 3


@pytest.mark.parametrize(
    ("old", "new", "code", "nearest"),
    [
        ("by: joint/kind", "by: joint/kin", "blocks.unknown_field", "joint/kind"),
        ("on: joint/held_on", "on: joint/held", "blocks.unknown_field", "joint/held_on"),
        ("measure: marks_met", "measure: mark_met", "blocks.unknown_measure", "marks_met"),
        (
            "[joint_times, partners_regular]",
            "[joint_times, partner_regular]",
            "blocks.unknown_measure",
            "partners_regular",
        ),
    ],
)
def test_what_is_not_in_the_campaign_is_found_with_the_nearest_name(
    tmp_path: Path, old: str, new: str, code: str, nearest: str
) -> None:
    folder = lay_out(tmp_path) / "parameters"
    file = folder / "reports" / "inspection.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    campaigns = tuple(read_campaign(path) for path in (folder / "campaigns").glob("*.yaml"))
    problems = check_reports(folder / "reports", Ground(tmp_path / "notebooks", campaigns, complete=True))
    assert [problem.code for problem in problems] == [code]
    assert nearest in problems[0].line("en")


def test_every_report_of_the_campaign_has_something_to_show(organisations: tuple[Path, Snapshot]) -> None:
    folder, snapshot = organisations
    campaign, units = snapshot.campaign(), snapshot.frames(["units"])["units"]
    reports = load_reports(folder / "parameters" / "reports", Ground(folder / "notebooks", (campaign,)))
    ours = {name: report for name, report in reports.items() if report.is_for(campaign)}
    assert {"inspection", "monthly", "commendation", "unit", "overview"} <= set(ours)
    assert "closing" not in ours
    assert tops(units, campaign.member_kinds) == list(ROOTS)
    targets = {name: find_targets(report, campaign, units) for name, report in ours.items()}
    assert targets["inspection"] == list(ROOTS)
    parts = set(partitions(units, campaign.partition_by))
    assert {"99dw001", "99zz001", "99zb023"} <= set(targets["unit"]) <= parts
    assert not {"99sq001", "99bd001"} & set(targets["unit"])
    for name, codes in targets.items():
        for code in {*codes[:1], *codes[-1:]}:
            report = open_report(snapshot.folder, code)
            blocks = open_blocks([dict(entry) for entry in ours[name].blocks])
            pieces = [piece for item in blocks for piece in item.draw(report)]
            assert any(isinstance(piece, Table) and len(piece.table.frame) for piece in pieces), (name, code)
