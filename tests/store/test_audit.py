from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pbwidgets.store import Actor, AuditQuery, Deed, Store, audit_head, load_audit, record

CLERK = Actor("clerk", "organiser")


def test_a_row_names_actor_role_unit_and_time(store: Store) -> None:
    with store.read() as r:
        before = audit_head(r)
    with store.write(Actor("wang", "reviewer", "9901", on_behalf=True)) as w:
        record(w, Deed("look", "unit:990101", "contest", "2026", "990101", {"n": 1}))
    with store.read() as r:
        (row,) = load_audit(r, AuditQuery(after=before))
    assert row.actor == Actor("wang", "reviewer", on_behalf=True)
    assert row.at == w.now
    assert row.deed == Deed("look", "unit:990101", "contest", "2026", "990101", {"n": 1})


def test_rows_can_be_asked_for_by_unit_and_actor(store: Store) -> None:
    with store.write(CLERK) as w:
        record(w, Deed("one", "x", unit_code="9902"), Deed("two", "x", unit_code="990102"))
    with store.read() as r:
        assert [row.deed.action for row in load_audit(r, AuditQuery(unit_code="9902"))] == ["add_unit", "one"]
        assert load_audit(r, AuditQuery(actor="nobody")) == []
        assert len(load_audit(r, limit=2)) == 2


def test_rows_can_be_asked_for_by_action_moment_and_number_newest_first(store: Store) -> None:
    noon = datetime(2031, 6, 1, 4, tzinfo=UTC)
    for hours, action in enumerate(["one", "two", "two", "three"]):
        with store.write(CLERK, noon + timedelta(hours=hours)) as w:
            record(w, Deed(action, "x"))

    def found(wanted: AuditQuery) -> list[str]:
        with store.read() as r:
            return [row.deed.action for row in load_audit(r, wanted, newest_first=True)]

    assert found(AuditQuery(since=noon)) == ["three", "two", "two", "one"]
    assert found(AuditQuery(since=noon, until=noon + timedelta(hours=2))) == ["two", "one"]  # not at its end
    assert found(AuditQuery(action="two", since=noon + timedelta(hours=2))) == ["two"]
    with store.read() as r:
        last = audit_head(r)
        assert [row.id for row in load_audit(r, newest_first=True, limit=2)] == [last, last - 1]
    assert found(AuditQuery(after=last - 3, before=last)) == ["two", "two"]


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'other'", "DELETE FROM audit"])
def test_the_log_cannot_be_changed(store: Store, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), store.write(CLERK) as w:
        w.conn.execute(text(statement))


@pytest.mark.parametrize("backend", ["postgresql"])  # SQLite knows no TRUNCATE
def test_the_log_cannot_be_truncated(store: Store) -> None:
    with pytest.raises(DBAPIError, match="append-only"), store.write(CLERK) as w:
        w.conn.execute(text("TRUNCATE audit"))


@pytest.mark.parametrize(
    "statement", ["UPDATE campaign_versions SET definition = ''", "DELETE FROM campaign_versions"]
)
def test_frozen_campaigns_cannot_be_changed(store: Store, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), store.write(CLERK) as w:
        w.conn.execute(text(statement))
