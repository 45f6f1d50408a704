"""Answering a survey: fill in a short form and hand it in, without signing in."""

from html import escape
from typing import Any

import ipywidgets as w

from pbwidgets.apps.visit import Visit
from pbwidgets.errors import PbError
from pbwidgets.forms import elements
from pbwidgets.forms.form_view import FormView
from pbwidgets.workflows.ground.answers import AnswersRefusedError
from pbwidgets.workflows.survey.answering import NOT_USABLE, Invitation, answer_survey, find_invitation


class AnswerPage:
    """The page for a person with a slip, whose code the server has checked before it opened the page.

    Attributes
    ----------
    view
        What is shown.
    form
        The form; None if the code cannot be used any more, and after the answers are handed in.
    """

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._code = visit.place.get("code", "")
        self.form: FormView | None = None
        self._body = elements.stack()
        self.view = elements.stack(visit.messages, self._body)
        self._lead_to_code()
        visit.attempt(self._open)()

    def _lead_to_code(self, *above: w.Widget) -> None:
        """Show a link to the page that asks for a code."""
        link = elements.links([(self._visit.words("survey.another"), self._visit.link("survey/code"))])
        self._body.children = (*above, link)

    def _open(self) -> None:
        self._show_form(find_invitation(self._visit.workspace, self._code))

    def _show_form(self, invitation: Invitation) -> None:
        words, lang = self._visit.words, self._visit.lang
        self.form = FormView(
            invitation.form, invitation.opened.campaign, {}, lang=lang, on_change=self._changed
        )
        # the form's own head says that drafts are saved, but a survey saves nothing until it is sent
        self.form.widget.children = self.form.widget.children[1:]
        asked = words("survey.asked", unit=invitation.unit_name, kind=invitation.rater_kind.name.words(lang))
        hint = invitation.form.hint
        title = f"<h1>{escape(invitation.form.name.words(lang))}</h1>"
        self._body.children = (
            elements.markup(title, "pb-survey-form"),  # replaces the page's own title
            elements.paragraph(asked),
            *([elements.paragraph(hint.words(lang), quiet=True)] if hint else []),
            elements.paragraph(words("survey.promise"), quiet=True),
            self.form.widget,
            elements.button(words("survey.send"), self._visit.attempt(self.send), "primary"),
        )

    def _changed(self, _: dict[str, Any]) -> None:
        """Save nothing until the answers are sent."""
        self._visit.messages.clear()

    def send(self) -> None:
        """Hand in the answers and show thanks, or show what is missing."""
        if self.form is None:
            return
        try:
            answer_survey(self._visit.workspace, self._code, self.form.answers)
        except AnswersRefusedError as error:
            self.form.ask_all()
            self._visit.messages.say("error", self._visit.words("survey.missing", count=len(error.problems)))
        except PbError as error:
            if error.code in NOT_USABLE:
                self.form = None
                self._lead_to_code()
            raise
        else:
            self._thank()

    def _thank(self) -> None:
        words = self._visit.words
        self.form = None
        self._visit.messages.clear()
        self._lead_to_code(
            elements.notice("good", words("survey.thanks")),
            elements.paragraph(words("survey.thanks_more"), quiet=True),
        )
