"""Laws and edges of the methods: missing values, constants, single units, what is refused."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from pbwidgets.errors import DataError
from pbwidgets.scoring.index import (
    DomainError,
    agg_amean,
    agg_gmean,
    agg_hmean,
    agg_topsis,
    agg_wsum,
    denominate,
    impute_group_mean,
    impute_mean,
    impute_median,
    norm_goalposts,
    norm_linear,
    norm_minmax,
    norm_rank,
    norm_sum,
    norm_target,
    norm_zscore,
    rank_scores,
    treat_winsorise,
    weigh_ahp,
    weigh_critic,
    weigh_entropy,
    weigh_equal,
)
from pbwidgets.scoring.index.norm import NORMS

positive = st.floats(0.01, 1e6)
columns = arrays(np.float64, st.integers(2, 30), elements=positive)
matrices = arrays(np.float64, st.tuples(st.integers(3, 12), st.integers(2, 5)), elements=positive)
RANGED: list[Any] = [
    norm_minmax,
    norm_rank,
    norm_sum,
    norm_linear,
    lambda values, direction: norm_goalposts(values, direction, 0.0, 2e6),
    lambda values, direction: norm_target(values, direction, 0.001, 2e6),
]


def with_gap(values: Any) -> Any:
    return np.append(values, np.nan)


# -- normalising ---------------------------------------------------------------------------------------


@given(columns, st.sampled_from(RANGED), st.sampled_from([1, -1]))
def test_ranged_normalisation_stays_within_0_and_1_and_keeps_the_order(
    values: Any, norm: Any, direction: int
) -> None:
    made = norm(values, direction)
    assert ((made >= 0) & (made <= 1)).all()
    order = np.argsort(values * direction, kind="stable")
    assert (np.diff(made[order]) >= -1e-12).all()


@given(columns, st.sampled_from([*RANGED, norm_zscore]), st.sampled_from([1, -1]))
def test_missing_value_stays_missing_and_moves_no_other(values: Any, norm: Any, direction: int) -> None:
    made = norm(with_gap(values), direction)
    assert np.isnan(made[-1])
    np.testing.assert_allclose(made[:-1], norm(values, direction), rtol=1e-9, atol=1e-12)


@given(columns, st.floats(0.1, 10), st.floats(-100, 100))
def test_min_max_does_not_depend_on_the_unit_of_measurement(values: Any, factor: float, shift: float) -> None:
    values = values.round(2)
    np.testing.assert_allclose(norm_minmax(values * factor + shift), norm_minmax(values), atol=1e-6)


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize(
    ("name", "expected"),
    [("minmax", 0.5), ("zscore", 0.0), ("rank", 1.0), ("linear", 1.0), ("sum", 1 / 3)],
)
def test_constant_indicator_gives_every_unit_the_stated_value(
    name: str, expected: float, direction: int
) -> None:
    np.testing.assert_allclose(NORMS[name](np.full(3, 7.0), direction, None, None), expected)


@pytest.mark.parametrize(("name", "expected"), [("minmax", 0.5), ("zscore", 0.0), ("rank", 1.0)])
def test_values_that_differ_by_binary_noise_are_constant(name: str, expected: float) -> None:
    assert NORMS[name](np.array([0.1 + 0.2, 0.3, 0.3]), 1, None, None).tolist() == [expected] * 3


@pytest.mark.parametrize(("name", "expected"), [("minmax", 0.5), ("zscore", 0.0), ("rank", 1.0)])
def test_single_unit_gets_the_stated_value(name: str, expected: float) -> None:
    assert NORMS[name](np.array([7.0]), 1, None, None).tolist() == [expected]


@pytest.mark.parametrize("name", sorted(NORMS))
def test_indicator_without_any_value_stays_so(name: str) -> None:
    assert np.isnan(NORMS[name](np.full(2, np.nan), 1, 0.0, 1.0)).all()


def test_min_max_takes_given_bounds_and_cuts_what_lies_beyond() -> None:
    assert norm_minmax(np.array([-5.0, 5.0, 15.0]), lower=0, upper=10).tolist() == [0.0, 0.5, 1.0]


def test_constant_indicator_within_goalposts_is_scored_like_any_other() -> None:
    assert norm_goalposts(np.array([3.0, 3.0]), 1, 0, 10).tolist() == [0.3, 0.3]


@pytest.mark.parametrize(("lower", "upper"), [(None, 1.0), (1.0, None), (2.0, 1.0)])
def test_goalposts_must_both_be_there_and_rise(lower: float | None, upper: float | None) -> None:
    with pytest.raises(DataError, match="固定上下限"):
        norm_goalposts(np.array([1.0]), 1, lower, upper)


def test_target_of_less_is_better_is_below_and_the_worst_is_the_base() -> None:
    assert norm_target(np.array([2.0, 6.0, 10.0]), -1, lower=2).tolist() == [1.0, 0.5, 0.0]
    assert norm_target(np.array([2.0, 6.0, 10.0]), -1, upper=2).tolist() == [1.0, 0.5, 0.0]
    assert norm_target(np.array([2.0, 6.0, 30.0]), -1, lower=2, upper=10).tolist() == [1.0, 0.5, 0.0]


def test_target_that_the_worst_has_reached_gives_all_1() -> None:
    assert norm_target(np.array([10.0, 12.0]), 1, upper=10).tolist() == [1.0, 1.0]


def test_distance_to_a_target_needs_one() -> None:
    with pytest.raises(DataError, match="目标值"):
        norm_target(np.array([1.0]))


@pytest.mark.parametrize("norm", [norm_sum, norm_linear])
@pytest.mark.parametrize("value", [0.0, -1.0])
def test_parts_of_a_sum_or_of_the_best_refuse_zero_and_below(norm: Any, value: float) -> None:
    with pytest.raises(DomainError, match="大于0"):
        norm(np.array([1.0, value]))


# -- aggregating ---------------------------------------------------------------------------------------


@given(matrices, st.data())
def test_means_are_scipys(values: Any, data: st.DataObject) -> None:
    weights = data.draw(arrays(np.float64, values.shape[1], elements=st.floats(0.1, 10)))
    np.testing.assert_allclose(agg_gmean(values, weights), stats.gmean(values, axis=1, weights=weights))
    np.testing.assert_allclose(agg_hmean(values, weights), stats.hmean(values, axis=1, weights=weights))
    np.testing.assert_allclose(agg_amean(values, weights), np.average(values, axis=1, weights=weights))


@given(matrices)
def test_harmonic_mean_is_below_geometric_below_arithmetic(values: Any) -> None:
    weights = np.ones(values.shape[1])
    means = [aggregate(values, weights) for aggregate in (agg_hmean, agg_gmean, agg_amean)]
    assert (means[0] <= means[1] * (1 + 1e-9)).all()
    assert (means[1] <= means[2] * (1 + 1e-9)).all()


@pytest.mark.parametrize("aggregate", [agg_amean, agg_gmean, agg_hmean, agg_wsum])
def test_mean_runs_over_what_is_known(aggregate: Any) -> None:
    rows = np.array([[4.0, np.nan, 4.0], [np.nan, np.nan, np.nan]])
    made = aggregate(rows, np.array([1.0, 1.0, 1.0]) / 3)
    assert made[0] == pytest.approx(4.0)
    assert np.isnan(made[1])


@pytest.mark.parametrize("aggregate", [agg_amean, agg_gmean, agg_hmean, agg_wsum])
def test_share_below_the_least_gives_none(aggregate: Any) -> None:
    rows = np.array([[4.0, np.nan, np.nan], [4.0, 4.0, np.nan]])
    assert np.isnan(aggregate(rows, np.ones(3), 2 / 3)).tolist() == [True, False]


def test_value_without_weight_is_not_counted_and_not_refused() -> None:
    assert agg_gmean(np.array([[4.0, -1.0]]), np.array([1.0, 0.0])).tolist() == [pytest.approx(4.0)]
    assert np.isnan(agg_amean(np.array([[np.nan, 5.0]]), np.array([1.0, 0.0]))).all()


@pytest.mark.parametrize("aggregate", [agg_gmean, agg_hmean])
def test_geometric_and_harmonic_means_refuse_zero_and_below(aggregate: Any) -> None:
    with pytest.raises(DomainError, match="大于0"):
        aggregate(np.array([[1.0, 0.0]]), np.ones(2))


@given(matrices)
def test_topsis_lies_within_0_and_1_and_does_not_depend_on_the_unit_of_measurement(values: Any) -> None:
    weights = np.ones(values.shape[1])
    made = agg_topsis(values, weights)
    assert ((made >= -1e-12) & (made <= 1 + 1e-12)).all()
    np.testing.assert_allclose(agg_topsis(values * 1000, weights), made, atol=1e-9)


def test_topsis_gives_the_middle_where_all_units_are_the_same() -> None:
    assert agg_topsis(np.ones((3, 2)), np.ones(2)).tolist() == [0.5, 0.5, 0.5]


def test_topsis_leaves_out_a_unit_that_lacks_a_value() -> None:
    made = agg_topsis(np.array([[1.0, 1.0], [2.0, 2.0], [np.nan, 3.0]]), np.ones(2))
    assert made[:2].tolist() == [0.0, 1.0]
    assert np.isnan(made[2])
    assert np.isnan(agg_topsis(np.array([[np.nan, 3.0]]), np.ones(2))).all()


# -- weighing ------------------------------------------------------------------------------------------


@given(matrices, st.sampled_from([weigh_equal, weigh_entropy, weigh_critic]))
def test_weights_are_not_negative_and_add_up_to_one(values: Any, weigh: Any) -> None:
    weights = weigh(values)
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1)


@pytest.mark.parametrize("weigh", [weigh_entropy, weigh_critic])
def test_constant_columns_weigh_nothing_unless_all_are_constant(weigh: Any) -> None:
    values = np.array([[1.0, 5.0, 2.0], [2.0, 5.0, 1.0], [4.0, 5.0, 7.0]])
    assert weigh(values)[1] == 0
    assert weigh(np.ones((3, 2))).tolist() == [0.5, 0.5]


@pytest.mark.parametrize("weigh", [weigh_entropy, weigh_critic])
def test_units_that_lack_a_value_do_not_weigh(weigh: Any) -> None:
    values = np.array([[1.0, 5.0], [2.0, 3.0], [4.0, 4.0]])
    np.testing.assert_array_equal(weigh(np.vstack([values, [np.nan, 900.0]])), weigh(values))
    assert weigh(np.array([[np.nan, 1.0]])).tolist() == [0.5, 0.5]


def test_perfectly_correlated_columns_weigh_the_same() -> None:
    assert weigh_critic(np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])).tolist() == [0.5, 0.5]


def test_zero_adds_nothing_to_the_entropy() -> None:
    # -(1/2 ln 1/2 + 1/2 ln 1/2) / ln 4 = 1/2, so a spread of 1/2 against one of 1
    values = np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    np.testing.assert_allclose(weigh_entropy(values), [1 / 3, 2 / 3])


def test_entropy_refuses_values_below_zero() -> None:
    with pytest.raises(DomainError, match="不接受负数"):
        weigh_entropy(np.array([[1.0, -1.0], [2.0, 1.0]]))


@given(arrays(np.float64, st.integers(1, 15), elements=st.floats(0.2, 5)))
def test_comparisons_without_contradiction_give_back_their_weights(importance: Any) -> None:
    made = weigh_ahp(importance[:, None] / importance[None, :])
    np.testing.assert_allclose(made.weights, importance / importance.sum(), rtol=1e-6)
    assert made.consistency_ratio == pytest.approx(0, abs=1e-6)
    assert made.consistent


def test_a_third_may_be_written_with_two_decimals() -> None:
    made = weigh_ahp(np.array([[1, 3, 3], [0.33, 1, 1], [0.33, 1, 1]]))
    assert made.weights.round(2).tolist() == [0.6, 0.2, 0.2]


@pytest.mark.parametrize(
    ("comparisons", "message"),
    [
        (np.ones((2, 3)), "应为方阵，实为2 × 3"),
        (np.ones((16, 16)), "最多15项"),
        (np.array([[1.0, 3.0], [0.5, 1.0]]), "第1行第2列为3，对称位置为0.5"),
        (np.array([[1.0, -3.0], [-1 / 3, 1.0]]), "应互为倒数且大于0"),
    ],
)
def test_comparisons_that_are_none_are_refused(comparisons: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        weigh_ahp(comparisons)


# -- treating, filling, dividing, ranking --------------------------------------------------------------


@given(arrays(np.float64, st.integers(1, 40), elements=st.floats(-1e6, 1e6)))
def test_winsorising_moves_few_points_inward_only(values: Any) -> None:
    before = values.copy()
    treated = treat_winsorise(values)
    np.testing.assert_array_equal(values, before)
    assert treated.low + treated.high <= 6
    assert (treated.values != values).sum() <= treated.low + treated.high
    assert treated.values.max() <= values.max()
    assert treated.values.min() >= values.min()


def test_winsorising_draws_the_lowest_in_where_the_skew_is_to_the_left() -> None:
    treated = treat_winsorise(np.array([-90.0, 1.0, 2.0, 3.0, 2.0, np.nan, 1.0]))
    assert (treated.low, treated.high) == (1, 0)
    assert treated.values[0] == 1.0
    assert np.isnan(treated.values[5])


def test_winsorising_stops_at_the_most_points_and_says_so() -> None:
    values = np.append(np.linspace(0, 1, 60), 10.0 ** np.arange(2, 10))
    treated = treat_winsorise(values)
    assert treated.high == 6
    assert treated.still_skewed
    assert treat_winsorise(values, most=20).still_skewed is False


def test_few_and_constant_values_are_left_as_they_are() -> None:
    for values in ([1.0, 1.0, 900.0], [0.1 + 0.2, 0.3, 0.3, 0.3, 0.3], [np.nan, np.nan]):
        np.testing.assert_array_equal(treat_winsorise(np.array(values)).values, values)


@pytest.mark.parametrize("impute", [impute_mean, impute_median])
def test_imputing_keeps_known_values_and_leaves_an_empty_column_empty(impute: Any) -> None:
    assert impute(np.array([1.0, np.nan, 3.0])).tolist() == [1.0, 2.0, 3.0]
    assert np.isnan(impute(np.array([np.nan, np.nan]))).all()


def test_group_mean_never_borrows_from_another_group() -> None:
    groups = np.array(["a", "a", "a", "b", "b", None], dtype=object)
    made = impute_group_mean(np.array([2.0, 4.0, np.nan, np.nan, np.nan, np.nan]), groups)
    assert made[:3].tolist() == [2.0, 4.0, 3.0]
    assert np.isnan(made[3:]).all()


def test_zero_denominator_is_refused() -> None:
    with pytest.raises(DataError, match="分母为0"):
        denominate(np.array([1.0, 2.0]), np.array([0.0, 1.0]))


@given(st.lists(st.floats(0, 100), min_size=1, max_size=40))
def test_rank_is_one_more_than_the_number_of_better_units(scores: list[float]) -> None:
    rounded = np.round(np.array(scores), 3)
    ranks = rank_scores(rounded)
    assert ranks.tolist() == [1 + int((rounded > score).sum()) for score in rounded]
