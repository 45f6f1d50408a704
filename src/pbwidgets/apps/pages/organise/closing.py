"""Closing the period: the question first, with what would stay unfinished; and opening it again."""

from collections.abc import Callable
from dataclasses import replace

from pbwidgets.apps.visit import Visit
from pbwidgets.forms import elements
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened
from pbwidgets.workflows.organise.campaigns import close_campaign, count_unfinished, reopen_campaign


class ClosingCard:
    """Card that closes the period, or opens it again.

    Attributes
    ----------
    view
        The card.
    """

    def __init__(self, visit: Visit) -> None:
        self._visit, self._opened = visit, visit.opened
        self._content = elements.stack()
        words = visit.words("organise.closing", period=visit.opened.period_id)
        self.view = elements.card(self._content, title=words)
        self._offer()

    def _show(self, words: str, *buttons: tuple[str, Callable[[], None], elements.Look]) -> None:
        say, attempt = self._visit.words, self._visit.attempt
        made = [elements.button(say(f"organise.{name}"), attempt(call), look) for name, call, look in buttons]
        self._content.children = (elements.paragraph(words), elements.row(*made))

    def _offer(self) -> None:
        if self._opened.is_open:
            self._show(self._visit.words("organise.closing_hint"), ("close", self.ask, "plain"))
        else:
            self._show(self._visit.words("organise.reopen_hint"), ("reopen", self.reopen, "primary"))

    def ask(self) -> None:
        """Say what would stay unfinished, and ask."""
        left = count_unfinished(self._desk)
        self._show(
            self._visit.words("organise.close_question", drafts=left.drafts, waiting=left.waiting),
            ("close_confirmed", self.close, "danger"),
            ("keep_open", self._offer, "plain"),
        )

    def close(self) -> None:
        """Close the period."""
        self._done(close_campaign(self._desk), "period_closed")

    def reopen(self) -> None:
        """Open the period again."""
        self._done(reopen_campaign(self._desk), "period_reopened")

    @property
    def _desk(self) -> Desk:
        return replace(self._visit.desk, opened=self._opened)

    def _done(self, opened: Opened, said: str) -> None:
        self._opened = opened
        self._offer()
        self._visit.messages.say("good", self._visit.words(f"organise.{said}"))
