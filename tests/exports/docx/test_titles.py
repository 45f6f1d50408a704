"""Titles end their lines where the sense does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.exports.columns import char_width
from pbwidgets.exports.docx.titles import MOST, break_title

LONG = [
    (
        "关于“三级联争”活动评定结果的通报（送审稿）",
        ("关于“三级联争”活动评定结果的", "通报（送审稿）"),
    ),
    (
        "关于表彰“三联三促”活动先进党组织和优秀党员的通报",
        ("关于表彰“三联三促”活动", "先进党组织和优秀党员的通报"),
    ),
    (
        "关于拟命名2026年度云溪演示县党建工作特色乡镇的公示",
        ("关于拟命名2026年度云溪演示县", "党建工作特色乡镇的公示"),
    ),
    (
        "中共云溪演示县委员会关于深入开展以争创党建工作特色乡镇、争当党建工作示范村、争做党员干部创业先锋为主要内容的"
        "“三级联争”活动的实施意见",
        (
            "中共云溪演示县委员会关于深入开展以争创",
            "党建工作特色乡镇、争当党建工作示范村、",
            "争做党员干部创业先锋为主要内容的",
            "“三级联争”活动的实施意见",
        ),
    ),
]


@pytest.mark.parametrize(("title", "lines"), LONG)
def test_a_long_title_is_broken_by_sense(title: str, lines: tuple[str, ...]) -> None:
    assert break_title(title) == lines


@pytest.mark.parametrize(
    "title", ["", "关于评定结果的通报", "Circular on the results of the three-level contest (draft)"]
)
def test_what_fits_a_line_or_has_spaces_is_left_alone(title: str) -> None:
    assert break_title(title) == (title,)


def test_lines_that_somebody_has_broken_stay() -> None:
    assert break_title("中共云溪演示县委员会\n关于评定结果的通报") == (
        "中共云溪演示县委员会",
        "关于评定结果的通报",
    )


def test_a_very_long_title_is_divided_without_trying_every_way() -> None:
    title = "中共云溪演示县委员会关于深入开展争创党建工作特色乡镇活动的意见" * 4
    lines = break_title(title)
    assert "".join(lines) == title
    assert max(map(len, lines)) <= MOST
    assert (len(lines), lines[0]) == (7, "中共云溪演示县委员会")


@given(st.text(st.sampled_from("关于的三级联争活动通报“”（）、，和2026年村a"), min_size=1, max_size=70))
def test_no_letter_is_lost_and_no_line_is_too_long(title: str) -> None:
    lines = break_title(title)
    assert "".join(lines) == title
    assert all(char_width(line) <= 2 * MOST or line.isascii() for line in lines)
