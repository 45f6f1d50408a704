import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pbwidgets.errors import DataError
from pbwidgets.scoring.agreement import (
    AGREEMENT,
    measure_agreement,
    measure_alpha,
    measure_icc,
    to_mark_table,
)
from pbwidgets.scoring.frames import RATINGS, to_frame

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "conformance" / "unit_vectors.json"

o = None
# K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section C: four observers, twelve units
KRIPPENDORFF_2011 = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, o, o, o],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, o, 3],
    [o, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, o],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, o],
]
# pln-fing-udelar/fast-krippendorff, the numbers of its example
THREE_RATERS = [
    [o, o, o, o, o, 3, 4, 1, 2, 1, 1, 3, 3, o, 3],
    [1, o, 2, 1, 3, 3, 4, 3, o, o, o, o, o, o, o],
    [o, o, 2, 1, 3, 4, 4, o, 2, 1, 1, 3, 3, o, 4],
]
# P. E. Shrout and J. L. Fleiss, Intraclass correlations (1979), table 2: six targets, four judges
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def by_unit(raters):
    return np.array(raters, dtype=float).T


@pytest.mark.parametrize(("level", "expected"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_is_that_of_krippendorffs_paper(level, expected):
    assert measure_alpha(by_unit(KRIPPENDORFF_2011), level) == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize(("level", "expected"), [("nominal", 0.691358), ("interval", 0.810845)])
def test_alpha_with_many_gaps_is_the_published_one(level, expected):
    assert measure_alpha(by_unit(THREE_RATERS), level) == pytest.approx(expected, abs=1e-6)


def test_intraclass_correlations_are_those_of_shrout_and_fleiss():
    found = measure_icc(np.array(SHROUT_FLEISS, dtype=float))
    # their table 4: ICC(1,1), ICC(2,1), ICC(3,1), ICC(1,4), ICC(2,4), ICC(3,4)
    singles = (found.one_way_1, found.agreement_1, found.consistency_1)
    means = (found.one_way_k, found.agreement_k, found.consistency_k)
    assert [round(value, 2) for value in singles] == [0.17, 0.29, 0.71]
    assert [round(value, 2) for value in means] == [0.44, 0.62, 0.91]
    assert (found.n_units, found.n_raters) == (6, 4)


@pytest.mark.skipif(not VECTORS.is_file(), reason="no folder of conformance data beside the checkout")
def test_our_numbers_are_those_of_the_folder():
    folder = {item["id"]: item for item in json.loads(VECTORS.read_text(encoding="utf-8"))}
    vector = folder["krippendorff_alpha"]
    assert vector["input"]["data"] == THREE_RATERS
    for level, expected in vector["expected"].items():
        assert measure_alpha(by_unit(THREE_RATERS), level) == pytest.approx(expected, abs=vector["tol"])


def test_alpha_is_refused_without_pairs_and_without_variation():
    with pytest.raises(DataError, match="两名以上") as caught:
        measure_alpha(np.array([[1.0, np.nan], [np.nan, 2.0]]))
    assert caught.value.code == "scoring.agreement_without_pairs"
    with pytest.raises(DataError, match="没有差别") as caught:
        measure_alpha(np.full((3, 2), 7.0))
    assert caught.value.code == "scoring.agreement_without_variation"


@pytest.mark.parametrize("marks", [[[1.0, np.nan], [2.0, 3.0]], [[1.0], [2.0]], [[1.0, 2.0]]])
def test_icc_is_refused_where_the_table_is_not_full(marks):
    with pytest.raises(DataError, match="不完整") as caught:
        measure_icc(np.array(marks))
    assert caught.value.code == "scoring.icc_incomplete"


def test_icc_is_refused_where_units_do_not_differ():
    with pytest.raises(DataError, match="没有差别"):
        measure_icc(np.array([[1.0, 2.0], [2.0, 1.0]]))


def test_a_constant_difference_between_raters_harms_agreement_and_not_consistency():
    found = measure_icc(np.array([[7.0, 8.0], [5.0, 6.0], [9.0, 10.0]]))
    assert found.consistency_1 == pytest.approx(1.0)
    assert found.agreement_1 < 0.95


def test_the_mark_table_leaves_recused_raters_out():
    rows = [("9901", "R1", 8.0, False), ("9901", "R2", 6.0, False), ("9902", "R1", 5.0, True)]
    marks = [dict(zip(("unit_code", "rater_id", "points", "recused"), row, strict=True)) for row in rows]
    table = to_mark_table(
        to_frame([{"criterion_id": "style", "layer": "county", **mark} for mark in marks], RATINGS)
    )
    assert table.to_numpy().tolist() == [[8.0, 6.0]]
    assert list(table.columns) == ["R1", "R2"]


def test_agreement_of_each_line_says_where_there_is_none_and_why():
    def rows(line, units):
        return [
            {"unit_code": f"99{unit:02d}", "criterion_id": line, "layer": "county", "rater_id": f"R{rater}"}
            | {"points": points}
            for unit, given in enumerate(units)
            for rater, points in enumerate(given)
        ]

    made = rows("style", [[1, 1], [2, 2], [3, 4], [4]]) + rows("works", [[5], [6]]) + rows("unity", [[5, 5]])
    found = measure_agreement(to_frame(made, RATINGS))
    assert list(found.columns) == list(AGREEMENT)
    assert found["criterion_id"].tolist() == ["style", "unity", "works"]
    assert found["alpha"].round(3).fillna(-9).tolist() == [0.878, -9, -9]  # 1 - 5 · 2 / 82, by hand
    assert found[["n_units", "n_raters"]].to_numpy().tolist() == [[3, 2], [1, 2], [0, 0]]
    assert found["reason_code"].tolist() == [
        "",
        "scoring.agreement_without_variation",
        "scoring.agreement_without_pairs",
    ]
    assert measure_agreement(to_frame([], RATINGS)).empty


TABLES = arrays(np.float64, (5, 3), elements=st.sampled_from([1.0, 2.0, 3.0, 5.0, np.nan]))


@given(TABLES, st.sampled_from(["nominal", "ordinal", "interval"]), st.permutations(range(3)))
def test_alpha_is_at_most_one_and_does_not_depend_on_the_order_of_raters(marks, level, order):
    paired = marks[(~np.isnan(marks)).sum(axis=1) >= 2]
    assume(len(np.unique(paired[~np.isnan(paired)])) > 1)
    alpha = measure_alpha(marks, level)
    assert alpha <= 1.0
    assert measure_alpha(marks[:, list(order)], level) == pytest.approx(alpha)
    agreeing = all(len(np.unique(row[~np.isnan(row)])) == 1 for row in paired)
    assert (alpha == pytest.approx(1.0)) == agreeing


@given(TABLES)
def test_alpha_of_an_order_knows_only_the_order_and_of_steps_no_scale(marks):
    paired = marks[(~np.isnan(marks)).sum(axis=1) >= 2]
    assume(len(np.unique(paired[~np.isnan(paired)])) > 1)
    assert measure_alpha(np.exp(marks), "ordinal") == pytest.approx(measure_alpha(marks, "ordinal"))
    assert measure_alpha(3 * marks - 7) == pytest.approx(measure_alpha(marks))


@given(arrays(np.float64, (5, 3), elements=st.integers(0, 10).map(float)))
def test_icc_is_at_most_one_and_consistency_ignores_a_raters_level(marks):
    assume(np.ptp(marks.sum(axis=1)) > 0)
    found = measure_icc(marks)
    assert max(found.one_way_1, found.agreement_1, found.consistency_1) <= 1.0 + 1e-12
    shifted = measure_icc(marks + np.array([0.0, 2.0, -1.0]))
    assert shifted.consistency_1 == pytest.approx(found.consistency_1)
