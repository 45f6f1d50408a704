"""What comes out of the campaign of source 003: each thing by the value of an awkward case of its demonstration."""

import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import altair as alt
import pandas as pd
import pytest
from counties import OPERATOR, lay_out
from docx import Document
from pptx import Presentation

from pbwidgets.batch.reports import run_reports
from pbwidgets.charts.native import NativeChart
from pbwidgets.demo import fill_store
from pbwidgets.errors import RightsError
from pbwidgets.scoring.frames import Records, Scores
from pbwidgets.store import Actor
from pbwidgets.units import unit_names
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.snapshots import Snapshot, take_snapshot
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.meeting.lists import read_list
from pbwidgets.workflows.reports.blocks.lists import open_blocks
from pbwidgets.workflows.reports.blocks.pieces import Figure, Photos, Piece, Table
from pbwidgets.workflows.reports.board import ShownChart, board_choices, draw_board
from pbwidgets.workflows.reports.report import open_report

CAMPAIGN, TRACK, ROOT_CODE = "sanhua_jianshe", "compliance", "990301"
DAY = date(2026, 11, 30)
VILLAGES = [f"{ROOT_CODE}{number:03d}" for number in range(1, 12)]
COMMUNITIES = [f"{ROOT_CODE}{number:03d}" for number in range(12, 15)]


def village(number: int) -> str:
    return VILLAGES[number - 1]


@dataclass(frozen=True)
class Filled:
    """The demonstration in a store of its own, with the snapshots of both months."""

    workspace: Workspace
    now: Snapshot
    records: Records
    scores: Scores
    before: Scores

    @property
    def names(self) -> Mapping[str, str]:
        return unit_names(self.records.units)

    def standing(self, unit: str, check: str, part: str = "") -> pd.Series:
        return self._one(self.scores.standings, unit_code=unit, check_id=check, part=part)

    def entry(self, form: str, unit: str, called: str) -> pd.Series:
        """The entry of a log that is called so."""
        rows = self.records.submissions
        named = rows[(rows["form_id"] == form) & (rows["unit_code"] == unit) & (rows["value"] == called)]
        number = named["occurrence"].iloc[0]
        return self._one(self.scores.entries, form_id=form, unit_code=unit, occurrence=number, row_id="")

    def line(self, form: str, unit: str, row: str) -> pd.Series:
        """A fixed row."""
        return self._one(self.scores.entries, form_id=form, unit_code=unit, row_id=row)

    def measure(self, measure: str, unit: str) -> float:
        rows = self.scores.measures
        found = rows[(rows["measure_id"] == measure) & (rows["unit_code"] == unit)]
        return float(found["value"].iloc[0])

    def on_list(self, list_id: str, scores: Scores | None = None) -> set[str]:
        rows = (scores or self.scores).lists
        return set(rows.loc[(rows["list_id"] == list_id) & rows["on_list"], "unit_code"])

    @staticmethod
    def _one(frame: pd.DataFrame, **wanted: object) -> pd.Series:
        found = frame
        for name, value in wanted.items():
            found = found[found[name] == value]
        assert len(found) == 1, f"{wanted}: {len(found)}"
        return found.iloc[0]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    folder: Path = lay_out(tmp_path_factory.mktemp("standards") / "workspace")
    with open_workspace(folder) as workspace:
        fill_store(workspace, OPERATOR, CAMPAIGN, 1, DAY)
        now = take_snapshot(workspace, workspace.opened(CAMPAIGN, "2026-11"))
        before = take_snapshot(workspace, workspace.opened(CAMPAIGN, "2026-10"))
        yield Filled(workspace, now, now.records(), now.scores(), before.scores())


def in_days(days: int) -> str:
    return (DAY + timedelta(days=days)).isoformat()


# -- the matrix ----------------------------------------------------------------------------------------


def test_all_fourteen_units_stand_in_the_matrix(filled: Filled) -> None:
    standings = filled.scores.standings
    assert set(standings["unit_code"]) == {*VILLAGES, *COMMUNITIES}
    every = standings.groupby("unit_code")["check_id"].nunique()
    assert set(every) == {len(filled.now.campaign().track(TRACK).checks)}


def test_the_matrix_gives_each_standard_its_state(filled: Filled) -> None:
    unit = village(9)
    assert {
        part: filled.standing(unit, "standards", part)["state"] for part in ("set_up", "team", "duty")
    } == {
        "set_up": "overdue",
        "team": "overdue",
        "duty": "overdue",
    }
    assert filled.standing(unit, "standards", "set_up")["overdue_days"] == 31
    assert filled.line("standards", unit, "set_up")["state"] == "under_way"
    assert filled.line("standards", unit, "duty")["state"] == "not_begun"
    headings = set(filled.scores.standings["heading"])
    assert headings == {choice.id for choice in filled.now.campaign().choices["aims"]}


def test_an_overdue_clause_makes_its_section_overdue(filled: Filled) -> None:
    clause = filled.line("clauses", village(3), "signs_2")
    assert (clause["state"], clause["due_on"], clause["overdue_days"]) == ("under_way", in_days(-31), 31)
    section = filled.standing(village(3), "clauses", "signs")
    assert (section["state"], section["overdue_days"], section["least"]) == ("overdue", 31, 8)
    assert section["value"] < 8


def test_what_is_claimed_and_not_accepted_is_never_reached(filled: Filled) -> None:
    clause = filled.line("clauses", village(1), "rules_3")
    assert (clause["claimed"], clause["is_closed"]) == (True, False)
    section = filled.standing(village(1), "clauses", "rules")
    assert section["state"] != "reached"
    assert section["value"] == 7


def test_a_clause_that_is_reached_has_its_photo(filled: Filled) -> None:
    clause = filled.line("clauses", village(4), "rooms_1")
    assert (clause["state"], clause["is_closed"]) == ("reached", True)
    rows = filled.records.submissions
    rows = rows[(rows["form_id"] == "clauses") & (rows["unit_code"] == village(4))]
    at = rows.loc[(rows["field"] == "lines/row") & (rows["value"] == "rooms_1"), "row"].iloc[0]
    photos = rows[(rows["field"] == "lines/photo") & (rows["row"] == at)]
    assert len(photos) == 1


def test_an_excused_check_does_not_apply(filled: Filled) -> None:
    assert filled.standing(COMMUNITIES[2], "clauses", "rooms")["state"] == "not_applicable"
    assert filled.standing(COMMUNITIES[0], "clauses", "rooms")["state"] != "not_applicable"


def test_a_day_that_was_put_off_counts_as_moved(filled: Filled) -> None:
    check = filled.standing(village(10), "standards", "team")
    assert (check["due_on"], check["due_moved"], check["overdue_days"]) == (in_days(20), 1, 0)
    entry = filled.entry("shortcomings", village(11), "公示栏内容过期")
    assert (entry["due_on"], entry["due_moved"], entry["overdue_days"]) == (in_days(12), 1, 0)


def test_only_communities_are_asked_for_members_who_reported_in(filled: Filled) -> None:
    for check in ("reported_in", "sent_down"):
        rows = filled.scores.standings
        states = rows[rows["check_id"] == check].set_index("unit_code")["state"]
        assert set(states[VILLAGES]) == {"not_applicable"}
        assert "not_applicable" not in set(states[COMMUNITIES])


def test_a_unit_without_a_task_force_falls_short(filled: Filled) -> None:
    assert filled.measure("task_force", village(9)) == 0
    assert filled.standing(village(9), "posts")["state"] == "overdue"
    assert filled.standing(village(8), "posts")["state"] == "reached"


def test_coverage_is_told_for_hardware_and_for_software(filled: Filled) -> None:
    for ware, count in (("hardware", 24), ("software", 16)):
        assert filled.measure(ware, village(1)) == count
        share = filled.measure(f"{ware}_reached", village(1)) / count * 100
        assert filled.measure(f"{ware}_pct", village(1)) == pytest.approx(share, abs=0.05)


def test_a_finished_room_that_nobody_uses_is_flagged(filled: Filled) -> None:
    unit = village(8)
    assert [filled.measure(name, unit) for name in ("room_finished", "hours_month", "visits_month")] == [
        1,
        0,
        0,
    ]
    assert filled.standing(unit, "room_used")["state"] in ("short", "under_way", "due_soon")
    used = filled.standing(village(7), "room_used")["state"]
    assert used == ("reached" if filled.measure("room_finished", village(7)) else "not_applicable")


def test_the_demonstration_point_goes_first_and_is_visited(filled: Filled) -> None:
    standings = filled.scores.standings
    concerned = standings[
        standings["check_id"].isin(["first", "observed"]) & (standings["state"] != "not_applicable")
    ]
    assert set(concerned["unit_code"]) == {village(2)}
    assert filled.standing(village(2), "first")["due_on"] == in_days(10)
    assert filled.standing(village(2), "observed")["state"] == "reached"


# -- what is put right ---------------------------------------------------------------------------------


def test_a_fault_that_was_closed_late_says_so(filled: Filled) -> None:
    entry = filled.entry("faults", village(5), "旧村部长期闲置")
    assert (entry["state"], entry["closed_on"], entry["days"]) == ("closed_on", in_days(-20), 26)
    assert (entry["overdue_days"], entry["flags"]) == (10, "closed_late")


def test_a_failed_acceptance_has_its_new_day(filled: Filled) -> None:
    entry = filled.entry("faults", village(6), "后院垃圾未清运")
    assert (entry["state"], entry["refused"], entry["due_on"]) == ("found_on", 1, in_days(8))
    assert (entry["is_closed"], entry["overdue_days"]) == (False, 0)


def test_an_overdue_shortcoming_falls_short(filled: Filled) -> None:
    entry = filled.entry("shortcomings", village(9), "两委班子缺额未补，组织设置未调整")
    assert entry["overdue_days"] == 18
    assert filled.measure("shortcomings_overdue", village(9)) == 1
    assert filled.standing(village(9), "put_right")["state"] != "reached"


def test_a_task_is_given_to_all_at_once(filled: Filled) -> None:
    rows = filled.scores.entries
    tasks = rows[rows["form_id"] == "tasks"]
    assert Counter(tasks["unit_code"]) == dict.fromkeys([*VILLAGES, *COMMUNITIES], 2)
    assert Counter(tasks["state"]) == {"checked_on": 14, "given_on": 14}


# -- money ---------------------------------------------------------------------------------------------


def test_a_skipped_tender_with_spending_is_flagged(filled: Filled) -> None:
    entry = filled.entry("works", village(7), "党群广场硬化")
    assert "skipped:tendered_on" in entry["flags"].split()
    assert (filled.measure("skipped_steps", village(7)), filled.measure("untendered", village(7))) == (1, 1)
    assert filled.standing(village(7), "money_by_procedure")["state"] != "reached"


def test_spending_stands_against_the_budget(filled: Filled) -> None:
    budget, spent = filled.measure("budget", village(7)), filled.measure("spent", village(7))
    assert spent >= 46_000
    assert filled.measure("spent_pct", village(7)) == pytest.approx(spent / budget * 100, abs=0.05)
    assert filled.standing(village(7), "within_budget")["most"] == 100


def test_the_balance_runs_from_the_ledger(filled: Filled) -> None:
    assert filled.measure("fund_balance", village(3)) == 60_000 + 12_000 - 3_200 - 21_500
    assert filled.measure("fund_lowest", village(3)) >= 0


# -- lists ---------------------------------------------------------------------------------------------


def test_every_unit_is_red_yellow_or_green(filled: Filled) -> None:
    lights = [filled.on_list(name) for name in ("red", "yellow", "green")]
    assert sum(map(len, lights)) == 14
    assert set.union(*lights) == {*VILLAGES, *COMMUNITIES}
    assert all(lights)
    assert village(9) in lights[0]


def test_two_red_months_put_a_unit_on_the_accountability_list(filled: Filled) -> None:
    twice = filled.on_list("red") & filled.on_list("red", filled.before)
    assert village(9) in twice


def test_the_accountability_list_is_for_the_committee_only(filled: Filled) -> None:
    assert "accountable" not in set(filled.scores.lists["list_id"])
    opened = filled.workspace.opened(CAMPAIGN, "2026-11")
    top = Actor("top", "reviewer", ROOT_CODE)
    rows = read_list(Desk(filled.workspace, top, opened), "accountable").rows.set_index("unit_code")
    assert list(rows.index[rows["on_list"]]) == [village(9)]
    assert "2" in rows.loc[village(9), "reason"]
    others = [
        Actor("leader", "leader", ROOT_CODE), Actor("analyst", "analyst"), Actor("filler", "filler", village(9)),
        Actor("reviewer", "reviewer", village(9)), Actor("admin", "admin"),
    ]  # fmt: skip
    for actor in others:
        with pytest.raises(RightsError, match=r"."):
            read_list(Desk(filled.workspace, actor, opened), "accountable")


# -- what is shown -------------------------------------------------------------------------------------


def draw(filled: Filled, entry: Mapping[str, object]) -> list[Piece]:
    report = open_report(filled.now.folder, ROOT_CODE)
    return [piece for item in open_blocks([entry]) for piece in item.draw(report)]


def table_of(pieces: Sequence[Piece]) -> pd.DataFrame:
    return next(piece.table.frame for piece in pieces if isinstance(piece, Table))


def entries_of(form: str, *columns: str) -> dict[str, object]:
    return {
        "block": "entries", "form": form, "where": "not(${entry_closed})", "columns": list(columns),
        "sort": "overdue_days",
    }  # fmt: skip


def test_what_is_open_is_listed_by_days_overdue(filled: Filled) -> None:
    frame = table_of(draw(filled, entries_of("faults", "unit", "what", "state", "due_on", "overdue_days")))
    assert list(frame["overdue_days"])[:2] == [15, 6]
    assert list(frame["unit"])[:2] == ["梅溪村", "白水村"]
    moved = frame.set_index("what").loc["后院垃圾未清运"]
    assert (moved["due_on"], moved["overdue_days"]) == (in_days(8), 0)
    assert "旧村部长期闲置" not in set(frame["what"])  # closed, though late


def test_photos_before_and_after_stand_beside_each_other(filled: Filled) -> None:
    asked = {"block": "photos", "form": "faults", "before": "before", "after": "after"}
    shown = next(piece for piece in draw(filled, asked) if isinstance(piece, Photos))
    pair = next(pair for pair in shown.pairs if "旧村部长期闲置" in pair.title)
    assert all(photo.file is not None and photo.file.is_file() for photo in pair.photos)
    still_open = next(pair for pair in shown.pairs if "农家书屋与服务厅分处两地" in pair.title)
    assert (still_open.before.file is None, still_open.after.file is None) == (False, True)


def test_visits_name_who_came(filled: Filled) -> None:
    asked = {"block": "entries", "form": "visits", "columns": ["unit", "kind", "visitor"]}
    frame = table_of(draw(filled, asked))
    came = frame[frame["visitor"].notna()]
    assert came.to_numpy().tolist() == [["石桥村", "观摩", "梅溪村"]]


def test_papers_are_counted_by_platform(filled: Filled) -> None:
    title = {"zh": "宣传稿件", "en": "Papers"}
    asked = {
        "block": "counts_by_month",
        "by": "publicity/platform",
        "on": "publicity/published_on",
        "title": title,
    }
    frame = table_of(draw(filled, asked))
    rows = filled.records.submissions
    given = rows.loc[(rows["form_id"] == "publicity") & (rows["field"] == "platform"), "value"].value_counts()
    names = {choice.id: choice.label.zh for choice in filled.now.campaign().choices["platform"]}
    counted = dict(zip(frame["counted"], frame["sum"], strict=True))
    assert counted == {names[str(name)]: count for name, count in given.items()}
    assert list(frame.columns) == [
        "counted",
        "2026-10",
        "2026-11",
        "sum",
    ]  # what lasts is counted from the start
    assert frame["2026-10"].any()


def test_the_circular_names_who_is_commended(filled: Filled) -> None:
    rows = filled.scores.lists
    proposed = set(rows.loc[(rows["list_id"] == "commended") & rows["proposed"], "unit_code"])
    assert proposed
    assert not proposed & filled.on_list("red")
    names = {filled.names[code] for code in proposed}
    frame = table_of(draw(filled, {"block": "lists", "list": "commended"}))
    assert set(frame["unit_name"]) == names


# -- the files ------------------------------------------------------------------------------------------

OWN = [village(1), village(2), village(3), village(4), village(7), village(8), village(9), COMMUNITIES[2]]
"""Units of the awkward cases whose own reports are made too."""


@dataclass(frozen=True)
class Made:
    """The reports as they lie in the folder: their workbooks, pages, slides and documents."""

    folder: Path

    def file(self, report: str, name: str, unit: str = ROOT_CODE) -> Path:
        return self.folder / report / unit / name

    def sheets(self, report: str) -> dict[str, pd.DataFrame]:
        read = pd.read_excel(self.file(report, "tables.xlsx"), sheet_name=None, engine="openpyxl")
        return {str(name): frame for name, frame in read.items()}

    def tables(self, report: str, unit: str = ROOT_CODE) -> list[pd.DataFrame]:
        """Tables of the page."""
        return pd.read_html(StringIO(self.page(report, unit)))

    def page(self, report: str, unit: str = ROOT_CODE) -> str:
        return self.file(report, "report.html", unit).read_text(encoding="utf-8")

    def slides(self, report: str) -> list[str]:
        """All words of each slide."""
        made = []
        for slide in Presentation(str(self.file(report, "slides.pptx"))).slides:
            words = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
            for shape in slide.shapes:
                if shape.has_table:
                    words += [cell.text for row in shape.table.rows for cell in row.cells]
            made.append("\n".join(words))
        return made

    def document(self, report: str) -> str:
        paper = Document(str(self.file(report, "report.docx")))
        cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
        return "\n".join([*(one.text for one in paper.paragraphs), *cells])


@pytest.fixture(scope="module")
def made(filled: Filled) -> Made:
    runs = run_reports(
        filled.workspace,
        [filled.workspace.opened(CAMPAIGN, "2026-11")],
        unit_codes=[ROOT_CODE, *OWN],
        workers=2,
    )
    assert {run.manifest.units[code].failure for run in runs for code in run.codes} == {None}
    return Made(runs[0].folder.parent)


def row_of(frame: pd.DataFrame, **wanted: object) -> pd.Series:
    for name, value in wanted.items():
        frame = frame[frame[name] == value]
    assert len(frame) == 1, (wanted, len(frame))
    return frame.iloc[0]


def table_with(tables: Iterable[pd.DataFrame], *columns: str) -> pd.DataFrame:
    return next(frame for frame in tables if set(columns) <= set(frame.columns))


@pytest.fixture(scope="module")
def matrix(filled: Filled) -> alt.TopLevelMixin:
    pieces = draw(filled, {"block": "standings", "of": TRACK, "view": "matrix"})
    return next(piece.chart for piece in pieces if isinstance(piece, Figure))


def cells_of(chart: alt.TopLevelMixin) -> dict[tuple[int, float], tuple[str, str]]:
    """State and sign in each cell of the matrix, from the data of the chart: by row, and middle of the column."""
    rows = [row for rows in chart.to_dict()["datasets"].values() for row in rows if "state" in row]
    return {(row["row"], row["middle"]): (row["state"], row["text"]) for row in rows}


@pytest.mark.parametrize(
    ("unit", "check", "words", "sign", "days", "value"),
    [
        (village(3), "标识外观", "已逾期", "逾", 31, None),
        (village(1), "管理制度", "待验收", "待", 0, 7),
        (village(4), "功能布局", "已达标", "✓", 0, 8),
        (village(7), "三资招投标", "未达到", "差", 0, 0),
        (village(8), "场所有人用", "未达到", "差", 0, 0),
        (village(9), "组织设置", "已逾期", "逾", 31, 0),
        (village(9), "责任落实", "已逾期", "逾", 31, 0),
        (village(2), "接待观摩", "已达标", "✓", 0, 1),
        (COMMUNITIES[2], "功能布局", "不适用", "—", 0, None),
    ],
)
def test_a_check_is_the_same_in_sheet_chart_and_page(
    filled: Filled, made: Made, matrix: alt.TopLevelMixin, unit: str, check: str, words: str, sign: str,
    days: int, value: float | None,
) -> None:  # fmt: skip
    name, sheets = filled.names[unit], made.sheets("promotion")
    whole = sheets["全面达标：矩阵"]
    assert row_of(whole, 单位=name)[check] == words
    listed = row_of(sheets["全面达标：明细"], 单位=name, 检查项=check)
    assert (listed["状态"], listed["逾期天数"]) == (words, days)
    assert value is None or listed["完成值"] == value
    cells = cells_of(matrix)
    middles = sorted({middle for _, middle in cells})
    checks = [column for column in whole.columns if column not in ("单位", "已达标", "应达标")]
    place = list(whole["单位"]).index(name), middles[checks.index(check)]
    state = {"已逾期": "overdue", "待验收": "claimed", "已达标": "reached", "未达到": "short"}
    assert cells[place] == (state.get(words, "not_applicable"), sign)
    page = made.page("promotion")
    assert re.search(f'aria-label="middle: {place[1]:g}; row: {place[0]}; [^"]*text: {sign}"', page)
    own = row_of(table_with(made.tables("unit", unit), "检查项", "状态"), 检查项=check)
    assert (own["状态"], own["逾期天数"]) == (words, days)
    slide = next(text for text in made.slides("promotion") if "全面达标：矩阵" in text)
    assert name in slide


def test_the_matrix_of_files_has_all_fourteen_units(
    filled: Filled, made: Made, matrix: alt.TopLevelMixin
) -> None:
    names = [filled.names[code] for code in (*VILLAGES, *COMMUNITIES)]
    assert list(made.sheets("promotion")["全面达标：矩阵"]["单位"]) == names
    assert {row for row, _ in cells_of(matrix)} == set(range(14))


def test_coverage_is_the_same_in_sheet_chart_and_page(filled: Filled, made: Made) -> None:
    """By aim and by unit: what is reached of what is expected, claimed beside it and never in it."""
    for by, head in (("heading", "类别"), ("unit", "单位")):
        sheet = made.sheets("promotion")[f"全面达标：按{head}"].set_index(head)
        pieces = draw(filled, {"block": "standings", "of": TRACK, "view": "coverage", "by": by})
        native = next(piece.native for piece in pieces if isinstance(piece, Figure))
        assert isinstance(native, NativeChart)
        shown = {one.name: dict(zip(native.categories, one.values, strict=True)) for one in native.series}
        assert shown["已达标"] == sheet["已达标"].to_dict()
        assert (sheet["已达标"].sum(), sheet["待验收"].sum()) == (
            (filled.scores.standings["state"] == "reached").sum(),
            1,
        )
        page = made.page("promotion")
        for name, reached, expected in sheet[["已达标", "应达标"]].itertuples():
            assert f">{name}<" in page
            assert f">{reached}/{expected}<" in page


@pytest.mark.parametrize(
    ("report", "columns", "wanted"),
    [
        (
            "promotion",
            ("单位", "问题"),
            {"单位": "梅溪村", "问题": "农家书屋与服务厅分处两地", "逾期天数": 15},
        ),
        (
            "promotion",
            ("单位", "问题"),
            {"单位": "沙洲村", "进度": "已发现", "时限": in_days(8), "逾期天数": 0},
        ),
        (
            "promotion",
            ("单位", "短板"),
            {"单位": "长岭村", "短板": "两委班子缺额未补，组织设置未调整", "逾期天数": 18},
        ),
        (
            "promotion",
            ("单位", "提示"),
            {"单位": "凤凰村", "累计支出": "46000元", "提示": "跳过“已招标”"},
        ),
        ("promotion", ("单位", "来访单位"), {"单位": "石桥村", "来访单位": "梅溪村"}),
        (
            "to_put_right",
            ("单位", "短板", "责任职务"),
            {"单位": "古井村", "时限": in_days(12), "逾期天数": 0},
        ),
    ],
)
def test_an_entry_is_the_same_in_sheet_and_page(
    made: Made, report: str, columns: tuple[str, ...], wanted: dict[str, object]
) -> None:
    for tables in (made.sheets(report).values(), made.tables(report)):
        frame = table_with(tables, *columns)
        if "时限" in frame:
            frame = frame.assign(时限=pd.to_datetime(frame["时限"]).dt.strftime("%Y-%m-%d"))
        row_of(frame, **wanted)


def test_the_rectification_list_is_in_order_of_the_days_overdue(made: Made) -> None:
    """What is overdue of every form and every line, the longest first; on the page as in the sheet."""
    sheet = made.sheets("to_put_right")["在办和逾期事项"]
    assert list(sheet["逾期天数"]) == sorted(sheet["逾期天数"], reverse=True)
    assert sheet["逾期天数"].min() > 0
    page = table_with(made.tables("to_put_right"), "单位", "表单", "事项", "逾期天数")
    kept = ["单位", "表单", "事项", "逾期天数"]
    assert page[kept].to_numpy().tolist() == sheet[kept].to_numpy().tolist()
    found = {(row["单位"], row["事项"]): row["逾期天数"] for row in sheet.to_dict("records")}
    assert found["梅溪村", "农家书屋与服务厅分处两地"] == 15
    assert found["长岭村", "组织设置"] == 31
    assert not {"旧村部长期闲置", "后院垃圾未清运"} & {title for _, title in found}


def test_a_fault_closed_late_stands_with_both_photos(made: Made) -> None:
    row = row_of(made.sheets("promotion")["场所“闲散乱脏”整治：前后对比"], 事项="竹园村：旧村部长期闲置")
    assert (row["整治前照片"], row["整治后照片"]) == ("有", "有")
    assert row["状态"].endswith(f"已销号 {in_days(-20)}")
    for report in ("promotion", "photo_sheet"):
        page = made.page(report)
        part = page.partition("竹园村：旧村部长期闲置")[2][:400_000]
        assert in_days(-20) in part[:400]
        assert part.partition("整治后照片")[0].count("<img") == 2
        assert f"已销号 {in_days(-20)}" in made.document(report)
    assert any("旧村部长期闲置" in slide and in_days(-20) in slide for slide in made.slides("promotion"))


def test_the_lights_are_the_same_in_sheet_slide_and_page(filled: Filled, made: Made) -> None:
    lights = {
        name: {filled.names[code] for code in filled.on_list(list_id)}
        for list_id, name in (("red", "红"), ("yellow", "黄"), ("green", "绿"))
    }
    assert lights["红"] == {"长岭村"}
    sheet = made.sheets("promotion")["名单"]
    page = table_with(made.tables("promotion"), "单位", "名单", "说明")
    for frame in (sheet, page):
        assert frame.groupby("名单")["单位"].agg(set).to_dict() == lights
    reason = row_of(sheet, 单位="长岭村")["说明"]
    assert "组织设置逾期31天" in reason
    assert row_of(page, 单位="长岭村")["说明"] == reason
    count = "，".join(f"{name}{len(units)}个" for name, units in lights.items())
    assert any(count in slide and reason in slide for slide in made.slides("promotion"))


def test_the_circular_is_a_draft_until_the_meeting_decides(filled: Filled, made: Made) -> None:
    rows = filled.scores.lists
    proposed = set(rows.loc[(rows["list_id"] == "commended") & rows["proposed"], "unit_code"])
    names = {filled.names[code] for code in proposed}
    assert names == {
        "枫树村",
        "古井村",
        "云岭社区",
    }  # neither 凤凰村 without its tender nor 青山村 with its empty room
    sheet = made.sheets("commended_units")["通报表扬"]
    page = table_with(made.tables("commended_units"), "单位", "名单")
    assert set(sheet["单位"]) == set(page["单位"]) == names
    assert set(sheet["决定情况"]) == {"拟列，待决定"}
    document = made.document("commended_units")
    assert "通报表扬（拟列，待决定）（3个）" in document
    assert all(name in document for name in names)
    assert "长岭村" not in document


def test_no_file_tells_of_the_accountability_list(made: Made) -> None:
    """Nor of the two red months that put a unit on it, nor of what the committee said."""
    files = [path for path in made.folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".html", ".ipynb", ".xlsx", ".pptx", ".docx", ".svg"}
    for path in files:
        data = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                data = [archive.read(name) for name in archive.namelist()]
        for word in ("问责", "列红月数", "连续两个月列红", "accountable", "red_months"):
            assert not any(word.encode() in part for part in data), (path, word)


def test_every_slide_of_the_promotion_meeting_has_its_source_and_its_number(made: Made) -> None:
    slides = made.slides("promotion")
    assert len(slides) == 13
    for number, words in enumerate(slides[1:], start=2):
        assert "数据截至2026-11-30" in words
        assert words.splitlines().count(str(number)) >= 1


def test_no_cell_of_the_matrix_on_the_slide_makes_its_row_higher(made: Made) -> None:
    """A line without a letter is as high as the usual 18 points, and pushes the legend off the slide."""
    tables = [
        shape.table
        for slide in Presentation(str(made.file("promotion", "slides.pptx"))).slides
        for shape in slide.shapes
        if shape.has_table
    ]
    matrix = next(table for table in tables if len(table.columns) > 30)
    assert len(matrix.rows) == 2 + 14
    assert all(cell.text for row in matrix.rows for cell in row.cells if not cell.is_spanned)


def test_the_board_shows_the_same_matrix(filled: Filled, matrix: alt.TopLevelMixin) -> None:
    top = Actor("top", "reviewer", ROOT_CODE)
    desk = Desk(filled.workspace, top, filled.workspace.opened(CAMPAIGN, "2026-11"))
    choice = next(one for one in board_choices(desk, ROOT_CODE) if one.block == "standings")
    (chart,) = (one for one in draw_board(desk, ROOT_CODE, choice) if isinstance(one, ShownChart))
    found = {
        (row["row"], row["middle"]): (row["state"], row["text"])
        for rows in chart.spec["datasets"].values()
        for row in rows
        if "state" in row
    }
    assert found == cells_of(matrix)
    assert Counter(state for state, _ in found.values())["overdue"] == 7
