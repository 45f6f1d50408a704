"""The order of the steps of a life."""

from datetime import date

import pytest

from pbwidgets.campaign import Text
from pbwidgets.campaign.life import Life, Step
from pbwidgets.campaign.life_steps import BACKWARDS, SKIPPED, find_step_faults

NAMES = ("proposed", "approved", "tendered", "contract")
STEPS = tuple(Step(field=name, name=Text(zh=name, en=name)) for name in NAMES)
LIFE = Life(steps=STEPS)


def faults(answers: dict[str, object], without: str = "") -> list[tuple[str, str, str]]:
    found = find_step_faults(LIFE, answers, lambda step: step.field != without)
    return [(fault.field, fault.code, fault.other.field) for fault in found]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, []),
        ({"proposed": "2026-03-01", "approved": "2026-03-01"}, []),  # on one day is no fault
        ({"approved": "2026-03-01"}, [("proposed", SKIPPED, "approved")]),
        (
            {"proposed": "2026-03-02", "contract": date(2026, 3, 1)},
            [
                ("approved", SKIPPED, "contract"),
                ("tendered", SKIPPED, "contract"),
                ("contract", BACKWARDS, "proposed"),
            ],
        ),
        # compared with the step before it, not with the latest one
        (
            {name: f"2026-03-{day:02}" for name, day in zip(NAMES, (9, 1, 2, 3), strict=True)},
            [("approved", BACKWARDS, "proposed")],
        ),
        ({"proposed": "yesterday", "approved": "2026-03-01"}, [("proposed", SKIPPED, "approved")]),
    ],
)
def test_steps_passed_over_or_backwards_are_named_with_the_other_step(answers, expected):
    assert faults(answers) == expected


def test_a_step_that_does_not_apply_is_not_passed_over():
    dates = {"proposed": "2026-03-01", "approved": "2026-03-02", "contract": "2026-03-03"}
    assert faults(dates) == [("tendered", SKIPPED, "contract")]
    assert faults(dates, without="tendered") == []
    assert faults({**dates, "tendered": "2020-01-01"}, without="tendered") == []


def test_a_life_with_a_state_field_has_no_steps_to_pass_over():
    assert (
        list(find_step_faults(Life(state="state", done=("yes",)), {"state": "yes"}, lambda step: True)) == []
    )
