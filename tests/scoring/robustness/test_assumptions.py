import pytest

from pbwidgets.errors import UsageError
from pbwidgets.scoring.robustness import Ranges, list_assumptions


@pytest.mark.parametrize("value", [-1.0, 100.5, float("nan")])
@pytest.mark.parametrize("name", ["source_weight_pct", "layer_weight_pct", "line_points_pct"])
def test_a_range_outside_of_0_to_100_is_refused_by_name(name, value):
    with pytest.raises(UsageError, match=name):
        Ranges(**{name: value})


def listed(track, **ranges):
    found = list_assumptions(track.track.layout, track.track.marks, Ranges(**ranges))
    return [one.assumption_id for one in found]


def test_what_does_not_move_is_no_assumption(judged):
    assert listed(judged()) == []
    assert listed(judged(), missing=("skip",)) == []  # the campaign's own


def test_a_layer_s_weight_moves_only_where_layers_are_weighted(judged):
    assert listed(judged(), layer_weight_pct=10) == []


def test_weights_of_layers_with_several_and_of_sources_with_company(small):
    from pbwidgets.scoring.pipeline import score_tracks

    layers = [{"id": "district", "weight": 40}, {"id": "county", "weight": 60}]
    campaign = small.make_campaign(small.make_track(layers=layers, final="weighted"))
    _, (track,) = score_tracks(campaign, "2026", small.make_records())
    found = list_assumptions(track.layout, track.marks, Ranges(source_weight_pct=10, layer_weight_pct=10))
    assert [one.assumption_id for one in found] == ["layer_weight:district", "layer_weight:county"]
