"""The decision of the meeting: body, day, reason and people present; it is written after a summary."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from pbwidgets.apps.pages.meeting.minutes import MinutesCard
from pbwidgets.apps.visit import Visit
from pbwidgets.forms import elements
from pbwidgets.scoring.frames import NOT_SELECTED, SELECTED, WAITING
from pbwidgets.units import unit_names
from pbwidgets.workflows.meeting.decisions import check_statuses, decide_selection, find_contenders
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


class DecisionCard(MinutesCard):
    """Fields of the decision; hidden from those who may only look."""

    def __init__(self, visit: Visit, screen: Screen) -> None:
        body = screen.track.decided_by
        super().__init__(
            visit,
            visit.words("meeting.decide_button"),
            body=body.words(visit.lang) if body else "",
            reason_hint=visit.words("meeting.decide_reason_hint"),
        )
        self._screen = screen
        self._seen: tuple[Mapping[str, str], WhatIf] | None = None
        title = visit.words("meeting.decide")
        if not screen.may_decide:
            self.widget = elements.card(
                elements.paragraph(visit.words("meeting.view_only"), quiet=True), title=title
            )
            return
        self.widget = elements.card(*self.parts, title=title)
        self.widget.add_class("pb-decision")

    def close(self) -> None:
        """Close the summary: the list on the screen has changed, or the decision was cancelled."""
        self._seen = None
        super().close()

    def ask(self) -> None:
        """Show a summary of the decision, to be confirmed."""
        day = self.day
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
        self._summarise(lines)

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
            self.minutes,
            what_if=what_if,
            seen=self._screen.snapshot_id,
        )
        self._screen.decided(count)
        self.reason.value = ""

    def _statuses(self) -> dict[str, str]:
        listed = find_contenders(self._screen.listed.selection)
        return {
            str(code): str(status) for code, status in zip(listed["unit_code"], listed["status"], strict=True)
        }
