"""Accounts: who may add, reset, disable and hand over which."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from counties import COUNTY, OPERATOR, OTHER_VILLAGE, SISTER, TOWN, VILLAGE

from pbwidgets.errors import ConflictError, DataError, PbError, RightsError, UsageError
from pbwidgets.store import Actor, load_account, load_audit
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.people.accounts import (
    ROLES,
    add_account,
    disable_account,
    enable_account,
    ensure_administrator,
    find_account,
    find_actor,
    hand_over,
    list_accounts,
    reset_password,
    to_name,
)
from pbwidgets.workflows.people.sessions import change_password, resume, sign_in

ADMIN = Actor("boss", "admin")
TOWNSHIP = Actor("zhen1", "reviewer", TOWN)
OTHERS = [
    Actor("cun1", "filler", VILLAGE), TOWNSHIP, Actor("head", "leader", COUNTY), Actor("ana", "analyst"),
    Actor("org", "organiser"),
]  # fmt: skip


ACCOUNTS = [
    ("cun1", "filler", VILLAGE), ("cun2", "filler", OTHER_VILLAGE), ("zhen1", "reviewer", TOWN),
    ("org", "organiser", COUNTY), ("boss", "admin", None), ("ana", "analyst", None),
    ("helper", "admin", VILLAGE),
]  # fmt: skip


@pytest.fixture(scope="module")
def peopled_folder(opened_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small county with accounts, made once because hashing passwords is slow."""
    folder = tmp_path_factory.mktemp("peopled") / "small"
    shutil.copytree(opened_folder, folder)
    with open_workspace(folder) as workspace:
        for name, role, unit in ACCOUNTS:
            add_account(workspace, OPERATOR, name, role, unit)
    return folder


@pytest.fixture
def peopled(peopled_folder: Path, tmp_path: Path) -> Iterator[Workspace]:
    """The small county with accounts of two villages, a township and the whole county."""
    with open_workspace(Path(shutil.copytree(peopled_folder, tmp_path / "peopled"))) as workspace:
        yield workspace


def test_a_new_account_signs_in_with_a_first_password_that_must_be_changed(small: Workspace) -> None:
    first = add_account(small, ADMIN, " Ｃｕｎ９ ", "filler", VILLAGE)
    account = resume(small, sign_in(small, "cun9", first))
    assert account is not None
    assert (account.name, account.role, account.unit_code, account.must_change) == (
        "cun9", "filler", VILLAGE, True,
    )  # fmt: skip
    assert find_actor(small, "cun9") == Actor("cun9", "filler", VILLAGE)


def test_first_passwords_are_short_plain_and_different_each_time(small: Workspace) -> None:
    made = [add_account(small, ADMIN, f"cun{number}", "filler", VILLAGE) for number in range(3)]
    assert len(set(made)) == 3
    assert all(len(first) == 8 and not set(first) & set("01iloOIuv") for first in made)


def test_a_first_password_can_be_given(small: Workspace) -> None:
    assert add_account(small, ADMIN, "cun1", "filler", VILLAGE, "tea mountain") == "tea mountain"
    assert sign_in(small, "cun1", "tea mountain")
    with pytest.raises(UsageError, match="8"):
        add_account(small, ADMIN, "cun2", "filler", VILLAGE, "short")


@pytest.mark.parametrize(
    ("name", "role", "unit", "code"),
    [
        ("x", "filler", VILLAGE, "accounts.bad_name"),
        ("cli:root", "filler", VILLAGE, "accounts.bad_name"),
        ("-cun", "filler", VILLAGE, "accounts.bad_name"),
        ("two words", "filler", VILLAGE, "accounts.bad_name"),
        ("a" * 33, "filler", VILLAGE, "accounts.bad_name"),
        ("admin", "filler", VILLAGE, "accounts.reserved_name"),
        ("cun1", "operator", VILLAGE, "accounts.unknown_role"),
        ("cun1", "fillers", VILLAGE, "accounts.unknown_role"),
        ("cun1", "filler", None, "accounts.unit_needed"),
        ("cun1", "reviewer", None, "accounts.unit_needed"),
        ("cun1", "filler", "999999", "store.unknown_unit"),
    ],
)
def test_a_wrong_account_is_refused(
    small: Workspace, name: str, role: str, unit: str | None, code: str
) -> None:
    with pytest.raises(PbError, match=r"\S") as caught:
        add_account(small, ADMIN, name, role, unit)
    assert caught.value.code == code
    assert list_accounts(small, ADMIN) == ()


@pytest.mark.parametrize("name", ["张村-1", "cun.990101", "9901", "li_村"])
def test_names_may_be_chinese_letters_and_digits(small: Workspace, name: str) -> None:
    add_account(small, ADMIN, name, "filler", VILLAGE)
    assert find_account(small, to_name(name)).name == name


def test_a_taken_name_is_refused_however_it_is_typed(peopled: Workspace) -> None:
    with pytest.raises(ConflictError, match="cun1"):
        add_account(peopled, ADMIN, "CUN1", "filler", VILLAGE)


@pytest.mark.parametrize("actor", OTHERS, ids=[actor.role for actor in OTHERS])
def test_only_administrators_add_list_disable_and_hand_over_accounts(
    peopled: Workspace, actor: Actor
) -> None:
    for call in (
        lambda: add_account(peopled, actor, "new1", "admin"),
        lambda: list_accounts(peopled, actor),
        lambda: disable_account(peopled, actor, "cun2"),
        lambda: enable_account(peopled, actor, "cun2"),
        lambda: hand_over(peopled, actor, "cun2", "cun3"),
    ):
        with pytest.raises(RightsError, match="accounts") as caught:
            call()
        assert caught.value.code == "workflows.not_allowed"
    assert find_account(peopled, "cun2").disabled_at is None


@pytest.mark.parametrize(
    ("actor", "name", "code"),
    [
        (ADMIN, "cun1", ""), (ADMIN, "org", ""), (OPERATOR, "boss", ""),
        (TOWNSHIP, "cun1", ""),
        (TOWNSHIP, "cun2", "workflows.out_of_scope"),
        (TOWNSHIP, "zhen1", "workflows.out_of_scope"),
        (TOWNSHIP, "org", "accounts.not_below"),
        (TOWNSHIP, "ana", "accounts.not_below"),
        (TOWNSHIP, "helper", "accounts.not_below"),
        (TOWNSHIP, "nobody", "accounts.unknown"),
        (Actor("cun1", "filler", VILLAGE), "cun1", "workflows.not_allowed"),
        (Actor("head", "leader", COUNTY), "cun1", "workflows.not_allowed"),
        (Actor("org", "organiser", COUNTY), "cun1", "workflows.not_allowed"),
    ],
)  # fmt: skip
def test_administrators_reset_any_password_and_reviewers_those_below_them(
    peopled: Workspace, actor: Actor, name: str, code: str
) -> None:
    if code:
        with pytest.raises(RightsError, match=r"\S") as caught:
            reset_password(peopled, actor, name)
        assert caught.value.code == code
    else:
        assert sign_in(peopled, name, reset_password(peopled, actor, name))


def test_a_reset_signs_out_and_invalidates_the_old_password(small: Workspace) -> None:
    old = add_account(small, ADMIN, "cun1", "filler", VILLAGE)
    token = sign_in(small, "cun1", old)
    new = reset_password(small, TOWNSHIP, "cun1")
    assert resume(small, token) is None
    with pytest.raises(RightsError, match="密码不正确"):
        sign_in(small, "cun1", old)
    account = resume(small, sign_in(small, "cun1", new))
    assert account is not None
    assert account.must_change


def test_a_disabled_account_is_signed_out_and_unknown(small: Workspace) -> None:
    token = sign_in(small, "cun1", add_account(small, ADMIN, "cun1", "filler", VILLAGE))
    disable_account(small, ADMIN, "cun1")
    assert resume(small, token) is None
    for call in (lambda: find_actor(small, "cun1"), lambda: reset_password(small, ADMIN, "cun1")):
        with pytest.raises(RightsError, match="cun1"):
            call()


def test_enabling_an_account_gives_a_new_password_and_the_old_one_stays_invalid(
    small: Workspace,
) -> None:
    old = add_account(small, ADMIN, "cun1", "filler", VILLAGE)
    disable_account(small, ADMIN, "cun1")
    new = enable_account(small, ADMIN, " CUN1 ")
    with pytest.raises(RightsError, match="密码不正确"):
        sign_in(small, "cun1", old)
    account = resume(small, sign_in(small, "cun1", new))
    assert account is not None
    assert (account.role, account.unit_code, account.must_change) == ("filler", VILLAGE, True)
    with pytest.raises(DataError, match="正在使用中"):
        enable_account(small, ADMIN, "cun1")
    with pytest.raises(RightsError, match="cun9"):
        enable_account(small, ADMIN, "cun9")


def test_a_replaced_account_can_be_enabled_again(small: Workspace) -> None:
    add_account(small, ADMIN, "cun1", "filler", VILLAGE)
    hand_over(small, ADMIN, "cun1", "cun2")
    enable_account(small, ADMIN, "cun1")
    account = find_account(small, "cun1")
    assert (account.disabled_at, account.replaced_by) == (None, None)


def test_the_last_administrator_can_be_handed_over_but_not_disabled(small: Workspace) -> None:
    add_account(small, OPERATOR, "boss", "admin")
    with pytest.raises(DataError, match="boss"):
        disable_account(small, ADMIN, "boss")
    hand_over(small, ADMIN, "boss", "boss2")
    add_account(small, OPERATOR, "boss3", "admin")
    disable_account(small, ADMIN, "boss2")
    assert [account.name for account in list_accounts(small, ADMIN) if account.disabled_at is None] == [
        "boss3"
    ]


def test_handing_over_passes_on_role_and_unit(small: Workspace) -> None:
    token = sign_in(small, "cun1", add_account(small, ADMIN, "cun1", "filler", VILLAGE))
    first = hand_over(small, ADMIN, "cun1", "cun1b")
    assert resume(small, token) is None
    with small.store.read() as reader:
        old = load_account(reader, "cun1")
    assert old is not None
    assert (old.disabled_at is not None, old.replaced_by) == (True, "cun1b")
    account = resume(small, sign_in(small, "cun1b", first))
    assert account is not None
    assert (account.role, account.unit_code, account.must_change) == ("filler", VILLAGE, True)


@pytest.mark.parametrize(
    ("new", "code"),
    [("cun2", "accounts.name_taken"), ("admin", "accounts.reserved_name"), ("?", "accounts.bad_name")],
)
def test_handing_over_to_an_invalid_name_changes_nothing(peopled: Workspace, new: str, code: str) -> None:
    with pytest.raises(PbError, match=r"\S") as caught:
        hand_over(peopled, ADMIN, "cun1", new)
    assert caught.value.code == code
    assert find_account(peopled, "cun1").disabled_at is None


def test_the_first_start_creates_one_administrator_and_only_its_owner_can_read_the_password(
    small: Workspace,
) -> None:
    file = ensure_administrator(small)
    assert file is not None
    assert (file.stat().st_mode & 0o777, file.parent) == (0o600, small.settings.private)
    first = file.read_text().strip()
    account = resume(small, sign_in(small, "admin", first))
    assert account is not None
    assert (account.role, account.must_change) == ("admin", True)
    assert ensure_administrator(small) is None
    assert file.read_text().strip() == first
    change_password(small, "admin", first, "tea mountain and rain")
    assert not file.exists()


def test_the_first_password_of_the_administrator_goes_away_with_a_reset(small: Workspace) -> None:
    file = ensure_administrator(small)
    assert file is not None
    assert sign_in(small, "admin", reset_password(small, OPERATOR, "admin"))
    assert not file.exists()


def test_an_administrator_with_another_name_is_enough(small: Workspace) -> None:
    add_account(small, OPERATOR, "boss", "admin")
    assert ensure_administrator(small) is None
    assert [account.name for account in list_accounts(small, ADMIN)] == ["boss"]


def test_every_role_except_operator_can_be_given(small: Workspace) -> None:
    assert ROLES == ("filler", "reviewer", "leader", "analyst", "organiser", "admin")
    for role in ROLES:
        add_account(small, ADMIN, f"its-{role}", role, SISTER)
    assert {account.role for account in list_accounts(small, ADMIN)} == set(ROLES)


def test_no_password_is_in_the_log(peopled: Workspace) -> None:
    firsts = [reset_password(peopled, ADMIN, "cun1"), hand_over(peopled, ADMIN, "cun1", "cun1b")]
    tokens = [sign_in(peopled, "cun1b", firsts[1])]
    with peopled.store.read() as reader:
        log = str(load_audit(reader))
    assert "cun1b" in log
    assert not [word for word in (*firsts, *tokens, "argon2") if word in log]
