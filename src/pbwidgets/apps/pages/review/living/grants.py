"""What the level grants a unit: a check does not apply to it, or is due later; and taking that back."""

from datetime import date

import ipywidgets as w

from pbwidgets.apps.pages.ground.fields import fields, offer
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import UsageError
from pbwidgets.forms import elements
from pbwidgets.forms.elements import plain_layout
from pbwidgets.forms.inputs import date_input, text_input
from pbwidgets.workflows.review.living.concessions import (
    UnitCheck,
    excuse,
    lift,
    list_checks,
    put_off_check,
    units_with_checks,
)


def show_grants(visit: Visit) -> w.Widget:
    """The unit that the address names, or the first."""
    return GrantsView(visit).box


class GrantsView:
    """A unit and a check to choose, what to grant, and what is granted already."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        units = units_with_checks(visit.desk)
        head = elements.heading(visit.words("review.view_grants"))
        if units.empty:
            self.box = elements.stack(head, elements.notice("info", visit.words("review.grants_no_units")))
            return
        self.unit = self._dropdown("unit")
        self.check = self._dropdown("grants_check")
        self.part = self._dropdown("grants_part")
        self.reason = text_input(visit.words("review.grants_reason"), visit.lang)
        self.day = date_input(visit.words("review.grants_day"))
        self.excuse = elements.button(visit.words("review.grants_excuse"), visit.attempt(self._excuse))
        self.put_off = elements.button(visit.words("review.grants_put_off"), visit.attempt(self._put_off))
        self.granted = self._dropdown("grants_which")
        self.lift_reason = text_input(visit.words("review.grants_lift_reason"), visit.lang)
        self.lift = elements.button(visit.words("review.grants_lift"), visit.attempt(self._lift), "danger")
        self._list = elements.stack()
        codes = [str(code) for code in units["unit_code"]]
        offer(self.unit, [(f"{visit.unit_name(code)}", code) for code in codes])
        if visit.place.get("unit") in codes:
            self.unit.value = visit.place["unit"]
        self._load()
        self.unit.observe(lambda _: self._load(), names="value")
        self.check.observe(lambda _: self._show_parts(), names="value")
        self.box = elements.stack(
            head,
            elements.paragraph(visit.words("review.grants_hint"), quiet=True),
            fields(self.unit),
            visit.messages,
            elements.card(
                fields(self.check, self.part),
                *self.reason.widgets,
                self.excuse,
                fields(*self.day.widgets),
                self.put_off,
                title=visit.words("review.grants_new"),
            ),
            self._list,
        )

    def _dropdown(self, name: str) -> w.Dropdown:
        made = w.Dropdown(description=self._visit.words(f"review.{name}"), layout=plain_layout())
        made.add_class("pb-input")
        return made

    def _load(self) -> None:
        """Show the checks of the unit, and what is granted it."""
        visit = self._visit
        if self.unit.value is None:
            return
        self._checks = list_checks(visit.desk, self.unit.value)
        chosen = self.check.value
        offer(self.check, [(one.name, one.check_id) for one in self._checks if not one.part])
        if chosen in {one.check_id for one in self._checks}:
            self.check.value = chosen
        self._show_parts()
        granted = [one for one in self._checks if one.granted is not None]
        if not granted:
            none = elements.paragraph(visit.words("review.grants_none"), quiet=True)
            self._list.children = (elements.card(none, title=visit.words("review.grants_now")),)
            return
        offer(self.granted, [(self._name(one), str(at)) for at, one in enumerate(granted)])
        self._granted = granted
        heads = ("grants_check", "grants_what", "grants_reason", "grants_since")
        self._list.children = (
            elements.card(
                elements.table([visit.words(f"review.{name}") for name in heads], map(self._row, granted)),
                fields(self.granted),
                *self.lift_reason.widgets,
                self.lift,
                title=visit.words("review.grants_now"),
            ),
        )

    def _row(self, one: UnitCheck) -> tuple[str, str, str, str]:
        granted = one.granted
        if granted is None:
            return (self._name(one), "", "", "")
        day = granted.due_on
        what = "review.grants_excused" if day is None else "review.grants_put_off_to"
        words = self._visit.words(what, day="" if day is None else day.isoformat())
        return (self._name(one), words, granted.reason, granted.granted_on.isoformat())

    def _name(self, one: UnitCheck) -> str:
        return f"{one.name} · {one.part_name}" if one.part else one.name

    def _show_parts(self) -> None:
        whole = self._visit.words("review.grants_whole")
        parts = [one for one in self._checks if one.check_id == self.check.value]
        offer(self.part, [(one.part_name or whole, one.part) for one in parts])
        elements.hide_all([self.part], len(parts) < 2)

    def _chosen(self) -> tuple[str, str, str]:
        return str(self.unit.value), str(self.check.value), str(self.part.value or "")

    def _excuse(self) -> None:
        excuse(self._visit.desk, *self._chosen(), str(self.reason.read() or ""))
        self._done("review.grants_done_excused")

    def _put_off(self) -> None:
        day = self.day.read()
        if day is None:
            raise UsageError("fill.level_day_missing")
        due_on = date.fromisoformat(str(day))
        put_off_check(self._visit.desk, *self._chosen(), due_on, str(self.reason.read() or ""))
        self._done("review.grants_done_put_off", day=due_on.isoformat())

    def _lift(self) -> None:
        one = self._granted[int(self.granted.value)]
        reason = str(self.lift_reason.read() or "")
        lift(self._visit.desk, str(self.unit.value), one.check_id, one.part, reason)
        self.lift_reason.show(None)
        self._done("review.grants_done_lifted")

    def _done(self, code: str, **values: str) -> None:
        self._load()
        self.reason.show(None)
        unit = self._visit.unit_name(str(self.unit.value))
        self._visit.messages.say("good", self._visit.words(code, unit=unit, **values))
