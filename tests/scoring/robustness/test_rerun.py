from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pbwidgets.scoring.pipeline import score_tracks
from pbwidgets.scoring.robustness.rerun import Setting, rerun_track, scale_to_base, take_marks

A, B, C = "9901001", "9901002", "9901003"


def as_it_is(track):
    return Setting(
        source_factors=tuple(np.ones(len(layer.sources)) for layer in track.marks),
        layer_factors=np.ones(len(track.layout.layers)),
        line_factors=np.ones(len(track.layout.lines)),
        missing=track.layout.track.missing,
        marks=take_marks(track),
    )


def ranked(table, track, **changes):
    ranks, *_ = rerun_track(table, track, replace(as_it_is(track), **changes))
    return ranks.tolist()


@pytest.fixture
def two_sources(small):
    """A is the masses' favourite, B the office's; the masses weigh 60 of 100."""
    sources = [
        {"id": name, "name": small.words(name), "weight": weight}
        for name, weight in (("masses", 60), ("office", 40))
    ]
    track = small.make_track(
        layers=[{"id": "county", "sources": sources}],
        criteria=[small.rated("unity", 60), small.rated("style", 40)],
    )
    ratings = [
        small.mark(unit, points, line=line, source=source)
        for unit, by_source in (
            (A, {"masses": (60, 10), "office": (30, 10)}),
            (B, {"masses": (40, 20), "office": (50, 20)}),
        )
        for source, both in by_source.items()
        for line, points in zip(("unity", "style"), both, strict=True)
    ]  # fmt: skip
    table, (scored,) = score_tracks(small.make_campaign(track), "2026", small.make_records(ratings=ratings))
    return table, scored


def test_another_weight_of_a_source_gives_the_ranks_that_a_campaign_with_it_would(two_sources):
    # unity: A 60*60%+30*40% = 48, B 44; style: A 10, B 20; so B leads by 64 to 58
    table, track = two_sources
    assert ranked(table, track)[:2] == [2, 1]
    # masses alone: A 60+10 = 70, B 40+20 = 60
    assert ranked(table, track, source_factors=(np.array([1.0, 0.0]),))[:2] == [1, 2]


def test_another_proportion_of_lines_gives_other_ranks(two_sources):
    # style counts nothing, unity 100: A 80, B 73.33
    table, track = two_sources
    assert ranked(table, track, line_factors=np.array([1.0, 0.0]))[:2] == [1, 2]


def test_another_weight_of_a_layer_gives_the_ranks_that_a_campaign_with_it_would(small):
    # unity: the district prefers A by 50 to 40, the county B by 60 to 45; evenly B leads by 50 to 47.5
    layers = [{"id": "district", "weight": 50}, {"id": "county", "weight": 50}]
    track = small.make_track(layers=layers, final="weighted", criteria=[small.rated("unity", 100)])
    ratings = [
        small.mark(unit, points, layer)
        for layer, both in (("district", (50, 40)), ("county", (45, 60)))
        for unit, points in zip((A, B), both, strict=True)
    ]
    table, (scored,) = score_tracks(small.make_campaign(track), "2026", small.make_records(ratings=ratings))
    assert ranked(table, scored)[:2] == [2, 1]
    assert ranked(table, scored, layer_factors=np.array([1.0, 0.1]))[:2] == [1, 2]


def test_another_policy_gives_the_ranks_that_a_campaign_with_it_would(small):
    def scored(missing):
        track = small.make_track(
            layers=[{"id": "county"}], missing=missing,
            criteria=[small.rated("unity", 60), small.rated("style", 40)],
        )  # fmt: skip
        ratings = [
            small.mark(A, 50), small.mark(A, 10, line="style"),
            small.mark(B, 55), small.mark(C, 20), small.mark(C, 39, line="style"),
        ]  # fmt: skip
        return score_tracks(small.make_campaign(track), "2026", small.make_records(ratings=ratings))

    policies = ("skip", "reweight", "group_mean", "fail")
    expected = {policy: scored(policy)[1][0].ranking.rank.tolist() for policy in policies}
    assert len({tuple(ranks) for ranks in expected.values()}) > 2
    for own in policies:
        table, (track,) = scored(own)
        for policy in policies:
            assert ranked(table, track, missing=policy) == expected[policy], (own, policy)


@given(arrays(float, 4, elements=st.floats(0.1, 2.0)))
def test_scaled_lines_keep_the_sum_of_the_base_and_their_proportions(factors):
    max_points, on_top = np.array([50.0, 30.0, 20.0, 5.0]), np.array([False, False, False, True])
    scaled = scale_to_base(factors, max_points, on_top)
    assert (scaled * max_points)[:3].sum() == pytest.approx(100.0)
    assert scaled[0] / scaled[1] == pytest.approx(factors[0] / factors[1])
    assert scaled[3] == factors[3]


def test_lines_that_all_count_nothing_stay_without_points():
    scaled = scale_to_base(np.zeros(2), np.array([50.0, 50.0]), np.zeros(2, dtype=bool))
    assert scaled.tolist() == [0.0, 0.0]
