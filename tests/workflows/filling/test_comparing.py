"""What differs between two sets of answers, in words."""

from datetime import UTC, datetime

from counties import VILLAGE, VILLAGE_ANSWERS, key_of

from pbwidgets.campaign.one_form import campaign_around
from pbwidgets.store import Actor
from pbwidgets.workflows.filling.comparing import AnswerChange, changes_since_last_version, compare_answers
from pbwidgets.workflows.filling.drafts import hand_in
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened, Workspace

FORM = "village_application"


def test_each_answer_that_differs_is_named_with_both_in_words(contest: Opened) -> None:
    after = {
        **VILLAGE_ANSWERS,
        "industry": "柑橘",
        "pledge_ways": ["pledge", "posts"],
        "good_deeds": [{**VILLAGE_ANSWERS["good_deeds"][0], "benefited": 50}, {"title": "修水渠"}],
    }
    found = compare_answers(contest.campaign.form(FORM), contest.campaign, VILLAGE_ANSWERS, after, "zh_CN")
    assert found == (
        AnswerChange("为群众办的好事实事第 1 项：受益户数", "40 户", "50 户"),
        AnswerChange("为群众办的好事实事第 2 项：事项", "", "修水渠"),
        AnswerChange("已推行的做法", "承诺制", "承诺制、设岗定责"),
        AnswerChange("主导产业", "茶叶", "柑橘"),
    )


def test_a_change_is_named_as_the_form_named_the_field() -> None:
    village, deeds = {"zh": "村名", "en": "Village"}, {"zh": "${village}的好事", "en": "Deeds of ${village}"}
    people = {"zh": "${title}受益人数", "en": "People helped by ${title}"}
    title = {"id": "title", "type": "text", "label": {"zh": "事项", "en": "Title"}}
    rows = [title, {"id": "people", "type": "integer", "label": people}]
    fields = [
        {"id": "village", "type": "text", "label": village},
        {"id": "deeds", "type": "repeat", "label": deeds, "fields": rows},
    ]
    campaign = campaign_around({"id": "f", "name": village, "unit_kind": "unit", "fields": fields}, {})
    before = {"village": "东村", "deeds": [{"title": "修渠", "people": 3}, {"title": "架桥", "people": 2}]}
    after = {"village": "东村", "deeds": [{"title": "修渠", "people": 4}]}
    found = compare_answers(campaign.forms[0], campaign, before, after, "zh_CN")
    assert [change.label for change in found] == [
        "东村的好事第 1 项：修渠受益人数",
        "东村的好事第 2 项：事项",
        "东村的好事第 2 项：____受益人数",
    ]


def test_equal_answers_give_no_changes(contest: Opened) -> None:
    form = contest.campaign.form(FORM)
    same = {**VILLAGE_ANSWERS, "distance_education": None}
    assert compare_answers(form, contest.campaign, VILLAGE_ANSWERS, same, "zh_CN") == ()


def test_none_of_these_in_place_of_rows_is_a_change(contest: Opened) -> None:
    form = contest.campaign.form(FORM)
    fields = tuple(
        item.model_copy(update={"may_be_none": True}) if item.id == "good_deeds" else item
        for item in form.fields
    )
    form = form.model_copy(update={"fields": fields})
    before, after = {**VILLAGE_ANSWERS, "good_deeds": []}, {**VILLAGE_ANSWERS, "good_deeds": "none"}
    assert compare_answers(form, contest.campaign, before, after, "zh_CN") == (
        AnswerChange("为群众办的好事实事", "", "没有（无此类情况）"),
    )


def test_changes_are_compared_with_the_last_version_handed_in(small: Workspace, contest: Opened) -> None:
    filler, key = Actor("zhang", "filler", VILLAGE), key_of(FORM, VILLAGE)
    first = changes_since_last_version(Desk(small, filler, contest), key, VILLAGE_ANSWERS)
    assert len(first) > 5
    hand_in(Desk(small, filler, contest, now=datetime(2026, 11, 1, tzinfo=UTC)), key, VILLAGE_ANSWERS, 0)
    after = {**VILLAGE_ANSWERS, "industry": "柑橘"}
    again = changes_since_last_version(Desk(small, filler, contest), key, after)
    assert [(item.before, item.after) for item in again] == [("茶叶", "柑橘")]
