"""Many accounts at once from a workbook; any wrong cell is reported, and then nothing is imported.

The workbook to fill in (:func:`write_account_list`) has a row for each unit and is read back as it stands.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Final

import pandas as pd

from pbwidgets import store
from pbwidgets.errors import PbError, Problem, ProblemsError
from pbwidgets.exports.columns import Column as Shown
from pbwidgets.exports.xlsx import About, Sheet, build_workbook
from pbwidgets.intake import Column, Reading, read_table
from pbwidgets.store import Actor, NewAccount, load_accounts
from pbwidgets.units import unit_names
from pbwidgets.wording import LANGUAGES, say
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.rights import authorise, check_fresh, scope_of
from pbwidgets.workflows.ground.workspace import Workspace
from pbwidgets.workflows.people.accounts import ROLES, find_faults, to_name
from pbwidgets.workflows.people.passwords import hash_passwords, make_password

_COLUMNS: Final = (
    Column("name", ("账号", "账号名", "account"), "word", needed=True, filled=True),
    Column("role", ("角色",), needed=True, filled=True),
    Column("unit_code", ("单位编码", "编码", "unit", "code", "unit code"), "code", needed=True),
)
_COLUMN_OF: Final = {
    "accounts.unknown_role": "role",
    "accounts.unit_needed": "unit_code",
    "store.unknown_unit": "unit_code",
}


_FOR_READERS: Final = ("unit_name", "upper")
"""Columns of :func:`write_account_list` that only say which unit it is."""


@dataclass(frozen=True)
class FirstPassword:
    """A new account with its first password, which is shown only once."""

    name: str
    role: str
    unit_code: str | None
    unit_name: str
    password: str


def import_accounts(workspace: Workspace, actor: Actor, path: Path) -> Reading[tuple[FirstPassword, ...]]:
    """New accounts of a workbook or CSV file with their first passwords, in the order of its rows.

    Columns 账号, 角色, 单位编码 (or account, role, unit); roles may be written in Chinese, in English or as in
    the code. Rows without a name are passed over, which is noted. Five hundred accounts take
    about a minute, because their passwords are hashed.

    Raises
    ------
    ProblemsError
        With every wrong cell: names that are taken, repeated or not allowed, unknown roles and units.
    RightsError
        If the actor may not manage accounts.
    """
    units = workspace.units()
    authorise(actor, "accounts", None, units)
    check_fresh(workspace)
    rows, notes = _read_rows(workspace, path, units)
    return Reading(_keep(workspace, actor, rows, units), notes)


def check_account_list(workspace: Workspace, actor: Actor, path: Path) -> Reading[tuple[str, ...]]:
    """Names of the accounts that :func:`import_accounts` would make; nothing is made yet.

    Raises
    ------
    ProblemsError, RightsError
        As :func:`import_accounts`.
    """
    units = workspace.units()
    authorise(actor, "accounts", None, units)
    rows, notes = _read_rows(workspace, path, units)
    return Reading(tuple(row.name for row in rows), notes)


def units_without_account(desk: Desk) -> pd.DataFrame:
    """Units that owe a form but have no account to fill it in with, columns ``UNITS``.

    Raises
    ------
    RightsError
        If the actor may neither open campaigns nor manage accounts.
    """
    units = desk.units
    if scope_of(desk.actor.role, "accounts") is None:
        desk.authorise("open_campaign", None)
    with desk.workspace.store.read() as reader:
        served = {
            account.unit_code
            for account in load_accounts(reader)
            if account.role == "filler" and account.disabled_at is None
        }
    kinds = {kind for form in desk.opened.campaign.forms if form.is_owed for kind in form.unit_kind}
    return units[units["kind"].isin(kinds) & ~units["unit_code"].isin(served)].reset_index(drop=True)


def write_account_list(desk: Desk, path: Path) -> Path:
    """Path of a workbook for :func:`import_accounts`: a filler for each unit without one, named by the unit's code.

    Raises
    ------
    RightsError
        As :func:`units_without_account`.
    """
    units, names, lang = units_without_account(desk), unit_names(desk.units), desk.lang
    with desk.workspace.store.read() as reader:
        taken = {account.name for account in load_accounts(reader)}
    frame = pd.DataFrame(
        {
            "name": [_free_name(to_name(code), taken) for code in units["unit_code"]],
            "role": say("accounts.role.filler", lang),
            "unit_code": units["unit_code"].astype(str),
            "unit_name": units["unit_name"].astype(str),
            "upper": [names.get(code, "") for code in units["parent_code"]],
        }
    )
    columns = {name: Shown(_head(name, lang), format="text") for name in frame.columns}
    title = say("accounts.list.title", lang)
    about = About("", "", "", title=title, note=say("accounts.list.note", lang, count=len(frame)))
    return build_workbook([Sheet(title, frame, columns)], path, about=about, lang=lang)


def _free_name(name: str, taken: Collection[str]) -> str:
    """The name, or the first of name-2, name-3, … that no account has."""
    return next(free for free in chain([name], (f"{name}-{n}" for n in count(2))) if free not in taken)


def _head(name: str, lang: str) -> str:
    return say(f"accounts.list.{name}", lang)


@dataclass(frozen=True)
class _Row:
    number: int
    name: str
    role: str
    unit_code: str | None


def _read_rows(
    workspace: Workspace, path: Path, units: pd.DataFrame
) -> tuple[list[_Row], tuple[Problem, ...]]:
    ignored = [_head(name, lang) for name in _FOR_READERS for lang in LANGUAGES]
    table = read_table(path, _COLUMNS, ignored=ignored)
    with workspace.store.read() as reader:
        taken = {account.name for account in load_accounts(reader)}
    columns = zip(*(table.column(column.name) for column in _COLUMNS), strict=True)
    listed = [
        _Row(number, to_name(name), _to_role(role), unit or None)
        for number, (name, role, unit) in enumerate(columns)
    ]
    rows = [row for row in listed if row.name or (row.number, "name") in table.unread]
    first = {row.name: row.number for row in reversed(rows)}
    table.raise_with(
        table.problem(fault.code, row.number, column, **fault.args_of_message)
        for row in rows
        for column, fault in _faults(row, first, taken, units)
        if (row.number, column) not in table.unread
    )
    if not rows:
        raise ProblemsError([Problem("accounts.no_rows", str(path))])
    blank = [row for row in listed if not row.name]
    notes = [Problem("accounts.without_name", str(path), "", {"count": len(blank)})] if blank else []
    return rows, (*table.notes, *notes)


def _to_role(text: str) -> str:
    words = {say(f"accounts.role.{role}", lang).lower(): role for role in ROLES for lang in LANGUAGES}
    return words.get(text.strip().lower(), text.strip().lower())


def _faults(
    row: _Row, first: Mapping[str, int], taken: set[str], units: pd.DataFrame
) -> Iterator[tuple[str, PbError]]:
    for fault in find_faults(row.name, row.role, row.unit_code, units):
        yield _COLUMN_OF.get(fault.code, "name"), fault
    if row.name in taken:
        yield "name", PbError("accounts.name_taken", name=row.name)
    if first[row.name] != row.number:
        yield "name", PbError("accounts.repeated_name", name=row.name)


def _keep(
    workspace: Workspace, actor: Actor, rows: list[_Row], units: pd.DataFrame
) -> tuple[FirstPassword, ...]:
    passwords = [make_password() for _ in rows]
    hashes = hash_passwords(passwords)  # outside the transaction, which would block others
    with workspace.store.write(actor) as writer:
        for row, hashed in zip(rows, hashes, strict=True):
            store.add_account(writer, NewAccount(row.name, row.role, row.unit_code, hashed))
    names = unit_names(units)
    return tuple(
        FirstPassword(row.name, row.role, row.unit_code, str(names.get(row.unit_code or "", "")), password)
        for row, password in zip(rows, passwords, strict=True)
    )
