"""A year of the campaign: an entry lives over all of its months, a unit is merged, closed months stay as they were."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pbwidgets.campaign import Campaign, read_campaign
from pbwidgets.scoring import to_frame
from pbwidgets.scoring.frames import UNITS
from pbwidgets.store import Actor, SubmissionKey, load_state
from pbwidgets.workflows.filling.amending import amend, begin_many
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.rights import operator
from pbwidgets.workflows.ground.snapshots import Snapshot, take_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace, open_workspace
from pbwidgets.workflows.organise.campaigns import Opening, close_campaign, open_definition
from pbwidgets.workflows.organise.register import save_units

FILE = Path(__file__).parents[3] / "parameters" / "campaigns" / "sanhua_jianshe.yaml"
STREET, MERGED, HEIR, OTHER = "990301", "990301001", "990301002", "990301003"
ROWS = [
    (STREET, "云岭街道", "subdistrict", None),
    (MERGED, "大塘村", "village", STREET),
    (HEIR, "石桥村", "village", STREET),
    (OTHER, "梅溪村", "village", STREET),
]
LEVEL, OPERATOR = Actor("li", "reviewer", STREET), operator()
LONG = {"shortcoming": "办公场所漏雨", "post": "村书记", "found_on": "2026-10-12", "due_on": "2026-12-31"}
SHORT = {"shortcoming": "公示栏破损", "post": "村书记", "found_on": "2026-10-06", "due_on": "2026-10-20"}
MERGED_ON = "2027-02-10"


def at(day: date, hour: int = 4) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@dataclass
class Month:
    """What a month's snapshot said at its closing."""

    opened: Opened
    snapshot: Snapshot
    standings: bytes
    long: pd.Series


@dataclass
class Year:
    """The campaign month by month, each opened on its first day and closed on its last."""

    workspace: Workspace
    campaign: Campaign
    months: dict[str, Month] = field(default_factory=dict)

    def run(self) -> None:
        for period in self.campaign.periods:
            begins, ends = period.begins, period.ends
            opened = open_definition(
                self.workspace, OPERATOR, self.campaign, period.id, Opening(now=at(begins))
            )
            self.write(opened, begins)
            close_campaign(Desk(self.workspace, OPERATOR, opened, now=at(ends, 12)))
            closed = self.workspace.opened(self.campaign.id, period.id)
            snapshot = take_snapshot(self.workspace, closed)
            lives = snapshot.frames(["entries"])["entries"]
            long = lives[(lives["form_id"] == "shortcomings") & (lives["opened_on"] == "2026-10-12")]
            assert len(long) == 1, period.id
            self.months[period.id] = Month(closed, snapshot, standings_of(snapshot), long.iloc[0])

    def write(self, opened: Opened, begins: date) -> None:
        """What happens in a month."""
        on = at(begins.replace(day=15))
        level = Desk(self.workspace, LEVEL, opened, now=on)
        if opened.period_id == "2026-10":
            begin_many(level, "shortcomings", [MERGED], LONG)
            begin_many(level, "shortcomings", [OTHER], SHORT)
        elif opened.period_id == "2026-11":
            self.change(opened, OTHER, on, "zhao", fixed_on="2026-11-04")
            self.change(opened, OTHER, on, LEVEL.name, closed_on="2026-11-06")
        elif opened.period_id == "2027-02":
            merge(self.workspace, on)
        elif opened.period_id == "2027-03":
            self.change(opened, HEIR, on, "qian", fixed_on="2027-03-10")
        elif opened.period_id == "2027-09":
            self.change(opened, HEIR, on, LEVEL.name, closed_on="2027-09-15")

    def change(self, opened: Opened, unit: str, now: datetime, account: str, **answers: str) -> None:
        """An amendment of the unit's entry by the unit itself, or by the level."""
        actor = LEVEL if account == LEVEL.name else Actor(account, "filler", unit)
        desk = Desk(self.workspace, actor, opened, now=now)
        key, version, given = entry_of(self.workspace, opened, unit)
        amend(desk, key, {**given, **answers}, seen_version=version)


def entry_of(workspace: Workspace, opened: Opened, unit: str) -> tuple[SubmissionKey, int, dict[str, Any]]:
    """The one shortcoming that a unit has, or continues."""
    with workspace.store.read() as reader:
        for code in (unit, MERGED) if unit == HEIR else (unit,):
            key = opened.submission_key("shortcomings", code, 1)
            found = load_state(reader, key)
            if found is not None:
                return key, found.version, dict(found.answers)
    raise AssertionError(unit)


def merge(workspace: Workspace, now: datetime) -> None:
    units = workspace.units().set_index("unit_code")
    units.loc[MERGED, ["valid_to", "merged_into"]] = [MERGED_ON, HEIR]
    save_units(workspace, OPERATOR, to_frame(units.reset_index(), UNITS), now)


def standings_of(snapshot: Snapshot) -> bytes:
    paths = sorted((snapshot.folder / "frames" / "standings").rglob("*.parquet"))
    assert paths
    return b"".join(path.read_bytes() for path in paths)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    units = pd.DataFrame(ROWS, columns=["unit_code", "unit_name", "kind", "parent_code"])
    with open_workspace(tmp_path_factory.mktemp("year")) as workspace:
        save_units(workspace, OPERATOR, to_frame(units.assign(synthetic=True), UNITS))
        made = Year(workspace, read_campaign(FILE))
        made.run()
        yield made


def test_an_entry_lives_over_all_twelve_months(year: Year) -> None:
    assert len(year.months) == 12
    states = [month.long["state"] for month in year.months.values()]
    assert states == ["found_on"] * 5 + ["fixed_on"] * 6 + ["closed_on"]
    assert {month.long["due_on"] for month in year.months.values()} == {LONG["due_on"]}
    late = [int(month.long["overdue_days"]) for month in year.months.values()]
    days = [(month.opened.period.ends - date(2026, 12, 31)).days for month in year.months.values()]
    assert late[:11] == [max(0, day) for day in days[:11]]
    assert late[11] == (date(2027, 9, 15) - date(2026, 12, 31)).days
    assert year.months["2027-09"].long["flags"] == "closed_late"


def test_a_merged_unit_leaves_its_entry_to_its_heir_and_its_past_to_itself(year: Year) -> None:
    owners = [month.long["unit_code"] for month in year.months.values()]
    assert owners == [MERGED] * 4 + [HEIR] * 8


def test_octobers_standings_are_byte_equal_after_november_closed_a_fault(year: Year) -> None:
    october = year.months["2026-10"]
    assert check_of(october, OTHER) == "short"  # something is overdue
    assert check_of(year.months["2026-11"], OTHER) == "reached"
    shutil.rmtree(october.snapshot.folder.parent)  # nothing is left of what was made at the closing
    again = take_snapshot(year.workspace, year.workspace.opened(year.campaign.id, "2026-10"))
    assert standings_of(again) == october.standings


def check_of(month: Month, unit: str) -> str:
    """State of the check that nothing is overdue."""
    rows = month.snapshot.frames(["standings"])["standings"]
    (state,) = rows.loc[(rows["unit_code"] == unit) & (rows["check_id"] == "put_right"), "state"]
    return str(state)
