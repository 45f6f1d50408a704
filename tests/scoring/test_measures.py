import numpy as np
import pytest

from pbwidgets.scoring.measures import measure_units, to_measures_frame
from pbwidgets.scoring.register import build_register

A, B, C = "9901001", "9901002", "9901003"
D = "9902001"


@pytest.fixture
def value_of(small):
    """Measure one definition over answers; gives a function from unit code to a row of the frame."""

    def run(definition, answers, units=None):
        campaign = small.make_campaign(
            measures=[definition], tracks=[small.make_track(criteria=[small.rated("x", 100)])]
        )
        records = small.make_records(units, submissions=answers)
        table = measure_units(campaign, "2026", records.submissions, build_register(records.units))
        frame = to_measures_frame(campaign, "2026", table).set_index("unit_code")
        return lambda unit: frame.loc[unit]

    return run


def test_count_of_a_repeat_counts_rows_that_meet_the_condition(small, value_of):
    definition = small.measure("m", "yearly", "count", "visits", where="${kind} = 'home' and ${plan} = 'yes'")
    answers = [small.answer(A, "plan", "yes"), small.answer(B, "plan", "no")]
    for unit in (A, B):
        answers += [
            small.answer(unit, "visits/kind", kind, row=row)
            for row, kind in enumerate(["home", "work", "home"])
        ]
    row = value_of(definition, answers)
    assert (row(A)["value"], row(A)["n"]) == (2, 2)
    assert row(B)["value"] == 0
    assert row(C)["missing"]
    assert np.isnan(row(C)["value"])


def test_count_of_a_choice_field_counts_options(small, value_of):
    row = value_of(
        small.measure("m", "yearly", "count", "ways"),
        [small.answer(A, "ways", "a c"), small.answer(B, "plan", "no")],
    )
    assert row(A)["value"] == 2
    assert (row(B)["value"], row(B)["missing"]) == (0, False)


def test_count_without_a_field_counts_submissions(small, value_of):
    answers = [small.answer(A, "hours", 1, form="log", occurrence=at) for at in (1, 2, 3)]
    assert value_of(small.measure("m", "log", "count"), answers)(A)["value"] == 3


def test_sum_over_a_repeat_is_zero_without_rows_and_of_a_field_missing_without_an_answer(small, value_of):
    answers = [
        small.answer(A, "visits/people", 3),
        small.answer(A, "visits/people", 4, row=1),
        small.answer(B, "plan", "no"),
    ]
    rows = value_of(small.measure("m", "yearly", "sum", "visits/people"), answers)
    assert (rows(A)["value"], rows(B)["value"]) == (7, 0)
    assert value_of(small.measure("m", "yearly", "sum", "deeds"), answers)(B)["missing"]


def test_latest_takes_the_last_entry_and_reads_yes_as_one(small, value_of):
    answers = [
        small.answer(A, "hours", hours, form="log", occurrence=at) for at, hours in ((2, 5), (10, 7), (1, 9))
    ]
    assert value_of(small.measure("m", "log", "latest", "hours"), answers)(A)["value"] == 7
    row = value_of(
        small.measure("m", "yearly", "latest", "plan"),
        [small.answer(A, "plan", "yes"), small.answer(B, "plan", "no")],
    )
    assert (row(A)["value"], row(B)["value"], row(C)["missing"]) == (1, 0, True)


def test_share_of_two_fields_and_of_rows(small, value_of):
    answers = [
        small.answer(A, "done", 3),
        small.answer(A, "due", 4),
        small.answer(B, "done", 0),
        small.answer(B, "due", 0),
    ]
    row = value_of(small.measure("m", "yearly", "share", "done", denominator="due"), answers)
    assert row(A)["value"] == 75
    assert row(B)["missing"]
    visits = [
        small.answer(A, "visits/kind", kind, row=at) for at, kind in enumerate(["home", "work", "home", "x"])
    ]
    assert (
        value_of(small.measure("m", "yearly", "share", "visits", where="${kind} = 'home'"), visits)(A)[
            "value"
        ]
        == 50
    )


@pytest.mark.parametrize(
    ("where", "counted"),
    [
        ("${unit_domain} = '街道'", [1, 0]),
        ("${unit_domain} = ''", [0, 1]),
        ("${unit_kind} = 'team' and ${deeds} = 4", [1, 1]),
        ("${unit_kind} != 'team'", [0, 0]),
    ],
)
def test_rows_are_counted_by_kind_and_domain_of_their_unit(small, value_of, where, counted):
    units = small.make_units()
    units["domain"] = units["unit_code"].map({A: "街道"}).astype("string")
    answers = [small.answer(unit, "deeds", 4) for unit in (A, B)]
    row = value_of(small.measure("m", "yearly", "count", where=where), answers, units)
    assert [row(unit)["value"] for unit in (A, B)] == counted


def test_distinct_counts_different_answers(small, value_of):
    answers = [
        small.answer(A, "visits/kind", kind, row=at) for at, kind in enumerate(["home", "work", "home"])
    ]
    assert value_of(small.measure("m", "yearly", "distinct", "visits/kind"), answers)(A)["value"] == 2
    assert (
        value_of(small.measure("m", "yearly", "distinct", "ways"), [small.answer(A, "ways", "a b")])(A)[
            "value"
        ]
        == 2
    )


def test_empty_is_zero_turns_missing_into_zero(small, value_of):
    row = value_of(small.measure("m", "log", "sum", "hours", empty_is_zero=True), [])
    assert (row(A)["value"], row(A)["missing"]) == (0, False)


def test_not_applicable_is_neither_missing_nor_zero(small, value_of):
    definition = small.measure(
        "m", "yearly", "share", "done", denominator="due", not_applicable_when="${due} = 0"
    )
    row = value_of(
        definition, [small.answer(A, "due", 0), small.answer(B, "done", 1), small.answer(B, "due", 2)]
    )
    assert (row(A)["not_applicable"], row(A)["missing"], row(B)["not_applicable"]) == (True, False, False)
    assert np.isnan(row(A)["value"])


def test_subtree_pools_the_rows_of_all_units_below(small, value_of):
    answers = [small.answer(A, "deeds", 2), small.answer(B, "deeds", 3), small.answer(D, "deeds", 10)]
    row = value_of(small.measure("m", "yearly", "sum", "deeds", over="subtree"), answers)
    assert [row(unit)["value"] for unit in (A, "9901", "9902", "99")] == [2, 5, 10, 15]
    assert row(C)["missing"]


def test_ancestor_gives_its_value_to_each_unit_below(small, value_of):
    definition = small.measure("m", "setup", "latest", "scheme", over="ancestor", ancestor_kind="district")
    row = value_of(definition, [small.answer("9901", "scheme", "yes", form="setup")])
    assert [row(unit)["value"] for unit in (A, B, C)] == [1, 1, 1]
    assert row(D)["missing"]


def test_a_unit_outside_the_register_counts_nowhere(small, value_of):
    answers = [small.answer("9901999", "deeds", 50), small.answer(A, "deeds", 1)]
    row = value_of(small.measure("m", "yearly", "sum", "deeds", over="subtree"), answers)
    assert row("9901")["value"] == 1


def matter(small, unit, row, opened, closed=None, **more):
    rows = [small.answer(unit, "matters/opened_on", opened, form="help", row=row, **more)]
    if closed is not None:
        rows.append(small.answer(unit, "matters/closed_on", closed, form="help", row=row, **more))
    return rows


@pytest.fixture
def days_of(small):
    """Measure days to close over matters of teams; gives a function from unit code to a row of the frame."""
    form = {
        "id": "help",
        "name": small.words("办事"),
        "unit_kind": "team",
        "fields": [
            {
                "id": "matters",
                "type": "repeat",
                "label": small.words("事项"),
                "fields": [
                    {"id": "opened_on", "type": "date", "label": small.words("受理")},
                    {"id": "closed_on", "type": "date", "label": small.words("办结")},
                    {"id": "kind", "type": "text", "label": small.words("类别")},
                ],
            },
        ],
    }
    period = {
        "id": "2026",
        "begins": "2026-01-01",
        "ends": "2026-12-31",
        "phases": [{"id": "spring", "name": small.words("春"), "begins": "2026-03-01", "ends": "2026-05-31"}],
    }

    def run(answers, **more):
        definition = small.measure(
            "m",
            "help",
            **{"aggregate": "days_to_close", "field": "matters/opened_on", "closed_on": "matters/closed_on"}
            | more,
        )
        campaign = small.make_campaign(
            small.make_track(criteria=[small.rated("x", 100)]),
            forms=[form],
            measures=[definition],
            periods=[period],
        )
        records = small.make_records(submissions=answers)
        table = measure_units(campaign, "2026", records.submissions, build_register(records.units))
        frame = to_measures_frame(campaign, "2026", table).set_index("unit_code")
        return lambda unit: frame.loc[unit]

    return run


def test_days_to_close_are_the_mean_over_closed_matters(small, days_of):
    answers = [
        *matter(small, A, 0, "2026-03-01", "2026-03-05"),  # 4 days
        *matter(small, A, 1, "2026-02-27", "2026-03-01"),  # 2 days, over the end of February
        *matter(small, A, 2, "2026-04-01"),  # still open
        *matter(small, B, 0, "2026-04-01", "2026-04-01"),  # on the same day: 0, not missing
        *matter(small, C, 0, "2026-04-01"),
        *matter(small, D, 0, "2026-04-02", "2026-04-01"),  # closed before it was opened
    ]
    row = days_of(answers)
    assert (row(A)["value"], row(A)["n"], row(A)["missing"]) == (3, 2, False)
    assert (row(B)["value"], row(B)["missing"]) == (0, False)
    assert row(C)["missing"]
    assert row(D)["missing"]


def test_open_matters_can_count_up_to_the_last_day_of_the_period(small, days_of):
    answers = [*matter(small, A, 0, "2026-12-21"), *matter(small, A, 1, "2026-12-01", "2026-12-05")]
    row = days_of(answers, count_open=True)
    assert (row(A)["value"], row(A)["n"]) == (7, 2)  # 10 and 4 days


def test_days_to_close_of_a_subtree_are_the_mean_over_all_its_matters(small, days_of):
    answers = [
        *matter(small, A, 0, "2026-03-01", "2026-03-02"),
        *matter(small, A, 1, "2026-03-01", "2026-03-03"),
        *matter(small, B, 0, "2026-03-01", "2026-03-10"),
    ]
    assert days_of(answers, over="subtree")("9901")["value"] == 4  # (1 + 2 + 9) / 3


def test_a_window_counts_the_days_at_both_of_its_ends(small, days_of):
    days = ["2025-12-31", "2026-01-01", "2026-03-01", "2026-05-31", "2026-06-01", "2026-12-31", "2027-01-01"]
    answers = [part for row, day in enumerate(days) for part in matter(small, A, row, day)]
    counting = {"aggregate": "count", "field": "matters", "closed_on": None}
    year = days_of(answers, **counting, window={"field": "matters/opened_on"})
    spring = days_of(answers, **counting, window={"field": "matters/opened_on", "phase": "spring"})
    other = days_of(answers, **counting, window={"field": "matters/opened_on", "phase": "autumn"})
    assert [rows(A)["value"] for rows in (year, spring, other)] == [5, 2, 0]
    assert year(B)["missing"]  # nothing submitted: the window does not make it 0


def test_a_window_holds_for_both_sides_of_a_share(small, days_of):
    answers = [
        *matter(small, A, 0, "2026-03-01", "2026-03-02"),
        *matter(small, A, 1, "2026-04-01"),
        *matter(small, A, 2, "2026-09-01", "2026-09-02"),
    ]
    row = days_of(
        answers,
        aggregate="share",
        field="matters",
        closed_on=None,
        where="${closed_on} != ''",
        window={"field": "matters/opened_on", "phase": "spring"},
    )
    assert row(A)["value"] == 50


def test_states_keep_to_submissions_that_have_come_so_far(small, days_of):
    answers = [
        *matter(small, A, 0, "2026-03-01", state="accepted:county", occurrence=1),
        *matter(small, A, 0, "2026-03-01", state="submitted", occurrence=2),
        *matter(small, B, 0, "2026-03-01", state="submitted"),
        *matter(small, C, 0, "2026-03-01", state="accepted:district"),
    ]
    counting = {"aggregate": "count", "field": "matters", "closed_on": None}
    accepted = days_of(answers, **counting, states=["accepted"])
    assert accepted(A)["value"] == 1
    assert accepted(B)["missing"]
    assert accepted(C)["value"] == 1
    assert days_of(answers, **counting, states=["accepted:county"])(C)["missing"]
    assert days_of(answers, **counting)(A)["value"] == 2


def test_chosen_is_the_place_of_the_option_in_its_list(small):
    campaign = small.make_campaign(
        measures=[small.measure("m", "yearly", "chosen", "plan")],
        tracks=[small.make_track(criteria=[small.rated("x", 100)])],
    )
    answers = [
        small.answer(A, "plan", "no"),
        small.answer(B, "plan", "yes"),
        small.answer(C, "plan", "maybe"),
    ]
    records = small.make_records(None, submissions=answers)
    column = measure_units(campaign, "2026", records.submissions, build_register(records.units)).columns["m"]
    codes = list(records.units["unit_code"])
    values = dict(zip(codes, column.values, strict=True))
    assert (values[A], values[B]) == (2, 1)
    assert np.isnan([values[C], values[D]]).all()  # no option of the list, and no answer
    named = dict(zip(codes, column.name_answers("m:"), strict=True))
    assert [named[unit] for unit in (A, B, C)] == ["m:no", "m:yes", None]


def test_of_rows_with_the_same_value_only_the_highest_counts(small, value_of):
    visits = [("road", 3), ("road", 5), ("school", 2), (None, 4), (None, 1), ("road", -1)]
    answers = []
    for row, (kind, people) in enumerate(visits):
        answers.append(small.answer(A, "visits/people", people, row=row))
        answers += [small.answer(A, "visits/kind", kind, row=row)] if kind else []
    answers += [small.answer(B, "visits/kind", "road"), small.answer(B, "visits/people", 9)]
    definition = small.measure("m", "yearly", "sum", "visits/people", highest_per="visits/kind")
    row = value_of(definition, answers)
    # 5 + 2, and 4 + 1 that name nothing, so that they are not known to be the same
    assert (row(A)["value"], row(A)["n"], row(B)["value"]) == (12, 6, 9)
    pooled = value_of(dict(definition, over="subtree"), answers)
    assert pooled("9901")["value"] == 9 + 2 + 4 + 1
    only = value_of(dict(definition, where="${people} < 5"), answers)
    assert only(A)["value"] == 3 + 2 + 4 + 1


@pytest.fixture
def told_of(small):
    """Measure over a repeat that may be answered with none; gives rows of the frame by unit code."""

    def run(definition, answers):
        repeat = {
            "id": "cases", "type": "repeat", "label": small.words("情形"), "may_be_none": True,
            "fields": [small.number_field("people"), {"id": "on", "type": "date", "label": small.words("日期")}],
        }  # fmt: skip
        form = {"id": "told", "name": small.words("报"), "unit_kind": "team", "fields": [repeat]}
        campaign = small.make_campaign(
            forms=[form, *small.make_campaign().model_dump(mode="json")["forms"]],
            measures=[definition],
            tracks=[small.make_track(criteria=[small.rated("x", 100)])],
        )
        records = small.make_records(None, submissions=answers)
        table = measure_units(campaign, "2026", records.submissions, build_register(records.units))
        frame = to_measures_frame(campaign, "2026", table).set_index("unit_code")
        return frame["value"].to_dict(), frame["missing"].to_dict()

    return run


@pytest.mark.parametrize(
    ("aggregate", "field"), [("count", "cases"), ("sum", "cases/people"), ("distinct", "cases/people")]
)
def test_none_of_these_is_zero_and_left_blank_is_missing(small, told_of, aggregate, field):
    answers = [
        small.answer(A, "cases", "none", form="told"),
        small.answer(B, "cases/people", 1, form="told"),
        small.answer(C, "other", "x", form="told"),  # handed in, but blank there
    ]
    value, missing = told_of(small.measure("m", "told", aggregate, field), answers)
    assert (value[A], missing[A]) == (0, False)
    assert (value[B], missing[B]) == (1, False)
    assert missing[C]
    assert missing[D]


def test_rows_outside_the_window_are_still_an_answer(small, told_of):
    answers = [small.answer(A, "cases/on", "2025-05-01", form="told")]
    definition = small.measure("m", "told", "count", "cases", window={"field": "cases/on"})
    value, missing = told_of(definition, answers)
    assert (value[A], missing[A]) == (0, False)


def test_a_subtree_with_one_unit_that_said_none_is_zero(small, told_of):
    definition = small.measure("m", "told", "count", "cases", over="subtree")
    value, missing = told_of(definition, [small.answer(A, "cases", "none", form="told")])
    assert (value["9901"], missing["9901"], missing["9902"]) == (0, False, True)
