"""The public notice of a track: its days, and the objections received."""

from functools import partial
from pathlib import Path

import ipywidgets as w

from pbwidgets.apps.pages.ground.fields import labelled
from pbwidgets.apps.pages.ground.letter_card import LetterCard
from pbwidgets.apps.pages.meeting.minutes import read_day
from pbwidgets.apps.visit import Visit
from pbwidgets.campaign import Track
from pbwidgets.exports.docx import Letter
from pbwidgets.forms import elements
from pbwidgets.forms.elements import Cell
from pbwidgets.forms.typed_text import TypedLine, TypedText
from pbwidgets.store import PublicNotice
from pbwidgets.workflows.exchange.documents.letters import suggest_letter
from pbwidgets.workflows.exchange.documents.notice import make_notice
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import today
from pbwidgets.workflows.meeting.notices import (
    NoticeState,
    PlannedNotice,
    add_objection,
    find_notice_for,
    find_notices,
    plan_notice,
    settle_objection,
    start_public_notice,
    take_back_notice,
)

_TONES = {"open": "warn", "upheld": "error", "dismissed": "quiet"}


class NoticeCard:
    """Notices of one track and of single units, with objections; without fields for those who may only look."""

    def __init__(self, visit: Visit, track: Track, *, may_act: bool) -> None:
        self._visit, self._track, self._may_act = visit, track, may_act
        given = track.public_notice
        contact = given.contact.words(visit.lang) if given and given.contact else ""
        self.contact = labelled(
            TypedLine, visit.words("meeting.notice_contact_field"), lang=visit.lang, value=contact,
            placeholder=visit.words("meeting.notice_contact_hint"),
        )  # fmt: skip
        self.begins = labelled(w.DatePicker, visit.words("meeting.notice_begins"), value=today())
        self.days = labelled(
            w.BoundedIntText,
            visit.words("meeting.notice_days"),
            value=given.days if given else 7,
            min=1,
            max=365,
        )
        self.start_button = elements.button(
            visit.words("meeting.notice_start"), visit.attempt(self.ask), "primary"
        )
        self.confirm_button = elements.button(
            visit.words("meeting.notice_confirm"), visit.attempt(self.start), "danger"
        )
        self.back_button = elements.button(visit.words("meeting.decide_back"), self.dismiss_plan)
        self.summary = elements.stack()
        self._planned: PlannedNotice | None = None
        self.only = labelled(w.Combobox, visit.words("meeting.notice_unit"), options=[], ensure_option=True)
        self.unit = labelled(
            w.Combobox, visit.words("meeting.objection_unit"), options=[], ensure_option=True
        )
        self.received = labelled(w.DatePicker, visit.words("meeting.objection_on"), value=today())
        self.gist = labelled(TypedText, visit.words("meeting.objection_gist"), lang=visit.lang)
        self.add_button = elements.button(visit.words("meeting.objection_add"), visit.attempt(self.add))
        self.which = labelled(w.Dropdown, visit.words("meeting.objection_pick"), options=[])
        self.outcome = labelled(TypedLine, visit.words("meeting.objection_outcome"), lang=visit.lang)
        self.uphold_button = elements.button(
            visit.words("meeting.objection_uphold"), visit.attempt(self.uphold)
        )
        self.dismiss_button = elements.button(
            visit.words("meeting.objection_dismiss"), visit.attempt(self.dismiss)
        )
        self.body = elements.stack()
        self.widget = elements.card(self.body, title=visit.words("meeting.notice"))
        self._states: tuple[NoticeState, ...] = ()
        self._codes = {
            f"{name} {code}": str(code)
            for name, code in visit.units.loc[
                visit.units["kind"].isin(track.unit_kind), ["unit_name", "unit_code"]
            ].itertuples(index=False)
        }
        self.only.options = self.unit.options = tuple(self._codes)
        self.show()

    def show(self) -> None:
        """Show the notices as recorded."""
        self.dismiss_plan()
        visit = self._visit
        self._states = find_notices(visit.desk, self._track.id)
        parts: list[w.Widget] = []
        for state in self._states:
            parts += [elements.paragraph(self._days_in_words(state)), self._objections(state)]
            if self._may_act and state.record.notice.ends >= today():
                take_back = visit.attempt(partial(self.take_back, state.record.id))
                parts.append(elements.button(visit.words("meeting.notice_back"), take_back))
                parts.append(self._document(state.record.notice))
        if not self._states:
            parts.append(elements.paragraph(visit.words("meeting.notice_none"), quiet=True))
        if self._may_act:
            parts += [*self._objection_fields(), *self._start_fields()]
        self.body.children = tuple(parts)

    def _document(self, notice: PublicNotice) -> w.Widget:
        """Fields of the document that is put up."""

        def make(desk: Desk, letter: Letter, path: Path) -> Path:
            return make_notice(desk, notice, letter, path)

        title = self._visit.words("documents.notice")
        return LetterCard(self._visit, title, suggest_letter(self._visit.desk), make, sent=False).widget

    def ask(self) -> None:
        """Show what would be made public, to be confirmed."""
        visit = self._visit
        visit.messages.clear()
        planned = plan_notice(
            visit.desk, self._track.id, read_day(self.begins.value), days=self.days.value,
            contact=self.contact.value, unit_code=self._codes.get(self.only.value),
        )  # fmt: skip
        notice, listed = planned.notice, visit.words("meeting.comma")
        said = visit.words(
            "meeting.notice_summary",
            track=self._track.name.words(visit.lang), count=len(planned.units),
            units=listed.join(visit.unit_name(code) for code in planned.units),
            begins=notice.begins, ends=notice.ends, contact=notice.contact or "",
        )  # fmt: skip
        self._planned = planned
        self.summary.children = (
            elements.notice("warn", said),
            elements.row(self.confirm_button, self.back_button),
        )
        self.start_button.disabled = True

    def dismiss_plan(self) -> None:
        """Close the summary without starting anything."""
        self._planned = None
        self.summary.children = ()
        self.start_button.disabled = False

    def start(self) -> None:
        """Start the notice as summarised."""
        if self._planned is None:
            return
        notice = self._planned.notice
        start_public_notice(self._visit.desk, self._planned)
        self.only.value = ""
        self.show()
        days = (notice.ends - notice.begins).days + 1
        self._visit.messages.say("good", self._visit.words("meeting.notice_started", days=days))

    def take_back(self, notice_id: int) -> None:
        """Withdraw a notice."""
        visit = self._visit
        take_back_notice(visit.desk, notice_id)
        self.show()
        visit.messages.say("info", visit.words("meeting.notice_taken_back"))

    def add(self) -> None:
        """Record an objection: with the unit's own notice if it has one that runs, else with that of the track."""
        visit = self._visit
        code = self._codes.get(self.unit.value, self.unit.value)
        number = find_notice_for(self._states, code, today())
        add_objection(visit.desk, number, code, read_day(self.received.value), self.gist.value)
        self.gist.value, self.unit.value = "", ""
        self.show()
        visit.messages.say("good", visit.words("meeting.objection_added"))

    def uphold(self) -> None:
        """Close the chosen objection as justified."""
        self._settle("upheld")
        self._visit.messages.say("warn", self._visit.words("meeting.objection_upheld_next"))

    def dismiss(self) -> None:
        """Close the chosen objection as unjustified."""
        self._settle("dismissed")
        self._visit.messages.say("good", self._visit.words("meeting.objection_closed"))

    def _settle(self, status: str) -> None:
        visit = self._visit
        settle_objection(visit.desk, int(self.which.value or 0), status, self.outcome.value)
        self.outcome.value = ""
        self.show()

    def _running(self) -> list[NoticeState]:
        day = today()
        return [
            state for state in self._states if state.record.notice.begins <= day <= state.record.notice.ends
        ]

    def _start_fields(self) -> list[w.Widget]:
        return [
            elements.row(self.begins, self.days, self.contact),
            self.only,
            self.start_button,
            self.summary,
        ]

    def _days_in_words(self, state: NoticeState) -> str:
        notice, visit = state.record.notice, self._visit
        code = "notice_over" if notice.ends < today() else "notice_runs"
        left = (notice.ends - today()).days + 1
        if notice.begins > today():
            code = "notice_ahead"
        args = {"left": left} if code == "notice_runs" else {}
        said = visit.words(f"meeting.{code}", begins=notice.begins, ends=notice.ends, **args)
        if notice.unit_code:
            said = visit.words("meeting.notice_of_unit", unit=visit.unit_name(notice.unit_code), days=said)
        contact = visit.words("meeting.notice_contact", contact=notice.contact) if notice.contact else ""
        return "\n".join(part for part in (said, contact) if part)

    def _objections(self, state: NoticeState) -> w.HTML:
        visit = self._visit
        columns = [
            visit.words(f"meeting.objection_{name}") for name in ("unit", "on", "gist", "status", "outcome")
        ]
        rows = [
            [
                Cell(
                    visit.words(
                        "meeting.objection_line", number=item.id, unit=visit.unit_name(item.unit_code)
                    )
                ),
                Cell(item.received_on.isoformat()),
                Cell(item.gist),
                Cell(visit.words(f"meeting.objection_{item.status}"), tone=_TONES[item.status]),
                Cell(item.outcome or ""),
            ]
            for item in state.objections
        ]
        return elements.table(
            columns,
            rows,
            caption=visit.words("meeting.objections"),
            empty=visit.words("meeting.objections_none"),
        )

    def _objection_fields(self) -> list[w.Widget]:
        visit = self._visit
        parts: list[w.Widget] = []
        waiting = [item for state in self._states for item in state.objections if item.status == "open"]
        if waiting:
            self.which.options = [
                (
                    visit.words(
                        "meeting.objection_line", number=item.id, unit=visit.unit_name(item.unit_code)
                    ),
                    item.id,
                )
                for item in waiting
            ]
            self.which.value = waiting[0].id
            parts += [
                elements.row(self.which, self.outcome),
                elements.row(self.dismiss_button, self.uphold_button),
            ]
        if self._running():
            parts += [elements.row(self.unit, self.received), self.gist, self.add_button]
        return parts
