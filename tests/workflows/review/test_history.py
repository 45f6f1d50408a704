"""The course of a submission: who did what, when, from what to what and why, and what stays hidden."""

from datetime import UTC, datetime, timedelta

import pytest
from counties import (
    CAMPAIGN,
    COUNTY,
    OPERATOR,
    PERIOD,
    SETUP_ANSWERS,
    TOWN,
    VILLAGE,
    VILLAGE_ANSWERS,
    key_of,
)

from pbwidgets import store
from pbwidgets.forms.answer_changes import AnswerChange
from pbwidgets.store import Actor, Mark, MarkKey
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.organise.campaigns import Opening, open_definition
from pbwidgets.workflows.review.acceptance import Correction, accept_submission, send_back, undo_acceptance
from pbwidgets.workflows.review.case import open_review
from pbwidgets.workflows.review.history import ONE_SITTING, Event
from pbwidgets.workflows.review.rating import give_marks, recuse_rater

FILLER = Actor("zhang", "filler", VILLAGE)
TOWN_REVIEWER = Actor("li", "reviewer", TOWN)
COLLEAGUE = Actor("ma", "reviewer", TOWN)
COUNTY_REVIEWER = Actor("xu", "reviewer", COUNTY)
LEADER = Actor("han", "leader", COUNTY)
KEY = key_of("village_application", VILLAGE)
SETUP = key_of("township_setup", TOWN)
BEGUN = datetime(2026, 11, 10, tzinfo=UTC)


def after(hours: float) -> datetime:
    return BEGUN + timedelta(hours=hours)


@pytest.fixture
def handed_in(small: Workspace, contest: Opened) -> Opened:
    with small.store.write(FILLER, BEGUN) as w:
        store.submit_many(w, [(KEY, VILLAGE_ANSWERS), (SETUP, SETUP_ANSWERS)])
    return contest


def events(small: Workspace, opened: Opened, actor: Actor = TOWN_REVIEWER) -> tuple[Event, ...]:
    return open_review(Desk(small, actor, opened), KEY).history


def a_mark(points: float, *, line: str = "v1_unity", rater: str = "li", comment: str = "") -> Mark:
    return Mark(MarkKey(CAMPAIGN, PERIOD, VILLAGE, line, "township", "township", rater), points, comment)


def test_each_step_says_who_when_from_what_to_what_and_why(small: Workspace, handed_in: Opened) -> None:
    def desk(hours: float) -> Desk:
        return Desk(small, TOWN_REVIEWER, handed_in, now=after(hours))

    wanted = Correction("请补充产业数据", "industry", 5)
    send_back(desk(1), KEY, "township", wanted, seen_version=1)
    behalf = Actor("ma", "reviewer", TOWN, on_behalf=True)
    with small.store.write(behalf, after(2)) as w:
        store.submit_many(w, [(KEY, {**VILLAGE_ANSWERS, "industry": "蜜柚"})])
    accept_submission(desk(3), KEY, "township", seen_version=3)
    undo_acceptance(desk(4), KEY, "township")
    with small.store.write(FILLER, after(5)) as w:
        store.withdraw(w, KEY)
    told = [event for event in events(small, handed_in) if event.deed != "grant_exception"]
    assert [
        (event.deed, event.who.name if event.who else "", event.before, event.after) for event in told
    ] == [
        ("submit", "zhang", None, "submitted"),
        ("return", "li", "submitted", "returned"),
        ("submit", "ma", "returned", "submitted"),
        ("accept", "li", "submitted", "accepted:township"),
        ("undo_accept", "li", "accepted:township", "submitted"),
        ("withdraw", "zhang", "submitted", "draft"),
    ]
    assert [event.at for event in told] == [after(hours) for hours in range(6)]
    assert (told[1].reason, told[1].field_path, told[1].level) == ("请补充产业数据", "industry", "township")
    assert told[0].changes is None
    assert told[2].changes == (AnswerChange("主导产业", "茶叶", "蜜柚", "industry", field_label="主导产业"),)
    assert [event.who.on_behalf for event in told[:3] if event.who] == [False, False, True]


def test_an_extension_says_from_when_to_when(small: Workspace, handed_in: Opened) -> None:
    due = max(phase.ends for phase in handed_in.period.phases if KEY.form_id in phase.forms)
    first, second = (datetime(2027, month, 1, tzinfo=UTC) for month in (2, 3))
    for hours, until, reason in ((1, first, "水灾"), (2, second, "停电")):
        with small.store.write(COUNTY_REVIEWER, after(hours)) as w:
            store.grant_exception(w, CAMPAIGN, PERIOD, KEY.form_id, VILLAGE, until, reason)
    one, two = (event for event in events(small, handed_in) if event.deed == "grant_exception")
    assert (one.after, one.reason, one.who) == (first, "水灾", Actor("xu", ""))
    assert isinstance(one.before, datetime)
    assert one.before.date() == due  # 24:00 in Shanghai is 16:00 of the same day in UTC
    assert (two.before, two.after) == (first, second)


def test_a_mark_changed_at_one_sitting_is_one_step_and_a_withdrawal_another(
    small: Workspace, handed_in: Opened
) -> None:
    for at, points in (
        (after(1), 7.0), (after(1) + ONE_SITTING / 2, 7.5), (after(2), 6.0),
    ):  # fmt: skip
        give_marks(Desk(small, TOWN_REVIEWER, handed_in, now=at), [a_mark(points, comment="有分歧")])
    give_marks(Desk(small, TOWN_REVIEWER, handed_in, now=after(3)), [], [a_mark(6.0).key])
    told = [event for event in events(small, handed_in) if event.line_id]
    assert [(event.deed, event.before, event.after, event.reason) for event in told] == [
        ("rate", None, 7.5, "有分歧"),
        ("rate", 7.5, 6.0, "有分歧"),
        ("withdraw_mark", 6.0, None, ""),
    ]
    assert {event.who for event in told} == {TOWN_REVIEWER}


def test_what_a_newer_version_makes_of_a_mark_is_a_step(small: Workspace, handed_in: Opened) -> None:
    give_marks(Desk(small, TOWN_REVIEWER, handed_in), [a_mark(8.0)])
    raw = handed_in.campaign.model_dump(mode="json")
    village = next(track for track in raw["tracks"] if track["id"] == "village")
    village["criteria"][0]["criteria"][0].update(points=6, anchors=[])
    newer = open_definition(
        small, OPERATOR, type(handed_in.campaign).model_validate(raw), PERIOD, Opening("cap")
    )
    told = [event for event in events(small, newer) if event.line_id]
    assert [(event.deed, event.before, event.after, event.reason) for event in told[1:]] == [
        ("treat_mark", 8.0, 6.0, "cap")
    ]


def test_others_marks_are_no_step_before_ones_own_is_given_and_never_name_the_rater(
    small: Workspace, handed_in: Opened
) -> None:
    give_marks(
        Desk(small, COLLEAGUE, handed_in),
        [a_mark(5.0, rater="ma"), a_mark(2.0, line="v3_quality", rater="ma")],
    )
    assert not [event for event in events(small, handed_in) if event.line_id]
    give_marks(Desk(small, TOWN_REVIEWER, handed_in), [a_mark(7.0)])
    told = [event for event in events(small, handed_in) if event.line_id]
    assert {(event.line_id, event.after, event.who) for event in told} == {
        ("v1_unity", 5.0, None),
        ("v1_unity", 7.0, TOWN_REVIEWER),
    }
    assert "'ma'" not in repr(told)
    assert not [event for event in events(small, handed_in, LEADER) if event.line_id]


def test_a_recused_rater_sees_only_their_own_marks(small: Workspace, handed_in: Opened) -> None:
    for actor in (COLLEAGUE, TOWN_REVIEWER):
        give_marks(Desk(small, actor, handed_in), [a_mark(5.0, rater=actor.name)])
    recuse_rater(Desk(small, TOWN_REVIEWER, handed_in), "li", VILLAGE, "亲属在该村任职")
    review = open_review(Desk(small, TOWN_REVIEWER, handed_in), KEY)
    assert {event.who for event in review.history if event.line_id} == {TOWN_REVIEWER}
    assert {line.others for line in review.lines} == {None}
    assert {line.before for line in review.lines} == {None}


def test_changes_in_sensitive_answers_are_shown_only_to_reviewers(
    small: Workspace, handed_in: Opened
) -> None:
    with small.store.write(COUNTY_REVIEWER, after(1)) as w:
        store.return_submission(w, SETUP, "county", ("county",), "请核对")
    with small.store.write(FILLER, after(2)) as w:
        store.submit_many(w, [(SETUP, {**SETUP_ANSWERS, "staff_names": "另二人", "staff_count": 3})])
    paths = {
        actor.role: [
            change.path
            for event in open_review(Desk(small, actor, handed_in), SETUP).history
            for change in event.changes or ()
        ]
        for actor in (COUNTY_REVIEWER, LEADER)
    }
    assert paths == {"reviewer": ["staff_count", "staff_names"], "leader": ["staff_count"]}
