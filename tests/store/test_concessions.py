from datetime import UTC, date, datetime

import pytest

from pbwidgets.errors import DataError
from pbwidgets.store import (
    ALWAYS,
    Actor,
    ConcessionKey,
    Store,
    audit_head,
    grant_concession,
    lift_concession,
    load_audit,
    load_concessions,
)

TOWN = Actor("li", "reviewer", "9901")
KEY = ConcessionKey("contest", ALWAYS, "990101", "standards", "c1")
OTHER = ConcessionKey("contest", "2026", "990102", "study")
EVENING = datetime(2026, 11, 3, 17, tzinfo=UTC)  # the next day in the county


def told(store: Store, revision: int | None = None, period: str = "2026") -> list[list[object]]:
    columns = ["period", "unit_code", "check_id", "part", "excused", "due_on", "times"]
    with store.read() as r:
        found = load_concessions(r, "contest", period, revision)
    return found[columns].astype(object).where(found[columns].notna(), None).to_numpy().tolist()


def head_of(store: Store) -> int:
    with store.read() as r:
        return audit_head(r)


def test_the_newest_concession_is_in_force_and_counts_those_before_it(store: Store) -> None:
    with store.write(TOWN, EVENING) as w:
        grant_concession(w, KEY, "在建", due_on=date(2026, 12, 31))
        grant_concession(w, OTHER, "新成立")
        grant_concession(w, KEY, "拆迁")
    assert told(store) == [
        ["2026", "990102", "study", "", True, None, 1],
        [ALWAYS, "990101", "standards", "c1", True, None, 2],
    ]
    assert told(store, period="2027") == [[ALWAYS, "990101", "standards", "c1", True, None, 2]]
    with store.read() as r:
        found = load_concessions(r, "contest", "2026")
        actions = [row.deed.action for row in load_audit(r)][-3:]
    assert found["granted_on"].tolist() == ["2026-11-04"] * 2
    assert found["reason"].tolist() == ["新成立", "拆迁"]
    assert actions == ["grant_concession"] * 3


def test_a_concession_that_was_lifted_brings_no_older_one_back_and_every_moment_reads_as_it_was(
    store: Store,
) -> None:
    seen = {head_of(store): told(store)}
    for due in (date(2026, 12, 31), date(2027, 1, 31)):
        with store.write(TOWN) as w:
            grant_concession(w, KEY, "在建", due_on=due)
        seen[head_of(store)] = told(store)
    with store.write(TOWN) as w:
        lift_concession(w, KEY, "已具备条件")
    seen[head_of(store)] = told(store)
    assert [rows and rows[0][-2:] for rows in seen.values()] == [[], ["2026-12-31", 1], ["2027-01-31", 2], []]
    with store.write(TOWN) as w:
        grant_concession(w, KEY, "又停工")
    assert told(store)[0][-3:] == [True, None, 3]
    assert {revision: told(store, revision) for revision in seen} == seen


def test_a_concession_needs_a_reason_a_unit_and_when_it_is_lifted_one_in_force(store: Store) -> None:
    with pytest.raises(DataError, match="理由"), store.write(TOWN) as w:
        grant_concession(w, KEY, " ")
    with pytest.raises(DataError, match="998"), store.write(TOWN) as w:
        grant_concession(w, ConcessionKey("contest", "2026", "998", "study"), "新成立")
    with pytest.raises(DataError, match="没有生效"), store.write(TOWN) as w:
        lift_concession(w, KEY, "已具备条件")
    with store.write(TOWN) as w:
        grant_concession(w, KEY, "在建")
        with pytest.raises(DataError, match="理由"):
            lift_concession(w, KEY, "")
        lift_concession(w, KEY, "已具备条件")
        with pytest.raises(DataError, match="没有生效"):
            lift_concession(w, KEY, "已具备条件")
