import numpy as np
import pytest

from pbwidgets.scoring.pipeline import score_tracks
from pbwidgets.scoring.robustness.redrawn import read_rater_marks, redraw_marks

A, B = "9901001", "9901002"


@pytest.fixture
def rated_twice(small):
    """A is marked by R001 and R002, and by R003 who is recused; B by R002 alone."""
    ratings = [
        small.mark(A, 40), small.mark(A, 50, rater_id="R002"),
        small.mark(A, 0, rater_id="R003", recused=True), small.mark(B, 30, rater_id="R002"),
    ]  # fmt: skip
    campaign = small.make_campaign(
        small.make_track(layers=[{"id": "county"}], criteria=[small.rated("unity", 100)])
    )
    records = small.make_records(ratings=ratings)
    _, (track,) = score_tracks(campaign, "2026", records)
    return track, records.ratings


def redrawn(rated_twice, how, rater, seed=0):
    track, ratings = rated_twice
    by_rater, _ = read_rater_marks(track.layout, track.marks, ratings)
    (layer,) = redraw_marks(track.marks, by_rater, how, rater, np.random.default_rng(seed))
    return layer[:2, 0, 0].tolist()


def test_recused_raters_are_nobody(rated_twice):
    track, ratings = rated_twice
    _, raters = read_rater_marks(track.layout, track.marks, ratings)
    assert raters == 2


def test_a_rater_left_out_takes_the_marks_along_unless_they_are_the_only_ones(rated_twice):
    assert redrawn(rated_twice, "leave_one_out", 0) == [50.0, 30.0]
    assert redrawn(rated_twice, "leave_one_out", 1) == [40.0, 30.0]


def test_a_bootstrap_sample_lies_within_the_marks_of_the_raters(rated_twice):
    samples = [redrawn(rated_twice, "bootstrap", 0, seed) for seed in range(30)]
    assert {one[0] for one in samples} == {40.0, 45.0, 50.0}
    assert {one[1] for one in samples} == {30.0}
