import numpy as np

from pbwidgets.scoring.frames import REFERENCE

A, B, C = "9901001", "9901002", "9901003"


def reference(small):
    ratings = [small.mark(A, 10), small.mark(B, 20), small.mark(C, 40), small.mark(A, 60, "own")]
    deeds = [small.answer(A, "deeds", 3)]
    return small.score(small.make_campaign(), ratings=ratings, submissions=deeds).reference


def test_spread_of_a_line_over_the_units_that_have_points(small):
    row = reference(small).query("criterion_id == 'unity' and layer == 'county'").iloc[0]
    # 10, 20, 40: quartiles half-way between the neighbours
    assert row[["n", "lowest", "quartile_1", "median", "quartile_3", "highest"]].tolist() == [
        3,
        10,
        15,
        20,
        30,
        40,
    ]
    assert row["max_points"] == 60


def test_totals_and_final_points_have_their_own_rows(small):
    rows = reference(small).set_index(["criterion_id", "layer"])
    assert rows.loc[("total", "final"), ["n", "lowest", "highest"]].tolist() == [3, 20, 50]
    assert rows.loc[("total", "own"), "n"] == 1
    assert rows.loc[("deeds_line", "final"), "n"] == 1
    assert np.isnan(rows.loc[("unity", "district"), "median"])


def test_no_row_names_a_unit(small):
    made = reference(small)
    assert list(made.columns) == list(REFERENCE)
    assert not made.astype(str).apply(lambda column: column.str.startswith("99")).any().any()
