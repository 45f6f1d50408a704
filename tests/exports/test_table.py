"""Cells as people read them."""

import pandas as pd
import pytest

from pbwidgets.exports.columns import Column, char_width, measure_columns, to_cell_text, to_cell_texts


@pytest.mark.parametrize(
    ("value", "shown_as", "text"),
    [
        (9.5, "number", "9.5"),
        (0.0, "number", "0"),
        (float("nan"), "number", "缺"),
        (3.0, "integer", "3"),
        (pd.NA, "integer", "缺"),
        (87.5, "percent", "87.5%"),
        (None, "text", ""),
        ("0012", "text", "0012"),
        ("2026-05-01", "date", "2026-05-01"),
    ],
)
def test_a_cell_is_written_in_its_format(value, shown_as, text) -> None:
    assert to_cell_text(value, Column("x", format=shown_as), "zh_CN") == text


def test_rows_have_the_named_columns_in_order() -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": ["甲", "乙"], "c": ["x", "y"]})
    assert to_cell_texts(frame, {"b": Column("乙"), "a": Column("甲", format="integer")}) == [
        ["甲", "1"],
        ["乙", "2"],
    ]


def test_the_numbers_of_a_column_have_the_same_number_of_decimals() -> None:
    frame = pd.DataFrame({"a": [88.5, 90.0, 82.216667], "b": [3.0, 8.0, float("nan")]})
    columns = {"a": Column("甲", format="number"), "b": Column("乙", format="percent")}
    assert to_cell_texts(frame, columns, "zh_CN") == [["88.50", "3%"], ["90.00", "8%"], ["82.22", "缺"]]
    exact = {"a": Column("甲", format="number", digits=6)}
    assert to_cell_texts(frame, exact) == [["88.500000"], ["90.000000"], ["82.216667"]]


def test_widths_count_a_chinese_character_twice_and_keep_a_given_width() -> None:
    columns = {"a": Column("村名"), "b": Column("x", width=20)}
    assert char_width("村a") == 3
    assert measure_columns([["虚构一村", "y"]], columns) == [8, 20]
