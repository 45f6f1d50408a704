"""The phases of a period, relative to a day."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pbwidgets.campaign.model import Phase
from pbwidgets.workflows.ground.workspace import Opened


@dataclass(frozen=True)
class PhaseOnDay:
    """A phase relative to a day.

    Attributes
    ----------
    standing
        ``past``, ``now`` or ``coming``.
    days
        Days until it ends (if ``now``; 0 on its last day) or begins (if ``coming``); 0 if past.
    """

    phase: Phase
    standing: Literal["past", "now", "coming"]
    days: int


def list_phases(opened: Opened, day: date) -> tuple[PhaseOnDay, ...]:
    """Phases of the period relative to a day, in the order of the campaign; in a closed period all are past."""
    return tuple(_on_day(phase, day if opened.is_open else date.max) for phase in opened.period.phases)


def _on_day(phase: Phase, day: date) -> PhaseOnDay:
    if day > phase.ends:
        return PhaseOnDay(phase, "past", 0)
    if day < phase.begins:
        return PhaseOnDay(phase, "coming", (phase.begins - day).days)
    return PhaseOnDay(phase, "now", (phase.ends - day).days)
