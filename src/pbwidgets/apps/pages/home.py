"""The home page: what is due, was returned, waits for review or is late, and links to the other pages."""

from collections.abc import Iterator

import ipywidgets as w

from pbwidgets.apps.page_list import pages_of
from pbwidgets.apps.pages.ground.due_list import call_list, due_list
from pbwidgets.apps.pages.ground.state_words import minute_words
from pbwidgets.apps.pages.people.accounts import AccountsCard, ResetCard, health_card
from pbwidgets.apps.pages.people.audit_log import AuditCard
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import RightsError, UsageError
from pbwidgets.forms import elements
from pbwidgets.forms.elements import Cell
from pbwidgets.workflows.duties.due import list_due
from pbwidgets.workflows.duties.others import Duty, list_duties
from pbwidgets.workflows.ground.desk import list_campaigns
from pbwidgets.workflows.ground.rights import COMMAND_LINE, scope_of
from pbwidgets.workflows.ground.workspace import open_campaigns, today
from pbwidgets.workflows.people.own_account import dismiss_reset, find_reset
from pbwidgets.workflows.progress.grid import AGGREGATES_ONLY
from pbwidgets.workflows.reports.results import sees_own_sheet, visible_from

MOST_LATE = 60
"""Maximum number of rows of the call list; the board has the rest."""


def show_home(visit: Visit) -> w.Widget:
    """The home page of the visitor, with only what concerns their role."""
    return elements.stack(
        elements.paragraph(_greeting(visit)),
        visit.messages,
        *_reset(visit),
        *_campaign_parts(visit),
        *_pages(visit),
        *_people(visit),
    )


def _greeting(visit: Visit) -> str:
    role = visit.words(f"apps.role.{visit.actor.role}")
    unit = visit.actor.unit_code
    if unit is None:
        return visit.words("home.greeting_whole", role=role)
    name = visit.workspace.units().set_index("unit_code")["unit_name"].get(unit, unit)
    return visit.words("home.greeting", unit=name, role=role)


def _reset(visit: Visit) -> Iterator[w.Widget]:
    """Notice that somebody else set the visitor's password, until it has been seen."""
    found = find_reset(visit.workspace, visit.actor.name)
    if found is None:
        return
    who = "reset_on_server" if found.by.startswith(COMMAND_LINE) else "reset_by_account"
    by = visit.words(f"home.{who}", account=found.by)
    words = visit.words("home.reset_notice", moment=minute_words(visit, found.at), by=by)

    def seen() -> None:
        dismiss_reset(visit.workspace, visit.actor.name)
        told.children = ()

    told = elements.stack(
        elements.notice("warn", words),
        elements.row(
            elements.links([(visit.words("apps.password"), "/password")]),
            elements.button(visit.words("home.reset_seen"), visit.attempt(seen)),
        ),
    )
    told.add_class("pb-told")
    yield told


def _campaign_parts(visit: Visit) -> Iterator[w.Widget]:
    try:
        visit.opened  # noqa: B018  checked here, because the page also works without an open campaign
    except UsageError as error:
        if error.code != "workflows.nothing_open":
            raise
        yield elements.notice("info", visit.words("home.nothing_open"))
        return
    except RightsError as error:
        yield elements.notice("info", visit.refusal(error))
        yield from _others(visit)
        return
    if visit.opened.is_open:
        yield from _work(visit)
    else:
        if not open_campaigns(visit.workspace):
            yield elements.notice("info", visit.words("home.nothing_open"))
        if visit.actor.role == "filler":
            yield from _own_sheet(visit)
    yield from _others(visit)


def _work(visit: Visit) -> Iterator[w.Widget]:
    """What is due over all campaigns, other duties in this one below it, and whom to call."""
    role = visit.actor.role
    due = list_due(visit.desk)
    others = [_word_duty(visit, duty) for duty in list_duties(visit.desk)]
    count = len(due.own) + len(others)
    if count or role == "filler":
        shown = [due_list(visit, due.own, others, empty=visit.words("home.due_none"))]
        if any(one.kind == "form" and one.overdue for one in due.own):
            shown.append(elements.paragraph(visit.words("home.overdue_remedy"), quiet=True))
        yield elements.card(*shown, title=visit.words("home.due", count=count))
    if role == "filler":
        yield from _own_sheet(visit)
    elif scope_of(role, "view") is not None and role not in AGGREGATES_ONLY:
        yield call_list(visit, due.overdue_below, MOST_LATE)


def _word_duty(visit: Visit, duty: Duty) -> tuple[Cell, str]:
    """Something else to be done, with its link."""
    name = visit.words(f"home.duty_{duty.kind}", track=_track_name(visit, duty))
    said = f"home.duty_{duty.kind}_{'count' if duty.count else 'classes'}"
    return Cell(name, _duty_link(visit, duty)), visit.words(said, count=duty.count)


def _track_name(visit: Visit, duty: Duty) -> str:
    return duty.track.name.words(visit.lang) if duty.track else ""


def _duty_link(visit: Visit, duty: Duty) -> str | None:
    """Address where it is done; None on this page."""
    match duty.kind:
        case "nominate":
            return visit.link("review", view="nominate")
        case "reports":
            return visit.link("results")
        case "accounts":
            return visit.link("organise") if visit.actor.role == "organiser" else None
    return visit.link("meeting", track=duty.track.id if duty.track else None)


def _own_sheet(visit: Visit) -> Iterator[w.Widget]:
    if visit.actor.unit_code is None:
        return
    begins = visible_from(visit.opened)
    if sees_own_sheet(visit.desk):
        yield elements.card(elements.links([(visit.words("home.own_sheet"), visit.link("results"))]))
    elif begins is not None and begins > today():
        yield elements.paragraph(visit.words("results.visible_from", day=begins), quiet=True)


def _others(visit: Visit) -> Iterator[w.Widget]:
    """Links to the other campaigns in which the visitor's unit takes part, open ones and closed ones to look at."""
    here = _shown(visit)
    for title, is_open in (("other_campaigns", True), ("closed_campaigns", False)):
        others = []
        for other in list_campaigns(visit.workspace, visit.actor, is_open=is_open):
            campaign_id, period_id = other.key
            if other.key != here:
                name = other.campaign.name.words(visit.lang)
                others.append(
                    (
                        visit.words("home.campaign_line", campaign=name, period=period_id),
                        visit.link("home", campaign=campaign_id, period=period_id),
                    )
                )
        if others:
            yield elements.card(elements.links(others), title=visit.words(f"home.{title}"))


def _shown(visit: Visit) -> tuple[str, str] | None:
    """Campaign and period of the page; None if the visitor's unit takes part in none."""
    try:
        return visit.opened.key
    except RightsError:
        return None


def _pages(visit: Visit) -> Iterator[w.Widget]:
    rows = [
        (Cell(page.words(visit.lang), visit.link(page.name)), page.purpose(visit.lang))
        for page in pages_of(visit.actor.role)
        if page.name != "home"
    ]
    columns = _columns(visit, "page", "purpose")
    if rows:
        yield elements.card(elements.table(columns, rows), title=visit.words("home.pages"))


def _people(visit: Visit) -> Iterator[w.Widget]:
    role = visit.actor.role
    if scope_of(role, "accounts") is not None:
        yield AccountsCard(visit).view
        yield health_card(visit)
        yield AuditCard(visit).view
    elif scope_of(role, "reset_password") is not None:
        yield ResetCard(visit).view


def _columns(visit: Visit, *names: str) -> tuple[str, ...]:
    return tuple(visit.words(f"home.{name}") for name in names)
