"""The visitor of a request: a signed-in account, or an anonymous visitor to the one page without sign-in."""

import hashlib
import re
import secrets
from typing import Any, Final

from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from pbwidgets.apps.addresses import counted_as
from pbwidgets.apps.cookies import read_cookie, set_cookie
from pbwidgets.apps.doors import Doors
from pbwidgets.apps.visitors import VisitorKernels

VISITOR_COOKIE: Final = "pb-visitor"
ACCOUNT_KEY: Final = "account:"
"""Begins the key of a signed-in owner of a page."""

_POLICY: Final = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-eval'",  # Vega and the schema checks of JupyterLab compile functions
    "style-src": "'self' 'unsafe-inline'",  # widgets set their styles in place
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
SECURITY_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}
POLICY: Final = "; ".join(f"{name} {value}" for name, value in _POLICY.items())
HSTS: Final = "max-age=31536000"
_HOST: Final = re.compile(r"[\w.:\[\]-]+", re.ASCII)


class Guarded(JupyterHandler):
    """A handler whose answers carry the security headers, and which knows the visitor."""

    @property
    def content_security_policy(self) -> str:
        """Policy: load nothing from other sites, and connect to none."""
        host = self.request.host
        # older Firefox and Safari do not count websockets of the same host as 'self'
        own = (
            f"{'wss' if self.request.protocol == 'https' else 'ws'}://{host}" if _HOST.fullmatch(host) else ""
        )
        return f"{POLICY}; connect-src 'self' {own}".rstrip()

    def set_default_headers(self) -> None:
        """Headers of every answer."""
        super().set_default_headers()
        for name, value in SECURITY_HEADERS.items():
            self.set_header(name, value)
        if self.settings.get("pbwidgets_hsts", False):
            self.set_header("Strict-Transport-Security", HSTS)

    def write_error(self, status_code: int, **kwargs: object) -> None:  # noqa: ARG002  tornado's signature
        """Send only the status code, without our page or Jupyter's."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code}")

    @property
    def doors(self) -> Doors:
        """What is counted about visitors."""
        return self.settings["pbwidgets_doors"]  # type: ignore[no-any-return]

    @property
    def address(self) -> str:
        """Address of the browser."""
        return self.identity_provider.address_of(self)  # type: ignore[attr-defined,no-any-return]

    @property
    def counted_address(self) -> str:
        """What that address is counted as."""
        return counted_as(self.address)

    @property
    def kernels(self) -> VisitorKernels:
        """The kernels of the visitors."""
        return self.settings["kernel_manager"]  # type: ignore[no-any-return]

    def check_owner(self, kernel_id: str) -> None:
        """Answer 404 unless the kernel belongs to the visitor, without revealing whether it exists."""
        owner = self.kernels.owners.get(kernel_id)
        if owner is None or owner.key not in {account_key(self), visitor_key(self)} - {""}:
            raise web.HTTPError(404)


def account_key(handler: JupyterHandler) -> str:
    """Key of the signed-in account; empty if there is none."""
    user = handler.current_user
    return f"{ACCOUNT_KEY}{user.username}" if user is not None else ""


def visitor_key(handler: JupyterHandler) -> str:
    """Key of an anonymous visitor; empty if there is none."""
    cookie = read_cookie(handler, VISITOR_COOKIE)
    return f"visitor:{hashlib.sha256(cookie.encode()).hexdigest()}" if cookie else ""


def begin_visit(handler: JupyterHandler) -> str:
    """Key of an anonymous visitor, new if there was none; it reveals nothing about the person."""
    found = visitor_key(handler)
    if found:
        return found
    value = secrets.token_urlsafe(24)
    set_cookie(handler, VISITOR_COOKIE, value)
    return f"visitor:{hashlib.sha256(value.encode()).hexdigest()}"


def plain_place(handler: Any) -> dict[str, str]:
    """Query parameters of the address: only lower-case names and short values."""
    found = {}
    for name in handler.request.query_arguments:
        value = handler.get_query_argument(name)
        if name.replace("_", "").isascii() and name.replace("_", "").isalpha() and name.islower():
            found[name] = value[:200]
    return found
