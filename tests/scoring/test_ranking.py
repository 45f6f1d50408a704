import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.scoring.ranking import rank_keys

A, B, C = "9901001", "9901002", "9901003"


def test_ties_share_the_better_rank_and_the_next_is_left_out():
    ranks, groups = rank_keys([np.array([80.0, 95.0, 80.0, 80.0, 70.0])])
    assert ranks.tolist() == [2, 1, 2, 2, 5]
    assert groups.tolist() == [1, 0, 1, 1, 0]


def test_a_later_key_breaks_a_tie_of_the_first_and_missing_is_last():
    ranks, groups = rank_keys([np.array([80.0, 80.0, 80.0]), np.array([np.nan, 1.0, 2.0])])
    assert ranks.tolist() == [3, 2, 1]
    assert groups.tolist() == [0, 0, 0]


def test_one_unit_none_and_all_equal():
    assert [part.tolist() for part in rank_keys([np.array([5.0])])] == [[1], [0]]
    assert [part.tolist() for part in rank_keys([np.zeros(0)])] == [[], []]
    assert [part.tolist() for part in rank_keys([np.full(3, 7.0)])] == [[1, 1, 1], [1, 1, 1]]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2)), min_size=1, max_size=25))
def test_ranks_are_one_more_than_the_number_of_better_units(pairs):
    ranks, groups = rank_keys([np.array([pair[at] for pair in pairs], dtype=float) for at in (0, 1)])
    for at, own in enumerate(pairs):
        assert ranks[at] == 1 + sum(other > own for other in pairs)
        assert (groups[at] > 0) == (pairs.count(own) > 1)
        assert all(
            (groups[at] == groups[other]) == (pairs[other] == own)
            for other in range(len(pairs))
            if groups[at]
        )


@given(st.lists(st.integers(0, 6), min_size=1, max_size=20), st.data())
def test_a_higher_key_never_worsens_a_rank(values, data):
    at = data.draw(st.integers(0, len(values) - 1))
    before = rank_keys([np.array(values, dtype=float)])[0][at]
    values[at] += data.draw(st.integers(1, 5))
    assert rank_keys([np.array(values, dtype=float)])[0][at] <= before


def ranks_of(small, track, **rows):
    return small.score(small.make_campaign(track), **rows).ranking.set_index("unit_code")


def marks_and_deeds(small):
    marks = [small.mark(A, 50), small.mark(B, 40), small.mark(C, 60)]
    deeds = [small.answer(A, "deeds", 2), small.answer(B, "deeds", 3), small.answer(C, "deeds", 0)]
    return {"ratings": marks, "submissions": deeds}  # totals 80, 80, 70


@pytest.mark.parametrize(
    ("tie_breaks", "expected"),
    [
        ([], [1, 1, 3]),
        ([{"criterion": "unity"}], [1, 2, 3]),
        ([{"criterion": "deeds_line"}], [2, 1, 3]),
        ([{"measure": "deeds"}], [2, 1, 3]),
        ([{"measure": "deeds", "order": "lower"}], [1, 2, 3]),
        ([{"layer": "county"}, {"criterion": "unity", "order": "lower"}], [2, 1, 3]),
    ],
)
def test_the_chain_of_tie_breaks(small, tie_breaks, expected):
    rows = ranks_of(small, small.make_track(tie_breaks=tie_breaks), **marks_and_deeds(small))
    assert rows.loc[[A, B, C], "rank"].tolist() == expected
    assert (rows.loc[[A, B], "tie_group"] > 0).all() == (expected[0] == expected[1])


@pytest.mark.parametrize(("before", "expected"), [(True, [1, 1]), (False, [2, 1])])
def test_rounding_before_or_after_ranking_is_as_stated(small, before, expected):
    track = small.make_track(
        criteria=[small.rated("unity", 100)], rounding={"digits": 0, "before_ranking": before}
    )
    rows = ranks_of(small, track, ratings=[small.mark(A, 80.1), small.mark(B, 80.4)])
    assert rows.loc[[A, B], "rank"].tolist() == expected
    # different ranks are shown with the digits that make them
    assert rows.loc[[A, B], "total"].tolist() == ([80, 80] if before else [80.1, 80.4])


def test_a_heading_breaks_ties_by_the_sum_of_its_lines(small):
    heading = {
        "id": "work",
        "name": small.words("工作"),
        "criteria": [small.rated("one", 30), small.rated("two", 30)],
    }
    track = small.make_track(criteria=[heading, small.rated("unity", 40)], tie_breaks=[{"criterion": "work"}])
    marks = [small.mark(A, 10, line="one"), small.mark(A, 10, line="two"), small.mark(A, 30)]
    marks += [small.mark(B, 25, line="one"), small.mark(B, 5, line="two"), small.mark(B, 20)]
    assert ranks_of(small, track, ratings=marks).loc[[A, B], "rank"].tolist() == [2, 1]


def test_equal_totals_in_different_places_say_which_tie_break_parted_them(small):
    track = small.make_track(tie_breaks=[{"layer": "county"}, {"criterion": "unity"}])
    scores = small.score(small.make_campaign(track), **marks_and_deeds(small))
    reasons = scores.selection.set_index("unit_code")["reason_zh"]
    name = small.rated("unity", 1)["name"]["zh"]
    assert reasons[A].endswith(f"总分与后一名相同，按“{name}”50.0对40.0列前。")
    assert reasons[B].endswith(f"总分与前一名相同，按“{name}”40.0对50.0列后。")
    assert "总分与" not in reasons[C]
