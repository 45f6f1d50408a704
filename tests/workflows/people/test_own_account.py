"""One's own account: sessions seen and ended, a reset told, the password given once more."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from counties import OPERATOR, VILLAGE, make_register
from sqlalchemy import update

from pbwidgets.errors import PbError, RightsError
from pbwidgets.store import Actor, NewAccount, add_account
from pbwidgets.store.tables import sessions
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.rights import FRESH, check_confirmed, check_fresh
from pbwidgets.workflows.ground.workspace import Workspace, today
from pbwidgets.workflows.meeting.classes import decide_classes
from pbwidgets.workflows.meeting.decisions import Minutes, decide_selection
from pbwidgets.workflows.organise.register import save_units
from pbwidgets.workflows.people.accounts import disable_account, reset_password
from pbwidgets.workflows.people.attempts import Caller
from pbwidgets.workflows.people.own_account import (
    WRONG_AT_MOST,
    confirm_password,
    dismiss_reset,
    end_other_sessions,
    end_own_session,
    find_reset,
    own_sessions,
)
from pbwidgets.workflows.people.passwords import hash_password
from pbwidgets.workflows.people.sessions import resume, session_key, sign_in

RIGHT = "tea mountain and rain"


@pytest.fixture
def peopled(small: Workspace) -> Workspace:
    """The small county as if its units were real, with the accounts `cun1`, `cun2` and `boss`."""
    save_units(small, OPERATOR, make_register().assign(synthetic=False))
    hashed = hash_password(RIGHT)
    with small.store.write(OPERATOR) as w:
        for name, role, unit in (
            ("cun1", "filler", VILLAGE),
            ("cun2", "filler", VILLAGE),
            ("boss", "admin", None),
            ("org", "organiser", None),
        ):
            add_account(w, NewAccount(name, role, unit, hashed, must_change=False))
    return small


# -- sessions ------------------------------------------------------------------------------------------


def test_people_see_only_their_own_live_sessions_and_which_is_this_one(peopled: Workspace) -> None:
    here = sign_in(peopled, "cun1", RIGHT, Caller("10.0.0.8", "Firefox/120"))
    there = sign_in(peopled, "cun1", RIGHT, Caller("10.0.0.9", "x" * 1000))
    sign_in(peopled, "cun2", RIGHT)
    late = sign_in(peopled, "cun1", RIGHT, now=datetime.now(UTC) - timedelta(hours=13))
    found = {item.id: item for item in own_sessions(peopled, here)}
    assert set(found) == {session_key(token)[:16] for token in (here, there)}
    mine, other = (found[session_key(token)[:16]] for token in (here, there))
    assert (mine.address, mine.browser, mine.is_this) == ("10.0.0.8", "Firefox/120", True)
    assert (other.address, len(other.browser), other.is_this) == ("10.0.0.9", 300, False)
    assert own_sessions(peopled, late) == ()


def test_one_session_is_ended_or_all_others(peopled: Workspace) -> None:
    here, *there = (sign_in(peopled, "cun1", RIGHT) for _ in range(4))
    end_own_session(peopled, here, session_key(there[0])[:16])
    assert [resume(peopled, token) is not None for token in (here, *there)] == [True, False, True, True]
    end_other_sessions(peopled, here)
    assert [resume(peopled, token) is not None for token in (here, *there)] == [True, False, False, False]


@pytest.mark.parametrize("length", [0, 1, 15, 16, 64])
def test_nobody_ends_the_sessions_of_others_or_many_by_a_short_id(peopled: Workspace, length: int) -> None:
    here, theirs = sign_in(peopled, "cun1", RIGHT), sign_in(peopled, "cun2", RIGHT)
    end_own_session(peopled, here, session_key(theirs)[:length])
    end_own_session(peopled, here, "")
    end_own_session(peopled, "made up", session_key(here)[:16])
    assert resume(peopled, here) is not None
    assert resume(peopled, theirs) is not None


def test_a_reset_is_told_with_its_time_and_by_whom_until_it_was_seen(peopled: Workspace) -> None:
    assert find_reset(peopled, "cun1") is None
    reset_password(peopled, OPERATOR, "cun1")
    found = find_reset(peopled, "cun1")
    assert found is not None
    assert found.by == OPERATOR.name
    assert found.at - datetime.now(UTC) < timedelta(minutes=1)
    dismiss_reset(peopled, "cun1")
    assert find_reset(peopled, "cun1") is None
    assert find_reset(peopled, "nobody") is None


# -- the password once more ----------------------------------------------------------------------------


def page_of(workspace: Workspace, ago: timedelta, name: str = "boss") -> tuple[Workspace, str]:
    """The workspace of a page whose visitor signed in some time ago, and the visitor's token."""
    token = sign_in(workspace, name, RIGHT, now=datetime.now(UTC) - ago)
    return replace(workspace, session=session_key(token)), token


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(RightsError, match=r"\S") as caught:
        call()
    return caught.value.code


def test_accounts_are_changed_only_with_a_password_given_just_now(peopled: Workspace) -> None:
    page, _ = page_of(peopled, FRESH - timedelta(minutes=1))
    check_fresh(page)
    page, token = page_of(peopled, FRESH)
    boss = resume(peopled, token)
    assert boss is not None
    for change in (reset_password, disable_account):
        assert code_of(lambda change=change: change(page, boss.actor, "cun1")) == "accounts.confirm"  # type: ignore[misc]
    assert find_reset(peopled, "cun1") is None
    confirm_password(page, RIGHT)
    reset_password(page, boss.actor, "cun1")
    disable_account(page, boss.actor, "cun1")


def test_a_password_counts_as_given_just_now_for_a_quarter_of_an_hour(peopled: Workspace) -> None:
    page, _ = page_of(peopled, timedelta(hours=1))
    confirm_password(page, RIGHT)
    check_fresh(page)
    with peopled.store.write(OPERATOR) as w:
        w.conn.execute(update(sessions).values(confirmed_at=datetime.now(UTC) - FRESH))
    assert code_of(lambda: check_fresh(page)) == "accounts.confirm"
    check_confirmed(page)


def test_a_meeting_asks_once_in_a_session_however_new_it_is(peopled: Workspace) -> None:
    page, _ = page_of(peopled, timedelta())
    assert code_of(lambda: check_confirmed(page)) == "accounts.confirm"
    confirm_password(page, RIGHT)
    check_confirmed(page)
    another, _ = page_of(peopled, timedelta())
    assert code_of(lambda: check_confirmed(another)) == "accounts.confirm"


def test_decisions_are_written_only_after_that(peopled: Workspace) -> None:
    page, _ = page_of(peopled, timedelta(), "org")
    desk = Desk(page, Actor("org", "organiser"), page.opened())
    minutes = Minutes("经研究同意", "县委常委会", today(), "")
    assert code_of(lambda: decide_selection(desk, "village", {}, minutes)) == "accounts.confirm"
    assert code_of(lambda: decide_classes(desk, "village", {}, minutes)) == "accounts.confirm"
    confirm_password(page, RIGHT)
    with pytest.raises(PbError, match=r"\S") as caught:
        decide_classes(desk, "village", {}, minutes)
    assert caught.value.code != "accounts.confirm"


def test_wrong_passwords_in_a_row_end_the_session(peopled: Workspace) -> None:
    page, token = page_of(peopled, timedelta())
    for _ in range(WRONG_AT_MOST - 1):
        assert code_of(lambda: confirm_password(page, "wrong")) == "accounts.wrong_again"
    confirm_password(page, RIGHT)
    codes = [code_of(lambda: confirm_password(page, "wrong")) for _ in range(WRONG_AT_MOST)]
    assert codes == ["accounts.wrong_again"] * 4 + ["accounts.session_ended"]
    assert resume(peopled, token) is None
    assert code_of(lambda: confirm_password(page, RIGHT)) == "accounts.session_ended"
    assert code_of(lambda: check_fresh(page)) == "accounts.session_ended"


def test_the_tries_left_are_said(peopled: Workspace) -> None:
    page, _ = page_of(peopled, timedelta())
    with pytest.raises(RightsError, match="还可以试 4 次"):
        confirm_password(page, "wrong")


def test_nobody_is_asked_behind_a_proxy_on_the_command_line_or_in_the_demonstration(small: Workspace) -> None:
    for check in (check_fresh, check_confirmed):
        check(small)
        check(replace(small, session="a session of the demonstration"))
