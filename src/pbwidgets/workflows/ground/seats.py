"""An actor's seats in a review: the levels, layers, sources and lines that are theirs for a unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pbwidgets import store
from pbwidgets.campaign import Campaign, Criterion, Form, Track
from pbwidgets.campaign.model import Source
from pbwidgets.errors import RightsError
from pbwidgets.store import Actor
from pbwidgets.units import kinds_and_domains
from pbwidgets.workflows.ground.desk import Desk, seats_above
from pbwidgets.workflows.ground.marks import is_marked
from pbwidgets.workflows.ground.rights import scope_of

LEADER: Final = "leader"
"""Source under which only leaders give marks."""


def review_levels(campaign: Campaign, form: Form) -> tuple[str, ...]:
    """Levels that review a form, lowest first: :func:`levels_above`, none where it is not reviewed."""
    return levels_above(campaign, form) if form.reviewed else ()


def levels_above(campaign: Campaign, form: Form) -> tuple[str, ...]:
    """Review levels whose units are above every kind that a form is about, lowest first."""
    above = frozenset.intersection(*(campaign.kinds_above(kind) for kind in form.unit_kind))
    return tuple(level.id for level in campaign.review_levels if level.unit_kind in above)


def acting_level(campaign: Campaign, form: Form, state: str) -> str | None:
    """Level whose turn it is in this state; None if no level has to act."""
    levels = review_levels(campaign, form)
    before = ("submitted", *(store.accepted(level) for level in levels))
    return dict(zip(before, levels, strict=False)).get(state)


@dataclass(frozen=True)
class Place:
    """A layer of a track in which the actor gives marks, with their sources."""

    track: Track
    layer: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Seats:
    """The seats of one actor above every unit of the register.

    Attributes
    ----------
    actor
        Whose seats they are.
    above
        By review level, the code of the unit whose reviewers act on each unit.
    whose
        Kind and domain of each unit.
    """

    actor: Actor
    above: Mapping[str, Mapping[str, str]]
    whose: Mapping[str, tuple[str, str | None]]

    def has(self, level_id: str, unit_code: str) -> bool:
        """Whether the actor has a seat at this level above the unit; the operator has one everywhere."""
        seat = self.above.get(level_id, {}).get(unit_code)
        if self.actor.role == "operator":
            return seat is not None
        return seat is not None and seat == self.actor.unit_code and seat != unit_code

    def check(self, level_id: str, unit_code: str) -> None:
        """Raise unless the actor has a seat at this level above the unit.

        Raises
        ------
        RightsError
            ``workflows.out_of_scope``.
        """
        if not self.has(level_id, unit_code):
            raise RightsError("workflows.out_of_scope", unit=unit_code, own=self.actor.unit_code or "")

    def places(self, campaign: Campaign, unit_code: str) -> tuple[Place, ...]:
        """Layers of tracks in which the actor marks a unit, each with the actor's sources.

        The tracks have the score sheet of the unit's kind and domain.
        """
        if scope_of(self.actor.role, "rate") is None:
            return ()
        found = []
        kind, domain = self.whose.get(unit_code, (None, None))
        for track in campaign.tracks:
            if kind not in track.unit_kind or track.kind != "score":
                continue
            for layer in track.layers:
                level = campaign.layer(layer.id).level
                if level is None or not self.has(level, unit_code):
                    continue
                sources = tuple(
                    source for source in campaign.sources_of(track, layer.id) if self._marks_as(source)
                )
                if sources:
                    found.append(Place(track.of_unit(kind, domain), layer.id, sources))
        return tuple(found)

    def _marks_as(self, source: Source) -> bool:
        return self.actor.role == "operator" or (source.id == LEADER) == (self.actor.role == "leader")


def find_seats(desk: Desk) -> Seats:
    """Seats of the actor above the units of the register."""
    return Seats(desk.actor, seats_above(desk), kinds_and_domains(desk.units))


def sources_of_line(campaign: Campaign, place: Place, line: Criterion) -> tuple[Source, ...]:
    """Sources of a place that give marks on a line."""
    marking = campaign.marking_sources(place.track, place.layer, line)
    return tuple(source for source in place.sources if source in marking)


def lines_to_mark(campaign: Campaign, places: tuple[Place, ...]) -> tuple[str, ...]:
    """Ids of the lines whose points come from raters, in these places."""
    return tuple(
        dict.fromkeys(
            line.id
            for place in places
            for line in place.track.lines()
            if is_marked(line) and sources_of_line(campaign, place, line)
        )
    )
