"""What differs between two sets of answers, in words."""

from counties import CAMPAIGN, ROOT, VILLAGE_ANSWERS
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.campaign import read_campaign
from pbwidgets.campaign.one_form import campaign_around
from pbwidgets.forms.answer_changes import (
    AnswerChange,
    Answered,
    compare_answers,
    compare_versions,
    match_rows,
)

CONTEST = read_campaign(ROOT / "parameters" / "campaigns" / f"{CAMPAIGN}.yaml")
FORM = "village_application"
ROWS = st.dictionaries(st.sampled_from("ab"), st.integers(0, 2), max_size=2)


def test_each_answer_that_differs_is_named_with_both_in_words() -> None:
    after = {
        **VILLAGE_ANSWERS,
        "industry": "柑橘",
        "pledge_ways": ["pledge", "posts"],
        "good_deeds": [{**VILLAGE_ANSWERS["good_deeds"][0], "benefited": 50}, {"title": "修水渠"}],
    }
    found = compare_answers(CONTEST.form(FORM), CONTEST, VILLAGE_ANSWERS, after, "zh_CN")
    assert found == (
        AnswerChange(
            "为群众办的好事实事第 1 项：受益户数",
            "40 户",
            "50 户",
            "good_deeds/benefited",
            field_label="受益户数",
        ),
        AnswerChange("为群众办的好事实事第 2 项：事项", "", "修水渠", "good_deeds/title", field_label="事项"),
        AnswerChange("已推行的做法", "承诺制", "承诺制、设岗定责", "pledge_ways", field_label="已推行的做法"),
        AnswerChange("主导产业", "茶叶", "柑橘", "industry", field_label="主导产业"),
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
        "东村的好事原第 2 项（已删去）：事项",
        "东村的好事原第 2 项（已删去）：架桥受益人数",
    ]


def test_a_row_is_compared_with_the_row_that_it_was() -> None:
    form, deeds = CONTEST.form(FORM), VILLAGE_ANSWERS["good_deeds"]
    canal = {"title": "修水渠", "done_on": "2026-06-01", "benefited": 12}
    before = {**VILLAGE_ANSWERS, "good_deeds": [*deeds, canal]}
    after = {**VILLAGE_ANSWERS, "good_deeds": [{"title": "建书屋"}, *deeds, {**canal, "benefited": 15}]}
    found = compare_answers(form, CONTEST, before, after, "zh_CN")
    assert [(change.label, change.before, change.after) for change in found] == [
        ("为群众办的好事实事第 1 项：事项", "", "建书屋"),
        ("为群众办的好事实事第 3 项（原第 2 项）：受益户数", "12 户", "15 户"),
    ]
    found = compare_answers(form, CONTEST, after, before, "zh_CN")
    assert [change.label for change in found] == [
        "为群众办的好事实事第 2 项（原第 3 项）：受益户数",
        "为群众办的好事实事原第 1 项（已删去）：事项",
    ]


def test_a_row_of_one_answer_that_was_reworded_is_the_same_row() -> None:
    assert match_rows([{"deed": "修渠"}, {"deed": "架桥"}], [{"deed": "修水渠"}, {"deed": "架桥"}]) == (
        (0, 0),
        (1, 1),
    )


@given(st.lists(ROWS, max_size=5), st.lists(ROWS, max_size=5))
def test_every_row_is_matched_once(before: list[dict[str, int]], after: list[dict[str, int]]) -> None:
    pairs = match_rows(before, after)
    assert sorted(old for old, _ in pairs if old is not None) == list(range(len(before)))
    assert [new for _, new in pairs if new is not None] == list(range(len(after)))
    assert all(old is not None or new is not None for old, new in pairs)


def test_files_that_came_and_went_are_named_by_their_tokens() -> None:
    form = CONTEST.form(FORM)
    before = {**VILLAGE_ANSWERS, "centre_photos": ["a" * 64, "b" * 64]}
    after = {**VILLAGE_ANSWERS, "centre_photos": ["b" * 64, "c" * 64]}
    (found,) = compare_answers(form, CONTEST, before, after, "zh_CN")
    assert found.files_before == ("a" * 64, "b" * 64)
    assert found.files_after == ("b" * 64, "c" * 64)


def test_each_side_is_worded_by_the_definition_it_was_given_under() -> None:
    def answered(answer: str, *options: tuple[str, str], more: bool = False) -> Answered:
        state = {
            "id": "state",
            "type": "select_one",
            "choices": "states",
            "label": {"zh": "进展", "en": "State"},
        }
        gone = {"id": "gone", "type": "text", "label": {"zh": "旧项", "en": "Old"}}
        fields = [state, gone] if more else [state]
        states = [{"id": name, "label": {"zh": words, "en": words}} for name, words in options]
        name = {"zh": "表", "en": "Form"}
        form = {"id": "f", "name": name, "unit_kind": "unit", "fields": fields}
        campaign = campaign_around(form, {"states": states})
        return Answered(campaign.forms[0], campaign, {"state": answer, "gone": "有"})

    before, after = answered("begun", ("begun", "已开工"), more=True), answered("done", ("done", "完工"))
    found = compare_versions(before, after, "zh_CN")
    assert [(change.label, change.before, change.after) for change in found] == [
        ("进展", "已开工", "完工"),
        ("旧项", "有", ""),
    ]


def test_equal_answers_give_no_changes() -> None:
    form = CONTEST.form(FORM)
    same = {**VILLAGE_ANSWERS, "distance_education": None}
    assert compare_answers(form, CONTEST, VILLAGE_ANSWERS, same, "zh_CN") == ()


def test_none_of_these_in_place_of_rows_is_a_change() -> None:
    form = CONTEST.form(FORM)
    fields = tuple(
        item.model_copy(update={"may_be_none": True}) if item.id == "good_deeds" else item
        for item in form.fields
    )
    form = form.model_copy(update={"fields": fields})
    before, after = {**VILLAGE_ANSWERS, "good_deeds": []}, {**VILLAGE_ANSWERS, "good_deeds": "none"}
    assert compare_answers(form, CONTEST, before, after, "zh_CN") == (
        AnswerChange("为群众办的好事实事", "", "没有（无此类情况）", "good_deeds"),
    )
