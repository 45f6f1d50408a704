"""Who asks: the server's side of a session, and what a proxy says where one is trusted."""

import asyncio
import re
from collections.abc import Awaitable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any, Final

from jupyter_server.auth import IdentityProvider, User
from tornado import web
from traitlets import Bool, List, TraitError, Unicode, default, validate

from pbwidgets.errors import RightsError
from pbwidgets.store import Account
from pbwidgets.workflows import Workspace
from pbwidgets.workflows.accounts import find_account, to_name
from pbwidgets.workflows.signing_in import resume, session_key

_KEPT: Final = "_pb_known"


@dataclass(frozen=True)
class Known:
    """What is known of who asks; looked up once for each request.

    Attributes
    ----------
    account
        Account; None if nobody is signed in.
    token
        Token of the session; empty where a proxy says who it is.
    """

    account: Account | None = None
    token: str = ""

    @property
    def must_change(self) -> bool:
        """Whether a password of one's own comes first; where a proxy signs people in there is none."""
        return self.account is not None and self.account.must_change and bool(self.token)


class PbIdentityProvider(IdentityProvider):
    """Accounts of the store: people sign in on a page of ours, and a cookie carries their session.

    The cookie holds a random token, signed, out of reach of scripts, for this browser session only. It is
    ``SameSite=Lax``: a link in a mail or a chat must open the page that it names. The store knows the
    token's hash. There are no tokens in addresses or in ``Authorization`` headers.

    **Behind a proxy that signs people in**: ``header_name`` names the header with the account's name, and
    ``trusted_addresses`` lists the proxies (addresses or CIDR networks). The header is believed only if the
    connection itself comes from one of them; what ``X-Forwarded-For`` says does not count. The proxy must
    take the header out of what browsers send. Accounts, roles and units are still those of the store; a
    name that has no account, or a disabled one, is nobody. Everybody else signs in as usual. Both are empty
    by default: no header is believed.

    Whoever still has a one-time password is nobody on every page but those of sign-in: no page can forget
    to ask. :func:`must_change` says so where the reason matters.
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
        """User of a request, asked by Jupyter's handlers before anything else; at most one look into the store."""
        return self._find_user(handler)

    async def _find_user(self, handler: web.RequestHandler) -> User | None:
        if not isinstance(getattr(handler, _KEPT, None), Known):
            workspace: Workspace = handler.settings["pbwidgets_workspace"]
            name, token = self._name_in_header(handler), self._token_in_cookie(handler)
            # in a thread: a store that is busy must not hold up everybody else
            in_use = getattr(handler, "is_in_use", True)  # a page's heartbeat alone keeps no session open
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
        address = getattr(getattr(handler.request.connection, "context", None), "address", None)
        if not isinstance(address, tuple):  # a socket file says nothing of who is there
            return False
        peer = ip_address(str(address[0]).partition("%")[0])
        peer = getattr(peer, "ipv4_mapped", None) or peer
        networks = [ip_network(text, strict=False) for text in self.trusted_addresses]
        return any(peer.version == network.version and peer in network for network in networks)

    def _token_in_cookie(self, handler: web.RequestHandler) -> str:
        value = handler.get_signed_cookie(self.get_cookie_name(handler), max_age_days=1)
        return value.decode("utf-8", "replace") if value else ""

    def get_cookie_name(self, handler: web.RequestHandler) -> str:
        """Name of the session's cookie: another one for each port, for browsers do not tell ports apart."""
        host = re.sub(r"[^a-z0-9]", "-", handler.request.host.lower())
        return str(self.cookie_name) or f"pb-session-{host}"

    def begin(self, handler: web.RequestHandler, token: str) -> None:
        """Give a session's token to the browser."""
        secure = handler.request.protocol == "https" if self.secure_cookie is None else self.secure_cookie
        handler.set_signed_cookie(
            self.get_cookie_name(handler),
            token,
            expires_days=None,
            path=handler.settings.get("base_url", "/"),
            httponly=True,
            samesite="Lax",
            secure=bool(secure),
        )

    def session_of(self, handler: web.RequestHandler) -> str:
        """Key of the session of a request; empty for nobody, and where a proxy signs people in.

        :func:`pbwidgets.workflows.signing_in.live_sessions` says whether it goes on.
        """
        known = known_of(handler)
        return session_key(known.token) if known.account is not None and known.token else ""

    def is_token_authenticated(self, handler: web.RequestHandler) -> bool:  # noqa: ARG002  Jupyter's signature
        """Never: such requests would not be checked for forgery."""
        return False

    def get_handlers(self) -> list[tuple[str, Any]]:
        """Pages of sign-in, sign-out and the change of a password; asked by the application at its start."""
        from pbwidgets.apps.sign_in import PasswordHandler, SignInHandler, SignOutHandler

        return [(r"/login", SignInHandler), (r"/logout", SignOutHandler), (r"/password", PasswordHandler)]


def known_of(handler: web.RequestHandler) -> Known:
    """What is known of who asks, once the identity provider was asked."""
    known = getattr(handler, _KEPT, None)
    return known if isinstance(known, Known) else Known()


def must_change(handler: web.RequestHandler) -> bool:
    """Whether who asks must choose a password first: then ``/password`` is the only page for them."""
    return known_of(handler).must_change


def _look_up(workspace: Workspace, name: str, token: str, in_use: bool) -> Known:
    if name:
        try:
            return Known(find_account(workspace, name))
        except RightsError:
            return Known()
    account = resume(workspace, token, in_use=in_use) if token else None
    return Known() if account is None else Known(account, token)
