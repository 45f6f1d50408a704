"""Nominations: how many each unit may put forward, its list, and the order of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pbwidgets import store
from pbwidgets.campaign import Track
from pbwidgets.errors import DataError
from pbwidgets.store import Actor, NominationList
from pbwidgets.workflows.listing import check_track
from pbwidgets.workflows.rights import authorise
from pbwidgets.workflows.workspace import Opened, Workspace, today


@dataclass(frozen=True)
class Balance:
    """What one unit has nominated in one track.

    Attributes
    ----------
    listed
        Codes of the nominated units, in its own order.
    allotted
        How many it may nominate; None where nobody has set a number.
    """

    track_id: str
    by_unit: str
    listed: tuple[str, ...]
    allotted: int | None

    @property
    def left(self) -> int | None:
        """How many more it may nominate."""
        return None if self.allotted is None else max(self.allotted - len(self.listed), 0)


def set_allotments(
    workspace: Workspace, actor: Actor, opened: Opened, track_id: str, allotted: Mapping[str, int]
) -> None:
    """Set how many each of these units may nominate, within what the campaign allows; others keep theirs.

    Raises
    ------
    DataError
        ``review.allotment_bounds``, ``review.not_nominating`` if a unit does not nominate in this track.
    UsageError
        ``workflows.unknown_track``.
    RightsError
        If the actor may not.
    """
    units = workspace.units(opened.day(today()))
    for code in allotted:
        authorise(actor, "allot", code, units)
    track = _track(opened, track_id)
    nominating = track.nomination
    kinds = dict(zip(units["unit_code"], units["kind"], strict=True))
    for code, number in allotted.items():
        if nominating is None or kinds.get(code) != nominating.by:
            raise DataError("review.not_nominating", unit=code, track=track_id)
        bounds = nominating.allotment
        if bounds and not bounds.lowest <= number <= bounds.highest:
            raise DataError(
                "review.allotment_bounds",
                unit=code, allotted=number, lowest=bounds.lowest, highest=bounds.highest,
            )  # fmt: skip
    with workspace.store.write(actor) as writer:
        store.set_allotments(writer, opened.campaign.id, opened.period_id, track_id, allotted)


def withdraw_nomination(
    workspace: Workspace, actor: Actor, opened: Opened, track_id: str, by_unit: str, unit_code: str
) -> None:
    """Take a unit off the list of the nominating one; those behind it move up.

    Raises
    ------
    DataError
        If it is not on the list.
    UsageError
        ``workflows.unknown_track``.
    RightsError
        If the actor may not nominate for ``by_unit``.
    """
    authorise(actor, "nominate", by_unit, workspace.units())
    listed = _list(opened, track_id, by_unit)
    with workspace.store.write(actor) as writer:
        store.withdraw_nomination(writer, listed, unit_code)


def order_nominations(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    track_id: str,
    by_unit: str,
    unit_codes: Sequence[str],
) -> None:
    """Put the list of the nominating unit into this order.

    Raises
    ------
    DataError
        ``store.other_list`` if these are not exactly the units of the list.
    UsageError
        ``workflows.unknown_track``.
    RightsError
        If the actor may not nominate for ``by_unit``.
    """
    authorise(actor, "nominate", by_unit, workspace.units())
    listed = _list(opened, track_id, by_unit)
    with workspace.store.write(actor) as writer:
        store.order_nominations(writer, listed, unit_codes)


def find_balance(workspace: Workspace, actor: Actor, opened: Opened, track_id: str, by_unit: str) -> Balance:
    """What a unit has nominated in a track, and how many it may.

    Raises
    ------
    UsageError
        ``workflows.unknown_track``.
    RightsError
        If the actor may not see the list.
    """
    authorise(actor, "inspect", by_unit, workspace.units())
    nominations = _list(opened, track_id, by_unit)
    with workspace.store.read() as reader:
        listed = store.load_nomination_list(reader, nominations)
        allotments = store.load_allotments(reader, opened.campaign.id, opened.period_id)
    ours = allotments[(allotments["track_id"] == track_id) & (allotments["by_unit"] == by_unit)]
    return Balance(track_id, by_unit, listed, int(ours["allotted"].iloc[0]) if len(ours) else None)


def _list(opened: Opened, track_id: str, by_unit: str) -> NominationList:
    return NominationList(opened.campaign.id, opened.period_id, _track(opened, track_id).id, by_unit)


def _track(opened: Opened, track_id: str) -> Track:
    check_track(opened, track_id)
    return opened.campaign.track(track_id)
