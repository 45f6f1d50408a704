"""A form on the page: what is entered becomes answers, and problems are shown where they are."""

from collections.abc import Callable
from datetime import date
from typing import Any

import ipywidgets as w
import pytest

from pbwidgets.campaign import Campaign, Form
from pbwidgets.forms.answer_sheet import answers_markup
from pbwidgets.forms.elements import HIDDEN
from pbwidgets.forms.field_views import FieldView, ShownView
from pbwidgets.forms.form_view import FormView


def _words(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


ALL_FAMILIES = {
    "id": "sheet",
    "name": {"zh": "表", "en": "sheet"},
    "unit_kind": "team",
    "fields": [
        {"id": "remark", "type": "note", "label": {"zh": "请如实填写", "en": "n"}},
        {
            "id": "basics",
            "type": "group",
            "label": {"zh": "基本情况", "en": "basics"},
            "fields": [
                {"id": "name", "type": "text", "label": _words("名称"), "required": True, "max_length": 5},
                {"id": "has_work", "type": "select_one", "choices": "yes_no", "label": {"zh": "有项目", "en": "w"}},
                {
                    "id": "money",
                    "type": "decimal",
                    "minimum": 0,
                    "label": {"zh": "投入", "en": "money"},
                    "unit": {"zh": "万元", "en": "x"},
                    "hint": {"zh": "填到小数点后一位", "en": "h"},
                    "relevant": "${has_work} = 'yes'",
                },
            ],
        },
        {
            "id": "visits",
            "type": "repeat",
            "label": {"zh": "走访", "en": "visits"},
            "min_count": 1,
            "max_count": 4,
            "fields": [
                {"id": "held_on", "type": "date", "label": {"zh": "日期", "en": "date"}, "required": True},
                {"id": "people", "type": "integer", "label": {"zh": "人数", "en": "people"}, "minimum": 1},
                {"id": "half", "type": "calculate", "label": _words("半数"), "calculation": "${people} div 2"},
            ],
        },
        {"id": "ways", "type": "select_multiple", "choices": "ways", "label": {"zh": "方式", "en": "ways"}},
        {"id": "all_people", "type": "calculate", "label": _words("总人数"), "calculation": "sum(${people})"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    made = {
        name: [{"id": item, "label": _words(item)} for item in items]
        for name, items in (("yes_no", ("yes", "no")), ("ways", ("door", "phone")))
    }
    period = {"id": "2026", "begins": "2026-01-01", "ends": "2026-12-31"}
    return Campaign.model_validate(
        {
            "format": 1, "id": "trial", "name": _words("试"), "summary": _words("试"),
            "unit_kinds": [{"id": "team", "name": _words("队")}], "partition_by": "team",
            "periods": [period], "choices": made, "forms": [ALL_FAMILIES],
            "tracks": [{"id": "t", "name": _words("类"), "unit_kind": "team"}],
        }
    )  # fmt: skip


@pytest.fixture
def form(campaign: Campaign) -> Form:
    return campaign.form("sheet")


@pytest.fixture
def show(form: Form, campaign: Campaign) -> Callable[..., FormView]:
    def make(answers: dict[str, Any] | None = None, **more: Any) -> FormView:
        return FormView(form, campaign, answers or {}, lang="zh_CN", **more)

    return make


def view_of(view: FormView, path: str, row: int = 0) -> FieldView:
    found = next(item for item, at in view.views() if item.path == path and at == row)
    assert isinstance(found, FieldView)
    return found


def shown_of(view: FormView, path: str, row: int = 0) -> ShownView:
    found = next(item for item, at in view.views() if item.path == path and at == row)
    assert isinstance(found, ShownView)
    return found


def put(view: FormView, path: str, value: object, row: int = 0) -> None:
    made = view_of(view, path, row).input
    assert made is not None
    made.widgets[0].value = value


def note(view: FormView, path: str, row: int = 0) -> str:
    return str(view_of(view, path, row).widgets[-1].value)


def press(view: FormView, words: str, at: int = 0) -> None:
    buttons = [
        item for item in every(view.widget) if isinstance(item, w.Button) and words in item.description
    ]
    buttons[at].click()


def every(widget: w.Widget) -> list[w.Widget]:
    return [widget, *(inner for child in getattr(widget, "children", ()) for inner in every(child))]


def is_hidden(item: FieldView | ShownView) -> bool:
    return all(HIDDEN in widget._dom_classes for widget in item.widgets)


def test_what_is_entered_comes_out_as_canonical_answers(show: Callable[..., FormView]) -> None:
    heard: list[dict[str, Any]] = []
    view = show(on_change=heard.append)
    put(view, "name", " 甲队 ")
    put(view, "has_work", "yes")
    put(view, "money", "１２。５")
    press(view, "增加一项")
    put(view, "visits/held_on", date(2026, 5, 1))
    put(view, "visits/people", "７")
    view_of(view, "ways").input.widgets[1].value = True
    assert heard[-1] == view.answers
    assert view.answers == {
        "name": "甲队",
        "has_work": "yes",
        "money": 12.5,
        "visits": [{"held_on": "2026-05-01", "people": 7, "half": 3.5}],
        "ways": ["phone"],
        "all_people": 7,
    }
    assert view.problems == ()


def test_an_emptied_number_is_missing_and_not_zero(show: Callable[..., FormView]) -> None:
    view = show({"has_work": "yes", "money": 3})
    put(view, "money", "")
    assert "money" not in view.answers
    put(view, "money", "０")
    assert view.answers["money"] == 0


def test_an_irrelevant_field_disappears_at_once_and_returns_with_what_was_typed(
    show: Callable[..., FormView],
) -> None:
    view = show({"has_work": "yes", "money": 3})
    assert not is_hidden(view_of(view, "money"))
    put(view, "has_work", "no")
    assert is_hidden(view_of(view, "money"))
    assert "money" not in view.answers
    put(view, "has_work", "yes")
    assert not is_hidden(view_of(view, "money"))
    assert view.answers["money"] == 3


def test_wrong_answers_are_reported_while_typing_and_missing_ones_only_on_handing_in(
    show: Callable[..., FormView],
) -> None:
    view = show({"has_work": "yes"})
    assert "pb-problem" not in note(view, "name")
    put(view, "money", "许多")
    assert "应当填数字" in note(view, "money")
    assert 'role="alert"' in note(view, "money")
    put(view, "money", "-1")
    assert "不能小于 0" in note(view, "money")
    put(view, "name", "一二三四五六")
    assert "6/5" in note(view, "name")
    assert "不能超过 5 个字" in note(view, "name")
    put(view, "name", "")
    missing = [problem.path for problem in view.ask_all()]
    assert missing == ["name", "money", "visits"]
    assert "必须填写" in note(view, "name")


def test_hint_and_unit_are_shown_at_the_field(show: Callable[..., FormView]) -> None:
    view = show({"has_work": "yes"})
    assert "填到小数点后一位" in note(view, "money")
    assert view_of(view, "money").input.widgets[0].description == "投入（万元）"
    assert view_of(view, "name").input.widgets[0].description == "名称 *"


def test_calculations_are_shown_and_cannot_be_entered(show: Callable[..., FormView]) -> None:
    view = show({"visits": [{"held_on": "2026-05-01", "people": 4}], "all_people": 99})
    assert "<output>4</output>" in shown_of(view, "all_people").widgets[0].value
    assert "<output>2</output>" in shown_of(view, "visits/half").widgets[0].value
    assert view.answers["all_people"] == 4


def test_rows_are_added_removed_and_restored(show: Callable[..., FormView]) -> None:
    view = show({"visits": [{"people": 1}, {"people": 2}]})
    press(view, "删除这一项")
    assert view.answers["visits"] == [{"people": 2, "half": 1}]
    press(view, "恢复刚删除的一项")
    assert [row["people"] for row in view.answers["visits"]] == [1, 2]


def test_the_limit_of_rows_holds_even_for_a_forged_click(show: Callable[..., FormView]) -> None:
    view = show()
    for _ in range(9):
        press(view, "增加一项")
    repeat = view.repeats()["visits"]
    assert len(repeat.rows) == 4
    assert any(isinstance(b, w.Button) and b.disabled for b in every(repeat.box))


def test_many_rows_are_one_line_each_until_opened(show: Callable[..., FormView]) -> None:
    view = show({"visits": [{"people": at} for at in range(1, 5)]})
    repeat = view.repeats()["visits"]
    assert not any(row.is_open for row in repeat.rows)
    assert [len(every(row.box)) for row in repeat.rows] == [2, 2, 2, 2]
    press(view, "第 3 项")
    assert view_of(view, "visits/people", 2).input.widgets[0].value == "3"


def test_a_row_with_a_problem_says_so_on_its_line_and_opens_when_handing_in(
    show: Callable[..., FormView],
) -> None:
    view = show({"visits": [{"held_on": "2026-05-01", "people": at} for at in (1, 0, 2)], "name": "甲"})
    repeat = view.repeats()["visits"]
    lines = [row.box.children[0].description for row in repeat.rows]
    assert ["需要修改" in line for line in lines] == [False, True, False]
    view.ask_all()
    assert [row.is_open for row in repeat.rows] == [False, True, False]
    assert "走访第 2 项" in view.jump_links()
    assert 'href="#pb-at-visits-people-1"' in view.jump_links()


def test_progress_counts_required_answers_and_missing_rows(show: Callable[..., FormView]) -> None:
    view = show()
    assert "0/2" in view.widget.children[0].value
    put(view, "name", "甲")
    assert "1/2" in view.widget.children[0].value
    press(view, "增加一项")
    put(view, "visits/held_on", date(2026, 5, 1))
    assert "2/2" in view.widget.children[0].value


def test_reasons_for_a_return_are_shown_at_their_field(show: Callable[..., FormView]) -> None:
    view = show(returned={"name": ("名称<不全>",), "visits/people": ("人数不实",)})
    assert "名称&lt;不全&gt;" in note(view, "name")
    assert "人数不实" in view.repeats()["visits"].box.children[0].value


def test_typed_text_never_becomes_markup(show: Callable[..., FormView]) -> None:
    view = show({"name": "<b>x", "visits": [{"people": "<i>"} for _ in range(3)]})
    markup = "".join(item.value for item in every(view.widget) if isinstance(item, w.HTML))
    assert "<b>" not in markup
    assert "<i>" not in markup


def test_answers_that_do_not_fit_the_form_are_kept_for_the_check_to_report(
    show: Callable[..., FormView],
) -> None:
    view = show({"has_work": "perhaps", "visits": "none", "unknown": 1, "ways": ["door", "boat"]})
    assert view.answers["has_work"] == "perhaps"
    assert {problem.code for problem in view.problems} >= {"campaign.answer_unknown_choice"}
    put(view, "has_work", "yes")
    assert view.answers["has_work"] == "yes"


def test_the_given_answers_are_not_changed(show: Callable[..., FormView]) -> None:
    given = {"visits": [{"people": 1}]}
    view = show(given)
    put(view, "visits/people", "5")
    assert given == {"visits": [{"people": 1}]}
    assert view.answers["visits"][0]["people"] == 5


# -- a repeat that may be answered with "none of these" ---------------------------------------------------


@pytest.fixture
def offered(campaign: Campaign) -> Campaign:
    form = campaign.form("sheet")
    fields = tuple(
        item.model_copy(update={"may_be_none": True}) if item.id == "visits" else item for item in form.fields
    )
    return campaign.model_copy(update={"forms": (form.model_copy(update={"fields": fields}),)})


def tick_of(view: FormView) -> w.Checkbox:
    (tick,) = (
        item
        for item in every(view.widget)
        if isinstance(item, w.Checkbox) and item.description == "没有（无此类情况）"
    )
    return tick


def test_none_of_these_is_ticked_instead_of_rows(offered: Campaign) -> None:
    seen: list[dict[str, Any]] = []
    view = FormView(offered.form("sheet"), offered, {"name": "甲"}, lang="zh_CN", on_change=seen.append)
    assert [problem.code for problem in view.ask_all()] == ["campaign.answer_rows_or_none"]
    tick_of(view).value = True
    assert seen[-1]["visits"] == "none"
    assert view.ask_all() == ()
    press(view, "增加一项")
    assert view.answers["visits"] == "none"  # the button is shut
    tick_of(view).value = False
    assert "visits" not in view.answers
    press(view, "增加一项")
    assert tick_of(view).disabled
    tick_of(view).value = True  # as a forged message would
    assert (tick_of(view).value, len(view.repeats()["visits"].rows)) == (False, 1)


def test_none_of_these_is_shown_again_and_read_out(offered: Campaign) -> None:
    view = FormView(offered.form("sheet"), offered, {"name": "甲", "visits": "none"}, lang="zh_CN")
    assert tick_of(view).value
    assert view.ask_all() == ()
    form, answers = offered.form("sheet"), view.answers
    assert "没有（无此类情况）" in answers_markup(form, offered, answers, "zh_CN", lambda _: None)


def test_a_repeat_that_must_have_rows_offers_no_tick(show: Callable[..., FormView]) -> None:
    (tick,) = (
        item for item in every(show().widget) if getattr(item, "description", "") == "没有（无此类情况）"
    )
    assert HIDDEN in tick._dom_classes


def test_what_hangs_on_an_irrelevant_answer_disappears_with_it(campaign: Campaign) -> None:
    fields = [
        {"id": "amount", "type": "integer", "label": _words("金额"), "relevant": "${has} = 'yes'"},
        {
            "id": "reason",
            "type": "text",
            "label": _words("原因"),
            "relevant": "${amount} > 0",
            "required": True,
        },
        {
            "id": "person",
            "type": "text",
            "label": _words("经办人"),
            "relevant": "${reason} != ''",
            "required": True,
        },
        {"id": "has", "type": "select_one", "choices": "yes_no", "label": _words("有无")},
    ]
    form = Form.model_validate({"id": "chain", "name": _words("表"), "unit_kind": "team", "fields": fields})
    answers = {"has": "yes", "amount": 3, "reason": "因故", "person": "甲"}
    view = FormView(form, campaign, answers, lang="zh_CN")
    paths = ("amount", "reason", "person")
    assert [is_hidden(view_of(view, path)) for path in paths] == [False, False, False]
    put(view, "has", "no")
    assert [is_hidden(view_of(view, path)) for path in paths] == [True, True, True]
    assert view.answers == {"has": "no"}
    put(view, "has", "yes")
    assert view.answers == answers
