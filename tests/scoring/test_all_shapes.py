"""All shapes of the rule language in one campaign file, against sheets that were worked out by hand.

The numbers below were worked out on paper from the words of the rules, and the three texts in ``all_shapes`` were
written as a clerk would write them, before anything was scored.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pbwidgets.campaign.model import Criterion
from pbwidgets.campaign.reader import check_campaign, read_campaign
from pbwidgets.campaign.rules import NotApplicable
from pbwidgets.scoring.carried import TotalsOf, list_carried
from pbwidgets.scoring.frames import CARRIED, RATINGS, to_frame
from pbwidgets.scoring.frames import UNITS as UNIT_COLUMNS
from pbwidgets.scoring.pipeline import score_campaign
from pbwidgets.scoring.sheet import explain_unit

HERE = Path(__file__).with_name("all_shapes")
FILE = HERE / "campaign.yaml"
NAN = float("nan")
COMMON = {"campaign": "made_up", "period": "2026"}
OUT_ABOVE_NINE = NotApplicable(then="leave_out", when="${growth} > 9")
A, B, C, D, E = "9901001", "9901002", "9901003", "9902001", "9902002"
X, Y = "9903", "9904"

UNITS = [
    ("99", "虚构县", "county", None),
    ("9901", "东乡", "township", "99"),
    ("9902", "西乡", "township", "99"),
    (A, "青山村", "village", "9901"),
    (B, "白石村", "village", "9901"),
    (C, "河水村", "village", "9901"),
    (D, "孤山村", "village", "9902"),
    (E, "空谷村", "village", "9902"),
    (X, "交通局", "bureau", "99"),
    (Y, "水务局", "bureau", "99"),
]

FACTS = {
    A: {
        "plan": "yes", "young": 37, "members": 200, "satisfaction": 92, "faults": 3, "deeds": 6,
        "growth": 8.2, "trainings": 12, "tidiness": 89.5, "covered": 8, "enterprises": 10, "target": 45,
    },
    B: {
        "plan": "no", "young": 30, "members": 100, "satisfaction": 86, "faults": 0, "deeds": 12,
        "growth": 9.1, "trainings": 6, "tidiness": 90, "covered": 0, "enterprises": 0, "target": 40,
    },
    C: {
        "plan": "yes", "young": 5, "members": 100, "satisfaction": 80, "faults": 25, "deeds": 0,
        "growth": 8.2, "trainings": 0, "tidiness": 55, "covered": 10, "enterprises": 10, "target": 50,
        "flooded": "yes", "late": "yes",
    },
    D: {
        "plan": "yes", "young": 20, "members": 100, "satisfaction": 70, "faults": 1, "deeds": 2,
        "growth": -1, "trainings": 5, "covered": 5, "enterprises": 10, "target": 30,
    },
}  # fmt: skip
MEETINGS = {  # the one of 2025 lies outside of the period
    A: ["2025-12-30", "2026-03-02", "2026-06-01", "2026-12-31"],
    B: ["2026-01-01", "2026-04-01", "2026-07-01", "2026-10-01"],
    C: [],
    D: ["2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01"],
}
LINES = ("unity", "by_a", "by_b", "by_c", "effect")
SOURCES = ("check", "section_a", "section_b", "section_c", "check")
MARKS = {
    (A, "self"): (10, 4, 3, 2.5, 14),
    (A, "township"): (9, 4, 3, 2, 13),
    (A, "county"): (8, 3.5, 3, 2, 12.5),
    (B, "county"): (9, 4, 2.5, 2.5, 13),
    (C, "county"): (7, 3, 2, 1.5, 10),
    (D, "township"): (8, 3, 2, 2, 11),
}
EXTRA = [
    (A, "extra", "check", 1, "承办全县现场会"),
    (C, "extra", "check", -2, "被县级通报批评一次"),
    (X, "bureau_extra", "county", -1, "会风会纪问题被通报"),
]

# what every line brings in the county's layer (of D, whom the county has not marked, in the township's)
POINTS = {
    "unity": (8, 9, 7, 8),
    # 3 of 4 meetings: -0.5; none: -2 would go below the floor of 6.5, and the flood gives all 8 back
    "meetings_line": (7.5, 8, 8, 8),
    "plan_line": (5, 0, 5, 5),
    # 18.5 % is one whole per cent below 20, 5 % fifteen
    "young_line": (4.9, 5, 3.5, 5),
    # mean of the township 86: C is 6 behind; D has nobody beside it with a value
    "satisfaction_line": (10, 10, 7, 10),
    # 3 × 0.1; none; 25 × 0.1 is more than 2; 1 × 0.1
    "faults_line": (-0.3, 0, -2, -0.1),
    # 6 × 0.05; 12 × 0.05 is more than 0.5; none; 2 × 0.05
    "deeds_line": (0.3, 0.5, 0, 0.1),
    # B first, A and C share the second place; D alone in its township
    "growth_line": (11.4, 12, 11.4, 12),
    # 12 is the best of the township, 6 half of it; 5 is the best of the other township
    "trainings_line": (6, 3, 0, 6),
    # 89.5: from 80; 90: from 90; 55: below all; not answered
    "tidiness_line": (8, 10, 0, NAN),
    # 80 % is 20 below 100; no enterprises: left out; 100 %; 50 % is 50 below
    "covered_line": (8, NAN, 10, 5),
    "by_a": (3.5, 4, 3, 3),
    "by_b": (3, 2.5, 2, 2),
    "by_c": (2, 2.5, 1.5, 2),
    "effect": (12.5, 13, 10, 11),
    "extra": (1, 0, -2, 0),
}
FINAL = {
    ("villages", A): 90.8,  # 89.8 of the base, -0.3 + 0.3 + 1
    ("villages", B): 88.28,  # 79 of 90, brought to 100: 87.78; + 0.5
    ("villages", C): 64.4,  # 68.4, -2 - 2
    ("villages", D): 77.0,  # 77, -0.1 + 0.1
    ("villages", E): NAN,
    ("bureaus", X): 101.0,  # 100 - 2 - 2 + 6 - 1
    ("bureaus", Y): 95.0,  # 100 - 5
    ("annual", A): 91.32,  # 0.4 × 90.8 + 0.2 × 95 + 0.8 × 45
    ("annual", B): 67.31,  # 0.4 × 88.28 + 0.8 × 40; last year is missing
    ("annual", C): 85.76,  # 0.4 × 64.4 + 20 (104 counts as 100) + 0.8 × 50
    ("annual", D): 70.8,  # 0.4 × 77 + 0.2 × 80 + 0.8 × 30
    ("annual", E): NAN,
}
STATUS = {
    ("villages", A): "selected",
    ("villages", B): "barred",
    ("villages", C): "capped",
    ("villages", D): "disqualified",
    ("villages", E): "no_data",
    ("bureaus", X): "selected",
    ("bureaus", Y): "not_selected",
    ("annual", A): "selected",
    ("annual", B): "not_selected",
    ("annual", C): "selected",
    ("annual", D): "not_selected",
    ("annual", E): "no_data",
}


@pytest.fixture(scope="module")
def campaign():
    return read_campaign(FILE)


@pytest.fixture(scope="module")
def records(small):
    answers = [
        small.answer(unit, name, value) for unit, facts in FACTS.items() for name, value in facts.items()
    ]
    answers += [
        small.answer(unit, "meetings/held_on", day, row=row)
        for unit, days in MEETINGS.items()
        for row, day in enumerate(days)
    ]
    for unit, facts in {
        X: {"late_reports": 2, "complaints": 1, "commendations": 5},
        Y: {"late_reports": 9, "complaints": 0, "commendations": 0},
    }.items():
        answers += [small.answer(unit, name, value, form="bureau_report") for name, value in facts.items()]
    marks = [
        small.mark(unit, points, layer, line, source=source if layer == "county" else layer)
        for (unit, layer), given in MARKS.items()
        for line, source, points in zip(LINES, SOURCES, given, strict=True)
    ]
    marks[MARK_WITH_REASON]["comment"] = "换届推迟一个月"
    marks += [
        small.mark(unit, points, "county", line, source=source, comment=comment)
        for unit, line, source, points, comment in EXTRA
    ]
    vetoes = [
        {
            "unit_code": B,
            "track_id": "villages",
            "kind": "incident",
            "basis": "事故通报",
            "status": "appealed",
        },
        {"unit_code": D, "track_id": "villages", "kind": "falsified", "basis": "核查", "status": "in_force"},
    ]
    names = ("unit_code", "unit_name", "kind", "parent_code")
    units = to_frame([dict(zip(names, unit, strict=True)) for unit in UNITS], UNIT_COLUMNS)
    last_year = {A: 95.0, C: 104.0, D: 80.0}
    carried = [
        {"campaign": "all_shapes", "period": "2025", "track_id": "annual", "unit_code": unit, "total": total}
        for unit, total in last_year.items()
    ]
    made = small.make_records(units, submissions=answers, ratings=marks, vetoes=vetoes)
    return replace(made, carried=to_frame(carried, CARRIED))


MARK_WITH_REASON = 10  # the county's mark on the unity of A


@pytest.fixture(scope="module")
def scores(campaign, records):
    return score_campaign(campaign, "2026", records)


def test_the_file_has_no_problems():
    assert check_campaign(FILE) == ()


def test_every_shape_of_the_rule_language_stands_in_the_file(campaign):
    lines = [line for track in campaign.tracks for line in track.lines()]
    assert {line.rule.name for line in lines} == {
        "rated", "per_missing_item", "all_or_nothing", "threshold_then_per_unit", "against_group",
        "capped_bonus", "capped_deduction", "rank_to_points", "proportional_to_best", "bands",
        "carried_over", "discretion",
    }  # fmt: skip
    assert any(line.exemption for line in lines)
    assert any(line.not_applicable for line in lines)
    assert any(line.sources for line in lines)
    assert any(track.starting_points for track in campaign.tracks)
    assert max(len(track.layers) for track in campaign.tracks) == 3
    assert len({track.unit_kind for track in campaign.tracks}) == 2
    gates = {gate.effect for track in campaign.tracks for gate in track.gates}
    assert gates == {"disqualify", "bar", "cap"}


@pytest.mark.parametrize("line", POINTS)
def test_every_line_brings_what_was_worked_out_by_hand(small, scores, line):
    for unit, expected in zip((A, B, C, D), POINTS[line], strict=True):
        layer = "township" if unit == D else "county"
        given = small.pick(scores.points, "points", unit_code=unit, criterion_id=line, layer=layer)
        assert given == pytest.approx(expected, abs=1e-9, nan_ok=True), unit


def test_every_total_and_status_is_what_was_worked_out_by_hand(scores):
    rows = scores.selection.set_index(["track_id", "unit_code"])
    assert rows["status"].to_dict() == STATUS
    for key, total in FINAL.items():
        assert rows.loc[key, "total"] == pytest.approx(total, abs=1e-9, nan_ok=True), key


def test_totals_that_lack_something_are_provisional(scores):
    final = scores.totals[scores.totals["layer"] == "final"].set_index(["track_id", "unit_code"])
    assert {key for key, row in final.iterrows() if row["provisional"]} == {("villages", D), ("annual", B)}


def test_layers_stand_side_by_side(small, scores):
    totals = {
        layer: small.pick(scores.totals, "total", unit_code=A, track_id="villages", layer=layer)
        for layer in ("self", "township", "county")
    }
    assert totals == pytest.approx({"self": 94.3, "township": 91.8, "county": 90.8})


@pytest.mark.parametrize(("unit", "file"), [(A, "qingshan.txt"), (C, "heshui.txt"), (X, "jiaotong.txt")])
def test_the_explanation_is_what_a_clerk_wrote(campaign, records, scores, unit, file):
    written = (HERE / file).read_text(encoding="utf-8").rstrip("\n")
    assert explain_unit(campaign, scores, records, unit, "zh_CN") == written


@pytest.mark.parametrize("unit", [A, B, C, D, E, X, Y])
def test_the_explanation_stands_in_english_too(campaign, records, scores, unit):
    text = explain_unit(campaign, scores, records, unit, "en")
    names = [name for _, name, _, _ in UNITS] + [comment for *_, comment in EXTRA]
    for name in [*names, "换届推迟一个月", "事故通报", "核查"]:
        text = text.replace(name, "")
    assert not any("一" <= sign <= "鿿" for sign in text)


def test_a_track_may_stand_before_the_one_it_takes_its_score_from(campaign, records, scores):
    turned = campaign.model_copy(update={"tracks": campaign.tracks[::-1]})
    again = score_campaign(turned, "2026", records).selection.set_index(["track_id", "unit_code"])["total"]
    first = scores.selection.set_index(["track_id", "unit_code"])["total"]
    assert again.sort_index().equals(first.sort_index())
    assert again.index.get_level_values(0)[0] == "annual"


def test_the_campaign_says_which_totals_it_needs_from_elsewhere(campaign):
    assert list_carried(campaign, "2026") == (TotalsOf("all_shapes", "2025", "annual"),)
    assert list_carried(campaign, "2025") == ()


def test_the_mark_of_a_source_that_does_not_mark_the_line_does_not_count(small, campaign, records):
    other = small.mark(A, 0.0, "county", "by_a", source="section_b")
    ratings = to_frame([*records.ratings.to_dict("records"), {**COMMON, **other}], RATINGS)
    points = score_campaign(campaign, "2026", replace(records, ratings=ratings)).points
    assert small.pick(points, "points", unit_code=A, criterion_id="by_a", layer="county") == 3.5


def test_a_line_that_does_not_apply_is_no_benchmark_for_others(small, campaign, records):
    """Without B and its 9.1 %, A and C share the first place with 8.2 %."""
    line = next(line for line in campaign.tracks[0].criteria if line.id == "growth_line")
    out = line.model_copy(update={"not_applicable": OUT_ABOVE_NINE})
    changed = _with_line(campaign, out)
    points = score_campaign(changed, "2026", records).points
    given = {
        unit: small.pick(points, "points", unit_code=unit, criterion_id="growth_line", layer="county")
        for unit in (A, B, C)
    }
    assert given[A] == given[C] == 12
    assert np.isnan(given[B])


def _with_line(campaign, line: Criterion):
    track = campaign.tracks[0]
    criteria = tuple(line if item.id == line.id else item for item in track.criteria)
    changed = track.model_copy(update={"criteria": criteria})
    return campaign.model_copy(update={"tracks": (changed, *campaign.tracks[1:])})


def test_an_exemption_stands_even_where_the_measure_is_missing(small, campaign, records):
    gone = records.submissions["field"].isin(["plan"]) & (records.submissions["unit_code"] == C)
    line = next(line for line in campaign.tracks[0].criteria if line.id == "plan_line")
    exempt = next(line for line in campaign.tracks[0].criteria if line.id == "meetings_line").exemption
    changed = _with_line(campaign, line.model_copy(update={"exemption": exempt}))
    scores = score_campaign(changed, "2026", replace(records, submissions=records.submissions[~gone]))
    where = {"unit_code": C, "criterion_id": "plan_line", "layer": "county"}
    assert small.pick(scores.points, "points", **where) == 5
    assert small.pick(scores.points, "reason_code", **where) == "scoring.exempt_without_data"


def test_a_corrected_line_says_nothing_of_its_exemption(small, campaign, records):
    mark = small.mark(C, 3.0, "county", "meetings_line", source="check", comment="并未停工")
    ratings = to_frame([*records.ratings.to_dict("records"), {**COMMON, **mark}], RATINGS)
    points = score_campaign(campaign, "2026", replace(records, ratings=ratings)).points
    where = {"unit_code": C, "criterion_id": "meetings_line"}
    assert small.pick(points, "points", **where, layer="county") == 3
    assert "note_exempt" not in small.pick(points, "reason_args", **where, layer="county")
    assert "note_exempt" in small.pick(points, "reason_args", **where, layer="township")
