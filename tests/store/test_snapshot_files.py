import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.errors import DataError
from pbwidgets.intake.text import drop_unfit_in
from pbwidgets.scoring.frames import ALLOTMENTS, POINTS, RATINGS, REFERENCE, to_frame
from pbwidgets.store import fingerprints, read_frames, write_frames

PARTITION_OF = {"990101": "9901", "990102": "9901", "990201": "9902", "9901": "9901", "9902": "9902"}
CODES = st.sampled_from(["990101", "990102", "990201", "99"]) | st.none()
TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "unit_code": CODES,
            "comment": TEXTS,
            "points": st.none() | st.floats(allow_nan=False),
            "submission_version": st.integers(0, 2**40),
            "stale": st.booleans(),
        }
    ),
    max_size=8,
)


def ratings(rows: list[dict[str, object]]) -> pd.DataFrame:
    return to_frame(rows, RATINGS)


def some_ratings() -> pd.DataFrame:
    return ratings(
        [{"unit_code": code, "points": points} for code, points in [("990201", 1), ("99", 2), ("990101", 3)]]
    )


@given(rows=ROWS)
def test_frames_are_read_back_equal_with_dtypes_and_order_but_for_what_no_file_can_hold(
    rows: list[dict[str, object]],
) -> None:
    frames = {"ratings": ratings(rows), "reference": to_frame([{"n": 1}], REFERENCE)}
    with tempfile.TemporaryDirectory() as folder:
        write_frames(Path(folder) / "snapshot", frames, PARTITION_OF)
        back = read_frames(Path(folder) / "snapshot", ["ratings", "reference"])
    fit = ratings(drop_unfit_in(rows))
    for name, frame in {**frames, "ratings": fit}.items():
        pd.testing.assert_frame_equal(back[name], frame)


@given(rows=ROWS, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_fingerprint(rows: list[dict[str, object]], order: object) -> None:
    shuffled = list(rows)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    before = fingerprints({"ratings": ratings(rows)}, PARTITION_OF)
    assert fingerprints({"ratings": ratings(shuffled)}, pd.Series(PARTITION_OF)) == before


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"comment": None}, {"comment": ""}),
        ({"comment": None}, {"comment": "nan"}),
        ({"comment": None}, {"comment": "<NA>"}),
        ({"points": None}, {"points": 0.0}),
        ({"points": 1.0}, {"points": 1.0000001}),
        ({"stale": True}, {"stale": False}),
        ({"comment": "a", "layer": "b"}, {"comment": "b", "layer": "a"}),
    ],
)
def test_the_smallest_change_is_detected(one: dict[str, object], other: dict[str, object]) -> None:
    found = [
        fingerprints({"ratings": ratings([{"unit_code": "990101", **row}])}, PARTITION_OF)
        for row in (one, other)
    ]
    assert found[0].keys() == found[1].keys() == {"9901"}
    assert found[0] != found[1]


def test_a_repeated_row_changes_the_fingerprint() -> None:
    row = {"unit_code": "990101", "points": 1.0}
    assert fingerprints({"r": ratings([row])}, PARTITION_OF) != fingerprints(
        {"r": ratings([row, row])}, PARTITION_OF
    )


def test_a_change_in_one_partition_leaves_the_others() -> None:
    frame = some_ratings()
    changed = frame.assign(points=frame["points"].mask(frame["unit_code"] == "990101", 9.0))
    before, after = (fingerprints({"ratings": item}, PARTITION_OF) for item in (frame, changed))
    assert {code for code in before if before[code] != after[code]} == {"9901"}
    assert sorted(before) == ["9901", "9902", "_"]
    assert all(len(mark) == 16 for marks in before.values() for mark in marks.values())


def test_each_track_of_a_frame_has_a_fingerprint_of_its_own() -> None:
    rows = [
        {"unit_code": "990101", "track_id": track, "points": points}
        for track, points in [("village", 1.0), ("town", 2.0), (None, 3.0)]
    ]
    frame = to_frame(rows, POINTS)
    changed = frame.assign(points=[1.0, 9.0, 3.0])
    before, after = (fingerprints({"points": item}, PARTITION_OF)["9901"] for item in (frame, changed))
    assert set(before) == {"points", "points:", "points:town", "points:village"}
    assert {name for name in before if before[name] != after[name]} == {"points", "points:town"}


def test_a_partition_is_read_alone_in_its_order(tmp_path: Path) -> None:
    frames = {
        "ratings": some_ratings(),
        "allotments": to_frame([{"by_unit": "9902", "allotted": 4}], ALLOTMENTS),
    }
    write_frames(tmp_path / "s", frames, PARTITION_OF)
    own = read_frames(tmp_path / "s", ["ratings", "allotments"], partition="9902")
    assert own["ratings"]["unit_code"].tolist() == ["990201"]
    assert own["allotments"]["allotted"].tolist() == [4]
    none = read_frames(tmp_path / "s", ["ratings"], partition="9999")["ratings"]
    pd.testing.assert_frame_equal(none, to_frame([], RATINGS))


def test_free_codes_make_safe_folder_names(tmp_path: Path) -> None:
    frame = ratings([{"unit_code": "a", "points": 1}])
    write_frames(tmp_path / "s", {"ratings": frame}, {"a": "../../甲 支部"})
    assert {path.name for path in tmp_path.iterdir()} == {"s"}
    assert len(read_frames(tmp_path / "s", ["ratings"], partition="../../甲 支部")["ratings"]) == 1


def test_a_snapshot_is_replaced_as_a_whole_and_leaves_nothing_behind(tmp_path: Path) -> None:
    write_frames(tmp_path / "s", {"ratings": some_ratings()}, PARTITION_OF)
    write_frames(tmp_path / "s", {"ratings": ratings([])}, PARTITION_OF)
    assert read_frames(tmp_path / "s", ["ratings"])["ratings"].empty
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


def test_a_write_that_fails_leaves_the_old_snapshot(tmp_path: Path) -> None:
    write_frames(tmp_path / "s", {"ratings": some_ratings()}, PARTITION_OF)
    unwritable = pd.DataFrame({"unit_code": ["a", "b"], "x": [1, "two"]})
    with pytest.raises(Exception, match=r"x|int|str"):
        write_frames(tmp_path / "s", {"ratings": ratings([]), "bad": unwritable}, PARTITION_OF)
    assert len(read_frames(tmp_path / "s", ["ratings"])["ratings"]) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


def test_a_missing_frame_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="数据快照 s 中没有 ratings"):
        read_frames(tmp_path / "s", ["ratings"])


def test_writing_and_fingerprints_change_no_frame(tmp_path: Path) -> None:
    frame = some_ratings()
    kept = frame.copy(deep=True)
    write_frames(tmp_path / "s", {"ratings": frame}, PARTITION_OF)
    fingerprints({"ratings": frame}, PARTITION_OF)
    pd.testing.assert_frame_equal(frame, kept)
