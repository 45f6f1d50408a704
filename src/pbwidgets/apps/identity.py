"""Identity of the visitor: the server's side of a session, or the name given by a trusted proxy."""

import asyncio
import re
from collections.abc import Awaitable
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, Final

from jupyter_server.auth import IdentityProvider, User
from tornado import web
from traitlets import Bool, List, TraitError, Unicode, default, validate

from pbwidgets.apps.addresses import client_address, is_trusted, peer_address
from pbwidgets.apps.cookies import clear_cookie, read_cookie, set_cookie
from pbwidgets.errors import RightsError
from pbwidgets.store import Account
from pbwidgets.workflows.ground.workspace import Workspace
from pbwidgets.workflows.people.accounts import find_account, to_name
from pbwidgets.workflows.people.sessions import resume, session_key

_KEPT: Final = "_pb_known"


@dataclass(frozen=True)
class Known:
    """What is known about the visitor; looked up once per request.

    Attributes
    ----------
    account
        Account; None if nobody is signed in.
    token
        Token of the session; empty if a proxy names the account.
    """

    account: Account | None = None
    token: str = ""

    @property
    def must_change(self) -> bool:
        """Whether the visitor must first choose a password; never if a proxy signs them in."""
        return self.account is not None and self.account.must_change and bool(self.token)


class PbIdentityProvider(IdentityProvider):
    """Accounts of the store: people sign in on our page, and a cookie carries their session.

    The cookie holds a random token, for this browser session only (:mod:`pbwidgets.apps.cookies`). The store keeps
    the token's hash. Tokens in addresses or ``Authorization`` headers are not accepted.

    **Behind a proxy that signs people in**: ``header_name`` names the header with the account's name, and
    ``trusted_addresses`` lists the proxies (addresses or CIDR networks). The header is trusted only if the
    connection itself comes from one of them; ``X-Forwarded-For`` does not count. The proxy must strip the
    header from what browsers send. Accounts, roles and units still come from the store; a name without an
    account, or with a disabled one, is not signed in. Everybody else signs in as usual. Both are empty
    by default: no header is trusted.

    Visitors who still have a one-time password count as not signed in on every page except those of sign-in,
    so no page can forget to check. :func:`must_change` tells such visitors apart.
    """

    header_name = Unicode(
        "", config=True, help="Header in which a trusted proxy names the account; empty: none"
    )
    trusted_addresses = List(
        Unicode(), config=True, help="Addresses or networks of proxies that are believed"
    )
    need_token = Bool(False)

    @default("token")
    def _token_default(self) -> str:
        return ""

    @validate("trusted_addresses")
    def _check_addresses(self, proposal: Any) -> list[str]:
        for text in proposal["value"]:
            try:
                ip_network(text, strict=False)
            except ValueError as error:
                raise TraitError(f"not an address or a network: {text!r}") from error
        return list(proposal["value"])

    def get_user(self, handler: web.RequestHandler) -> Awaitable[User | None]:
        """User of a request; Jupyter's handlers call it first, and it reads the store at most once."""
        return self._find_user(handler)

    async def _find_user(self, handler: web.RequestHandler) -> User | None:
        if not isinstance(getattr(handler, _KEPT, None), Known):
            workspace: Workspace = handler.settings["pbwidgets_workspace"]
            name, token = self._name_in_header(handler), self._token_in_cookie(handler)
            # in a thread: a busy store must not block everybody else
            in_use = getattr(handler, "is_in_use", True)  # a heartbeat alone keeps no session open
            setattr(handler, _KEPT, await asyncio.to_thread(_look_up, workspace, name, token, in_use))
        known = known_of(handler)
        if known.account is None or (known.must_change and not getattr(handler, "signs_in", False)):
            return None
        return User(known.account.name)

    def _name_in_header(self, handler: web.RequestHandler) -> str:
        if not self.header_name or not self._is_trusted(handler):
            return ""
        given = handler.request.headers.get_list(self.header_name)
        if len(given) != 1:
            return ""
        try:
            return to_name(given[0].encode("latin-1").decode("utf-8"))
        except UnicodeError:
            return to_name(given[0])

    def _is_trusted(self, handler: web.RequestHandler) -> bool:
        return is_trusted(peer_address(handler.request), self.trusted_addresses)

    def address_of(self, handler: web.RequestHandler) -> str:
        """Address of the browser behind a request; a trusted proxy passes it on in ``X-Forwarded-For``."""
        return client_address(handler.request, self.trusted_addresses)

    def _token_in_cookie(self, handler: web.RequestHandler) -> str:
        return read_cookie(handler, self.get_cookie_name(handler), days=1)

    def get_cookie_name(self, handler: web.RequestHandler) -> str:
        """Name of the session's cookie, different for each port because browsers do not separate ports.

        Over https it has a prefix as well, see :mod:`pbwidgets.apps.cookies`.
        """
        host = re.sub(r"[^a-z0-9]", "-", handler.request.host.lower())
        return str(self.cookie_name) or f"pb-session-{host}"

    def begin(self, handler: web.RequestHandler, token: str) -> None:
        """Set a session's token as a cookie in the browser."""
        set_cookie(handler, self.get_cookie_name(handler), token)

    def clear_login_cookie(self, handler: web.RequestHandler) -> None:
        """Remove the session's cookie from the browser."""
        clear_cookie(handler, self.get_cookie_name(handler))

    def session_of(self, handler: web.RequestHandler) -> str:
        """Key of the session of a request; empty if nobody is signed in or a proxy signs people in.

        :func:`pbwidgets.workflows.people.sessions.live_sessions` says whether it is still live.
        """
        known = known_of(handler)
        return session_key(known.token) if known.account is not None and known.token else ""

    def is_token_authenticated(self, handler: web.RequestHandler) -> bool:  # noqa: ARG002  Jupyter's signature
        """Always False: token requests would skip the check for forgery."""
        return False


def known_of(handler: web.RequestHandler) -> Known:
    """What is known about the visitor; call it after the identity provider has run."""
    known = getattr(handler, _KEPT, None)
    return known if isinstance(known, Known) else Known()


def must_change(handler: web.RequestHandler) -> bool:
    """Whether the visitor must first choose a password: then ``/password`` is their only page."""
    return known_of(handler).must_change


def _look_up(workspace: Workspace, name: str, token: str, in_use: bool) -> Known:
    if name:
        try:
            return Known(find_account(workspace, name))
        except RightsError:
            return Known()
    account = resume(workspace, token, in_use=in_use) if token else None
    return Known() if account is None else Known(account, token)
