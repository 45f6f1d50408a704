"""Inputs: a widget is read as an answer, and an answer is shown unchanged."""

from datetime import date

import ipywidgets as w
import pytest
from traitlets import TraitError

from pbwidgets.campaign import Campaign, Field, Text
from pbwidgets.campaign.model import Choice
from pbwidgets.forms.inputs import SENSITIVE, make_input, number_input, plain_number

WORDS = Text(zh="甲", en="a")


def choices(count: int) -> tuple[Choice, ...]:
    return tuple(Choice(id=f"c{at}", label=Text(zh=f"选项{at}", en=f"choice {at}")) for at in range(count))


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return Campaign.model_construct(choices={"few": choices(3), "many": choices(9)})


def field(kind: str, **more: object) -> Field:
    return Field.model_validate({"id": "f", "type": kind, "label": {"zh": "甲", "en": "a"}, **more})


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("１２", "12"),
        ("１，２００。５", "1200.5"),
        ("-３", "-3"),
        ("007", "7"),
        ("", None),
        ("　", None),
        ("0", "0"),
        ("1,5", "1,5"),  # a comma that does not group thousands is not accepted
        ("约三十", "约三十"),
        ("3 人", "3 人"),
        ("²", "2"),
    ],
)
def test_a_number_is_accepted_as_a_chinese_input_method_types_it_and_empty_is_not_zero(
    typed: str, read: str | None
) -> None:
    assert plain_number(typed) == read


def test_few_choices_are_all_shown_and_many_are_a_list(campaign: Campaign) -> None:
    few = make_input(field("select_one", choices="few", required=True), campaign, "zh_CN", "甲")
    many = make_input(field("select_one", choices="many", required=True), campaign, "zh_CN", "甲")
    assert isinstance(few.widgets[0], w.RadioButtons)
    assert isinstance(many.widgets[0], w.Dropdown)
    assert few.read() is None
    assert many.read() is None


def test_an_optional_choice_can_be_cleared(campaign: Campaign) -> None:
    made = make_input(field("select_one", choices="few"), campaign, "zh_CN", "甲")
    made.show("c1")
    made.widgets[0].index = len(made.widgets[0].options) - 1
    assert made.read() is None


def test_an_option_that_does_not_exist_is_refused_by_the_widget(campaign: Campaign) -> None:
    made = make_input(field("select_one", choices="few", required=True), campaign, "zh_CN", "甲")
    made.show("c1")
    with pytest.raises(TraitError, match="index"):
        made.widgets[0].set_state({"index": 99})
    assert made.read() == "c1"


def test_showing_an_answer_is_not_reported_but_typing_is(campaign: Campaign) -> None:
    made, heard = make_input(field("date"), campaign, "zh_CN", "甲"), []
    made.watch(lambda: heard.append(made.read()))
    made.show("2026-05-01")
    assert heard == []
    made.widgets[0].value = date(2026, 5, 2)
    assert heard == ["2026-05-02"]


def test_each_of_several_choices_has_a_box(campaign: Campaign) -> None:
    made = make_input(field("select_multiple", choices="few"), campaign, "en", "a")
    assert [box.description for box in made.widgets] == ["choice 0", "choice 1", "choice 2"]
    made.show(["c2", "c0"])
    assert made.read() == ["c0", "c2"]
    made.widgets[0].value = made.widgets[2].value = False
    assert made.read() is None


@pytest.mark.parametrize("wrong", ["gone", ["a"], 7, None, "2026-13-01"])
@pytest.mark.parametrize("kind", ["select_one", "select_multiple", "date", "text", "decimal"])
def test_an_answer_of_another_kind_does_not_break_the_input(
    kind: str, wrong: object, campaign: Campaign
) -> None:
    has_choices = {"choices": "few"} if kind.startswith("select") else {}
    made = make_input(field(kind, **has_choices), campaign, "zh_CN", "甲")
    made.show(wrong)
    assert made.read() in (None, "gone", "a", "7", "2026-13-01")


def test_inputs_of_a_kind_share_their_layout_and_style() -> None:
    one, other = number_input("甲"), number_input("乙")
    assert one.widgets[0].layout is other.widgets[0].layout
    assert one.widgets[0].style is other.widgets[0].style


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("text", "sensitive"),
        ("integer", "sensitive"),
        ("select_multiple", "sensitive"),
        ("text", "identifies"),
    ],
)
def test_inputs_of_sensitive_fields_are_marked_so_that_the_browser_keeps_nothing(
    campaign: Campaign, kind: str, key: str
) -> None:
    more = {"choices": "many"} if kind == "select_multiple" else {}
    secret = make_input(field(kind, **{key: True}, **more), campaign, "zh_CN", "姓名")
    plain = make_input(field(kind, **more), campaign, "zh_CN", "姓名")
    assert all(SENSITIVE in widget._dom_classes for widget in secret.widgets)
    assert not any(SENSITIVE in widget._dom_classes for widget in plain.widgets)
