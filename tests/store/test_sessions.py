"""Sessions: known by the hash of a token, ended for good."""

from datetime import UTC, datetime, timedelta

import pytest

from pbwidgets.store import (
    Actor,
    NewAccount,
    Store,
    add_account,
    audit_head,
    begin_session,
    confirm_session,
    count_wrong,
    end_session,
    end_sessions_of,
    load_audit,
    load_session,
    load_sessions_of,
    touch_session,
)

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
CUN = Actor("cun1", "filler", "990101")


@pytest.fixture
def store_with_accounts(store: Store) -> Store:
    """A store with two accounts; `cun1` has the sessions `one` and `two`, `cun2` has `three`."""
    with store.write(CUN, NOW) as w:
        for name, unit in (("cun1", "990101"), ("cun2", "990102")):
            add_account(w, NewAccount(name, "filler", unit, "hash"))
        begin_session(w, "one", "cun1")
        begin_session(w, "two", "cun1")
        begin_session(w, "three", "cun2")
    return store


def continuing(store: Store) -> set[str]:
    with store.read() as r:
        return {key for key in ("one", "two", "three") if load_session(r, key) is not None}


def test_a_session_is_found_with_its_account(store_with_accounts: Store) -> None:
    with store_with_accounts.read() as r:
        session = load_session(r, "one")
        assert load_session(r, "four") is None
    assert session is not None
    assert (session.account.name, session.account.unit_code) == ("cun1", "990101")
    assert (session.begun_at, session.seen_at) == (NOW, NOW)


def test_touching_a_session_updates_its_time_and_is_not_logged(store_with_accounts: Store) -> None:
    with store_with_accounts.write(CUN, NOW + timedelta(minutes=5)) as w:
        head = audit_head(w)
        touch_session(w, "one")
        assert audit_head(w) == head
        session = load_session(w, "one")
    assert session is not None
    assert (session.begun_at, session.seen_at) == (NOW, NOW + timedelta(minutes=5))


def test_an_ended_session_is_gone_and_others_continue(store_with_accounts: Store) -> None:
    with store_with_accounts.write(CUN) as w:
        end_session(w, "one")
        end_session(w, "four")
    assert continuing(store_with_accounts) == {"two", "three"}


@pytest.mark.parametrize(("keep", "ended", "left"), [(None, 2, {"three"}), ("two", 1, {"two", "three"})])
def test_all_sessions_of_an_account_end_but_the_one_to_keep(
    store_with_accounts: Store, keep: str | None, ended: int, left: set[str]
) -> None:
    with store_with_accounts.write(CUN) as w:
        assert end_sessions_of(w, "cun1", keep=keep) == ended
        assert end_sessions_of(w, "cun1", keep=keep) == 0
    assert continuing(store_with_accounts) == left


def test_the_log_says_who_signed_in_and_out_and_holds_no_token(store_with_accounts: Store) -> None:
    with store_with_accounts.write(CUN) as w:
        end_session(w, "one")
        end_sessions_of(w, "cun1")
    with store_with_accounts.read() as r:
        rows = [row.deed for row in load_audit(r) if row.deed.entity.startswith("account:")]
    assert [(deed.action, deed.entity) for deed in rows][2:] == [
        ("sign_in", "account:cun1"),
        ("sign_in", "account:cun1"),
        ("sign_in", "account:cun2"),
        ("sign_out", "account:cun1"),
        ("end_sessions", "account:cun1"),
    ]
    assert not any(token in str(deed.details) for deed in rows for token in ("one", "two", "three"))


def test_the_sessions_of_an_account_are_listed_with_where_they_began_the_newest_first(store: Store) -> None:
    with store.write(CUN, NOW) as w:
        add_account(w, NewAccount("cun1", "filler", "990101", "hash"))
        begin_session(w, "one", "cun1", "10.0.0.8", "Firefox/120")
    with store.write(CUN, NOW + timedelta(hours=1)) as w:
        begin_session(w, "two", "cun1")
        begin_session(w, "three", "cun1")
        end_session(w, "three")
        found = load_sessions_of(w, "cun1")
        (told,) = [row.deed.details for row in load_audit(w) if row.deed.details.get("address")]
    assert [(item.token_hash, item.address, item.browser) for item in found] == [
        ("two", None, None),
        ("one", "10.0.0.8", "Firefox/120"),
    ]
    assert told == {"address": "10.0.0.8"}


def test_wrong_passwords_in_a_session_are_counted_until_the_right_one(store_with_accounts: Store) -> None:
    with store_with_accounts.write(CUN, NOW) as w:
        assert [count_wrong(w, "one", "cun1") for _ in range(3)] == [1, 2, 3]
        assert count_wrong(w, "two", "cun1") == 1
        confirm_session(w, "one", "cun1")
        assert count_wrong(w, "one", "cun1") == 1
        session = load_session(w, "one")
    assert session is not None
    assert session.confirmed_at == NOW
