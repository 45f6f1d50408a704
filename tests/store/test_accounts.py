"""Accounts: kept without their passwords, never deleted, every write in the log."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from pbwidgets.errors import ConflictError, DataError
from pbwidgets.store import (
    Actor,
    NewAccount,
    Reader,
    Store,
    add_account,
    audit_head,
    disable_account,
    enable_account,
    forget_reset,
    hand_over,
    load_account,
    load_accounts,
    load_audit,
    load_password_hash,
    load_unit,
    names_somebody,
    records_head,
    refresh_hash,
    require_change,
    set_password_hash,
)

ADMIN = Actor("boss", "admin")
NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
HASH = "$argon2id$a-hash"


@pytest.fixture
def store_with_accounts(store: Store) -> Store:
    """A store with an account `cun1` of the village 990101."""
    with store.write(ADMIN, NOW) as w:
        add_account(w, NewAccount("cun1", "filler", "990101", HASH))
    return store


def deeds(store: Store, of: str = "account:") -> list[tuple[str, str]]:
    with store.read() as r:
        rows = load_audit(r)
    return [(row.deed.action, row.deed.entity) for row in rows if row.deed.entity.startswith(of)]


def test_a_new_account_is_found_by_its_name_and_must_change_its_password(store_with_accounts: Store) -> None:
    with store_with_accounts.read() as r:
        account = load_account(r, "cun1")
        assert load_password_hash(r, "cun1") == HASH
        assert load_account(r, "cun2") is None
        assert load_password_hash(r, "cun2") is None
    assert account is not None
    assert (account.role, account.unit_code, account.must_change) == ("filler", "990101", True)
    assert (account.reset_at, account.reset_by, account.disabled_at) == (None, None, None)
    assert account.created_at == NOW


def test_a_name_is_given_once_even_after_its_account_was_disabled(store_with_accounts: Store) -> None:
    with store_with_accounts.write(ADMIN) as w:
        disable_account(w, "cun1")
    with pytest.raises(ConflictError, match="cun1"), store_with_accounts.write(ADMIN) as w:
        add_account(w, NewAccount("cun1", "filler", "990102", HASH))


def test_the_unit_of_an_account_must_be_in_the_register(store: Store) -> None:
    with pytest.raises(DataError, match="990199"), store.write(ADMIN) as w:
        add_account(w, NewAccount("cun9", "filler", "990199", HASH))
    with store.read() as r:
        assert not load_accounts(r)


def test_accounts_come_in_the_order_of_their_names(store_with_accounts: Store) -> None:
    with store_with_accounts.write(ADMIN) as w:
        add_account(w, NewAccount("admin", "admin", None, HASH, must_change=False))
        add_account(w, NewAccount("bcun", "filler", "990102", HASH))
    with store_with_accounts.read() as r:
        assert [account.name for account in load_accounts(r)] == ["admin", "bcun", "cun1"]


@pytest.mark.parametrize("by_whom", ["reset", "enabled"])
def test_a_password_set_by_somebody_else_is_told_until_its_owner_has_seen_it(
    store_with_accounts: Store, by_whom: str
) -> None:
    with store_with_accounts.write(ADMIN, NOW) as w:
        set_password_hash(w, "cun1", "own", must_change=False)
        assert told(w) == (None, None)
        if by_whom == "reset":
            set_password_hash(w, "cun1", "other", must_change=True)
        else:
            disable_account(w, "cun1")
            enable_account(w, "cun1", "other")
        assert told(w) == (NOW, "boss")
        set_password_hash(w, "cun1", "own again", must_change=False)
        assert told(w) == (NOW, "boss")
        forget_reset(w, "cun1")
        assert told(w) == (None, None)


def told(r: Reader) -> tuple[datetime | None, str | None]:
    account = load_account(r, "cun1")
    assert account is not None
    return account.reset_at, account.reset_by


def test_an_account_with_a_weak_password_must_change_it(store_with_accounts: Store) -> None:
    with store_with_accounts.write(ADMIN, NOW) as w:
        set_password_hash(w, "cun1", "weak", must_change=False)
        require_change(w, "cun1")
        account = load_account(w, "cun1")
        assert load_password_hash(w, "cun1") == "weak"
        assert told(w) == (None, None)
    assert account is not None
    assert account.must_change


@pytest.mark.parametrize(
    ("word", "is_one"), [("cun1", True), ("990101", True), ("张庄村", False), ("cun", False), ("", False)]
)
def test_names_of_accounts_and_codes_of_units_name_somebody(
    store_with_accounts: Store, word: str, is_one: bool
) -> None:
    with store_with_accounts.read() as r:
        assert names_somebody(r, word) is is_one
        name = load_unit(r, "990101")
        assert name is not None
        assert names_somebody(r, name[0])


def test_a_hand_over_disables_the_old_account_and_keeps_role_and_unit(store_with_accounts: Store) -> None:
    with store_with_accounts.write(ADMIN, NOW) as w:
        hand_over(w, "cun1", "cun1b", "new hash")
        old, new = load_account(w, "cun1"), load_account(w, "cun1b")
    assert old is not None
    assert new is not None
    assert (old.disabled_at, old.replaced_by) == (NOW, "cun1b")
    assert (new.role, new.unit_code, new.must_change, new.disabled_at) == ("filler", "990101", True, None)


def test_a_disabled_account_is_not_handed_over(store_with_accounts: Store) -> None:
    with store_with_accounts.write(ADMIN) as w:
        disable_account(w, "cun1")
    with pytest.raises(DataError, match="cun1"), store_with_accounts.write(ADMIN) as w:
        hand_over(w, "cun1", "cun1b", HASH)


def test_disabling_twice_keeps_the_first_time(store_with_accounts: Store) -> None:
    with store_with_accounts.write(ADMIN, NOW) as w:
        disable_account(w, "cun1", replaced_by="cun1b")
    with store_with_accounts.write(ADMIN, NOW + timedelta(days=1)) as w:
        disable_account(w, "cun1")
        account = load_account(w, "cun1")
    assert account is not None
    assert (account.disabled_at, account.replaced_by) == (NOW, "cun1b")


@pytest.mark.parametrize("name", ["nobody", "CUN1"])
def test_writing_to_an_account_that_is_not_there_is_refused(store_with_accounts: Store, name: str) -> None:
    with pytest.raises(DataError, match=name), store_with_accounts.write(ADMIN) as w:
        set_password_hash(w, name, HASH, must_change=True)


def test_the_log_names_every_deed_and_holds_no_hash(store_with_accounts: Store) -> None:
    with store_with_accounts.write(ADMIN, NOW) as w:
        refresh_hash(w, "cun1", "$argon2id$newer")
        set_password_hash(w, "cun1", "$argon2id$other", must_change=True)
        set_password_hash(w, "cun1", "$argon2id$third", must_change=False)
        hand_over(w, "cun1", "cun1b", "$argon2id$fourth")
    assert [action for action, _ in deeds(store_with_accounts)] == [
        "add_account", "refresh_hash", "reset_password", "change_password", "add_account", "disable_account",
    ]  # fmt: skip
    with store_with_accounts.read() as r:
        rows = r.conn.execute(text("SELECT entity, details, unit_code FROM audit")).all()
    assert "argon2" not in str(rows)
    assert {row.unit_code for row in rows if row.entity.startswith("account:")} == {"990101"}


def test_signing_in_does_not_change_the_revision_of_the_records(store_with_accounts: Store) -> None:
    with store_with_accounts.write(ADMIN) as w:
        before, records = audit_head(w), records_head(w)
        require_change(w, "cun1")
        assert audit_head(w) > before
        assert records_head(w) == records
    assert 0 < records < before
