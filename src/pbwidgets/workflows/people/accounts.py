"""Accounts: who may sign in, in which role and for which unit."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Final, get_args

import pandas as pd

from pbwidgets import store
from pbwidgets.errors import DataError, PbError, RightsError, UsageError
from pbwidgets.files import put_file
from pbwidgets.intake import clean_code, clean_name
from pbwidgets.store import Account, Actor, NewAccount, load_account, load_accounts
from pbwidgets.wording import LANGUAGES, say
from pbwidgets.workflows.ground.rights import Role, authorise, check_fresh, may, operator, scope_of
from pbwidgets.workflows.ground.workspace import Workspace
from pbwidgets.workflows.people.passwords import check_new_password, hash_password, make_password

ADMINISTRATOR: Final = "admin"
"""Name of the account created when there is no administrator."""
ROLES: Final[tuple[str, ...]] = tuple(role for role in get_args(Role) if role != "operator")
_OF_A_UNIT: Final = ("filler", "reviewer", "leader")
_WHOLE_COUNTY: Final = ("organiser", "admin")
_NAME: Final = re.compile(r"[^\W_][\w.-]{1,31}")


def find_actor(workspace: Workspace, name: str) -> Actor:
    """The actor behind an account.

    Raises
    ------
    RightsError
        ``accounts.unknown`` if there is no such account, or it is disabled.
    """
    account = find_account(workspace, name)
    return account.actor


def find_account(workspace: Workspace, name: str) -> Account:
    """Account with this name.

    Raises
    ------
    RightsError
        ``accounts.unknown`` if there is none, or it is disabled.
    """
    with workspace.store.read() as reader:
        account = load_account(reader, name)
    if account is None or account.disabled_at is not None:
        raise RightsError("accounts.unknown", name=name)
    return account


def list_accounts(workspace: Workspace, actor: Actor) -> tuple[Account, ...]:
    """All accounts in the order of their names, disabled ones too.

    Raises
    ------
    RightsError
        If the actor may not manage accounts.
    """
    authorise(actor, "accounts", None, workspace.units())
    with workspace.store.read() as reader:
        return tuple(load_accounts(reader))


def add_account(
    workspace: Workspace,
    actor: Actor,
    name: str,
    role: str,
    unit_code: str | None = None,
    password: str | None = None,
) -> str:
    """First password of a new account; it must be changed at the first sign-in.

    Parameters
    ----------
    name
        2 to 32 letters, digits, dots and dashes; case does not matter.
    role
        One of :data:`ROLES`.
    unit_code
        Unit of the account; not needed for roles that work for all units.
    password
        The first password; by default a random one.

    Raises
    ------
    UsageError
        ``accounts.bad_name``, ``accounts.reserved_name``, ``accounts.unknown_role``,
        ``accounts.unit_needed``, or the errors of :func:`~.passwords.check_new_password`.
    DataError
        ``store.unknown_unit``.
    ConflictError
        ``accounts.name_taken``.
    RightsError
        If the actor may not manage accounts.
    """
    units = workspace.units()
    authorise(actor, "accounts", None, units)
    check_fresh(workspace)
    name, unit_code = to_name(name), clean_code(unit_code or "") or None
    for fault in find_faults(name, role, unit_code, units):
        raise fault
    if password is not None:
        with workspace.store.read() as reader:
            check_new_password(reader, Actor(name, role, unit_code), password)
    first = password or make_password()
    made = NewAccount(name, role, unit_code, hash_password(first))
    with workspace.store.write(actor) as writer:
        store.add_account(writer, made)
    return first


def reset_password(workspace: Workspace, actor: Actor, name: str) -> str:
    """New one-time password of an account; its sessions are ended.

    Administrators may reset any account; reviewers those of the units below theirs.

    Raises
    ------
    RightsError
        ``accounts.unknown``, ``workflows.not_allowed``, ``workflows.out_of_scope``; ``accounts.not_below``
        for accounts that work for all units; ``accounts.confirm`` if the actor's password must be asked for.
    """
    account = find_account(workspace, to_name(name))
    whole = account.unit_code is None or account.role in _WHOLE_COUNTY
    if whole and actor.role not in ("admin", "operator"):
        raise RightsError("accounts.not_below", name=account.name)
    authorise(actor, "reset_password", account.unit_code, workspace.units())
    check_fresh(workspace)
    first = make_password()
    hashed = hash_password(first)
    with workspace.store.write(actor) as writer:
        store.set_password_hash(writer, account.name, hashed, must_change=True)
        store.end_sessions_of(writer, account.name)
    if account.name == ADMINISTRATOR:
        first_password_file(workspace).unlink(missing_ok=True)
    return first


def disable_account(workspace: Workspace, actor: Actor, name: str) -> None:
    """Disable an account and end its sessions.

    Raises
    ------
    RightsError
        ``accounts.unknown``, or if the actor may not manage accounts.
    DataError
        ``accounts.last_admin``: somebody must be left to manage accounts.
    """
    authorise(actor, "accounts", None, workspace.units())
    check_fresh(workspace)
    account = find_account(workspace, to_name(name))
    with workspace.store.write(actor) as writer:
        left = [item for item in _administrators(load_accounts(writer)) if item.name != account.name]
        if account.role == "admin" and not left:
            raise DataError("accounts.last_admin", name=account.name)
        store.disable_account(writer, account.name)
        store.end_sessions_of(writer, account.name)


def enable_account(workspace: Workspace, actor: Actor, name: str) -> str:
    """New one-time password of a disabled account that is enabled again; the old password stays invalid.

    Raises
    ------
    RightsError
        ``accounts.unknown`` if there never was such an account, or if the actor may not manage accounts.
    DataError
        ``accounts.not_disabled`` if it is in use.
    """
    authorise(actor, "accounts", None, workspace.units())
    check_fresh(workspace)
    name = to_name(name)
    with workspace.store.read() as reader:
        if load_account(reader, name) is None:
            raise RightsError("accounts.unknown", name=name)
    first = make_password()
    hashed = hash_password(first)
    with workspace.store.write(actor) as writer:
        store.enable_account(writer, name, hashed)
    return first


def hand_over(workspace: Workspace, actor: Actor, old: str, new: str) -> str:
    """First password of a new account that replaces an old one, with the same role and unit.

    The old account is disabled; what was done under it stays recorded under it.

    Raises
    ------
    RightsError
        ``accounts.unknown``, or if the actor may not manage accounts.
    UsageError
        ``accounts.bad_name``, ``accounts.reserved_name``.
    ConflictError
        ``accounts.name_taken``.
    """
    units = workspace.units()
    authorise(actor, "accounts", None, units)
    check_fresh(workspace)
    account, new = find_account(workspace, to_name(old)), to_name(new)
    for fault in find_faults(new, account.role, account.unit_code, units):
        raise fault
    first = make_password()
    hashed = hash_password(first)
    with workspace.store.write(actor) as writer:
        store.hand_over(writer, account.name, new, hashed)
        store.end_sessions_of(writer, account.name)
    return first


def first_password_file(workspace: Workspace) -> Path:
    """File with the one-time password of the first administrator; it is removed once that was changed or reset."""
    return workspace.settings.private / "admin_password.txt"


def ensure_administrator(workspace: Workspace) -> Path | None:
    """File with the one-time password of a new account ``admin``; None if there already is an administrator.

    For the first start of a server: without an administrator nobody could create accounts. Only the owner of the
    server's process can read the file: what is printed stays in logs.
    """
    with workspace.store.read() as reader:
        if _administrators(load_accounts(reader)):
            return None
    first = make_password()
    made = NewAccount(ADMINISTRATOR, "admin", None, hash_password(first))
    with workspace.store.write(operator()) as writer:
        if _administrators(load_accounts(writer)):
            return None
        store.add_account(writer, made)
        return _keep_secret(first_password_file(workspace), first)


def _keep_secret(path: Path, secret: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    put_file(path, f"{secret}\n".encode(), private=True)
    return path


def to_name(text: str) -> str:
    """Name of an account as stored, normalised from full-width letters, capitals and surrounding spaces.

    >>> to_name(" Ｃｕｎ３００１ ")
    'cun3001'
    """
    return unicodedata.normalize("NFKC", clean_name(text)).lower()


def find_faults(name: str, role: str, unit_code: str | None, units: pd.DataFrame) -> list[PbError]:
    """What is wrong with a new account, except a name that is already taken.

    Parameters
    ----------
    name
        Result of :func:`to_name`.
    units
        The register.
    """
    faults: list[PbError] = []
    if not _NAME.fullmatch(name):
        faults.append(UsageError("accounts.bad_name", value=name))
    if name == ADMINISTRATOR and role != "admin":
        faults.append(UsageError("accounts.reserved_name", name=name))
    if role not in ROLES:
        spellings = [*ROLES, *(say(f"accounts.role.{item}", lang) for item in ROLES for lang in LANGUAGES)]
        near = get_close_matches(role, spellings, 1, 0.0)[0]
        allowed = "、".join(f"{item}（{say(f'accounts.role.{item}')}）" for item in ROLES)
        faults.append(UsageError("accounts.unknown_role", value=role, allowed=allowed, nearest=near))
    elif role in _OF_A_UNIT and unit_code is None:
        faults.append(UsageError("accounts.unit_needed", role=say(f"accounts.role.{role}")))
    if unit_code is not None and unit_code not in set(units["unit_code"]):
        faults.append(DataError("store.unknown_unit", unit=unit_code))
    return faults


def _administrators(accounts: Iterable[Account]) -> list[Account]:
    return [account for account in accounts if account.role == "admin" and account.disabled_at is None]


def accounts_to_reset(workspace: Workspace, actor: Actor) -> tuple[Account, ...]:
    """Accounts in use whose password the actor may reset, in the order of their names.

    Raises
    ------
    RightsError
        ``workflows.not_allowed`` for roles that may reset none.
    """
    if scope_of(actor.role, "reset_password") is None:
        raise RightsError("workflows.not_allowed", role=actor.role, action="reset_password")
    units = workspace.units()
    with workspace.store.read() as reader:
        accounts = [account for account in load_accounts(reader) if account.disabled_at is None]
    if actor.role in ("admin", "operator"):
        return tuple(accounts)

    def is_below(account: Account) -> bool:
        if account.unit_code is None or account.role in ("organiser", "admin"):
            return False
        return may(actor, "reset_password", account.unit_code, units)

    return tuple(account for account in accounts if is_below(account))
