"""Who may do what: one table, checked by every workflow.

Scope is the subtree of the actor's unit. Widgets hide what is not allowed, but only this table enforces it:
a widget's messages can be forged.

What a stranger at an unattended computer must not do needs the password once more: changes of accounts if it was
last given more than a quarter of an hour ago, decisions once in a session. Nobody is asked on the command line,
behind a proxy that signs people in (there is no password here), and in a store without real units, such as the
demonstration's.
"""

import os
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import pandas as pd

from pbwidgets.errors import RightsError
from pbwidgets.store import Actor, Reader, Session, has_real_rows, load_session
from pbwidgets.units import subtree
from pbwidgets.workflows.ground.workspace import Workspace

Role = Literal["filler", "reviewer", "leader", "analyst", "organiser", "admin", "operator"]
Action = Literal[
    "view", "inspect", "fill", "fill_on_behalf", "rate", "review", "recuse", "nominate", "veto", "exception",
    "decide", "report", "note", "allot", "open_campaign",
    "import_units", "accounts", "reset_password", "survey", "back_up",
]  # fmt: skip
Scope = Literal["own", "below", "subtree", "root", "everywhere"]
"""``root``: the subtree of an actor whose unit is at the top."""
RIGHTS: Final[Mapping[Role, Mapping[Action, Scope]]] = {
    "filler": {"view": "own", "fill": "own"},
    "reviewer": {
        "view": "subtree",
        "inspect": "subtree",
        "fill_on_behalf": "below",
        "rate": "below",
        "review": "below",
        "nominate": "own",
        "veto": "root",
        "recuse": "root",
        "exception": "root",
        "decide": "root",
        "report": "root",
        "note": "below",
        "reset_password": "below",
        "survey": "below",
    },
    "leader": {"view": "subtree", "inspect": "subtree", "rate": "subtree"},
    "analyst": {"view": "everywhere"},
    "organiser": {
        "view": "everywhere",
        "inspect": "everywhere",
        "veto": "everywhere",
        "recuse": "everywhere",
        "exception": "everywhere",
        "decide": "everywhere",
        "report": "everywhere",
        "allot": "everywhere",
        "note": "everywhere",
        "open_campaign": "everywhere",
        "import_units": "everywhere",
        "survey": "everywhere",
    },
    "admin": {"accounts": "everywhere", "reset_password": "everywhere"},
    # anyone with a shell on the server: their actions are logged, but refusing them would be pointless
    "operator": dict.fromkeys(
        ("view", "inspect", "fill", "fill_on_behalf", "rate", "review", "recuse", "nominate", "veto",
         "exception", "decide", "report", "note", "allot",
         "open_campaign", "import_units", "accounts", "reset_password", "survey", "back_up"),
        "everywhere",
    ),
}  # fmt: skip
"""Scope of each action of each role; actions not listed are not allowed."""


COMMAND_LINE: Final = "cli:"
"""How the name of an actor of the command line begins; no account's does."""


def operator(name: str | None = None) -> Actor:
    """Actor of the command line: ``cli:<OS user>``, or the name given with ``--as``."""
    if name:
        return Actor(name=name, role="operator")
    return Actor(
        name=f"{COMMAND_LINE}{os.environ.get('USER') or os.environ.get('USERNAME') or os.getuid()}",
        role="operator",
    )


def authorise(
    actor: Actor, action: Action, unit_code: str | None, units: pd.DataFrame, top_codes: Collection[str] = ()
) -> None:
    """Raise unless the actor may do the action.

    Parameters
    ----------
    actor
        Who acts.
    action
        What the actor wants to do.
    unit_code
        Unit that it concerns; None if it concerns the whole campaign.
    units
        The units among which the scope is: the register, or those that take part; columns ``UNITS``.
    top_codes
        Codes of those at the top.

    Raises
    ------
    RightsError
        ``workflows.not_allowed`` if the role never may, ``workflows.out_of_scope`` if it may not for this unit.
    """

    def within(scope: Scope) -> frozenset[str]:
        return codes_within(scope, actor.unit_code, units, top_codes)

    authorise_within(actor, action, unit_code, within)


def authorise_within(
    actor: Actor, action: Action, unit_code: str | None, within: Callable[[Scope], Collection[str]]
) -> None:
    """As :func:`authorise`, with the codes of the units in a scope (:func:`codes_within`), which can be kept."""
    scope = _needed_scope(actor, action)
    if scope != "everywhere" and unit_code not in within(scope):
        raise RightsError("workflows.out_of_scope", unit=unit_code or "", own=actor.unit_code or "")


def may(
    actor: Actor, action: Action, unit_code: str | None, units: pd.DataFrame, top_codes: Collection[str] = ()
) -> bool:
    """Whether :func:`authorise` allows the action; used to decide what is shown."""
    try:
        authorise(actor, action, unit_code, units, top_codes)
    except RightsError:
        return False
    return True


FRESH: Final = timedelta(minutes=15)
"""How long a password counts as given just now."""
CONFIRM: Final = "accounts.confirm"
"""Code of the refusal after which a page asks for the password."""


def check_fresh(workspace: Workspace) -> None:
    """Raise if the visitor's password was last given more than :data:`FRESH` ago.

    Raises
    ------
    RightsError
        ``accounts.confirm``, ``accounts.session_ended``.
    """
    session = _asked_session(workspace)
    if session is not None and datetime.now(UTC) - (session.confirmed_at or session.begun_at) >= FRESH:
        raise RightsError(CONFIRM)


def check_confirmed(workspace: Workspace) -> None:
    """Raise if the visitor's password has not been given once more in this session.

    Raises
    ------
    RightsError
        ``accounts.confirm``, ``accounts.session_ended``.
    """
    session = _asked_session(workspace)
    if session is not None and session.confirmed_at is None:
        raise RightsError(CONFIRM)


def require_session(reader: Reader, session: str, now: datetime) -> Session:
    """The session with this key, if it is live.

    Raises
    ------
    RightsError
        ``accounts.session_ended``.
    """
    found = load_session(reader, session)
    if found is None or not found.is_live(now):
        raise RightsError("accounts.session_ended")
    return found


def _asked_session(workspace: Workspace) -> Session | None:
    """The visitor's session; None if nobody is asked."""
    if not workspace.session:
        return None
    with workspace.store.read() as reader:
        return (
            require_session(reader, workspace.session, datetime.now(UTC)) if has_real_rows(reader) else None
        )


def scope_of(role: str, action: Action) -> Scope | None:
    """Scope within which a role may do an action; None if it never may."""
    return RIGHTS.get(role, {}).get(action)  # type: ignore[call-overload, no-any-return]


def units_in_scope(
    actor: Actor, action: Action, units: pd.DataFrame, within: Callable[[Scope], Collection[str]]
) -> pd.DataFrame:
    """Units for which :func:`authorise_within` allows the action.

    Raises
    ------
    RightsError
        ``workflows.not_allowed`` if the role never may, ``workflows.out_of_scope`` for an account whose unit
        is not among them.
    """
    scope, own = _needed_scope(actor, action), actor.unit_code
    if scope == "everywhere":
        return units
    if own is None or not (units["unit_code"] == own).any():
        raise RightsError("workflows.out_of_scope", unit=own or "", own=own or "")
    return units[units["unit_code"].isin(within(scope))].reset_index(drop=True)


def _needed_scope(actor: Actor, action: Action) -> Scope:
    scope = scope_of(actor.role, action)
    if scope is None:
        raise RightsError("workflows.not_allowed", role=actor.role, action=action)
    return scope


def codes_within(
    scope: Scope, own: str | None, units: pd.DataFrame, top_codes: Collection[str]
) -> frozenset[str]:
    """Codes of the units in a scope of an actor's unit, none if it is not among the units."""
    if own is None or not (units["unit_code"] == own).any() or (scope == "root" and own not in top_codes):
        return frozenset()
    if scope == "own":
        return frozenset({own})
    inside = frozenset(subtree(units, own)["unit_code"])
    return inside - {own} if scope == "below" else inside
