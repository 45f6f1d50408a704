"""A page that is open writes nothing once its visitor may not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from counties import OPERATOR, SISTER, VILLAGE
from sqlalchemy import update

from pbwidgets.errors import RightsError
from pbwidgets.store import Actor, Deed, NewAccount, add_account, audit_head, load_account, record
from pbwidgets.store.sessions import IDLE, WHOLE
from pbwidgets.store.tables import accounts
from pbwidgets.workflows.ground.workspace import Workspace
from pbwidgets.workflows.people.accounts import disable_account, hand_over, reset_password
from pbwidgets.workflows.people.own_account import end_other_sessions
from pbwidgets.workflows.people.passwords import hash_password
from pbwidgets.workflows.people.sessions import session_key, sign_in, sign_out
from pbwidgets.workflows.people.standing import watched

FILLER = Actor("cun1", "filler", VILLAGE)
RIGHT = "tea mountain"


def sign_out_here(workspace: Workspace, token: str) -> None:
    sign_out(workspace, token)


def end_elsewhere(workspace: Workspace, token: str) -> None:
    end_other_sessions(workspace, sign_in(workspace, "cun1", RIGHT))


def disable(workspace: Workspace, token: str) -> None:
    disable_account(workspace, OPERATOR, "cun1")


def replace_account(workspace: Workspace, token: str) -> None:
    hand_over(workspace, OPERATOR, "cun1", "cun1b")


def reset(workspace: Workspace, token: str) -> None:
    reset_password(workspace, OPERATOR, "cun1")


def move(workspace: Workspace, token: str) -> None:
    change(workspace, unit_code=SISTER)


def give_another_role(workspace: Workspace, token: str) -> None:
    change(workspace, role="leader")


def change(workspace: Workspace, **values: str) -> None:
    with workspace.store.write(OPERATOR) as w:
        w.conn.execute(update(accounts).where(accounts.c.name == "cun1").values(**values))


@pytest.fixture
def token(small: Workspace) -> str:
    with small.store.write(OPERATOR) as w:
        add_account(w, NewAccount("cun1", "filler", VILLAGE, hash_password(RIGHT), must_change=False))
    return sign_in(small, "cun1", RIGHT)


def refusal(workspace: Workspace, now: datetime | None = None) -> str:
    """Code with which a write is refused; empty if it is written."""
    with workspace.store.read() as r:
        before = audit_head(r)
    try:
        with workspace.store.write(FILLER, now) as w:
            record(w, Deed("submit", "submission:x"))
    except RightsError as error:
        with workspace.store.read() as r:
            assert audit_head(r) == before
        return error.code
    return ""


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (disable, "accounts.stopped"),
        (replace_account, "accounts.stopped"),
        (move, "accounts.moved"),
        (give_another_role, "accounts.moved"),
        (reset, "accounts.session_ended"),
        (sign_out_here, "accounts.session_ended"),
        (end_elsewhere, "accounts.session_ended"),
    ],
)
def test_an_open_page_writes_nothing_after_that(
    small: Workspace, token: str, end: Callable[[Workspace, str], None], code: str
) -> None:
    page = watched(small, FILLER, session_key(token))
    assert refusal(page) == ""
    end(small, token)
    assert refusal(page) == code
    with page.store.read() as r:  # what is on the page can still be shown
        assert load_account(r, "cun1") is not None


@pytest.mark.parametrize("end", [disable, replace_account, move, give_another_role])
def test_neither_does_that_of_somebody_whom_a_proxy_signs_in(
    small: Workspace, token: str, end: Callable[[Workspace, str], None]
) -> None:
    page = watched(small, FILLER)
    sign_out(small, token)
    assert refusal(page) == ""
    end(small, token)
    assert refusal(page) in ("accounts.stopped", "accounts.moved")


@pytest.mark.parametrize("later", [IDLE, WHOLE])
def test_a_session_that_is_too_old_writes_nothing(small: Workspace, token: str, later: timedelta) -> None:
    page = watched(small, FILLER, session_key(token))
    assert refusal(page, datetime.now(UTC) + later) == "accounts.session_ended"
