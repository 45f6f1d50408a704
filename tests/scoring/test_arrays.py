import numpy as np
import pandas as pd
import pytest

from pbwidgets.scoring.arrays import group_rows, positions_in


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
