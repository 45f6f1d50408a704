"""What reports show of frames about all units."""

import pytest

from pbwidgets.scoring.extracts import RANKED, SHOWN_REFERENCE, STATUSES, extract_shown, take_columns
from pbwidgets.scoring.frames import COLUMNS, REFERENCE, SELECTION, Scores, to_frame
from pbwidgets.scoring.selection import find_open_places


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
    assert ranked.to_dict("records") == [
        {"track_id": "village", "criterion_id": "total", "layer": "final", "n": 7}
    ]


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


def test_statuses_keep_of_the_reasons_how_many_places_are_open() -> None:
    notes = '{"notes": [["scoring.note_tie", {}], ["scoring.note_unfilled", {"contenders": 4, "open": 3}]]}'
    rows: list[dict[str, object]] = [{"unit_code": "1", "reason_args": notes}, {"unit_code": "2"}]
    statuses = extract_shown(scores([], rows))[STATUSES]
    assert list(statuses["open_places"]) == [3, 0]
    assert find_open_places(statuses) == find_open_places(to_frame(rows, SELECTION)) == 3
    assert find_open_places(statuses.iloc[1:]) == find_open_places(statuses.iloc[:0]) == 0
    assert "reason_args" not in statuses


def test_who_reads_two_extracts_of_a_frame_gets_the_columns_of_both() -> None:
    line = to_frame([a_line()], REFERENCE)
    both = set(take_columns(line, [RANKED, SHOWN_REFERENCE]))
    assert both == {*take_columns(line, [RANKED]), *take_columns(line, [SHOWN_REFERENCE])}
    assert "n" in both
    assert "quartile_1" not in both
