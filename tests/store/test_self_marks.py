"""The marks that a unit gives itself: one set in force, whoever entered it."""

from pbwidgets.store import (
    Actor,
    Mark,
    MarkKey,
    Store,
    SubmissionKey,
    import_version,
    load_marks,
    load_rating_history,
)
from pbwidgets.store.self_marks import newest_content_version, replace_unit_marks

CLERK = Actor("li", "filler", "990101")
KEY = SubmissionKey("contest", "2026", "village_form", "990101")


def mark_of(points: float, line: str = "team", rater: str = "990101") -> Mark:
    return Mark(MarkKey("contest", "2026", "990101", line, "self", "self", rater), points)


def in_force(store: Store) -> list[tuple[str, float, str]]:
    with store.read() as r:
        found = load_marks(r, "contest", "2026", unit_code="990101", layer="self")
    return [(mark.key.criterion_id, mark.points, mark.key.rater) for mark in found]


def test_marks_no_longer_given_are_withdrawn_and_stay_in_the_history(store: Store) -> None:
    with store.write(CLERK) as w:
        replace_unit_marks(w, "contest", "2026", "990101", "self", [mark_of(8), mark_of(5, "centre")])
    with store.write(CLERK) as w:
        assert replace_unit_marks(w, "contest", "2026", "990101", "self", [mark_of(7)]) == 1
        past = load_rating_history(w, "contest", "2026", "990101", "centre")
    assert in_force(store) == [("team", 7.0, "990101")]
    assert past["is_current"].tolist() == [False]


def test_marks_under_another_name_in_the_same_layer_are_withdrawn(store: Store) -> None:
    with store.write(CLERK) as w:
        replace_unit_marks(w, "contest", "2026", "990101", "self", [mark_of(8, rater="li")])
    with store.write(CLERK) as w:
        replace_unit_marks(w, "contest", "2026", "990101", "self", [mark_of(6)])
    assert in_force(store) == [("team", 6.0, "990101")]


def test_the_newest_content_is_that_of_the_forms_asked_for(store: Store) -> None:
    with store.write(CLERK) as w:
        import_version(w, KEY, {"members": 3})
        assert newest_content_version(w, "contest", "2026", "990101", ["village_form", "log"]) == 1
        assert newest_content_version(w, "contest", "2026", "990101", ["log"]) == 0
