"""The pages for signing in and out, for one's password and one's sessions: plain forms without scripts.

A browser that has signed in keeps the name, and an id of its own, in a signed cookie: the name is filled in the next
time, and strangers who try passwords under that name do not make this browser wait
(:mod:`~pbwidgets.workflows.people.attempts`).
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from jinja2 import Environment
from jupyter_server.auth.decorator import allow_unauthenticated
from tornado import web

from pbwidgets.apps.browsers import browser_words
from pbwidgets.apps.cookies import read_cookie, set_cookie
from pbwidgets.apps.frame import page_templates
from pbwidgets.apps.identity import Known, PbIdentityProvider, known_of
from pbwidgets.apps.who import Guarded
from pbwidgets.errors import DataError, PbError, RightsError
from pbwidgets.store import Account
from pbwidgets.wording import LANGUAGES, default_language, say, spoken_language
from pbwidgets.workflows.ground.workspace import ZONE, Workspace
from pbwidgets.workflows.people.accounts import to_name
from pbwidgets.workflows.people.attempts import Caller
from pbwidgets.workflows.people.own_account import (
    OwnSession,
    end_other_sessions,
    end_own_session,
    own_sessions,
)
from pbwidgets.workflows.people.passwords import SHORTEST, shortest_for
from pbwidgets.workflows.people.sessions import change_password, resume, sign_in, sign_out

HOME: Final = "/home"
_OWN_PAGES: Final = ("/login", "/logout", "/password")
_MINUTE: Final = "%Y-%m-%d %H:%M"
_LANGUAGE_COOKIE, _NAME_COOKIE = "pb-lang", "pb-name"
_NAME_DAYS, _LANGUAGE_DAYS = 90, 365
_PAGES: Final = Path(__file__).with_name("template") / "pages"
_HASHING: Final = ThreadPoolExecutor(2, thread_name_prefix="sign-in")  # 64 MiB each; others do not wait
_HASHING_KNOWN: Final = ThreadPoolExecutor(1, thread_name_prefix="sign-in-known")  # never behind strangers
_log = logging.getLogger("pbwidgets.apps")
T = TypeVar("T")


class SignPage(Guarded):
    """Common base of the pages: language, texts, the page to go to afterwards."""

    signs_in: Final = True
    template: str
    title: str

    @cached_property
    def nonce(self) -> str:
        """Nonce of the one style sheet in this answer."""
        return secrets.token_urlsafe(16)

    @property
    def content_security_policy(self) -> str:
        """Policy that allows only the page's style sheet: no script, no frame, no form to another site."""
        return (
            f"default-src 'none'; style-src 'nonce-{self.nonce}'; img-src data:; form-action 'self'; "
            "frame-ancestors 'none'; base-uri 'none'"
        )

    def set_default_headers(self) -> None:
        """Headers of every answer: browsers must not cache these pages."""
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")

    @property
    def workspace(self) -> Workspace:
        """The workspace that the server serves."""
        return self.settings["pbwidgets_workspace"]  # type: ignore[no-any-return]

    @property
    def provider(self) -> PbIdentityProvider:
        """The provider of sessions."""
        return self.settings["identity_provider"]  # type: ignore[no-any-return]

    @property
    def known(self) -> Known:
        """The visitor."""
        return known_of(self)

    @cached_property
    def lang(self) -> str:
        """Language of the page: asked for in the address, or chosen before in this browser."""
        kept = read_cookie(self, _LANGUAGE_COOKIE, days=_LANGUAGE_DAYS)
        return spoken_language(self.get_query_argument("lang", "") or kept)

    @property
    def remembered(self) -> tuple[str, str]:
        """Id of this browser, and the name under which it signed in last; both empty if it never did."""
        device, _, name = read_cookie(self, _NAME_COOKIE, days=_NAME_DAYS).rpartition(":")
        return (device, name) if device else ("", name)

    def caller(self, name: str) -> Caller:
        """Where an attempt to sign in under a name comes from."""
        device, known = self.remembered
        return Caller(
            self.address,
            self.request.headers.get("User-Agent", ""),
            device if known == to_name(name) else "",
            self.counted_address,
        )

    async def hashed(self, caller: Caller, call: Callable[[], T]) -> T:
        """Result of a call that hashes a password: few run at once, and few of one caller wait for their turn.

        Raises
        ------
        DataError
            ``accounts.busy`` if too many wait.
        """
        most = self.doors.hashing_limits(caller.device, caller.counted_as)
        if not self.doors.hashing.enter(most):
            raise DataError("accounts.busy")
        try:
            pool = _HASHING_KNOWN if caller.device else _HASHING
            return await asyncio.get_running_loop().run_in_executor(pool, call)
        finally:
            self.doors.hashing.leave(most)

    @property
    def next_page(self) -> str:
        """Page to go to afterwards: always on this server, whatever the address says."""
        return local_path(self.get_query_argument("next", ""))

    def decode_argument(self, value: bytes, name: str | None = None) -> str:  # noqa: ARG002  tornado's signature
        """Text of an argument: the page is shown whatever an address holds, also as the answer to an error."""
        return value.decode("utf-8", errors="replace")

    async def prepare(self, *, _redirect_to_login: bool = True) -> None:
        """Remember the requested language, then identify the visitor."""
        if self.get_query_argument("lang", "") in LANGUAGES:
            set_cookie(self, _LANGUAGE_COOKIE, self.lang, days=_LANGUAGE_DAYS)
        await super().prepare(_redirect_to_login=_redirect_to_login)

    def words(self, code: str, **args: object) -> str:
        """Text of a code for these pages."""
        return say(f"accounts.page.{code}", self.lang, **args)

    def go(self, page: str, **asked: str) -> None:
        """Redirect to one of these pages, passing on the page that comes next."""
        kept = {"next": self.next_page} if self.get_query_argument("next", "") else {}
        query = urlencode({**kept, **asked})
        self.redirect(f"{page}?{query}" if query else page)

    def go_on(self) -> None:
        """Redirect to the page that comes next, in the chosen language."""
        path, query = (urlsplit(self.next_page)[index] for index in (2, 3))
        asked = dict(parse_qsl(query, keep_blank_values=True))
        if self.lang != default_language():
            asked.setdefault("lang", self.lang)
        self.redirect(f"{path}?{urlencode(asked)}" if asked else path)

    def show(self, *, errors: dict[str, str] | None = None, status: int = 200, **values: Any) -> None:
        """Answer with the page.

        Parameters
        ----------
        errors
            Errors by field; ``page`` for the whole page.
        """
        self.set_status(status)
        other = next(lang for lang in LANGUAGES if lang != self.lang)
        asked = {name: self.get_query_argument(name) for name in self.request.query_arguments}
        self.finish(
            _environment()
            .get_template(self.template)
            .render(
                words=self.words,
                title=self.words(self.title),
                html_lang=self.lang.replace("_", "-"),
                nonce=self.nonce,
                xsrf=self.xsrf_form_html(),
                errors=errors or {},
                switch="?" + urlencode({**asked, "lang": other}),
                next_page=self.next_page,
                **values,
            )
        )

    def write_error(self, status_code: int, **kwargs: Any) -> None:  # noqa: ARG002  tornado's signature
        """Show the page again: a forged form gets nowhere, and one open for too long can be sent again."""
        self.show_form(errors={"page": self.words("expired")}, status=status_code)

    def show_form(self, *, errors: dict[str, str] | None = None, status: int = 200) -> None:
        """Answer with the page as first opened."""
        raise NotImplementedError


class SignInHandler(SignPage):
    """``/login``: sign in with a name and a password."""

    template, title = "sign_in.html", "sign_in"

    @allow_unauthenticated
    def get(self) -> None:
        """Show the form, unless already signed in."""
        if self.known.must_change:
            self.go("/password")
        elif self.known.account is not None:
            self.go_on()
        else:
            self.show_form()

    @allow_unauthenticated
    async def post(self) -> None:
        """Sign in, or show the error beside its field."""
        name = self.get_body_argument("name", "")
        password = self.get_body_argument("password", "", strip=False)
        missing = {
            field: self.words(f"{field}_missing")
            for field, typed in (("name", name), ("password", password))
            if not typed
        }
        if missing:
            return self.show_form(errors=missing, status=400)
        caller = self.caller(name)
        try:
            begin = partial(_begin, self.workspace, name, password, caller, self.known.token)
            token, account = await self.hashed(caller, begin)
        except DataError as error:
            unavailable = self.words("unavailable", cause=_said(error, self.lang))
            return self.show_form(errors={"page": unavailable}, status=503)
        except PbError as error:
            # what was typed as the name may be a password
            _log.warning("sign-in from %s refused: %s", caller.address, error.code)
            return self.show_form(errors={"password": _said(error, self.lang)}, status=403)
        _log.info("%s signed in from %s", account.name, caller.address)
        self.provider.begin(self, token)
        device = caller.device or secrets.token_urlsafe(12)
        set_cookie(self, _NAME_COOKIE, f"{device}:{account.name}", days=_NAME_DAYS)
        return self.go("/password") if account.must_change else self.go_on()

    def show_form(self, *, errors: dict[str, str] | None = None, status: int = 200) -> None:
        """Show the form, with the name that last signed in with this browser."""
        name = self.get_body_argument("name", "") or self.remembered[1]
        self.show(
            errors=errors, status=status, name=name, signed_out=bool(self.get_query_argument("out", ""))
        )


class SignOutHandler(SignPage):
    """``/logout``: end the session, never by a link alone."""

    template, title = "sign_out.html", "sign_out"

    @allow_unauthenticated
    def get(self) -> None:
        """Ask for confirmation."""
        if self.known.account is None:
            self.go("/login")
        else:
            self.show_form()

    @allow_unauthenticated
    async def post(self) -> None:
        """End the session, in the store and in the browser."""
        if self.known.token:
            await asyncio.to_thread(sign_out, self.workspace, self.known.token)
        self.provider.clear_login_cookie(self)
        self.redirect("/login?out=1")

    def show_form(self, *, errors: dict[str, str] | None = None, status: int = 200) -> None:
        """Show the question."""
        account = self.known.account
        self.show(
            errors=errors,
            status=status,
            name="" if account is None else account.name,
            by_proxy=account is not None and not self.known.token,
        )


class PasswordHandler(SignPage):
    """``/password``: change the visitor's password."""

    template, title = "password.html", "change"
    least: int = SHORTEST

    async def prepare(self, *, _redirect_to_login: bool = True) -> None:
        """Look up how long the visitor's password must be."""
        await super().prepare(_redirect_to_login=_redirect_to_login)
        if self.known.account is not None:
            self.least = await asyncio.to_thread(_shortest, self.workspace, self.known.account)

    @allow_unauthenticated
    def get(self) -> None:
        """Show the form to visitors who are signed in."""
        if self.known.account is None:
            self.redirect("/login?" + urlencode({"next": self.request.uri or "/password"}))
        else:
            self.show_form()

    @allow_unauthenticated
    async def post(self) -> None:
        """Change the password, or show the error beside its field."""
        account, token = self.known.account, self.known.token
        if account is None:
            return self.redirect("/login")
        old, new, again = (self.get_body_argument(name, "", strip=False) for name in ("old", "new", "again"))
        if new != again:
            return self.show_form(errors={"again": self.words("differ")}, status=400)
        caller = self.caller(account.name)
        change = partial(change_password, self.workspace, account.name, old, new, caller, token=token or None)
        try:
            await self.hashed(caller, change)
        except PbError as error:
            return self.show_form(errors=self._errors(error), status=400)
        if self.get_query_argument("next", ""):
            return self.go_on()
        return self.redirect(HOME) if self.known.must_change else self.go("/password", changed="1")

    def _errors(self, error: PbError) -> dict[str, str]:
        if error.code == "accounts.wrong_password":
            return {"old": self.words("old_wrong")}
        return {"old" if isinstance(error, RightsError) else "new": _said(error, self.lang)}

    def show_form(self, *, errors: dict[str, str] | None = None, status: int = 200) -> None:
        """Show the form."""
        account = self.known.account
        self.show(
            errors=errors,
            status=status,
            name="" if account is None else account.name,
            first=self.known.must_change,
            by_proxy=account is not None and not self.known.token,
            changed=bool(self.get_query_argument("changed", "")),
            least=self.least,
        )


class SessionsHandler(SignPage):
    """``/sessions``: where the visitor is signed in, to be ended from here."""

    template, title = "sessions.html", "sessions"
    own: tuple[OwnSession, ...] = ()

    async def prepare(self, *, _redirect_to_login: bool = True) -> None:
        """Look up the visitor's sessions."""
        await super().prepare(_redirect_to_login=_redirect_to_login)
        if self.known.token:
            self.own = await asyncio.to_thread(own_sessions, self.workspace, self.known.token)

    @allow_unauthenticated
    def get(self) -> None:
        """Show the list to visitors who are signed in."""
        if self.known.account is None:
            self.redirect("/login?" + urlencode({"next": self.request.uri or "/sessions"}))
        else:
            self.show_form()

    @allow_unauthenticated
    async def post(self) -> None:
        """End one session, or all but this one."""
        if not self.known.token:
            return self.redirect("/login")
        one = self.get_body_argument("session", "")
        if one:
            await asyncio.to_thread(end_own_session, self.workspace, self.known.token, one)
        else:
            await asyncio.to_thread(end_other_sessions, self.workspace, self.known.token)
        return self.go("/sessions", ended="1")

    def show_form(self, *, errors: dict[str, str] | None = None, status: int = 200) -> None:
        """Show the list."""
        self.show(
            errors=errors,
            status=status,
            rows=[self._row(item) for item in self.own],
            others=sum(not item.is_this for item in self.own),
            by_proxy=self.known.account is not None and not self.known.token,
            ended=bool(self.get_query_argument("ended", "")),
        )

    def _row(self, item: OwnSession) -> dict[str, str | bool]:
        return {
            "id": item.id,
            "browser": browser_words(item.browser, self.lang),
            "address": item.address or self.words("address_unknown"),
            "begun": item.begun_at.astimezone(ZONE).strftime(_MINUTE),
            "seen": item.seen_at.astimezone(ZONE).strftime(_MINUTE),
            "is_this": item.is_this,
        }


SIGN_IN_PAGES: Final[tuple[tuple[str, type[SignPage]], ...]] = (
    (r"/login", SignInHandler),
    (r"/logout", SignOutHandler),
    (r"/password", PasswordHandler),
    (r"/sessions", SessionsHandler),
)


def local_path(asked: str) -> str:
    """Address of a page of this server; the home page for anything else.

    >>> local_path("/fill?form=a"), local_path("//elsewhere.example"), local_path("https://elsewhere.example")
    ('/fill?form=a', '/home', '/home')
    """
    plain = asked.startswith("/") and not asked.startswith("//") and "\\" not in asked
    if not plain or any(ord(letter) <= ord(" ") for letter in asked):
        return HOME
    parts = urlsplit(asked)
    # a path with dots (/.//elsewhere) could lead to another site
    if parts.scheme or parts.netloc or "//" in parts.path or parts.path in ("/", *_OWN_PAGES):
        return HOME
    return asked


def _begin(
    workspace: Workspace, name: str, password: str, caller: Caller, former: str
) -> tuple[str, Account]:
    """Token and account of a new session; the browser's former session ends."""
    token = sign_in(workspace, name, password, caller)
    if former:
        sign_out(workspace, former)
    account = resume(workspace, token)
    if account is None:
        raise web.HTTPError(403)
    return token, account


def _shortest(workspace: Workspace, account: Account) -> int:
    with workspace.store.read() as reader:
        return shortest_for(reader, account.actor)


def _said(error: PbError, lang: str) -> str:
    space = " " if lang == "en" else ""
    return space.join(part for part in (error.message(lang), error.remedy(lang)) if part)


@cache
def _environment() -> Environment:
    return page_templates(_PAGES)
