import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.errors import DataError
from pbwidgets.scoring.sources import combine_marks, weigh_sources

A = "9901001"


@pytest.mark.parametrize(("how", "expected"), [("mean", 6.5), ("median", 7.5), ("trimmed_mean", 7.5)])
def test_raters_become_one_mark(how, expected):
    marks = np.array([9.0, 2.0, 7.0, 8.0])
    assert combine_marks(marks, np.zeros(4, dtype=np.int64), how, 1)[0] == expected


@pytest.mark.parametrize("marks", [[4.0], [4.0, 8.0]])
def test_trimmed_mean_of_one_or_two_marks_is_their_mean(marks):
    combined = combine_marks(np.array(marks), np.zeros(len(marks), dtype=np.int64), "trimmed_mean", 1)
    assert combined[0] == sum(marks) / len(marks)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20)), max_size=30), st.randoms())
def test_one_mark_lies_between_the_lowest_and_the_highest_in_any_order(pairs, random):
    shuffled = list(pairs)
    random.shuffle(shuffled)
    for how in ("mean", "median", "trimmed_mean"):
        results = []
        for rows in (pairs, shuffled):
            cells = np.array([cell for cell, _ in rows], dtype=np.int64)
            results.append(combine_marks(np.array([mark for _, mark in rows], dtype=float), cells, how, 4))
        np.testing.assert_array_equal(*results)
        for cell in range(4):
            given_marks = [mark for at, mark in pairs if at == cell]
            if given_marks:
                assert min(given_marks) - 1e-9 <= results[0][cell] <= max(given_marks) + 1e-9
            else:
                assert np.isnan(results[0][cell])


def test_a_missing_source_is_re_weighted_and_never_zero():
    mean, used = weigh_sources(np.array([[8.0, np.nan, 5.0]]), np.array([40.0, 40.0, 20.0]))
    assert mean[0] == pytest.approx((8 * 40 + 5 * 20) / 60)
    assert used[0] == pytest.approx([200 / 3, 0, 100 / 3])


def test_only_a_source_without_weight_gives_no_mark():
    mean, used = weigh_sources(np.array([[8.0, np.nan]]), np.array([0.0, 1.0]))
    assert np.isnan(mean[0])
    assert used.sum() == 0


def two_sources(small):
    layers = [
        {"id": "own"},
        {
            "id": "county",
            "sources": [
                {"id": "visit", "name": small.words("实地"), "weight": 70},
                {"id": "panel", "name": small.words("评审"), "weight": 30, "raters": "trimmed_mean"},
            ],
        },
    ]
    return small.make_campaign(small.make_track(layers=layers, criteria=[small.rated("unity", 100)]))


def test_sources_are_weighted_and_named_in_the_reason(small):
    ratings = [small.mark(A, 50, source="visit")]
    ratings += [small.mark(A, points, source="panel", rater_id=f"R{points}") for points in (10, 60, 80, 100)]
    scores = small.score(two_sources(small), ratings=ratings)
    # panel without 10 and 100: 70; 50 × 0.7 + 70 × 0.3 = 56
    assert small.pick(scores.points, "points", unit_code=A, layer="county") == pytest.approx(56)
    assert small.pick(scores.points, "reason_code", unit_code=A, layer="county") == "scoring.rated_sources"
    assert small.pick(scores.marks, "weight", unit_code=A, source="panel") == 30
    assert small.pick(scores.marks, "n_raters", unit_code=A, source="panel") == 4


def test_a_missing_source_is_recorded_in_marks_and_reason(small):
    scores = small.score(two_sources(small), ratings=[small.mark(A, 50, source="visit")])
    assert small.pick(scores.marks, "weight", unit_code=A) == 100
    assert "note_source_missing" in small.pick(scores.points, "reason_args", unit_code=A, layer="county")


def test_recused_marks_stay_out_and_stale_ones_count(small):
    ratings = [
        small.mark(A, 60, rater_id="R1", recused=True),
        small.mark(A, 20, rater_id="R2", stale=True),
        small.mark(A, 30, rater_id="R3"),
    ]
    scores = small.score(small.make_campaign(), ratings=ratings)
    row = scores.marks.iloc[0]
    assert (row["points"], row["n_raters"], row["n_stale"], row["n_recused"]) == (25, 2, 1, 1)
    args = small.pick(scores.points, "reason_args", unit_code=A, layer="county", criterion_id="unity")
    assert "note_stale" in args
    assert "note_recused" in args


def test_only_a_recused_mark_is_no_mark(small):
    scores = small.score(small.make_campaign(), ratings=[small.mark(A, 60, recused=True)])
    assert np.isnan(small.pick(scores.points, "points", unit_code=A, layer="county", criterion_id="unity"))
    assert small.pick(scores.selection, "status", unit_code=A) == "no_data"
    assert scores.marks["n_recused"].tolist() == [1]


@pytest.mark.parametrize("points", [61, -1, float("nan"), float("inf")])
def test_a_mark_out_of_range_is_refused_by_name(small, points):
    with pytest.raises(DataError, match=f"{A} unity county R001"):
        small.score(small.make_campaign(), ratings=[small.mark(A, points)])
