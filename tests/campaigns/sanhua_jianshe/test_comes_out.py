"""What comes out of the campaign of source 003: each thing by the value of an awkward case of its demonstration."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from counties import OPERATOR, lay_out
from pptx import Presentation

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
from pbwidgets.workflows.reports.blocks.pieces import Photos, Piece, Table
from pbwidgets.workflows.reports.files.book import ReportBook
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
    came = frame[frame["visitor"] != ""]
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
    counted = dict(zip(frame["counted"], frame.iloc[:, 1:].sum(axis=1), strict=True))
    assert counted == {names[str(name)]: count for name, count in given.items()}


def test_the_circular_names_who_is_commended(filled: Filled) -> None:
    rows = filled.scores.lists
    proposed = set(rows.loc[(rows["list_id"] == "commended") & rows["proposed"], "unit_code"])
    assert proposed
    assert not proposed & filled.on_list("red")
    names = {filled.names[code] for code in proposed}
    frame = table_of(draw(filled, {"block": "lists", "list": "commended"}))
    assert set(frame["unit_name"]) == names


def test_the_promotion_meeting_has_page_slides_document_and_workbook(filled: Filled, tmp_path: Path) -> None:
    """The overdue clause, the unit that is red, and what is open are the same in the workbook and on the slides."""
    report = open_report(filled.now.folder, ROOT_CODE)
    book = ReportBook(report.cover, tmp_path)
    with chdir(filled.workspace.settings.workspace):
        for block in open_blocks("promotion"):
            book.add(block.draw(report))
        book.save()
    sheets = pd.read_excel(tmp_path / "tables.xlsx", sheet_name=None, header=None, dtype=str)
    cells = {name: frame.fillna("") for name, frame in sheets.items()}
    matrix = next(
        frame
        for frame in cells.values()
        if frame.eq("梅溪村").any(axis=None) and frame.eq("已逾期").any(axis=None)
    )
    row = matrix[matrix.eq("梅溪村").any(axis=1)].iloc[0]
    head = matrix[matrix.eq("标识外观").any(axis=1)].iloc[0]
    assert row[head[head == "标识外观"].index[0]] == "已逾期"
    slides = Presentation(str(tmp_path / "slides.pptx"))
    words = "\n".join(
        shape.text_frame.text for slide in slides.slides for shape in slide.shapes if shape.has_text_frame
    )
    assert "长岭村" in words
    assert (tmp_path / "report.docx").stat().st_size > 10_000
