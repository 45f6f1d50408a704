"""Lines of titles: large, two at most, broken where the sense breaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.exports.columns import char_width
from pbwidgets.exports.pptx.titles import SIZES, fit_lines, letters_in

WIDE = 12.333


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("9个乡镇超过90分", ["9个乡镇超过90分"]),
        (
            "县级考评比自评平均低4.2分，差距最大的是云顶山生态旅游示范园区（低12.5分）",
            ["县级考评比自评平均低4.2分，", "差距最大的是云顶山生态旅游示范园区（低12.5分）"],
        ),
        (
            "失分最多的是“村民中心”、“主导产业与党组织设置”，平均各失3.3分，占全部失分的60%",
            ["失分最多的是“村民中心”、“主导产业与党组织设置”，", "平均各失3.3分，占全部失分的60%"],
        ),
        (
            'Most points lost in "Leading industry and party organisations": '
            "3.3 each on average, 60% of all that was lost",
            [
                'Most points lost in "Leading industry and party organisations":',
                "3.3 each on average, 60% of all that was lost",
            ],
        ),
    ],
)
def test_a_title_breaks_after_a_clause(text: str, lines: list[str]) -> None:
    size, made = fit_lines(text, WIDE)
    assert made == lines
    assert size >= 24


def test_a_word_a_number_and_a_sign_are_not_torn() -> None:
    _, lines = fit_lines("关于二〇二六年度党建工作特色乡镇和示范村评选情况及后续安排1234567890分的说明", 8.0)
    assert len(lines) == 2
    assert not lines[1][0].isdigit() or not lines[0][-1].isdigit()


def test_what_is_too_long_for_two_lines_of_the_smallest_size_ends_in_an_ellipsis() -> None:
    size, lines = fit_lines("很长的标题没有标点" * 20, WIDE)
    assert size == SIZES[-1]
    assert len(lines) == 2
    assert lines[1].endswith("…")


@given(
    st.text(st.sampled_from("村乡镇，、；（）“”0123456789.% abc"), max_size=160), st.sampled_from((9.0, WIDE))
)
def test_no_line_is_wider_than_its_room_and_nothing_but_the_end_is_lost(text: str, width: float) -> None:
    size, lines = fit_lines(text, width)
    assert len(lines) <= 2
    if len(lines) == 2 or char_width(text) <= letters_in(width, size):
        assert max(map(char_width, lines)) <= letters_in(width, size) + 2
    kept = "".join(lines).removesuffix("…").replace(" ", "")
    assert text.replace(" ", "").startswith(kept)
