"""Closing the period: the question first, with what would stay unfinished; and opening it again."""

from collections.abc import Callable

from pbwidgets.apps.visit import Visit
from pbwidgets.forms import elements
from pbwidgets.workflows.organise.campaigns import close_campaign, count_unfinished, reopen_campaign


class ClosingCard:
    """Card that closes the period, or opens it again.

    Attributes
    ----------
    view
        The card.
    """

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._content = elements.stack()
        words = visit.words("organise.closing", period=visit.opened.period_id)
        self.view = elements.card(self._content, title=words)
        if visit.opened.is_open:
            self._offer()
        else:
            self._show(visit.words("organise.reopen_hint"), ("reopen", self.reopen, "primary"))

    def _show(self, words: str, *buttons: tuple[str, Callable[[], None], elements.Look]) -> None:
        say, attempt = self._visit.words, self._visit.attempt
        made = [elements.button(say(f"organise.{name}"), attempt(call), look) for name, call, look in buttons]
        self._content.children = (elements.paragraph(words), elements.row(*made))

    def _offer(self) -> None:
        self._show(self._visit.words("organise.closing_hint"), ("close", self.ask, "plain"))

    def ask(self) -> None:
        """Say what would stay unfinished, and ask."""
        left = count_unfinished(self._visit.desk)
        self._show(
            self._visit.words("organise.close_question", drafts=left.drafts, waiting=left.waiting),
            ("close_confirmed", self.close, "danger"),
            ("keep_open", self._offer, "plain"),
        )

    def close(self) -> None:
        """Close the period."""
        close_campaign(self._visit.desk)
        self._content.children = ()
        self._visit.messages.say("good", self._visit.words("organise.period_closed"))

    def reopen(self) -> None:
        """Open the period again."""
        reopen_campaign(self._visit.desk)
        self._content.children = ()
        self._visit.messages.say("good", self._visit.words("organise.period_reopened"))
