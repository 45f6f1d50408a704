"""The places of a track: shared out among the nominating units, and set for each of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from pbwidgets import store
from pbwidgets.campaign import Track
from pbwidgets.errors import DataError, UsageError
from pbwidgets.scoring.apportionment import Apportionment, apportion, to_allotments_frame
from pbwidgets.store import load_allotments
from pbwidgets.units import ancestors
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.lookup import check_track
from pbwidgets.workflows.ground.workspace import Opened, Workspace


@dataclass(frozen=True)
class SharedPlaces:
    """Places that each nominating unit would get; nothing is set yet.

    Attributes
    ----------
    campaign_id, period_id, track_id
        Where the places would apply.
    total
        Places to share out.
    lowest, highest
        Bounds for each unit; None means no upper bound.
    units
        One row per nominating unit, by code: track_id, unit_code, unit_name, weight, ``allotted`` (its certain
        places), ``tied`` (it may get one of the open places), ``current`` (places set now, <NA> if none).
    shared
        The result as numbers.
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
        """Places that a tie leaves open; 0 without a tie."""
        return self.shared.open_seats

    @property
    def tied_names(self) -> list[str]:
        """Names of the units that tie for the open places."""
        return list(self.units.loc[self.units["tied"], "unit_name"])

    def to_set(self) -> dict[str, int]:
        """Places of each unit by code, for :func:`~pbwidgets.workflows.organise.allotments.set_allotments`.

        Raises
        ------
        DataError
            ``scoring.allotment_tied`` if a tie leaves places open.
        """
        names = list(self.units["unit_name"])
        frame = to_allotments_frame(self.campaign_id, self.period_id, self.track_id, names, self.shared)
        return {
            str(code): int(count)
            for code, count in zip(self.units["unit_code"], frame["allotted"], strict=True)
        }


def share_places(
    desk: Desk, track_id: str, *, total: int | None = None, weights: Mapping[str, float] | None = None
) -> SharedPlaces:
    """Places of a track shared out in proportion to weights, within the bounds of the campaign; nothing is written.

    A tie for the last places is left open; see :func:`~pbwidgets.scoring.apportionment.apportion`.

    Parameters
    ----------
    total
        Places to share out; by default those of the track.
    weights
        Weight of each nominating unit by code, 0 for units left out; by default the number of units of the
        track's kind below it in the register.

    Raises
    ------
    UsageError
        ``workflows.unknown_track``, ``allotting.nobody_nominates``, ``allotting.total_needed``.
    DataError
        ``scoring.allotment_out_of_reach``, ``scoring.bad_weight``.
    RightsError
        If the actor may not set allotments.
    """
    units = desk.units
    desk.authorise("allot", None)
    track = find_nominated(desk.opened, track_id)
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
        allotted=shared.seats,
        tied=shared.tied,
        current=_load_current(desk.workspace, desk.opened, track_id, rows),
    )
    return SharedPlaces(*desk.opened.key, track_id, places, lowest, highest, rows, shared)


def find_nominated(opened: Opened, track_id: str) -> Track:
    """Track with this id, if units nominate for it.

    Raises
    ------
    UsageError
        ``workflows.unknown_track``; ``allotting.nobody_nominates`` if all its units are assessed.
    """
    check_track(opened.campaign, track_id)
    track = opened.campaign.track(track_id)
    if track.nomination is None:
        raise UsageError("allotting.nobody_nominates", track=track_id)
    return track


def list_nominating(track: Track, units: pd.DataFrame) -> pd.DataFrame:
    """Units that nominate for a track, by code: track_id, unit_code, unit_name."""
    by = track.nomination.by if track.nomination else ""
    rows = units.loc[units["kind"] == by, ["unit_code", "unit_name"]].sort_values("unit_code")
    rows.insert(0, "track_id", track.id)
    return rows.reset_index(drop=True)


def count_units(track: Track, units: pd.DataFrame) -> dict[str, float]:
    """Number of units of the track's kind below each nominating unit, by its code."""
    above = ancestors(units, track.nomination.by if track.nomination else "")
    of_kind = units.loc[units["kind"].isin(track.unit_kind), "unit_code"]
    return {str(code): float(count) for code, count in of_kind.map(above).value_counts().items()}


def _load_current(
    workspace: Workspace, opened: Opened, track_id: str, rows: pd.DataFrame
) -> "pd.Series[int]":
    with workspace.store.read() as reader:
        found = load_allotments(reader, *opened.key)
    of_track = found[found["track_id"] == track_id].set_index("by_unit")["allotted"]
    return rows["unit_code"].map(of_track).astype("Int64")


def set_allotments(desk: Desk, track_id: str, allotted: Mapping[str, int]) -> None:
    """Set how many units each of these may nominate, within the campaign's limits; others keep their number.

    Raises
    ------
    DataError
        ``review.allotment_bounds``, ``review.not_nominating`` if a unit does not nominate in this track.
    UsageError
        ``workflows.unknown_track``.
    RightsError
        If the actor may not.
    """
    units = desk.units
    for code in allotted:
        desk.authorise("allot", code)
    check_track(desk.opened.campaign, track_id)
    track = desk.opened.campaign.track(track_id)
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
    with desk.write() as writer:
        store.set_allotments(writer, *desk.opened.key, track_id, allotted)
