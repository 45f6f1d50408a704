"""The survey: a short anonymous form for phones; for staff also codes to hand out, counts and results."""

import ipywidgets as w

from pbwidgets.apps.pages.survey.answering import AnswerPage
from pbwidgets.apps.pages.survey.batches import BatchCard, counts_card
from pbwidgets.apps.pages.survey.results import show_results
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import RightsError
from pbwidgets.forms import elements
from pbwidgets.workflows.ground.rights import scope_of
from pbwidgets.workflows.survey.batches import survey_forms


def show_survey(visit: Visit) -> w.Widget:
    """The form of a code for visitors without an account; otherwise codes, counts and results."""
    if visit.is_anonymous or "code" in visit.place:
        return AnswerPage(visit).view
    try:
        forms = survey_forms(visit.opened)
    except RightsError as error:
        return elements.notice("info", visit.refusal(error))
    if not forms:
        return elements.stack(elements.notice("info", visit.words("survey.none")))
    if {"form", "unit", "kind"} <= set(visit.place):
        return elements.stack(visit.messages, *show_results(visit))
    counts = elements.stack(counts_card(visit))

    def made() -> None:
        counts.children = (counts_card(visit),)

    may_make = scope_of(visit.actor.role, "survey") is not None
    cards = [BatchCard(visit, made).view] if may_make else []
    return elements.stack(visit.messages, *cards, counts)
