"""A quarter's check of five invented villages, as an analyst has it: a table, marks, lines of a sheet."""

from typing import Any

import pandas as pd
import pytest

import pbwidgets as pb


@pytest.fixture
def lines() -> list[dict[str, Any]]:
    return [
        {
            "line": "走访", "points": 40, "rule": "per_missing_item", "measure": "走访", "required": 12,
            "points_each": 4, "unit": "次",
        },
        {"line": "党费", "points": 40, "rule": "bands", "measure": "收缴率", "bands": [[95, 40], [85, 20]]},
        {"line": "群众评价", "points": 20, "rule": "rated"},
        {"line": "信访", "rule": "capped_deduction", "measure": "信访", "points_each": 5, "cap": 10},
    ]  # fmt: skip


@pytest.fixture
def villages() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "村名": ["青禾村", "望云村", "上坪村", "下坪村", "红旗村"],
            "乡镇": ["清溪镇", "清溪镇", "清溪镇", "石桥乡", "石桥乡"],
            "走访": [12, 9, None, 14, 10],
            "收缴率": [96, "88%", 99, 70, 95],
            "信访": [0, 1, 0, 3, 0],
        }
    )


@pytest.fixture
def marks() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "村名": ["青禾村", "青禾村", "望云村", "上坪村", "下坪村", "红旗村"],
            "评分项": "群众评价",
            "得分": [18, 20, 17, 19, 15, None],
        }
    )


@pytest.fixture
def scored(lines: list[dict[str, Any]], villages: pd.DataFrame, marks: pd.DataFrame) -> pb.Scored:
    sheet = pb.sheet(lines, places=3, ties=["走访"], title="季度评比")
    return pb.score(villages, sheet, unit="村名", marks=marks)
