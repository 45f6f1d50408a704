"""The decision of the meeting: body, day, reason and people present; it is written after a summary."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Protocol

import ipywidgets as w

from pbwidgets.apps.pages.ground.password_again import PasswordAgain
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import DataError
from pbwidgets.forms import elements
from pbwidgets.forms.typed_text import TypedLine, TypedText
from pbwidgets.scoring.frames import NOT_SELECTED, SELECTED, WAITING
from pbwidgets.units import unit_names
from pbwidgets.workflows.ground.rights import check_confirmed
from pbwidgets.workflows.ground.workspace import today
from pbwidgets.workflows.meeting.decisions import Minutes, check_statuses, decide_selection, find_contenders
from pbwidgets.workflows.meeting.what_if import Tried, WhatIf

if TYPE_CHECKING:
    from pbwidgets.campaign import Track


class Screen(Protocol):
    """What the card needs from its page."""

    track: "Track"
    what_if: WhatIf
    may_decide: bool

    @property
    def listed(self) -> Tried:
        """The list on the screen."""

    @property
    def snapshot_id(self) -> str:
        """Id of the records behind the list on the screen."""

    def changes_in_words(self) -> list[str]:
        """What is being tried, in words."""

    def decided(self, count: int) -> None:
        """Called after the decision has been written."""


class DecisionCard:
    """Fields of the decision; hidden from those who may only look."""

    def __init__(self, visit: Visit, screen: Screen) -> None:
        self._visit, self._screen = visit, screen
        body = screen.track.decided_by
        self.by = self._field(
            TypedLine,
            "decide_by",
            lang=visit.lang,
            is_name=True,
            value=body.words(visit.lang) if body else "",
        )
        self.on = self._field(w.DatePicker, "decide_on", value=today())
        self.reason = self._field(
            TypedText, "decide_reason", lang=visit.lang, placeholder=visit.words("meeting.decide_reason_hint")
        )
        self.present = self._field(
            TypedLine,
            "decide_present",
            lang=visit.lang,
            placeholder=visit.words("meeting.decide_present_hint"),
        )
        again = PasswordAgain(visit)
        ask = visit.attempt(again.before(self.ask, check_confirmed))
        self.button = elements.button(visit.words("meeting.decide_button"), ask, "primary")
        self.confirm_button = elements.button(
            visit.words("meeting.decide_confirm"), visit.attempt(self.confirm), "danger"
        )
        self.back_button = elements.button(visit.words("meeting.decide_back"), self.show)
        self.summary = elements.stack()
        self._seen: tuple[Mapping[str, str], WhatIf] | None = None
        title = visit.words("meeting.decide")
        if not screen.may_decide:
            self.widget = elements.card(
                elements.paragraph(visit.words("meeting.view_only"), quiet=True), title=title
            )
            return
        self.widget = elements.card(
            elements.row(self.by, self.on),
            self.present,
            self.reason,
            self.button,
            again.view,
            self.summary,
            title=title,
        )
        self.widget.add_class("pb-decision")

    def show(self) -> None:
        """Close the summary: the list on the screen has changed, or the decision was cancelled."""
        self._seen = None
        self.summary.children = ()
        self.button.disabled = False

    def ask(self) -> None:
        """Show a summary of the decision, to be confirmed."""
        day = self._day()
        statuses = self._statuses()
        selection = self._screen.listed.selection
        names = unit_names(selection)
        check_statuses(self._screen.track, selection, statuses, names)
        counts = {
            status: list(statuses.values()).count(status) for status in (SELECTED, WAITING, NOT_SELECTED)
        }
        visit, what_if = self._visit, self._screen.what_if
        lines = [visit.words("meeting.decide_summary", by=self.by.value, on=day, **counts)]
        changes = self._screen.changes_in_words()
        if changes:
            lines.append(visit.words("meeting.decide_adopts", changes="；".join(changes)))
        if what_if.lifted:
            lines.append(visit.words("meeting.decide_lifts", count=len(what_if.lifted)))
        if selection["decided"].notna().any():
            lines.append(visit.words("meeting.decide_replaces"))
        self._seen = statuses, what_if
        self.summary.children = (
            elements.notice("warn", "\n".join(lines)),
            elements.row(self.confirm_button, self.back_button),
        )
        self.button.disabled = True

    def confirm(self) -> None:
        """Write the decision as summarised."""
        if self._seen is None:
            return
        statuses, what_if = self._seen
        visit = self._visit
        count = decide_selection(
            visit.desk,
            self._screen.track.id,
            statuses,
            Minutes(self.reason.value, self.by.value, self._day(), self.present.value),
            what_if=what_if,
            seen=self._screen.snapshot_id,
        )
        self._screen.decided(count)
        self.reason.value = ""

    def _day(self) -> date:
        day = self.on.value
        if not isinstance(day, date):
            raise DataError("meeting.decide_day_missing")
        return day

    def _statuses(self) -> dict[str, str]:
        listed = find_contenders(self._screen.listed.selection)
        return {
            str(code): str(status) for code, status in zip(listed["unit_code"], listed["status"], strict=True)
        }

    def _field(self, kind: type[w.DOMWidget], name: str, **given: object) -> w.DOMWidget:
        made = kind(
            description=self._visit.words(f"meeting.{name}"), style={"description_width": "initial"},
            layout=elements.plain_layout(), **given,
        )  # fmt: skip
        made.add_class("pb-field")
        return made
