"""Nominations: the list of each nominating unit, and its order."""

from collections.abc import Sequence
from dataclasses import dataclass

from pbwidgets import store
from pbwidgets.campaign import Track
from pbwidgets.errors import DataError
from pbwidgets.store import NominationList
from pbwidgets.units import ancestors
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.lookup import check_track
from pbwidgets.workflows.ground.rights import scope_of
from pbwidgets.workflows.ground.workspace import Opened


@dataclass(frozen=True)
class Balance:
    """What one unit has nominated in one track.

    Attributes
    ----------
    listed
        Codes of the nominated units, in its own order.
    allotted
        How many it may nominate; None if no number is set.
    """

    track_id: str
    by_unit: str
    listed: tuple[str, ...]
    allotted: int | None

    @property
    def left(self) -> int | None:
        """How many more it may nominate."""
        return None if self.allotted is None else max(self.allotted - len(self.listed), 0)


def tracks_to_nominate(desk: Desk, unit_code: str) -> tuple[Track, ...]:
    """Tracks in which the actor's own unit may nominate this unit; none for actors who may not nominate."""
    own, units = desk.actor.unit_code, desk.units
    if own is None or own == unit_code or scope_of(desk.actor.role, "nominate") is None:
        return ()
    kinds = dict(zip(units["unit_code"], units["kind"], strict=True))
    return tuple(
        track
        for track in desk.opened.campaign.tracks
        if track.nomination is not None
        and track.nomination.by == kinds.get(own)
        and track.unit_kind == kinds.get(unit_code)
    )


def nominate_unit(desk: Desk, track_id: str, by_unit: str, unit_code: str) -> int:
    """Place of the unit on the nominating unit's list.

    Raises
    ------
    DataError
        ``store.above_allotment`` if the list is full, ``workflows.not_below`` if the unit is not below the
        nominating one.
    RightsError
        If the actor may not nominate for ``by_unit``.
    """
    desk.authorise("nominate", by_unit)
    track = desk.opened.campaign.track(track_id)
    kind = track.nomination.by if track.nomination else ""
    if not kind or ancestors(desk.units, kind).get(unit_code) != by_unit:
        raise DataError("workflows.not_below", unit=unit_code, by=by_unit)
    with desk.write() as writer:
        return store.nominate(writer, NominationList(*desk.opened.key, track_id, by_unit), unit_code)


def withdraw_nomination(desk: Desk, track_id: str, by_unit: str, unit_code: str) -> None:
    """Take a unit off the nominating unit's list; those after it move up.

    Raises
    ------
    DataError
        If it is not on the list.
    UsageError
        ``workflows.unknown_track``.
    RightsError
        If the actor may not nominate for ``by_unit``.
    """
    desk.authorise("nominate", by_unit)
    listed = _list(desk.opened, track_id, by_unit)
    with desk.write() as writer:
        store.withdraw_nomination(writer, listed, unit_code)


def order_nominations(desk: Desk, track_id: str, by_unit: str, unit_codes: Sequence[str]) -> None:
    """Put the nominating unit's list into this order.

    Raises
    ------
    DataError
        ``store.other_list`` if these are not exactly the units on the list.
    UsageError
        ``workflows.unknown_track``.
    RightsError
        If the actor may not nominate for ``by_unit``.
    """
    desk.authorise("nominate", by_unit)
    listed = _list(desk.opened, track_id, by_unit)
    with desk.write() as writer:
        store.order_nominations(writer, listed, unit_codes)


def find_balance(desk: Desk, track_id: str, by_unit: str) -> Balance:
    """What a unit has nominated in a track, and how many it may.

    Raises
    ------
    UsageError
        ``workflows.unknown_track``.
    RightsError
        If the actor may not see the list.
    """
    desk.authorise("inspect", by_unit)
    nominations = _list(desk.opened, track_id, by_unit)
    with desk.workspace.store.read() as reader:
        listed = store.load_nomination_list(reader, nominations)
        allotments = store.load_allotments(reader, *desk.opened.key)
    ours = allotments[(allotments["track_id"] == track_id) & (allotments["by_unit"] == by_unit)]
    return Balance(track_id, by_unit, listed, int(ours["allotted"].iloc[0]) if len(ours) else None)


def _list(opened: Opened, track_id: str, by_unit: str) -> NominationList:
    return NominationList(*opened.key, _track(opened, track_id).id, by_unit)


def _track(opened: Opened, track_id: str) -> Track:
    check_track(opened.campaign, track_id)
    return opened.campaign.track(track_id)
