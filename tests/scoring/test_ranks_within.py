import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pbwidgets.scoring.ranking import rank_keys
from pbwidgets.scoring.ranks_within import rank_within


def test_each_group_begins_at_rank_one_and_later_keys_break_ties():
    keys = [np.array([80.0, 80.0, 90.0, 70.0, 70.0]), np.array([1.0, 2.0, 0.0, 5.0, 5.0])]
    ranks, ties = rank_within(keys, np.array([0, 0, 1, 1, 1]))
    assert ranks.tolist() == [2, 1, 1, 2, 2]
    assert ties.tolist() == [0, 0, 0, 1, 1]


def test_no_rows_one_row_and_only_rows_without_a_group():
    none = np.zeros(0, dtype=np.int64)
    assert [part.tolist() for part in rank_within([np.zeros(0)], none)] == [[], []]
    assert [part.tolist() for part in rank_within([np.array([np.nan])], np.array([3]))] == [[1], [0]]
    assert [part.tolist() for part in rank_within([np.zeros(2)], np.array([-1, -1]))] == [[0, 0], [0, 0]]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(-1, 3), st.one_of(st.none(), st.integers(0, 4))), min_size=1, max_size=25)
)
def test_ranks_are_those_of_the_group_on_its_own(rows):
    groups = np.array([group for group, _ in rows])
    key = np.array([np.nan if value is None else value for _, value in rows], dtype=float)
    ranks, ties = rank_within([key], groups)
    seen = set()
    for group in set(groups.tolist()):
        here = groups == group
        if group < 0:
            assert not ranks[here].any()
            assert not ties[here].any()
            continue
        alone, alone_ties = rank_keys([key[here]])
        assert ranks[here].tolist() == alone.tolist()
        assert (ties[here] > 0).tolist() == (alone_ties > 0).tolist()
        own = set(ties[here][ties[here] > 0].tolist())
        assert len(own) == len(set(alone_ties.tolist()) - {0})
        assert not own & seen
        seen |= own
