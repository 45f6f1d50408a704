"""Elements escape what people typed, and share what they can."""

import ipywidgets as w
import pytest

from pbwidgets.forms import elements

HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.mark.parametrize(
    "shown",
    [
        elements.heading(HOSTILE),
        elements.paragraph(HOSTILE),
        elements.notice("error", HOSTILE),
        elements.facts([(HOSTILE, HOSTILE)]),
        elements.table([HOSTILE], [[elements.Cell(HOSTILE, link=HOSTILE)]], caption=HOSTILE),
        elements.links([(HOSTILE, HOSTILE)]),
        elements.progress(0.5, HOSTILE),
        elements.chart({"title": HOSTILE}, HOSTILE),
    ],
    ids=["heading", "paragraph", "notice", "facts", "table", "links", "progress", "chart"],
)
def test_typed_text_never_becomes_markup(shown: w.HTML) -> None:
    assert "&lt;img" in shown.value
    assert "<img" not in shown.value


def test_elements_share_one_layout() -> None:
    assert elements.heading("甲").layout is elements.button("乙", lambda: None).layout


def test_a_button_calls_without_arguments() -> None:
    pressed = []
    elements.button("提交", lambda: pressed.append(1), "primary").click()
    assert pressed == [1]


def test_messages_replace_earlier_ones() -> None:
    messages = elements.Messages()
    messages.say("error", "甲", "乙")
    messages.say("good", "丙")
    assert "甲" not in messages.value
    assert 'role="status"' in messages.value


def test_an_empty_table_says_so() -> None:
    assert "还没有" in elements.table(["名称"], [], empty="还没有记录").value
