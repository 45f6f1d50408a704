"""What versions tell about the life of an entry and of its rows."""

import pytest

from pbwidgets.campaign.living import Given, trace_lives
from pbwidgets.campaign.model import Campaign


def words(text):
    return {"zh": text, "en": text}


def _form(form):
    campaign = {
        "format": 1,
        "id": "made_up",
        "name": words("甲"),
        "summary": words("甲"),
        "unit_kinds": [{"id": "team", "name": words("队")}],
        "partition_by": "team",
        "periods": [{"id": "2026", "begins": "2026-01-01", "ends": "2026-12-31"}],
        "choices": {"stage": [{"id": one, "label": words(one)} for one in ("none", "work", "done")]},
        "tables": {
            "clauses": {
                "columns": {"due": "date"},
                "rows": [{"id": one, "name": words(one), "due": "2026-05-01"} for one in ("a", "b")],
            }
        },
        "forms": [{"id": "f", "name": words("表"), "unit_kind": "team", **form}],
        "tracks": [{"id": "t", "name": words("轨"), "kind": "checklist", "unit_kind": "team"}],
    }
    return Campaign.model_validate(campaign).form("f")


@pytest.fixture(scope="module")
def faults():
    """Found, put right, closed; until a day."""
    days = ("found_on", "fixed_on", "closed_on", "due_on")
    return _form(
        {
            "occurrence": "many",
            "life": {"steps": [{"field": day, "name": words(day)} for day in days[:3]], "due": "due_on"},
            "fields": [{"id": day, "type": "date", "label": words(day)} for day in days],
        }
    )


@pytest.fixture(scope="module")
def lines():
    """Fixed rows, each with a state."""
    return _form(
        {
            "fields": [
                {
                    "id": "lines",
                    "type": "repeat",
                    "label": words("条"),
                    "rows": "clauses",
                    "life": {"state": "state", "begun": ["work"], "done": ["done"], "due": "row/due"},
                    "fields": [
                        {"id": "state", "type": "select_one", "choices": "stage", "label": words("状态")}
                    ],
                }
            ]
        }
    )


def versions(*steps):
    """Versions ``(day, cause, answers, counts[, level])`` numbered from 1."""
    return [Given(at, f"2026-03-{step[0]:02}", *step[1:]) for at, step in enumerate(steps, start=1)]


def rows(**states):
    return {"lines": [{"row": row, "state": state} for row, state in states.items()]}


def test_a_row_is_begun_and_done_since_the_first_version_that_says_so_without_a_break(lines):
    given = versions(
        (1, "submit", rows(a="none"), True),
        (3, "amend", rows(a="done"), True),
        (4, "amend", rows(a="work"), True),
        (6, "amend", rows(a="done"), True),
        (8, "amend", rows(a="done", b="none"), True),
    )
    first, second = trace_lives(lines, given[::-1])  # in any order
    assert (first.row_id, first.version, first.opened_on) == ("a", 5, "2026-03-01")
    assert (first.begun_on, first.done_on) == ("2026-03-03", "2026-03-06")
    assert (first.claimed, first.refused) == (False, 0)  # who takes it back by himself was not refused
    assert (second.row_id, second.opened_on, second.done_on) == ("b", "2026-03-08", None)


def test_what_waits_for_acceptance_is_claimed_and_done_since_it_was_said(lines):
    waiting = versions((1, "submit", rows(a="work"), True), (3, "amend", rows(a="done"), False))
    (trace,) = trace_lives(lines, waiting)
    assert (trace.claimed, trace.done_on) == (True, "2026-03-03")
    accepted = [*waiting, Given(3, "2026-03-09", "accept", rows(a="done"), True, "county")]
    (trace,) = trace_lives(lines, accepted)
    assert (trace.claimed, trace.done_on, trace.refused) == (False, "2026-03-03", 0)


def test_a_return_takes_a_waiting_amendment_back_to_what_counted(lines):
    given = versions(
        (1, "submit", rows(a="done"), True),
        (3, "amend", rows(a="done", b="done"), False),
        (4, "return", rows(a="done", b="done"), False, "county"),
    )
    first, second = trace_lives(lines, given)
    assert (first.done_on, first.claimed, first.refused) == ("2026-03-01", False, 0)
    assert (second.done_on, second.claimed, second.refused) == (None, False, 1)


def test_a_waiting_amendment_that_says_less_takes_nothing_from_what_counts(lines):
    given = versions((1, "submit", rows(a="done"), True), (3, "amend", rows(a="work"), False))
    (trace,) = trace_lives(lines, given)
    assert (trace.done_on, trace.claimed) == ("2026-03-01", False)


def test_a_failed_acceptance_is_refused_and_puts_the_due_day_off(faults):
    found = {"found_on": "2026-03-01", "due_on": "2026-03-10"}
    given = versions(
        (1, "submit", found, True),
        (5, "amend", {**found, "fixed_on": "2026-03-05"}, True),
        (6, "amend", {**found, "due_on": "2026-03-20"}, True, "county"),
        (7, "amend", {**found, "due_on": "2026-03-20", "fixed_on": "2026-03-07"}, True),
        (9, "amend", {**found, "due_on": "2026-03-20"}, True),  # the unit's own correction
    )
    (trace,) = trace_lives(faults, given)
    assert (trace.refused, trace.due_moved) == (1, 1)
    assert (trace.row_id, trace.begun_on, trace.done_on, trace.claimed) == ("", None, None, False)


def test_a_due_day_that_is_corrected_before_it_counted_was_not_moved(faults):
    given = versions(
        (1, "submit", {"due_on": "2026-03-10"}, False),
        (2, "return", {"due_on": "2026-03-10"}, False, "county"),
        (3, "submit", {"due_on": "2026-03-12"}, False),
        (4, "accept", {"due_on": "2026-03-12"}, True, "county"),
    )
    (trace,) = trace_lives(faults, given)
    assert (trace.due_moved, trace.version, trace.refused) == (0, 3, 0)


def test_an_undone_acceptance_makes_a_claim_of_what_was_done(faults):
    closed = {"found_on": "2026-03-01", "fixed_on": "2026-03-02", "closed_on": "2026-03-03"}
    given = versions((3, "submit", closed, False), (4, "accept", closed, True, "county"))
    assert not trace_lives(faults, given)[0].claimed
    given += [Given(3, "2026-03-05", "undo_accept", closed, False, "county")]
    assert trace_lives(faults, given)[0].claimed


def test_nothing_handed_in_and_a_form_without_lives_have_no_traces(faults, lines):
    assert trace_lives(faults, []) == []
    assert trace_lives(lines, versions((1, "submit", {"lines": [{"row": "a"}]}, True))) == []
    plain = _form({"fields": [{"id": "x", "type": "text", "label": words("x")}]})
    assert trace_lives(plain, versions((1, "submit", {"x": "1"}, True))) == []
