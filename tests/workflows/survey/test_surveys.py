"""Surveys: who may make codes and see results; answers are checked, and shown once there are enough."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from counties import COUNTY, OPERATOR, OTHER_VILLAGE, SISTER, TOWN, VILLAGE, key_of
from sqlalchemy import select, update

from pbwidgets.campaign import Campaign
from pbwidgets.errors import DataError, RightsError
from pbwidgets.store import Actor, audit_head
from pbwidgets.store.tables import survey_guesses
from pbwidgets.workflows.filling.drafts import save_answers
from pbwidgets.workflows.ground.answers import AnswersRefusedError, complete_answers
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.organise.campaigns import close_campaign, open_definition
from pbwidgets.workflows.survey import answering
from pbwidgets.workflows.survey.answering import (
    WRONG_A_MINUTE,
    answer_survey,
    find_invitation,
    open_survey,
)
from pbwidgets.workflows.survey.batches import make_survey_batch, survey_counts
from pbwidgets.workflows.survey.results import survey_results

REVIEWER = Actor("li", "reviewer", TOWN)
FORM, KIND = "satisfaction", "villagers"
GOOD: dict[str, Any] = {"team_work": "very", "good_deeds_done": "rather", "members_lead": "none"}


def make(workspace: Workspace, opened: Opened, count: int, unit: str = VILLAGE) -> tuple[str, ...]:
    return make_survey_batch(Desk(workspace, REVIEWER, opened), FORM, unit, KIND, count)


def test_a_code_opens_the_form_of_its_unit_without_an_account(small: Workspace, contest: Opened) -> None:
    code = make(small, contest, 1)[0]
    found = open_survey(small, f"{code[:4].lower()}-{code[4:]}")
    assert (found.unit_code, found.unit_name, found.form.id) == (VILLAGE, "上坪村", FORM)
    assert found.rater_kind.id == KIND


def test_results_are_shown_once_there_are_five_answers(small: Workspace, contest: Opened) -> None:
    codes = make(small, contest, 6)
    for number, code in enumerate(codes[:5]):
        assert survey_results(Desk(small, REVIEWER, contest), FORM, VILLAGE, KIND) is None, number
        answer_survey(small, code, {**GOOD, "advice": f"第{number}条"})
    result = survey_results(Desk(small, REVIEWER, contest), FORM, VILLAGE, KIND)
    assert result is not None
    assert result.finished == 5
    assert result.counts["team_work"] == {"very": 5, "rather": 0, "little": 0, "none": 0}
    assert sorted(result.remarks["advice"]) == [f"第{number}条" for number in range(5)]
    counts = survey_counts(Desk(small, REVIEWER, contest))
    assert counts[["unit_code", "handed_out", "finished"]].to_numpy().tolist() == [[VILLAGE, 6, 5]]


@pytest.mark.parametrize(
    "wrong",
    [{}, {**GOOD, "team_work": "excellent"}, {**GOOD, "advice": "字" * 301}, {**GOOD, "stranger": 1}],
    ids=["empty", "no such option", "too long", "no such field"],
)
def test_wrong_answers_are_refused_and_the_code_can_still_be_used(
    small: Workspace, contest: Opened, wrong: dict[str, Any]
) -> None:
    code = make(small, contest, 1)[0]
    with pytest.raises(AnswersRefusedError, match="需要修改"):
        answer_survey(small, code, wrong)
    answer_survey(small, code, GOOD)
    with pytest.raises(DataError, match="测评码不存在或已经用过"):
        answer_survey(small, code, GOOD)


def test_an_answer_is_not_stored_in_a_period_closed_while_it_was_checked(
    small: Workspace, contest: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(*given: Any) -> Mapping[str, Any]:
        close_campaign(Desk(small, OPERATOR, contest))
        return complete_answers(*given)

    code = make(small, contest, 1)[0]
    monkeypatch.setattr(answering, "complete_answers", check)
    with pytest.raises(DataError, match="测评已经截止"):
        answer_survey(small, code, GOOD)


def test_an_evening_answer_counts_for_the_day_in_shanghai(small: Workspace, contest: Opened) -> None:
    code = make(small, contest, 1)[0]
    answer_survey(small, code, GOOD, now=datetime(2026, 11, 20, 16, 30, tzinfo=UTC))
    with small.store.engine.connect() as connection:
        days = connection.exec_driver_sql("select answered_on from survey_answers").scalars().all()
    assert days == ["2026-11-21"]


@pytest.mark.parametrize(
    ("actor", "unit"),
    [
        (Actor("zhang", "filler", VILLAGE), VILLAGE),
        (Actor("han", "leader", TOWN), VILLAGE),
        (Actor("liu", "analyst"), VILLAGE),
        (Actor("gao", "admin"), VILLAGE),
        (Actor("survey:", "survey"), VILLAGE),
        (REVIEWER, OTHER_VILLAGE),
        (REVIEWER, TOWN),
    ],
    ids=lambda item: item.role if isinstance(item, Actor) else str(item),
)
def test_codes_are_made_by_organisers_and_by_reviewers_for_units_below(
    small: Workspace, contest: Opened, actor: Actor, unit: str
) -> None:
    with pytest.raises(RightsError, match="权限"):
        make_survey_batch(Desk(small, actor, contest), FORM, unit, KIND, 1)


@pytest.mark.parametrize(
    "actor",
    [Actor("zhang", "filler", VILLAGE), Actor("liu", "analyst"), Actor("survey:", "survey")],
    ids=lambda actor: actor.role,
)
def test_surveyed_units_and_outsiders_see_no_results_or_counts(
    small: Workspace, contest: Opened, actor: Actor
) -> None:
    with pytest.raises(RightsError, match="没有此项权限"):
        survey_results(Desk(small, actor, contest), FORM, VILLAGE, KIND)
    with pytest.raises(RightsError, match="没有此项权限"):
        survey_counts(Desk(small, actor, contest))


def test_counts_cover_only_the_actors_subtree(small: Workspace, contest: Opened) -> None:
    county = Actor("xu", "reviewer", COUNTY)
    for unit in (VILLAGE, SISTER, OTHER_VILLAGE):
        make_survey_batch(Desk(small, county, contest), FORM, unit, KIND, 1)
    assert set(survey_counts(Desk(small, REVIEWER, contest))["unit_code"]) == {VILLAGE, SISTER}
    assert set(survey_counts(Desk(small, county, contest))["unit_code"]) == {VILLAGE, SISTER, OTHER_VILLAGE}
    with pytest.raises(RightsError, match="不在您的权限范围内"):
        survey_results(Desk(small, REVIEWER, contest), FORM, OTHER_VILLAGE, KIND)


@pytest.mark.parametrize(
    ("form", "unit", "kind", "said"),
    [
        ("village_application", VILLAGE, KIND, "没有名为“village_application”的测评表"),
        (FORM, VILLAGE, "strangers", "没有“strangers”这类人员"),
        (FORM, TOWN, KIND, "不是这张测评表的测评对象"),
    ],
)
def test_codes_for_unknown_surveys_units_or_raters_are_refused(
    small: Workspace, contest: Opened, form: str, unit: str, kind: str, said: str
) -> None:
    with pytest.raises(DataError, match=said):
        make_survey_batch(Desk(small, OPERATOR, contest), form, unit, kind, 1)


def with_survey_in_first_phase(campaign: Campaign) -> Campaign:
    plain = campaign.model_dump(mode="json")
    plain["periods"][0]["phases"][0]["forms"].append(FORM)
    return Campaign.model_validate(plain)


def test_a_survey_closes_with_its_phase(small: Workspace, contest: Opened) -> None:
    opened = open_definition(small, OPERATOR, with_survey_in_first_phase(contest.campaign))
    ends = datetime(2026, 3, 31, 16, tzinfo=UTC)
    code = make(small, opened, 1)[0]
    assert open_survey(small, code, now=ends - timedelta(seconds=1)).form.id == FORM
    with pytest.raises(DataError, match="测评已经截止"):
        answer_survey(small, code, GOOD, now=ends)


def test_a_survey_cannot_be_filled_in_as_a_form(small: Workspace, contest: Opened) -> None:
    with pytest.raises(RightsError, match="没有此项权限"):
        save_answers(Desk(small, Actor("zhang", "filler", VILLAGE), contest), key_of(FORM, VILLAGE), GOOD, 0)


# -- guessing ------------------------------------------------------------------------------------------

MOMENT = datetime(2026, 11, 10, 4, 0, 10, tzinfo=UTC)
WAIT = timedelta(minutes=1)


def guess(workspace: Workspace, times: int, now: datetime = MOMENT) -> None:
    for number in range(times):
        with pytest.raises(DataError, match="测评码不存在或已经用过"):
            open_survey(workspace, f"ABCD23{number:02d}".replace("0", "Z").replace("1", "Y"), now=now)


def test_wrong_codes_of_all_visitors_are_counted_together(small: Workspace, contest: Opened) -> None:
    code = make(small, contest, 1)[0]
    guess(small, 1)
    with small.store.write(OPERATOR) as writer:
        writer.conn.execute(update(survey_guesses).values(wrong=WRONG_A_MINUTE))

    with pytest.raises(DataError, match="请一分钟后再试"):
        open_survey(small, code, now=MOMENT)
    assert open_survey(small, code, waits=False, now=MOMENT).unit_code == VILLAGE
    assert find_invitation(small, code, now=MOMENT).unit_code == VILLAGE  # whoever is in can go on
    answer_survey(small, code, GOOD, now=MOMENT)
    with pytest.raises(DataError, match="测评码不存在或已经用过"):
        open_survey(small, code, now=MOMENT + WAIT)


def test_only_the_number_of_wrong_codes_is_kept(small: Workspace) -> None:
    with small.store.read() as reader:
        before = audit_head(reader)
    guess(small, 2, now=MOMENT - WAIT)
    guess(small, 3)
    with small.store.read() as reader:
        assert audit_head(reader) == before
        rows = [tuple(row) for row in reader.conn.execute(select(survey_guesses))]
    assert rows == [("2026-11-10T04:00+00:00", 3)]
