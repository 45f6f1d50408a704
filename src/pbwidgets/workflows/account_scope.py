"""Accounts whose password an actor may reset: whom a clerk calls who has forgotten it."""

from pbwidgets.errors import RightsError
from pbwidgets.store import Account, Actor, load_accounts
from pbwidgets.workflows.rights import may, scope_of
from pbwidgets.workflows.workspace import Workspace


def accounts_to_reset(workspace: Workspace, actor: Actor) -> tuple[Account, ...]:
    """Accounts in use whose password the actor may reset, in the order of their names.

    Raises
    ------
    RightsError
        ``workflows.not_allowed`` for roles that reset none.
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
