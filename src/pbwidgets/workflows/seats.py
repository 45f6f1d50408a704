"""Where an actor sits in a review: which levels, layers, sources and lines are his for a unit."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from pbwidgets.campaign import Campaign, Criterion, Track
from pbwidgets.campaign.model import Source, find_marking
from pbwidgets.store import Actor
from pbwidgets.units import ancestors
from pbwidgets.workflows.reviewing import LEADER, is_marked
from pbwidgets.workflows.rights import scope_of


@dataclass(frozen=True)
class Place:
    """A layer of a track in which somebody marks, with the sources that are his."""

    track: Track
    layer: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Seats:
    """Where one actor sits, above every unit of the register.

    Attributes
    ----------
    actor
        Whose seats they are.
    above
        By review level, the code of the unit whose reviewers act on each unit.
    """

    actor: Actor
    above: Mapping[str, Mapping[str, str]]

    def has(self, level_id: str, unit_code: str) -> bool:
        """Whether the actor sits at this level above the unit; the operator sits everywhere."""
        seat = self.above.get(level_id, {}).get(unit_code)
        if self.actor.role == "operator":
            return seat is not None
        return seat is not None and seat == self.actor.unit_code and seat != unit_code

    def places(self, campaign: Campaign, kind: str, unit_code: str) -> tuple[Place, ...]:
        """Where the actor gives marks to a unit of a kind: layers of tracks, each with the sources that are his."""
        if scope_of(self.actor.role, "rate") is None:
            return ()
        found = []
        for track in campaign.tracks:
            if track.unit_kind != kind or track.kind != "score":
                continue
            for layer in track.layers:
                level = campaign.layer(layer.id).level
                if level is None or not self.has(level, unit_code):
                    continue
                sources = tuple(
                    source for source in campaign.sources_of(track, layer.id) if self._marks_as(source)
                )
                if sources:
                    found.append(Place(track, layer.id, sources))
        return tuple(found)

    def _marks_as(self, source: Source) -> bool:
        return self.actor.role == "operator" or (source.id == LEADER) == (self.actor.role == "leader")


def find_seats(actor: Actor, campaign: Campaign, units: pd.DataFrame) -> Seats:
    """Seats of an actor above the units of a register."""
    above = {
        level.id: {
            str(unit): str(seat)
            for unit, seat in ancestors(units, level.unit_kind).items()
            if isinstance(seat, str)
        }
        for level in campaign.review_levels
    }
    return Seats(actor, above)


def sources_of_line(campaign: Campaign, place: Place, line: Criterion) -> tuple[Source, ...]:
    """Sources of a place that mark a line."""
    sources = campaign.sources_of(place.track, place.layer)
    marking = {source.id for source, marks in zip(sources, find_marking(line, sources), strict=True) if marks}
    return tuple(source for source in place.sources if source.id in marking)


def lines_to_mark(campaign: Campaign, places: tuple[Place, ...]) -> tuple[str, ...]:
    """Ids of the lines whose points come from raters, in the places where somebody marks."""
    return tuple(
        dict.fromkeys(
            line.id
            for place in places
            for line in place.track.lines()
            if is_marked(line) and sources_of_line(campaign, place, line)
        )
    )
