"""Published numbers, each with its source in `vectors.json`; they are those of the conformance folder."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pbwidgets.scoring.index import (
    DomainError,
    agg_amean,
    agg_gmean,
    agg_topsis,
    agg_wsum,
    norm_goalposts,
    norm_linear,
    norm_minmax,
    norm_sum,
    norm_target,
    norm_zscore,
    rank_scores,
    weigh_ahp,
    weigh_critic,
    weigh_entropy,
)
from pbwidgets.scoring.index.norm import NORMS

VECTORS = {
    record["id"]: record
    for record in json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
}


def read(record: str) -> tuple[dict[str, Any], Any, float]:
    vector = VECTORS[record]
    return vector["input"], vector["expected"], vector["tol"]


def numbers(values: object) -> Any:
    return np.array(values, dtype=np.float64)


def test_our_copy_of_the_vectors_is_that_of_the_folder(conformance: Path) -> None:
    theirs = json.loads((conformance / "unit_vectors.json").read_text(encoding="utf-8"))
    by_id = {record["id"]: record for record in theirs}
    assert {record: by_id[record] for record in VECTORS} == VECTORS


@pytest.mark.parametrize("record", ["gmean", "gmean_w"])
def test_geometric_mean(record: str) -> None:
    given, expected, tolerance = read(record)
    weights = numbers(given.get("w", [1, 1, 1]))
    assert agg_gmean(numbers([given["x"]]), weights)[0] == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize("case", VECTORS["gmean_domain"]["input"]["cases"])
def test_geometric_mean_refuses_zero_and_below(case: list[float]) -> None:
    with pytest.raises(DomainError, match=f"gmean.*{case[-1]}") as caught:
        agg_gmean(numbers([[1, 1, 1], case]), np.ones(3))
    assert caught.value.args_of_message["row"] == 1


def test_mean_needs_its_share_of_known_values() -> None:
    given, expected, tolerance = read("mean_missing_min_share")
    means = agg_amean(numbers(given["rows"]), np.ones(3), given["min_share"])
    np.testing.assert_allclose(means, numbers(expected), atol=tolerance)


def test_goalposts() -> None:
    given, expected, tolerance = read("goalposts")
    for direction, side in ((1, "up"), (-1, "down")):
        made = norm_goalposts(numbers(given["x"]), direction, given["lo"], given["hi"])
        np.testing.assert_allclose(made, expected[side], atol=tolerance)


def test_distance_to_target() -> None:
    given, expected, tolerance = read("dist2target_up")
    for capped, key in ((True, "capped"), (False, "uncapped")):
        made = norm_target(numbers(given["x"]), upper=given["target"], capped=capped)
        np.testing.assert_allclose(made, expected[key], atol=tolerance)


def test_z_score() -> None:
    given, expected, tolerance = read("zscore")
    made = norm_zscore(numbers(given["x"]), mean=given["mean"], sd=given["sd"])
    assert made.mean() == pytest.approx(expected["mean"], abs=tolerance)
    assert made.std(ddof=1) == pytest.approx(expected["sd"], abs=tolerance)


@pytest.mark.parametrize(
    ("record", "norm"), [("minmax", norm_minmax), ("sum", norm_sum), ("linear", norm_linear)]
)
def test_normalisation_of_a_matrix(record: str, norm: Any) -> None:
    given, expected, tolerance = read(record)
    matrix = numbers(given["matrix"])
    made = np.column_stack([norm(matrix[:, at], kind) for at, kind in enumerate(given["types"])])
    np.testing.assert_allclose(made.ravel(), expected, atol=tolerance)
    assert NORMS[record](matrix[:, 0], -1, None, None) == pytest.approx(made[:, 0])


def test_entropy_weights() -> None:
    given, expected, tolerance = read("entropy_weights")
    np.testing.assert_allclose(weigh_entropy(numbers(given["matrix"])), expected, atol=tolerance)


def test_critic_weights_of_tus_and_adali() -> None:
    # Tuş, A., & Adalı, E. A. (2019). The new combination with CRITIC and WASPAS methods for the time and attendance
    # software selection problem. Opsearch, 56(2), 528-538; as in pymcdm 1.4.0 test/test_weights.py (MIT)
    rows = [
        [5000, 3, 3, 4, 3, 2],
        [680, 5, 3, 2, 2, 1],
        [2000, 3, 2, 3, 4, 3],
        [600, 4, 3, 1, 2, 2],
        [800, 2, 4, 3, 3, 4],
    ]
    assert weigh_critic(numbers(rows)).round(3).tolist() == [0.157, 0.249, 0.168, 0.121, 0.154, 0.151]


def test_ahp_weights_of_saatys_house() -> None:
    # Saaty, T. L. (1990). How to make a decision: the analytic hierarchy process. European Journal of Operational
    # Research, 48(1), 9-26, table 2: weights, largest eigenvalue 9.669, consistency ratio 0.17
    upper = {
        0: [5, 3, 7, 6, 6, 1 / 3, 1 / 4],
        1: [1 / 3, 5, 3, 3, 1 / 5, 1 / 7],
        2: [6, 3, 4, 6, 1 / 5],
        3: [1 / 3, 1 / 4, 1 / 7, 1 / 8],
        4: [1 / 2, 1 / 5, 1 / 6],
        5: [1 / 5, 1 / 6],
        6: [1 / 2],
    }
    house = np.eye(8)
    for row, judgements in upper.items():
        house[row, row + 1 :] = judgements
        house[row + 1 :, row] = 1 / numbers(judgements)
    made = weigh_ahp(house)
    assert made.weights.round(3).tolist() == [0.173, 0.054, 0.188, 0.018, 0.031, 0.036, 0.167, 0.333]
    assert made.consistency_ratio == pytest.approx(0.17, abs=0.005)
    assert not made.consistent


def test_weighted_sum() -> None:
    given, expected, _ = read("wsm_small")
    scores = agg_wsum(numbers(given["matrix"]), np.ones(3))
    assert scores.tolist() == expected["score"]
    assert rank_scores(scores).tolist() == expected["rank"]


def test_weighted_sum_after_inversion_and_sum_scaling() -> None:
    given, expected, tolerance = read("wsm_kracka2010")
    matrix = numbers(given["matrix"])
    scaled = np.column_stack([norm_sum(matrix[:, at], kind) for at, kind in enumerate(given["types"])])
    scores = agg_wsum(scaled, np.full(7, 1 / 7))
    np.testing.assert_allclose(scores, expected["score"], atol=tolerance)
    assert rank_scores(scores).tolist() == expected["rank"]


def test_topsis() -> None:
    given, expected, tolerance = read("topsis_tzeng2011")
    scores = agg_topsis(numbers(given["matrix"]), numbers(given["weights"]))
    np.testing.assert_allclose(scores, expected["similarity"], atol=tolerance)
    assert rank_scores(scores).tolist() == expected["rank"]


def test_exact_ranks_are_taken_before_rounding() -> None:
    given, expected, _ = read("rank_before_round")
    assert rank_scores(numbers(given["scores"])).tolist() == expected["rank"]
    assert rank_scores(numbers(given["scores"]), on="rounded", digits=2).tolist() == [1, 3, 1]
