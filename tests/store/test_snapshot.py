from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pandas as pd
import pytest

from pbwidgets.scoring.frames import COLUMNS, RECORD_FRAMES, Records, to_frame
from pbwidgets.store import (
    Actor,
    ClassDecision,
    Mark,
    MarkKey,
    NominationList,
    Store,
    SubmissionKey,
    Veto,
    accept,
    decide_class,
    import_units,
    import_version,
    load_units,
    nominate,
    rate,
    rate_many,
    read_records,
    record_veto,
    return_submission,
    save_draft,
    set_allotments,
    submit_many,
    undo_accept,
)

COUNTY = Actor("county", "organiser", "99")
KEY = SubmissionKey("contest", "2026", "village_form", "990101")
LEVELS = ("township", "county")
COUNTS = ("accepted:township", "accepted:county", "locked")


def to_rows(form_id: str, answers: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
    for name, value in answers.items():
        if isinstance(value, list):
            for row, item in enumerate(value):
                for inner, text in item.items():
                    yield f"{name}/{inner}", row, str(text)
        else:
            yield name, 0, str(value)


def take(store: Store, **changes: Any) -> Records:
    asked: dict[str, Any] = {
        "forms": {"village_form": "village", "log": None},
        "sensitive": {("village_form", "deeds/who")},
        "counts": COUNTS,
        "as_of": date(2026, 12, 31),
        "take_part": lambda units: units,
        "to_rows": to_rows,
    }
    with store.read() as r:
        return read_records(r, "contest", "2026", **(asked | changes))


@pytest.fixture
def filled(store: Store) -> Store:
    with store.write(COUNTY) as w:
        import_version(
            w,
            KEY,
            {"n": 3, "deeds": [{"on": "2026-05-01", "who": "某某"}, {"on": "2026-06-01", "who": "某"}]},
        )
        accept(w, KEY, "township", LEVELS)
    return store


def test_every_frame_has_its_columns_and_dtypes_full_or_empty(filled: Store, empty_store: Store) -> None:
    for records in (take(filled), take(empty_store, forms={})):
        for name in RECORD_FRAMES:
            frame = getattr(records, name)
            assert (
                frame.dtypes.astype(str).to_dict() == to_frame([], COLUMNS[name]).dtypes.astype(str).to_dict()
            )


def test_answers_become_rows_without_sensitive_fields(filled: Store) -> None:
    rows = take(filled).submissions
    assert rows[["field", "row", "value"]].to_numpy().tolist() == [
        ["deeds/on", 0, "2026-05-01"],
        ["deeds/on", 1, "2026-06-01"],
        ["n", 0, "3"],
    ]
    assert set(rows["version"]) == {2}
    assert set(rows["track_id"]) == {"village"}
    assert not rows["value"].str.contains("某").any()


def test_what_was_returned_or_undone_no_longer_counts(filled: Store) -> None:
    with filled.write(COUNTY) as w:
        undo_accept(w, KEY, "township", LEVELS)
    assert take(filled).submissions.empty
    with filled.write(COUNTY) as w:
        accept(w, KEY, "township", LEVELS)
    assert not take(filled).submissions.empty
    with filled.write(COUNTY) as w:
        return_submission(w, KEY, "county", LEVELS, "缺附件")
        save_draft(w, KEY, {"n": 4}, 2)
    assert take(filled).submissions.empty


def test_states_that_count_may_differ_by_form(filled: Store) -> None:
    with filled.write(COUNTY) as w:
        import_version(w, SubmissionKey("contest", "2026", "log", "990102", 1), {"n": 1})
        import_version(w, SubmissionKey("contest", "2026", "log", "990102", 2), {"n": 2})
    assert set(take(filled).submissions["form_id"]) == {"village_form"}
    rows = take(filled, counts={"log": ("submitted",)}).submissions
    assert rows[["form_id", "occurrence", "value"]].to_numpy().tolist() == [["log", 1, "1"], ["log", 2, "2"]]
    assert rows["track_id"].isna().all()


def test_units_are_those_that_exist_on_the_day(store: Store) -> None:
    with store.write(COUNTY) as w:
        units = load_units(w).set_index("unit_code")
        units.loc["990102", "valid_to"] = "2026-06-30"
        units.loc["990101", "valid_from"] = "2026-02-01"
        import_units(w, units.reset_index())
    assert {"990101", "990102"} & set(take(store, as_of=date(2026, 1, 31)).units["unit_code"]) == {"990102"}
    assert {"990101", "990102"} <= set(take(store, as_of=date(2026, 6, 30)).units["unit_code"])
    assert {"990101", "990102"} & set(take(store, as_of=date(2026, 7, 1)).units["unit_code"]) == {"990101"}


def test_only_units_that_take_part_are_read(filled: Store) -> None:
    records = take(filled, take_part=lambda units: units[units["unit_code"] == "990101"])
    assert list(records.units["unit_code"]) == ["990101"]


def test_all_records_are_in_the_snapshot(filled: Store) -> None:
    with filled.write(COUNTY) as w:
        rate(w, Mark(MarkKey("contest", "2026", "990101", "team", "county", "county", "wang"), 8, "好", 2))
        record_veto(w, Veto("contest", "2026", "990101", "incident", "函"))
        set_allotments(w, "contest", "2026", "village", {"9901": 4})
        nominate(w, NominationList("contest", "2026", "village", "9901"), "990101")
        for period in ("2025", "2026"):
            day = date(int(period), 11, 30)
            decide_class(w, ClassDecision("contest", period, "village", "990101", 2, day, "会议", "研究"))
    records = take(filled)
    assert records.ratings.loc[0, "rater_id"] == "R001"
    assert not records.ratings.loc[0, "stale"]
    assert records.nominations.loc[0, "by_unit"] == "9901"
    assert (len(records.vetoes), len(records.allotments), len(records.decisions)) == (1, 1, 0)
    assert records.class_decisions["period"].tolist() == ["2025", "2026"]


def test_a_county_is_filled_rated_and_read_in_bulk(store: Store) -> None:
    codes = [f"99{number:04d}" for number in range(1000, 1500)]
    units = pd.DataFrame({"unit_code": codes, "unit_name": codes, "kind": "village", "synthetic": True})
    with store.write(COUNTY) as w:
        import_units(w, units)
        submit_many(w, [(SubmissionKey("contest", "2026", "village_form", code), {"n": 1}) for code in codes])
        marks = [
            Mark(MarkKey("contest", "2026", code, f"c{criterion}", "county", "county", "wang"), 5, "", 1)
            for code in codes
            for criterion in range(4)
        ]
        assert rate_many(w, marks) == 2000
    records = take(store, counts=("submitted",))
    assert (len(records.submissions), len(records.ratings)) == (500, 2000)
