"""In a form, options follow the answers before them, and words show answers while they are typed."""

from typing import Any

import pytest

from pbwidgets.campaign import Campaign
from pbwidgets.campaign.one_form import campaign_around
from pbwidgets.forms.answer_sheet import answers_markup
from pbwidgets.forms.elements import NOT_OFFERED
from pbwidgets.forms.field_views import FieldView
from pbwidgets.forms.form_view import FormView


def words(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def places(level: str, rows: str, above: str = "") -> list[dict[str, Any]]:
    parts = (row.split(":") for row in rows.split())
    return [
        {"id": place, "label": words(place.upper()), "attributes": {above: parent} if parent else {}}
        for place, parent in ((row[0], row[1] if len(row) > 1 else "") for row in parts)
    ]


CHOICES = {
    "towns": places("town", "t1 t2"),
    "villages": places("village", "v1:t1 v2:t1 v3:t2 v4:t2 v5:t2 v6:t2", "town"),
    "groups": places("group", "g1:v1 g2:v1 g3:v3", "village"),
}
FIELDS: list[dict[str, Any]] = [
    {"id": "town", "type": "select_one", "choices": "towns", "label": words("乡镇")},
    {
        "id": "village",
        "type": "select_one",
        "choices": "villages",
        "choice_filter": "town = ${town}",
        "label": words("${town}的村"),
        "hint": words("只列${town}的"),
    },
    {
        "id": "groups",
        "type": "select_multiple",
        "choices": "groups",
        "choice_filter": "village = ${village}",
        "label": words("${village}的组"),
    },
    {
        "id": "part",
        "type": "group",
        "label": words("${village}情况"),
        "fields": [
            {"id": "half", "type": "calculate", "calculation": "1 + 1", "label": words("${town}之半")}
        ],
    },
]


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return campaign_around({"id": "f", "name": words("表"), "unit_kind": "unit", "fields": FIELDS}, CHOICES)


@pytest.fixture
def view(campaign: Campaign) -> FormView:
    return FormView(campaign.forms[0], campaign, {"town": "t1"}, lang="zh_CN")


def widget(view: FormView, path: str, at: int = 0) -> Any:
    found = next(item for item, _ in view.views() if item.path == path)
    return found.widgets[at]


def offered(view: FormView, path: str) -> list[str]:
    return [value for _, value in widget(view, path).options if value]


def test_only_the_options_of_the_parent_can_be_chosen(view: FormView) -> None:
    assert offered(view, "village") == ["v1", "v2"]
    widget(view, "town").value = "t2"
    assert offered(view, "village") == ["v3", "v4", "v5", "v6"]


def test_boxes_that_are_not_offered_are_not_shown(view: FormView) -> None:
    widget(view, "village").value = "v1"
    boxes = next(item for item, _ in view.views() if item.path == "groups").widgets[1:4]
    assert [NOT_OFFERED in box._dom_classes for box in boxes] == [False, False, True]


def test_an_answer_whose_parent_changes_is_dropped_and_what_rested_on_it(view: FormView) -> None:
    widget(view, "village").value = "v1"
    widget(view, "groups", 1).value = True
    assert view.answers == {"town": "t1", "village": "v1", "groups": ["g1"], "half": 2}
    widget(view, "town").value = "t2"
    assert view.answers == {"town": "t2", "half": 2}
    assert widget(view, "village").value in (None, "")
    assert widget(view, "groups", 1).value is False


def test_an_answer_stays_while_it_is_offered(view: FormView) -> None:
    widget(view, "village").value = "v2"
    widget(view, "groups", 1).value = False
    assert view.answers["village"] == "v2"
    assert widget(view, "village").value == "v2"


def test_a_stored_answer_that_is_not_offered_is_shown_as_a_problem(campaign: Campaign) -> None:
    view = FormView(campaign.forms[0], campaign, {"town": "t2", "village": "v1"}, lang="zh_CN")
    assert [problem.code for problem in view.problems] == ["campaign.answer_not_offered"]


def test_labels_hints_and_headings_follow_the_answers(view: FormView) -> None:
    village = next(item for item, _ in view.views() if item.path == "village")
    assert isinstance(village, FieldView)
    assert widget(view, "village").description == "T1的村"
    assert "只列T1的" in village.widgets[-1].value
    assert "____的组" in widget(view, "groups").value
    widget(view, "town").value = "t2"
    widget(view, "village").value = "v3"
    assert widget(view, "village").description == "T2的村"
    assert "V3的组" in widget(view, "groups").value
    assert "T2之半" in widget(view, "half").value
    assert any("V3情况" in section.head.value for section in view._sections if section.head is not None)


def test_on_paper_the_answers_stand_in_the_words(campaign: Campaign) -> None:
    answers = {"town": "t2", "village": "v3", "half": 2}
    shown = answers_markup(campaign.forms[0], campaign, answers, "zh_CN", lambda _: None)
    assert "<dt>T2的村</dt>" in shown
    assert "<h3>V3情况</h3>" in shown
    assert "${" not in shown
