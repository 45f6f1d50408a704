"""Fixed rows: one row for each row of the table, filled in on its line or opened; what is said of each row."""

import json
from datetime import date, timedelta
from typing import Any

import ipywidgets as w
import pytest
from lasting import living_campaign
from pages import shown

from pbwidgets.campaign import Form
from pbwidgets.forms.answer_changes import compare_answers
from pbwidgets.forms.answer_sheet import answers_markup
from pbwidgets.forms.elements import HIDDEN
from pbwidgets.forms.fixed_rows import FixedRows
from pbwidgets.forms.form_view import FormView
from pbwidgets.forms.life_states import find_life_state

TODAY = date(2026, 12, 1)
CAMPAIGN = living_campaign(8, TODAY)
FORM: Form = CAMPAIGN.form("standards")


def view_of(answers: dict[str, Any] | None = None, **options: Any) -> tuple[FormView, FixedRows]:
    view = FormView(FORM, CAMPAIGN, answers or {}, lang="zh_CN", today=TODAY, **options)
    rows = view.repeats()["lines"]
    assert isinstance(rows, FixedRows)
    return view, rows


def send(rows: FixedRows, cells: dict[str, str], **more: object) -> None:
    """What the page's script writes when cells were typed into or a row was opened."""
    rows._sent.value = json.dumps({"cells": cells, "seq": rows._sent.value.count("seq") + 1, **more})


def said_of(rows: FixedRows, row_id: str) -> str:
    """What is said of a row now: news, or else what was drawn."""
    news, drawn = rows._notes.value, rows._above.value + rows._below.value
    text = news if f'data-of="{row_id}"' in news else drawn
    return text.partition(f'data-of="{row_id}"')[2].partition('data-of="')[0].partition("</tr>")[0]


def test_every_row_of_the_table_is_there_in_its_order_under_its_heading() -> None:
    view, rows = view_of({"lines": [{"row": "c03", "state": "reached"}, {"row": "gone", "state": "reached"}]})
    assert [entry.known.id for entry in rows.rows] == [f"c{at:02}" for at in range(1, 9)]
    assert rows._above.value.count('class="pb-rows-heading"') == 4
    assert "四个标准" in rows._above.value
    assert view.answers["lines"][2]["state"] == "reached"
    assert len(view.answers["lines"]) == 8


def test_a_table_of_any_length_has_the_same_few_widgets() -> None:
    def count(rows: FixedRows) -> int:
        return len(list(_all_widgets(rows.box)))

    longer = living_campaign(200, TODAY)
    many = FormView(longer.form("standards"), longer, {}, lang="zh_CN", today=TODAY).repeats()["lines"]
    assert isinstance(many, FixedRows)
    assert count(many) == count(view_of()[1]) < 12


def _all_widgets(widget: w.Widget) -> Any:
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _all_widgets(child)


def test_what_is_chosen_on_a_line_becomes_an_answer_without_drawing_the_table_anew() -> None:
    heard: list[dict[str, Any]] = []
    view, rows = view_of(on_change=heard.append)
    before = rows._above.value
    send(rows, {"c01,state": "reached", "c01,reached_on": "2026-11-30", "c02,remark": " 已上墙 "})
    assert heard[-1]["lines"][0] == {"row": "c01", "state": "reached", "reached_on": "2026-11-30"}
    assert heard[-1]["lines"][1]["remark"] == "已上墙"
    assert rows._above.value == before
    assert "已完成" in said_of(rows, "c01")
    assert "已完成 1/8 条" in shown(view.widget)
    send(rows, {"c01,state": ""})
    assert "state" not in view.answers["lines"][0]
    assert rows._notes.value == "" or 'data-of="c01"' not in rows._notes.value


@pytest.mark.parametrize(
    "text",
    ["", "nothing", "[]", "{}", '{"cells": 1}', '{"cells": {"c99,state": "reached"}}', '{"cells": {"c01,photo": "x"}}',
     '{"cells": {"c01,state": "forged"}}', '{"cells": {"c01,state": 3}}', '{"cells": {}, "open": "c99"}'],
)  # fmt: skip
def test_what_a_browser_forges_changes_nothing(text: str) -> None:
    heard: list[object] = []
    view, rows = view_of(on_change=heard.append)
    rows._sent.value = text
    assert heard == []
    assert all(set(entry) <= {"row"} for entry in view.answers.get("lines", []))


def test_each_row_says_how_far_it_is_and_what_is_left() -> None:
    _, rows = view_of({"lines": [{"row": "c03", "state": "under_way"}, {"row": "c04", "photo": ["a", "b"]}]})
    assert "已逾期" in said_of(rows, "c01")
    assert "逾期 12 天" in said_of(rows, "c01")
    assert 'data-kinds="overdue undone"' in said_of(rows, "c01")
    assert "即将到期" in said_of(rows, "c02")
    assert "还有 3 天" in said_of(rows, "c02")
    assert "推进中" in said_of(rows, "c03")
    assert "照片 2 张" in said_of(rows, "c04")
    buttons = rows._filters.value
    assert [name in buttons for name in ("全部 <b>8</b>", "已逾期 <b>2</b>", "未完成 <b>8</b>")] == [True] * 3


def test_a_field_that_is_not_asked_is_shut_until_it_is() -> None:
    _, rows = view_of()
    assert 'data-shut="reached_on"' in said_of(rows, "c01")
    send(rows, {"c01,state": "reached"})
    assert 'data-shut=""' in said_of(rows, "c01")


def test_what_is_missing_is_named_by_the_row_and_leads_to_its_cell() -> None:
    view, rows = view_of()
    send(rows, {"c02,state": "reached"})
    assert [problem.path for problem in view.ask_all()] == ["lines/reached_on"]
    assert "班子建设第1条：" in view.jump_links()
    assert 'href="#pb-at-lines-reached_on-1"' in view.jump_links()
    assert 'id="pb-at-lines-reached_on-1"' in rows._above.value
    assert "wrong" in said_of(rows, "c02")


def test_a_row_is_opened_between_the_halves_of_the_table_and_keeps_what_was_typed() -> None:
    view, rows = view_of()
    send(rows, {"c03,remark": "已上墙"}, open="c03")
    assert rows.rows[2].is_open
    assert [item.field.id for item in rows.rows[2].views] == ["photo", "story", "helper"]
    assert 'value="已上墙"' in rows._above.value
    assert 'data-row="c04"' in rows._below.value
    assert "经费保障第1条：其余内容" in shown(rows.box)
    story = next(item for item in rows.rows[2].views if item.field.id == "story")
    story.widgets[0].value = "对照清单逐项落实"
    assert view.answers["lines"][2]["story"] == "对照清单逐项落实"
    send(rows, {}, open="c03")
    assert not rows.rows[2].is_open
    assert HIDDEN in rows._place._dom_classes
    assert rows._below.value == ""


def test_what_may_not_be_changed_is_text_and_stays_as_it_is() -> None:
    given = {"lines": [{"row": "c01", "state": "under_way", "remark": "甲"}]}
    view, rows = view_of(given, changeable=frozenset({"lines/state"}))
    send(rows, {"c01,remark": "乙", "c01,state": "not_begun"}, open="c01")
    assert view.answers["lines"][0] == {"row": "c01", "state": "not_begun", "remark": "甲"}
    assert "<span>甲</span>" in rows._above.value
    assert all(not hasattr(item, "input") for item in rows.rows[0].views)


def test_the_sheet_and_the_changes_name_the_row() -> None:
    before = {"lines": [{"row": "c02", "state": "under_way"}]}
    after = {"lines": [{"row": "c01", "state": "reached"}, {"row": "c02", "state": "reached"}]}
    told = [
        (item.label, item.before, item.after)
        for item in compare_answers(FORM, CAMPAIGN, before, after, "zh_CN")
    ]
    assert ("班子建设第1条：进展", "推进中", "已达标") in told
    assert ("组织设置第1条：进展", "", "已达标") in told
    sheet = answers_markup(FORM, CAMPAIGN, after, "zh_CN", lambda _: None)
    assert '<td data-label="达标条款">班子建设第1条</td>' in sheet


def test_a_life_of_steps_is_as_far_as_its_last_step() -> None:
    form = CAMPAIGN.form("faults")
    assert form.life is not None
    answers = {"found_on": "2026-11-01", "due_on": "2026-11-20"}
    state = find_life_state(form.life, form.fields, answers, CAMPAIGN, "zh_CN", TODAY)
    assert (state.words, state.is_begun, state.is_done, state.days) == ("已发现", True, False, -11)
    done = {**answers, "fixed_on": "2026-11-18", "closed_on": (TODAY - timedelta(days=1)).isoformat()}
    closed = find_life_state(form.life, form.fields, done, CAMPAIGN, "zh_CN", TODAY)
    assert (closed.words, closed.is_done, closed.days) == ("已销号", True, None)
