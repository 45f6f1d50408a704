from collections.abc import Sequence
from dataclasses import replace

import pytest

from pbwidgets.errors import DataError
from pbwidgets.scoring.frames import RATINGS, to_frame
from pbwidgets.store import (
    Actor,
    Mark,
    MarkKey,
    Store,
    SubmissionKey,
    accept,
    audit_head,
    close_period,
    import_version,
    load_mark_changes,
    load_own_marks,
    load_rating_history,
    load_ratings,
    load_recusals,
    load_state,
    rate,
    rate_many,
    recuse,
    withdraw,
    withdraw_mark,
)

RATER = Actor("wang", "reviewer", "9901")
FORM = SubmissionKey("contest", "2026", "village_form", "990101")
FORMS = ["village_form", "log"]


def mark_of(
    points: float, *, rater: str = "wang", unit: str = "990101", comment: str = "", seen: int = 0
) -> Mark:
    key = MarkKey("contest", "2026", unit, "team", "county", "county", rater)
    return Mark(key, points, comment, seen)


def stale(store: Store, forms: Sequence[str] = FORMS) -> list[bool]:
    with store.read() as r:
        return load_ratings(r, "contest", "2026", forms)["stale"].tolist()


def test_a_mark_comes_back_under_a_pseudonym(store: Store) -> None:
    with store.write(RATER) as w:
        rate(w, mark_of(8.5, comment="班子团结"))
        rate(w, mark_of(7, rater="chen"))
        marks = load_ratings(w, "contest", "2026", FORMS)
    assert marks["rater_id"].tolist() == ["R001", "R002"]
    assert marks["points"].tolist() == [8.5, 7.0]
    assert marks.dtypes.astype(str).to_dict() == to_frame([], RATINGS).dtypes.astype(str).to_dict()
    assert not marks.map(lambda cell: cell in ("wang", "chen")).to_numpy().any()


def test_raters_keep_their_pseudonym_and_see_their_own_marks(store: Store) -> None:
    with store.write(RATER) as w:
        rate(w, mark_of(8))
        rate(w, mark_of(7, rater="chen"))
    with store.write(RATER) as w:
        rate_many(w, [mark_of(6, unit="990102", rater="chen"), mark_of(5, unit="990102", rater="sun")])
        own = load_ratings(w, "contest", "2026", FORMS, rater="chen")
        assert own["rater_id"].tolist() == ["R002", "R002"]
        assert own["unit_code"].tolist() == ["990101", "990102"]
        assert load_ratings(w, "contest", "2026", FORMS)["rater_id"].tolist() == [
            "R001",
            "R002",
            "R002",
            "R003",
        ]


def test_a_new_mark_replaces_the_old_one_which_stays_in_the_history(store: Store) -> None:
    for points in (8, 6):
        with store.write(RATER) as w:
            rate(w, mark_of(points))
    with store.read() as r:
        assert load_ratings(r, "contest", "2026", FORMS)["points"].tolist() == [6.0]
        kept = load_rating_history(r, "contest", "2026", "990101", "team")
    assert kept["points"].tolist() == [8.0, 6.0]
    assert kept["is_current"].tolist() == [False, True]


def test_every_step_of_a_mark_says_what_it_counted_as_before(store: Store) -> None:
    for points in (8, 6):
        with store.write(RATER) as w:
            rate(w, mark_of(points))
            rate(w, mark_of(points, unit="990102"))
    with store.write(RATER) as w:
        withdraw_mark(w, mark_of(6).key)
    with store.write(RATER) as w:
        rate(w, mark_of(9))
    with store.read() as r:
        steps = load_mark_changes(r, "contest", "2026", "990101")
        assert load_mark_changes(r, "contest", "2025", "990101") == ()
    assert [(step.cause, step.before, step.after) for step in steps] == [
        ("rate", None, 8.0),
        ("rate", 8.0, 6.0),
        ("withdraw_mark", 6.0, None),
        ("rate", None, 9.0),
    ]
    assert {step.key for step in steps} == {mark_of(8).key}


def test_the_same_mark_again_changes_nothing(store: Store) -> None:
    with store.write(RATER) as w:
        assert rate_many(w, [mark_of(8), mark_of(8)]) == 1
        before = audit_head(w)
        assert rate_many(w, [mark_of(8)]) == 0
        assert rate_many(w, []) == 0
        assert audit_head(w) == before


def test_a_withdrawn_mark_can_be_given_again(store: Store) -> None:
    with store.write(RATER) as w:
        rate(w, mark_of(8))
        withdraw_mark(w, mark_of(8).key)
        assert load_ratings(w, "contest", "2026", FORMS).empty
        with pytest.raises(DataError, match="没有您的评分"):
            withdraw_mark(w, mark_of(8).key)
        rate(w, mark_of(9))
        assert load_ratings(w, "contest", "2026", FORMS)["points"].tolist() == [9.0]


@pytest.mark.parametrize("points", [float("nan"), float("inf"), 1e20, True])
def test_points_that_are_not_a_number_are_refused(store: Store, points: float) -> None:
    with pytest.raises(DataError, match="不是有效数字"), store.write(RATER) as w:
        rate(w, mark_of(points))


def test_a_mark_needs_a_known_unit_and_an_open_period(store: Store) -> None:
    with pytest.raises(DataError, match="没有代码为 998"), store.write(RATER) as w:
        rate(w, mark_of(1, unit="998"))
    with store.write(RATER) as w:
        close_period(w, "contest", "2026")
    with pytest.raises(DataError, match="没有开启"), store.write(RATER) as w:
        rate(w, mark_of(1))


def test_a_mark_becomes_stale_when_the_answers_change_and_fresh_when_it_is_given_again(store: Store) -> None:
    with store.write(RATER) as w:
        import_version(w, FORM, {"plan": "甲"})
        rate(w, mark_of(8, seen=1))
    assert stale(store) == [False]
    with store.write(RATER) as w:
        withdraw(w, FORM)
        assert import_version(w, FORM, {"plan": "乙"}) == 2
    assert stale(store) == [True]
    assert stale(store, ["another_form"]) == [False]
    with store.write(RATER) as w:
        rate(w, mark_of(8, seen=2))
    assert stale(store) == [False]


def test_an_acceptance_makes_no_mark_stale(store: Store) -> None:
    with store.write(RATER) as w:
        import_version(w, FORM, {"plan": "甲"})
        rate(w, mark_of(8, seen=1))
        accept(w, FORM, "township", ["township"])
        found = load_state(w, FORM)
    assert found is not None
    assert found.version == 2
    assert stale(store) == [False]


def test_a_mark_given_on_an_old_version_is_stale_from_the_start(store: Store) -> None:
    with store.write(RATER) as w:
        import_version(w, FORM, {"plan": "甲"})
        withdraw(w, FORM)
        import_version(w, FORM, {"plan": "乙"})
        rate(w, mark_of(8, seen=1))
    assert stale(store) == [True]


def test_a_new_entry_of_a_log_makes_a_mark_stale_although_its_version_is_no_higher(store: Store) -> None:
    with store.write(RATER) as w:
        import_version(w, FORM, {"plan": "甲"})
        rate(w, mark_of(8, seen=1))
        import_version(w, SubmissionKey("contest", "2026", "log", "990101", 1), {"n": 1})
    assert stale(store) == [True]


def test_a_page_read_before_the_change_makes_a_stale_mark(store: Store) -> None:
    with store.write(RATER) as w:
        import_version(w, SubmissionKey("contest", "2026", "log", "990101", 1), {"n": 1})
        page_read = audit_head(w)
        import_version(w, SubmissionKey("contest", "2026", "log", "990101", 2), {"n": 2})
        rate(w, Mark(mark_of(8).key, 8, "", 1, seen_head=page_read))
    assert stale(store) == [True]


def test_a_recused_raters_marks_stay_and_are_flagged_for_that_unit_only(store: Store) -> None:
    with store.write(RATER) as w:
        rate_many(w, [mark_of(8), mark_of(7, unit="990102")])
        recuse(w, "contest", "2026", "wang", "990101", "亲属在该村任职")
        recuse(w, "contest", "2026", "wang", "990101", "亲属在该村任职")
        marks = load_ratings(w, "contest", "2026", FORMS).set_index("unit_code")
        assert marks["recused"].to_dict() == {"990101": True, "990102": False}
        with pytest.raises(DataError, match="没有填写理由"):
            recuse(w, "contest", "2026", "wang", "990101", "")


def test_a_second_inspector_is_part_of_the_mark_and_shown_only_to_its_rater(store: Store) -> None:
    inspected = replace(mark_of(8.0), second_inspector="组织科长")
    with store.write(RATER) as w:
        assert rate_many(w, [mark_of(8.0), mark_of(7.0, rater="li")]) == 2
        assert rate_many(w, [inspected]) == 1
        assert rate_many(w, [inspected]) == 0
    with store.read() as r:
        own = load_own_marks(r, "contest", "2026", "990101", "wang")
        frame = load_ratings(r, "contest", "2026", FORMS)
    assert [(mark.points, mark.second_inspector) for mark in own] == [(8.0, "组织科长")]
    assert "second_inspector" not in frame


def test_marks_of_one_unit_and_a_raters_recusals_are_loaded(store: Store) -> None:
    with store.write(RATER) as w:
        rate_many(w, [mark_of(8.0), mark_of(7.0, unit="990102")])
        recuse(w, "contest", "2026", "wang", "990102", "亲属在该村任职")
    with store.read() as r:
        assert load_ratings(r, "contest", "2026", FORMS, unit_code="990102")["points"].tolist() == [7.0]
        assert load_recusals(r, "contest", "2026", "wang") == {"990102"}
        assert load_recusals(r, "contest", "2026", "li") == frozenset()
