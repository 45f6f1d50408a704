"""One submission as a reviewer sees it: who sees what, and what stays hidden until they have marked it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from counties import (
    CAMPAIGN,
    COUNTY,
    OPERATOR,
    PERIOD,
    SETUP_ANSWERS,
    STAFF_NAMES,
    TOWN,
    VILLAGE,
    VILLAGE_ANSWERS,
    key_of,
)

from pbwidgets import store
from pbwidgets.errors import DataError, RightsError
from pbwidgets.store import Actor, Mark, MarkKey
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.organise.campaigns import open_definition
from pbwidgets.workflows.review.acceptance import accept_submission
from pbwidgets.workflows.review.case import Review, ReviewLine, computed_lines, open_review
from pbwidgets.workflows.review.rating import give_marks, recuse_rater

TOWN_REVIEWER = Actor("li", "reviewer", TOWN)
COLLEAGUE = Actor("ma", "reviewer", TOWN)
COUNTY_REVIEWER = Actor("xu", "reviewer", COUNTY)
LEADER = Actor("han", "leader", COUNTY)
ORGANISER = Actor("sun", "organiser")
KEY = key_of("village_application", VILLAGE)
SETUP = key_of("township_setup", TOWN)
NOW = datetime(2026, 11, 10, tzinfo=UTC)


@pytest.fixture
def handed_in(small: Workspace, contest: Opened) -> Opened:
    with small.store.write(OPERATOR, NOW) as w:
        store.submit_many(w, [(KEY, VILLAGE_ANSWERS), (SETUP, SETUP_ANSWERS)])
    return contest


def a_mark(points: float, *, layer: str = "township", source: str = "township", rater: str = "li") -> Mark:
    return Mark(MarkKey(CAMPAIGN, PERIOD, VILLAGE, "v1_unity", layer, source, rater), points, "有分歧")


def line(review: Review, line_id: str = "v1_unity") -> ReviewLine:
    return next(item for item in review.lines if item.criterion.id == line_id)


def test_others_marks_are_hidden_until_the_rater_has_marked(small: Workspace, handed_in: Opened) -> None:
    with small.store.write(OPERATOR) as w:
        store.rate_many(
            w,
            [
                a_mark(8.0, layer="self", source="self", rater=VILLAGE),
                a_mark(5.0, rater="ma"),
                a_mark(6.5, layer="county", source="on_site", rater="xu"),
            ],
        )
    before = open_review(Desk(small, TOWN_REVIEWER, handed_in), KEY)
    assert {item.others for item in before.lines} == {None}
    give_marks(Desk(small, TOWN_REVIEWER, handed_in), [a_mark(7.0)])
    after = open_review(Desk(small, TOWN_REVIEWER, handed_in), KEY)
    assert line(after).own["township"].points == 7.0
    shown = line(after).others
    assert shown is not None
    assert sorted((other.layer, other.points) for other in shown) == [
        ("county", 6.5),
        ("self", 8.0),
        ("township", 5.0),
    ]
    assert line(after, "v3_quality").others is None


def test_others_marks_are_hidden_again_when_the_rater_withdraws_theirs(
    small: Workspace, handed_in: Opened
) -> None:
    give_marks(Desk(small, TOWN_REVIEWER, handed_in), [a_mark(7.0)])
    assert line(open_review(Desk(small, TOWN_REVIEWER, handed_in), KEY)).others == ()
    with small.store.write(OPERATOR) as w:
        store.withdraw_mark(w, a_mark(7.0).key)
    assert line(open_review(Desk(small, TOWN_REVIEWER, handed_in), KEY)).others is None


@pytest.mark.parametrize("actor", [LEADER, ORGANISER])
def test_those_who_mark_nothing_see_no_marks(small: Workspace, handed_in: Opened, actor: Actor) -> None:
    give_marks(Desk(small, TOWN_REVIEWER, handed_in), [a_mark(7.0)])
    assert open_review(Desk(small, actor, handed_in), KEY).lines == ()


def test_lines_come_with_their_number_range_and_anchors(small: Workspace, handed_in: Opened) -> None:
    review = open_review(Desk(small, TOWN_REVIEWER, handed_in), KEY)
    unity, record, deeds = (line(review, name) for name in ("v1_unity", "v7_record", "v1_deeds"))
    assert (unity.number, unity.lowest, unity.highest, unity.marked) == ("1.1", 0.0, 8.0, True)
    assert [anchor.points for anchor in unity.criterion.anchors] == [8, 6, 3, 0]
    assert (record.lowest, record.highest, record.reason_needed) == (-3.0, 3.0, True)
    assert (deeds.marked, deeds.reason_needed, unity.reason_needed) == (False, True, False)


def test_a_mark_on_older_answers_is_stale(small: Workspace, handed_in: Opened) -> None:
    seen = open_review(Desk(small, TOWN_REVIEWER, handed_in), KEY)
    mark = replace(a_mark(7.0), submission_version=seen.submission_version, seen_head=seen.seen_head)
    give_marks(Desk(small, TOWN_REVIEWER, handed_in), [mark])
    assert line(open_review(Desk(small, TOWN_REVIEWER, handed_in), KEY)).stale == frozenset()
    levels = ("township", "county")
    with small.store.write(OPERATOR) as w:
        store.return_submission(w, KEY, "township", levels, "请补充")
        store.submit_many(w, [(KEY, {**VILLAGE_ANSWERS, "industry": "蜜柚"})])
    assert line(open_review(Desk(small, TOWN_REVIEWER, handed_in), KEY)).stale == {"township"}


def test_only_reviewers_see_sensitive_answers(small: Workspace, handed_in: Opened) -> None:
    assert open_review(Desk(small, COUNTY_REVIEWER, handed_in), SETUP).answers["staff_names"] == STAFF_NAMES
    for actor in (LEADER, ORGANISER):
        review = open_review(Desk(small, actor, handed_in), SETUP)
        assert review.withheld == ("staff_names",)
        assert STAFF_NAMES not in repr(review)


@pytest.mark.parametrize(
    ("role", "named"), [("filler", "填报员"), ("analyst", "分析员"), ("admin", "系统管理员")]
)
def test_other_roles_cannot_open_a_review(small: Workspace, handed_in: Opened, role: str, named: str) -> None:
    with pytest.raises(RightsError, match=f"{named}.*查看审核情况"):
        open_review(Desk(small, Actor("x", role, VILLAGE), handed_in), KEY)


def test_a_draft_never_handed_in_cannot_be_reviewed(small: Workspace, contest: Opened) -> None:
    with small.store.write(OPERATOR) as w:
        store.save_draft(w, KEY, VILLAGE_ANSWERS, 0)
    with pytest.raises(DataError, match=VILLAGE):
        open_review(Desk(small, TOWN_REVIEWER, contest), KEY)


def test_it_says_whose_turn_it_is_and_what_the_actor_may_do(small: Workspace, handed_in: Opened) -> None:
    first = open_review(Desk(small, TOWN_REVIEWER, handed_in), KEY)
    assert (first.level, first.may_act, first.may_undo) == ("township", "township", None)
    assert open_review(Desk(small, COUNTY_REVIEWER, handed_in), KEY).may_act is None
    accept_submission(Desk(small, TOWN_REVIEWER, handed_in), KEY, "township", seen_version=first.version)
    then = open_review(Desk(small, TOWN_REVIEWER, handed_in), KEY)
    assert (then.level, then.may_act, then.may_undo) == ("county", None, "township")
    assert open_review(Desk(small, COUNTY_REVIEWER, handed_in), KEY).may_act == "county"
    assert open_review(Desk(small, LEADER, handed_in), KEY).may_act is None


def test_answers_are_shown_under_the_definition_they_were_given_under(
    small: Workspace, handed_in: Opened
) -> None:
    forms = tuple(
        form.model_copy(update={"fields": form.fields[:1]}) if form.id == KEY.form_id else form
        for form in handed_in.campaign.forms
    )
    changed = open_definition(small, OPERATOR, handed_in.campaign.model_copy(update={"forms": forms}))
    review = open_review(Desk(small, TOWN_REVIEWER, changed), KEY)
    assert review.form == handed_in.campaign.form(KEY.form_id)
    assert review.campaign == handed_in.campaign


def test_computed_lines_come_with_points_and_reason(small: Workspace, handed_in: Opened) -> None:
    found = computed_lines(Desk(small, TOWN_REVIEWER, handed_in), KEY)
    assert found["v1_deeds"].points == 2.0
    assert "少2件" in found["v1_deeds"].reason
    assert "v1_unity" not in found


def test_a_recused_rater_is_told_and_cannot_give_marks(small: Workspace, handed_in: Opened) -> None:
    recuse_rater(Desk(small, TOWN_REVIEWER, handed_in), "li", VILLAGE, "亲属在该村任职")
    assert open_review(Desk(small, TOWN_REVIEWER, handed_in), KEY).recused
    assert not open_review(Desk(small, COLLEAGUE, handed_in), KEY).recused
    with pytest.raises(RightsError, match="回避"):
        give_marks(Desk(small, TOWN_REVIEWER, handed_in), [a_mark(7.0)])
