"""Expectations are worked out by hand from the words of each rule."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.campaign import rules as models
from pbwidgets.campaign.model import Criterion
from pbwidgets.scoring.reasons import render_reasons
from pbwidgets.scoring.registry import apply_rule, find_range

NAN = float("nan")

CASES = [
    # rule, maximum, [(value, points, reason)]
    (
        models.Rated(name="rated"),
        8,
        [(0, 0, "rated"), (8, 8, "rated"), (7.5, 7.5, "rated"), (NAN, NAN, "not_rated")],
    ),
    (
        models.Discretion(name="discretion", lowest=-3, highest=3),
        3,
        [
            (0, 0, "discretion_zero"),
            (2, 2, "discretion_added"),
            (-3, -3, "discretion_taken"),
            (NAN, 0, "discretion_none"),
        ],
    ),
    (
        # -0.5 for every meeting fewer than 4, not below 1 of 2.5
        models.PerMissingItem(name="per_missing_item", measure="m", required=4, points_each=0.5, floor=1),
        2.5,
        [
            (9, 2.5, "per_missing_item_full"),
            (4, 2.5, "per_missing_item_full"),
            (3, 2.0, "per_missing_item"),
            (1, 1.0, "per_missing_item"),  # 3 × 0.5 lost reaches the floor and no more
            (0, 1.0, "per_missing_item_floor"),
            (NAN, NAN, "missing"),
        ],
    ),
    (
        # a floor below zero lets the line go below zero
        models.PerMissingItem(name="per_missing_item", measure="m", required=3, points_each=2, floor=-4),
        2,
        [(3, 2, "per_missing_item_full"), (1, -2, "per_missing_item"), (0, -4, "per_missing_item")],
    ),
    (
        models.AllOrNothing(name="all_or_nothing", measure="m", at_least=1),
        6,
        [
            (0, 0, "all_or_nothing_none"),
            (1, 6, "all_or_nothing_full"),
            (3, 6, "all_or_nothing_full"),
            (NAN, NAN, "missing"),
        ],
    ),
    (
        # 20 % and more: full; -0.1 for each whole 1 % below, not below 1
        models.ThresholdThenPerUnit(
            name="threshold_then_per_unit", measure="m", threshold=20, points_per_unit=0.1, floor=1
        ),
        2,
        [
            (20, 2, "threshold_full"),
            (55, 2, "threshold_full"),
            (19.5, 2, "threshold_near"),
            (19, 1.9, "threshold_then_per_unit"),
            (17.5, 1.8, "threshold_then_per_unit"),
            (10, 1, "threshold_then_per_unit"),
            (0, 1, "threshold_floor"),
            (NAN, NAN, "missing"),
        ],
    ),
    (
        # steps of 0.1: 0.8 is two steps below 1, although 1 - 0.8 is less than 0.2 in binary
        models.ThresholdThenPerUnit(
            name="threshold_then_per_unit", measure="m", threshold=1, points_per_unit=1, step=0.1
        ),
        5,
        [(0.8, 3, "threshold_then_per_unit"), (0.9, 4, "threshold_then_per_unit")],
    ),
    (
        # +0.5 each beyond the third, at most 2
        models.CappedBonus(name="capped_bonus", measure="m", points_each=0.5, beyond=3),
        2,
        [
            (0, 0, "capped_bonus_within"),
            (3, 0, "capped_bonus_within"),
            (5, 1, "capped_bonus_beyond"),
            (7, 2, "capped_bonus_beyond"),  # the cap is just reached
            (8, 2, "capped_bonus_beyond_cap"),
            (NAN, NAN, "missing"),
        ],
    ),
    (
        # pure deduction: -0.1 each, at most -2
        models.CappedDeduction(name="capped_deduction", measure="m", points_each=0.1, cap=2),
        0,
        [
            (0, 0, "capped_deduction_none"),
            (3, -0.3, "capped_deduction"),
            (20, -2, "capped_deduction"),
            (21, -2, "capped_deduction_cap"),
            (NAN, NAN, "missing"),
        ],
    ),
]
CASES += [
    (
        # 90 and more: full; -0.1 for each 1 % below, in proportion, not below 1
        models.ThresholdThenPerUnit(
            name="threshold_then_per_unit",
            measure="m",
            threshold=90,
            points_per_unit=0.1,
            parts="proportional",
            floor=1,
        ),
        2,
        [
            (90, 2, "threshold_full"),
            (89.5, 1.95, "threshold_then_per_unit_parts"),
            (88, 1.8, "threshold_then_per_unit_parts"),
            (80, 1, "threshold_then_per_unit_parts"),
            (79.5, 1, "threshold_floor_parts"),
            (NAN, NAN, "missing"),
        ],
    ),
    (
        # a step begun counts as a full one; 0.9 is exactly one step of 0.1 below 1
        models.ThresholdThenPerUnit(
            name="threshold_then_per_unit",
            measure="m",
            threshold=1,
            points_per_unit=1,
            step=0.1,
            parts="begun",
        ),
        5,
        [
            (1, 5, "threshold_full"),
            (0.99, 4, "threshold_then_per_unit_parts"),
            (0.9, 4, "threshold_then_per_unit_parts"),
            (0.89, 3, "threshold_then_per_unit_parts"),
            (0, 0, "threshold_floor_parts"),
        ],
    ),
    (
        # two cost nothing; the first beyond costs 5, each further one 1; at most 8
        models.CappedDeduction(name="capped_deduction", measure="m", first=5, points_each=1, beyond=2, cap=8),
        10,
        [
            (0, 10, "capped_deduction_none"),
            (2, 10, "capped_deduction_within"),
            (3, 5, "capped_deduction_priced"),
            (4, 4, "capped_deduction_priced"),
            (6, 2, "capped_deduction_priced"),
            (7, 2, "capped_deduction_priced_cap"),
            (NAN, NAN, "missing"),
        ],
    ),
    (
        # the places in the rule's own list
        models.ByChoice(
            name="by_choice",
            measure="m",
            options=[
                {"choice": "good", "points": 2},
                {"choice": "fair", "points": 1.5},
                {"choice": "poor", "points": -1},
            ],
        ),
        2,
        [(0, 2, "by_choice"), (1, 1.5, "by_choice"), (2, -1, "by_choice"), (NAN, NAN, "missing")],
    ),
    (
        # >= 90: 10, 80 to 89: 8, 60 to 79: 5, below: 1; bands leave no gap
        models.Bands(
            name="bands",
            measure="m",
            bands=[{"bound": 90, "points": 10}, {"bound": 80, "points": 8}, {"bound": 60, "points": 5}],
            otherwise=1,
        ),
        10,
        [
            (100, 10, "band_from"),
            (90, 10, "band_from"),
            (89.99, 8, "band_from"),
            (80, 8, "band_from"),
            (60, 5, "band_from"),
            (59.9, 1, "band_below_all"),
            (0, 1, "band_below_all"),
            (NAN, NAN, "missing"),
        ],
    ),
    (
        # 0.1 + 0.2 reaches a bound of 0.3, although it is more in binary; so does 0.3 one of 0.1 + 0.2
        models.Bands(name="bands", measure="m", bands=[{"bound": 0.1 + 0.2, "points": 2}]),
        2,
        [(0.3, 2, "band_from"), (0.299, 0, "band_below_all")],
    ),
    (
        # closed within 3 days: 10, within 7 days: 6, later: -2
        models.Bands(
            name="bands",
            measure="m",
            bands=[{"bound": 3, "points": 10}, {"bound": 7, "points": 6}],
            otherwise=-2,
            better="lower",
        ),
        10,
        [
            (0, 10, "band_up_to"),
            (3, 10, "band_up_to"),
            (3.5, 6, "band_up_to"),
            (7, 6, "band_up_to"),
            (8, -2, "band_above_all"),
            (NAN, NAN, "missing"),
        ],
    ),
    (
        # 85 of 100 are 17 of 20; more than 100 stays at 20
        models.CarriedOver(name="carried_over", measure="m"),
        20,
        [
            (0, 0, "carried_over"),
            (85, 17, "carried_over"),
            (100, 20, "carried_over"),
            (104, 20, "carried_over_cap"),
            (-3, 0, "carried_over"),
            (NAN, NAN, "missing"),
        ],
    ),
    (
        # of 120 points, and what exceeds them counts
        models.CarriedOver(name="carried_over", measure="m", full=120, may_exceed=True),
        30,
        [(90, 22.5, "carried_over"), (126, 31.5, "carried_over")],
    ),
]
EACH = [
    pytest.param(rule, top, value, points, reason, id=f"{rule.name}-{value}")
    for rule, top, cases in CASES
    for value, points, reason in cases
]


@pytest.mark.parametrize(("rule", "top", "value", "points", "reason"), EACH)
def test_points_and_reason_at_the_edges(rule, top, value, points, reason):
    verdict = apply_rule(rule, np.array([value], dtype=float), top)
    assert verdict.points[0] == pytest.approx(points, abs=1e-9, nan_ok=True)
    codes, _ = render_reasons(verdict.reasons, 1)
    assert codes[0] == f"scoring.{reason}"


@pytest.mark.parametrize(("rule", "top", "cases"), CASES)
def test_a_constant_value_gives_every_unit_the_same_points(rule, top, cases):
    value, points, _ = cases[0]
    verdict = apply_rule(rule, np.full(5, value, dtype=float), top)
    assert verdict.points == pytest.approx(np.full(5, points), nan_ok=True)


@pytest.mark.parametrize(("rule", "top", "cases"), CASES)
def test_values_are_not_changed(rule, top, cases):
    values = np.array([case[0] for case in cases], dtype=float)
    before = values.copy()
    apply_rule(rule, values, top).points[:] = 0
    np.testing.assert_array_equal(values, before)


@pytest.mark.parametrize(("rule", "top", "cases"), CASES)
def test_no_unit_gives_no_points(rule, top, cases):
    assert apply_rule(rule, np.zeros(0), top).points.shape == (0,)


MEASURED = [
    pytest.param(rule, top, id=f"{rule.name}-{at}")
    for at, (rule, top, _) in enumerate(CASES)
    if rule.name not in ("rated", "discretion", "by_choice")
]
FEWER_IS_BETTER = ("capped_deduction",)


@pytest.mark.parametrize(("rule", "top"), MEASURED)
@given(
    values=st.lists(
        st.one_of(st.floats(0, 200), st.integers(0, 30).map(float), st.just(NAN)), min_size=1, max_size=10
    )
)
def test_a_better_value_never_brings_less_and_only_a_missing_one_brings_nothing(rule, top, values):
    array = np.array(values)
    points = apply_rule(rule, array, top).points
    np.testing.assert_array_equal(np.isnan(points), np.isnan(array))
    known = array[~np.isnan(array)]
    fewer = rule.name in FEWER_IS_BETTER or getattr(rule, "better", "higher") == "lower"
    order = np.argsort(-known if fewer else known, kind="stable")
    assert (np.diff(points[~np.isnan(array)][order]) >= -1e-9).all()
    lowest, highest = find_range(
        Criterion.model_validate({"id": "x", "name": {"zh": "甲", "en": "a"}, "points": top, "rule": rule})
    )
    if not getattr(rule, "may_exceed", False):
        assert (points[~np.isnan(array)] <= highest + 1e-9).all()
    assert (points[~np.isnan(array)] >= lowest - 1e-9).all()


# -- rules with conditions -----------------------------------------------------------------------------

TEXT = {"zh": "甲", "en": "a"}
TIMES = {"double": 2, "half": 0.5}


def deduction(**more):
    factors = [{"when": "${m} = 1", "times": times, "text": TEXT} for times in TIMES.values()]
    return models.CappedDeduction(
        name="capped_deduction", measure="m", points_each=1, cap=6, factors=factors, **more
    )


def checklist(*points, **more):
    cases = [{"when": "${m} = 1", "text": TEXT, "points": each} for each in points]
    return models.Checklist(name="checklist", cases=cases, **more)


@pytest.mark.parametrize(
    ("value", "conditions", "points", "reason"),
    [
        (2, (0, 0), 8, "capped_deduction_priced"),
        (2, (1, 0), 6, "capped_deduction_factor"),
        (2, (0, 1), 9, "capped_deduction_factor"),
        (2, (1, 1), 8, "capped_deduction_factor"),
        (4, (1, 0), 4, "capped_deduction_factor_cap"),
        (0, (1, 0), 10, "capped_deduction_none"),
        (0, (NAN, 0), 10, "capped_deduction_none"),  # nothing to multiply
        (1, (NAN, 1), NAN, "factor_undecided"),
        (NAN, (1, 1), NAN, "missing"),
    ],
)
def test_factors_multiply_what_is_lost_before_the_cap(value, conditions, points, reason):
    given_conditions = np.array(conditions, dtype=float)[:, None]
    verdict = apply_rule(deduction(), np.array([value], dtype=float), 10, conditions=given_conditions)
    assert verdict.points[0] == pytest.approx(points, nan_ok=True)
    assert render_reasons(verdict.reasons, 1)[0][0] == f"scoring.{reason}"


@pytest.mark.parametrize(
    ("rule", "conditions", "points", "reason"),
    [
        (checklist(1, 0.5), (0, 0), 2, "checklist_clear"),
        (checklist(1, 0.5), (1, 1), 0.5, "checklist"),
        (checklist(2, 0.5), (1, 1), 0, "checklist_floor"),
        (checklist(2, 0.5, floor=-1), (1, 1), -0.5, "checklist"),
        (checklist(2, 0.5), (1, NAN), NAN, "checklist_undecided"),
        (checklist(2, 0.5, undecided="does_not_hold"), (1, NAN), 0, "checklist"),
        (checklist(1, 0.5, counts="earned"), (0, 0), 0, "checklist_none"),
        (checklist(1, 0.5, counts="earned"), (0, 1), 0.5, "checklist"),
        (checklist(1, 1, counts="earned"), (1, 1), 2, "checklist"),
        (checklist(1, 1.5, counts="earned"), (1, 1), 2, "checklist_cap"),
    ],
)
def test_a_checklist_counts_the_cases_that_hold(rule, conditions, points, reason):
    verdict = apply_rule(rule, np.zeros(1), 2, conditions=np.array(conditions, dtype=float)[:, None])
    assert verdict.points[0] == pytest.approx(points, nan_ok=True)
    assert render_reasons(verdict.reasons, 1)[0][0] == f"scoring.{reason}"


def test_a_checklist_lists_the_cases_that_hold_and_no_other():
    verdict = apply_rule(checklist(1, 0.5, 2), np.zeros(1), 5, conditions=np.array([[1.0], [0.0], [1.0]]))
    assert render_reasons(verdict.reasons, 1)[1][0] == '{"floor": 0, "lost:0": 1, "lost:2": 2, "points": 2}'


cells = st.sampled_from([0.0, 1.0, NAN])


@given(
    holds=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=8),
    counts=st.sampled_from(["lost", "earned"]),
    undecided=st.sampled_from(["missing", "does_not_hold"]),
)
def test_a_case_more_never_does_the_opposite_and_only_an_open_one_is_missing(holds, counts, undecided):
    rule = checklist(1, 2, 0.5, counts=counts, undecided=undecided, floor=-1)
    conditions = np.array(holds).T
    points = apply_rule(rule, np.zeros(len(holds)), 2, conditions=conditions).points
    is_open = np.isnan(conditions).any(axis=0) & (undecided == "missing")
    np.testing.assert_array_equal(np.isnan(points), is_open)
    more = np.nan_to_num(conditions, nan=1.0)
    after = apply_rule(rule, np.zeros(len(holds)), 2, conditions=more).points
    change = (after - points)[~is_open]
    assert (change >= -1e-9).all() if counts == "earned" else (change <= 1e-9).all()
    low, high = find_range(
        Criterion.model_validate({"id": "x", "name": TEXT, "points": 2, "rule": rule.model_dump()})
    )
    assert ((points[~is_open] >= low - 1e-9) & (points[~is_open] <= high + 1e-9)).all()


@given(
    values=st.lists(st.one_of(st.floats(0, 50), st.just(NAN)), min_size=1, max_size=8),
    first=st.sampled_from([None, 0.5, 5.0]),
    beyond=st.sampled_from([0.0, 2.0]),
    data=st.data(),
)
def test_more_items_never_cost_less_whatever_the_first_costs_and_whichever_factor_holds(
    values, first, beyond, data
):
    factors = data.draw(st.tuples(st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 1.0])))
    array = np.sort(np.array(values))
    conditions = np.repeat(np.array(factors)[:, None], len(array), axis=1)
    points = apply_rule(deduction(first=first, beyond=beyond), array, 10, conditions=conditions).points
    np.testing.assert_array_equal(np.isnan(points), np.isnan(array))
    known = points[~np.isnan(array)]
    assert (np.diff(known) <= 1e-9).all()
    assert ((known >= 4 - 1e-9) & (known <= 10)).all()
