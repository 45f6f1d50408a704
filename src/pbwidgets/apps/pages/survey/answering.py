"""Answering a survey: type in the code of a slip and fill in a short form, without signing in."""

from html import escape
from typing import Any

import ipywidgets as w

from pbwidgets.apps.visit import Visit
from pbwidgets.errors import PbError
from pbwidgets.forms import elements
from pbwidgets.forms.form_view import FormView
from pbwidgets.workflows.ground.answers import AnswersRefusedError
from pbwidgets.workflows.survey.answering import Invitation, Tries, answer_survey, open_survey


class AnswerPage:
    """The page for a person with a slip.

    Attributes
    ----------
    view
        What is shown.
    code
        Field for the code.
    form
        The form, once opened by a code.
    """

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._tries = Tries()
        self._opened = ""  # the field may change later, even by a forged message
        self.form: FormView | None = None
        self.code = w.Text(
            description=visit.words("survey.code"),
            placeholder="ABCD-2345",
            value=visit.place.get("code", ""),
            layout=elements.plain_layout(),
        )
        self._body = elements.stack()
        self.view = elements.stack(visit.messages, self._body)
        self._ask_code()
        if self.code.value:
            visit.attempt(self.open)()

    def _ask_code(self) -> None:
        words = self._visit.words
        self._body.children = (
            elements.card(
                elements.paragraph(words("survey.code_hint")),
                self.code,
                elements.button(words("survey.begin"), self._visit.attempt(self.open), "primary"),
            ),
            elements.paragraph(words("survey.promise"), quiet=True),
        )

    def open(self) -> None:
        """Show the form of the code that was typed in."""
        self._visit.messages.clear()
        code = self.code.value
        invitation = open_survey(self._visit.workspace, code, tries=self._tries)
        self._opened = code
        self._show_form(invitation)

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
            answer_survey(self._visit.workspace, self._opened, self.form.answers, tries=self._tries)
        except AnswersRefusedError as error:
            self.form.ask_all()
            self._visit.messages.say("error", self._visit.words("survey.missing", count=len(error.problems)))
        except PbError as error:
            if error.code != "survey.wait":  # on a wait the answers stay, to be sent later
                self.form = None
                self._ask_code()
            raise
        else:
            self._thank()

    def _thank(self) -> None:
        words = self._visit.words
        self.form = None
        self.code.value = ""
        self._visit.messages.clear()
        self._body.children = (
            elements.notice("good", words("survey.thanks")),
            elements.paragraph(words("survey.thanks_more"), quiet=True),
        )
