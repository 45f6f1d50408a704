"""Patterns match as regular expressions do, and never take long."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.campaign.patterns import LONGEST_MATCHED, PatternError, read_pattern


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("[0-9]{6}", "100080", True),
        ("[0-9]{6}", "1000801", False),
        (r"^\d{17}[\dXx]$", "11010519491231002X", True),
        (r"\d+", "１２", False),
        ("[\\u4e00-\\u9fa5]{2,4}", "张三", True),
        (r"[\p{L} ]+", "张三 Li", True),
        (r"[^\p{Lu}]+", "aB", False),
        (r"(1[3-9]\d{9}|0\d{2,3}-\d{7,8})", "010-12345678", True),
        (r"[-+]?\d*\.?\d+", "-2.5", True),
        (r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}", "a.b@c.org", True),
        (r"^[\w-\.]+@([\w-]+\.)+[\w-]{2,}$", "a-b.c@d-e.org", True),
        (r"[.-\d]+", "1-2.3", True),
        ("(?:ab)+?", "abab", True),
        ("a{2,}", "a", False),
        ("(a{2}){2,3}", "aaaaa", False),
        ("[()&&|]+", "(&|", True),
        (".*", "a\nb", False),
        ("", "", True),
    ],
)
def test_a_pattern_matches_whole_texts(pattern: str, text: str, expected: bool) -> None:
    assert read_pattern(pattern).matches(text) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        *("(?=a)b", r"(a)\1", r"\bword", "a++", "a**", "*", "(a", "a)", "[a", "[b-a]", "a{3,2}", "a{2000}"),
        *("\\", "x{", "(" * 30 + ")" * 30, "a" * 501),
    ],
)
def test_what_cannot_be_read_or_would_take_long_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError, match=re.escape(pattern)):
        read_pattern(pattern)


@pytest.mark.parametrize(
    "pattern", ["(a+)+b", "(a|a)*b", "((a+a?)+a?)+b", "(.*)*(.*)*(.*)*b", "(((a?){99}){99}){99}b"]
)
def test_patterns_that_freeze_other_engines_take_no_time(pattern: str) -> None:
    began = time.process_time()
    assert not read_pattern(pattern).matches("a" * LONGEST_MATCHED)
    assert time.process_time() - began < 2


_PIECES = st.sampled_from(
    ["a", "b", ".", "[ab]", "[^a]", "(", ")", "|", "*", "+", "?", "{2}", "{1,2}", "{0,}", "^", "$"]
)


@given(pattern=st.lists(_PIECES, max_size=8).map("".join), text=st.text("abc", max_size=6))
def test_what_is_read_matches_as_in_python(pattern: str, text: str) -> None:
    try:
        read = read_pattern.__wrapped__(pattern)
        expected = re.fullmatch(pattern, text)
    except (PatternError, re.error):  # Python also refuses to repeat an anchor
        return
    assert read.matches(text) is (expected is not None)
