from dataclasses import replace
from datetime import date

import pytest

from pbwidgets.errors import ConflictError, DataError
from pbwidgets.store import (
    Actor,
    PublicNotice,
    Store,
    close_objection,
    end_notice,
    load_audit,
    load_notices,
    load_objections,
    record_objection,
    start_notice,
)

COUNTY = Actor("county", "organiser", "99")
NOTICE = PublicNotice("contest", "2026", "village", date(2026, 12, 1), date(2026, 12, 7), "演示县委组织部")
DAY = date(2026, 12, 3)
GIST = "申报材料与实际不符"


def test_a_notice_runs_until_it_is_taken_back(store: Store) -> None:
    with store.write(COUNTY) as w:
        number = start_notice(w, NOTICE)
        (found,) = load_notices(w, "contest", "2026", "village")
        assert (found.id, found.notice, found.recorded_by) == (number, NOTICE, "county")
        end_notice(w, number)
        assert not load_notices(w, "contest", "2026", "village")
        with pytest.raises(DataError, match=f"没有编号为 {number} 的公示"):
            end_notice(w, number)


def test_two_notices_of_a_track_never_overlap_but_may_follow_each_other(store: Store) -> None:
    with store.write(COUNTY) as w:
        start_notice(w, NOTICE)
        start_notice(w, PublicNotice("contest", "2026", "township", DAY, DAY))
        with pytest.raises(ConflictError, match="2026-12-01 至 2026-12-07"):
            start_notice(w, PublicNotice("contest", "2026", "village", date(2026, 12, 7), date(2026, 12, 9)))
        after = PublicNotice("contest", "2026", "village", date(2026, 12, 8), date(2026, 12, 9))
        start_notice(w, after)
        (newest,) = load_notices(w, "contest", "2026", "village")
    assert newest.notice == after


def test_a_notice_about_one_unit_runs_beside_that_of_the_list_and_takes_objections_to_it_alone(
    store: Store,
) -> None:
    later = replace(NOTICE, begins=DAY, ends=date(2026, 12, 9), unit_code="990101")
    with store.write(COUNTY) as w:
        start_notice(w, NOTICE)
        number = start_notice(w, later)
        assert [item.notice for item in load_notices(w, "contest", "2026", "village")] == [NOTICE, later]
        with pytest.raises(ConflictError, match="2026-12-03 至 2026-12-09"):
            start_notice(w, later)
        record_objection(w, number, "990101", DAY, GIST)
        with pytest.raises(DataError, match="只涉及单位 990101"):
            record_objection(w, number, "990102", DAY, GIST)
        end_notice(w, number)
        assert [item.notice for item in load_notices(w, "contest", "2026", "village")] == [NOTICE]
        with pytest.raises(DataError, match="998"):
            start_notice(w, replace(later, unit_code="998"))


def test_a_notice_that_ends_before_it_begins_is_refused(store: Store) -> None:
    wrong = PublicNotice("contest", "2026", "village", DAY, date(2026, 12, 2))
    with pytest.raises(DataError, match="早于开始日期"), store.write(COUNTY) as w:
        start_notice(w, wrong)


def test_an_objection_is_recorded_and_closed_once(store: Store) -> None:
    with store.write(COUNTY) as w:
        notice = start_notice(w, NOTICE)
        first = record_objection(w, notice, "990101", DAY, GIST)
        record_objection(w, notice, "990101", DAY, "另一件")
        close_objection(w, first, "dismissed", "经核查，材料属实")
        found = load_objections(w, notice)
        assert [(item.status, item.outcome) for item in found] == [
            ("dismissed", "经核查，材料属实"),
            ("open", None),
        ]
        with pytest.raises(DataError, match="可能已经办结"):
            close_objection(w, first, "upheld", "再查")


@pytest.mark.parametrize(
    ("unit", "day", "gist", "said"),
    [
        ("990101", date(2026, 11, 30), GIST, "不在公示期"),
        ("990101", date(2026, 12, 8), GIST, "不在公示期"),
        ("990101", DAY, "  ", "没有填写理由"),
        ("998", DAY, GIST, "998"),
    ],
    ids=["before", "after", "no gist", "unknown unit"],
)
def test_an_invalid_objection_is_refused(store: Store, unit: str, day: date, gist: str, said: str) -> None:
    with pytest.raises(DataError, match=said), store.write(COUNTY) as w:
        record_objection(w, start_notice(w, NOTICE), unit, day, gist)


@pytest.mark.parametrize(
    ("status", "outcome", "said"), [("open", "查了", "属实或不属实"), ("upheld", " ", "没有填写理由")]
)
def test_an_objection_is_closed_only_with_an_outcome(
    store: Store, status: str, outcome: str, said: str
) -> None:
    with pytest.raises(DataError, match=said), store.write(COUNTY) as w:
        close_objection(w, record_objection(w, start_notice(w, NOTICE), "990101", DAY, GIST), status, outcome)


def test_the_log_does_not_contain_the_text_of_an_objection(store: Store) -> None:
    with store.write(COUNTY) as w:
        number = record_objection(w, start_notice(w, NOTICE), "990101", DAY, GIST)
        close_objection(w, number, "upheld", "情况属实")
    with store.read() as r:
        rows = [row for row in load_audit(r) if "notice" in row.deed.action or "objection" in row.deed.action]
    assert [row.deed.action for row in rows] == ["start_notice", "record_objection", "close_objection"]
    assert all(GIST not in str(row.deed) and "情况属实" not in str(row.deed) for row in rows)
