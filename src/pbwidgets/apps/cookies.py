"""Cookies of the pages: signed, not readable by scripts, for this host only, and over https only where there is https.

Over https their names begin with ``__Host-``: browsers then take them from this host alone, never from another
one of the same domain. Tornado's ``_xsrf`` keeps its name, because the front end reads it by that name.
"""

from typing import Any, Final

from tornado import web

_HOST: Final = "__Host-"


def cookie_name(handler: web.RequestHandler, name: str) -> str:
    """Name under which the browser keeps a cookie."""
    return f"{_HOST}{name}" if _is_https(handler) else name


def read_cookie(handler: web.RequestHandler, name: str, days: float = 31) -> str:
    """Value of a cookie that this server has set; empty if there is none, or it is older than some days."""
    value = handler.get_signed_cookie(cookie_name(handler, name), max_age_days=days)
    return value.decode("utf-8", "replace") if value else ""


def set_cookie(handler: web.RequestHandler, name: str, value: str, days: float | None = None) -> None:
    """Set a cookie for some days, by default until the browser is closed."""
    handler.set_signed_cookie(
        cookie_name(handler, name), value, expires_days=days, httponly=True, **attributes(_is_https(handler))
    )


def clear_cookie(handler: web.RequestHandler, name: str) -> None:
    """Remove a cookie."""
    handler.clear_cookie(cookie_name(handler, name), httponly=True, **attributes(_is_https(handler)))


def attributes(https: bool) -> dict[str, Any]:
    """Attributes of every cookie. ``Lax``: a link in an email or a chat must open the page that it names."""
    return {"path": "/", "samesite": "Lax", "secure": https}


def _is_https(handler: web.RequestHandler) -> bool:
    return handler.request.protocol == "https"
