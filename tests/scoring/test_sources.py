import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.scoring import arrays
from pbwidgets.scoring.frames import COLUMNS
from pbwidgets.scoring.pipeline import score_campaign
from pbwidgets.scoring.sources import average_sources, combine_marks, weigh_sources

A, B = "9901001", "9901002"


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
def test_a_mark_out_of_range_is_missing_there_and_stops_nobody_else(small, points):
    ratings = [small.mark(A, points), small.mark(A, 999, recused=True, rater_id="R2"), small.mark(B, 40)]
    scores = small.score(small.make_campaign(), ratings=ratings)
    at = {"unit_code": A, "layer": "county", "criterion_id": "unity"}
    assert np.isnan(small.pick(scores.points, "points", **at))
    assert "scoring.note_void" in small.pick(scores.points, "reason_args", **at)
    assert small.pick(scores.points, "points", **{**at, "unit_code": B}) == 40
    assert scores.marks["n_void"].tolist() == [1, 0]


def test_a_converted_mark_counts_as_converted_and_the_reason_says_what_the_rater_gave(small):
    ratings = [small.mark(A, 30, given_points=50.0), small.mark(B, 40)]
    scores = small.score(small.make_campaign(), ratings=ratings)
    at = {"unit_code": A, "layer": "county", "criterion_id": "unity"}
    assert small.pick(scores.points, "points", **at) == 30
    assert json.loads(small.pick(scores.points, "reason_args", **at))["notes"] == [
        ["scoring.note_converted_one", {"points": 50}]
    ]
    assert "notes" not in small.pick(scores.points, "reason_args", **{**at, "unit_code": B})


def test_a_capped_mark_is_said_to_be_capped_not_converted(small):
    ratings = [small.mark(A, 60, given_points=80.0, capped=True)]
    scores = small.score(small.make_campaign(), ratings=ratings)
    at = {"unit_code": A, "layer": "county", "criterion_id": "unity"}
    assert json.loads(small.pick(scores.points, "reason_args", **at))["notes"] == [
        ["scoring.note_capped_one", {"points": 80, "limit": 60}]
    ]


def test_the_mean_is_that_of_the_weights_used():
    rng = np.random.default_rng(3)
    marks = np.where(rng.random((40, 4)) < 0.3, np.nan, rng.integers(0, 10, (40, 4)))
    mean, used = weigh_sources(marks, np.array([40.0, 30.0, 20.0, 10.0]))
    given_marks = ~np.isnan(mean)
    np.testing.assert_allclose(
        mean[given_marks], (np.nan_to_num(marks) * used / 100).sum(axis=1)[given_marks]
    )
    np.testing.assert_array_equal(mean, average_sources(marks, np.array([40.0, 30.0, 20.0, 10.0])))


def test_a_mark_of_a_source_that_the_layer_does_not_have_is_left_out_whatever_it_is(small):
    strangers = [small.mark(A, points, source="stranger") for points in (30, 101)]
    scores = small.score(two_sources(small), ratings=[*strangers, small.mark(A, 50, source="visit")])
    assert scores.marks["source"].tolist() == ["visit"]
    assert scores.marks["n_void"].tolist() == [0]


def test_marks_on_other_units_lines_and_layers_are_neither_read_nor_checked(small):
    others = [
        small.mark("9999999", 5000),
        small.mark(A, 5000, line="elsewhere"),
        small.mark(A, 5000, layer="elsewhere", source="visit"),
    ]
    scores = small.score(two_sources(small), ratings=[*others, small.mark(A, 50, source="visit")])
    assert scores.marks[["unit_code", "points"]].to_numpy().tolist() == [[A, 50.0]]


def many_marks(small):
    """Marks of several raters, some recused, some stale, some with a comment, in no order."""
    rng = np.random.default_rng(7)
    codes = [small.team_code(*at) for at in ((1, 1), (1, 2), (1, 3), (2, 1), (2, 2))]
    rows = [
        small.mark(
            unit,
            float(rng.integers(0, 100)),
            source=source,
            rater_id=f"R{rater}",
            stale=bool(rng.random() < 0.2),
            recused=bool(rng.random() < 0.2),
            comment="" if rng.random() < 0.5 else f"意见{rater}",
        )
        for unit in codes
        for source in ("visit", "panel")
        for rater in range(int(rng.integers(0, 5)))
    ]
    return [rows[at] for at in rng.permutation(len(rows))]


def test_scores_do_not_depend_on_how_many_rows_are_read_at_once(small, monkeypatch):
    ratings = many_marks(small)
    whole = small.score(two_sources(small), ratings=ratings)
    monkeypatch.setattr(arrays, "_CHUNK", 3)
    in_pieces = small.score(two_sources(small), ratings=ratings)
    assert len(whole.marks) > 3
    for name in COLUMNS.keys() & vars(whole).keys():
        pd.testing.assert_frame_equal(getattr(in_pieces, name), getattr(whole, name))


def test_scores_do_not_depend_on_whether_texts_are_categories(small):
    records = small.make_records(ratings=many_marks(small))
    ratings = records.ratings
    texts = {name: "category" for name in ratings if ratings[name].dtype == "string"}
    plain = score_campaign(two_sources(small), "2026", records)
    coded = score_campaign(two_sources(small), "2026", replace(records, ratings=ratings.astype(texts)))
    for name in COLUMNS.keys() & vars(plain).keys():
        pd.testing.assert_frame_equal(getattr(coded, name), getattr(plain, name))


def test_raters_stale_and_recused_marks_are_counted_by_cell(small):
    ratings = many_marks(small)
    marks = small.score(two_sources(small), ratings=ratings).marks
    for row in marks.itertuples():
        own = [mark for mark in ratings if (mark["unit_code"], mark["source"]) == (row.unit_code, row.source)]
        counted = [mark for mark in own if not mark["recused"]]
        assert row.n_raters == len(counted)
        assert row.n_stale == sum(mark["stale"] for mark in counted)
        assert row.n_recused == len(own) - len(counted)
