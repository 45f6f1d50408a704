"""What holds: a veto before a decision, and a decision before the proposal; contradictions are said."""

import pytest

from pbwidgets.scoring.selection import show_holding
from pbwidgets.scoring.sheet import word_decision

A, B, C = "9901001", "9901002", "9901003"
GATE = {"id": "incident", "name": {"zh": "发生事故", "en": "Incident"}, "effect": "disqualify"}


@pytest.fixture
def score(small):
    def scored(decided, vetoed=()):
        track = {"forms": [], "waiting": 1, "gates": [GATE]}
        campaign = small.make_campaign(
            small.make_track(
                id="advanced", name={"zh": "先进队", "en": "Advanced"}, criteria=[small.rated("a", 100)],
                places=2, **track,
            ),
            small.make_track(
                id="model", name={"zh": "示范队", "en": "Model"}, criteria=[small.rated("m", 100)], places=1,
                selected_in=["advanced"], **track,
            ),
        )  # fmt: skip
        marks = {"a": {A: 95, B: 90, C: 80}, "m": {A: 80, B: 85, C: 99}}
        given = {"decided_on": "2026-12-28", "decided_by": "评审会议", "reason": "研究决定"}
        return small.score(
            campaign,
            ratings=[small.mark(unit, points, line=line) for line, of in marks.items() for unit, points in of.items()],
            decisions=[
                {**given, "track_id": track_id, "unit_code": unit, "status": status}
                for track_id, of in decided.items()
                for unit, status in of.items()
            ],
            vetoes=[
                {"unit_code": unit, "track_id": "model", "kind": "incident", "basis": "通报", "status": "in_force"}
                for unit in vetoed
            ],
        )  # fmt: skip

    return scored


def of_track(scores, track_id):
    rows = show_holding(scores.selection)
    return rows[rows["track_id"] == track_id].set_index("unit_code")


def test_a_decision_holds_before_the_proposal_in_counts_and_waiting_list(score):
    rows = of_track(score({"advanced": {A: "waiting", B: "selected", C: "selected"}}), "advanced")
    assert rows.loc[[A, B, C], "proposed"].tolist() == ["selected", "selected", "waiting"]
    assert rows.loc[[A, B, C], "status"].tolist() == ["waiting", "selected", "selected"]
    assert rows.loc[[A, B, C], "waiting_order"].tolist() == [1, 0, 0]
    assert word_decision(rows.loc[A].to_dict()).startswith("已决定：递补第1位（评审会议，2026-12-28）")


def test_a_veto_holds_before_a_decision_and_the_reason_says_that_it_no_longer_holds(score):
    rows = of_track(score({"model": {A: "waiting", B: "selected"}}, vetoed=[B]), "model")
    assert rows.loc[[A, B], "status"].tolist() == ["waiting", "disqualified"]
    assert rows.loc[B, "decided"] == "selected"
    assert "此后被否决，该决定不再有效" in rows.loc[B, "reason_zh"]
    assert "no longer holds" in rows.loc[B, "reason_en"]


def test_a_decision_whose_condition_is_lost_holds_but_is_not_passed_over_in_silence(score):
    decided = {
        "model": {A: "waiting", B: "selected"},
        "advanced": {A: "selected", B: "not_selected", C: "selected"},
    }
    rows = of_track(score(decided), "model")
    assert rows.loc[[A, B, C], "status"].tolist() == ["waiting", "selected", "selected"]
    assert "现在不符合条件，请会议重新研究" in rows.loc[B, "reason_zh"]
    for unit in (B, C):
        assert "现有2个单位入选，名额1个" in rows.loc[unit, "reason_zh"]
    assert "现有" not in rows.loc[A, "reason_zh"]
