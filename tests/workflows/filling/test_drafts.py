"""Filling in a form: what the server checks again, whoever sends it."""

import pickle
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from counties import (
    COUNTY,
    OPERATOR,
    OTHER_TOWN,
    OTHER_VILLAGE,
    SETUP_ANSWERS,
    TOWN,
    VILLAGE,
    VILLAGE_ANSWERS,
    key_of,
)

from pbwidgets.errors import ConflictError, DataError, RightsError
from pbwidgets.settings import Quota
from pbwidgets.store import Actor, AuditQuery, grant_exception, history, load_audit, load_state
from pbwidgets.workflows.filling.drafts import hand_in, save_answers, take_back
from pbwidgets.workflows.ground.answers import AnswersRefusedError
from pbwidgets.workflows.ground.deadlines import deadline
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.review.acceptance import accept_submission

FILLER = Actor("zhang", "filler", VILLAGE)
KEY = key_of("village_application", VILLAGE)
IN_TIME = datetime(2026, 11, 20, 15, 59, 59, tzinfo=UTC)  # 23:59:59 in Asia/Shanghai on the last day
TOO_LATE = datetime(2026, 11, 20, 16, 0, 0, tzinfo=UTC)  # 24:00
SET_UP = datetime(2026, 3, 1, tzinfo=UTC)
INCIDENT = {
    "incidents": 1,
    "confirmed_by": "某办公室",
    "document_number": "1号",
    "confirmed_on": "2026-08-01",
}


def test_incomplete_answers_are_saved_as_a_draft(small: Workspace, contest: Opened) -> None:
    revision = save_answers(Desk(small, FILLER, contest), KEY, {"industry": "茶叶"}, 0)
    assert save_answers(Desk(small, FILLER, contest), KEY, {"industry": "柑橘"}, revision) == revision + 1
    with small.store.read() as reader:
        assert history(reader, KEY) == ()


def test_an_account_begins_no_more_drafts_than_its_quota_and_may_go_on_with_those(
    small: Workspace, contest: Opened
) -> None:
    limited = replace(small, settings=replace(small.settings, quota=Quota(drafts=1)))
    reviewer = Actor("qian", "reviewer", COUNTY, on_behalf=True)
    desk = Desk(limited, reviewer, contest)
    revision = save_answers(desk, KEY, {"industry": "茶叶"}, 0)
    other = key_of("village_application", OTHER_VILLAGE)
    with pytest.raises(DataError, match=r"1 份没有提交的草稿.*最多 1 份.*PBWIDGETS_QUOTA_DRAFTS"):
        save_answers(desk, other, {"industry": "茶叶"}, 0)
    assert save_answers(desk, KEY, {"industry": "柑橘"}, revision) == revision + 1
    save_answers(Desk(limited, OPERATOR, contest), other, {"industry": "茶叶"}, 0)


def test_answers_of_a_million_characters_are_refused(small: Workspace, contest: Opened) -> None:
    with pytest.raises(DataError, match=r"1000026 字.*最多 1000000 字"):
        save_answers(Desk(small, FILLER, contest), KEY, {"industry": "茶" * 1_000_011}, 0)


def test_a_second_person_editing_the_same_draft_gets_a_conflict(small: Workspace, contest: Opened) -> None:
    save_answers(Desk(small, FILLER, contest), KEY, {"industry": "茶叶"}, 0)
    with pytest.raises(ConflictError, match=r"另|已|他人"):
        save_answers(Desk(small, Actor("wang", "filler", VILLAGE), contest), KEY, {"industry": "柑橘"}, 0)


def test_handing_in_makes_version_one_in_the_state_submitted(small: Workspace, contest: Opened) -> None:
    assert hand_in(Desk(small, FILLER, contest, now=IN_TIME), KEY, VILLAGE_ANSWERS, 0) == 1
    with small.store.read() as reader:
        state = load_state(reader, KEY)
    assert state is not None
    assert (state.state, state.version) == ("submitted", 1)


def test_incomplete_answers_are_refused_and_every_field_is_named(small: Workspace, contest: Opened) -> None:
    answers = {**VILLAGE_ANSWERS, "members_with_deeds": 30}
    del answers["industry"]
    with pytest.raises(AnswersRefusedError, match="2 处") as caught:
        hand_in(Desk(small, FILLER, contest, now=IN_TIME), KEY, answers, 0)
    assert {problem.path for problem in caught.value.problems} == {"members_with_deeds", "industry"}
    assert "主导产业" in str(caught.value)
    assert "不能多于有能力的党员干部人数" in str(caught.value)
    with small.store.read() as reader:
        assert load_state(reader, KEY) is None


def test_refused_answers_keep_their_problems_across_processes(small: Workspace, contest: Opened) -> None:
    with pytest.raises(AnswersRefusedError, match="处") as caught:
        hand_in(Desk(small, FILLER, contest, now=IN_TIME), KEY, {}, 0)
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems


@pytest.mark.parametrize(
    "actor",
    [
        Actor("zhang", "filler", OTHER_VILLAGE),
        Actor("zhang", "filler", TOWN),
        Actor("zhang", "filler"),
        Actor("li", "reviewer", TOWN),  # only on behalf, and marked so
        Actor("li", "reviewer", OTHER_TOWN, on_behalf=True),
        Actor("zhang", "filler", VILLAGE, on_behalf=True),
        Actor("liu", "analyst"),
        Actor("sun", "organiser"),
        Actor("root", "admin"),
    ],
)
def test_nobody_else_fills_in_a_units_form(small: Workspace, contest: Opened, actor: Actor) -> None:
    with pytest.raises(RightsError, match="权限"):
        hand_in(Desk(small, actor, contest, now=IN_TIME), KEY, VILLAGE_ANSWERS, 0)
    with pytest.raises(RightsError, match="权限"):
        save_answers(Desk(small, actor, contest), KEY, VILLAGE_ANSWERS, 0)


def test_filling_in_for_a_unit_below_is_recorded_in_the_version(small: Workspace, contest: Opened) -> None:
    reviewer = Actor("li", "reviewer", TOWN, on_behalf=True)
    hand_in(Desk(small, reviewer, contest, now=IN_TIME), KEY, VILLAGE_ANSWERS, 0)
    with small.store.read() as reader:
        (version,) = history(reader, KEY)
    assert (version.made_by.name, version.made_by.on_behalf) == ("li", True)


def test_a_form_closes_at_24_00_in_shanghai_on_the_last_day_of_its_last_phase(contest: Opened) -> None:
    assert deadline(contest, "village_application") == TOO_LATE
    assert deadline(contest, "no_such_form") is None


def test_after_the_deadline_answers_are_refused_with_the_last_day(small: Workspace, contest: Opened) -> None:
    with pytest.raises(DataError, match=r"党建工作示范村申报表.*2026-11-20"):
        hand_in(Desk(small, FILLER, contest, now=TOO_LATE), KEY, VILLAGE_ANSWERS, 0)
    with small.store.read() as reader:
        (row,) = load_audit(reader, AuditQuery(action="refuse_late"))
        assert load_state(reader, KEY) is None
    assert (row.actor.name, row.deed.unit_code, row.deed.entity) == (FILLER.name, VILLAGE, KEY.entity)
    assert hand_in(Desk(small, FILLER, contest, now=IN_TIME), KEY, VILLAGE_ANSWERS, 0) == 1


def test_an_exception_on_record_lets_one_unit_hand_in_until_it_ends(
    small: Workspace, contest: Opened
) -> None:
    until = datetime(2026, 11, 25, 16, tzinfo=UTC)
    with small.store.write(OPERATOR) as writer:
        grant_exception(writer, KEY.campaign_id, KEY.period_id, KEY.form_id, VILLAGE, until, "洪灾")
    with pytest.raises(DataError, match="2026-11-20"):
        hand_in(Desk(small, FILLER, contest, now=until), KEY, VILLAGE_ANSWERS, 0)
    other = key_of("village_application", OTHER_VILLAGE)
    with pytest.raises(DataError, match="2026-11-20"):
        hand_in(
            Desk(small, Actor("zhao", "filler", OTHER_VILLAGE), contest, now=TOO_LATE),
            other,
            VILLAGE_ANSWERS,
            0,
        )
    assert hand_in(Desk(small, FILLER, contest, now=TOO_LATE), KEY, VILLAGE_ANSWERS, 0) == 1


def test_answers_are_taken_back_until_review_begins(small: Workspace, contest: Opened) -> None:
    hand_in(Desk(small, FILLER, contest, now=IN_TIME), KEY, VILLAGE_ANSWERS, 0)
    take_back(Desk(small, FILLER, contest), KEY)
    with small.store.read() as reader:
        state = load_state(reader, KEY)
    assert state is not None
    assert state.state == "draft"
    version = hand_in(Desk(small, FILLER, contest, now=IN_TIME), KEY, VILLAGE_ANSWERS, state.revision)
    accept_submission(
        Desk(small, Actor("li", "reviewer", TOWN), contest), KEY, "township", seen_version=version
    )
    with pytest.raises(DataError, match="审核"):
        take_back(Desk(small, FILLER, contest), KEY)


def test_nobody_else_takes_a_units_answers_back(small: Workspace, contest: Opened) -> None:
    hand_in(Desk(small, FILLER, contest, now=IN_TIME), KEY, VILLAGE_ANSWERS, 0)
    with pytest.raises(RightsError, match="红旗村"):
        take_back(Desk(small, Actor("zhao", "filler", OTHER_VILLAGE), contest), KEY)


def test_a_form_of_the_county_is_filled_in_only_by_its_reviewers(small: Workspace, contest: Opened) -> None:
    key = key_of("stability", VILLAGE, 1)
    now = datetime(2026, 9, 1, tzinfo=UTC)
    for actor in (
        FILLER,
        Actor("li", "reviewer", TOWN),
        Actor("sun", "organiser"),
        Actor("he", "filler", COUNTY),
    ):
        with pytest.raises(RightsError, match="权限"):
            hand_in(Desk(small, actor, contest, now=now), key, INCIDENT, 0)
    assert hand_in(Desk(small, Actor("xu", "reviewer", COUNTY), contest, now=now), key, INCIDENT, 0) == 1


def test_todays_date_in_a_rule_is_the_day_of_handing_in(small: Workspace, contest: Opened) -> None:
    spread = {"kind": "document", "level": "county", "spread_on": date(2026, 11, 20).isoformat()}
    answers = {
        "documents_made": [],
        "projects": [{"title": "积分", "innovation": "公示", "progress": "planned"}],
        "spreads": [spread],
        "surveyed": 10,
        "satisfied": 9,
    }
    key, filler = key_of("township_application", TOWN), Actor("wu", "filler", TOWN)
    with pytest.raises(AnswersRefusedError, match="日期不能晚于今天"):
        hand_in(Desk(small, filler, contest, now=datetime(2026, 11, 19, 15, tzinfo=UTC)), key, answers, 0)
    # 16:30 UTC on the 19th is already the 20th in Shanghai
    assert (
        hand_in(Desk(small, filler, contest, now=datetime(2026, 11, 19, 16, 30, tzinfo=UTC)), key, answers, 0)
        == 1
    )


def test_the_set_up_form_of_a_township_is_its_own(small: Workspace, contest: Opened) -> None:
    key = key_of("township_setup", TOWN)
    assert hand_in(Desk(small, Actor("wu", "filler", TOWN), contest, now=SET_UP), key, SETUP_ANSWERS, 0) == 1
