"""What reports show of frames about all units."""

import pytest

from pbwidgets.scoring.extracts import RANKED, SHOWN_REFERENCE, STATUSES, extract_shown
from pbwidgets.scoring.frames import COLUMNS, REFERENCE, SELECTION, Scores, to_frame


def scores(reference: list[dict[str, object]], selection: list[dict[str, object]]) -> Scores:
    frames = {name: to_frame([], COLUMNS[name]) for name in Scores.__dataclass_fields__}
    made = {"reference": to_frame(reference, REFERENCE), "selection": to_frame(selection, SELECTION)}
    return Scores(**{**frames, **made})


def a_line(**changed: object) -> dict[str, object]:
    about = {"track_id": "village", "criterion_id": "plan", "layer": "final", "n": 9}
    spread = {"lowest": 1.0, "quartile_1": 2.0, "median": 3.0, "quartile_3": 4.0, "highest": 5.0}
    return {**about, **spread, **changed}


@pytest.mark.parametrize(
    ("changed", "is_shown"),
    [
        ({"median": 3.001}, False),
        ({"median": 3.006}, True),
        ({"highest": 5.1}, True),
        ({"quartile_1": 2.5}, False),
        ({"n": 8}, False),
    ],
)
def test_a_spread_has_changed_when_what_is_written_of_it_has(
    changed: dict[str, object], is_shown: bool
) -> None:
    before, after = (
        extract_shown(scores([line], []))[SHOWN_REFERENCE] for line in (a_line(), a_line(**changed))
    )
    assert before.equals(after) is not is_shown


def test_only_the_total_says_how_many_units_are_ranked() -> None:
    ranked = extract_shown(scores([a_line(), a_line(criterion_id="total", n=7)], []))[RANKED]
    assert ranked.to_dict("records") == [{"track_id": "village", "n": 7}]


@pytest.mark.parametrize(
    ("changed", "is_shown"),
    [({"total": 81.0}, False), ({"rank": 3}, True), ({"holding": "selected"}, True)],
)
def test_statuses_change_with_ranks_and_decisions_but_not_with_totals(
    changed: dict[str, object], is_shown: bool
) -> None:
    row: dict[str, object] = {
        "unit_code": "1",
        "status": "waiting",
        "holding": "waiting",
        "rank": 2,
        "total": 80.0,
    }
    before, after = (extract_shown(scores([], [one]))[STATUSES] for one in (row, {**row, **changed}))
    assert before.equals(after) is not is_shown
