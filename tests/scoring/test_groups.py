import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.scoring.groups import rank_in_groups

UNITS = st.lists(
    st.tuples(
        st.integers(-1, 3), st.one_of(st.none(), st.integers(0, 4).map(lambda value: value / 10 + 0.2))
    ),
    max_size=25,
)


@given(UNITS)
def test_a_place_is_one_more_than_the_number_of_better_units_in_the_group(units):
    groups = np.array([group for group, _ in units], dtype=np.int64)
    values = np.array([np.nan if value is None else value for _, value in units], dtype=float)
    rank, shared, number = rank_in_groups(values, groups)
    for at, (group, value) in enumerate(units):
        rivals = [other for of, other in units if of == group and other is not None]
        expected = (0, 0, 0)
        if value is not None and group >= 0:
            expected = (1 + sum(other > value for other in rivals), rivals.count(value), len(rivals))
        assert (rank[at], shared[at], number[at]) == expected


def test_values_that_differ_by_binary_noise_share_a_place():
    rank, shared, _ = rank_in_groups(np.array([0.1 + 0.2, 0.3, 0.2]), np.zeros(3, dtype=np.int64))
    assert (rank.tolist(), shared.tolist()) == ([1, 1, 3], [2, 2, 1])
