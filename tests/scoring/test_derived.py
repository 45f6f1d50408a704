"""Measures derived from others stand wherever a measure may."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from pbwidgets.campaign.findings import Finding
from pbwidgets.campaign.reader import validate
from pbwidgets.scoring.carried import order_layouts
from pbwidgets.scoring.pipeline import score_campaign
from pbwidgets.scoring.register import build_register
from pbwidgets.scoring.track_layout import lay_out

A, B, C, D, E = "9901001", "9901002", "9901003", "9902001", "9902002"


def derived(measure_id, expression, **more):
    return {"id": measure_id, "name": {"zh": measure_id, "en": measure_id}, "expression": expression, **more}


@pytest.fixture
def value_of(small):
    """Value, and whether it is missing or not applicable, of a measure and unit."""

    def run(expressions, answers):
        made = [derived(name, text) for name, text in expressions.items()]
        scores = small.score(small.make_campaign(derived=made), submissions=answers)
        frame = scores.measures.set_index(["measure_id", "unit_code"])

        def read(name, unit):
            row = frame.loc[(name, unit)]
            return row["value"], bool(row["missing"]), bool(row["not_applicable"])

        return read

    return run


def test_it_is_computed_from_measures_of_the_same_unit_and_from_other_derived_ones(small, value_of):
    answers = [small.answer(A, "deeds", 7), small.answer(A, "faults", 3), small.answer(B, "deeds", 5)]
    read = value_of({"net": "max(${half}, 2) - ${faults}", "half": "round(${deeds} div 2, 0)"}, answers)
    assert read("half", A) == (4, False, False)
    assert read("net", A) == (1, False, False)
    value, missing, not_applicable = read("net", B)
    assert np.isnan(value)
    assert (missing, not_applicable) == (True, False)


def test_an_expression_may_name_kind_and_domain_of_the_unit(small):
    units = small.make_units()
    units["domain"] = units["unit_code"].map({A: "街道"}).astype("string")
    made = [
        derived("street", "if(${unit_domain} = '街道', ${deeds}, 1)"),
        derived("team", "if(${unit_kind} = 'team', ${deeds}, 1)"),
        derived("other", "if(${unit_kind} = 'nobody', 1, ${deeds})"),
    ]
    gate = {"id": "gate", "name": small.words("街道"), "effect": "bar", "when": "${unit_domain} = '街道'"}
    line = small.computed(
        "deeds_line", 100, small.DEEDS,
        not_applicable={"when": "${unit_domain} = '街道'", "then": "full"},
        exemption={"when": "${unit_kind} = 'team' and ${deeds} = 0", "name": small.words("免责")},
    )  # fmt: skip
    campaign = small.make_campaign(small.make_track(criteria=[line], gates=[gate]), derived=made)
    answers = [small.answer(unit, "deeds", deeds) for unit, deeds in ((A, 7), (B, 0))]
    scores = small.score(campaign, units, submissions=answers)
    values = scores.measures.set_index(["measure_id", "unit_code"])["value"]
    assert [values["street", A], values["team", B], values["other", A]] == [7, 0, 7]
    assert values["street", B] == 1  # without a domain it is of none, as in forms and rows
    assert not {"unit_kind", "unit_domain"} & set(scores.measures["measure_id"])
    rows = scores.points[scores.points["layer"] == "county"].set_index("unit_code")
    assert (rows["reason_code"][A], rows["points"][B]) == ("scoring.not_applicable_full", 100)
    assert small.pick(scores.selection, "status", unit_code=A) == "barred"
    assert small.pick(scores.selection, "status", unit_code=B) != "barred"


@pytest.mark.parametrize(
    ("day", "today"),
    [
        (date(2026, 11, 30), date(2026, 11, 30)),
        (date(2027, 3, 1), date(2026, 12, 31)),
        (date(2025, 3, 1), date(2026, 1, 1)),
        (None, date(2026, 12, 31)),
    ],
)
def test_today_is_the_day_of_the_records_within_the_period(small, day, today):
    """Of a task due on 25 December, 25 days are left on 30 November."""
    campaign = small.make_campaign(derived=[derived("today", "today() + 0 * ${deeds}")])
    records = replace(small.make_records(submissions=[small.answer(A, "deeds", 7)]), day=day)
    measures = score_campaign(campaign, "2026", records).measures
    found = small.pick(measures, "value", measure_id="today", unit_code=A)
    assert date(1970, 1, 1) + timedelta(days=int(found)) == today


def test_what_is_missing_can_be_asked_for(small, value_of):
    answers = [small.answer(A, "deeds", 7), small.answer(A, "faults", 3), small.answer(B, "deeds", 5)]
    read = value_of(
        {
            "net": "${deeds} - coalesce(${faults}, 0)",
            "known": "if(is_missing(${faults}), 0, 1)",
            "level": "if(${faults} > 2, 1, 0)",
        },
        answers,
    )
    assert [read("net", unit)[0] for unit in (A, B)] == [4, 5]
    assert [read("known", unit)[0] for unit in (A, B)] == [1, 0]
    assert (read("level", A)[0], read("level", B)[1]) == (1, True)


def test_it_does_not_apply_where_one_of_its_measures_does_not(small, value_of):
    answers = [small.answer(A, "due", 0), small.answer(A, "deeds", 1)]
    _, missing, not_applicable = value_of({"both": "${done_pct} + ${deeds}"}, answers)("both", A)
    assert (missing, not_applicable) == (False, True)


def test_lines_gates_and_ties_take_it_by_its_name(small):
    line = small.computed(
        "line", 40, {"name": "per_missing_item", "measure": "net", "required": 3, "points_each": 10}
    )
    track = small.make_track(
        criteria=[small.rated("unity", 60), line],
        tie_breaks=[{"measure": "net"}],
        gates=[
            {
                "id": "few",
                "name": {"zh": "太少", "en": "few"},
                "effect": "disqualify",
                "when": "${net} < group_mean(${net}) - 1",
            }
        ],
    )
    made = [derived("net", "${deeds} - ${faults}", unit={"zh": "件", "en": "items"})]
    campaign = small.make_campaign(track, derived=made)
    answers = [small.answer(unit, "deeds", deeds) for unit, deeds in ((A, 4), (B, 4), (C, 2))]
    answers += [small.answer(unit, "faults", faults) for unit, faults in ((A, 1), (B, 2), (C, 2))]
    scores = small.score(campaign, submissions=answers, ratings=[small.mark(unit, 50) for unit in (A, B, C)])
    assert small.pick(scores.points, "points", unit_code=B, criterion_id="line", layer="county") == 30
    status = scores.selection.set_index("unit_code")["status"]
    assert (status[A], status[C]) == ("selected", "disqualified")  # net: 3, 2, 0; their mean 5/3


def test_a_track_comes_after_the_one_whose_total_its_derived_measures_rest_on(small):
    taken = small.computed("taken", 100, {"name": "carried_over", "measure": "half", "full": 50})
    second = small.make_track(id="annual", criteria=[taken], places=None, waiting=0)
    campaign = small.make_campaign(
        second,
        small.make_track(),
        carried=[{"id": "total", "name": {"zh": "总分", "en": "Total"}, "track": "teams"}],
        derived=[derived("half", "${total} div 2")],
    )
    layouts = [lay_out(campaign, track, build_register(small.make_units())) for track in campaign.tracks]
    assert [layout.track.id for layout in order_layouts(campaign, "2026", layouts)] == ["teams", "annual"]
    scores = small.score(campaign, submissions=[small.answer(A, "deeds", 3)], ratings=[small.mark(A, 50)])
    assert small.pick(scores.totals, "total", unit_code=A, track_id="annual", layer="county") == 90
    assert small.pick(scores.measures, "value", unit_code=A, measure_id="half") == 45


@pytest.mark.parametrize(
    ("made", "code", "args"),
    [
        (
            [derived("a", "${b} + 1"), derived("b", "${a} * 2")],
            "campaign.derived_in_circle",
            {"circle": "a → b → a"},
        ),
        ([derived("a", "${nothing} + 1")], "campaign.unknown_name", {"value": "nothing"}),
        ([derived("a", "${deeds} = '是'")], "campaign.literal_not_number", {"value": "是", "nearest": "1"}),
        ([derived("a", "group_mean(${deeds})")], "campaign.expression_of_groups", {"name": "group_mean"}),
        ([derived("a", "string-length(${deeds})")], "campaign.expression_of_text", {"name": "string-length"}),
        ([derived("deeds", "${faults} + 1")], "campaign.repeated_id", {"value": "deeds"}),
        ([derived("a", "${deeds} +")], "campaign.expression_syntax", {}),
    ],
)
def test_what_cannot_be_derived_is_named(small, made, code, args):
    data = small.make_campaign().model_dump(mode="json", exclude_defaults=True) | {"derived": made}
    _, (finding,) = validate(data)
    assert isinstance(finding, Finding)
    assert finding.code == code
    assert finding.args.items() >= args.items()
