"""The demonstration lives: on any day every account has something to do, and nothing is dated after that day."""

import itertools
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from counties import CAMPAIGN, OPERATOR, ROOT, TODAY, lay_out, lay_out_small, run_pbwidgets
from pages import shown

from pbwidgets.apps.pages.home import show_home
from pbwidgets.apps.visit import Visit
from pbwidgets.campaign import campaign_version, read_campaign
from pbwidgets.demo import add_demo_accounts, fill_store, laying, list_demos, read_demo
from pbwidgets.demo.laying import date_papers, lay_around, morning, today_of, write_days
from pbwidgets.errors import DataError
from pbwidgets.workflows.duties.due import list_due
from pbwidgets.workflows.duties.others import list_duties
from pbwidgets.workflows.ground import desk
from pbwidgets.workflows.ground import workspace as ground
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.organise.campaigns import open_campaign
from pbwidgets.workflows.people.accounts import find_actor, list_accounts
from pbwidgets.workflows.progress.grid import awaiting_review, list_to_do

CAMPAIGN_FILE = ROOT / "parameters" / "campaigns" / f"{CAMPAIGN}.yaml"
DEMO_FILE = ROOT / "parameters" / "demo" / f"{CAMPAIGN}.yaml"
DAYS = [date(2026, 1, 1), date(2024, 2, 29), date(2025, 12, 31)]
"""Days that are over: what took its date from the clock of the machine would be after them."""
OTHER = "sanlian_sancu"
DONE_ALREADY = {"sanhua-filler2", "sanhua-leader"}
"""The sub-district has handed in its one form, and nothing there has places that a leader previews."""
PLANS = {"until", "deadline", "due_on", "definition"}
"""Columns that may name days still to come."""


@pytest.fixture(scope="module", params=DAYS, ids=str)
def lively(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Workspace, date]]:
    """Small demonstrations of all campaigns in one store, of a day, on that day."""
    folder, day = tmp_path_factory.mktemp("lively") / "county", request.param
    lay_out_small(folder)
    with open_workspace(folder) as workspace, pytest.MonkeyPatch.context() as patch:
        for place in (ground, desk):
            patch.setattr(place, "utc_now", lambda: morning(day))
        for campaign in list_demos(workspace.settings.parameters):
            fill_store(workspace, OPERATOR, campaign, 1, day)
            add_demo_accounts(workspace, OPERATOR, campaign, day)
        yield workspace, day


def test_every_account_has_something_to_do_on_its_home_page(lively: tuple[Workspace, date]) -> None:
    workspace, _ = lively
    names = [account.name for account in list_accounts(workspace, OPERATOR)]
    pages = {
        name: shown(show_home(Visit(workspace, find_actor(workspace, name), {}, "zh_CN"))) for name in names
    }
    assert len(names) == 20
    idle = {name for name, page in pages.items() if not re.search("待办（[1-9]", page)}
    assert idle == DONE_ALREADY


def test_between_them_the_accounts_see_every_kind_of_work(lively: tuple[Workspace, date]) -> None:
    workspace, _ = lively
    opened = workspace.opened()
    fillers = [list_to_do(desk_of(workspace, f"filler{number}")) for number in (1, 2, 3)]
    assert [list(due["state"]) for due in fillers] == [["returned"], ["draft"], ["returned"]]
    assert all((due["days_left"] == 10).all() for due in fillers)
    queues = [awaiting_review(desk_of(workspace, f"reviewer{number}")) for number in (1, 2, 3)]
    assert all(queue["count"].sum() >= 4 for queue in queues)
    late = list_due(desk_of(workspace, "reviewer1")).overdue_below
    assert {due.state for due in itertools.chain(*late.values())} == {"not_begun"}
    duties = {name: {duty.kind for duty in list_duties(desk_of(workspace, name))} for name in WHO}
    assert duties == WHO
    assert [track.id for track in opened.campaign.tracks] == [
        duty.track.id for duty in list_duties(desk_of(workspace, "reviewer3")) if duty.track
    ]


def test_the_other_campaign_has_every_kind_of_work_as_well(lively: tuple[Workspace, date]) -> None:
    workspace, _ = lively
    fillers = [list_to_do(desk_of(workspace, f"sancu-filler{number}", OTHER)) for number in (1, 2, 3, 4)]
    assert [list(due["state"]) for due in fillers] == [["returned"], ["draft"], ["returned"], ["draft"]]
    queues = [awaiting_review(desk_of(workspace, f"sancu-reviewer{number}", OTHER)) for number in (1, 2)]
    assert all(queue["count"].sum() >= 3 for queue in queues)
    assert {duty.kind for duty in list_duties(desk_of(workspace, "organiser", OTHER))} >= {
        "decide",
        "reports",
    }
    organiser = find_actor(workspace, "organiser")
    home = shown(show_home(Visit(workspace, organiser, {"campaign": OTHER}, "zh_CN")))
    assert "分等次，等待会议决定" in home
    assert "名额 0" not in home


WHO = {
    "filler1": set(),
    "reviewer1": {"nominate"},
    "reviewer2": {"nominate"},
    "reviewer3": {"decide"},
    "leader": {"preview"},
    "analyst": {"preview", "reports"},
    "organiser": {"decide", "reports", "accounts"},
    "admin": {"accounts"},
}
"""Which other duties each account has."""


def desk_of(workspace: Workspace, name: str, campaign: str | None = None) -> Desk:
    return Desk(workspace, find_actor(workspace, name), workspace.opened(campaign))


def test_no_record_is_dated_after_the_day(lively: tuple[Workspace, date]) -> None:
    workspace, day = lively
    found = list(days_in_store(workspace.settings.private / "store.sqlite"))
    assert len(found) > 1_000
    assert not [(where, said) for where, said in found if said > day.isoformat()]


def days_in_store(file: Path) -> Iterator[tuple[str, str]]:
    """Every day that stands anywhere in a store, but in what is planned."""
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        for (table,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
            for row in connection.execute(f"select * from {table}"):
                for column in set(row.keys()) - PLANS:
                    text = re.sub('"(until|deadline|due_on)": ?"[^"]*"', "", str(row[column]))
                    for said in re.findall(r"\b\d{4}-\d\d-\d\d\b", text):
                        yield f"{table}.{column}", said


def test_its_period_is_the_year_of_the_day_and_stands_in_the_campaign_file(
    lively: tuple[Workspace, date],
) -> None:
    workspace, day = lively
    opened = workspace.opened()
    assert opened.period_id == str(day.year)
    assert opened.period.begins < day < opened.period.ends
    assert open_campaign(workspace, OPERATOR, CAMPAIGN) == opened
    text = workspace.campaign_file(CAMPAIGN).read_text(encoding="utf-8")
    assert "\n# Points, weights and frequencies marked" in text


def test_the_files_of_a_checkout_are_left_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(tmp_path)
    before = CAMPAIGN_FILE.read_bytes()
    campaign = read_campaign(CAMPAIGN_FILE)
    moved = lay_around(campaign, read_demo(DEMO_FILE), date(2030, 5, 1))
    with open_workspace(tmp_path) as workspace:
        with monkeypatch.context() as patch:
            patch.setattr(laying, "packaged_workspace", lambda: tmp_path)
            write_days(workspace, campaign, moved)
        assert workspace.campaign_file(CAMPAIGN).read_bytes() == before
        write_days(workspace, campaign, moved)
        assert workspace.read_campaign(CAMPAIGN) == moved


@pytest.mark.parametrize("day", [*DAYS, TODAY, laying.EARLIEST, laying.LATEST])
def test_one_phase_begins_on_the_day_and_all_keep_their_lengths(day: date) -> None:
    campaign, demo = read_campaign(CAMPAIGN_FILE), read_demo(DEMO_FILE)
    moved = lay_around(campaign, demo, day)
    assert today_of(moved, demo) == day
    before, after = campaign.periods[-1].phases, moved.periods[-1].phases
    assert [phase.ends - phase.begins for phase in after] == [phase.ends - phase.begins for phase in before]
    assert lay_around(moved, demo, TODAY) == lay_around(campaign, demo, TODAY)


def test_the_county_of_the_tests_has_the_days_of_the_campaign_file() -> None:
    campaign = read_campaign(CAMPAIGN_FILE)
    moved = lay_around(campaign, read_demo(DEMO_FILE), TODAY)
    assert campaign_version(moved) == campaign_version(campaign)


def test_papers_bear_the_year_of_some_months_ago() -> None:
    texts = {
        day: date_papers(read_demo(DEMO_FILE), day).model_dump_json()
        for day in (date(2027, 3, 1), date(2027, 6, 1))
    }
    assert [re.findall("〔(.*?)〕", text)[0] for text in texts.values()] == ["2026", "2027"]


def test_a_campaign_without_the_phase_of_its_demonstration_is_named() -> None:
    campaign = read_campaign(CAMPAIGN_FILE)
    demo = read_demo(DEMO_FILE).model_copy(update={"phase": "another"})
    with pytest.raises(DataError, match="another"):
        lay_around(campaign, demo, TODAY)


@pytest.mark.parametrize("day", ["1900-01-01", "2199-01-01"])
def test_a_day_that_no_campaign_can_have_is_refused_and_the_right_ones_are_named(
    tmp_path: Path, day: str
) -> None:
    lay_out(tmp_path)
    done = run_pbwidgets("demo", "--today", day, cwd=tmp_path)
    assert done.returncode == 1
    assert f"{day} 不能使用" in done.stderr
    assert "1902-01-01 至 2197-12-31" in done.stderr
