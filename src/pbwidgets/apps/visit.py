"""One visit to one page: the visitor, the address's parameters, and the workspace.

A notebook in ``notebooks/apps`` begins with :func:`open_visit` and its two parameters, which the server writes
into the notebook before its kernel starts: nothing in the browser can change who the visitor is.
"""

import logging
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from pbwidgets.errors import PbError, RightsError
from pbwidgets.forms.elements import Messages
from pbwidgets.settings import load_settings
from pbwidgets.store import Actor
from pbwidgets.wording import say, spoken_language
from pbwidgets.workflows.ground.desk import Desk, check_takes_part, choose_campaign
from pbwidgets.workflows.ground.lookup import name_parts
from pbwidgets.workflows.ground.rights import operator
from pbwidgets.workflows.ground.workspace import Opened, Workspace, load_workspace
from pbwidgets.workflows.people.accounts import find_actor
from pbwidgets.workflows.people.standing import watched

SERVED = "PBWIDGETS_SERVED"
"""Environment variable set in the server's kernels, where visitors need an account."""

SESSION = "PBWIDGETS_SESSION"
"""Environment variable of a server's kernel: key of the session in which its page was opened."""

ANONYMOUS_ACCOUNT = "survey:"
"""Name that the server gives a visitor without an account; no account may have it, and it has no rights."""

_log = logging.getLogger("pbwidgets.apps")


@dataclass(frozen=True)
class Visit:
    """One visit to one page; made by :func:`open_visit`.

    Attributes
    ----------
    workspace
        Settings and store.
    actor
        The visitor, as the actor of every workflow that the page calls.
    place
        Query parameters of the page's address, which are not trusted.
    lang
        Language of the page.
    messages
        Messages of the page about what happened.
    """

    workspace: Workspace
    actor: Actor
    place: Mapping[str, str]
    lang: str
    messages: Messages = field(default_factory=Messages)

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody is signed in, on the one page that needs no account."""
        return self.actor.role == "survey"

    @cached_property
    def opened(self) -> Opened:
        """The campaign that the address names, or the newest in which the visitor's unit takes part.

        Raises
        ------
        RightsError
            ``workflows.takes_no_part``, ``workflows.takes_part_in_none``.
        """
        asked = self.place.get("campaign"), self.place.get("period")
        opened = choose_campaign(self.workspace, self.actor, *asked)
        check_takes_part(Desk(self.workspace, self.actor, opened, self.lang))
        return opened

    def reopen(self) -> Opened:
        """Go on with the newest version of the campaign; returns the version that the page has shown so far."""
        before = self.opened
        for name in ("opened", "units"):
            vars(self).pop(name, None)
        return before

    @property
    def desk(self) -> Desk:
        """Desk of the visitor in that campaign, made anew for each action."""
        return Desk(self.workspace, self.actor, self.opened, self.lang)

    @cached_property
    def units(self) -> pd.DataFrame:
        """The units that take part, on the day the page was opened, within the period."""
        return self.desk.units

    def words(self, code: str, **args: object) -> str:
        """Text of a code in the language of the page."""
        return say(code, self.lang, **args)

    def unit_name(self, unit_code: str) -> str:
        """Name of a unit, or its code if it is not in the register."""
        found = self.units.loc[self.units["unit_code"] == unit_code, "unit_name"]
        return str(found.iloc[0]) if len(found) else unit_code

    def link(self, page: str, **place: str | None) -> str:
        """Address of a page, keeping campaign, period and language."""
        kept = {name: self.place[name] for name in ("campaign", "period", "lang") if name in self.place}
        asked = {**kept, **{name: value for name, value in place.items() if value is not None}}
        return f"{page}?{urlencode(asked)}" if asked else page

    def refusal(self, error: PbError) -> str:
        """An error with what to do, in words that name what it is about instead of ids and codes."""
        with suppress(PbError):  # without an open campaign there are no names
            name_parts(error, self.opened.campaign, self.units, self.lang)
        return error.words(self.lang)

    def say_refusal(self, error: PbError) -> None:
        """Show an error with what to do."""
        self.messages.say("error", *self.refusal(error).splitlines())

    def attempt(self, call: Callable[..., Any]) -> Callable[..., None]:
        """Callback that shows an error instead of raising it, between a page and the workflows.

        Our own errors are shown with what to do; any other is logged in full and shown briefly. An earlier refusal
        stands until a button's action (called without arguments) succeeds, or says something else.
        """

        def attempted(*args: Any, **kwargs: Any) -> None:
            standing = self.messages.said if self.messages.refuses and not args else None
            try:
                call(*args, **kwargs)
            except PbError as error:
                self.say_refusal(error)
            except Exception:
                _log.exception("a page's callback failed")
                self.messages.say("error", self.words("apps.unexpected"))
            else:
                if standing == self.messages.said:
                    self.messages.clear()

        return attempted


def open_visit(account: str | None, place: Mapping[str, str] | None = None) -> Visit:
    """Visit by the account that the server names, in the workspace of the environment.

    Parameters
    ----------
    account
        Name of the account; None is the operator of this machine in JupyterLab, and not allowed on the server.
        ``survey:`` is an anonymous visitor, who has no rights.
    place
        Query parameters of the address.

    Raises
    ------
    RightsError
        ``accounts.unknown``.
    """
    asked = dict(place or {})
    workspace = load_workspace(load_settings())
    if account is None and SERVED in os.environ:
        raise RightsError("accounts.unknown", name="–")
    actor = _actor(workspace, account)
    if account is not None and account != ANONYMOUS_ACCOUNT:
        workspace = watched(workspace, actor, os.environ.get(SESSION, ""))
    return Visit(workspace, actor, asked, spoken_language(asked.get("lang", "")))


def _actor(workspace: Workspace, account: str | None) -> Actor:
    if account is None:
        return operator()
    if account == ANONYMOUS_ACCOUNT:
        return Actor(ANONYMOUS_ACCOUNT, "survey")
    return find_actor(workspace, account)
