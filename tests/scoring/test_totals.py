import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.scoring.totals import sum_lines
from pbwidgets.wording import round_half_up

A, B, C = "9901001", "9901002", "9901003"


def final(small, scores, unit):
    where = {"unit_code": unit, "layer": "final"}
    return small.pick(scores.totals, "total", **where), small.pick(scores.totals, "provisional", **where)


def deeds(small, *units):
    return [small.answer(unit, "deeds", 3) for unit in units]


def test_the_last_layer_that_is_marked_stands_and_an_earlier_one_is_provisional(small):
    ratings = [small.mark(A, 50, "district"), small.mark(A, 40, "county"), small.mark(B, 50, "district")]
    scores = small.score(small.make_campaign(), submissions=deeds(small, A, B), ratings=ratings)
    assert final(small, scores, A) == (80, False)
    assert final(small, scores, B) == (90, True)
    assert np.isnan(small.pick(scores.totals, "total", unit_code=B, layer="county"))


def test_marks_of_the_unit_itself_never_stand_in(small):
    scores = small.score(
        small.make_campaign(), submissions=deeds(small, A), ratings=[small.mark(A, 60, "own")]
    )
    assert small.pick(scores.totals, "total", unit_code=A, layer="own") == 100
    assert final(small, scores, A) == (40, True)  # what could be computed


def test_neither_a_submission_nor_a_mark_is_no_data(small):
    scores = small.score(small.make_campaign(), ratings=[small.mark(A, 60)])
    assert np.isnan(final(small, scores, B)[0])
    assert small.pick(scores.selection, "status", unit_code=B) == "no_data"
    assert small.pick(scores.selection, "rank", unit_code=B) == 0


def test_a_form_that_the_county_fills_about_a_unit_is_not_its_submission(small):
    deduction = {"name": "capped_deduction", "measure": "incidents", "points_each": 5, "cap": 10}
    track = small.make_track(criteria=[small.rated("unity", 90), small.computed("quiet", 10, deduction)])
    scores = small.score(
        small.make_campaign(track), submissions=[small.answer(A, "incidents", 0, form="incident")]
    )
    assert small.pick(scores.selection, "status", unit_code=A) == "no_data"


def test_without_rated_lines_the_computed_total_is_final_at_once(small):
    track = small.make_track(criteria=[small.computed("deeds_line", 100, small.DEEDS)])
    scores = small.score(small.make_campaign(track), submissions=deeds(small, A))
    assert final(small, scores, A) == (100, False)


def test_a_track_without_layers_has_only_a_final_total(small):
    track = small.make_track(criteria=[small.computed("deeds_line", 100, small.DEEDS)], layers=[])
    scores = small.score(small.make_campaign(track), submissions=deeds(small, A))
    assert scores.totals["layer"].unique().tolist() == ["final"]
    assert final(small, scores, A) == (100, False)


def weighted(small):
    layers = [{"id": "own", "weight": 20}, {"id": "district", "weight": 30}, {"id": "county", "weight": 50}]
    return small.make_campaign(
        small.make_track(layers=layers, final="weighted", criteria=[small.rated("unity", 100)])
    )


def test_weighted_layers_make_the_final_total_and_a_missing_one_is_re_weighted(small):
    ratings = [small.mark(A, 100, "own"), small.mark(A, 60, "district"), small.mark(A, 80, "county")]
    ratings += [small.mark(B, 60, "district"), small.mark(B, 80, "county")]
    scores = small.score(weighted(small), ratings=ratings)
    assert final(small, scores, A) == (pytest.approx(20 + 18 + 40), False)
    assert final(small, scores, B) == (pytest.approx((60 * 30 + 80 * 50) / 80), True)


def test_a_line_missing_in_every_weighted_layer_is_one_missing_line(small):
    campaign = small.make_campaign(
        small.make_track(
            layers=[{"id": "district", "weight": 40}, {"id": "county", "weight": 60}], final="weighted"
        )
    )
    scores = small.score(campaign, ratings=[small.mark(A, 50, "district"), small.mark(A, 40, "county")])
    assert small.pick(scores.totals, "n_missing", unit_code=A, layer="final") == 1


def test_bonus_may_exceed_the_base_and_a_total_is_not_below_zero():
    top = np.array([False, False, True])
    no = np.zeros((2, 3), dtype=bool)
    values = np.array([[60.0, 40.0, 5.0], [1.0, 0.0, -3.0]])
    assert sum_lines(values, no, no, np.array([60.0, 40.0, 5.0]), top, "skip").tolist() == [105, 0]


def test_bonus_is_not_scaled_when_a_line_is_left_out():
    values = np.array([[30.0, np.nan, 5.0]])
    left_out = np.array([[False, True, False]])
    no = np.zeros((1, 3), dtype=bool)
    top = np.array([False, False, True])
    assert sum_lines(values, left_out, no, np.array([60.0, 40.0, 5.0]), top, "skip").tolist() == [55]


def test_only_a_bonus_is_no_total():
    values = np.array([[np.nan, 5.0]])
    lacking = np.isnan(values)
    made = sum_lines(
        values, np.zeros((1, 2), dtype=bool), lacking, np.array([100.0, 5.0]), np.array([False, True]), "skip"
    )
    assert np.isnan(made[0])


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (2.675, 2, 2.68),
        (92.345, 2, 92.35),
        (0.5, 0, 1),
        (-0.5, 0, -1),
        (1.005, 2, 1.01),
        (99.994999, 2, 99.99),
    ],
)
def test_five_is_rounded_away_from_zero(value, digits, expected):
    assert round_half_up(np.array([value]), digits)[0] == expected


@given(st.decimals(0, 200, places=3), st.integers(0, 2))
def test_rounding_agrees_with_decimal_arithmetic(value, digits):
    from decimal import ROUND_HALF_UP, Decimal

    expected = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    assert round_half_up(np.array([float(value)]), digits)[0] == pytest.approx(float(expected), abs=1e-12)


def test_starting_points_are_added_as_they_are_and_the_total_may_exceed_the_base():
    values = np.array([[-2.0, 6.0], [-130.0, 0.0], [np.nan, np.nan], [-5.0, np.nan]])
    no = np.zeros(values.shape, dtype=bool)
    on_top = np.array([True, True])
    lacking = np.isnan(values)
    totals = sum_lines(values, no, lacking, np.array([0.0, 6.0]), on_top, "skip", starting=100.0)
    # never below 0; no line at all is no total
    assert totals == pytest.approx([104.0, 0.0, np.nan, 95.0], nan_ok=True)


def test_starting_points_are_not_re_weighted():
    left_out = np.array([[False, True]])
    no = np.zeros((1, 2), dtype=bool)
    totals = sum_lines(
        np.array([[30.0, np.nan]]), left_out, no, np.array([40.0, 20.0]), no[0], "skip", starting=40.0
    )
    assert totals.tolist() == [85.0]  # 40 + 30 of 40, brought to 60
