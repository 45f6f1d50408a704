from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.campaign.expression_meaning import to_number
from pbwidgets.campaign.expressions import parse
from pbwidgets.scoring.conditions import compute_column, find_holding


def test_the_same_combination_has_the_same_answer_in_every_row():
    columns = {
        "kind": np.array(["a", "b", "a", None], dtype=object),
        "number": np.array([1.0, 5.0, 9.0, 9.0]),
    }
    assert find_holding("${kind} = 'a' and ${number} > 3", columns, 4).tolist() == [False, False, True, False]


def test_an_expression_without_names_holds_everywhere_or_nowhere():
    assert find_holding("1 = 1", {}, 2).tolist() == [True, True]
    assert find_holding("${unknown} = 1", {}, 2).tolist() == [False, False]


def test_no_rows_give_no_answers():
    assert find_holding("${number} > 3", {"number": np.zeros(0)}, 0).shape == (0,)


def test_today_is_the_day_that_was_given():
    columns = {"held_on": np.array(["2026-12-30", "2027-01-02"], dtype=object)}
    assert find_holding("${held_on} <= today()", columns, 2, date(2026, 12, 31)).tolist() == [True, False]


_LEAVES = st.sampled_from(["${a}", "${b}", "0", "2.5", "-3", "''"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    signs = st.sampled_from(["=", "!=", "<", ">=", "+", "-", "*", " div ", " mod ", " and ", " or "])
    names = ["abs", "floor", "ceiling", "int", "not", "is_missing", "number", "round", "sum", "count"]
    pairs = st.sampled_from(["max", "min", "coalesce"])
    return st.one_of(
        st.builds("({}{}{})".format, inner, signs, inner),
        st.builds("{}({})".format, st.sampled_from(names), inner),
        st.builds("{}({}, {})".format, pairs, inner, inner),
        st.builds("if({}, {}, {})".format, inner, inner, inner),
        st.builds("round({}, {})".format, inner, st.sampled_from(["0", "1", "-1", "2"])),
    )


_NUMBERS = st.none() | st.integers(-9, 9).map(float) | st.sampled_from([0.1, 0.3, 88.445, -2.675, 1e14])


@given(text=st.recursive(_LEAVES, _grown, max_leaves=8), a=_NUMBERS, b=_NUMBERS)
def test_a_column_gives_what_one_value_gives(text: str, a: float | None, b: float | None):
    alone = to_number(parse.__wrapped__(text).evaluate({"a": a, "b": b}))
    columns = {name: np.array([np.nan if value is None else value]) for name, value in (("a", a), ("b", b))}
    (in_column,) = compute_column(text, columns, 1)
    assert (None if np.isnan(in_column) else in_column) == alone


def test_units_are_compared_with_the_mean_of_their_group():
    columns = {"done": np.array([0.1, 0.1, 0.1, 4.0, np.nan, 2.0])}
    groups = np.array([0, 0, 0, 1, 1, -1])
    held = compute_column("${done} >= group_mean(${done})", columns, 6, groups=groups)
    assert held.tolist() == pytest.approx([1, 1, 1, 1, np.nan, np.nan], nan_ok=True)
    below = compute_column("${done} < group_mean(${done} + 1)", columns, 6, groups=groups)
    assert below.tolist() == pytest.approx([1, 1, 1, 1, np.nan, np.nan], nan_ok=True)


def test_functions_of_text_are_asked_for_each_value():
    columns = {"done": np.array([1.0, 2.0, np.nan])}
    assert compute_column("selected(${done}, '2')", columns, 3).tolist() == [0, 1, 0]


def test_what_was_chosen_is_compared_with_the_ids_of_options():
    columns = {"grade": np.array([1.0, 2.0, np.nan])}

    def ask(text: str, *options: str) -> list[float]:
        return compute_column(text, columns, 3, options={"grade": options}).tolist()

    assert ask("${grade} = 'good'", "good", "poor") == pytest.approx([1, 0, np.nan], nan_ok=True)
    assert ask("'poor' != ${grade}", "good", "poor") == pytest.approx([1, 0, np.nan], nan_ok=True)
    assert ask("selected(${grade}, 'poor')", "good", "poor") == [0, 1, 0]
    assert ask("${grade} = 5", "5", "7") == pytest.approx([1, 0, np.nan], nan_ok=True)
    assert ask("if(is_missing(${grade}), -1, 0)", "good", "poor") == [0, 0, -1]
