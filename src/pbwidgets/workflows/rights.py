"""Who may do what: one table, asked by every workflow.

Scope is the subtree of the actor's unit. Widgets hide what is not allowed, but only this table refuses it:
a widget can be forged.
"""

import os
from collections.abc import Mapping
from typing import Final, Literal

import pandas as pd

from pbwidgets.errors import RightsError
from pbwidgets.store import Actor
from pbwidgets.units import subtree

Role = Literal["filler", "reviewer", "leader", "analyst", "organiser", "admin", "operator"]
Action = Literal[
    "view", "inspect", "fill", "fill_on_behalf", "rate", "review", "recuse", "nominate", "veto", "exception",
    "decide", "report", "note", "allot", "open_campaign",
    "import_units", "accounts", "reset_password", "survey",
]  # fmt: skip
Scope = Literal["own", "below", "subtree", "root", "everywhere"]
"""``root``: the subtree of an actor whose unit has none above it."""

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
    # whoever has a shell on the server: bookkeeping says who, refusing would be for show
    "operator": dict.fromkeys(
        ("view", "inspect", "fill", "fill_on_behalf", "rate", "review", "recuse", "nominate", "veto",
         "exception", "decide", "report", "note", "allot",
         "open_campaign", "import_units", "accounts", "reset_password", "survey"),
        "everywhere",
    ),
}  # fmt: skip
"""Scope of each action of each role; what is not named is not allowed."""


def operator(name: str | None = None) -> Actor:
    """Actor of the command line: ``cli:<OS user>``, or the name given with ``--as``."""
    if name:
        return Actor(name=name, role="operator")
    return Actor(
        name=f"cli:{os.environ.get('USER') or os.environ.get('USERNAME') or os.getuid()}", role="operator"
    )


def authorise(actor: Actor, action: Action, unit_code: str | None, units: pd.DataFrame) -> None:
    """Let the action pass, or say why not.

    Parameters
    ----------
    actor
        Who acts.
    action
        What is to be done.
    unit_code
        Unit that it concerns; None for what concerns the whole campaign.
    units
        The register, with the columns of ``UNITS``.

    Raises
    ------
    RightsError
        ``workflows.not_allowed`` where the role never may, ``workflows.out_of_scope`` where it may not here.
    """
    scope = RIGHTS.get(actor.role, {}).get(action)  # type: ignore[call-overload]
    if scope is None:
        raise RightsError("workflows.not_allowed", role=actor.role, action=action)
    if scope == "everywhere":
        return
    if unit_code is None or actor.unit_code is None or not _within(scope, actor.unit_code, unit_code, units):
        raise RightsError("workflows.out_of_scope", unit=unit_code or "", own=actor.unit_code or "")


def _within(scope: Scope, own: str, unit_code: str, units: pd.DataFrame) -> bool:
    if scope == "own":
        return own == unit_code
    if scope == "root" and units.loc[units["unit_code"] == own, "parent_code"].notna().any():
        return False
    inside = unit_code in set(subtree(units, own)["unit_code"])
    return inside and (scope != "below" or own != unit_code)
