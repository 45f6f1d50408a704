"""The strip of phases: the state of each on a day, and which of them a phone shows."""

from datetime import date

import pytest

from pbwidgets.apps.frame import step_states
from pbwidgets.campaign.model import Phase, Text

NAME = Text(zh="阶段", en="Phase")
PHASES = tuple(
    Phase(id=f"p{number}", name=NAME, begins=begins, ends=ends)
    for number, (begins, ends) in enumerate(
        [
            (date(2026, 2, 1), date(2026, 3, 31)),
            (date(2026, 6, 1), date(2026, 6, 30)),
            (date(2026, 5, 1), date(2026, 6, 15)),
        ]
    )
)


@pytest.mark.parametrize(
    ("day", "states"),
    [
        (date(2026, 1, 1), ["soon", "next", "next"]),
        (date(2026, 2, 1), ["now", "next", "next"]),
        (date(2026, 4, 1), ["past", "next", "soon"]),
        (date(2026, 6, 15), ["past", "now", "now"]),
        (date(2026, 6, 16), ["past", "now", "past"]),
        (date(2026, 7, 1), ["past", "last", "past"]),
    ],
)
def test_between_phases_the_next_or_the_last_one_is_marked(day: date, states: list[str]) -> None:
    assert step_states(PHASES, day) == states


def test_a_period_without_phases_has_none() -> None:
    assert step_states((), date(2026, 1, 1)) == []
