"""A page of marks goes on under a newer version of the campaign, which was opened after the page."""

from collections.abc import Callable, Collection

from pbwidgets.apps.visit import Visit
from pbwidgets.campaign import compare_campaigns


def go_on(visit: Visit, line_ids: Collection[str], show: Callable[[], None]) -> None:
    """Show a page anew with what was typed, and say what has changed of its lines.

    Nothing is written before the rater has looked: a mark is given for the points that a line has.
    """
    before = visit.reopen()
    show()
    changes = compare_campaigns(before.campaign, visit.opened.campaign)
    said = [change.message(visit.lang) for change in changes if change.line_id in line_ids]
    visit.messages.say("warn", visit.words("review.newer_version"), *said)
