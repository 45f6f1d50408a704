"""Rules that hold a unit against its group; expectations are worked out by hand from the words of each rule."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.campaign import rules as models
from pbwidgets.scoring.reasons import render_reasons
from pbwidgets.scoring.registry import apply_rule

NAN = float("nan")
A_GROUP = [0, 0, 0, 0]


def against(benchmark="mean", points_per_unit=0.5, **more):
    return models.AgainstGroup(
        name="against_group", measure="m", benchmark=benchmark, points_per_unit=points_per_unit, **more
    )


def places(*points, **more):
    return models.RankToPoints(name="rank_to_points", measure="m", points=points, **more)


def proportional(**more):
    return models.ProportionalToBest(name="proportional_to_best", measure="m", **more)


CASES = {
    # mean of 90, 80, 76 is 82: 80 is 2 behind and loses 2 × 0.5, 76 is 6 behind and loses 3
    "mean": (
        against(),
        5,
        [90, 80, 76, NAN],
        A_GROUP,
        [5, 4, 2, NAN],
        ["against_mean_full", "against_mean", "against_mean", "missing"],
    ),
    # best is 90: 89.5 is less than a step behind, 84 loses 3, 10 would lose 40 and stops at the floor of 1
    "best": (
        against("best", floor=1),
        5,
        [90, 89.5, 84, 10],
        A_GROUP,
        [5, 5, 2, 1],
        ["against_best_full", "against_best_near", "against_best", "against_best_floor"],
    ),
    # fewer days are better: mean of 10, 20, 30 is 20; 30 is two steps of 5 above it
    "mean, less is better": (
        against(better="lower", points_per_unit=1, step=5),
        5,
        [10, 20, 30, NAN],
        A_GROUP,
        [5, 5, 3, NAN],
        ["against_mean_full", "against_mean_full", "against_mean", "missing"],
    ),
    "best, less is better": (
        against("best", better="lower", points_per_unit=1),
        5,
        [0, 1, 3, 9],
        A_GROUP,
        [5, 4, 2, 0],
        ["against_best_full", "against_best", "against_best", "against_best_floor"],
    ),
    # two groups: each its own mean; the third unit stands alone, the last belongs to no group
    "groups": (
        against(points_per_unit=1),
        5,
        [4, 2, 7, 50],
        [0, 0, 1, -1],
        [5, 4, 5, NAN],
        ["against_mean_full", "against_mean", "against_mean_full", "without_group"],
    ),
    "a floor below zero": (
        against("best", floor=-2, points_per_unit=1),
        1,
        [9, 7, 0, NAN],
        A_GROUP,
        [1, -1, -2, NAN],
        ["against_best_full", "against_best", "against_best_floor", "missing"],
    ),
    # 1st to 3rd place bring 60, 57, 54; two share the second, so that nobody is third
    "places": (
        places(60, 57, 54),
        60,
        [9, 7, 7, 1],
        A_GROUP,
        [60, 57, 57, 0],
        ["rank_to_points", "rank_to_points", "rank_to_points", "rank_to_points_after"],
    ),
    "places, less is better": (
        places(60, 57, otherwise=50, better="lower"),
        60,
        [3, 0, 9, NAN],
        A_GROUP,
        [57, 60, 50, NAN],
        ["rank_to_points", "rank_to_points", "rank_to_points_after", "missing"],
    ),
    "places in groups": (
        places(60, 57),
        60,
        [5, 9, 1, 9],
        [0, 0, 1, -1],
        [57, 60, 60, NAN],
        ["rank_to_points", "rank_to_points", "rank_to_points", "without_group"],
    ),
    # one first; three share places 2 to 4, of which the list has one: (57 + 0 + 0) / 3
    "the mean of shared places": (
        places(60, 57, ties="mean_of_places"),
        60,
        [9, 7, 7, 7],
        A_GROUP,
        [60, 19, 19, 19],
        ["rank_to_points"] * 4,
    ),
    "the mean of shared places after the list": (
        places(60, otherwise=30, ties="mean_of_places"),
        60,
        [9, 7, 7, NAN],
        A_GROUP,
        [60, 30, 30, NAN],
        ["rank_to_points", "rank_to_points_after", "rank_to_points_after", "missing"],
    ),
    # mean 82: 80 is 2 behind, 76 six; steps of 4 begun count as full ones
    "steps begun": (
        against(step=4, points_per_unit=1, parts="begun"),
        5,
        [90, 80, 76, NAN],
        A_GROUP,
        [5, 4, 3, NAN],
        ["against_mean_full", "against_mean_parts", "against_mean_parts", "missing"],
    ),
    "parts in proportion": (
        against("best", step=4, points_per_unit=1, parts="proportional", floor=2),
        5,
        [90, 89, 88, 10],
        A_GROUP,
        [5, 4.75, 4.5, 2],
        ["against_best_full", "against_best_parts", "against_best_parts", "against_best_floor_parts"],
    ),
    # best = 6 points, half of it 3; nothing, and less than nothing, 0
    "proportional": (
        proportional(),
        6,
        [8, 4, 0, -1],
        A_GROUP,
        [6, 3, 0, 0],
        ["proportional_best", "proportional", "proportional", "proportional"],
    ),
    # the quickest took 4 days: 8 days bring half
    "proportional, less is better": (
        proportional(better="lower"),
        6,
        [4, 8, 16, NAN],
        A_GROUP,
        [6, 3, 1.5, NAN],
        ["proportional_best", "proportional", "proportional", "missing"],
    ),
    "nobody has done anything": (
        proportional(),
        6,
        [0, 0, 0, NAN],
        A_GROUP,
        [0, 0, 0, NAN],
        ["proportional_nothing", "proportional_nothing", "proportional_nothing", "missing"],
    ),
    "nobody has a fault": (
        proportional(better="lower"),
        6,
        [0, 0, 2, NAN],
        A_GROUP,
        [6, 6, 0, NAN],
        ["proportional_best", "proportional_best", "proportional", "missing"],
    ),
    "proportional in groups": (
        proportional(),
        6,
        [8, 4, 3, 3],
        [0, 0, 1, -1],
        [6, 3, 6, NAN],
        ["proportional_best", "proportional", "proportional_best", "without_group"],
    ),
}


@pytest.mark.parametrize(
    ("rule", "top", "values", "groups", "points", "reasons"), CASES.values(), ids=list(CASES)
)
def test_points_and_reasons_in_a_group(rule, top, values, groups, points, reasons):
    verdict = apply_rule(rule, np.array(values, dtype=float), top, np.array(groups))
    assert verdict.points == pytest.approx(np.array(points), abs=1e-9, nan_ok=True)
    codes, _ = render_reasons(verdict.reasons, len(values))
    assert codes.tolist() == [f"scoring.{reason}" for reason in reasons]


def _variant_of(rule):
    return [getattr(rule, key) for key in ("benchmark", "parts", "ties") if hasattr(rule, key)]


EACH_RULE = [
    pytest.param(rule, id="-".join(map(str, (rule.name, rule.better, *_variant_of(rule)))))
    for better in ("higher", "lower")
    for rule in (
        against(better=better),
        against("best", better=better),
        against(better=better, parts="proportional"),
        against("best", better=better, parts="begun"),
        places(6, 4, better=better),
        proportional(better=better),
    )
]


@pytest.mark.parametrize("rule", EACH_RULE)
@pytest.mark.parametrize("values", [[7.0], [7.0, 7.0, 7.0]])
def test_a_group_of_one_and_a_constant_group_get_full_points(rule, values):
    assert apply_rule(rule, np.array(values), 6).points.tolist() == [6.0] * len(values)


@pytest.mark.parametrize("rule", EACH_RULE)
def test_no_unit_gives_no_points(rule):
    assert apply_rule(rule, np.zeros(0), 6).points.shape == (0,)


@pytest.mark.parametrize("rule", EACH_RULE)
def test_a_group_without_any_value_gives_no_points(rule):
    assert np.isnan(apply_rule(rule, np.array([NAN, NAN]), 6).points).all()


amounts = st.lists(
    st.one_of(st.integers(-5, 120).map(float), st.just(NAN)), min_size=1, max_size=12
)  # whole numbers: ties are common


@pytest.mark.parametrize("rule", EACH_RULE)
@given(values=amounts, data=st.data())
def test_a_better_value_never_brings_less_and_points_stay_in_range(rule, values, data):
    groups = np.array(data.draw(st.lists(st.integers(-1, 2), min_size=len(values), max_size=len(values))))
    array = np.array(values)
    before = array.copy()
    points = apply_rule(rule, array, 6, groups).points
    np.testing.assert_array_equal(array, before)
    np.testing.assert_array_equal(np.isnan(points), np.isnan(array) | (groups < 0))
    sign = 1 if rule.better == "higher" else -1
    for group in range(3):
        here = (groups == group) & ~np.isnan(array)
        order = np.argsort(sign * array[here], kind="stable")
        assert (np.diff(points[here][order]) >= -1e-9).all()
        assert ((points[here] >= 0) & (points[here] <= 6)).all()


@pytest.mark.parametrize("rule", EACH_RULE)
@given(values=amounts, seed=st.integers(0, 999))
def test_the_order_of_units_makes_no_difference(rule, values, seed):
    order = np.random.default_rng(seed).permutation(len(values))
    array = np.array(values)
    np.testing.assert_array_equal(
        apply_rule(rule, array, 6).points[order], apply_rule(rule, array[order], 6).points
    )


@given(values=amounts)
def test_places_are_those_of_the_definition(values):
    """A place is one more than the number of units with a better value."""
    points = apply_rule(places(*range(12, 0, -1)), np.array(values), 12).points
    known = [value for value in values if value == value]
    for value, given_points in zip(values, points, strict=True):
        if value == value:
            assert given_points == 12 - sum(other > value for other in known)


@given(values=amounts)
def test_shared_places_bring_as_much_together_as_places_that_nobody_shares(values):
    """With the mean of places, the points of a group are those of its places, however many are shared."""
    points = apply_rule(places(*range(12, 0, -1), ties="mean_of_places"), np.array(values), 12).points
    known = sum(value == value for value in values)
    assert np.nansum(points) == pytest.approx(sum(range(12, 12 - known, -1)))
