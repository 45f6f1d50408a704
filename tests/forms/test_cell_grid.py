"""A grid to type into: what is typed and pasted is checked cell by cell, and forged messages reach no other cell."""

import json
from typing import Any

import pytest

from pbwidgets.forms.cell_grid import LONGEST, CellGrid, GridLine, Place, read_block

ROWS = [GridLine(f"v{at}", f"第{at}村") for at in range(30)]
COLUMNS = [GridLine(f"c{at}", f"1.{at} 项目", "0～8") for at in range(19)] + [
    GridLine("why", "理由", is_text=True)
]


def check(place: Place, text: str) -> str:
    if place[1] == "why" or not text:
        return ""
    try:
        return "" if 0 <= float(text) <= 8 else "分值应在0到8之间"
    except ValueError:
        return "不是数字"


def make_grid(without: Place | None = None) -> CellGrid:
    values = {(row.key, column.key): "" for row in ROWS for column in COLUMNS}
    values["v1", "c1"] = "5"
    values.pop(without or ("", ""), None)
    return CellGrid(ROWS, COLUMNS, values, check, lang="zh_CN", corner="单位")


def send(grid: CellGrid, cells: Any, **pasted: Any) -> None:
    """What ``lists.js`` writes."""
    grid._field.value = json.dumps({"cells": cells, **pasted})


def test_a_whole_grid_is_one_table() -> None:
    grid = make_grid()
    assert grid._table.value.count("<input") == 600
    assert grid._table.value.count('inputmode="decimal"') == 570
    assert 'data-at="1,1" data-stored="5" value="5" aria-label="第1村 1.1 项目"' in grid._table.value


def test_only_what_differs_is_typed_and_an_emptied_cell_is_empty() -> None:
    grid = make_grid()
    send(grid, {"0,0": "7.5", "1,1": "5", "2,19": " 材料不全 "})
    assert grid.typed() == {("v0", "c0"): "7.5", ("v2", "why"): "材料不全"}
    send(grid, {"1,1": ""})
    assert grid.typed() == {("v1", "c1"): ""}


def test_what_is_wrong_stands_beside_its_cell_until_it_is_right() -> None:
    grid = make_grid()
    send(grid, {"0,0": "9", "0,1": "八", "0,2": "8"})
    assert grid.problems == {("v0", "c0"): "分值应在0到8之间", ("v0", "c1"): "不是数字"}
    assert '<li data-cell="0,1">不是数字</li>' in grid._notes.value
    send(grid, {"0,0": "8", "0,1": "8", "0,2": "8"})
    assert grid.problems == {}


def test_cells_that_are_not_there_are_passed_over() -> None:
    grid = make_grid(without=("v3", "c3"))
    send(
        grid,
        {"3,3": "1", "99,0": "1", "0,99": "1", "-1,0": "1", "x": "1", "0": "1", "4,4": 5, "5,5": "2"},
        block=["1"],
        at="x,1",
    )
    assert grid.typed() == {("v5", "c5"): "2"}
    assert 'data-at="3,3"' not in grid._table.value


@pytest.mark.parametrize("text", ["", "[]", "{", '{"cells": 3}', '{"cells": [1]}', '{"lost": 1}', "[" * 5000])
def test_a_message_that_makes_no_sense_changes_nothing(text: str) -> None:
    grid = make_grid()
    send(grid, {"0,0": "7"})
    grid._field.value = text
    assert grid.typed() == {("v0", "c0"): "7"}


def test_a_long_text_is_cut_and_escaped() -> None:
    grid = make_grid()
    send(grid, {"0,19": "<b>" * LONGEST})
    assert len(grid.typed()["v0", "why"]) == LONGEST
    grid.type({("v1", "why"): '"><b>'})
    assert "<b>" not in grid._table.value


def test_a_pasted_block_goes_down_from_the_first_cell() -> None:
    grid = make_grid()
    block = "\r\n".join("\t".join(str((at + to) % 9) for to in range(5)) for at in range(30)) + "\r\n"
    assert grid.paste(block) == 0
    assert len(grid.typed()) == 150
    assert grid.typed()["v29", "c4"] == "6"
    assert len(json.loads(grid._field.value)["cells"]) == 150


def test_a_block_with_names_goes_to_its_rows_without_its_headings() -> None:
    grid = make_grid()
    assert grid.paste("单位\t一\t二\n第7村\t3\t\n第2村\t4\t5\n没有的村\t1\t2\n") == 2
    assert grid.typed() == {("v7", "c0"): "3", ("v2", "c0"): "4", ("v2", "c1"): "5"}
    assert "有2格没有对应的位置" in grid._notes.value


def test_a_block_with_names_goes_to_its_rows_wherever_it_is_pasted_and_keeps_what_was_typed() -> None:
    grid = make_grid()
    send(grid, {"0,0": "1"}, block="第7村\t3\t8\r\n第2村\t4\r\n", at="3,2")
    assert grid.typed() == {("v0", "c0"): "1", ("v7", "c2"): "3", ("v7", "c3"): "8", ("v2", "c2"): "4"}
    assert 'data-at="7,2" data-stored="" value="3"' in grid._table.value
    assert json.loads(grid._field.value) == {"cells": {"0,0": "1", "2,2": "4", "7,2": "3", "7,3": "8"}}


def test_a_block_without_names_begins_at_its_cell_and_what_had_no_place_is_said() -> None:
    grid = make_grid()
    drawn = grid._table.value
    send(grid, {}, block="1\t2\r3\t4", at="29,18")
    assert grid.typed() == {("v29", "c18"): "1", ("v29", "why"): "2"}
    assert "有2格没有对应的位置" in grid._notes.value
    assert grid._table.value != drawn
    drawn = grid._table.value
    send(grid, grid._to_numbers(), block="没有的村\t1\n第1村\t\n", at="0,0")
    assert grid._table.value != drawn  # the browser waits for it


def test_a_name_that_two_rows_have_is_the_name_of_none() -> None:
    rows = [GridLine("a", "东村"), GridLine("b", "东村"), GridLine("c", "西村")]
    values = {(row.key, "c0"): "" for row in rows}
    grid = CellGrid(rows, COLUMNS[:1], values, check, lang="zh_CN")
    assert grid.paste("西村\t1\n东村\t2\n") == 1
    assert grid.typed() == {("c", "c0"): "1"}


def test_a_block_that_is_too_big_says_how_much_did_not_fit() -> None:
    grid = make_grid()
    assert grid.paste("\n".join("\t".join("1" * 22) for _ in range(31))) == 30 * 2 + 22
    assert len(grid.typed()) == 600


def test_quotes_around_tabs_and_lines_are_read_as_excel_writes_them() -> None:
    assert read_block('"a\tb"\t"说""好"""\n"两\n行"\t3') == [["a\tb", '说"好"'], ["两\n行", "3"]]
