import pytest

from pbwidgets.errors import DataError

A, B, C, D, E = "9901001", "9901002", "9901003", "9902001", "9902002"

INCIDENT = {"id": "incident", "effect": "bar", "when": "${incidents} > 0"}
FALSE = {"id": "falsified", "effect": "disqualify", "scope": "unit"}
OFFICERS = {"id": "officers", "effect": "bar", "scope": "unit_and_officers"}
CAP = {"id": "late", "effect": "cap"}


@pytest.fixture
def campaign(small):
    gates = [{**gate, "name": small.words(gate["id"])} for gate in (INCIDENT, FALSE, OFFICERS, CAP)]
    other = small.make_track(id="second", criteria=[small.rated("other", 100)])
    return small.make_campaign(small.make_track(gates=gates), other)


def veto(unit, kind, status="in_force", track="teams", basis="虚构文号"):
    return {"unit_code": unit, "kind": kind, "status": status, "track_id": track, "basis": basis}


def statuses(small, campaign, track="teams", **rows):
    marks = [small.mark(unit, 50, line=line) for unit in (A, B, C, D) for line in ("unity", "other")]
    scores = small.score(campaign, ratings=marks, **rows)
    return scores.selection[scores.selection["track_id"] == track].set_index("unit_code")


def test_a_gate_closes_by_a_measure(small, campaign):
    rows = statuses(small, campaign, submissions=[small.answer(A, "incidents", 1, form="incident")])
    assert rows.loc[A, "status"] == "barred"
    assert rows.loc[A, "reason_code"] == "scoring.barred"
    assert (rows.loc[A, "rank"], rows.loc[A, "total"]) == (1, 50)
    assert "得分和名次保留" in rows.loc[A, "reason_zh"]
    assert rows.loc[B, "status"] != "barred"


def test_a_gate_over_a_missing_measure_does_not_close(small):
    gate = {"id": "few", "name": small.words("few"), "effect": "bar", "when": "not(${deeds} > 2)"}
    rows = statuses(
        small, small.make_campaign(small.make_track(gates=[gate])), submissions=[small.answer(A, "deeds", 1)]
    )
    assert rows["status"].eq("barred").to_dict() == {A: True, B: False, C: False, D: False, E: False}


@pytest.mark.parametrize(("status", "expected"), [("in_force", True), ("appealed", True), ("lifted", False)])
def test_a_veto_on_record_holds_until_it_is_lifted(small, campaign, status, expected):
    rows = statuses(small, campaign, vetoes=[veto(A, "falsified", status)])
    assert (rows.loc[A, "status"] == "disqualified") is expected
    assert ("虚构文号" in rows.loc[A, "reason_zh"]) is expected


@pytest.mark.parametrize(
    ("kind", "track", "in_second"),
    [("late", "teams", False), ("falsified", "teams", True), ("falsified", None, True)],
)
def test_scope_says_in_which_tracks_a_veto_holds(small, campaign, kind, track, in_second):
    rows = statuses(small, campaign, "second", vetoes=[veto(A, kind, track=track)])
    assert (rows.loc[A, "status"] == "disqualified") is in_second


def test_the_strictest_gate_shows(small, campaign):
    rows = statuses(small, campaign, vetoes=[veto(A, "late"), veto(A, "falsified"), veto(A, "officers")])
    assert rows.loc[A, "status"] == "disqualified"


def test_a_capped_unit_keeps_its_rank_and_is_not_selected(small, campaign):
    rows = statuses(small, campaign, vetoes=[veto(A, "late")])
    assert (rows.loc[A, "status"], rows.loc[A, "rank"]) == ("capped", 1)


def test_an_unknown_gate_is_refused_with_those_there_are(small, campaign):
    with pytest.raises(DataError, match="falsified, officers, late"):
        statuses(small, campaign, vetoes=[veto(A, "flasified")])
