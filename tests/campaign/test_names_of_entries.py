"""Expressions of measures know how entries and fixed rows stand, and the columns of their table."""

import pytest

from pbwidgets.campaign.checks_expressions import find_in_expressions
from pbwidgets.campaign.checks_scoring import find_in_measures
from pbwidgets.campaign.known import Known
from pbwidgets.campaign.model import Campaign


def words(text):
    return {"zh": text, "en": text}


def _field(name, kind="date", **more):
    return {"id": name, "type": kind, "label": words(name), **more}


FORMS = [
    {
        "id": "faults",
        "name": words("问题"),
        "unit_kind": "team",
        "occurrence": "many",
        "life": {"steps": [{"field": day, "name": words(day)} for day in ("found_on", "closed_on")]},
        "fields": [_field("found_on"), _field("closed_on"), _field("parts", "repeat", fields=[_field("on")])],
    },
    {
        "id": "clauses",
        "name": words("对照"),
        "unit_kind": "team",
        "fields": [
            _field(
                "lines",
                "repeat",
                rows="clauses",
                life={"state": "state", "done": ["done"], "due": "row/due"},
                fields=[_field("state", "select_one", choices="stage")],
            )
        ],
    },
    {"id": "plain", "name": words("表"), "unit_kind": "team", "fields": [_field("on")]},
]


def find(**measure):
    """Codes of what is wrong with a measure."""
    options = [{"id": one, "label": words(one)} for one in ("none", "done")]
    campaign = Campaign.model_validate(
        {
            "format": 1,
            "id": "made_up",
            "name": words("甲"),
            "summary": words("甲"),
            "unit_kinds": [{"id": "team", "name": words("队")}],
            "partition_by": "team",
            "periods": [{"id": "2026", "begins": "2026-01-01", "ends": "2026-12-31"}],
            "choices": {
                "stage": options,
                "ware": [{"id": one, "label": words(one)} for one in ("hard", "soft")],
            },
            "tables": {
                "clauses": {
                    "columns": {"due": "date", "ware": "ware", "weight": "number"},
                    "rows": [{"id": "1.a", "name": words("甲")}, {"id": "b", "name": words("乙")}],
                }
            },
            "forms": FORMS,
            "measures": [{"id": "m", "name": words("m"), "aggregate": "count", **measure}],
            "tracks": [{"id": "t", "name": words("轨"), "kind": "checklist", "unit_kind": "team"}],
        }
    )
    known = Known.of(campaign)
    found = [*find_in_measures(campaign, known), *find_in_expressions(campaign)]
    return [finding.code for finding in found]


@pytest.mark.parametrize(
    "where",
    [
        "${row} = '1.a' and ${row/ware} = 'hard' and ${row/due} > '2026-01-01' and ${row/weight} > 2",
        "${entry_state} = 'done' and not(${entry_closed}) and ${entry_overdue} = 0 and ${state} = ''",
        "selected(${entry_flags}, 'closed_late')",
    ],
)
def test_rows_have_their_columns_and_how_they_stand(where):
    assert find(form="clauses", field="lines", where=where) == []


@pytest.mark.parametrize(
    ("measure", "code"),
    [
        ({"form": "clauses", "field": "lines", "where": "${row/wear} = 'hard'"}, "campaign.unknown_name"),
        ({"form": "clauses", "where": "${row/ware} = 'hard'"}, "campaign.unknown_name"),
        ({"form": "clauses", "where": "${entry_closed}"}, "campaign.unknown_name"),
        ({"form": "plain", "where": "${entry_closed}"}, "campaign.unknown_name"),
    ],
)
def test_names_that_stand_for_nothing_there_are_named(measure, code):
    assert find(**measure) == [code]


@pytest.mark.parametrize(
    ("form", "field", "where"),
    [
        ("clauses", "lines", "${row} = 'c'"),
        ("clauses", "lines", "${row/ware} = 'hardware'"),
        ("clauses", "lines", "${entry_state} = 'found_on'"),
        ("faults", None, "${entry_state} = 'done'"),
        ("faults", None, "${entry_closed} = 5"),
    ],
)
def test_what_a_name_can_never_be_is_a_finding(form, field, where):
    assert len(find(form=form, field=field, where=where)) == 1


def test_entries_and_rows_of_a_repeat_without_a_life_of_its_own_ask_for_the_entry():
    where = "${entry_state} = 'found_on'"
    assert find(form="faults", where=where) == []
    assert find(form="faults", field="parts", where=where) == []
    assert find(form="faults", where="true()", not_applicable_when="${entry_closed}") == []


def test_days_to_close_need_no_dates_where_there_is_a_life():
    assert find(form="faults", aggregate="days_to_close", count_open=True) == []
    assert find(form="clauses", field="lines", aggregate="days_to_close") == []
    assert find(form="plain", aggregate="days_to_close") == ["campaign.closed_on_missing"]
