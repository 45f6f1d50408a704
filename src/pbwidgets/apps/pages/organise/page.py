"""Organising: the campaign's workbook, phases, exceptions, allotments, units without account, closing."""

import ipywidgets as w

from pbwidgets.apps.pages.ground.accounts_to_add import account_list_button
from pbwidgets.apps.pages.organise.allotments import AllotmentCard
from pbwidgets.apps.pages.organise.campaign import CampaignCard
from pbwidgets.apps.pages.organise.closing import ClosingCard
from pbwidgets.apps.pages.organise.units import ExceptionCard
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import UsageError
from pbwidgets.forms import elements
from pbwidgets.forms.elements import Cell
from pbwidgets.workflows.ground.rights import authorise
from pbwidgets.workflows.ground.workspace import today
from pbwidgets.workflows.people.account_list import units_without_account
from pbwidgets.workflows.progress.phases import list_phases

MOST_UNITS = 20
"""Maximum number of units without an account that are named."""


def show_organise(visit: Visit) -> w.Widget:
    """The organiser's page.

    Raises
    ------
    RightsError
        If the visitor is not an organiser.
    """
    authorise(visit.actor, "open_campaign", None, visit.workspace.units())
    try:
        visit.opened  # noqa: B018  checked here, because the page also works without an open campaign
    except UsageError as error:
        if error.code != "workflows.nothing_open":
            raise
        return elements.stack(visit.messages, CampaignCard(visit).view)
    cards = [CampaignCard(visit).view, _phases(visit)]
    if not visit.opened.is_open:
        return elements.stack(visit.messages, ClosingCard(visit).view, *cards, _accounts(visit))
    cards.append(ExceptionCard(visit).view)
    if any(track.nomination for track in visit.opened.campaign.tracks):
        cards.append(AllotmentCard(visit).view)
    return elements.stack(visit.messages, *cards, _accounts(visit), ClosingCard(visit).view)


def _phases(visit: Visit) -> w.Widget:
    rows = [
        (
            Cell(item.phase.name.words(visit.lang), tone="accent" if item.standing == "now" else None),
            item.phase.begins.isoformat(),
            item.phase.ends.isoformat(),
            visit.words(f"board.phase_{item.standing}", days=item.days),
            visit.words("organise.list_glue").join(
                visit.opened.campaign.form(form).name.words(visit.lang) for form in item.phase.forms
            ),
        )
        for item in list_phases(visit.opened, today())
    ]
    names = ("phase", "begins", "ends", "standing", "forms")
    phases = elements.table([visit.words(f"organise.{name}") for name in names], rows)
    phases.add_class("pb-phases")
    return elements.card(
        phases,
        elements.paragraph(visit.words("organise.phases_hint"), quiet=True),
        title=visit.words("organise.phases"),
    )


def _accounts(visit: Visit) -> w.Widget:
    units = units_without_account(visit.desk)
    campaign = visit.opened.campaign
    kinds = {kind: campaign.unit_kind(kind).name.words(visit.lang) for kind in campaign.member_kinds}
    rows = [
        (
            row["unit_name"],
            kinds.get(row["kind"], row["kind"]),
            visit.unit_name(row["parent_code"]) if isinstance(row["parent_code"], str) else "",
            row["unit_code"],
        )
        for row in units.head(MOST_UNITS).to_dict("records")
    ]
    names = ("unit", "kind", "upper", "code")
    shown = [
        elements.paragraph(visit.words("organise.accounts_hint"), quiet=True),
        elements.facts((name, str((units["kind"] == kind).sum())) for kind, name in kinds.items()),
        elements.table(
            [visit.words(f"organise.{name}") for name in names],
            rows,
            empty=visit.words("organise.all_served"),
        ),
    ]
    if len(units) > MOST_UNITS:
        more = visit.words("organise.more", shown=MOST_UNITS, rest=len(units) - MOST_UNITS)
        shown.append(elements.paragraph(more, quiet=True))
    if len(units):
        shown.insert(1, account_list_button(visit))
    return elements.card(*shown, title=visit.words("organise.accounts", count=len(units)))
