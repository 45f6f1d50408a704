"""The places of a track shared out among the units that nominate, before anybody sets them."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from pbwidgets.campaign import Track
from pbwidgets.errors import UsageError
from pbwidgets.scoring.apportionment import Apportionment, apportion, to_allotments_frame
from pbwidgets.store import Actor, load_allotments
from pbwidgets.units import ancestors
from pbwidgets.workflows.listing import check_track
from pbwidgets.workflows.rights import authorise
from pbwidgets.workflows.workspace import Opened, Workspace, today


@dataclass(frozen=True)
class SharedPlaces:
    """What each nominating unit would get; nothing is set yet.

    Attributes
    ----------
    campaign_id, period_id, track_id
        Where it would hold.
    total
        Places that were shared out.
    lowest, highest
        Bounds of each unit; None is no upper bound.
    units
        A row a nominating unit, in the order of codes: track_id, unit_code, unit_name, weight, ``allotted`` (what is
        certain for it), ``tied`` (it may get one of the open places), ``current`` (what is set now, <NA> if nothing).
    shared
        The same as numbers.
    """

    campaign_id: str
    period_id: str
    track_id: str
    total: int
    lowest: int
    highest: int | None
    units: pd.DataFrame
    shared: Apportionment

    @property
    def open_places(self) -> int:
        """Places that a tie leaves open; 0 without one."""
        return self.shared.open_seats

    @property
    def tied_names(self) -> list[str]:
        """Names of the units that tie for the open places."""
        return list(self.units.loc[self.units["tied"], "unit_name"])

    def to_set(self) -> dict[str, int]:
        """Number of each unit by its code, for :func:`~pbwidgets.workflows.nominating.set_allotments`.

        Raises
        ------
        DataError
            ``scoring.allotment_tied`` while places are open.
        """
        names = list(self.units["unit_name"])
        frame = to_allotments_frame(self.campaign_id, self.period_id, self.track_id, names, self.shared)
        return {
            str(code): int(count)
            for code, count in zip(self.units["unit_code"], frame["allotted"], strict=True)
        }


def share_places(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    track_id: str,
    *,
    total: int | None = None,
    weights: Mapping[str, float] | None = None,
) -> SharedPlaces:
    """Places of a track shared out in proportion to weights, within the bounds of the campaign; nothing is written.

    A tie for the last places is left open; see :func:`~pbwidgets.scoring.apportionment.apportion`.

    Parameters
    ----------
    workspace, actor, opened, track_id
        Where, who asks, and the track.
    total
        Places to share out; by default those of the track.
    weights
        Weight of each nominating unit by code, one left out counts 0; by default the number of units of the track's
        kind below it in the register.

    Raises
    ------
    UsageError
        ``workflows.unknown_track``, ``allotting.nobody_nominates``, ``allotting.total_needed``.
    DataError
        ``scoring.allotment_out_of_reach``, ``scoring.bad_weight``.
    RightsError
        If the actor may not set allotments.
    """
    units = workspace.units(opened.day(today()))
    authorise(actor, "allot", None, units)
    track = find_nominated(opened, track_id)
    places = track.places if total is None else total
    if places is None:
        raise UsageError("allotting.total_needed", track=track_id)
    rows = list_nominating(track, units)
    given = count_units(track, units) if weights is None else weights
    rows["weight"] = [float(given.get(code, 0)) for code in rows["unit_code"]]
    bounds = track.nomination.allotment if track.nomination else None
    lowest, highest = (bounds.lowest, bounds.highest) if bounds else (0, None)
    shared = apportion(rows["weight"].to_numpy(), places, lowest=lowest, highest=highest)
    rows = rows.assign(
        allotted=shared.seats, tied=shared.tied, current=_load_current(workspace, opened, track_id, rows)
    )
    return SharedPlaces(opened.campaign.id, opened.period_id, track_id, places, lowest, highest, rows, shared)


def find_nominated(opened: Opened, track_id: str) -> Track:
    """Track for which units nominate.

    Raises
    ------
    UsageError
        ``workflows.unknown_track``; ``allotting.nobody_nominates`` if all its units are assessed.
    """
    check_track(opened, track_id)
    track = opened.campaign.track(track_id)
    if track.nomination is None:
        raise UsageError("allotting.nobody_nominates", track=track_id)
    return track


def list_nominating(track: Track, units: pd.DataFrame) -> pd.DataFrame:
    """Units that nominate for a track, in the order of codes: track_id, unit_code, unit_name."""
    by = track.nomination.by if track.nomination else ""
    rows = units.loc[units["kind"] == by, ["unit_code", "unit_name"]].sort_values("unit_code")
    rows.insert(0, "track_id", track.id)
    return rows.reset_index(drop=True)


def count_units(track: Track, units: pd.DataFrame) -> dict[str, float]:
    """Number of units of the track's kind below each nominating unit, by its code."""
    above = ancestors(units, track.nomination.by if track.nomination else "")
    of_kind = units.loc[units["kind"] == track.unit_kind, "unit_code"]
    return {str(code): float(count) for code, count in of_kind.map(above).value_counts().items()}


def _load_current(
    workspace: Workspace, opened: Opened, track_id: str, rows: pd.DataFrame
) -> "pd.Series[int]":
    with workspace.store.read() as reader:
        found = load_allotments(reader, opened.campaign.id, opened.period_id)
    of_track = found[found["track_id"] == track_id].set_index("by_unit")["allotted"]
    return rows["unit_code"].map(of_track).astype("Int64")
