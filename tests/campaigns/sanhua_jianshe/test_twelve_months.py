"""A year of the campaign of source 003, month by month through the workflows: entries live on, closed months stay."""

import shutil
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from counties import OPERATOR, ROOT, run_pbwidgets

from pbwidgets.campaign import read_campaign
from pbwidgets.demo.evidence import make_photo
from pbwidgets.errors import DataError
from pbwidgets.scoring import to_frame
from pbwidgets.scoring.frames import UNITS
from pbwidgets.store import Actor, SubmissionKey, load_state
from pbwidgets.workflows.filling.amending import amend, put_off, refuse_done
from pbwidgets.workflows.filling.drafts import hand_in_form
from pbwidgets.workflows.filling.entries import begin_entry
from pbwidgets.workflows.filling.evidence import attach_file
from pbwidgets.workflows.filling.logs import list_log
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.snapshots import Snapshot, take_snapshot
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.organise.campaigns import Opening, close_campaign, open_definition
from pbwidgets.workflows.organise.register import import_register, save_units

CAMPAIGN = "sanhua_jianshe"
STREET, OLD, NEW, OTHER = "9903S", "9903V1", "9903V2", "9903V3"
LEVEL, ORGANISER = Actor("li", "reviewer", STREET), Actor("sun", "organiser")
FILLERS = {code: Actor(f"filler_{code}", "filler", code) for code in (OLD, NEW, OTHER)}
ROWS = [
    (STREET, "甲街道", "subdistrict", None),
    (OLD, "上坪村", "village", STREET),
    (NEW, "下坪村", "village", STREET),
    (OTHER, "石桥村", "village", STREET),
]
MONTHS = [f"2026-{month}" for month in (10, 11, 12)] + [f"2027-{month:02}" for month in range(1, 10)]
LONG, SHORT = "活动室长期上锁", "材料堆放散乱"


@dataclass
class Year:
    """The months that were opened so far, and who writes in the newest of them."""

    workspace: Workspace
    closed: dict[str, Snapshot] = field(default_factory=dict)
    october: str = ""

    def desk(self, actor: Actor, day: str) -> Desk:
        """Desk of somebody at noon of a day, in its month."""
        now = datetime.fromisoformat(day).replace(hour=4, tzinfo=UTC)
        return Desk(self.workspace, actor, self.workspace.opened(CAMPAIGN, day[:7]), "zh_CN", now)

    def open(self, month: str) -> None:
        now = datetime.fromisoformat(f"{month}-01").replace(hour=1, tzinfo=UTC)
        campaign = read_campaign(ROOT / "parameters" / "campaigns" / f"{CAMPAIGN}.yaml")
        open_definition(self.workspace, OPERATOR, campaign, month, Opening(now=now))

    def close(self, month: str) -> None:
        close_campaign(self.desk(ORGANISER, last_day(month)))
        self.closed[month] = take_snapshot(self.workspace, self.workspace.opened(CAMPAIGN, month))

    def begin(
        self, actor: Actor, day: str, form_id: str, unit: str, answers: Mapping[str, Any]
    ) -> SubmissionKey:
        """Key of an entry that was handed in, with a photo where one is asked for."""
        desk = self.desk(actor, day)
        key = begin_entry(desk, form_id, unit)
        photo = {"before": [self.photo(desk, key, "before")]} if form_id == "faults" else {}
        hand_in_form(desk, key, {**answers, **photo}, 1)
        return key

    def photo(self, desk: Desk, key: SubmissionKey, field_path: str) -> str:
        return attach_file(desk, key, field_path, "现场.jpg", make_photo(7)).file.sha256

    def change(self, actor: Actor, day: str, key: SubmissionKey, **answers: Any) -> int:
        """Number of the version made by changing some answers of an entry."""
        desk = self.desk(actor, day)
        with self.workspace.store.read() as reader:
            found = load_state(reader, key)
        assert found is not None
        after = {"after": [self.photo(desk, key, "after")]} if "fixed_on" in answers else {}
        return amend(desk, key, {**(found.answers or {}), **answers, **after}, seen_version=found.version)


def last_day(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{month}-{monthrange(year, number)[1]}"


def fault(what: str, found_on: str, due_on: str) -> dict[str, Any]:
    return {"fault": "idle", "what": what, "post": "村党支部书记", "found_on": found_on, "due_on": due_on}


def money(kind: str, amount: float, day: str, purpose: str) -> dict[str, Any]:
    return {"kind": kind, "amount": amount, "booked_on": day, "purpose": purpose, "voucher": "凭证1"}


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    folder = tmp_path_factory.mktemp("year")
    with open_workspace(folder) as workspace:
        units = [
            {"unit_code": code, "unit_name": name, "kind": kind, "parent_code": parent, "synthetic": True}
            for code, name, kind, parent in ROWS
        ]
        save_units(workspace, OPERATOR, to_frame(units, UNITS), datetime(2026, 10, 1, tzinfo=UTC))
        made = Year(workspace)
        live(made)
        yield made


def live(year: Year) -> None:
    """What happens in the twelve months."""
    year.open("2026-10")
    long = year.begin(LEVEL, "2026-10-05", "faults", OLD, fault(LONG, "2026-10-05", "2026-10-25"))
    year.begin(LEVEL, "2026-10-07", "faults", NEW, fault("墙面破损", "2026-10-07", "2026-11-20"))
    short = year.begin(LEVEL, "2026-10-06", "faults", OTHER, fault(SHORT, "2026-10-06", "2026-10-20"))
    income = year.begin(FILLERS[OLD], "2026-10-06", "funds", OLD, money("own", 100, "2026-10-06", "集体自筹"))
    year.close("2026-10")
    year.october = standings_as_csv(year.workspace)
    year.open("2026-11")
    year.change(FILLERS[OTHER], "2026-11-08", short, fixed_on="2026-11-08")
    year.change(LEVEL, "2026-11-10", short, closed_on="2026-11-10")
    year.begin(FILLERS[OLD], "2026-11-12", "funds", OLD, money("building", 80, "2026-11-12", "粉刷"))
    year.close("2026-11")
    year.open("2026-12")
    year.change(FILLERS[OLD], "2026-12-05", long, fixed_on="2026-12-05")
    refuse_done(year.desk(LEVEL, "2026-12-07"), long, reason="仍未开放", due_on=date(2026, 12, 20))
    year.close("2026-12")
    year.open("2027-01")
    put_off(year.desk(LEVEL, "2027-01-10"), long, date(2027, 1, 20), "等待施工")
    year.close("2027-01")
    year.open("2027-02")
    merge(year.workspace)
    year.close("2027-02")
    for month in MONTHS[5:]:
        year.open(month)
        if month == "2027-03":
            year.begin(LEVEL, "2027-03-02", "faults", NEW, fault("地面不洁", "2027-03-02", "2027-04-20"))
            with pytest.raises(DataError, match=r"余额不足.*粉刷.*2026-11-12.*余额为 -10"):
                year.change(FILLERS[NEW], "2027-03-03", income, amount=70)
            year.begin(FILLERS[NEW], "2027-03-04", "funds", NEW, money("own", 5, "2027-03-04", "义卖"))
        if month == "2027-06":
            year.change(FILLERS[NEW], "2027-06-05", long, fixed_on="2027-06-05")
        if month == "2027-09":
            year.change(LEVEL, "2027-09-05", long, closed_on="2027-09-05")
        year.close(month)


def merge(workspace: Workspace) -> None:
    file = workspace.settings.workspace / "units.csv"
    units = workspace.units().set_index("unit_code")
    units.loc[OLD, ["valid_to", "merged_into"]] = ["2027-02-09", NEW]
    units.reset_index().to_csv(file, index=False)
    import_register(workspace, OPERATOR, file)


def long_fault(snapshot: Snapshot) -> dict[str, Any]:
    """The fault that lives all year, as a month has it."""
    rows = snapshot.records().submissions
    (named,) = rows[(rows["field"] == "what") & (rows["value"] == LONG)].to_dict("records")
    entries = snapshot.scores().entries
    is_it = (entries["form_id"] == "faults") & (entries["unit_code"] == named["unit_code"])
    (found,) = entries[is_it & (entries["occurrence"] == named["occurrence"])].to_dict("records")
    return found


def put_right(snapshot: Snapshot) -> dict[str, str]:
    """State of each unit in the check that nothing is overdue."""
    rows = snapshot.scores().standings
    mine = rows[rows["check_id"] == "put_right"]
    return dict(zip(mine["unit_code"], mine["state"], strict=True))


def measured(snapshot: Snapshot, measure: str) -> dict[str, float]:
    rows = snapshot.scores().measures
    mine = rows[(rows["measure_id"] == measure) & rows["value"].notna()]
    return dict(zip(mine["unit_code"], mine["value"], strict=True))


YEAR = [  # unit, number, state, due on, days overdue, times put off
    (OLD, 1, "found_on", "2026-10-25", 6, 0),
    (OLD, 1, "found_on", "2026-10-25", 36, 0),
    (OLD, 1, "found_on", "2026-12-20", 11, 1),  # done was not accepted, and a new day set
    (OLD, 1, "found_on", "2027-01-20", 11, 2),  # put off
    (NEW, 2, "found_on", "2027-01-20", 39, 2),  # merged
    (NEW, 2, "found_on", "2027-01-20", 70, 2),  # another one was begun: it keeps its number
    (NEW, 2, "found_on", "2027-01-20", 100, 2),
    (NEW, 2, "found_on", "2027-01-20", 131, 2),
    (NEW, 2, "fixed_on", "2027-01-20", 161, 2),  # by the unit that continues the other
    (NEW, 2, "fixed_on", "2027-01-20", 192, 2),
    (NEW, 2, "fixed_on", "2027-01-20", 223, 2),
    (NEW, 2, "closed_on", "2027-01-20", 228, 2),
]


@pytest.mark.parametrize(("month", "wanted"), [*zip(MONTHS, YEAR, strict=True)])
def test_an_entry_lives_over_all_months_and_goes_on_with_the_unit_that_continues_its_own(
    year: Year, month: str, wanted: tuple[object, ...]
) -> None:
    found = long_fault(year.closed[month])
    names = ("unit_code", "occurrence", "state", "due_on", "overdue_days", "due_moved")
    assert tuple(found[name] for name in names) == wanted
    assert (found["opened_on"], found["is_closed"]) == ("2026-10-05", month == "2027-09")
    assert found["flags"] == ("closed_late" if month == "2027-09" else "")
    assert found["refused"] == (month >= "2026-12")


def test_each_month_counts_what_was_open_in_it_with_the_unit_that_had_it(year: Year) -> None:
    assert [put_right(year.closed[month]) for month in MONTHS[:5]] == [
        {OLD: "short", NEW: "reached", OTHER: "short"},
        {OLD: "short", NEW: "short", OTHER: "reached"},
        {OLD: "short", NEW: "short", OTHER: "reached"},
        {OLD: "short", NEW: "short", OTHER: "reached"},
        {NEW: "short", OTHER: "reached"},
    ]
    still_open = [measured(year.closed[month], "faults_open") for month in MONTHS]
    assert still_open == [
        {OLD: 1, NEW: 1, OTHER: 1},
        *[{OLD: 1, NEW: 1, OTHER: 0}] * 3,
        {NEW: 2, OTHER: 0},
        *[{NEW: 3, OTHER: 0}] * 6,
        {NEW: 2, OTHER: 0},
    ]
    overdue = [measured(year.closed[month], "faults_overdue")[NEW] for month in MONTHS]
    assert overdue == [0, 1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 2]
    balances = [measured(year.closed[month], "fund_balance") for month in MONTHS]
    assert balances == [{OLD: 100}, *[{OLD: 20}] * 3, {NEW: 20}, *[{NEW: 25}] * 7]


def test_the_unit_that_continues_another_sees_its_entries_by_their_titles(year: Year) -> None:
    desk = year.desk(FILLERS[NEW], "2027-09-30")
    titles = {line.title: line.key.unit_code for line in list_log(desk, "faults", [NEW])}
    assert titles == {LONG: OLD, "墙面破损": NEW, "地面不洁": NEW}


def test_october_is_equal_byte_by_byte_before_and_after_november_closed_a_fault(year: Year) -> None:
    october = year.closed["2026-10"]
    assert put_right(october)[OTHER] == "short"
    assert put_right(year.closed["2026-11"])[OTHER] == "reached"
    before, folder = files_of(october), october.folder.parent
    assert {"frames/standings", "frames/entries"} <= {"/".join(name.split("/")[:2]) for name in before}
    shutil.rmtree(folder)  # nothing is left of what was made at its closing
    again = take_snapshot(year.workspace, year.workspace.opened(CAMPAIGN, "2026-10"))
    assert files_of(again) == before
    assert standings_as_csv(year.workspace) == year.october


def files_of(snapshot: Snapshot) -> dict[str, bytes]:
    return {
        path.relative_to(snapshot.folder).as_posix(): path.read_bytes()
        for path in sorted(snapshot.folder.rglob("*"))
        if path.is_file()
    }


def standings_as_csv(workspace: Workspace) -> str:
    """Where all units stood in October, as the command tells it."""
    told = run_pbwidgets(
        "score", CAMPAIGN, "--period", "2026-10", "--track", "compliance", "--format", "csv",
        cwd=workspace.settings.workspace,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert OLD in told.stdout
    return told.stdout
