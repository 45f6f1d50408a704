import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.scoring.arrays import code_written, cut_rows, group_rows, positions_in


@pytest.mark.parametrize("dtype", ["object", "string", "category"])
def test_positions_do_not_depend_on_how_text_is_kept(dtype):
    values = pd.Series(["b", "x", None, "a", "b"], dtype="object").astype(dtype)
    assert positions_in(values, pd.Index(["a", "b"], dtype=object)).tolist() == [1, -1, -1, 0, 1]


def test_missing_values_are_a_group_of_their_own():
    groups, first = group_rows(
        [np.array([1.0, np.nan, 1.0, np.nan]), np.array(["a", "a", "b", "a"], dtype=object)]
    )
    assert groups.tolist() == [0, 1, 2, 1]
    assert first.tolist() == [0, 1, 2]


@pytest.mark.parametrize("known", [["a"], ["a", "b", "c", "d", "e"]])
def test_positions_do_not_depend_on_which_side_is_longer(known):
    values = pd.Series(["c", "a", "x", "a"])
    expected = [known.index(value) if value in known else -1 for value in values]
    assert positions_in(values, pd.Index(known)).tolist() == expected


def test_nothing_stands_in_an_empty_index_and_no_value_has_a_position():
    assert positions_in(pd.Series(["a", None]), pd.Index([], dtype=object)).tolist() == [-1, -1]
    assert positions_in(pd.Series([], dtype="string"), pd.Index(["a"])).tolist() == []


@pytest.mark.parametrize("dtype", ["object", "string", "category"])
def test_a_text_is_written_unless_it_is_missing_or_empty(dtype):
    column = code_written(pd.Series(["a", "", None, "a"], dtype="object").astype(dtype))
    assert column.of_rows(slice(1, 4)).tolist() == [False, False, True]


@given(st.integers(0, 500000))
def test_stretches_of_rows_hold_every_row_once_and_in_order(size):
    stretches = list(cut_rows(size))
    assert all(rows.start < rows.stop for rows in stretches)
    assert [0, *(rows.stop for rows in stretches)] == [*(rows.start for rows in stretches), size]
