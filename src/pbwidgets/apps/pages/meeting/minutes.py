"""What every card has on which a meeting decides: body, day, people present, reason, and a summary to confirm."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import date

import ipywidgets as w

from pbwidgets.apps.pages.ground.fields import labelled
from pbwidgets.apps.pages.ground.password_again import PasswordAgain
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import DataError
from pbwidgets.forms import elements
from pbwidgets.forms.typed_text import TypedLine, TypedText
from pbwidgets.workflows.ground.rights import check_confirmed
from pbwidgets.workflows.ground.workspace import today
from pbwidgets.workflows.meeting.decisions import Minutes


class MinutesCard(ABC):
    """Fields of the minutes, a button that asks, and the summary whose button writes.

    Parameters
    ----------
    decide
        Words of the button.
    body
        Who decides, as far as the campaign says so.
    reason_hint
        Words in the empty field of the reason.

    Attributes
    ----------
    parts
        The fields, the button and the summary, from top to bottom.
    """

    def __init__(self, visit: Visit, decide: str, *, body: str = "", reason_hint: str = "") -> None:
        self._visit = visit
        words, lang = visit.words, visit.lang
        self.by = labelled(TypedLine, words("meeting.decide_by"), lang=lang, is_name=True, value=body)
        self.on = labelled(w.DatePicker, words("meeting.decide_on"), value=today())
        self.reason = labelled(TypedText, words("meeting.decide_reason"), lang=lang, placeholder=reason_hint)
        hint = words("meeting.decide_present_hint")
        self.present = labelled(TypedLine, words("meeting.decide_present"), lang=lang, placeholder=hint)
        again = PasswordAgain(visit)
        ask = visit.attempt(again.before(self.ask, check_confirmed))
        self.button = elements.button(decide, ask, "primary")
        self.confirm_button = elements.button(
            words("meeting.decide_confirm"), visit.attempt(self.confirm), "danger"
        )
        self.back_button = elements.button(words("meeting.decide_back"), self.close)
        self.summary = elements.stack()
        self.parts = (
            elements.row(self.by, self.on),
            self.present,
            self.reason,
            self.button,
            again.view,
            self.summary,
        )

    @abstractmethod
    def ask(self) -> None:
        """Show a summary of the decision, to be confirmed."""

    @abstractmethod
    def confirm(self) -> None:
        """Write the decision as summarised."""

    def close(self) -> None:
        """Close the summary."""
        self.summary.children = ()
        self.button.disabled = False

    @property
    def day(self) -> date:
        """Day of the meeting.

        Raises
        ------
        DataError
            ``meeting.decide_day_missing``.
        """
        return read_day(self.on.value)

    @property
    def minutes(self) -> Minutes:
        """Who decided when and why."""
        return Minutes(self.reason.value, self.by.value, self.day, self.present.value)

    def _summarise(self, lines: Sequence[str]) -> None:
        self.summary.children = (
            elements.notice("warn", "\n".join(lines)),
            elements.row(self.confirm_button, self.back_button),
        )
        self.button.disabled = True


def read_day(value: object) -> date:
    """The day that was chosen.

    Raises
    ------
    DataError
        ``meeting.decide_day_missing``.
    """
    if not isinstance(value, date):
        raise DataError("meeting.decide_day_missing")
    return value
