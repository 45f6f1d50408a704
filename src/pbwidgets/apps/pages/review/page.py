"""Review: the queue and its submissions one by one; nominations, on-site inspection, marks from paper."""

import ipywidgets as w

from pbwidgets.apps.pages.review.living.claims import show_claims
from pbwidgets.apps.pages.review.living.grants import show_grants
from pbwidgets.apps.pages.review.nominations import show_nominations
from pbwidgets.apps.pages.review.queue import show_list
from pbwidgets.apps.pages.review.visits.entry import show_entry
from pbwidgets.apps.pages.review.visits.on_site import show_on_site
from pbwidgets.apps.pages.review.walk import show_case
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import PbError
from pbwidgets.forms import elements
from pbwidgets.workflows.review.living.claims import has_claims

_VIEWS = {
    "list": show_list,
    "case": show_case,
    "nominate": show_nominations,
    "onsite": show_on_site,
    "entry": show_entry,
    "claims": show_claims,
    "grants": show_grants,
}


def show_review(visit: Visit) -> w.Widget:
    """The view that the address names: a submission, nominations, on-site, marks from paper, or the queue."""
    asked = visit.place.get("view", "case" if "unit" in visit.place and "form" in visit.place else "list")
    try:
        shown = _VIEWS.get(asked, show_list)(visit)
    except PbError as error:
        visit.say_refusal(error)
        shown = elements.links([(visit.words("review.to_list"), visit.link("review"))])
        return elements.stack(elements.heading(visit.words("review.title"), 1), visit.messages, shown)
    return elements.stack(_view_links(visit, asked), shown)


def _view_links(visit: Visit, asked: str) -> w.Widget:
    views = ["list", "onsite", "entry"]
    if visit.actor.role in ("reviewer", "operator"):
        views.insert(1, "nominate")
        campaign = visit.opened.campaign
        if any(track.kind == "checklist" for track in campaign.tracks):
            views.insert(0, "grants")
        if has_claims(campaign):
            views.insert(0, "claims")
    return elements.links(
        (visit.words(f"review.view_{name}"), visit.link("review", view=name))
        for name in views
        if name != asked
    )
