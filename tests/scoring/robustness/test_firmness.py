import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from pbwidgets.errors import UsageError
from pbwidgets.scoring.pipeline import score_tracks
from pbwidgets.scoring.robustness import USUAL_TRIALS, Ranges, vary_list
from pbwidgets.scoring.robustness.firmness import average_shifts

EVERYTHING = Ranges(
    source_weight_pct=30, line_points_pct=30, raters="bootstrap", missing=("reweight", "group_mean")
)
SHARPEST = Ranges(source_weight_pct=100, line_points_pct=100, raters="leave_one_out", missing=("fail",))
POLICIES = st.sampled_from(["skip", "reweight", "group_mean", "fail"])


@given(seed=st.integers(0, 10_000), missing=POLICIES)
@settings(max_examples=15)
def test_ranges_of_zero_give_the_list_itself(judged, seed, missing):
    track = judged(seed=seed, missing=missing)
    firm = track.vary(Ranges(), runs=2)
    of_list = track.track.ranking.rank
    chosen = track.track.selection.status == "selected"
    assert firm["share_selected_pct"].tolist() == [100.0 * one for one in chosen]
    expected = np.where(of_list > 0, of_list, np.nan)
    for column in ("rank_p5", "rank_median", "rank_p95"):
        np.testing.assert_array_equal(firm[column], expected)


@given(seed=st.integers(0, 10_000), ranges=st.sampled_from([EVERYTHING, SHARPEST]))
@settings(max_examples=10)
def test_shares_are_per_cent_that_fill_no_more_than_the_places_and_ranks_are_in_order(judged, seed, ranges):
    firm = judged(seed=seed).vary(ranges, runs=10, seed=seed)
    assert firm["share_selected_pct"].between(0, 100).all()
    assert firm["share_selected_pct"].sum() <= 200 + 1e-9  # two places
    ranked = firm.dropna()
    assert len(ranked) > 0
    assert (ranked["rank_p5"] <= ranked["rank_median"]).all()
    assert (ranked["rank_median"] <= ranked["rank_p95"]).all()
    assert ranked["rank_p5"].min() >= 1
    assert ranked["rank_p95"].max() <= len(firm)


def test_the_same_seed_gives_the_same_frames_and_another_one_does_not(judged):
    track = judged()
    assert_frame_equal(track.vary(EVERYTHING, seed=5), track.vary(EVERYTHING, seed=5))
    assert not track.vary(EVERYTHING, seed=5).equals(track.vary(EVERYTHING, seed=6))
    assert_frame_equal(track.attribute(EVERYTHING, seed=0), track.attribute(EVERYTHING, seed=0))


def test_the_order_of_ratings_makes_no_difference(judged):
    track = judged()
    in_order = track.vary(EVERYTHING)
    track.ratings = track.ratings.iloc[::-1].reset_index(drop=True)
    assert_frame_equal(track.vary(EVERYTHING), in_order)


def test_numpy_s_global_state_is_left_alone(judged):
    before = np.random.get_state()[1].copy()
    judged().attribute(EVERYTHING, seed=0)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_wide_ranges_move_ranks(judged):
    firm = judged().vary(EVERYTHING, runs=60)
    assert (firm["rank_p95"] > firm["rank_p5"]).any()
    assert firm["share_selected_pct"].between(0, 100, inclusive="neither").any()


def test_indices_name_every_assumption_and_the_strongest_comes_first(judged):
    shifts = judged().attribute(EVERYTHING)
    assert set(shifts["assumption_id"]) == {
        "source_weight:county:masses", "source_weight:county:office",
        "line_points:unity", "line_points:style", "line_points:deeds_line", "raters", "missing",
    }  # fmt: skip
    assert shifts["total_order"].is_monotonic_decreasing
    assert shifts.notna().all(axis=None)


def test_an_assumption_that_moves_alone_explains_everything(judged):
    shifts = judged().attribute(Ranges(missing=("reweight",)), base_runs=128)
    assert shifts["assumption_id"].tolist() == ["missing"]
    assert shifts["total_order"].iloc[0] == pytest.approx(1.0, abs=0.05)
    assert shifts["first_order"].iloc[0] == pytest.approx(1.0, abs=0.25)


def test_nothing_that_moves_has_no_rows_and_nothing_that_shifts_has_indices_of_zero(judged):
    assert judged().attribute(Ranges()).empty
    single = judged(sizes=(1,))  # one unit keeps its rank whatever moves
    shifts = single.attribute(Ranges(source_weight_pct=10))
    assert shifts[["first_order", "total_order"]].eq(0).all(axis=None)


def test_a_track_without_ranked_units_has_shares_of_zero_and_no_ranks(small, judged):
    firm = judged(nomination={"by": "district"}).vary(EVERYTHING, runs=3)
    assert firm["share_selected_pct"].eq(0).all()
    assert firm["rank_median"].isna().all()


def test_scores_are_not_changed(judged):
    track = judged()
    own, ratings = track.track.points.own.copy(), track.ratings.copy()
    track.vary(SHARPEST)
    np.testing.assert_array_equal(track.track.points.own, own)
    pd.testing.assert_frame_equal(track.ratings, ratings)


@given(st.permutations(range(1, 7)))
def test_the_average_shift_is_zero_only_for_the_list_itself(ranks):
    of_list = np.arange(1, 7)
    (shift,) = average_shifts(np.array([ranks]), of_list)
    assert (shift == 0) == (list(ranks) == of_list.tolist())
    assert shift <= 3.0  # the reverse order: 5+3+1+1+3+5 over 6


def test_shifts_are_not_attributed_without_the_extra_that_computes_them(judged, monkeypatch):
    for name in {"SALib", *(name for name in sys.modules if name.startswith("SALib."))}:
        monkeypatch.setitem(sys.modules, name, None)  # says: not installed
    track = judged()
    assert not track.vary(EVERYTHING, runs=2).empty
    with pytest.raises(UsageError, match=r"pip install 'pbwidgets\[index\]'"):
        track.attribute(EVERYTHING)


def test_units_that_share_the_last_place_in_every_run_are_undecided(small):
    """A 90, B and C the same 80, D 10; two places: A is firm, D is out, B and C are for the meeting to part."""
    first, second, third, fourth = (small.team_code(1, team) for team in (1, 2, 3, 4))
    given_points = {first: 90, second: 80, third: 80, fourth: 10}
    campaign = small.make_campaign(small.make_track(criteria=[small.rated("unity", 100)]))
    records = small.make_records(
        small.make_units((4,)), ratings=[small.mark(unit, points) for unit, points in given_points.items()]
    )
    table, (track,) = score_tracks(campaign, "2026", records)
    firm = vary_list(table, track, records.ratings, USUAL_TRIALS.ranges, runs=20, seed=1)
    assert firm["verdict"].tolist() == ["firm", "undecided", "undecided", "out"]
    assert firm["share_selected_pct"].tolist() == [100, 0, 0, 0]
    assert firm["share_tied_pct"].tolist() == [0, 100, 100, 0]


def test_a_unit_kept_out_for_good_is_out_however_high_its_rank(small):
    gate = {"id": "incident", "name": small.words("事故"), "effect": "bar"}
    campaign = small.make_campaign(small.make_track(criteria=[small.rated("unity", 100)], gates=[gate]))
    best = small.team_code(1, 1)
    veto = {"unit_code": best, "kind": "incident", "track_id": "teams", "status": "in_force", "basis": "通报"}
    records = small.make_records(ratings=[small.mark(best, 90)], vetoes=[veto])
    table, (track,) = score_tracks(campaign, "2026", records)
    row = vary_list(table, track, records.ratings, USUAL_TRIALS.ranges, runs=5, seed=1).iloc[0]
    assert (row["verdict"], row["rank_median"]) == ("out", 1)
