"""Progress of submissions: first and last hand-in, last activity, and why something was returned."""

from datetime import UTC, datetime, timedelta

from pbwidgets.store import (
    ALWAYS,
    Actor,
    Store,
    SubmissionKey,
    accept,
    amend,
    audit_head,
    grant_exception,
    return_submission,
    save_draft,
    submit,
    submit_many,
)
from pbwidgets.store.progress import load_exception_list, load_exceptions, load_progress

FILLER = Actor("zhang", "filler", "990101")
START = datetime(2026, 6, 1, tzinfo=UTC)
LEVELS = ("township", "county")


def key_of(unit: str) -> SubmissionKey:
    return SubmissionKey("contest", "2026", "record", unit)


def hour(number: int) -> datetime:
    return START + timedelta(hours=number)


def hand_in(store: Store, unit: str, at: datetime) -> None:
    with store.write(FILLER, at) as w:
        save_draft(w, key_of(unit), {"plan": "yes"}, 0)
        submit(w, key_of(unit))


def test_moments_of_hand_in_and_the_reason_of_a_return(store: Store) -> None:
    hand_in(store, "990101", hour(0))
    with store.write(FILLER, hour(1)) as w:
        return_submission(w, key_of("990101"), "township", LEVELS, "请补充", "plan")
    with store.read() as r:
        (row,) = load_progress(r, "contest", "2026").to_dict("records")
    assert (row["state"], row["version"], row["returned_by"]) == ("returned", 2, "township")
    assert (row["reason"], row["field_path"]) == ("请补充", "plan")
    assert (row["first_submitted_at"], row["submitted_at"]) == (hour(0), hour(0))
    assert row["last_activity"] == hour(1)
    with store.write(FILLER, hour(2)) as w:
        submit(w, key_of("990101"))
    with store.write(FILLER, hour(3)) as w:
        accept(w, key_of("990101"), "township", LEVELS)
    with store.read() as r:
        (row,) = load_progress(r, "contest", "2026").to_dict("records")
    assert (row["first_submitted_at"], row["submitted_at"], row["last_activity"]) == (
        hour(0), hour(2), hour(3),
    )  # fmt: skip
    assert (row["reason"], row["field_path"], row["returned_by"]) == (None, None, None)


def test_a_draft_has_activity_but_no_hand_in(store: Store) -> None:
    with store.write(FILLER, hour(5)) as w:
        save_draft(w, key_of("990101"), {"plan": "no"}, 0)
    with store.read() as r:
        (row,) = load_progress(r, "contest", "2026").to_dict("records")
    assert (row["state"], row["first_submitted_at"], row["last_activity"]) == ("draft", None, hour(5))


def test_only_the_units_asked_for_are_loaded(store: Store) -> None:
    for unit in ("990101", "990102"):
        hand_in(store, unit, hour(0))
    with store.read() as r:
        assert list(load_progress(r, "contest", "2026", {"990102"})["unit_code"]) == ["990102"]
        assert list(load_progress(r, "contest", "2026", {"990102", *map(str, range(600))})["unit_code"]) == [
            "990102"
        ]
        assert load_progress(r, "contest", "2026", set()).empty
        assert load_progress(r, "contest", "2025").empty


def test_the_newest_exception_counts_and_all_stay_on_record(store: Store) -> None:
    with store.write(FILLER, hour(0)) as w:
        grant_exception(w, "contest", "2026", "record", "990101", hour(48), "停电")
        grant_exception(w, "contest", "2026", "record", "990101", hour(24), "更正")
    with store.read() as r:
        assert load_exceptions(r, "contest", "2026") == {("record", "990101"): hour(24)}
        assert list(load_exception_list(r, "contest", "2026")["reason"]) == ["更正", "停电"]


def test_what_lasts_is_as_it_was_at_the_closing_and_a_returned_amendment_still_stands(store: Store) -> None:
    key = SubmissionKey("contest", ALWAYS, "record", "990101")
    with store.write(FILLER, hour(0)) as w:
        submit_many(w, [(key, {"plan": "yes"})])
        version = accept(w, key, "township", LEVELS)
        amend(w, key, {"plan": "no"}, seen_version=version, counts=False)
        return_submission(w, key, "township", LEVELS, "请补充", "plan")
    with store.read() as r:
        closed = audit_head(r)
    with store.write(FILLER, hour(1)) as w:
        submit(w, key)
        submit_many(w, [(SubmissionKey("contest", ALWAYS, "record", "990102"), {})])
    with store.read() as r:
        (then,) = load_progress(r, "contest", "2026", revision=closed).to_dict("records")
        now, other = load_progress(r, "contest", "2026").to_dict("records")
    assert (then["state"], then["version"], then["standing_version"]) == ("returned", 4, version)
    assert (then["reason"], then["last_activity"], then["submitted_at"]) == ("请补充", hour(0), hour(0))
    assert (now["state"], now["version"], now["standing_version"]) == ("submitted", 5, version)
    assert (now["reason"], now["submitted_at"], other["standing_version"]) == (None, hour(1), None)
