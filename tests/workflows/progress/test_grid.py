"""What is due, returned, waiting or late, shown only to those whom it concerns."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from counties import (
    CAMPAIGN,
    COUNTY,
    OPERATOR,
    OTHER_TOWN,
    OTHER_VILLAGE,
    PERIOD,
    SISTER,
    TOWN,
    VILLAGE,
    VILLAGE_ANSWERS,
    key_of,
)

from pbwidgets import store
from pbwidgets.apps.frame import load_frame
from pbwidgets.apps.visit import ANONYMOUS_ACCOUNT
from pbwidgets.errors import RightsError
from pbwidgets.store import Actor
from pbwidgets.workflows.duties.due import list_due
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened, Workspace, open_campaigns
from pbwidgets.workflows.organise.campaigns import close_campaign
from pbwidgets.workflows.progress.grid import (
    awaiting_review,
    list_to_do,
    progress_by_part,
    progress_grid,
)
from pbwidgets.workflows.progress.phases import list_phases
from pbwidgets.workflows.progress.unit import unit_decisions, unit_notes, unit_steps

FORM = "village_application"
FILLER = Actor("zhang", "filler", VILLAGE)
TOWN_FILLER = Actor("zhao", "filler", TOWN)
REVIEWER = Actor("li", "reviewer", TOWN)
COUNTY_REVIEWER = Actor("xu", "reviewer", COUNTY)
LEVELS = ("township", "county")
CLOSES = datetime(2026, 11, 20, 16, tzinfo=UTC)
"""24:00 of the last day of self-assessment, in Asia/Shanghai."""

EARLY = datetime(2026, 11, 10, 4, tzinfo=UTC)


def submit(workspace: Workspace, unit: str, at: datetime = EARLY) -> None:
    with workspace.store.write(OPERATOR, at) as w:
        store.submit_many(w, [(key_of(FORM, unit), VILLAGE_ANSWERS)])


def row_of(workspace: Workspace, opened: Opened, unit: str, now: datetime) -> dict[str, object]:
    grid = progress_grid(Desk(workspace, OPERATOR, opened, now=now))
    return grid[(grid["unit_code"] == unit) & (grid["form_id"] == FORM)].iloc[0].to_dict()


# -- due -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "days", "standing"),
    [
        (CLOSES - timedelta(days=10), 9, "open"),
        (CLOSES - timedelta(hours=24, seconds=1), 1, "open"),
        (CLOSES - timedelta(hours=23), 0, "open"),
        (CLOSES - timedelta(seconds=1), 0, "open"),
        (CLOSES, -1, "overdue"),
        (CLOSES + timedelta(days=3), -4, "overdue"),
    ],
)
def test_days_are_counted_in_shanghai_and_the_last_day_is_due_today(
    small: Workspace, contest: Opened, now: datetime, days: int, standing: str
) -> None:
    row = row_of(small, contest, VILLAGE, now)
    assert (row["days_left"], row["standing"], row["state"]) == (days, standing, "not_begun")


def test_a_filler_owes_its_units_open_forms_most_urgent_first(small: Workspace, contest: Opened) -> None:
    now = EARLY
    assert forms_due(Desk(small, FILLER, contest, now=now)) == [FORM]
    assert forms_due(Desk(small, TOWN_FILLER, contest, now=now)) == ["township_setup", "township_application"]
    submit(small, VILLAGE)
    assert not forms_due(Desk(small, FILLER, contest, now=now))


def forms_due(desk: Desk) -> list[str]:
    return [due.form_id for due in list_due(desk).own]


def test_nothing_is_due_before_its_phase_begins_nor_for_reviewers(small: Workspace, contest: Opened) -> None:
    january = datetime(2026, 1, 10, tzinfo=UTC)
    assert not forms_due(Desk(small, FILLER, contest, now=january))
    assert forms_due(Desk(small, TOWN_FILLER, contest, now=january)) == ["township_setup"]
    assert not forms_due(Desk(small, REVIEWER, contest, now=EARLY))


def test_what_was_returned_is_due_with_its_reason_field_and_level(small: Workspace, contest: Opened) -> None:
    submit(small, VILLAGE)
    with small.store.write(OPERATOR, EARLY) as w:
        store.return_submission(
            w, key_of(FORM, VILLAGE), "township", LEVELS, "请补日期", "good_deeds/done_on"
        )
    (due,) = list_due(Desk(small, FILLER, contest, now=EARLY)).own
    level = contest.campaign.review_levels[0].name.zh
    assert (due.kind, due.reason, due.field, due.state) == (
        "returned",
        "请补日期",
        "good_deeds/done_on",
        level,
    )
    (row,) = list_to_do(Desk(small, FILLER, contest, now=EARLY)).to_dict("records")
    assert (row["state"], row["returned_by"]) == ("returned", "township")


def test_surveys_logs_and_county_forms_are_owed_by_nobody(small: Workspace, contest: Opened) -> None:
    owed = set(progress_grid(Desk(small, OPERATOR, contest))["form_id"])
    assert owed == {"township_setup", "township_application", "village_application"}


# -- in time -------------------------------------------------------------------------------------------


def test_punctuality_is_judged_by_the_first_hand_in(small: Workspace, contest: Opened) -> None:
    submit(small, VILLAGE, CLOSES - timedelta(minutes=1))
    key, later = key_of(FORM, VILLAGE), CLOSES + timedelta(days=1)
    with small.store.write(OPERATOR, later) as w:
        store.return_submission(w, key, "township", LEVELS, "请补充")
        store.submit(w, key)
    row = row_of(small, contest, VILLAGE, later)
    assert (row["standing"], row["version"]) == ("on_time", 3)
    assert row["submitted_at"] == later
    submit(small, SISTER, CLOSES)
    assert row_of(small, contest, SISTER, later)["standing"] == "late"


def test_an_exception_gives_extra_time_to_one_unit(small: Workspace, contest: Opened) -> None:
    until = CLOSES + timedelta(days=2)
    with small.store.write(OPERATOR, EARLY) as w:
        store.grant_exception(w, CAMPAIGN, PERIOD, FORM, VILLAGE, until, "停电")
    now = CLOSES + timedelta(hours=1)
    row = row_of(small, contest, VILLAGE, now)
    assert (row["standing"], row["until"], row["has_exception"], row["days_left"]) == ("open", until, True, 1)
    assert row_of(small, contest, SISTER, now)["standing"] == "overdue"
    submit(small, VILLAGE, now)
    assert row_of(small, contest, VILLAGE, now)["standing"] == "grace"


def test_an_exception_shorter_than_the_deadline_changes_nothing(small: Workspace, contest: Opened) -> None:
    with small.store.write(OPERATOR, EARLY) as w:
        store.grant_exception(w, CAMPAIGN, PERIOD, FORM, VILLAGE, CLOSES - timedelta(days=3), "误填")
    row = row_of(small, contest, VILLAGE, EARLY)
    assert (row["until"], row["has_exception"]) == (CLOSES, False)


# -- late and waiting ----------------------------------------------------------------------------------


def test_the_call_list_holds_late_units_below_longest_overdue_first(
    small: Workspace, contest: Opened
) -> None:
    now = CLOSES + timedelta(days=1)
    submit(small, VILLAGE)
    late = list_due(Desk(small, REVIEWER, contest, now=now)).overdue_below
    assert list(late) == [SISTER]  # the township's own forms are up to its filler
    assert [due.overdue_days for due in late[SISTER]] == [2]
    county = list_due(Desk(small, COUNTY_REVIEWER, contest, now=now)).overdue_below
    assert set(county) == {TOWN, OTHER_TOWN, SISTER, OTHER_VILLAGE, "990101002002"}
    assert list(county)[:2] == [TOWN, OTHER_TOWN]  # their set-up was due long before
    longest = [max(due.overdue_days for due in late) for late in county.values()]
    assert longest == sorted(longest, reverse=True)


def test_each_level_sees_what_waits_for_it(small: Workspace, contest: Opened) -> None:
    for unit in (VILLAGE, SISTER, OTHER_VILLAGE):
        submit(small, unit)
    with small.store.write(OPERATOR, EARLY) as w:
        store.accept(w, key_of(FORM, SISTER), "township", LEVELS)
    now = EARLY + timedelta(days=4)
    assert awaiting_review(Desk(small, REVIEWER, contest, now=now)).to_numpy().tolist() == [
        [FORM, "township", 1, 4]
    ]
    county = awaiting_review(Desk(small, COUNTY_REVIEWER, contest, now=now))
    assert county.to_numpy().tolist() == [[FORM, "county", 1, 4]]
    for nobody in (FILLER, Actor("he", "leader", COUNTY), Actor("sun", "organiser")):
        assert awaiting_review(Desk(small, nobody, contest, now=now)).empty


# -- scope ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actor", "units"),
    [
        (FILLER, {VILLAGE}),
        (REVIEWER, {TOWN, VILLAGE, SISTER}),
        (Actor("han", "leader", OTHER_TOWN), {OTHER_TOWN, OTHER_VILLAGE, "990101002002"}),
    ],
    ids=lambda item: item.role if isinstance(item, Actor) else "",
)
def test_everybody_sees_only_the_progress_of_their_own_subtree(
    small: Workspace, contest: Opened, actor: Actor, units: set[str]
) -> None:
    assert set(progress_grid(Desk(small, actor, contest))["unit_code"]) == units


def test_an_analyst_sees_counts_but_no_single_unit(small: Workspace, contest: Opened) -> None:
    analyst = Actor("liu", "analyst")
    submit(small, VILLAGE)
    parts = progress_by_part(Desk(small, analyst, contest, now=EARLY))
    counts = parts[parts["form_id"] == FORM].set_index("part_code")
    assert counts.loc[TOWN, ["owed", "handed_in", "overdue"]].tolist() == [2, 1, 0]
    for refused in (progress_grid, list_to_do):
        with pytest.raises(RightsError, match="没有此项权限"):
            refused(Desk(small, analyst, contest))
    for refused_unit in (unit_steps, unit_notes, unit_decisions):
        with pytest.raises(RightsError, match="没有此项权限"):
            refused_unit(Desk(small, analyst, contest), VILLAGE)


@pytest.mark.parametrize("role", ["admin", "survey", "visitor"])
def test_roles_that_view_no_units_see_no_progress(small: Workspace, contest: Opened, role: str) -> None:
    with pytest.raises(RightsError, match="没有此项权限"):
        progress_by_part(Desk(small, Actor("gao", role), contest))


def test_steps_say_what_happened_and_why_but_not_who_did_it(small: Workspace, contest: Opened) -> None:
    submit(small, VILLAGE)
    with small.store.write(Actor("some_clerk", "reviewer", TOWN), EARLY) as w:
        store.return_submission(w, key_of(FORM, VILLAGE), "township", LEVELS, "请补充")
    steps = unit_steps(Desk(small, FILLER, contest), VILLAGE)
    assert list(steps["cause"]) == ["return", "submit"]
    assert list(steps["reason"]) == ["请补充", None]
    assert "some_clerk" not in steps.to_string()
    with pytest.raises(RightsError, match="不在您的权限范围内"):
        unit_steps(Desk(small, FILLER, contest), SISTER)


def test_a_decision_is_shown_with_its_reason_body_and_day(small: Workspace, contest: Opened) -> None:
    key = contest.key
    with small.store.write(Actor("wang", "organiser"), EARLY) as w:
        for code in (VILLAGE, SISTER):
            day = date(2026, 12, 20)
            store.decide(
                w, store.Decision(*key, "village", code, "waiting", day, "县委组织部部务会", "名额已满")
            )
    (row,) = unit_decisions(Desk(small, FILLER, contest), VILLAGE).to_dict("records")
    shown = {name: row[name] for name in ("track_id", "status", "decided_on", "decided_by", "reason")}
    assert shown == {
        "track_id": "village",
        "status": "waiting",
        "decided_on": "2026-12-20",
        "decided_by": "县委组织部部务会",
        "reason": "名额已满",
    }
    later = contest.period.model_copy(update={"visible_from": date(2027, 1, 10)})
    hidden = replace(contest, campaign=contest.campaign.model_copy(update={"periods": (later,)}))
    assert unit_decisions(Desk(small, FILLER, hidden, now=EARLY), VILLAGE).empty
    assert len(unit_decisions(Desk(small, REVIEWER, hidden, now=EARLY), VILLAGE)) == 1


# -- phases --------------------------------------------------------------------------------------------


def test_phases_follow_the_day_in_shanghai(contest: Opened) -> None:
    said = {item.phase.id: (item.standing, item.days) for item in list_phases(contest, date(2026, 11, 20))}
    assert said["set_up"] == ("past", 0)
    assert said["self_assess"] == ("now", 0)
    assert said["nominate"] == ("now", 10)
    assert said["county_check"] == ("coming", 11)


def test_no_phase_of_a_closed_period_goes_on_or_is_to_come(small: Workspace, contest: Opened) -> None:
    day = datetime(2026, 11, 20, 4, tzinfo=UTC)
    closed = close_campaign(Desk(small, Actor("sun", "organiser"), contest, now=day))
    assert {item.standing for item in list_phases(closed, date(2026, 11, 20))} == {"past"}
    place = {"campaign": CAMPAIGN, "period": PERIOD}
    frame = asyncio.run(load_frame(small, ANONYMOUS_ACCOUNT, "survey", place, b""))
    assert {step.state for step in frame.steps} == {"past", "last"}


def test_open_campaigns_are_listed_with_their_period(small: Workspace, contest: Opened) -> None:
    assert [opened.key for opened in open_campaigns(small)] == [(CAMPAIGN, PERIOD)]
