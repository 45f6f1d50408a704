"""Mistakes in what selection asks for beside the total: a lowest total, a class, other awards."""

from collections.abc import Iterator
from typing import Final

from pbwidgets.campaign.derived import find_circle
from pbwidgets.campaign.findings import Address, Finding, unknown
from pbwidgets.campaign.model import Campaign, Track

_LISTS: Final = ("selected_in", "not_selected_in")


def find_in_awards(campaign: Campaign) -> Iterator[Finding]:
    """Conditions without places, totals and classes that nobody reaches, tracks that cannot be compared, circles."""
    by_id = {track.id: (at, track) for at, track in enumerate(campaign.tracks)}
    for at, track in enumerate(campaign.tracks):
        address: Address = ("tracks", at)
        yield from _find_idle(track, address)
        yield from _find_in_minimum(track, address)
        yield from _find_in_class(by_id, track, address)
        for key in _LISTS:
            others = getattr(track, key)
            for which, other in enumerate(others):
                here = (*address, key, which)
                yield from _find_in_other(by_id, track, other, here, places=True, every=key == "selected_in")
                if other in others[:which]:
                    yield Finding("campaign.award_twice", here, {"track": other})
        needed = _needed(by_id, track)
        for which, other in enumerate(track.not_selected_in):
            if other in needed:
                here = (*address, "not_selected_in", which)
                yield Finding(
                    "campaign.award_both_ways", here, {"track": other}, ((*address, "selected_in"),)
                )
    yield from _find_circle(campaign)


def _needed(by_id: dict[str, tuple[int, Track]], track: Track) -> set[str]:
    """Awards that a unit must have for that of a track, and those that these need in their turn."""
    found: set[str] = set()
    open_ = list(track.selected_in)
    while open_:
        other = open_.pop()
        if other not in found:
            found.add(other)
            open_ += by_id[other][1].selected_in if other in by_id else ()
    return found


def _find_idle(track: Track, address: Address) -> Iterator[Finding]:
    given = {
        "minimum_total": track.minimum_total is not None,
        "needs_class": track.needs_class is not None,
        **{key: bool(getattr(track, key)) for key in _LISTS},
    }
    for key in (key for key, is_given in given.items() if is_given and track.places is None):
        args = {"key": key, "track": track.id}
        yield Finding("campaign.selection_needs_places", (*address, key), args, ((*address, "places"),))


def _find_in_minimum(track: Track, address: Address) -> Iterator[Finding]:
    on_top = [line for line in track.lines() if line.bonus or not line.points]
    if track.minimum_total is not None and track.minimum_total > track.base_points and not on_top:
        args = {"minimum": track.minimum_total, "base_points": track.base_points}
        keys = tuple((*address, key) for key in ("base_points", "criteria"))
        yield Finding("campaign.minimum_out_of_reach", (*address, "minimum_total"), args, keys)


def _find_in_class(by_id: dict[str, tuple[int, Track]], track: Track, address: Address) -> Iterator[Finding]:
    needs = track.needs_class
    if needs is None:
        return
    here = (*address, "needs_class")
    other = needs.track or track.id
    if needs.track is not None and needs.track != track.id:
        yield from _find_in_other(by_id, track, needs.track, (*here, "track"))
    if other not in by_id:
        return
    at, named = by_id[other]
    rests_on = (("tracks", at, "classes"),)
    if named.classes is None:
        yield Finding("campaign.award_needs_classes", here, {"track": other}, rests_on)
    elif needs.lowest > len(named.classes.names):
        args = {"number": needs.lowest, "last": len(named.classes.names)}
        yield Finding("campaign.no_such_class", (*here, "lowest"), args, rests_on)


def _find_in_other(
    by_id: dict[str, tuple[int, Track]],
    track: Track,
    other: str,
    address: Address,
    *,
    places: bool = False,
    every: bool = True,
) -> Iterator[Finding]:
    if other == track.id:
        yield Finding("campaign.award_of_itself", address, {"track": other})
        return
    allowed = {track_id: ("tracks", at, "id") for track_id, (at, _) in by_id.items() if track_id != track.id}
    if other not in allowed:
        yield unknown("campaign.unknown_track", address, other, allowed, tuple(allowed.values()))
        return
    at, named = by_id[other]
    rests_on: tuple[Address, ...] = (("tracks", at),)
    args = {"track": other, "track_kind": ", ".join(named.unit_kind), "kind": ", ".join(track.unit_kind)}
    outside = set(track.unit_kind).difference(named.unit_kind)
    if named.kind != "score" or (places and named.places is None):
        yield Finding("campaign.award_without_places", address, args, rests_on)
    elif outside and (every or len(outside) == len(track.unit_kind)):
        yield Finding("campaign.award_of_other_kind", address, args, rests_on)


def _find_circle(campaign: Campaign) -> Iterator[Finding]:
    asked = {
        track.id: [other for key in _LISTS for other in getattr(track, key) if other != track.id]
        for track in campaign.tracks
    }
    if circle := find_circle(asked):
        at = next(at for at, track in enumerate(campaign.tracks) if track.id == circle[0])
        key = next(key for key in _LISTS if circle[1] in getattr(campaign.tracks[at], key))
        yield Finding("campaign.awards_in_circle", ("tracks", at, key), {"tracks": " → ".join(circle)})
