"""One visit of one page: who is there, what the address asks for, and the workspace that it is about.

A notebook of ``notebooks/apps`` begins with :func:`open_visit` and its two parameters, which the server writes
into the notebook before its kernel starts: nothing in the browser can say who it is.
"""

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from pbwidgets.errors import PbError, RightsError
from pbwidgets.forms.elements import Messages
from pbwidgets.settings import load_settings
from pbwidgets.store import Actor, open_store
from pbwidgets.wording import LANGUAGES, default_language, say
from pbwidgets.workflows import Opened, Workspace, find_actor, operator, today

SERVED = "PBWIDGETS_SERVED"
"""Set in the kernels of the server: there nobody is let in without an account."""

ANONYMOUS_ACCOUNT = "survey:"
"""What the server names for a visitor without an account. No account may be called so, and no role has rights."""

_log = logging.getLogger("pbwidgets.apps")


@dataclass(frozen=True)
class Visit:
    """One visit of one page; made by :func:`open_visit`.

    Attributes
    ----------
    workspace
        Settings and store.
    actor
        Who is signed in: the actor of every workflow that the page calls.
    place
        What the address of the page says after ``?``: names and values, asked for and not trusted.
    lang
        Language of the page.
    messages
        Where the page says what happened; the page shows it.
    """

    workspace: Workspace
    actor: Actor
    place: Mapping[str, str]
    lang: str
    messages: Messages = field(default_factory=Messages)

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody is signed in: the visitor of the one page that needs no account."""
        return self.actor.role == "survey"

    @cached_property
    def opened(self) -> Opened:
        """The campaign that the address names, or the newest one that is open."""
        return self.workspace.opened(self.place.get("campaign"), self.place.get("period"))

    @cached_property
    def units(self) -> pd.DataFrame:
        """The register of today, within the period."""
        return self.workspace.units(self.opened.day(today()))

    def words(self, code: str, **args: object) -> str:
        """Words of a code in the language of the page."""
        return say(code, self.lang, **args)

    def unit_name(self, unit_code: str) -> str:
        """Name of a unit, its code if the register has none."""
        found = self.units.loc[self.units["unit_code"] == unit_code, "unit_name"]
        return str(found.iloc[0]) if len(found) else unit_code

    def link(self, page: str, **place: str | None) -> str:
        """Address of a page; campaign, period and language go along."""
        kept = {name: self.place[name] for name in ("campaign", "period", "lang") if name in self.place}
        asked = {**kept, **{name: value for name, value in place.items() if value is not None}}
        return f"{page}?{urlencode(asked)}" if asked else page

    def attempt(self, call: Callable[..., Any]) -> Callable[..., None]:
        """Callback that shows what went wrong instead of raising: the edge between a page and the work.

        Errors of ours are shown with what to do; any other is logged whole and shown short.
        """

        def attempted(*args: Any, **kwargs: Any) -> None:
            try:
                call(*args, **kwargs)
            except PbError as error:
                self.messages.say("error", *str(error).splitlines())
            except Exception:
                _log.exception("a page's callback failed")
                self.messages.say("error", self.words("apps.unexpected"))

        return attempted


def open_visit(account: str | None, place: Mapping[str, str] | None = None) -> Visit:
    """Visit of the account that the server names, in the workspace of the environment.

    Parameters
    ----------
    account
        Name of the account; None is the operator of this machine, in JupyterLab, and nobody on the server.
        ``survey:`` is an anonymous visitor, whom :data:`~pbwidgets.workflows.RIGHTS` gives nothing.
    place
        What the address asks for.

    Raises
    ------
    RightsError
        ``accounts.unknown``.
    """
    asked = dict(place or {})
    settings = load_settings()
    workspace = Workspace(settings, open_store(settings.store_url, settings.evidence))
    if account is None and SERVED in os.environ:
        raise RightsError("accounts.unknown", name="–")
    actor = _actor(workspace, account)
    lang = asked.get("lang", "")
    return Visit(workspace, actor, asked, lang if lang in LANGUAGES else default_language())


def _actor(workspace: Workspace, account: str | None) -> Actor:
    if account is None:
        return operator()
    if account == ANONYMOUS_ACCOUNT:
        return Actor(ANONYMOUS_ACCOUNT, "survey")
    return find_actor(workspace, account)
