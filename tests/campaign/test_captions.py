"""Labels and hints show answers, in whatever way the answers are chosen or counted."""

from typing import Any

import pytest

from pbwidgets.campaign import Campaign, check_answers
from pbwidgets.campaign.answers import captions_of
from pbwidgets.campaign.one_form import campaign_around


def words(text: str) -> dict[str, str]:
    return {"zh": text, "en": f"{text}!"}


FIELDS: list[dict[str, Any]] = [
    {"id": "kind", "type": "select_one", "choices": "kinds", "label": words("类型")},
    {"id": "ways", "type": "select_multiple", "choices": "kinds", "label": words("方式")},
    {"id": "money", "type": "decimal", "label": words("${kind}的投入"), "minimum": 0},
    {"id": "day", "type": "date", "label": words("${ways}的日期")},
    {
        "id": "visits",
        "type": "repeat",
        "label": words("${kind}走访"),
        "fields": [
            {"id": "who", "type": "text", "label": words("对象")},
            {
                "id": "held_on",
                "type": "date",
                "label": words("走访${who}（${kind}）的日期"),
                "required": True,
            },
        ],
    },
]
CHOICES = {"kinds": [{"id": "a", "label": words("帮扶")}, {"id": "b", "label": words("${money}万元的项目")}]}
ANSWERS = {"kind": "a", "ways": ["a", "b"], "money": 12.0, "visits": [{"who": "东村"}, {"who": "西村"}]}


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return campaign_around({"id": "f", "name": words("表"), "unit_kind": "unit", "fields": FIELDS}, CHOICES)


def test_a_choice_is_shown_by_its_label_and_several_are_joined(campaign: Campaign) -> None:
    form = campaign.forms[0]
    captions = captions_of(form, campaign, ANSWERS)
    _, _, money, day, _ = (captions.field(field).label for field in form.fields)
    assert (money.zh, money.en) == ("帮扶的投入", "帮扶!的投入!")
    assert day.zh == "帮扶、____万元的项目的日期"


def test_in_a_row_its_own_answers_are_shown_and_over_a_column_blanks(campaign: Campaign) -> None:
    form = campaign.forms[0]
    captions = captions_of(form, campaign, ANSWERS)
    held_on = form.fields[-1].fields[1]
    shown = [captions.field(held_on, "visits", row).label.zh for row in (0, 1, None)]
    assert shown == ["走访东村（帮扶）的日期", "走访西村（帮扶）的日期", "走访____（帮扶）的日期"]


def test_options_show_answers_as_well(campaign: Campaign) -> None:
    form = campaign.forms[0]
    options = captions_of(form, campaign, ANSWERS).options(form.fields[0])
    assert [choice.label.zh for choice in options] == ["帮扶", "12万元的项目"]


def test_without_an_answer_there_is_a_blank(campaign: Campaign) -> None:
    form = campaign.forms[0]
    assert captions_of(form, campaign, {}).field(form.fields[2]).label.zh == "____的投入"
    assert form.fields[2].label.words("zh_CN") == "____的投入"


def test_what_is_wrong_is_said_with_the_answers_too(campaign: Campaign) -> None:
    form = campaign.forms[0]
    problems = check_answers(form, campaign, {**ANSWERS, "money": -1}, complete=True)
    assert [problem.label.zh for problem in problems if problem.label] == [
        "帮扶的投入",
        "走访东村（帮扶）的日期",
        "走访西村（帮扶）的日期",
    ]
