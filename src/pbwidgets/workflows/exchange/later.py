"""What may be changed of entries that were handed in, by the hand of whoever gets or sends a workbook."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pbwidgets.campaign import Form
from pbwidgets.campaign.names import places
from pbwidgets.store import SubmissionKey, SubmissionState
from pbwidgets.workflows.filling.access import filling_actor, is_living, units_to_fill
from pbwidgets.workflows.filling.amending import units_to_open
from pbwidgets.workflows.filling.hands import Hands, leave_out, naming_fields
from pbwidgets.workflows.ground.desk import Desk


@dataclass(frozen=True)
class FormHands:
    """What one actor may do with one form, found out once for each unit.

    Attributes
    ----------
    desk
        The desk, with the actor as the form sees them.
    form
        The form.
    """

    desk: Desk
    form: Form

    @classmethod
    def of(cls, desk: Desk, form: Form) -> "FormHands":
        """Hands of the desk's actor."""
        return cls(replace(desk, actor=filling_actor(desk.actor, desk.opened, form.id)), form)

    @cached_property
    def fills(self) -> tuple[str, ...]:
        """Units for which the actor fills the form in."""
        return tuple(units_to_fill(self.desk, self.form.id)["unit_code"])

    @cached_property
    def opens(self) -> tuple[str, ...]:
        """Units of which the actor fills the form in or may change something later."""
        if not self._has_later:
            return self.fills
        return tuple(units_to_open(self.desk, self.form.id)["unit_code"])

    def on(self, state: SubmissionState) -> Hands | None:
        """Hands on a submission; None where it was not handed in, and so may be filled in as a whole."""
        return self._find(state.key, state) if is_living(state) else None

    def paths_of(self, state: SubmissionState) -> frozenset[str]:
        """Paths of what may be changed in a workbook of a submission that goes on.

        Until when something is due is moved on the page alone, where a reason is asked for.
        """
        hands = self.on(state)
        if hands is None or not self._has_later:
            return frozenset()
        if self._is_named:
            return hands.changeable - hands.due_paths
        unit = state.key.unit_code
        if unit not in self._paths:
            self._paths[unit] = hands.changeable - hands.due_paths
        return self._paths[unit]

    def shown(self, state: SubmissionState, answers: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answers without those that a hand from elsewhere is not shown."""
        if state.key.unit_code in self._filled:
            return answers
        return leave_out(answers, self._find(state.key, state).withheld)

    @cached_property
    def _filled(self) -> frozenset[str]:
        return frozenset(self.fills)

    @cached_property
    def _has_later(self) -> bool:
        return any(place.field.later is not None for place in places(self.form))

    @cached_property
    def _is_named(self) -> bool:
        return bool(naming_fields(self.form))

    @cached_property
    def _paths(self) -> dict[str, frozenset[str]]:
        return {}

    def _find(self, key: SubmissionKey, state: SubmissionState) -> Hands:
        return Hands.of(self.desk, key, state)
