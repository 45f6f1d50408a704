"""Sign-in: the same answer to every wrong attempt, sessions that end, a password of one's own."""

import runpy
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from counties import COUNTY, OPERATOR, OTHER_VILLAGE, TOWN, VILLAGE, make_register
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbwidgets.errors import PbError, RightsError, UsageError
from pbwidgets.store import Actor, NewAccount, Store, load_audit, load_password_hash, open_store
from pbwidgets.store import add_account as keep_account
from pbwidgets.store.sessions import IDLE, WHOLE
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.organise.register import save_units
from pbwidgets.workflows.people import passwords
from pbwidgets.workflows.people.accounts import add_account, disable_account, reset_password
from pbwidgets.workflows.people.attempts import LOCK, WRONG_AT_MOST, Caller
from pbwidgets.workflows.people.passwords import DEMO_PASSWORD, LONGEST, check_new_password, hash_password
from pbwidgets.workflows.people.sessions import (
    accounts_in_use,
    change_password,
    live_sessions,
    resume,
    session_key,
    sign_in,
    sign_out,
)

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RIGHT = "tea mountain"
HERE = Caller()


@pytest.fixture(scope="module")
def peopled_folder(opened_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("peopled") / "small"
    shutil.copytree(opened_folder, folder)
    with open_workspace(folder) as workspace:
        add_account(workspace, OPERATOR, "cun1", "filler", VILLAGE, RIGHT)
    return folder


@pytest.fixture
def peopled(peopled_folder: Path, tmp_path: Path) -> Iterator[Workspace]:
    """The small county with the filler `cun1`, whose password is `RIGHT`."""
    with open_workspace(Path(shutil.copytree(peopled_folder, tmp_path / "peopled"))) as workspace:
        yield workspace


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(PbError, match=r"\S") as caught:
        call()
    return caught.value.code


def try_wrong(
    workspace: Workspace, times: int, now: datetime = NOW, name: str = "cun1", caller: Caller = HERE
) -> list[str]:
    return [code_of(lambda: sign_in(workspace, name, "wrong", caller, now=now)) for _ in range(times)]


# -- passwords -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "password"), [("cun1", "wrong"), ("nobody", RIGHT), ("", ""), ("cun1", "")])
def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(
    peopled: Workspace, name: str, password: str
) -> None:
    with pytest.raises(RightsError, match="账号或密码不正确") as caught:
        sign_in(peopled, name, password)
    assert (caught.value.code, caught.value.args_of_message) == ("accounts.wrong_password", {})


def test_an_unknown_name_takes_as_long_as_a_wrong_password(
    peopled: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    verify = PasswordHasher.verify

    def count(self: PasswordHasher, kept: str, password: str) -> bool:
        checked.append(password)
        return verify(self, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", count)
    for name in ("cun1", "nobody"):
        code_of(lambda name=name: sign_in(peopled, name, "wrong"))  # type: ignore[misc]
    assert checked == ["wrong", "wrong"]


def test_a_hash_takes_the_work_that_rfc_9106_asks_for() -> None:
    hash_as_in_use = runpy.run_path(passwords.__file__)["hash_password"]
    assert extract_parameters(hash_as_in_use("x")) == RFC_9106_LOW_MEMORY


def test_a_name_without_an_account_is_locked_like_an_account(peopled: Workspace) -> None:
    moments = [NOW] * 6 + [NOW + LOCK - MINUTE, NOW + LOCK] + [NOW + LOCK + MINUTE] * 5

    def answers(name: str) -> list[tuple[str, dict[str, object]]]:
        found = []
        for moment in moments:
            with pytest.raises(PbError, match=r"\S") as caught:
                sign_in(peopled, name, "wrong", now=moment)
            found.append((caught.value.code, dict(caught.value.args_of_message)))
        return found

    known = answers("cun1")
    assert answers("nobody") == known
    assert ("accounts.locked", {"minutes": 15}) in known
    assert try_wrong(peopled, 1, name="somebody-else") == ["accounts.wrong_password"]


def test_a_locked_name_is_refused_without_hashing_even_if_unknown(
    peopled: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("cun1", "nobody"):
        try_wrong(peopled, WRONG_AT_MOST, name=name)
    monkeypatch.setattr(PasswordHasher, "verify", None)
    for name in ("cun1", "nobody"):
        assert try_wrong(peopled, 1, name=name) == ["accounts.locked"]


@pytest.mark.parametrize("typed", [RIGHT, "ｔｅａ　ｍｏｕｎｔａｉｎ"])
def test_full_width_letters_in_a_password_are_accepted(peopled: Workspace, typed: str) -> None:
    assert sign_in(peopled, " ＣＵＮ１ ", typed)


def test_a_failure_is_logged_without_what_was_typed(peopled: Workspace) -> None:
    for name in ("cun1", "mistyped-secret"):
        code_of(lambda name=name: sign_in(peopled, name, "typed-secret", Caller("10.0.0.8")))  # type: ignore[misc]
    with peopled.store.read() as reader:
        log = load_audit(reader)[-2:]
    assert [(row.deed.action, row.deed.entity) for row in log] == [
        ("fail_sign_in", "account:cun1"),
        ("fail_sign_in", "account:?"),
    ]
    assert [row.deed.details for row in log] == [{"address": "10.0.0.8"}] * 2
    assert "secret" not in str(log)


def test_an_account_is_reported_as_disabled_only_with_the_right_password(peopled: Workspace) -> None:
    disable_account(peopled, OPERATOR, "cun1")
    assert code_of(lambda: sign_in(peopled, "cun1", "wrong")) == "accounts.wrong_password"
    assert code_of(lambda: sign_in(peopled, "cun1", RIGHT)) == "accounts.disabled"


def test_a_hash_with_older_parameters_is_renewed_at_the_next_sign_in(small: Workspace) -> None:
    older = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    with small.store.write(OPERATOR) as w:
        keep_account(w, NewAccount("cun1", "filler", VILLAGE, older.hash(RIGHT)))
    assert sign_in(small, "cun1", RIGHT)
    with small.store.read() as reader:
        renewed = load_password_hash(reader, "cun1")
    assert renewed is not None
    assert extract_parameters(renewed) == extract_parameters(hash_password(RIGHT))
    assert "m=64," not in renewed
    assert sign_in(small, "cun1", RIGHT)


def test_the_demo_password_does_not_work_in_a_store_with_real_units(small: Workspace) -> None:
    with small.store.write(OPERATOR) as w:
        keep_account(w, NewAccount("filler1", "filler", VILLAGE, hash_password(DEMO_PASSWORD)))
    assert sign_in(small, "filler1", DEMO_PASSWORD)
    save_units(small, OPERATOR, make_register().assign(synthetic=False))
    assert code_of(lambda: sign_in(small, "filler1", DEMO_PASSWORD)) == "accounts.demo_password"


# -- the lock ------------------------------------------------------------------------------------------


def test_the_fifth_wrong_password_locks_and_says_for_how_long(peopled: Workspace) -> None:
    assert try_wrong(peopled, WRONG_AT_MOST) == ["accounts.wrong_password"] * 4 + ["accounts.locked"]
    with pytest.raises(RightsError, match="15 分钟"):
        sign_in(peopled, "cun1", RIGHT, now=NOW)
    with pytest.raises(RightsError, match="1 分钟"):
        sign_in(peopled, "cun1", RIGHT, now=NOW + LOCK - timedelta(seconds=1))


def test_the_lock_ends_by_itself_and_a_right_password_clears_the_count(peopled: Workspace) -> None:
    try_wrong(peopled, WRONG_AT_MOST)
    assert sign_in(peopled, "cun1", RIGHT, now=NOW + LOCK)
    assert try_wrong(peopled, 4, NOW + LOCK) == ["accounts.wrong_password"] * 4


def test_five_more_wrong_passwords_lock_again(peopled: Workspace) -> None:
    try_wrong(peopled, WRONG_AT_MOST)
    assert try_wrong(peopled, WRONG_AT_MOST, NOW + LOCK)[-1] == "accounts.locked"


def test_a_reset_removes_the_lock(peopled: Workspace) -> None:
    try_wrong(peopled, WRONG_AT_MOST)
    assert sign_in(peopled, "cun1", reset_password(peopled, OPERATOR, "cun1"), now=NOW)


def test_many_guesses_at_once_are_counted_like_guesses_in_turn(peopled: Workspace) -> None:
    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(lambda _: try_wrong(peopled, 1)[0], range(8)))
    assert codes.count("accounts.wrong_password") <= WRONG_AT_MOST - 1
    assert try_wrong(peopled, 1, NOW + LOCK - MINUTE) == ["accounts.locked"]


def test_the_log_says_that_a_name_was_locked_and_from_where(peopled: Workspace) -> None:
    try_wrong(peopled, WRONG_AT_MOST + 2, caller=Caller("10.0.0.8"))
    with peopled.store.read() as reader:
        log = [row.deed for row in load_audit(reader) if row.deed.action in ("fail_sign_in", "lock_account")]
    assert [deed.action for deed in log] == ["fail_sign_in"] * 4 + ["lock_account"]
    assert {deed.details["address"] for deed in log} == {"10.0.0.8"}


def test_strangers_elsewhere_do_not_keep_an_owner_out(peopled: Workspace) -> None:
    at_home = Caller("10.0.0.9", device="a browser that has signed in before")
    for number in range(4):
        try_wrong(peopled, WRONG_AT_MOST, caller=Caller(f"10.0.0.{number}"))
    assert code_of(lambda: sign_in(peopled, "cun1", RIGHT, Caller("10.0.0.3"), now=NOW)) == "accounts.locked"
    assert sign_in(peopled, "cun1", RIGHT, at_home, now=NOW)
    assert sign_in(peopled, "cun1", RIGHT, Caller("10.0.0.9"), now=NOW + MINUTE)


# -- sessions ------------------------------------------------------------------------------------------


def test_a_session_ends_after_two_idle_hours(peopled: Workspace) -> None:
    token = sign_in(peopled, "cun1", RIGHT, now=NOW)
    assert resume(peopled, token, now=NOW + IDLE - MINUTE) is not None
    assert resume(peopled, token, now=NOW + 2 * (IDLE - MINUTE)) is not None
    assert resume(peopled, token, now=NOW + 3 * IDLE) is None


def test_a_session_ends_after_twelve_hours_however_busy(peopled: Workspace) -> None:
    token = sign_in(peopled, "cun1", RIGHT, now=NOW)
    seen = [resume(peopled, token, now=NOW + hours * timedelta(hours=1)) for hours in range(1, 14)]
    assert [account is not None for account in seen] == [True] * 11 + [False] * 2


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gaps=st.lists(st.integers(0, 150), min_size=1, max_size=12))
def test_a_session_is_live_exactly_while_neither_idle_nor_too_old(
    peopled: Workspace, gaps: list[int]
) -> None:
    token = sign_in(peopled, "cun1", RIGHT, now=NOW)
    now, alive = NOW, True
    for gap in gaps:
        now += gap * MINUTE
        alive = alive and gap * MINUTE < IDLE and now - NOW < WHOLE
        assert (resume(peopled, token, now=now) is not None) == alive
        assert (session_key(token) in live_sessions(peopled, [session_key(token)], now=now)) == alive


def test_use_is_recorded_at_most_once_a_minute(peopled: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    token = sign_in(peopled, "cun1", RIGHT, now=NOW)
    writes: list[datetime | None] = []
    write = Store.write

    def count(self: Store, actor: Actor, now: datetime | None = None) -> object:
        writes.append(now)
        return write(self, actor, now)

    monkeypatch.setattr(Store, "write", count)
    for seconds in range(0, 180, 10):
        assert resume(peopled, token, now=NOW + timedelta(seconds=seconds)) is not None
    assert writes == [NOW + MINUTE, NOW + 2 * MINUTE]


def test_people_can_read_on_while_the_store_is_busy(peopled: Workspace) -> None:
    token = sign_in(peopled, "cun1", RIGHT, now=NOW)
    places = peopled.settings
    hasty = Workspace(places, open_store(places.store_url, places.evidence, busy_timeout_s=0.05))
    with peopled.store.write(OPERATOR):
        assert resume(hasty, token, now=NOW + 5 * MINUTE) is not None
    assert resume(hasty, token, now=NOW + IDLE) is None  # that use could not be recorded


def test_signing_out_ends_this_session_and_no_other(peopled: Workspace) -> None:
    one, two = (sign_in(peopled, "cun1", RIGHT) for _ in range(2))
    sign_out(peopled, one)
    sign_out(peopled, one)
    sign_out(peopled, "never was")
    assert resume(peopled, one) is None
    assert resume(peopled, two) is not None
    assert live_sessions(peopled, [session_key(one), session_key(two)]) == {session_key(two)}


def test_accounts_are_in_use_until_they_are_disabled(peopled: Workspace) -> None:
    assert accounts_in_use(peopled, ["cun1", "nobody"]) == {"cun1"}
    disable_account(peopled, OPERATOR, "cun1")
    assert accounts_in_use(peopled, ["cun1"]) == frozenset()


@pytest.mark.parametrize("token", ["", "x", "é" * 40])
def test_a_made_up_token_belongs_to_nobody(peopled: Workspace, token: str) -> None:
    assert resume(peopled, token) is None


def test_the_store_does_not_contain_the_token(peopled: Workspace) -> None:
    token = sign_in(peopled, "cun1", RIGHT)
    assert resume(peopled, session_key(token)) is None


# -- a password of one's own ---------------------------------------------------------------------------


def test_changing_a_password_ends_other_sessions(peopled: Workspace) -> None:
    here, there = (sign_in(peopled, "cun1", RIGHT) for _ in range(2))
    change_password(peopled, "cun1", RIGHT, "mountain tea 2", token=here)
    account = resume(peopled, here)
    assert account is not None
    assert not account.must_change
    assert resume(peopled, there) is None
    assert code_of(lambda: sign_in(peopled, "cun1", RIGHT)) == "accounts.wrong_password"
    assert sign_in(peopled, "cun1", "mountain tea 2")


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("1234567", "accounts.too_short"),
        ("        ", "accounts.too_short"),
        ("  tea pot　", "accounts.too_short"),
        ("x" * (LONGEST + 1), "accounts.too_long"),
        ("12345678", "accounts.too_common"),
        ("１２３４５６７８", "accounts.too_common"),
        ("dangjian2026", "accounts.too_common"),
        ("Dangjian@2026", "accounts.too_common"),
        ("woaini1314", "accounts.too_common"),
        ("1qaz2wsx", "accounts.too_common"),
        ("P@ssw0rd", "accounts.too_common"),
        ("19800101", "accounts.too_common"),
        (f"{VILLAGE}a", "accounts.too_common"),
        ("passwordpassword1234#Xk7$vQ9!mZ2w", "accounts.too_common"),  # by its first signs
        (VILLAGE, "accounts.password_is_name"),
        (OTHER_VILLAGE, "accounts.password_is_name"),
        (RIGHT, "accounts.password_unchanged"),
        ("ｔｅａ ｍｏｕｎｔａｉｎ", "accounts.password_unchanged"),
        (DEMO_PASSWORD, "accounts.password_public"),
    ],
)
def test_a_password_that_is_not_good_enough_is_refused(peopled: Workspace, new: str, code: str) -> None:
    with pytest.raises(UsageError, match="密码") as caught:
        change_password(peopled, "cun1", RIGHT, new)
    assert caught.value.code == code


def test_the_name_of_an_account_cannot_be_the_password(peopled: Workspace) -> None:
    with peopled.store.write(OPERATOR) as w:
        keep_account(w, NewAccount("village-one", "filler", VILLAGE, "hash"))
    with pytest.raises(UsageError, match="账号名"):
        change_password(peopled, "cun1", RIGHT, "VILLAGE-ONE")


@pytest.mark.parametrize(
    ("role", "unit", "least"),
    [("filler", VILLAGE, 8), ("reviewer", TOWN, 8), ("leader", COUNTY, 8), ("reviewer", COUNTY, 12),
     ("organiser", None, 12), ("admin", None, 12)],
)  # fmt: skip
def test_who_works_for_the_whole_county_needs_a_longer_password(
    small: Workspace, role: str, unit: str | None, least: int
) -> None:
    owner = Actor("cun1", role, unit)
    with small.store.read() as reader:
        check_new_password(reader, owner, "kq7vmw2xzh4j"[:least])
        with pytest.raises(UsageError, match=str(least)):
            check_new_password(reader, owner, "kq7vmw2xzh4j"[: least - 1])


@pytest.mark.parametrize(
    "given", ["tea mountain", "k7#f$m2!x", "红旗渠1949年", "correct horse battery", "p" * 3 + "éà漢字 q7"]
)
def test_words_that_have_nothing_to_do_with_each_other_are_accepted(small: Workspace, given: str) -> None:
    with small.store.read() as reader:
        check_new_password(reader, Actor("cun1", "filler", VILLAGE), given)


def test_a_password_that_is_too_weak_by_now_must_be_changed_at_the_next_sign_in(small: Workspace) -> None:
    for name, kept in (("weak", "12345678"), ("strong", RIGHT), ("filler1", DEMO_PASSWORD)):
        with small.store.write(OPERATOR) as w:
            keep_account(w, NewAccount(name, "filler", VILLAGE, hash_password(kept), must_change=False))
        account = resume(small, sign_in(small, name, kept))
        assert account is not None
        assert account.must_change is (name == "weak")
        assert account.reset_at is None


def test_a_password_that_is_far_too_long_is_wrong_without_being_hashed(
    peopled: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    verify = PasswordHasher.verify

    def count(self: PasswordHasher, kept: str, password: str) -> bool:
        checked.append(password)
        return verify(self, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", count)
    assert code_of(lambda: sign_in(peopled, "cun1", RIGHT + "x" * LONGEST)) == "accounts.wrong_password"
    assert checked == [""]


def test_a_wrong_old_password_counts_towards_the_lock(peopled: Workspace) -> None:
    codes = [
        code_of(lambda: change_password(peopled, "cun1", "wrong", "mountain tea 2"))
        for _ in range(WRONG_AT_MOST)
    ]
    assert codes == ["accounts.wrong_password"] * 4 + ["accounts.locked"]
    assert code_of(lambda: sign_in(peopled, "cun1", RIGHT)) == "accounts.locked"


def test_the_account_that_signs_in_is_the_actor_in_the_log(peopled: Workspace) -> None:
    sign_in(peopled, "cun1", RIGHT)
    with peopled.store.read() as reader:
        last = load_audit(reader)[-1]
    assert (last.deed.action, last.actor.name, last.actor.role) == ("sign_in", "cun1", "filler")


def test_signing_in_does_not_change_snapshots(peopled: Workspace) -> None:
    opened = peopled.opened()
    taken = take_snapshot(peopled, opened).folder.parent / "newest.json"
    before = taken.stat().st_mtime_ns
    sign_out(peopled, sign_in(peopled, "cun1", RIGHT))
    take_snapshot(peopled, opened)
    assert taken.stat().st_mtime_ns == before
