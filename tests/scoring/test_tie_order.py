"""Ties that the meeting parts by hand."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.scoring.ranking import Parting, TrackRanking, rank_keys
from pbwidgets.scoring.tie_order import order_ties


def rank(*totals: float) -> TrackRanking:
    keys = np.array(totals, dtype=np.float64)
    ranks, groups = rank_keys([keys])
    nothing = np.zeros(len(keys), dtype=np.int64)
    parting = Parting(nothing, keys, keys)
    return TrackRanking(keys, 2, ranks, groups, parting, parting)


def test_named_units_go_first_and_the_others_share_the_rank_behind_them() -> None:
    parted = order_ties(rank(90, 80, 80, 80, 70), list("abcde"), ["c"])
    assert parted.rank.tolist() == [1, 3, 2, 3, 5]
    assert parted.tie_group.tolist()[1] == parted.tie_group.tolist()[3] > 0
    assert parted.tie_group.tolist()[2] == 0


def test_the_last_one_of_a_group_is_not_tied_any_more() -> None:
    parted = order_ties(rank(80, 80), ["a", "b"], ["b"])
    assert (parted.rank.tolist(), parted.tie_group.tolist()) == ([2, 1], [0, 0])


def test_a_unit_that_is_not_tied_keeps_its_rank_whatever_the_order_says() -> None:
    parted = order_ties(rank(90, 80, 70), ["a", "b", "c"], ["c", "a"])
    assert parted.rank.tolist() == [1, 2, 3]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_an_order_of_all_units_gives_every_rank_once_and_keeps_the_order_of_totals(
    totals: list[int], random: object
) -> None:
    codes = [f"u{at}" for at in range(len(totals))]
    order = codes.copy()
    random.shuffle(order)  # type: ignore[attr-defined]  hypothesis' own random
    before = rank(*totals)
    kept = before.rank.copy()
    parted = order_ties(before, codes, order)
    assert sorted(parted.rank.tolist()) == list(range(1, len(totals) + 1))
    assert not parted.tie_group.any()
    in_order = np.array(totals)[np.argsort(parted.rank)]
    assert (np.diff(in_order) <= 0).all()
    assert before.rank.tolist() == kept.tolist()  # the ranking given is not changed
