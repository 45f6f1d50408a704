"""Review: the queue and one submission after the other; nominations, the check on the spot, marks from paper."""

import ipywidgets as w

from pbwidgets.apps.pages.review_case import show_case
from pbwidgets.apps.pages.review_entry import show_entry
from pbwidgets.apps.pages.review_list import show_list
from pbwidgets.apps.pages.review_nominations import show_nominations
from pbwidgets.apps.pages.review_on_site import show_on_site
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import PbError
from pbwidgets.forms import elements

_VIEWS = {
    "list": show_list,
    "case": show_case,
    "nominate": show_nominations,
    "onsite": show_on_site,
    "entry": show_entry,
}


def show_review(visit: Visit) -> w.Widget:
    """The view that the address asks for: one submission, nominations, the spot, marks from paper, or the queue."""
    asked = visit.place.get("view", "case" if "unit" in visit.place and "form" in visit.place else "list")
    try:
        shown = _VIEWS.get(asked, show_list)(visit)
    except PbError as error:
        visit.messages.say("error", *str(error).splitlines())
        shown = elements.links([(visit.words("review.to_list"), visit.link("review"))])
        return elements.stack(elements.heading(visit.words("review.title"), 1), visit.messages, shown)
    return elements.stack(_ways(visit, asked), shown)


def _ways(visit: Visit, asked: str) -> w.Widget:
    views = ["list", "onsite", "entry"]
    if visit.actor.role in ("reviewer", "operator"):
        views.insert(1, "nominate")
    return elements.links(
        (visit.words(f"review.view_{name}"), visit.link("review", view=name))
        for name in views
        if name != asked
    )
