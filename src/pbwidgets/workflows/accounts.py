"""Accounts: who signs in, in which role and for which unit."""

from pbwidgets.errors import RightsError
from pbwidgets.store import Account, Actor, load_account
from pbwidgets.workflows.workspace import Workspace


def find_actor(workspace: Workspace, name: str) -> Actor:
    """Who acts when this account is signed in.

    Raises
    ------
    RightsError
        ``accounts.unknown`` if there is no such account, or it is disabled.
    """
    account = find_account(workspace, name)
    return Actor(account.name, account.role, account.unit_code)


def find_account(workspace: Workspace, name: str) -> Account:
    """Account of this name.

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
