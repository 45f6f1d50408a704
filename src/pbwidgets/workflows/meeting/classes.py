"""Classes: proposed and decided ones, the decisions, and units that moved between two days."""

from collections.abc import Iterator, Mapping
from datetime import date

import pandas as pd

from pbwidgets.campaign import Track
from pbwidgets.errors import DataError, PbError, UsageError
from pbwidgets.scoring.classes import count_places, find_moves
from pbwidgets.store import ClassDecision, decide_class_many, load_class_decisions
from pbwidgets.units import unit_names
from pbwidgets.workflows.ground.desk import Desk, find_in_scope, reading_action
from pbwidgets.workflows.ground.lookup import check_track
from pbwidgets.workflows.ground.rights import check_confirmed
from pbwidgets.workflows.ground.snapshots import find_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace, day_of
from pbwidgets.workflows.meeting.decisions import Minutes, authorise_decision


def load_classes(desk: Desk, *, track_id: str | None = None, snapshot_id: str | None = None) -> pd.DataFrame:
    """Units that the actor may see, by track, best proposed class first; columns ``CLASSES``.

    Units without a total, for which no class is proposed, come last.

    Parameters
    ----------
    track_id
    A track with classes; by default all of them.
    snapshot_id
        The snapshot; by default the newest data.

    Raises
    ------
    RightsError
        If the actor may not see how other units do.
    UsageError
        ``workflows.unknown_track``; ``classes.none_here`` if there are no classes.
    """
    units = find_in_scope(desk, reading_action(desk))
    tracks = [track.id for track in _tracks(desk.opened, track_id)]
    rows = find_snapshot(desk.workspace, desk.opened, snapshot_id).frames(["classes"])["classes"]
    mine = rows[rows["track_id"].isin(tracks) & rows["unit_code"].isin(units["unit_code"])]
    order = mine.assign(open=mine["proposed"] == 0).sort_values(["track_id", "open", "proposed", "unit_code"])
    return order.drop(columns="open").reset_index(drop=True)


def load_moves(desk: Desk, since: date, until: date, *, track_id: str | None = None) -> pd.DataFrame:
    """Class on each of two days of the units that the actor may see; columns ``MOVES`` with ``unit_name``.

    Decisions of all periods of the campaign count. Units in the same class on both days are included.

    Raises
    ------
    RightsError
        If the actor may not see how other units do.
    UsageError
        ``classes.days_reversed``, ``workflows.unknown_track``, ``classes.none_here``.
    """
    if since >= until:
        raise UsageError("classes.days_reversed", since=since.isoformat(), until=until.isoformat())
    units = find_in_scope(desk, reading_action(desk))
    tracks = [track.id for track in _tracks(desk.opened, track_id)]
    with desk.workspace.store.read() as reader:
        decisions = load_class_decisions(reader, desk.opened.campaign.id)
    mine = decisions["track_id"].isin(tracks) & decisions["unit_code"].isin(units["unit_code"])
    moves = find_moves(decisions[mine].reset_index(drop=True), since, until)
    names = unit_names(units)
    place = list(moves.columns).index("unit_code") + 1
    moves.insert(place, "unit_name", moves["unit_code"].map(names).astype("string"))
    return moves


def decide_classes(
    desk: Desk,
    track_id: str,
    classes: Mapping[str, int],
    minutes: Minutes,
    *,
    reasons: Mapping[str, str] | None = None,
    proposed: pd.DataFrame | None = None,
) -> int:
    """Number of units put into a class; all or none.

    Units not named keep theirs. The decision may differ from the proposal, but may neither exceed what a veto in
    force allows nor, with earlier decisions, put more units into a class than it has places.

    Parameters
    ----------
    track_id
        A track with classes.
    classes
        Number of the class, from 1, by unit code.
    minutes
        Record of the meeting. Its reason applies to units without their own; its day must not be in the future, and
        of several decisions the one with the newest day counts.
    reasons
        Reasons for single units, by code.
    proposed
        Result of :func:`load_proposed`, if already read; by default it is read.

    Raises
    ------
    RightsError
        If the actor may not decide here.
    UsageError
        ``workflows.unknown_track``, ``classes.none_here``.
    DataError
        ``classes.nothing_decided``, ``classes.day_ahead``, ``classes.not_in_track``, ``classes.unknown_class``,
        ``classes.kept_down``, ``classes.too_many``, ``store.reason_needed``.
    """
    authorise_decision(desk, track_id)
    check_confirmed(desk.workspace)
    track = find_class_track(desk.opened, track_id)
    if not classes:
        raise DataError("classes.nothing_decided")
    minutes.check_day(day_of(desk.now))
    proposed = load_proposed(desk.workspace, desk.opened, track) if proposed is None else proposed
    lang = desk.lang
    for code, class_no in classes.items():
        for fault in find_faults(track, proposed, code, class_no, lang):
            raise fault
    own = reasons or {}
    made = [
        ClassDecision(
            *desk.opened.key, track_id, code, class_no, minutes.day,
            minutes.body, own.get(code, "").strip() or minutes.reason, minutes.present.strip() or None,
        )
        for code, class_no in sorted(classes.items())
    ]  # fmt: skip
    with desk.write() as writer:
        decide_class_many(writer, made)
        _check_places(
            track,
            proposed,
            _decided(load_class_decisions(writer, desk.opened.campaign.id), desk.opened),
            lang,
        )
    return len(made)


def find_class_track(opened: Opened, track_id: str | None = None) -> Track:
    """Track with this id that has classes; by default the only such track.

    Raises
    ------
    UsageError
        ``workflows.unknown_track``; ``classes.none_here`` if it has no classes; ``classes.which_track`` if
        several have.
    """
    found = _tracks(opened, track_id)
    if len(found) > 1:
        raise UsageError("classes.which_track", allowed="、".join(track.id for track in found))
    return found[0]


def load_proposed(workspace: Workspace, opened: Opened, track: Track) -> pd.DataFrame:
    """Classes of a track on the newest data, by unit code; columns ``CLASSES``."""
    rows = find_snapshot(workspace, opened, None).frames(["classes"])["classes"]
    return rows[rows["track_id"] == track.id].set_index("unit_code")


def find_faults(
    track: Track, proposed: pd.DataFrame, unit_code: str, class_no: int, lang: str
) -> Iterator[PbError]:
    """Reasons why a unit cannot be put into a class.

    Parameters
    ----------
    proposed
        Result of :func:`load_proposed`.
    """
    names = track.class_names(lang)
    if unit_code not in proposed.index:
        yield DataError("classes.not_in_track", unit=unit_code, track=track.name.words(lang))
        return
    if class_no not in names:
        yield DataError("classes.unknown_class", value=class_no, allowed="、".join(names.values()))
        return
    row = proposed.loc[[unit_code]].to_dict("records")[0]
    if class_no < row["best"]:
        yield DataError("classes.kept_down", unit=row["unit_name"], best=names[row["best"]])


def _decided(decisions: pd.DataFrame, opened: Opened) -> pd.DataFrame:
    """Decisions that apply in the period: the newest of each unit."""
    ours = decisions[decisions["period"] == opened.period_id].sort_values("decided_on", kind="stable")
    return ours.drop_duplicates(["track_id", "unit_code"], keep="last")


def _check_places(track: Track, proposed: pd.DataFrame, decided: pd.DataFrame, lang: str) -> None:
    if track.classes is None or not track.classes.shares_pct:
        return
    numbers = decided.loc[decided["track_id"] == track.id, "class_no"]
    names = track.class_names(lang)
    known = int((proposed["by_total"] > 0).sum())  # before the first total, all units count for the places
    places = count_places(known or len(proposed), track.classes.shares_pct)
    for last, free in enumerate(places.tolist(), start=1):
        taken = int((numbers <= last).sum())
        if taken > free:
            joined = "、".join(names[number] for number in range(1, last + 1))
            raise DataError("classes.too_many", classes=joined, taken=taken, places=free)


def _tracks(opened: Opened, track_id: str | None) -> list[Track]:
    check_track(opened.campaign, track_id)
    found = [
        track
        for track in opened.campaign.tracks
        if track.kind == "score" and track.classes is not None and track_id in (None, track.id)
    ]
    if not found:
        raise UsageError("classes.none_here")
    return found
