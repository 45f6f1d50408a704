"""Answers are computed, checked and turned into rows by the same rules for form, import and server."""

import copy
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbwidgets.campaign.answers import check_answers, compute_answers, find_irrelevant, to_rows
from pbwidgets.campaign.model import Campaign, Form
from pbwidgets.campaign.names import form_of_unit
from pbwidgets.campaign.reader import read_campaign

TODAY = date(2026, 6, 15)
SHA = "ab" * 32
GOOD: dict[str, Any] = {
    "plan": "yes",
    "plan_file": [SHA],
    "kinds_done": ["study", "visit"],
    "members": 30,
    "fund": 12.5,
    "meetings": [
        {"held_on": "2026-03-01", "due": 30, "present": 27},
        {"held_on": "2026-05-01", "due": 30, "present": 24},
    ],
}


@pytest.fixture
def form(small: Campaign) -> Form:
    return small.form("record")


def codes(
    campaign: Campaign, answers: dict[str, Any], *, complete: bool = True
) -> list[tuple[str, int, str]]:
    problems = check_answers(campaign.form("record"), campaign, answers, complete=complete, today=TODAY)
    for problem in problems:
        assert problem.message("zh_CN") != problem.message("en")
    return [
        (problem.path, problem.row, problem.code.removeprefix("campaign.answer_")) for problem in problems
    ]


def test_right_answers_have_no_problems_and_are_not_changed(small: Campaign) -> None:
    before = copy.deepcopy(GOOD)
    assert codes(small, GOOD) == []
    compute_answers(small.form("record"), GOOD, today=TODAY)
    assert before == GOOD


def test_calculations_are_made_over_rows_and_form(form: Form) -> None:
    computed = compute_answers(form, GOOD, today=TODAY)
    assert [row["share"] for row in computed["meetings"]] == [90, 80]
    assert computed["attendance"] == 51


def test_a_forged_calculation_is_made_anew(form: Form) -> None:
    assert compute_answers(form, {**GOOD, "attendance": 9999}, today=TODAY)["attendance"] == 51


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"members": 501}, ("members", 0, "too_large")),
        ({"members": -1}, ("members", 0, "too_small")),
        ({"members": 2.5}, ("members", 0, "not_whole")),
        ({"members": "many"}, ("members", 0, "not_whole")),
        ({"members": True}, ("members", 0, "not_whole")),
        ({"fund": float("inf")}, ("fund", 0, "not_number")),
        ({"fund": "1e5"}, ("fund", 0, "not_number")),
        ({"remark": "长" * 21}, ("remark", 0, "too_long")),
        ({"remark": 3}, ("remark", 0, "not_text")),
        ({"plan": "maybe"}, ("plan", 0, "unknown_choice")),
        ({"kinds_done": ["study", "sleep"]}, ("kinds_done", 0, "unknown_choice")),
        ({"kinds_done": ["study", "study"]}, ("kinds_done", 0, "repeated")),
        ({"kinds_done": 3}, ("kinds_done", 0, "not_list")),
        ({"plan_file": ["plan.pdf"]}, ("plan_file", 0, "not_file")),
        ({"plan_file": [SHA, "cd" * 32, "ef" * 32]}, ("plan_file", 0, "too_many")),
        ({"membres": 3}, ("membres", 0, "unknown_field")),
        ({"basics": {}}, ("basics", 0, "unknown_field")),
        ({"explained": "x"}, ("explained", 0, "unknown_field")),
        ({"meetings": "x"}, ("meetings", 0, "not_rows")),
        ({"meetings": [GOOD["meetings"][0]] * 6}, ("meetings", 0, "too_many")),
        (
            {"meetings": [{**GOOD["meetings"][0], "held_on": "2026-02-30"}]},
            ("meetings/held_on", 0, "not_date"),
        ),
        (
            {"meetings": [{**GOOD["meetings"][0], "held_on": "2026-06-16"}]},
            ("meetings/held_on", 0, "constraint"),
        ),
        (
            {"meetings": [*GOOD["meetings"], {**GOOD["meetings"][0], "present": 31}]},
            ("meetings/present", 2, "constraint"),
        ),
        ({"meetings": [{**GOOD["meetings"][0], "who": "x"}]}, ("meetings/who", 0, "unknown_field")),
        ({"meetings": [3]}, ("meetings", 0, "not_rows")),
    ],
)
def test_a_wrong_answer_is_named_with_its_place_also_in_a_draft(
    small: Campaign, changes: dict[str, Any], expected: tuple[str, int, str]
) -> None:
    assert expected in codes(small, {**GOOD, **changes}, complete=False)


def test_required_answers_are_asked_for_on_submission_only(small: Campaign) -> None:
    assert codes(small, {}, complete=False) == []
    assert codes(small, {}) == [
        ("plan", 0, "required"),
        ("meetings", 0, "too_few"),
        ("reason", 0, "required"),
    ]


def test_blank_text_and_empty_lists_are_no_answers(small: Campaign) -> None:
    assert ("plan_file", 0, "required") in codes(small, {**GOOD, "plan_file": []})
    assert ("plan", 0, "required") in codes(small, {**GOOD, "plan": "  "})


def test_what_is_not_relevant_is_dropped_and_not_required(small: Campaign, form: Form) -> None:
    answers = {**GOOD, "plan": "no", "reason": "too few came"}
    assert codes(small, answers) == []
    computed = compute_answers(form, answers, today=TODAY)
    assert "plan_file" not in computed
    assert "reason" not in computed


def test_fields_that_are_not_relevant_are_named_for_the_form_to_hide(form: Form) -> None:
    assert find_irrelevant(form, GOOD, today=TODAY) == {("reason", 0)}
    assert ("plan_file", 0) in find_irrelevant(form, {**GOOD, "plan": "no"}, today=TODAY)
    few = {**GOOD, "meetings": [{"held_on": "2026-03-01", "due": 9, "present": 9}]}
    assert find_irrelevant(form, few, today=TODAY) == frozenset()


def test_relevance_follows_calculations(small: Campaign, form: Form) -> None:
    few = {**GOOD, "meetings": [{"held_on": "2026-03-01", "due": 9, "present": 9}]}
    assert codes(small, few) == [("reason", 0, "required")]
    assert compute_answers(form, {**few, "reason": "new"}, today=TODAY)["reason"] == "new"


def test_the_message_of_a_constraint_is_the_campaigns_own(small: Campaign, form: Form) -> None:
    wrong = {**GOOD, "meetings": [{**GOOD["meetings"][0], "held_on": "2027-01-01"}]}
    (problem,) = check_answers(form, small, wrong, complete=True, today=TODAY)
    assert problem.message("zh_CN") == "日期不能晚于今天"
    assert problem.message("en") == "Not in the future"


def test_texts_of_an_import_are_read_as_values(small: Campaign, form: Form) -> None:
    typed = {
        "plan": "yes",
        "plan_file": SHA,
        "kinds_done": "study visit",
        "members": "30",
        "fund": "12.50",
        "meetings": [
            {"held_on": date(2026, 3, 1), "due": "30", "present": 27.0},
            {"held_on": "2026-05-01", "due": 30, "present": "24"},
            {"held_on": ""},
        ],
    }
    assert codes(small, typed) == []
    assert compute_answers(form, typed, today=TODAY) == compute_answers(form, GOOD, today=TODAY)


def test_rows_carry_canonical_text(form: Form) -> None:
    rows = to_rows(form, compute_answers(form, {**GOOD, "fund": 3.0}, today=TODAY))
    assert ("kinds_done", 0, "study visit") in rows
    assert ("fund", 0, "3") in rows
    assert ("meetings/held_on", 1, "2026-05-01") in rows
    assert ("meetings/share", 0, "90") in rows
    assert {path for path, _, _ in rows} <= {path for path, _ in form.leaves()}


_ROWS = st.fixed_dictionaries(
    {},
    optional={
        "held_on": st.dates().map(date.isoformat),
        "due": st.integers(-(10**15), 10**15),
        "present": st.integers(0, 500),
    },
)
_ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "plan": st.sampled_from(["yes", "no"]),
        "plan_file": st.lists(st.sampled_from([SHA, "0" * 64]), unique=True),
        "kinds_done": st.lists(st.sampled_from(["study", "service", "visit"]), unique=True),
        "members": st.integers(-(10**15), 10**15),
        "fund": st.floats(-1e15, 1e15),
        "remark": st.text(),
        "reason": st.text(),
        "meetings": st.lists(_ROWS, max_size=4),
    },
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=_ANSWERS)
def test_computing_again_changes_nothing(small: Campaign, answers: dict[str, Any]) -> None:
    form = small.form("record")
    computed = compute_answers(form, answers, today=TODAY)
    assert compute_answers(form, computed, today=TODAY) == computed


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["held_on", "due", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=st.dictionaries(st.sampled_from([*GOOD, "remark", "reason", "x"]), _ANYTHING))
def test_forged_answers_are_refused_without_a_crash(small: Campaign, answers: dict[str, Any]) -> None:
    for problem in check_answers(small.form("record"), small, answers, complete=True, today=TODAY):
        assert problem.message("zh_CN")


# -- a repeat that may be answered with "none of these" ---------------------------------------------------


def with_none(campaign: Campaign, **more: Any) -> Campaign:
    """The small campaign, whose meetings may be answered with "none of these"."""
    form = campaign.form("record")
    fields = tuple(
        item.model_copy(update={"may_be_none": True, **more}) if item.id == "meetings" else item
        for item in form.fields
    )
    return campaign.model_copy(update={"forms": (form.model_copy(update={"fields": fields}),)})


NO_MEETINGS = {**GOOD, "meetings": "none", "reason": "换届"}


def test_none_of_these_stands_for_the_rows_that_are_wanted(small: Campaign) -> None:
    campaign = with_none(small)
    assert codes(campaign, NO_MEETINGS) == []
    assert codes(campaign, {**NO_MEETINGS, "meetings": []}) == [("meetings", 0, "rows_or_none")]
    assert codes(campaign, {**NO_MEETINGS, "meetings": []}, complete=False) == []


def test_none_of_these_is_kept_and_has_no_rows_in_expressions(small: Campaign) -> None:
    form = with_none(small).form("record")
    computed = compute_answers(form, NO_MEETINGS, today=TODAY)
    assert (computed["meetings"], computed["attendance"]) == ("none", 0)
    assert compute_answers(form, computed, today=TODAY) == computed
    assert ("meetings", 0, "none") in to_rows(form, computed)
    assert not any(path.startswith("meetings/") for path, _, _ in to_rows(form, computed))


def test_none_of_these_is_no_answer_where_the_form_does_not_offer_it(small: Campaign) -> None:
    assert ("meetings", 0, "not_rows") in codes(small, NO_MEETINGS)
    assert "meetings" not in compute_answers(small.form("record"), NO_MEETINGS, today=TODAY)


def test_a_repeat_that_is_not_relevant_is_not_answered_with_none_either(small: Campaign) -> None:
    form = with_none(small, relevant="${members} > 99").form("record")
    assert "meetings" not in compute_answers(form, NO_MEETINGS, today=TODAY)
    assert compute_answers(form, {**NO_MEETINGS, "members": 100}, today=TODAY)["meetings"] == "none"


def test_whether_there_is_none_is_as_sensitive_as_all_the_fields_of_the_repeat(small: Campaign) -> None:
    def hide(campaign: Campaign, *hidden: str) -> Form:
        (repeat,) = (item for item in campaign.form("record").fields if item.id == "meetings")
        inner = tuple(item.model_copy(update={"sensitive": item.id in hidden}) for item in repeat.fields)
        return with_none(campaign, fields=inner).form("record")

    assert hide(small, "due").sensitive_paths() == {"meetings/due"}
    every = ("held_on", "due", "present", "share")
    assert hide(small, *every).sensitive_paths() == {"meetings", *(f"meetings/{name}" for name in every)}


def test_what_identifies_is_sensitive_without_being_marked_so_as_well() -> None:
    form = chained({"id": "head", "identifies": True}, {"id": "staff", "sensitive": True}, {"id": "remark"})
    assert form.sensitive_paths() == {"head", "staff"}
    assert form.identifying_paths() == {"head"}


def chained(*fields: dict[str, Any]) -> Form:
    words = {"zh": "甲", "en": "a"}
    made = [{"type": "text", "label": words, **field} for field in fields]
    return Form.model_validate({"id": "f", "name": words, "unit_kind": "village", "fields": made})


AMOUNT = {"id": "amount", "type": "integer", "relevant": "${has} = 'yes'"}
REASON = {"id": "reason", "relevant": "${amount} > 0", "required": True}
PERSON = {"id": "person", "relevant": "${reason} != ''", "required": True}
ALL: dict[str, Any] = {"has": "yes", "amount": 3, "reason": "因故", "person": "甲"}


@pytest.mark.parametrize(
    "fields", [({"id": "has"}, AMOUNT, REASON, PERSON), (PERSON, REASON, AMOUNT, {"id": "has"})]
)
def test_what_is_not_relevant_is_empty_for_all_that_follows_in_any_order(
    small: Campaign, fields: tuple[dict[str, Any], ...]
) -> None:
    form = chained(*fields)
    assert compute_answers(form, ALL) == ALL
    without = {**ALL, "has": "no"}
    assert compute_answers(form, without) == {"has": "no"}
    assert find_irrelevant(form, without) == {("amount", 0), ("reason", 0), ("person", 0)}
    assert check_answers(form, small, without, complete=True) == ()


def test_what_is_not_relevant_is_empty_in_its_own_row_alone(small: Campaign) -> None:
    words = {"zh": "甲", "en": "a"}
    inner = [{"type": "text", "label": words, **field} for field in ({"id": "has"}, AMOUNT, REASON, PERSON)]
    total = {"id": "total", "type": "calculate", "calculation": "sum(${amount})"}
    form = chained({"id": "cases", "type": "repeat", "fields": inner}, total)
    computed = compute_answers(form, {"cases": [ALL, {**ALL, "has": "no"}]})
    assert computed == {"cases": [ALL, {"has": "no"}], "total": 3}
    assert check_answers(form, small, {"cases": [{**ALL, "has": "no"}]}, complete=True) == ()


def test_a_repeat_that_is_not_relevant_has_no_rows_for_other_expressions() -> None:
    inner = {"id": "n", "type": "integer", "label": {"zh": "数", "en": "n"}}
    form = chained(
        {"id": "after", "relevant": "${total} > 0"},
        {"id": "total", "type": "calculate", "calculation": "sum(${cases/n})"},
        {"id": "cases", "type": "repeat", "relevant": "${has} = 'yes'", "fields": [inner]},
        {"id": "has"},
    )
    answers = {"has": "yes", "cases": [{"n": 2}], "after": "有"}
    assert compute_answers(form, answers) == {**answers, "total": 2}
    assert compute_answers(form, {**answers, "has": "no"}) == {"has": "no", "total": 0}


def test_a_form_asks_by_kind_and_domain_of_the_unit(write: Callable[..., Path]) -> None:
    asked = "relevant: \"${unit_kind} = 'branch' and ${unit_domain} = '机关'\""
    form = read_campaign(write(("relevant: \"${plan} = 'yes'\"", asked))).form("record")
    office, school, unknown = (form_of_unit(form, "branch", domain) for domain in ("机关", "学校", None))
    assert ("plan_file", 0) not in find_irrelevant(office, GOOD, today=TODAY)
    assert ("plan_file", 0) in find_irrelevant(school, GOOD, today=TODAY)
    assert ("plan_file", 0) in find_irrelevant(unknown, GOOD, today=TODAY)


def test_a_form_that_does_not_ask_about_the_unit_is_the_same_for_all(small: Campaign) -> None:
    assert form_of_unit(small.form("record"), "branch", "机关") is small.form("record")
