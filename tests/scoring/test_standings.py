"""Where units stand in the checks of a checklist: every state by a case worked by hand."""

from datetime import date

import numpy as np
import pytest

from pbwidgets.campaign.model import Campaign
from pbwidgets.scoring.derived import derive_measures
from pbwidgets.scoring.frames import COLUMNS, STANDINGS, to_frame
from pbwidgets.scoring.measures import measure_units
from pbwidgets.scoring.register import build_register
from pbwidgets.scoring.standings import find_standings

PERIOD = "2026-11"
A, B, C = "9901001", "9901002", "9901003"


def words(text):
    return {"zh": text, "en": text}


STATES = [{"id": one, "label": words(one)} for one in ("not_begun", "under_way", "reached")]
ROWS = [
    {"id": "set_up", "name": words("组织设置"), "heading": "system", "section": "one", "due": "2026-11-20"},
    {"id": "team", "name": words("班子"), "heading": "system", "section": "one", "due": "2026-12-15"},
    {"id": "rooms", "name": words("阵地"), "heading": "service", "section": "two", "domain": "urban"},
]
FORMS = [
    {
        "id": "standards", "name": words("标准"), "unit_kind": "village", "lasts": "campaign",
        "fields": [
            {
                "id": "lines", "type": "repeat", "label": words("各项"), "rows": "standards",
                "when": "${row/domain} = '' or ${row/domain} = ${unit_domain}",
                "life": {"state": "state", "begun": ["under_way"], "done": ["reached"], "due": "row/due"},
                "fields": [{"id": "state", "type": "select_one", "choices": "state", "label": words("状态")}],
            }
        ],
    },
    {
        "id": "monthly", "name": words("月报"), "unit_kind": "village",
        "fields": [
            {"id": "held", "type": "integer", "label": words("次数")},
            {"id": "open", "type": "integer", "label": words("未结")},
            {"id": "due", "type": "integer", "label": words("应开")},
        ],
    },
    {
        "id": "setup", "name": words("目标"), "unit_kind": ["village", "town"],
        "fields": [
            {"id": "target", "type": "integer", "label": words("目标数")},
            {"id": "note", "type": "text", "label": words("说明")},
        ],
    },
]  # fmt: skip
MEASURES = [
    {"id": "held", "name": words("会议"), "form": "monthly", "aggregate": "sum", "field": "held"},
    {"id": "open", "name": words("未结问题"), "form": "monthly", "aggregate": "sum", "field": "open"},
    {
        "id": "share", "name": words("比例"), "form": "monthly", "aggregate": "sum", "field": "due",
        "not_applicable_when": "${due} = 0",
    },
]  # fmt: skip


def make_campaign(*checks, warn_days=7, kinds=("village",), **more):
    return Campaign.model_validate(
        {
            "format": 1,
            "id": "made_up",
            "name": words("达标"),
            "summary": words("虚构"),
            "unit_kinds": [
                {"id": "town", "name": words("镇")},
                {"id": "village", "name": words("村"), "parents": ["town"]},
                {"id": "office", "name": words("所"), "parents": ["town"]},
            ],
            "partition_by": "village",
            "periods": [
                {
                    "id": PERIOD, "begins": "2026-11-01", "ends": "2026-11-30",
                    "phases": [{"id": "first", "name": words("前段"), "begins": "2026-11-01", "ends": "2026-11-15"}],
                }
            ],
            "choices": {"state": STATES, "section": [{"id": "one", "label": words("一")}]},
            "tables": {
                "standards": {
                    "columns": {"heading": "text", "section": "section", "due": "date", "domain": "text"},
                    "rows": ROWS,
                }
            },
            "forms": FORMS,
            "measures": MEASURES,
            "tracks": [
                {
                    "id": "compliance", "name": words("达标"), "kind": "checklist", "unit_kind": list(kinds),
                    "warn_days": warn_days, "checks": list(checks),
                }
            ],
            **more,
        }
    )  # fmt: skip


def make_units(domains=None):
    rows = [{"unit_code": "9901", "unit_name": "虚构镇", "kind": "town"}]
    rows += [
        {
            "unit_code": code, "unit_name": f"村{code[-1]}", "kind": "village", "parent_code": "9901",
            "domain": (domains or {}).get(code),
        }
        for code in (A, B, C)
    ]  # fmt: skip
    rows.append({"unit_code": "9901009", "unit_name": "所", "kind": "office", "parent_code": "9901"})
    return to_frame(rows, COLUMNS["units"])


def entry(row_id, unit=A, **more):
    told = {"state": "", "is_closed": False, "due_on": None, **more}
    return {"form_id": "standards", "unit_code": unit, "row_id": row_id, "occurrence": 0, **told}


def stand(small, campaign, day, *, units=None, entries=(), **rows):
    """Standings on a day, by unit, check and part."""
    from dataclasses import replace

    records = replace(small.make_records(make_units() if units is None else units, **rows), day=day)
    table = measure_units(campaign, PERIOD, records.submissions, build_register(records.units), day)
    table = derive_measures(campaign, table, day)
    found = find_standings(campaign, PERIOD, table, to_frame(list(entries), COLUMNS["entries"]), records)
    assert list(found.columns) == list(STANDINGS)
    return found.set_index(["unit_code", "check_id", "part"])


BY_ROW = {"rows": "standards/lines", "heading": "row/heading"}


def row_state(small, day, part="set_up", *, entries=(), warn_days=7, **rows):
    found = stand(small, make_campaign(BY_ROW, warn_days=warn_days), day, entries=entries, **rows)
    return found.loc[(A, "standards", part)]


@pytest.mark.parametrize(
    ("day", "told", "state", "days"),
    [
        (12, None, "not_begun", 0),
        (12, {"state": "not_begun"}, "not_begun", 0),
        (12, {"state": "under_way"}, "under_way", 0),
        (13, {"state": "under_way"}, "due_soon", 0),  # seven days before the 20th
        (13, None, "due_soon", 0),
        (20, None, "due_soon", 0),  # the day itself is not over
        (21, None, "overdue", 1),
        (21, {"state": "under_way"}, "overdue", 1),
        (30, None, "overdue", 10),
        (30, {"state": "reached", "is_closed": True}, "reached", 0),
        (30, {"state": "under_way", "claimed": True}, "claimed", 0),
        (21, {"due_on": "2026-11-25"}, "due_soon", 0),  # the entry's own due day stands before the table's
    ],
)
def test_a_row_is_reached_by_the_answer_that_counts_and_overdue_the_day_after_it_is_due(
    small, day, told, state, days
):
    entries = [] if told is None else [entry("set_up", **told)]
    found = row_state(small, date(2026, 11, day), entries=entries)
    assert (found["state"], found["overdue_days"], found["heading"]) == (state, days, "system")
    assert (found["value"], found["least"]) == (float(state == "reached"), 1)


def test_how_early_a_check_is_due_soon_is_the_tracks_own(small):
    assert row_state(small, date(2026, 11, 19), warn_days=0)["state"] == "not_begun"
    assert row_state(small, date(2026, 11, 20), warn_days=0)["state"] == "due_soon"


def test_what_was_handed_in_but_does_not_count_yet_is_begun_or_claimed(small):
    life = {"form_id": "standards", "unit_code": A, "row_id": "set_up", "version": 1}
    begun = [{**life, "begun_on": "2026-11-02"}]
    assert row_state(small, date(2026, 11, 12), lives=begun)["state"] == "under_way"
    claimed = [{**life, "begun_on": "2026-11-02", "claimed": True}]
    assert row_state(small, date(2026, 11, 30), lives=claimed)["state"] == "claimed"


def test_a_row_without_a_due_day_is_never_overdue_and_rows_are_those_of_the_units_domain(small):
    units = make_units({A: "urban"})
    found = stand(small, make_campaign(BY_ROW), date(2026, 11, 30), units=units)
    assert found.loc[(A, "standards", "rooms"), ["state", "heading"]].tolist() == ["not_begun", "service"]
    assert found.loc[A].index.get_level_values("part").tolist() == ["set_up", "team", "rooms"]
    assert found.loc[B].index.get_level_values("part").tolist() == ["set_up", "team"]


def test_an_excused_row_does_not_apply_and_one_put_off_is_due_on_the_new_day(small):
    granted = [
        {"unit_code": A, "check_id": "standards", "part": "set_up", "due_on": "2026-11-27", "times": 2},
        {"unit_code": B, "check_id": "standards", "part": "", "excused": True, "times": 1},
        {"unit_code": C, "check_id": "other", "part": "", "excused": True, "times": 1},
    ]
    found = stand(small, make_campaign(BY_ROW), date(2026, 11, 28), concessions=granted)
    put_off = found.loc[(A, "standards", "set_up")]
    assert put_off[["state", "due_on", "overdue_days", "due_moved"]].tolist() == [
        "overdue", "2026-11-27", 1, 2,
    ]  # fmt: skip
    assert set(found.loc[B]["state"]) == {"not_applicable"}
    assert found.loc[B]["value"].isna().all()
    assert found.loc[(C, "standards", "set_up"), "state"] == "overdue"


@pytest.mark.parametrize(
    ("day", "entries", "state", "value", "due"),
    [
        (30, ["reached", "reached"], "reached", 2, "2026-12-15"),
        (30, ["reached", "claimed"], "claimed", 1, "2026-12-15"),
        (12, ["reached", ""], "under_way", 1, "2026-12-15"),
        (12, ["", ""], "not_begun", 0, "2026-11-20"),
        (13, ["", ""], "due_soon", 0, "2026-11-20"),
        (21, ["", "reached"], "overdue", 1, "2026-11-20"),
        (21, ["claimed", "under_way"], "under_way", 0, "2026-12-15"),
    ],
)
def test_a_group_is_reached_only_with_all_of_its_rows_and_overdue_with_the_first(
    small, day, entries, state, value, due
):
    check = {"id": "sections", "rows": "standards/lines", "group": "row/section"}
    told = [
        entry(row, state=one, is_closed=one == "reached", claimed=one == "claimed")
        for row, one in zip(("set_up", "team"), entries, strict=True)
    ]
    found = stand(small, make_campaign(check), date(2026, 11, day), entries=told).loc[(A, "sections", "one")]
    assert found[["state", "value", "least", "due_on"]].tolist() == [state, value, 2, due]


def test_a_group_all_of_whose_rows_are_excused_does_not_apply(small):
    check = {"id": "sections", "rows": "standards/lines", "group": "row/section"}
    granted = [{"unit_code": A, "check_id": "sections", "part": "one", "excused": True}]
    found = stand(small, make_campaign(check), date(2026, 11, 30), concessions=granted)
    assert found.loc[(A, "sections", "one"), "state"] == "not_applicable"
    assert found.loc[(B, "sections", "one"), ["state", "overdue_days"]].tolist() == ["overdue", 10]


def test_one_row_of_a_group_is_excused_or_put_off(small):
    check = {"id": "sections", "rows": "standards/lines", "group": "row/section"}
    granted = [
        {"unit_code": A, "check_id": "sections", "part": "set_up", "excused": True},
        {"unit_code": B, "check_id": "sections", "part": "set_up", "due_on": "2026-12-20", "times": 1},
    ]
    found = stand(small, make_campaign(check), date(2026, 11, 30), concessions=granted)
    excused, put_off, other = (found.loc[(unit, "sections", "one")] for unit in (A, B, C))
    assert (excused["least"], excused["due_on"], other["least"]) == (1, "2026-12-15", 2)
    assert (put_off["state"], put_off["due_on"], put_off["due_moved"]) == ("not_begun", "2026-12-15", 1)
    assert (other["state"], other["overdue_days"]) == ("overdue", 10)


def answers(small, **values):
    return [small.answer(A, field, value, form="monthly") for field, value in values.items()]


@pytest.mark.parametrize(
    ("check", "day", "given", "state"),
    [
        ({"at_least": 2}, 10, {"held": 2}, "reached"),
        ({"at_least": 2}, 10, {"held": 1}, "under_way"),
        ({"at_least": 2}, 10, {"held": 0}, "not_begun"),
        ({"at_least": 2}, 10, {}, "not_begun"),
        ({"at_least": 0}, 10, {}, "not_begun"),  # missing is not 0
        ({"at_least": 2}, 23, {"held": 1}, "due_soon"),  # due with the period
        ({"at_least": 2}, 30, {"held": 1}, "short"),
        ({"at_least": 2}, 30, {}, "short"),
        ({"at_least": 2, "due": {"phase": "first"}}, 15, {"held": 1}, "due_soon"),
        ({"at_least": 2, "due": {"phase": "first"}}, 16, {"held": 1}, "overdue"),
        ({"at_least": 2, "due": "2026-12-31"}, 30, {"held": 1}, "under_way"),
        ({"at_most": 2}, 10, {"held": 3}, "excess"),
        ({"at_most": 2}, 10, {"held": 2}, "reached"),
        ({"at_most": 2}, 30, {}, "short"),
        ({"at_most": 2, "due": "2026-11-20"}, 10, {"held": 3}, "under_way"),
        ({"at_most": 2, "due": "2026-11-20"}, 21, {"held": 3}, "excess"),
        ({"at_least": 1, "at_most": 2}, 10, {"held": 2}, "reached"),
        ({"at_least": "${due} div 2"}, 10, {"held": 2, "due": 4}, "reached"),
        ({"at_least": "${due} div 0"}, 30, {"held": 2, "due": 4}, "no_target"),
        ({"at_least": 1, "applies": "${due} > 3"}, 30, {"held": 0, "due": 3}, "not_applicable"),
        ({"at_least": 1, "applies": "${due} > 3"}, 30, {"held": 0, "due": 4}, "short"),
        ({"at_least": 1, "applies": "${due} > 3"}, 30, {"held": 0}, "short"),  # has not said that it need not
        ({"measure": "share", "at_least": 1}, 30, {"due": 0}, "not_applicable"),
    ],
)
def test_a_measure_is_held_against_its_targets(small, check, day, given, state):
    due = [{"id": "due", "name": words("应开"), "form": "monthly", "aggregate": "sum", "field": "due"}]
    campaign = make_campaign({"id": "meet", "measure": "held", **check}, measures=[*MEASURES, *due])
    found = stand(small, campaign, date(2026, 11, day), submissions=answers(small, **given))
    row = found.loc[(A, "meet", "")]
    assert row["state"] == state
    if "held" not in given:
        assert np.isnan(row["value"])


def test_a_measure_that_is_asked_of_other_kinds_does_not_apply(small):
    campaign = make_campaign({"id": "meet", "measure": "held", "at_least": 1}, kinds=("village", "office"))
    found = stand(small, campaign, date(2026, 11, 30))
    assert found.loc[("9901009", "meet", ""), "state"] == "not_applicable"
    assert found.loc[(A, "meet", ""), "state"] == "short"


def test_a_target_is_that_of_the_unit_else_of_the_nearest_above_it_and_without_one_nothing_is_red(small):
    campaign = make_campaign({"id": "meet", "measure": "held", "at_least": "setup/target"})
    given = [small.answer(unit, "held", 3, form="monthly") for unit in (A, B, C)]
    own = [small.answer(A, "target", 4, form="setup"), small.answer(B, "note", "待定", form="setup")]
    above = [small.answer("9901", "target", 2, form="setup")]
    found = stand(small, campaign, date(2026, 11, 30), submissions=[*given, *own, *above])
    assert found.xs("meet", level="check_id")["state"].tolist() == ["short", "no_target", "reached"]
    assert found.loc[(A, "meet", ""), "least"] == 4
    found = stand(small, campaign, date(2026, 11, 30), submissions=given)
    assert set(found["state"]) == {"no_target"}
    assert set(found["value"]) == {3}


@pytest.mark.parametrize(
    ("check", "day", "given", "state"),
    [
        ({}, 10, {"open": 0}, "reached"),
        ({}, 10, {"open": 1}, "under_way"),
        ({}, 10, {}, "not_begun"),
        ({}, 30, {"open": 1}, "short"),
        ({"due": "2026-11-20"}, 21, {"open": 1}, "overdue"),
        ({"due": "2026-11-20"}, 21, {}, "overdue"),
        ({"applies": "${held} > 0"}, 30, {"open": 1, "held": 0}, "not_applicable"),
    ],
)
def test_a_condition_holds_or_is_waited_for(small, check, day, given, state):
    campaign = make_campaign({"id": "clear", "name": words("无未结"), "when": "${open} = 0", **check})
    found = stand(small, campaign, date(2026, 11, day), submissions=answers(small, **given))
    row = found.loc[(A, "clear", "")]
    assert row["state"] == state
    assert np.isnan(row["value"]) == ("open" not in given)


def test_a_condition_put_off_or_excused(small):
    campaign = make_campaign({"id": "clear", "name": words("无未结"), "when": "${open} = 0"})
    granted = [
        {"unit_code": A, "check_id": "clear", "due_on": "2026-12-10", "part": "", "times": 1},
        {"unit_code": B, "check_id": "clear", "excused": True, "part": ""},
    ]
    found = stand(small, campaign, date(2026, 11, 30), concessions=granted)
    assert found["state"].tolist() == ["not_begun", "not_applicable", "short"]
    assert found.loc[(A, "clear", ""), ["due_on", "due_moved"]].tolist() == ["2026-12-10", 1]


def test_standings_are_by_unit_then_check_and_do_not_depend_on_the_order_of_records(small):
    clear = {"id": "clear", "name": words("无未结"), "when": "${open} = 0"}
    campaign = make_campaign(BY_ROW, clear)
    entries = [entry(row, unit=unit, state="under_way") for unit in (A, B) for row in ("set_up", "team")]
    found = stand(small, campaign, date(2026, 11, 10), entries=entries)
    assert found.index.tolist()[:4] == [
        (A, "standards", "set_up"), (A, "standards", "team"), (A, "clear", ""), (B, "standards", "set_up"),
    ]  # fmt: skip
    turned = stand(small, campaign, date(2026, 11, 10), units=make_units().iloc[::-1], entries=entries[::-1])
    assert turned.equals(found)
