from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.scoring.pipeline import score_campaign
from pbwidgets.scoring.ranking import rank_keys
from pbwidgets.scoring.ranks_within import rank_within
from pbwidgets.scoring.sheet import explain_unit


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


# -- as a track of a campaign has them -----------------------------------------------------------------

TOWNS = {"id": "town", "name": {"zh": "本片区", "en": "in its district"}, "ancestor_kind": "district"}
DOMAINS = {"id": "domain", "name": {"zh": "本领域", "en": "in its domain"}, "by": "domain"}


def score_teams(small, marks, groups, domains=()):
    campaign = small.make_campaign(
        small.make_track(criteria=[small.rated("unity", 100)], ranks_within=groups)
    )
    records = small.make_records(
        ratings=[small.mark(code, points, "county") for code, points in marks.items()]
    )
    units = records.units.assign(domain=records.units["unit_code"].map(dict(domains)).astype("string"))
    records = replace(records, units=units)
    return campaign, records, score_campaign(campaign, "2026", records)


def rows_of(scores, within):
    of_group = scores.ranks_within[scores.ranks_within["within"] == within]
    return {
        row["unit_code"]: (row["group"], row["rank"], row["size"], row["tie_group"] > 0)
        for row in of_group.to_dict("records")
    }


def test_units_are_ranked_within_the_unit_above_and_within_their_domain(small):
    marks = {"9901001": 90, "9901002": 80, "9902001": 95, "9902002": 80}
    domains = {"9901001": "rural", "9902001": "rural", "9901002": "firm"}
    _, _, scores = score_teams(small, marks, [TOWNS, DOMAINS], domains)
    assert rows_of(scores, "town") == {
        "9901001": ("9901", 1, 2, False), "9901002": ("9901", 2, 2, False), "9901003": ("9901", 0, 2, False),
        "9902001": ("9902", 1, 2, False), "9902002": ("9902", 2, 2, False),
    }  # fmt: skip
    assert rows_of(scores, "domain") == {
        "9901001": ("rural", 2, 2, False), "9902001": ("rural", 1, 2, False), "9901002": ("firm", 1, 1, False),
    }  # fmt: skip


def test_ties_are_shared_within_a_group_and_a_unit_without_a_total_has_no_rank(small):
    _, _, scores = score_teams(small, {"9901001": 90, "9901002": 90, "9902001": 70}, [TOWNS])
    found = rows_of(scores, "town")
    assert found["9901001"] == found["9901002"] == ("9901", 1, 2, True)
    assert found["9902001"] == ("9902", 1, 1, False)
    assert found["9902002"] == ("9902", 0, 1, False)


def test_a_track_that_asks_for_no_groups_has_no_rows(small):
    campaign, records, scores = score_teams(small, {"9901001": 90}, [])
    assert scores.ranks_within.empty
    assert "名次" not in explain_unit(campaign, scores, records, "9901001")


def test_the_score_sheet_says_the_rank_within_beside_the_rank_among_all(small):
    marks = {"9901001": 80, "9901002": 80, "9902001": 95}
    campaign, records, scores = score_teams(small, marks, [TOWNS])
    chinese = explain_unit(campaign, scores, records, "9901001", "zh_CN").splitlines()
    assert "名次：总并列第2名（共3个）、本片区并列第1名（共2个）。" in chinese
    english = explain_unit(campaign, scores, records, "9902001", "en").splitlines()
    assert "Rank: 1 of 3 among all, 1 of 1 in its district." in english
    assert "名次" not in explain_unit(campaign, scores, records, "9902002", "zh_CN")
