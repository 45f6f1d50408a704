"""The frame of every page: the bar, the phases of the period, the skeleton while the kernel starts."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader
from voila import __version__ as voila_version

from pbwidgets.apps.bundle import bundle_name
from pbwidgets.apps.extensions import early_scripts, widget_extensions
from pbwidgets.apps.front_end import front_end_name
from pbwidgets.apps.page_list import ANONYMOUS, PAGES, pages_of
from pbwidgets.apps.visit import ANONYMOUS_ACCOUNT
from pbwidgets.campaign.model import Phase
from pbwidgets.errors import PbError
from pbwidgets.forms.look import LOOK
from pbwidgets.palette import APP_PAGE, css_variables
from pbwidgets.store import Actor
from pbwidgets.wording import LANGUAGES, say, spoken_language
from pbwidgets.workflows.ground.desk import Desk, check_takes_part, choose_campaign
from pbwidgets.workflows.ground.workspace import Workspace, day_of, today
from pbwidgets.workflows.people.accounts import find_account

_TEMPLATE: Final = Path(__file__).with_name("template") / "pbwidgets"
_KEEP_S: Final = 20.0
_CARRIED: Final = ("campaign", "period", "lang")


@dataclass(frozen=True)
class Step:
    """A phase on the strip."""

    name: str
    begins: str
    ends: str
    state: str


@dataclass(frozen=True)
class Frame:
    """Content of the bar and the strip of a page.

    Attributes
    ----------
    page
        Name of the page.
    account
        Name of the account that is signed in; empty for an anonymous visitor.
    closed_on
        Day on which the period was closed; empty while it is open.
    is_allowed
        Whether this role may open the page.
    """

    page: str
    lang: str
    account: str
    role: str
    unit: str
    campaign: str
    period: str
    closed_on: str
    steps: tuple[Step, ...]
    links: tuple[tuple[str, str, str], ...]
    languages: tuple[tuple[str, str], ...]
    is_allowed: bool
    xsrf: str

    def words(self, code: str, **args: object) -> str:
        """Text of a code in the language of the page."""
        return say(code, self.lang, **args)

    @property
    def title(self) -> str:
        """Name of the page."""
        return PAGES[self.page].words(self.lang) if self.page in PAGES else self.page


async def load_frame(
    workspace: Workspace, account: str, page: str, place: Mapping[str, str], xsrf: bytes
) -> Frame:
    """Frame of a page for an account, read in a thread so that other visitors do not wait."""
    return await asyncio.to_thread(_load, workspace, account, page, dict(place), xsrf.decode())


def _load(workspace: Workspace, account: str, page: str, place: dict[str, str], xsrf: str) -> Frame:
    lang = spoken_language(place.get("lang", ""))
    name, role, unit_code = _person(workspace, account)
    title, period, closed_on, steps, unit = _campaign(workspace, place, Actor(name, role, unit_code), lang)
    carried: dict[str, str] = {key: place[key] for key in _CARRIED if key in place}
    links = tuple((item.name, item.words(lang), _address(item.name, carried)) for item in pages_of(role))
    others = tuple((say(f"apps.language.{code}", code), _address(page, {**place, "lang": code}))
                   for code in LANGUAGES if code != lang)  # fmt: skip
    allowed = page == ANONYMOUS if not name else page not in PAGES or role in PAGES[page].roles
    role_words = say(f"apps.role.{role}", lang) if name else ""
    return Frame(page, lang, name, role_words, unit, title, period, closed_on, steps, links, others, allowed,
                 xsrf)  # fmt: skip


def _person(workspace: Workspace, account: str) -> tuple[str, str, str | None]:
    if account == ANONYMOUS_ACCOUNT:
        return "", "survey", None
    found = find_account(workspace, account)
    return found.name, found.role, found.unit_code


_seen: dict[tuple[str | None, ...], tuple[float, Any]] = {}


def _campaign(
    workspace: Workspace, place: Mapping[str, str], actor: Actor, lang: str
) -> tuple[str, str, str, tuple[Step, ...], str]:
    """Title, period, day of closing, steps and the unit's name; cached for some seconds, as every page needs them."""
    asked = place.get("campaign"), place.get("period")
    key = (str(workspace.settings.workspace), *asked, actor.role, actor.unit_code, lang)
    when, known = _seen.get(key, (0.0, None))
    if known is None or time.monotonic() - when > _KEEP_S:
        if len(_seen) > 2000:
            _seen.clear()
        known = _read_campaign(workspace, place, actor, lang)
        _seen[key] = (time.monotonic(), known)
    return known  # type: ignore[no-any-return]


def _read_campaign(
    workspace: Workspace, place: Mapping[str, str], actor: Actor, lang: str
) -> tuple[str, str, str, tuple[Step, ...], str]:
    unit, unit_code = "", actor.unit_code
    if unit_code is not None:
        units = workspace.units(today())
        named = units.loc[units["unit_code"] == unit_code, "unit_name"]
        unit = str(named.iloc[0]) if len(named) else unit_code
    try:
        opened = choose_campaign(workspace, actor, place.get("campaign"), place.get("period"))
        check_takes_part(Desk(workspace, actor, opened, lang))
    except PbError:
        return "", "", "", (), unit
    phases, day = opened.period.phases, today() if opened.is_open else date.max
    steps = tuple(
        Step(phase.name.words(lang), phase.begins.isoformat(), phase.ends.isoformat(), state)
        for phase, state in zip(phases, step_states(phases, day), strict=True)
    )
    closed_on = day_of(opened.closed_at).isoformat() if opened.closed_at else ""
    return opened.campaign.name.words(lang), opened.period_id, closed_on, steps, unit


def step_states(phases: Sequence[Phase], day: date) -> list[str]:
    """State of each phase on a day: ``past``, ``now``, ``next``.

    A phone has room for the current phases only. If there is none, it shows the next one, marked ``soon``,
    or the one that ended last, marked ``last``.
    """
    states = ["past" if phase.ends < day else "now" if phase.begins <= day else "next" for phase in phases]
    if "next" in states and "now" not in states:
        states[min(_in(states, "next"), key=lambda at: phases[at].begins)] = "soon"
    elif "past" in states and "now" not in states:
        states[max(_in(states, "past"), key=lambda at: (phases[at].ends, at))] = "last"
    return states


def _in(states: Sequence[str], wanted: str) -> list[int]:
    return [at for at, state in enumerate(states) if state == wanted]


def _address(page: str, place: Mapping[str, str]) -> str:
    return f"/{page}?{urlencode(place)}" if place else f"/{page}"


@cache
def _templates() -> Environment:
    return page_templates(_TEMPLATE)


def page_templates(folder: Path) -> Environment:
    """Templates of a folder, which can name the colours of the pages."""
    made = Environment(loader=FileSystemLoader(folder), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.globals["colours"] = css_variables(APP_PAGE)
    return made


@cache
def asset_version() -> str:
    """Number that changes when one of our assets changes."""
    return str(max(path.stat().st_mtime_ns for path in (LOOK, *(_TEMPLATE / "static").iterdir())))


def page_start(frame: Frame, kernel_id: str) -> str:
    """Head, bar, strip and skeleton: everything that needs no kernel."""
    return _templates().get_template("page_start.html").render(
        frame=frame, say=frame.words, kernel_id=kernel_id, bundle=f"/static/pb/{bundle_name()}",
        version=asset_version(), config=_front_end(kernel_id),
        front_end=f"/static/pb/{front_end_name()}", early=early_scripts(),
    )  # fmt: skip


def page_end(frame: Frame, outputs: list[dict[str, Any]] | None) -> str:
    """End of the page: the notebook's output, or a notice that it failed."""
    return _templates().get_template("page_end.html").render(frame=frame, say=frame.words, outputs=outputs)


def plain_page(what: str, lang: str) -> str:
    """Short page without a kernel: ``full``, ``missing``, ``broken`` or ``not_allowed``."""
    return (
        _templates()
        .get_template("plain.html")
        .render(what=what, lang=lang, say=lambda code: say(code, lang), version=asset_version())
    )


def _front_end(kernel_id: str) -> dict[str, Any]:
    """Settings of Voilà's front end: only the widget extensions of JupyterLab."""
    return {
        "appVersion": voila_version,
        "appUrl": "voila/",
        "baseUrl": "/",
        "kernelId": kernel_id,
        "frontend": "voila",
        "terminalsAvailable": False,
        "progressiveRendering": False,
        "jupyterLabTheme": "light",
        "fullStaticUrl": f"/voila/static/{voila_version}",
        "fullMathjaxUrl": "/static/pb/no_formulas.js",
        "mathjaxConfig": "none",
        "fullLabextensionsUrl": "/voila/labextensions",
        "extensionConfig": {},
        "disabledExtensions": [],
        "federated_extensions": list(widget_extensions()),
    }
