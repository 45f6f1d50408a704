"""Frames have exactly their columns and dtypes, whatever they are made from."""

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from pbwidgets.scoring.frames import COLUMNS, Columns, to_frame

SHAPE: Columns = {"code": "string", "points": "float64", "count": "int64", "flag": "bool"}
RIGHT = pd.DataFrame(
    {
        "code": pd.Series(["a", None], dtype="string"),
        "points": [1.5, float("nan")],
        "count": [2, 0],
        "flag": [True, False],
    }
)


@pytest.mark.parametrize(
    "given",
    [
        [{"code": "a", "points": "1.5", "count": 2.0, "flag": True, "other": 1}, {"code": None}],
        {"code": ["a", None], "points": [1.5, None], "count": [2, None], "flag": [True, None]},
        RIGHT.set_axis([7, 9]).assign(other="x"),
        RIGHT.astype({"code": object, "count": "float64"}),
    ],
    ids=["rows", "columns", "frame", "frame of other dtypes"],
)
def test_a_frame_has_its_columns_and_dtypes(given: object) -> None:
    assert_frame_equal(to_frame(given, SHAPE), RIGHT)


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_a_frame_without_rows_has_them_too_and_is_nobody_elses(name: str) -> None:
    empty = to_frame([], COLUMNS[name])
    assert list(empty.columns) == list(COLUMNS[name])
    assert list(empty.dtypes.astype(str)) == list(COLUMNS[name].values())
    empty.insert(0, "more", [])
    assert "more" not in to_frame([], COLUMNS[name])


@pytest.mark.parametrize("wrong", [{"points": "many"}, {"count": "some"}, {"flag": "perhaps"}])
def test_a_value_that_does_not_fit_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises((ValueError, TypeError), match=r"\S"):
        to_frame([wrong], SHAPE)
