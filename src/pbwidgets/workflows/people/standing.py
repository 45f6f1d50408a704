"""Whether a visitor may still act: asked by the store itself, before every write of a page.

A page can be open for hours. Meanwhile its visitor's account may be disabled, handed over or given another unit,
and the session may be ended from elsewhere. Pages that are open are closed within seconds; what they try to write
before that is refused here, in the transaction that would write it.
"""

from dataclasses import replace

from pbwidgets.errors import RightsError
from pbwidgets.store import Actor, Writer, load_account
from pbwidgets.workflows.ground.rights import require_session
from pbwidgets.workflows.ground.workspace import Workspace


def watched(workspace: Workspace, visitor: Actor, session: str = "") -> Workspace:
    """The workspace for one visitor: no workflow can write in it once the visitor may not.

    Parameters
    ----------
    visitor
        Who is signed in.
    session
        Key of the session; empty if a proxy signs people in.
    """
    store = replace(workspace.store, admit=lambda writer: check_standing(writer, visitor, session))
    return replace(workspace, store=store, session=session)


def check_standing(w: Writer, visitor: Actor, session: str) -> None:
    """Raise unless account, role, unit and session are still those with which the page was opened.

    Raises
    ------
    RightsError
        ``accounts.stopped`` if the account was disabled, ``accounts.moved`` if its role or unit is another,
        ``accounts.session_ended``.
    """
    account = load_account(w, visitor.name)
    if account is None or account.disabled_at is not None:
        raise RightsError("accounts.stopped", name=visitor.name)
    if account.actor != visitor:
        raise RightsError("accounts.moved", name=visitor.name)
    if session:
        require_session(w, session, w.now)
