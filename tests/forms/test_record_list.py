"""A list to work through: what is asked for by the browser, and what a forged message cannot ask for."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from pbwidgets.forms.elements import Cell
from pbwidgets.forms.record_list import PAGE_ROWS, ListColumn, ListRow, ListUse, RecordList

COLUMNS = [ListColumn("unit", "单位"), ListColumn("points", "得分"), ListColumn("note", "说明", sorts=False)]


def make_rows(count: int) -> list[ListRow]:
    return [
        ListRow(f"u{at:03}", (f"第{at}村", Cell(str(at % 7)), ""), (f"{at:03}", at % 7 or None, None))
        for at in range(count)
    ]


def make_list(count: int = 120, use: ListUse | None = None) -> RecordList:
    made = RecordList(COLUMNS, "zh_CN", use or ListUse(on_tick=lambda: None), empty="没有符合条件的单位")
    made.show(make_rows(count))
    return made


def ask(shown: RecordList, **asked: Any) -> None:
    """What ``lists.js`` writes."""
    kept = json.loads(shown._field.value)
    at = {"seq": kept["seq"] + 1, "drawn": shown._drawn}
    shown._field.value = json.dumps({**kept, **at, **asked})


def drawn(shown: RecordList) -> str:
    return shown._table.value


def names(shown: RecordList) -> list[str]:
    return re.findall(r'<tr data-key="([^"]+)"', drawn(shown))


def test_a_page_holds_few_rows_and_says_of_how_many() -> None:
    shown = make_list()
    assert len(names(shown)) == PAGE_ROWS
    assert "共120条，显示第1～50条" in shown._count.value
    ask(shown, page=3)
    assert names(shown) == [f"u{at:03}" for at in range(100, 120)]
    ask(shown, page=99)
    assert names(shown)[-1] == "u119"


def test_every_word_that_is_searched_for_must_be_in_a_row() -> None:
    shown = make_list()
    shown.search.value = "第1 9村"
    assert names(shown) == ["u019", "u109", "u119"]
    shown.search.value = "没有的村"
    assert "没有符合条件的单位" in drawn(shown)


def test_rows_without_a_value_come_last_whichever_way_the_list_is_sorted() -> None:
    shown = make_list(14)
    ask(shown, sort="points")
    assert names(shown) == ["u001", "u008", "u002", "u009", "u003", "u010", "u004", "u011", "u005", "u012",
                            "u006", "u013", "u000", "u007"]  # fmt: skip
    ask(shown, down=True)
    assert names(shown)[0] == "u006"
    assert names(shown)[-2:] == ["u000", "u007"]
    assert 'aria-sort="descending"' in drawn(shown)


def test_ticks_stay_over_pages_and_searches_and_the_list_says_so() -> None:
    shown = make_list()
    ask(shown, ticked=["u001", "u070"])
    ask(shown, page=2)
    shown.search.value = "第70村"
    assert shown.ticked == ("u001", "u070")
    assert "已选2条（其中1条不在当前显示的范围内）" in shown._count.value
    assert drawn(shown).count(" checked") == 2  # the row, and with it the whole page


def test_all_that_match_are_ticked_at_once() -> None:
    shown = make_list()
    shown.search.value = "第11"
    ask(shown, all=True)
    assert len(shown.ticked) == 11
    assert json.loads(shown._field.value)["ticked"] == list(shown.ticked)


def test_a_list_that_is_read_again_keeps_its_page_its_order_and_ticks_that_are_still_there() -> None:
    shown = make_list()
    ask(shown, sort="unit", down=True, page=2, ticked=["u005", "u119"])
    shown.show(make_rows(118))
    assert shown.ticked == ("u005",)
    assert names(shown)[0] == "u067"


def test_a_column_that_says_nothing_is_not_drawn() -> None:
    shown = make_list(3)
    assert "说明" not in drawn(shown)
    shown.show([ListRow("a", ("甲村", "1", "已退回"))])
    assert "说明" in drawn(shown)


def test_text_from_people_is_escaped() -> None:
    shown = make_list(0)
    shown.show([ListRow('"><b>', ("<script>alert(1)</script>", '"', "<i>"), link="review?unit=1&form=2")])
    assert "<script>" not in drawn(shown)
    assert "<b>" not in drawn(shown)
    assert "review?unit=1&amp;form=2" in drawn(shown)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "null", "{", '{"ticked": "u001"}', '{"ticked": {"u001": 1}, "page": "x"}', '{"page": 1e999}',
     '{"sort": ["unit"], "page": -4, "ticked": [null, 3, ["u001"]]}', "[" * 5000],
)  # fmt: skip
def test_a_message_that_makes_no_sense_changes_nothing_and_raises_nothing(text: str) -> None:
    shown = make_list()
    shown._field.value = text
    assert shown.ticked == ()
    assert names(shown)[0] == "u000"


def test_unknown_rows_and_closed_ones_are_not_ticked_or_opened() -> None:
    opened: list[str] = []
    shown = make_list(0, ListUse(on_open=opened.append, on_tick=lambda: None))
    shown.show([ListRow("a", ("甲村", "1", "")), ListRow("b", ("乙村", "2", "已否决"), tick=False)])
    ask(shown, ticked=["a", "b", "no such row"], open="no such row")
    assert shown.ticked == ("a",)
    assert opened == []
    assert drawn(shown).count(" disabled") == 1
    ask(shown, open="b")
    assert opened == ["b"]


def test_an_answer_bears_the_number_of_its_message_and_a_tick_on_an_older_drawing_is_drawn() -> None:
    shown = make_list(5)
    seen = shown._drawn
    ask(shown, sort="unit")
    ask(shown, ticked=["u001"], seq=7, drawn=seen)
    assert json.loads(shown._field.value)["seq"] == 7
    assert drawn(shown).count(" checked") == 1
    before = drawn(shown)
    ask(shown, ticked=["u001", "u002"])
    assert drawn(shown) == before  # the browser has ticked it itself


def test_a_list_without_boxes_cannot_be_ticked() -> None:
    shown = make_list(3, ListUse())
    ask(shown, ticked=["u001"], all=True)
    assert shown.ticked == ()
    assert "checkbox" not in drawn(shown)


def test_no_more_is_ticked_than_may_be_and_the_box_is_drawn_empty_again() -> None:
    told: list[str] = []
    use = ListUse(on_tick=lambda: None, most=2, on_full=lambda: told.append("full"), ordered=True)
    shown = make_list(5, use)
    ask(shown, ticked=["u003", "u001"])
    before = drawn(shown)
    ask(shown, ticked=["u003", "u001", "u002"])
    assert shown.ticked == ("u003", "u001")
    assert told == ["full"]
    assert drawn(shown) != before
    assert re.findall(r"<span>(第.村)</span>", shown._order.value) == ["第3村", "第1村"]
    ask(shown, ticked=["u001", "u003"])
    assert shown.ticked == ("u001", "u003")
    assert told == ["full"]


def test_the_keyboard_goes_on_from_a_row_on_its_page() -> None:
    shown = make_list()
    shown.show([replace(row, link=f"review?unit={row.key}") for row in make_rows(120)])
    shown.focus("u077")
    assert names(shown)[0] == "u050"
    assert 'data-at="open:u077" data-led-to="center"' in drawn(shown)
    ask(shown, sort="unit")
    assert "data-led-to" not in drawn(shown)
    shown.focus()
    assert re.findall(r'data-led-to="(\w+)" data-at="([^"]+)"', drawn(shown)) == [("still", "page-box")]
