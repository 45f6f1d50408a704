import json
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pbwidgets.errors import DataError
from pbwidgets.scoring.apportionment import apportion, to_allotments_frame
from pbwidgets.scoring.frames import ALLOTMENTS

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "conformance" / "unit_vectors.json"

PUBLISHED = {
    "lrm_ex1": ([5117, 4400, 162, 161, 160], 100, [51, 44, 2, 2, 1]),
    "seats_tie_not_affecting": ([12, 12, 11, 12], 3, [1, 1, 0, 1]),
}
"""Balinski and Young 1975, as in martinlackner/apportionment, tests/test_methods.py (MIT)."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_shares_by_largest_remainder(name):
    weights, seats, expected = PUBLISHED[name]
    shared = apportion(weights, seats)
    assert shared.seats.tolist() == expected
    assert shared.open_seats == 0
    assert not shared.tied.any()


def test_a_tie_for_the_last_seat_is_returned_and_not_broken():
    # martinlackner/apportionment, tests/test_methods.py (MIT): 11, 11, 11 and four seats are a tie
    shared = apportion([11, 11, 11], 4)
    assert shared.seats.tolist() == [1, 1, 1]
    assert shared.tied.tolist() == [True, True, True]
    assert shared.open_seats == 1


@pytest.mark.skipif(not VECTORS.is_file(), reason="no folder of conformance data beside the checkout")
def test_our_numbers_are_those_of_the_folder():
    folder = {item["id"]: item for item in json.loads(VECTORS.read_text(encoding="utf-8"))}
    for name, (weights, seats, expected) in PUBLISHED.items():
        theirs = folder[name]["expected"]
        assert folder[name]["input"] == {"weights": weights, "seats": seats}
        assert (theirs["largest_remainder"] if isinstance(theirs, dict) else theirs) == expected
    tie = folder["seats_tie_must_be_reported"]
    assert (tie["input"], tie["expected"]) == ({"weights": [11, 11, 11], "seats": 4}, "tie")


def test_units_ahead_of_a_tie_get_their_seat_and_those_behind_get_none():
    # claims are 2.8, 1.4, 1.4 and 1.4: of the two seats left one is the first's, the other is tied
    shared = apportion([2, 1, 1, 1], 7)
    assert shared.seats.tolist() == [3, 1, 1, 1]
    assert shared.tied.tolist() == [False, True, True, True]
    assert shared.open_seats == 1


def test_claims_outside_of_the_bounds_are_held_and_the_rest_is_shared_by_the_others():
    # 26 seats for 10, 50, 60, 70, 200 villages: the last is held at 6, the first at 4; 16 for 180 villages
    # are 4.44, 5.33, 6.22: the fourth is held at 6 too; 10 for 110 villages are 4.55 and 5.45
    shared = apportion([10, 50, 60, 70, 200], 26, lowest=4, highest=6)
    assert shared.seats.tolist() == [4, 5, 5, 6, 6]


def test_a_weight_of_zero_gets_the_lowest_number():
    assert apportion([0, 5, 5], 14, lowest=4).seats.tolist() == [4, 5, 5]
    assert apportion([0, 0], 8, lowest=4).seats.tolist() == [4, 4]
    assert apportion([], 0).seats.tolist() == []


def test_decimal_weights_tie_as_they_are_written():
    # 0.1 + 0.2 is not 0.3 in binary; three tenths against one and two are a tie all the same
    shared = apportion([0.3, 0.1, 0.2], 3)
    assert shared.seats.tolist() == [1, 0, 1]
    assert shared.tied.tolist() == [True, True, False]
    assert shared.open_seats == 1


@pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf")])
def test_a_weight_that_is_none_is_refused_by_its_place(weight):
    with pytest.raises(DataError, match=r"2.+权数") as caught:
        apportion([1.0, weight], 3)
    assert caught.value.code == "scoring.bad_weight"


@pytest.mark.parametrize(
    ("weights", "total", "bounds"),
    [
        ([1, 1], 7, {"lowest": 4, "highest": 6}),
        ([1, 1], 13, {"lowest": 4, "highest": 6}),
        ([1, 0], 11, {"lowest": 4, "highest": 6}),
        ([0, 0], 1, {}),
        ([1, 1], 8, {"lowest": 6, "highest": 4}),
    ],
)
def test_a_total_that_the_bounds_do_not_allow_is_refused(weights, total, bounds):
    with pytest.raises(DataError, match="只能分配") as caught:
        apportion(weights, total, **bounds)
    assert caught.value.code == "scoring.allotment_out_of_reach"


def test_the_frame_holds_every_unit_and_is_refused_while_seats_are_open():
    frame = to_allotments_frame("made_up", "2026", "teams", ["9901", "9902"], apportion([3, 1], 4))
    assert list(frame.columns) == list(ALLOTMENTS)
    assert frame[["by_unit", "allotted"]].to_numpy().tolist() == [["9901", 3], ["9902", 1]]
    with pytest.raises(DataError, match="9901, 9902") as caught:
        to_allotments_frame("made_up", "2026", "teams", ["9901", "9902"], apportion([1, 1], 3))
    assert caught.value.code == "scoring.allotment_tied"


@st.composite
def tasks(draw):
    weights = draw(st.lists(st.integers(0, 300), min_size=1, max_size=20))
    lowest = draw(st.integers(0, 4))
    highest = draw(st.one_of(st.none(), st.integers(lowest, lowest + 6)))
    growing = sum(weight > 0 for weight in weights)
    room = growing * (50 if highest is None else highest - lowest)
    return weights, lowest * len(weights) + draw(st.integers(0, room)), lowest, highest


@given(tasks())
def test_seats_are_the_total_within_bounds_and_never_fewer_for_a_higher_weight(task):
    weights, total, lowest, highest = task
    shared = apportion(weights, total, lowest=lowest, highest=highest)
    assert shared.seats.sum() + shared.open_seats == total
    assert (shared.seats >= lowest).all()
    assert highest is None or ((shared.seats + shared.tied) <= highest).all()
    assert 0 <= shared.open_seats < max(shared.tied.sum(), 1)
    for one, own in enumerate(weights):
        for other, theirs in enumerate(weights):
            if own > theirs:  # even if the tie goes to the lighter one
                assert shared.seats[one] >= shared.seats[other] + shared.tied[other]
            if own == theirs:
                assert shared.seats[one] == shared.seats[other]
                assert shared.tied[one] == shared.tied[other]


@given(tasks())
def test_without_bounds_each_unit_gets_its_exact_share_rounded_down_or_up(task):
    weights, total, _, _ = task
    assume(sum(weights) > 0)
    shared = apportion(weights, total)
    for weight, seats, tied in zip(weights, shared.seats, shared.tied, strict=True):
        claim = Fraction(weight * total, sum(weights))
        assert floor(claim) <= seats
        assert seats + tied <= ceil(claim)


@given(tasks(), st.randoms())
def test_the_order_of_units_does_not_matter(task, random):
    weights, total, lowest, highest = task
    order = list(range(len(weights)))
    random.shuffle(order)
    straight = apportion(weights, total, lowest=lowest, highest=highest)
    shuffled = apportion([weights[at] for at in order], total, lowest=lowest, highest=highest)
    assert np.array_equal(shuffled.seats, straight.seats[order])
    assert np.array_equal(shuffled.tied, straight.tied[order])
