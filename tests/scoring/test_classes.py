from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.scoring.classes import (
    classify_by_shares,
    classify_by_totals,
    classify_units,
    count_places,
    find_moves,
    find_period_moves,
    to_classes_frame,
)
from pbwidgets.scoring.frames import CLASS_DECISIONS, to_frame
from pbwidgets.scoring.pipeline import score_campaign, score_tracks

A, B, C, D, E = "9901001", "9901002", "9901003", "9902001", "9902002"
NAN = float("nan")
NAMES = [{"zh": f"{number}类", "en": f"class {number}"} for number in "一二三"]
TODAY = date(2026, 12, 31)


def test_a_total_on_a_bound_is_in_the_class_that_begins_there():
    totals = np.array([100, 85, 84.99, 60, 59.99, 0, NAN])
    assert classify_by_totals(totals, (85, 60)).tolist() == [1, 1, 2, 2, 3, 3, 0]


def test_no_unit_has_no_class():
    assert classify_by_totals(np.zeros(0), (85, 60)).shape == (0,)
    assert classify_by_shares(np.zeros(0), (30, 60))[0].shape == (0,)


def test_shares_are_rounded_down_and_ties_across_a_bound_go_below_it():
    # 30 % of 5 is 1 place, 90 % are 4: B and C are tied over the second to third place, both within 4
    assert classify_by_shares(np.array([95, 90, 90, 80, 70, NAN]), (30, 60))[0].tolist() == [1, 2, 2, 2, 3, 0]
    # two share the first place, and only one may have it
    assert classify_by_shares(np.array([95, 95, 80, 70, 60]), (30, 60))[0].tolist() == [2, 2, 2, 2, 3]
    # all the same: the last class
    assert classify_by_shares(np.array([80, 80]), (50, 25))[0].tolist() == [3, 3]


@given(
    totals=st.lists(st.one_of(st.integers(0, 20).map(float), st.just(NAN)), min_size=1, max_size=30),
    first=st.integers(0, 50),
    second=st.integers(0, 50),
)
def test_classes_keep_their_shares_and_follow_the_totals(totals, first, second):
    array = np.array(totals)
    classes, _ = classify_by_shares(array, (first, second))
    known = ~np.isnan(array)
    assert (classes == 0).tolist() == (~known).tolist()
    number = int(known.sum())
    assert (classes == 1).sum() <= first * number / 100
    assert ((classes > 0) & (classes <= 2)).sum() <= (first + second) * number / 100
    order = np.argsort(-array[known], kind="stable")
    assert (np.diff(classes[known][order]) >= 0).all()
    for value in set(array[known]):
        assert len(set(classes[array == value])) == 1


@pytest.fixture
def classify(small):
    """Classes of five teams with marks of 100; gives the frame by unit code."""

    def run(marks, answers=(), decisions=(), vetoes=(), gates=(), flags=(), **classes):
        track = small.make_track(
            criteria=[small.rated("unity", 100)],
            gates=list(gates),
            classes={"names": NAMES, "flags": list(flags)} | (classes or {"from_totals": [85, 60]}),
        )
        campaign = small.make_campaign(track)
        records = small.make_records(
            ratings=[small.mark(unit, points) for unit, points in marks.items()],
            submissions=list(answers),
            vetoes=[{"track_id": "teams", "status": "in_force", "basis": "通报", **veto} for veto in vetoes],
        )
        table, (one,) = score_tracks(campaign, "2026", records)
        made = classify_units(one.layout, one.totals, one.vetoes, table, TODAY)
        rows = [{"campaign": "made_up", "period": "2026", "track_id": "teams", **row} for row in decisions]
        frame = to_classes_frame(campaign, "2026", one.layout, made, to_frame(rows, CLASS_DECISIONS))
        return frame.set_index("unit_code")

    return run


def test_a_class_is_proposed_by_the_total_and_says_why(classify):
    frame = classify({A: 85, B: 84.99, C: 10})
    assert frame["proposed"].to_dict() == {A: 1, B: 2, C: 3, D: 0, E: 0}
    assert frame["reason_zh"].to_dict() == {
        A: "总分85分，达到85分，拟定为一类。",
        B: "总分84.99分，达到60分，拟定为二类。",
        C: "总分10分，未达到60分，拟定为三类。",
        D: "暂无总分，不拟定类别。",
        E: "暂无总分，不拟定类别。",
    }
    assert frame.loc[A, "reason_en"] == "85 points, 85 reached: proposed for class 一."


def test_a_class_is_proposed_by_share(classify):
    frame = classify({A: 90, B: 80, C: 70, D: 60}, shares_pct=[25, 50])
    assert frame["proposed"].to_dict() == {A: 1, B: 2, C: 2, D: 3, E: 0}
    assert frame.loc[B, "reason_zh"] == "总分80分，在4个中列第2名，按比例拟定为二类。"


def gate(small, gate_id, effect, **more):
    return {"id": gate_id, "name": small.words(gate_id), "effect": effect, **more}


def test_only_gates_that_cap_or_disqualify_keep_a_unit_down_and_none_lifts_it(small, classify):
    gates = [
        gate(small, "barred", "bar"),
        gate(small, "third", "cap", caps_at=3),
        gate(small, "out", "disqualify"),
    ]
    vetoes = [
        {"unit_code": A, "kind": "barred"},
        {"unit_code": B, "kind": "barred"},
        {"unit_code": B, "kind": "third"},
        {"unit_code": C, "kind": "out"},
        {"unit_code": D, "kind": "barred"},
    ]
    frame = classify({A: 90, B: 90, C: 90, D: 10, E: 90}, gates=gates, vetoes=vetoes)
    assert frame["by_total"].to_dict() == {A: 1, B: 1, C: 1, D: 3, E: 1}
    assert frame["proposed"].to_dict() == {A: 1, B: 3, C: 3, D: 3, E: 1}
    assert frame.loc[B, "reason_zh"] == "总分90分；存在“third”情形，拟定为三类。"
    assert frame.loc[D, "reason_code"] == "scoring.class_not_reached"


def test_a_flag_proposes_and_a_person_decides(small, classify):
    flag = {"id": "lagging", "name": small.words("后进薄弱"), "when": "${faults} >= 3", "proposes": 3}
    answers = [small.answer(A, "faults", 3), small.answer(B, "faults", 2)]
    decision = {
        "unit_code": A,
        "class_no": 2,
        "decided_on": "2026-11-30",
        "decided_by": "会议",
        "reason": "已整改",
    }
    older = {**decision, "class_no": 3, "decided_on": "2026-03-20"}
    frame = classify({A: 90, B: 90, C: 90}, answers, [decision, older], flags=[flag])
    assert frame["proposed"].to_dict() == {A: 3, B: 1, C: 1, D: 0, E: 0}  # C has not answered: no flag
    assert (
        frame.loc[A, "reason_zh"]
        == "总分90分，达到85分，拟定为一类。出现“后进薄弱”情形，建议定为三类，由会议决定。"
    )
    assert frame["decided"].to_dict() == {A: 2, B: 0, C: 0, D: 0, E: 0}
    assert (frame.loc[A, "decided_on"], frame.loc[A, "decided_by"]) == ("2026-11-30", "会议")


def decided(*rows):
    names = ("unit_code", "class_no", "decided_on", "reason")
    return to_frame(
        [{"track_id": "t", **dict(zip(names, row, strict=True))} for row in rows], CLASS_DECISIONS
    )


def test_moves_compare_the_newest_decisions_of_two_days():
    decisions = decided(
        (A, 3, "2026-03-20", "摸底"),
        (A, 2, "2026-11-30", "整改到位"),
        (B, 1, "2026-03-20", "摸底"),
        (B, 2, "2026-11-30", "发生问题"),
        (C, 2, "2026-03-20", "摸底"),
        (D, 1, "2026-11-30", "新成立"),
        (E, 1, "2027-01-05", "以后的决定"),
    )
    moves = find_moves(decisions, date(2026, 3, 31), date(2026, 12, 31)).set_index("unit_code")
    assert moves["move"].to_dict() == {A: "up", B: "down", C: "same", D: "new"}
    assert moves.loc[A, "reason"] == "整改到位"
    assert moves.loc[D, "class_before"] == 0


def test_the_order_of_decisions_makes_no_difference_to_moves():
    rows = [(A, 3, "2026-03-20", ""), (A, 1, "2026-11-30", ""), (B, 2, "2026-01-01", "")]
    one, other = (
        find_moves(decided(*ordered), date(2026, 6, 1), date(2026, 12, 1)) for ordered in (rows, rows[::-1])
    )
    assert one.equals(other)


def test_no_decision_is_no_move():
    assert find_moves(decided(), date(2026, 1, 1), date(2026, 12, 31)).empty


def test_the_scores_of_a_campaign_hold_the_classes_of_its_tracks_with_classes(small):
    classes = {"names": NAMES, "from_totals": [85, 60]}
    track = small.make_track(criteria=[small.rated("unity", 100)], classes=classes)
    plain = small.make_track(id="plain", criteria=[small.rated("plain_unity", 100)], forms=[])
    bar = [gate(small, "barred", "bar")]
    campaign = small.make_campaign(track | {"gates": bar}, plain)
    row = {"track_id": "teams", "unit_code": A, "class_no": 2, "decided_by": "会议", "reason": "研究"}
    records = small.make_records(
        ratings=[small.mark(A, 90), small.mark(B, 70)],
        vetoes=[
            {"unit_code": A, "kind": "barred", "track_id": "teams", "status": "in_force", "basis": "通报"}
        ],
        class_decisions=[
            {**row, "period": "2026", "decided_on": "2026-11-30"},
            {**row, "period": "2025", "decided_on": "2026-12-30", "unit_code": B},
        ],
    )
    frame = score_campaign(campaign, "2026", records).classes.set_index("unit_code")
    assert set(frame["track_id"]) == {"teams"}
    assert frame["proposed"].to_dict() == {A: 1, B: 2, C: 0, D: 0, E: 0}
    assert frame["best"].to_dict() == {A: 1, B: 1, C: 1, D: 1, E: 1}
    assert frame["decided"].to_dict() == {A: 2, B: 0, C: 0, D: 0, E: 0}
    assert frame.loc[A, ["decided_on", "decided_by", "decided_reason"]].tolist() == [
        "2026-11-30",
        "会议",
        "研究",
    ]
    assert score_campaign(small.make_campaign(), "2026", small.make_records()).classes.empty


@given(number=st.integers(0, 2000), shares=st.lists(st.integers(0, 25), min_size=1, max_size=4))
def test_places_rise_from_class_to_class_and_never_exceed_the_shares(number, shares):
    places = count_places(number, tuple(shares))
    assert (np.diff(places) >= 0).all()
    assert (places <= np.cumsum(shares) * number / 100 + 1e-9).all()
    assert (places > np.cumsum(shares) * number / 100 - 1).all()


def of_period(period, *rows):
    return decided(*rows).assign(period=period)


@pytest.mark.parametrize(
    ("decisions", "days", "moves"),
    [
        # decided in January on the year before: the period before, all the same
        ([("2025", [(A, 3, "2026-01-15", "")]), ("2026", [(A, 2, "2026-11-30", "")])],
         ("2026-01-15", "2026-11-30"), {A: "up"}),
        # no period before, two rounds in this one
        ([("2026", [(A, 3, "2026-03-20", ""), (A, 2, "2026-11-30", ""), (B, 1, "2026-11-30", "")])],
         ("2026-03-20", "2026-11-30"), {A: "up", B: "new"}),
        # one round: everything is new
        ([("2026", [(A, 3, "2026-03-20", "")])], ("2025-12-31", "2026-03-20"), {A: "new"}),
        # the next period does not count, nor does one before in which nothing followed
        ([("2026", [(A, 3, "2026-03-20", "")]), ("2027", [(A, 1, "2027-03-20", "")])],
         ("2025-12-31", "2026-03-20"), {A: "new"}),
        ([("2025", [(A, 3, "2025-03-20", "")])], ("2026-01-01", "2026-01-01"), {}),
    ],
    ids=["period before", "two rounds", "one round", "period after", "none"],
)  # fmt: skip
def test_a_periods_moves_begin_where_the_period_before_ended(small, decisions, days, moves):
    periods = [
        {"id": year, "begins": f"{year}-01-01", "ends": f"{year}-12-31"} for year in ("2025", "2026", "2027")
    ]
    campaign = small.make_campaign(periods=periods)
    rows = pd.concat([of_period(period, *given) for period, given in decisions], ignore_index=True)
    other = of_period("2026", (C, 1, "2026-12-30", "")).assign(track_id="other")
    frame, since, until = find_period_moves(
        campaign, "2026", "t", pd.concat([rows, other], ignore_index=True)
    )
    assert (since.isoformat(), until.isoformat()) == days
    assert dict(zip(frame["unit_code"], frame["move"], strict=True)) == moves


def test_a_track_without_classes_is_refused(small):
    table, (one,) = score_tracks(small.make_campaign(), "2026", small.make_records())
    with pytest.raises(ValueError, match="has no classes"):
        classify_units(one.layout, one.totals, one.vetoes, table, TODAY)
