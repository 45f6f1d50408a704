"""How entries that live, and fixed rows in them, stand on a day."""

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.scoring.frames import ENTRIES
from pbwidgets.scoring.pipeline import score_campaign

A, B, C, D, E = "9901001", "9901002", "9901003", "9902001", "9902002"
DAY = date(2026, 6, 15)
STATES = ("none", "work", "done")


def words(text):
    return {"zh": text, "en": text}


def _date(name):
    return {"id": name, "type": "date", "label": words(name)}


_LINES = {
    "id": "lines",
    "type": "repeat",
    "label": words("条款"),
    "rows": "clauses",
    "when": "${row/domain} = '' or ${row/domain} = ${unit_domain}",
    "life": {"state": "state", "begun": ["work"], "done": ["done"], "due": "row/due"},
    "fields": [{"id": "state", "type": "select_one", "choices": "stage", "label": words("状态")}],
}
FORMS = [
    {
        "id": "faults",
        "name": words("问题"),
        "unit_kind": "team",
        "occurrence": "many",
        "lasts": "campaign",
        "life": {
            "steps": [
                {"field": "found_on", "name": words("发现")},
                {"field": "tried_on", "name": words("试改"), "when": "${hard} = 'yes'"},
                {"field": "fixed_on", "name": words("整改"), "within_days": 10},
                {"field": "closed_on", "name": words("销号")},
            ],
            "due": "due_on",
        },
        "fields": [
            *map(_date, ("found_on", "tried_on", "fixed_on", "closed_on", "due_on")),
            {"id": "hard", "type": "select_one", "choices": "yes_no", "label": words("难")},
        ],
    },
    {"id": "clauses", "name": words("对照"), "unit_kind": "team", "fields": [_LINES]},
]
TABLES = {
    "clauses": {
        "columns": {"due": "date", "domain": "text", "ware": "text"},
        "rows": [
            {"id": "a", "name": words("甲"), "due": "2026-06-01", "ware": "hard"},
            {"id": "b", "name": words("乙"), "due": "2026-07-01", "ware": "soft"},
            {"id": "east", "name": words("东"), "due": "2026-06-10", "domain": "东", "ware": "hard"},
        ],
    }
}


@pytest.fixture(scope="module")
def living(small):
    """The campaign: entries that live by steps, and fixed rows that live by a state."""

    def make(*measures):
        stage = [{"id": one, "label": words(one)} for one in STATES]
        options = [{"id": one, "label": words(one)} for one in ("yes", "no")]
        checks = [{"rows": "clauses/lines"}]
        track = {"id": "all", "name": words("达标"), "kind": "checklist", "unit_kind": "team"}
        return small.make_campaign(
            {**track, "forms": ["faults", "clauses"], "checks": checks},
            forms=FORMS,
            tables=TABLES,
            measures=list(measures),
            choices={"yes_no": options, "stage": stage},
        )

    return make


@pytest.fixture(scope="module")
def stand(small, living):
    """Scores of answers, lives and concessions on a day; C and E are of the domain 东."""

    def run(submissions=(), lives=(), concessions=(), day=DAY, measures=()):
        units = small.make_units()
        units["domain"] = units["unit_code"].map({C: "东", E: "东"}).astype("string")
        records = small.make_records(
            units, submissions=list(submissions), lives=list(lives), concessions=list(concessions)
        )
        return score_campaign(living(*measures), "2026", replace(records, day=day))

    return run


def fault(unit, occurrence=1, **answers):
    about = {"unit_code": unit, "form_id": "faults", "occurrence": occurrence, "version": 1}
    return [
        {**about, "field": name, "value": str(value), "state": "accepted"} for name, value in answers.items()
    ]


def lines(unit, version=1, **states):
    about = {"unit_code": unit, "form_id": "clauses", "version": version, "state": "accepted"}
    made = []
    for row, (row_id, state) in enumerate(states.items()):
        made.append({**about, "field": "lines/row", "row": row, "value": row_id})
        if state:
            made.append({**about, "field": "lines/state", "row": row, "value": state})
    return made


def told(unit, row_id="", form="clauses", occurrence=0, **more):
    about = {"form_id": form, "unit_code": unit, "occurrence": occurrence, "row_id": row_id, "version": 1}
    return {**about, "opened_on": "2026-05-01", **more}


def one(scores, unit, row_id="", form="clauses", occurrence=0):
    entries = scores.entries
    for column, wanted in (
        ("form_id", form),
        ("unit_code", unit),
        ("row_id", row_id),
        ("occurrence", occurrence),
    ):
        entries = entries[entries[column] == wanted]
    assert len(entries) == 1
    return entries.iloc[0]


def test_the_last_step_dated_up_to_the_day_is_the_state_and_a_later_one_is_not_done_yet(stand):
    steps = {"found_on": "2026-06-01", "fixed_on": "2026-06-05", "closed_on": "2026-06-16"}
    answers = fault(A, **steps, due_on="2026-06-10")
    before = one(stand(answers), A, form="faults", occurrence=1)
    assert (before["state"], before["is_closed"], before["days"], before["overdue_days"]) == (
        "fixed_on", False, 14, 5,
    )  # fmt: skip
    after = one(stand(answers, day=date(2026, 6, 20)), A, form="faults", occurrence=1)
    assert (after["state"], after["is_closed"], after["closed_on"]) == ("closed_on", True, "2026-06-16")
    assert (after["days"], after["overdue_days"], after["flags"]) == (15, 6, "closed_late")


def test_what_was_passed_over_or_taken_late_is_flagged_by_its_field(stand):
    scores = stand(
        [
            *fault(A, 1, found_on="2026-05-01", closed_on="2026-05-02", hard="yes"),
            *fault(A, 2, found_on="2026-05-01", fixed_on="2026-05-12"),
            *fault(A, 3, found_on="2026-05-01", tried_on="2026-05-05", fixed_on="2026-05-15", hard="yes"),
            *fault(A, 4, found_on="2026-05-01", tried_on="2026-05-02", hard="no"),
        ]
    )
    rows = [one(scores, A, form="faults", occurrence=at) for at in (1, 2, 3, 4)]
    assert [row["flags"] for row in rows] == ["skipped:tried_on skipped:fixed_on", "late:fixed_on", "", ""]
    assert [row["state"] for row in rows] == ["closed_on", "fixed_on", "fixed_on", "found_on"]


def test_rows_have_the_state_chosen_and_are_closed_since_the_version_that_said_so(stand):
    lives = [told(A, "a", done_on="2026-06-03", begun_on="2026-06-02"), told(A, "b", due_moved=0)]
    scores = stand(lines(A, a="done", b="work"), lives)
    first, second = one(scores, A, "a"), one(scores, A, "b")
    assert (first["state"], first["is_closed"], first["closed_on"], first["flags"]) == (
        "done", True, "2026-06-03", "closed_late",
    )  # fmt: skip
    assert (first["days"], first["overdue_days"], first["version"]) == (33, 2, 1)
    assert (second["state"], second["is_closed"], second["due_on"]) == ("work", False, "2026-07-01")
    early = stand(lines(A, a="done"), lives, day=date(2026, 6, 2))
    assert not one(early, A, "a")["is_closed"]


def test_units_that_handed_nothing_in_have_the_rows_of_their_domain_not_begun(stand):
    scores = stand(lines(A, a="work"))
    rows = scores.entries[scores.entries["form_id"] == "clauses"]
    of_units = {unit: tuple(own["row_id"]) for unit, own in rows.groupby("unit_code")}
    assert of_units == {
        A: ("a", "b"),
        B: ("a", "b"),
        C: ("a", "b", "east"),
        D: ("a", "b"),
        E: ("a", "b", "east"),
    }
    row = one(scores, C, "east")
    assert (row["state"], row["version"], row["overdue_days"], row["days"]) == ("", 0, 5, 0)
    assert pd.isna(row["opened_on"])
    assert not row["is_closed"]


def test_a_claim_that_waits_is_not_closed_and_not_late_since_it_was_said(stand):
    scores = stand([], [told(A, "a", claimed=True, done_on="2026-06-01", refused=2)])
    row = one(scores, A, "a")
    assert (row["claimed"], row["is_closed"], row["overdue_days"], row["refused"]) == (True, False, 0, 2)
    assert pd.isna(row["closed_on"])


def test_a_concession_puts_the_due_day_of_its_row_off_or_excuses_it(stand):
    granted = {"unit_code": C, "check_id": "clauses", "granted_on": "2026-05-01"}
    scores = stand(
        [],
        [told(C, "a", due_moved=0)],
        [
            {**granted, "part": "a", "due_on": "2026-06-14", "times": 2},
            {**granted, "part": "east", "excused": True, "times": 1},
        ],
    )
    moved, excused, other = one(scores, C, "a"), one(scores, C, "east"), one(scores, A, "a")
    assert (moved["due_on"], moved["overdue_days"], moved["due_moved"]) == ("2026-06-14", 1, 2)
    assert (pd.isna(excused["due_on"]), excused["overdue_days"], excused["due_moved"]) == (True, 0, 0)
    assert (other["due_on"], other["overdue_days"]) == ("2026-06-01", 14)


def test_answers_to_rows_that_the_table_or_the_unit_no_longer_has_are_left_out(stand, small):
    counted = small.measure("m", "clauses", "count", "lines")
    scores = stand(lines(A, gone="done", east="done", b="done", a=""), measures=[counted])
    assert list(scores.entries.query("unit_code == @A")["row_id"]) == ["a", "b"]
    assert list(scores.entries.query("unit_code == @A")["state"]) == ["", "done"]
    assert small.pick(scores.measures, "value", unit_code=A) == 2


@pytest.mark.parametrize(
    ("where", "counted"),
    [
        ("${entry_closed}", 1),
        ("not(${entry_closed})", 2),
        ("${entry_overdue}", 1),
        ("${entry_state} = 'work'", 1),
        ("${entry_flags} = ''", 2),
        ("selected(${entry_flags}, 'closed_late')", 1),
        ("${row/ware} = 'hard' and ${state} != 'done'", 1),
        ("${row} = 'b' and ${unit_domain} = '东'", 1),
        ("${row/domain} = ''", 2),
    ],
)
def test_rows_are_counted_by_how_they_stand_and_by_the_columns_of_their_table(stand, small, where, counted):
    scores = stand(
        lines(C, east="work", b="", a="done"),
        [told(C, "a", done_on="2026-06-03")],
        measures=[small.measure("m", "clauses", "count", "lines", where=where)],
    )
    assert small.pick(scores.measures, "value", unit_code=C) == counted


def test_entries_are_counted_by_their_flags_and_below_a_unit_and_are_not_applicable_by_their_state(
    stand, small
):
    late = "selected(${entry_flags}, 'late:fixed_on')"
    scores = stand(
        [
            *fault(A, 1, found_on="2026-05-01", fixed_on="2026-05-12"),
            *fault(A, 2, found_on="2026-05-01", fixed_on="2026-05-02"),
            *fault(B, 1, found_on="2026-05-01", fixed_on="2026-05-22", closed_on="2026-05-23"),
        ],
        measures=[
            small.measure("late", "faults", "count", where=late, over="subtree"),
            small.measure("open", "faults", "count", not_applicable_when="${entry_closed}"),
        ],
    )
    values = scores.measures.set_index(["measure_id", "unit_code"])
    assert values["value"]["late"][[A, "9901", "9902", "99"]].fillna(-1).tolist() == [1, 2, -1, 2]
    assert values["not_applicable"]["open"][[A, B]].tolist() == [False, True]


def test_days_to_close_of_a_life_run_from_its_first_step_to_its_end(stand, small):
    scores = stand(
        [
            *fault(A, 1, found_on="2026-06-01", closed_on="2026-06-05"),
            *fault(A, 2, found_on="2026-06-01", closed_on="2026-06-07"),
            *fault(A, 3, found_on="2026-06-10"),
        ],
        measures=[
            small.measure("closed", "faults", "days_to_close"),
            small.measure("all", "faults", "days_to_close", count_open=True),
        ],
    )
    values = scores.measures.set_index(["measure_id", "unit_code"])["value"]
    assert (values["closed"][A], values["all"][A]) == (5, 5)


def test_a_balance_runs_up_to_the_day_and_over_the_units_below(small, score_funds):
    end, lowest = (
        small.measure(
            at,
            "funds",
            "running",
            "amount",
            sign_field="kind",
            signs={"in": 1, "out": -1},
            dated_by="paid_on",
            at=at,
            over="subtree",
        )
        for at in ("end", "lowest")
    )
    values = score_funds(
        [end, lowest],
        [
            (A, "in", 100, "2026-03-01"),
            (A, "out", 130, "2026-04-01"),
            (A, "in", 50, "2026-05-01"),
            (A, "out", 500, "2026-06-16"),
            (B, "in", 40, "2026-03-01"),
            (B, "other", 7, "2026-03-02"),
        ],
    )
    assert values["end"][[A, B, "9901"]].tolist() == [20, 40, 60]
    assert values["lowest"][[A, B, "9901"]].tolist() == [-30, 40, 10]


@pytest.fixture
def score_funds(small):
    """Measures of movements ``(unit, kind, amount, day)``, by measure and unit."""

    def run(measures, movements):
        kinds = [{"id": one, "label": words(one)} for one in ("in", "out", "other")]
        fields = [
            {"id": "kind", "type": "select_one", "choices": "kind", "label": words("类")},
            small.number_field("amount"),
            _date("paid_on"),
        ]
        campaign = small.make_campaign(
            small.make_track(criteria=[small.rated("x", 100)], forms=[]),
            forms=[
                {
                    "id": "funds",
                    "name": words("账"),
                    "unit_kind": "team",
                    "occurrence": "many",
                    "fields": fields,
                }
            ],
            choices={"kind": kinds},
            measures=measures,
        )
        answers = [
            small.answer(unit, name, value, form="funds", occurrence=at)
            for at, (unit, *values) in enumerate(movements, start=1)
            for name, value in zip(("kind", "amount", "paid_on"), values, strict=True)
        ]
        records = replace(small.make_records(submissions=answers), day=DAY)
        made = score_campaign(campaign, "2026", records).measures
        return made.set_index(["measure_id", "unit_code"])["value"]

    return run


# -- against a reference, one row after another --------------------------------------------------------

_DAYS = st.none() | st.integers(-12, 4).map(lambda by: (DAY + timedelta(days=by)).isoformat())
_FAULTS = st.lists(
    st.tuples(
        st.sampled_from([A, B]),
        st.fixed_dictionaries(
            dict.fromkeys(("found_on", "tried_on", "fixed_on", "closed_on", "due_on"), _DAYS)
        ),
        st.sampled_from(["yes", "no", None]),
    ),
    max_size=5,
)


def _stand_naively(answers, hard, day):
    """State, closed, days, overdue and flags of one fault, step by step."""
    steps = [("found_on", None), ("tried_on", None), ("fixed_on", 10), ("closed_on", None)]
    if hard != "yes":
        steps.pop(1)
    dates = {}
    for name, _ in steps:
        if answers[name] is not None and date.fromisoformat(answers[name]) <= day:
            dates[name] = date.fromisoformat(answers[name])
    taken = [name for name, _ in steps if name in dates]
    state = taken[-1] if taken else ""
    flags, before = [], None
    names = [name for name, _ in steps]
    flags += [
        f"skipped:{name}"
        for name in names
        if name not in dates and state and names.index(state) > names.index(name)
    ]
    for name, within in steps:
        if within and name in dates and before and (dates[name] - before).days > within:
            flags.append(f"late:{name}")
        before = dates.get(name, before)
    closed = state == "closed_on"
    end = dates["closed_on"] if closed else day
    opened = dates.get("found_on")
    due = date.fromisoformat(answers["due_on"]) if answers["due_on"] else None
    overdue = max(0, (end - due).days) if due else 0
    if closed and overdue:
        flags.append("closed_late")
    return state, closed, max(0, (end - opened).days) if opened else 0, overdue, " ".join(flags)


@given(_FAULTS, st.randoms())
def test_entries_stand_as_they_do_one_by_one_in_any_order_of_rows(stand, faults, random):
    answers = [
        row
        for at, (unit, dates, hard) in enumerate(faults, start=1)
        for row in fault(
            unit, at, **{name: value for name, value in {**dates, "hard": hard, "x": "y"}.items() if value}
        )
    ]
    made = stand(answers).entries
    random.shuffle(answers)
    pd.testing.assert_frame_equal(stand(answers).entries, made)
    found = made[made["form_id"] == "faults"].set_index("occurrence")
    columns = ["state", "is_closed", "days", "overdue_days", "flags"]
    for at, (_, dates, hard) in enumerate(faults, start=1):
        assert tuple(found.loc[at, columns]) == _stand_naively(dates, hard, DAY)


_ROWS = st.dictionaries(
    st.tuples(st.sampled_from([A, C]), st.sampled_from(["a", "b", "east"])),
    st.tuples(st.sampled_from(["", *STATES]), _DAYS, st.booleans()),
    max_size=6,
)


@given(_ROWS, st.randoms())
def test_fixed_rows_stand_as_they_do_one_by_one_in_any_order_of_rows(stand, rows, random):
    answers = [
        row
        for unit in (A, C)
        for row in lines(
            unit, **{row_id: state for (own, row_id), (state, _, _) in rows.items() if own == unit}
        )
    ]
    lives = [
        told(unit, row_id, done_on=done, claimed=claimed)
        for (unit, row_id), (_, done, claimed) in rows.items()
    ]
    made = stand(answers, lives).entries
    random.shuffle(answers)
    random.shuffle(lives)
    pd.testing.assert_frame_equal(stand(answers, lives).entries, made)
    dues = {row["id"]: date.fromisoformat(row["due"]) for row in TABLES["clauses"]["rows"]}
    found = made.set_index(["unit_code", "row_id"])
    assert list(found.index) == [
        (unit, row) for unit in (A, B, C, D, E) for row in dues if row != "east" or unit in (C, E)
    ]
    for (unit, row_id), row in found.iterrows():
        state, done, claimed = rows.get((unit, row_id), ("", None, False))
        done_on = None if done is None else date.fromisoformat(done)
        closed = state == "done" and (done_on is None or done_on <= DAY)
        claimed = claimed and not closed
        end = done_on if closed else done_on if claimed and done_on and done_on <= DAY else DAY
        overdue = 0 if end is None else max(0, (end - dues[row_id]).days)
        assert (row["state"], row["is_closed"], row["claimed"], row["overdue_days"]) == (
            state, closed, claimed, overdue,
        )  # fmt: skip


def test_a_campaign_without_lives_has_no_entries(small):
    made = small.score(small.make_campaign()).entries
    assert list(made.columns) == list(ENTRIES)
    assert made.empty
