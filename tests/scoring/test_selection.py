import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.scoring.ranking import rank_keys
from pbwidgets.scoring.selection import best_first, fill_places, show_holding

A, B, C, D, E = "9901001", "9901002", "9901003", "9902001", "9902002"


@given(st.lists(st.integers(0, 5), max_size=20), st.integers(0, 8), st.integers(0, 4))
def test_places_are_never_exceeded_nor_left_empty_without_a_word(totals, places, waiting):
    ranks = rank_keys([np.array(totals, dtype=float)])[0] if totals else np.zeros(0, dtype=np.int64)
    status, order = fill_places(ranks, places, waiting)
    selected, tied = (status == "selected").sum(), (status == "tied_at_cut").sum()
    assert selected <= places
    assert tied != 1
    if tied:
        assert selected + tied > places > selected
    else:
        assert selected == min(places, len(totals))
    for at, rank in enumerate(ranks):
        assert (status[at] == "waiting") == (places < rank <= places + waiting)
        assert order[at] == (rank - places if status[at] == "waiting" else 0)


def select(small, marks, **more):
    decisions = more.pop("decisions", [])
    vetoes = more.pop("vetoes", [])
    campaign = small.make_campaign(small.make_track(criteria=[small.rated("unity", 100)], **more))
    ratings = [small.mark(unit, points) for unit, points in marks.items()]
    return small.score(campaign, ratings=ratings, decisions=decisions, vetoes=vetoes).selection.set_index(
        "unit_code"
    )


def test_every_unit_of_the_kind_has_a_row_and_a_reason_in_both_languages(small):
    rows = select(small, {A: 90, B: 80, C: 70, D: 60})
    assert rows["status"].to_dict() == {
        A: "selected",
        B: "selected",
        C: "waiting",
        D: "not_selected",
        E: "no_data",
    }
    assert (rows["reason_zh"].str.len() > 5).all()
    assert (rows["reason_en"].str.len() > 5).all()
    assert rows.loc[A, "reason_zh"] == "县级复核得90分，在4个参评小队中列第1名，在2个名额以内，拟入选。"
    assert rows.loc[C, "waiting_order"] == 1


def test_a_tie_at_the_cut_is_left_to_the_meeting(small):
    rows = select(small, {A: 90, B: 80, C: 80, D: 60})
    assert rows["status"].to_dict() == {
        A: "selected",
        B: "tied_at_cut",
        C: "tied_at_cut",
        D: "not_selected",
        E: "no_data",
    }
    assert rows.loc[B, "tie_group"] == rows.loc[C, "tie_group"] == 1
    assert "名额2个只余1个" in rows.loc[B, "reason_zh"]


def test_ties_on_the_waiting_list_share_their_place(small):
    rows = select(small, {A: 90, B: 80, C: 70, D: 70, E: 60})
    assert rows.loc[[C, D], "waiting_order"].tolist() == [1, 1]
    assert rows.loc[E, "status"] == "not_selected"


def test_places_that_stay_open_are_said(small):
    rows = select(small, {A: 90}, places=3)
    assert "尚余2个名额" in rows.loc[A, "reason_zh"]


def test_a_track_without_places_ranks_only(small):
    rows = select(small, {A: 90, B: 80}, places=None)
    assert rows.loc[[A, B], "status"].tolist() == ["assessed", "assessed"]
    assert rows.loc[[A, B], "rank"].tolist() == [1, 2]
    assert rows.loc[A, "reason_code"] == "scoring.no_places"


@pytest.mark.parametrize(
    ("effect", "said"), [("cap", "类别受限。"), ("bar", "不得评优。"), ("disqualify", "取消资格。")]
)
def test_a_veto_in_a_track_without_places_says_nothing_of_a_list(small, effect, said):
    gate = {"id": "falsified", "name": small.words("弄虚作假"), "effect": effect}
    veto = {"unit_code": A, "kind": "falsified", "status": "in_force", "track_id": "teams", "basis": "通报"}
    rows = select(small, {A: 90, B: 80}, places=None, gates=[gate], vetoes=[veto])
    assert said in rows.loc[A, "reason_zh"]
    assert "入选" not in "".join(rows["reason_zh"])
    assert "名额外" not in rows.loc[A, "reason_zh"]
    assert rows.loc[A, "rank"] == (0 if effect == "disqualify" else 1)


def test_a_provisional_total_is_said_to_be_so(small):
    campaign = small.make_campaign(small.make_track(criteria=[small.rated("unity", 100)]))
    scores = small.score(campaign, ratings=[small.mark(A, 90, "district"), small.mark(B, 80)])
    assert "暂定" in small.pick(scores.selection, "reason_zh", unit_code=A)
    assert "片区审核得90分" in small.pick(scores.selection, "reason_zh", unit_code=A)
    assert "暂定" not in small.pick(scores.selection, "reason_zh", unit_code=B)


RECOMMENDATIONS = [
    {"id": "advanced", "to": {"zh": "先进", "en": "advanced"}, "subject": "unit"},
    {"id": "officer", "to": {"zh": "优秀", "en": "outstanding"}, "subject": "officer"},
]


def test_selected_units_are_recommended_and_others_are_not(small):
    rows = select(small, {A: 90, B: 80, C: 70}, recommendations=RECOMMENDATIONS)
    assert rows.loc[[A, B], "recommended"].tolist() == ["advanced officer"] * 2
    assert rows.loc[C, "recommended"] == ""


def test_of_units_that_share_a_rank_the_one_decided_on_stands_first(small):
    def decide(unit, status):
        day = "2026-12-28"
        return {
            "track_id": "teams",
            "unit_code": unit,
            "status": status,
            "decided_on": day,
            "decided_by": "会议",
        }

    decisions = [
        decide(A, "selected"),
        decide(B, "waiting"),
        decide(C, "selected"),
        decide(D, "not_selected"),
    ]
    rows = select(small, {A: 90, B: 80, C: 80, D: 60}, decisions=decisions).reset_index()
    assert list(best_first(rows)["unit_code"]) == [A, C, B, D, E]
    assert list(best_first(show_holding(rows))["unit_code"]) == [A, C, B, D, E]


def test_decisions_stand_beside_the_proposal(small):
    decision = {
        "track_id": "teams",
        "unit_code": C,
        "status": "selected",
        "decided_on": "2026-12-28",
        "decided_by": "评审会议",
        "reason": "",
    }
    rows = select(small, {A: 90, B: 80, C: 70}, decisions=[decision])
    assert rows.loc[C, ["status", "decided", "decided_on", "decided_by"]].tolist() == [
        "waiting",
        "selected",
        "2026-12-28",
        "评审会议",
    ]
    assert rows["decided"].isna().sum() == 4


@pytest.mark.parametrize("unit", [A, B])
def test_a_vetoed_unit_makes_room_for_the_next(small, unit):
    gate = {"id": "falsified", "name": small.words("弄虚作假"), "effect": "disqualify"}
    veto = {
        "unit_code": unit,
        "kind": "falsified",
        "status": "in_force",
        "track_id": "teams",
        "basis": "通报",
    }
    rows = select(small, {A: 90, B: 80, C: 70}, gates=[gate], vetoes=[veto])
    assert rows.loc[unit, "status"] == "disqualified"
    assert rows.loc[C, "status"] == "selected"
