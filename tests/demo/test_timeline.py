"""A demonstration of several periods: its days, and what is handed in on each."""

from datetime import date, timedelta
from functools import cache

import pytest
from counties import ROOT

from pbwidgets.campaign import Campaign, read_campaign
from pbwidgets.campaign.names import ROW
from pbwidgets.demo import Demo, Plan, build_plan, demo_file, read_demo
from pbwidgets.demo.cases import work_in_cases
from pbwidgets.demo.laying import date_papers, lay_around, period_of
from pbwidgets.demo.timeline import past_periods, plan_versions

PARAMETERS, NAME = ROOT / "parameters", "sanhua_jianshe"
DAYS = [date(2026, 11, 30), date(2026, 12, 1), date(2024, 2, 29), date(2027, 3, 14)]


@cache
def campaign_and_demo() -> tuple[Campaign, Demo]:
    return read_campaign(PARAMETERS / "campaigns" / f"{NAME}.yaml"), read_demo(demo_file(PARAMETERS, NAME))


@cache
def plan_on(day: date) -> Plan:
    campaign, demo = campaign_and_demo()
    plan = build_plan(lay_around(campaign, demo, day), date_papers(demo, day), 1)
    work_in_cases(plan)
    return plan


def test_on_the_day_of_the_campaigns_own_its_days_stay() -> None:
    campaign, demo = campaign_and_demo()
    assert demo.today is not None
    assert lay_around(campaign, demo, demo.today) is campaign


@pytest.mark.parametrize("day", DAYS[1:])
def test_periods_move_by_months_and_what_is_due_by_days(day: date) -> None:
    campaign, demo = campaign_and_demo()
    assert demo.today is not None
    moved, by = lay_around(campaign, demo, day), day - demo.today
    current = period_of(moved, date_papers(demo, day))
    assert current.id == day.strftime("%Y-%m")
    assert all("月" in period.words("zh_CN") for period in moved.periods)  # they are whole months still
    for name, table in campaign.tables.items():
        for before, after in zip(table.rows, moved.tables[name].rows, strict=True):
            assert not before.cell("due") or date.fromisoformat(after.cell("due")) == (
                date.fromisoformat(before.cell("due")) + by
            )
    row = moved.form("standards").fields[0].table
    assert row is not None
    assert row.rows[0] == moved.tables["standards"].rows[0]
    due = [getattr(check, "due", None) for check in moved.tracks[0].checks]
    was = [getattr(check, "due", None) for check in campaign.tracks[0].checks]
    days = [date.fromisoformat(one) + by if one and one[:1].isdigit() else one for one in was]
    assert [day.isoformat() if isinstance(day, date) else day for day in days] == due


@pytest.mark.parametrize("day", DAYS)
def test_nothing_is_handed_in_before_the_campaign_or_today(day: date) -> None:
    plan = plan_on(day)
    days = [given.day for given in plan_versions(plan)]
    assert days == sorted(days)
    assert plan.campaign.periods[0].begins <= days[0]
    assert days[-1] <= day
    assert [period.id for period in past_periods(plan)][-1] == plan.period.id


def test_an_entry_only_grows_and_its_photos_come_with_their_step() -> None:
    plan = plan_on(DAYS[0])
    versions = [given.answers for given in plan_versions(plan) if given.form_id == "faults"]
    closed = [answers for answers in versions if answers.get("closed_on")]
    assert closed
    assert all(("after" in answers) == ("fixed_on" in answers) for answers in versions)
    assert all("before" in answers and "due_on" in answers for answers in versions)


def test_fixed_rows_stand_in_every_version_as_they_were_on_that_day() -> None:
    plan = plan_on(DAYS[0])
    unit = plan.units_of("village")[2]
    versions = [
        given for given in plan_versions(plan) if (given.form_id, given.unit_code) == ("clauses", unit)
    ]
    assert len(versions) == len(plan.demo.rounds)
    done = [sum(row["state"] == "reached" for row in given.answers["lines"]) for given in versions]
    assert done == sorted(done)
    assert done[0] < done[-1]
    table = plan.campaign.tables["clauses"]
    assert all(
        [row[ROW] for row in given.answers["lines"]] == [row.id for row in table.rows] for given in versions
    )


def test_what_waits_for_acceptance_is_handed_in_last() -> None:
    plan = plan_on(DAYS[0])
    waiting = [given for given in plan_versions(plan) if given.waits]
    assert [(given.form_id, given.day) for given in waiting] == [("clauses", DAYS[0] - timedelta(days=2))]


def test_a_form_of_the_period_is_handed_in_once_a_period_but_by_who_is_late() -> None:
    plan = plan_on(DAYS[0])
    monthly = [given for given in plan_versions(plan) if given.form_id == "use"]
    assert len(monthly) == 2 * 14 - 1
    assert list(plan.late) == [("use", plan.units_of("village")[0])]
