import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pbwidgets.errors import DataError
from pbwidgets.scoring.frames import RATINGS, to_frame
from pbwidgets.scoring.raters import (
    ADJUSTED,
    COPIED,
    DISAGREEMENT,
    OUTLYING,
    SEVERITY,
    adjust_marks,
    estimate_severity,
    find_copied,
    find_disagreement,
    find_outlying,
    find_ranges,
    measure_variance,
)
from pbwidgets.scoring.sources import weigh_sources

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "conformance" / "unit_vectors.json"
RANGES = {"style": (0.0, 10.0), "works": (0.0, 20.0)}
LINES = {f"line_{at}": (0.0, 10.0) for at in range(6)}
A, B, C = "9901001", "9901002", "9901003"


def marks(*rows, **more):
    """Ratings from (unit, line, rater, points), all of one layer."""
    names = ("unit_code", "criterion_id", "rater_id", "points")
    return to_frame(
        [
            {"layer": "county", "source": "county", **dict(zip(names, row, strict=True)), **more}
            for row in rows
        ],
        RATINGS,
    )


def severities(ratings, ranges=RANGES):
    return estimate_severity(ratings, ranges).set_index("rater_id")["severity_pct"]


def test_severity_reaches_raters_who_never_met_through_a_third():
    # R2 lies 2 of 10 below R1 on A; R3 lies 1 of 10 above R2 on B: 0, 20, 10 per cent, less the mean of 10
    ratings = marks(
        (A, "style", "R1", 9), (A, "style", "R2", 7), (B, "style", "R2", 4), (B, "style", "R3", 5)
    )
    found = severities(ratings)
    assert found.to_dict() == pytest.approx({"R1": -10.0, "R2": 10.0, "R3": 0.0})


def test_severity_is_a_share_of_the_lines_range():
    ratings = marks(
        (A, "style", "R1", 9), (A, "style", "R2", 8), (A, "works", "R1", 18), (A, "works", "R2", 16)
    )
    found = estimate_severity(ratings, RANGES)
    assert list(found.columns) == list(SEVERITY)
    assert found["severity_pct"].tolist() == pytest.approx([-5.0, 5.0])
    assert found["n_marks"].tolist() == [2, 2]
    assert found["standard_error_pct"].tolist() == pytest.approx([0.0, 0.0], abs=1e-6)


def test_the_standard_error_of_two_raters_is_that_of_the_paired_difference():
    differences = np.array([1.0, 3.0, 2.0])
    units = (A, B, C)
    rows = [(unit, "style", "R1", 5 + gap) for unit, gap in zip(units, differences, strict=True)]
    found = estimate_severity(marks(*rows, *((unit, "style", "R2", 5) for unit in units)), RANGES)
    paired = 10 * differences.std(ddof=1) / np.sqrt(3)  # in per cent of 10 points
    assert found["standard_error_pct"].tolist() == pytest.approx([paired / 2, paired / 2])


def test_a_hard_line_does_not_make_its_raters_strict():
    ratings = marks(
        (A, "style", "R1", 9), (A, "style", "R2", 9), (A, "works", "R2", 4), (A, "works", "R3", 4)
    )
    assert severities(ratings).tolist() == pytest.approx([0.0, 0.0, 0.0])


def test_marks_alone_on_their_line_are_counted_and_add_nothing():
    both = [(A, "style", "R1", 9), (A, "style", "R2", 7)]
    found = estimate_severity(marks(*both, (B, "style", "R1", 1)), RANGES)
    assert found["n_marks"].tolist() == [2, 1]
    assert found["n_shared"].tolist() == [1, 1]
    assert found["severity_pct"].tolist() == pytest.approx(severities(marks(*both)).tolist())
    assert found["standard_error_pct"].isna().all()


def test_severity_is_refused_where_raters_are_not_connected_and_the_parts_are_named():
    ratings = marks(
        (A, "style", "R1", 9), (A, "style", "R2", 7), (B, "style", "R3", 4), (B, "works", "R4", 5)
    )
    with pytest.raises(DataError, match=r"分成3组（R1, R2 \| R3 \| R4）") as caught:
        estimate_severity(ratings, RANGES)
    assert caught.value.code == "scoring.raters_not_connected"
    with pytest.raises(DataError, match="分成3组"):
        adjust_marks(ratings, RANGES)


def test_a_long_list_of_parts_is_cut():
    ratings = marks(
        *((f"99{at:02d}", "style", f"R{at}", 5) for at in range(6)),
        *((A, "style", f"S{at}", 5) for at in range(7)),
    )
    with pytest.raises(DataError, match=r"分成7组（S0, S1, S2, S3, S4 … \| R0 \| R1 \| R2 \| …）"):
        estimate_severity(ratings, RANGES)


def test_severity_is_refused_with_fewer_than_two_raters():
    with pytest.raises(DataError, match="只有1名评分人") as caught:
        estimate_severity(marks((A, "style", "R1", 9)), RANGES)
    assert caught.value.code == "scoring.raters_too_few"
    with pytest.raises(DataError, match="只有0名评分人"):
        estimate_severity(marks(), RANGES)


def test_recused_raters_and_unknown_lines_are_left_out():
    linked = marks((A, "style", "R1", 9), (A, "style", "R2", 7))
    more = [marks((B, "other", "R9", 4)), marks((A, "style", "R8", 0), recused=True)]
    ratings = to_frame([row for part in (linked, *more) for row in part.to_dict("records")], RATINGS)
    assert list(severities(ratings).index) == ["R1", "R2"]


def test_adjusted_marks_stand_beside_those_given():
    ratings = marks((A, "works", "R1", 18), (A, "works", "R2", 14), (B, "works", "R1", 10))
    before = ratings.copy()
    found = adjust_marks(ratings, RANGES)
    assert list(found.columns) == list(ADJUSTED)
    assert found["points"].tolist() == [16.0, 10.0]
    assert found["adjusted_points"].tolist() == pytest.approx([16.0, 8.0])
    assert ratings.equals(before)


DESIGNS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 10)),
    min_size=4,
    max_size=20,
    unique_by=lambda row: row[:2],
)


@given(DESIGNS)
def test_severity_is_the_least_squares_solution_or_the_design_is_refused(rows):
    raters = sorted({rater for _, rater, _ in rows})
    units = sorted({unit for unit, _, _ in rows})
    assume(len(raters) > 1)
    ratings = marks(*((f"99{unit}", "style", f"R{rater}", points) for unit, rater, points in rows))
    design = np.zeros((len(rows) + 1, len(units) + len(raters)))
    target = np.zeros(len(rows) + 1)
    for at, (unit, rater, points) in enumerate(rows):
        design[at, units.index(unit)] = 1
        design[at, len(units) + raters.index(rater)] = -1
        target[at] = 10.0 * points
    design[-1, len(units) :] = 1  # severities sum to 0
    if np.linalg.matrix_rank(design) < design.shape[1]:
        with pytest.raises(DataError, match="无法比较"):
            estimate_severity(ratings, RANGES)
        return
    expected = np.linalg.lstsq(design, target, rcond=None)[0][len(units) :]
    assert severities(ratings).to_numpy() == pytest.approx(expected, abs=1e-6)


def test_disagreement_names_the_widest_spread_first_and_each_layer_on_its_own():
    ratings = marks(
        (A, "style", "R1", 9), (A, "style", "R2", 7), (A, "works", "R1", 18), (A, "works", "R2", 15),
        (B, "style", "R1", 5), (C, "style", "R1", 6), (C, "style", "R2", 6),
    )  # fmt: skip
    other = marks((B, "style", "R5", 10), layer="district")
    found = find_disagreement(
        to_frame([*ratings.to_dict("records"), *other.to_dict("records")], RATINGS), RANGES
    )
    assert list(found.columns) == list(DISAGREEMENT)
    shown = found[["unit_code", "criterion_id", "n_raters", "spread", "spread_pct"]].to_numpy().tolist()
    assert shown == [[A, "style", 2, 2.0, 20.0], [A, "works", 2, 3.0, 15.0], [C, "style", 2, 0.0, 0.0]]


def test_disagreement_of_nobody_is_an_empty_frame():
    assert list(find_disagreement(marks(), RANGES).columns) == list(DISAGREEMENT)


def test_a_mark_far_from_the_middle_is_pointed_out_and_the_others_of_its_unit_are_not():
    usual = [(f"9901{unit:03d}", "style", f"R{rater}", 5 + rater) for unit in range(4) for rater in range(3)]
    found = find_outlying(
        marks(*usual, (C + "9", "style", "R0", 9), (C + "9", "style", "R1", 8), (C + "9", "style", "R2", 1)),
        RANGES,
    )
    assert list(found.columns) == list(OUTLYING)
    # distances without the middle marks: eight of 1, then 1 and 7; the middle one is 1
    assert found[["unit_code", "rater_id", "points", "middle", "n_raters"]].to_numpy().tolist() == [
        [C + "9", "R2", 1.0, 8.0, 3]
    ]
    assert found["robust_z"].tolist() == pytest.approx([-0.6745 * 7])


def test_where_most_marks_agree_the_mean_distance_stands_in():
    rows = [(f"9901{unit:03d}", "style", f"R{rater}", 8) for unit in range(9) for rater in range(3)]
    found = find_outlying(marks(*rows, (A + "9", "style", "R0", 8), (A + "9", "style", "R1", 4)), RANGES)
    # 20 distances, two of them 2 and the rest 0: the mean is 0.2
    assert found["robust_z"].tolist() == pytest.approx([2 / (0.2 * 1.2533), -2 / (0.2 * 1.2533)])
    assert found["rater_id"].tolist() == ["R0", "R1"]


def test_lines_are_measured_by_their_own_distances_and_layers_have_their_own_middle():
    wide = [
        (f"9901{unit:03d}", "works", f"R{rater}", 2 + 8 * rater) for unit in range(4) for rater in range(2)
    ]
    narrow = [(f"9901{unit:03d}", "style", f"R{rater}", 5 + rater) for unit in range(4) for rater in range(2)]
    far = [(A + "9", "style", "R0", 1), (A + "9", "style", "R1", 9)]
    other = marks((A + "8", "style", "R3", 1), layer="district").to_dict("records")
    ratings = to_frame(
        [*marks(*wide, *narrow, *far, (A + "8", "style", "R0", 9)).to_dict("records"), *other], RATINGS
    )
    assert find_outlying(ratings, RANGES)["unit_code"].tolist() == [A + "9", A + "9"]


def test_nothing_stands_out_where_all_agree_or_nobody_else_marked():
    rows = [(f"9901{unit:03d}", "style", f"R{rater}", 8) for unit in range(4) for rater in range(3)]
    assert find_outlying(marks(*rows), RANGES).empty
    assert find_outlying(marks((A, "style", "R1", 3)), RANGES).empty
    assert list(find_outlying(marks(), RANGES).columns) == list(OUTLYING)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10)), min_size=2, max_size=20),
    st.floats(0.5, 4.0),
)
def test_a_lower_threshold_points_out_no_fewer_marks_and_never_the_middle(rows, threshold):
    ratings = marks(*((f"99{unit}", "style", f"R{at}", points) for at, (unit, points) in enumerate(rows)))
    found = find_outlying(ratings, RANGES, threshold)
    assert set(found["rater_id"]) <= set(find_outlying(ratings, RANGES, threshold / 2)["rater_id"])
    assert (np.sign(found["robust_z"]) == np.sign(found["points"] - found["middle"])).all()
    assert (found["points"] != found["middle"]).all()


def sheet(unit, rater, points):
    return [(unit, line, rater, value) for line, value in zip(LINES, points, strict=False)]


def test_the_same_marks_on_enough_lines_are_pointed_out_once():
    ratings = marks(
        *sheet(A, "R1", [7, 8, 10, 6, 9, 10]), *sheet(A, "R2", [7, 8, 10, 6, 9, 10]),
        *sheet(A, "R3", [7, 8, 10, 6, 9, 9]), *sheet(B, "R1", [7, 8, 9]), *sheet(B, "R2", [7, 8, 9]),
    )  # fmt: skip
    found = find_copied(ratings, LINES)
    assert list(found.columns) == list(COPIED)
    assert found.to_numpy().tolist() == [[A, "county", "R1", "county", "R2", 6, 2]]
    assert find_copied(ratings, LINES, min_lines=3)["unit_code"].tolist() == [A, B]
    assert find_copied(ratings, LINES, min_lines=7).empty


def test_marks_repeated_from_another_layer_are_found_when_asked_for():
    points = [7, 8, 10, 6, 9]
    lower = marks(*sheet(A, "R2", points), layer="district")
    upper = marks(*sheet(A, "R1", points))
    ratings = to_frame([*lower.to_dict("records"), *upper.to_dict("records")], RATINGS)
    assert find_copied(ratings, LINES).empty
    found = find_copied(ratings, LINES, across_layers=True)
    assert found.to_numpy().tolist() == [[A, "county", "R1", "district", "R2", 5, 1]]


def test_copied_marks_of_nobody_are_an_empty_frame():
    assert list(find_copied(marks(), LINES).columns) == list(COPIED)
    assert find_copied(marks(), LINES, across_layers=True).empty


def test_ranges_are_those_of_the_tracks_lines(small):
    track = small.make_campaign(small.make_track(criteria=[small.rated("unity", 60)])).tracks[0]
    assert find_ranges(track) == {"unity": (0.0, 60.0)}


# moodle/moodle, mod/workshop/eval/best/tests/lib_test.php
SPREAD = ([2, 4, 5, 7, 9], [1, 3, 2, 1, 1], 4.0)
MEANS = ([[10, 13.4, 95], [11, 10.1, 92], [11, 8.1, 88]], [1, 3, 1], [10.8, 10.36, 91.8])


def test_weighted_means_and_variances_of_raters_are_the_published_ones():
    points, weights, variance = SPREAD
    assert measure_variance(np.array(points, float), np.array(weights, float)) == pytest.approx(variance)
    rows, weights, means = MEANS
    mean, _ = weigh_sources(np.array(rows, float).T, np.array(weights, float))
    assert mean == pytest.approx(means, abs=1e-9)


@pytest.mark.skipif(not VECTORS.is_file(), reason="no folder of conformance data beside the checkout")
def test_our_numbers_are_those_of_the_folder():
    folder = {item["id"]: item for item in json.loads(VECTORS.read_text(encoding="utf-8"))}
    points, weights, variance = SPREAD
    assert folder["rater_wvar"]["input"] == {"x": points, "w": weights}
    assert folder["rater_wvar"]["expected"] == variance
    rows, weights, means = MEANS
    assert folder["rater_wmean"]["input"] == {"ratings": rows, "w": weights}
    assert folder["rater_wmean"]["expected"] == means


def test_variance_leaves_missing_marks_out_and_knows_none_without_marks():
    found = measure_variance(np.array([[2.0, np.nan, 4.0], [np.nan] * 3, [5.0, np.nan, np.nan]]), np.ones(3))
    assert found[[0, 2]].tolist() == [1.0, 0.0]
    assert np.isnan(found[1])
