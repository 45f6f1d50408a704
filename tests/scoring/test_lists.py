"""Lists on which units come by a condition: groups, decisions, periods counted, and what put a unit there."""

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from pbwidgets.campaign.model import Campaign
from pbwidgets.scoring.frames import COLUMNS, LISTED, to_frame
from pbwidgets.scoring.lists import for_all, for_top, list_units
from pbwidgets.scoring.measures import measure_units
from pbwidgets.scoring.pipeline import score_campaign, score_with_top
from pbwidgets.scoring.reasons import word_reason
from pbwidgets.scoring.register import build_register

PERIOD = "2026-11"
A, B, C = "9901001", "9901002", "9901003"


def words(text, english=None):
    return {"zh": text, "en": english or text}


def listed(list_id, name, **more):
    return {"id": list_id, "name": words(name, list_id), **more}


LIGHTS = [
    listed("red", "红", of="compliance", when="${check_overdue} > 1", tone="error", group="light"),
    listed("yellow", "黄", of="compliance", when="${check_overdue} > 0", tone="warn", group="light"),
    listed("green", "绿", of="compliance", tone="good", group="light"),
]
ACCOUNTABLE = listed(
    "accountable", "问责", of="compliance", when="${red_months} >= 2", decided=True, audience="top"
)
HELD = {"measure": "held"}
RED_MONTHS = [{"id": "red_months", "name": words("红牌月数", "Red months"), "list": "red"}]


def make_campaign(*lists, counted=(), **more):
    month = {"begins": "2026-11-01", "ends": "2026-11-30"}
    return Campaign.model_validate(
        {
            "format": 1,
            "id": "made_up",
            "name": words("达标"),
            "summary": words("虚构"),
            "unit_kinds": [
                {"id": "town", "name": words("镇")},
                {"id": "village", "name": words("村"), "parents": ["town"]},
            ],
            "partition_by": "village",
            "periods": [{"id": "2026-10", "begins": "2026-10-01", "ends": "2026-10-31"}, {"id": PERIOD, **month}],
            "forms": [
                {
                    "id": "monthly", "name": words("月报"), "unit_kind": "village",
                    "fields": [{"id": "held", "type": "integer", "label": words("次数")}],
                }
            ],
            "measures": [
                {
                    "id": "held", "name": words("会议", "meetings"), "form": "monthly", "aggregate": "sum",
                    "field": "held", "unit": words("次", "times"),
                }
            ],
            "tracks": [
                {
                    "id": "compliance", "name": words("达标"), "kind": "checklist", "unit_kind": "village",
                    "checks": [
                        {"id": "meet", "name": words("开会", "Meet"), "at_least": 1, "due": "2026-11-20", **HELD},
                        {"id": "more", "name": words("多开会", "More"), "at_least": 3, "due": "2026-11-10", **HELD},
                    ],
                }
            ],
            "lists": list(lists),
            "listed": list(counted),
            **more,
        }
    )  # fmt: skip


def make_records(small, held, **rows):
    units = [{"unit_code": "9901", "unit_name": "虚构镇", "kind": "town"}]
    units += [
        {"unit_code": code, "unit_name": code, "kind": "village", "parent_code": "9901"} for code in (A, B, C)
    ]
    given = [small.answer(unit, "held", value, form="monthly") for unit, value in held.items()]
    made = small.make_records(to_frame(units, COLUMNS["units"]), submissions=given, **rows)
    return replace(made, day=date(2026, 11, 25))


def standings(**states):
    rows = [
        {
            "unit_code": unit, "track_id": "compliance", "check_id": f"c{at}", "part": "", "state": state,
            "overdue_days": 10 + at if state == "overdue" else 0,
        }
        for unit, given in states.items()
        for at, state in enumerate(given)
    ]  # fmt: skip
    return to_frame(rows, COLUMNS["standings"])


def run(small, campaign, found=None, *, held=None, **rows):
    records = make_records(small, held or {}, **rows)
    table = measure_units(campaign, PERIOD, records.submissions, build_register(records.units))
    made = list_units(campaign, PERIOD, table, standings() if found is None else found, records)
    assert list(made.columns) == list(LISTED)
    return made.set_index(["list_id", "unit_code"])


def on(made, list_id):
    rows = made.loc[list_id]
    return rows.index[rows["on_list"]].tolist()


def test_of_a_group_a_unit_is_on_the_first_list_whose_condition_holds(small):
    states = {A: ["overdue", "overdue"], B: ["overdue", "reached"], C: ["reached", "claimed"]}
    made = run(small, make_campaign(*LIGHTS), standings(**states))
    assert [on(made, light) for light in ("red", "yellow", "green")] == [[A], [B], [C]]
    assert made.loc[("yellow", A), "reason_code"] == "standing.list_on_other"
    assert made.loc[("green", C), "reason_code"] == "standing.list_else"


def test_lists_without_a_group_do_not_exclude_each_other(small):
    lists = [{**one, "group": None} for one in LIGHTS]
    made = run(small, make_campaign(*lists), standings(**{A: ["overdue", "overdue"]}))
    assert [on(made, light) for light in ("red", "yellow", "green")] == [[A], [A], [A, B, C]]


def test_a_condition_may_count_all_checks_and_name_measures_and_kinds(small):
    most = "${check_reached} div ${check_all} >= 0.5 and ${held} > 2 and ${unit_kind} = 'village'"
    campaign = make_campaign(listed("good", "表扬", of="compliance", when=most))
    found = standings(**{A: ["reached", "overdue", "not_applicable", "no_target"], B: ["overdue"]})
    made = run(small, campaign, found, held={A: 3, B: 5})
    assert on(made, "good") == [A]
    assert made.loc[("good", C), "reason_code"] == "standing.list_unknown"  # C has handed nothing in
    assert not made.loc[("good", C), "proposed"]


def test_a_list_concerns_its_own_kinds_else_those_of_its_track(small):
    campaign = make_campaign(listed("towns", "镇", unit_kind="town"), listed("all", "村", of="compliance"))
    made = run(small, campaign)
    assert on(made, "towns") == ["9901"]
    assert on(made, "all") == [A, B, C]


def test_who_is_on_a_list_that_is_decided_is_who_was_decided_on(small):
    campaign = make_campaign(listed("good", "表扬", of="compliance", when="${held} > 0", decided=True))
    decided = {"track_id": "good", "decided_on": "2026-11-24", "decided_by": "会议", "reason": "据实"}
    rows = [
        {**decided, "unit_code": A, "status": "not_selected"},
        {**decided, "unit_code": B, "status": "selected"},
    ]
    made = run(small, campaign, held={A: 1, B: 0, C: 1}, decisions=rows).loc["good"]
    assert made["proposed"].tolist() == [True, False, True]
    assert made["on_list"].tolist() == [False, True, False]
    assert made["decided"].fillna("").tolist() == ["not_selected", "selected", ""]
    assert made["decided_on"].fillna("").tolist() == ["2026-11-24", "2026-11-24", ""]


def earlier(list_id, unit, period="2026-10", **more):
    return {"list_id": list_id, "unit_code": unit, "period": period, "on_list": True, **more}


def test_two_months_red_are_those_of_earlier_periods_and_this_one(small):
    campaign = make_campaign(*LIGHTS, ACCOUNTABLE, counted=RED_MONTHS)
    before = [
        earlier("red", A), earlier("red", A, campaign="another"), earlier("red", B), earlier("red", C),
        earlier("red", B, period="2026-09"), earlier("red", C, period="2026-09", on_list=False),
        earlier("red", A, period=PERIOD),  # this period's is worked out, not read
    ]  # fmt: skip
    found = standings(**{A: ["overdue", "overdue"], B: ["reached"], C: ["reached"]})
    made = run(small, campaign, found, listed=before).loc["accountable"]
    assert made["proposed"].tolist() == [True, True, False]
    assert not made["on_list"].any()  # nobody has decided
    args = [json.loads(text)["values"]["red_months"] for text in made["reason_args"]]
    assert args == [2, 2, 1]


def test_a_list_may_count_one_that_stands_after_it(small):
    campaign = make_campaign(ACCOUNTABLE, *LIGHTS, counted=RED_MONTHS)
    found = standings(**{A: ["overdue", "overdue"]})
    made = run(small, campaign, found, listed=[earlier("red", A)])
    assert made.index.get_level_values("list_id").unique().tolist() == [
        "accountable",
        "red",
        "yellow",
        "green",
    ]
    assert made.loc[("accountable", A), "proposed"]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("zh_CN", "符合列入条件：已逾期2项（多开会逾期15天；开会逾期5天）。"),
        ("en", "Meets the condition: Overdue: 2 (More, 15 days overdue; Meet, 5 days overdue)."),
    ],
)
def test_a_reason_names_the_checks_that_put_a_unit_there_the_longest_overdue_first(small, lang, text):
    campaign = make_campaign(*LIGHTS)
    lists = score_campaign(campaign, PERIOD, make_records(small, {B: 1, C: 3})).lists
    row = lists[(lists["list_id"] == "red") & (lists["unit_code"] == A)].iloc[0]
    assert row["on_list"]
    assert word_reason(campaign, row["reason_code"], row["reason_args"], lang) == text


@pytest.mark.parametrize(
    ("unit", "list_id", "text"),
    [
        (A, "few", "符合列入条件：已逾期1项（多开会逾期15天）、会议为1次。"),
        (B, "few", "不符合列入条件：已逾期0项、会议为5次。"),
        (C, "few", "会议没有数据，无法判断是否列入。"),
        (A, "rest", "已列入“少”。"),
        (C, "rest", "会议没有数据，无法判断是否列入。"),  # it may be one of the few
        (B, "rest", "未列入同组其他名单。"),
        (B, "all", "本名单包括全部单位。"),
    ],
)
def test_every_reason_has_its_sentence(small, unit, list_id, text):
    few = "${held} < 3 and ${check_overdue} > 0"
    lists = [
        listed("few", "少", of="compliance", when=few, group="one"), listed("rest", "余", of="compliance", group="one"),
        listed("all", "全", of="compliance"),
    ]  # fmt: skip
    campaign = make_campaign(*lists)
    made = score_campaign(campaign, PERIOD, make_records(small, {A: 1, B: 5})).lists
    row = made[(made["list_id"] == list_id) & (made["unit_code"] == unit)].iloc[0]
    assert word_reason(campaign, row["reason_code"], row["reason_args"], "zh_CN") == text


def test_what_only_the_top_may_see_is_in_no_score(small):
    campaign = make_campaign(*LIGHTS, ACCOUNTABLE, counted=RED_MONTHS)
    records = make_records(small, {B: 1}, listed=[earlier("red", A)])
    scores, top = score_with_top(campaign, PERIOD, records)
    assert set(top["list_id"]) == {"accountable"}
    assert top.loc[top["proposed"], "unit_code"].tolist() == [A]
    assert set(scores.lists["list_id"]) == {"red", "yellow", "green"}
    pd.testing.assert_frame_equal(score_campaign(campaign, PERIOD, records).lists, scores.lists)
    both = pd.concat([for_all(campaign, scores.lists), for_top(campaign, top)])
    assert len(both) == len(scores.lists) + len(top)


def test_a_campaign_of_checklists_alone_is_scored_without_a_single_point(small):
    scores = score_campaign(make_campaign(*LIGHTS), PERIOD, make_records(small, {A: 3, B: 1}))
    assert [
        len(getattr(scores, name)) for name in ("points", "totals", "ranking", "selection", "reference")
    ] == [0] * 5
    assert scores.standings.groupby("unit_code")["state"].agg(list).to_dict() == {
        A: ["reached", "reached"], B: ["reached", "overdue"], C: ["overdue", "overdue"],
    }  # fmt: skip
