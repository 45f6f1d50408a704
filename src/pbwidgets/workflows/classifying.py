"""Classes: what the rules propose beside what was decided, the decisions, and who moved between two days."""

from collections.abc import Iterator, Mapping
from datetime import date

import pandas as pd

from pbwidgets.campaign import Track
from pbwidgets.errors import DataError, PbError, UsageError
from pbwidgets.scoring.classes import count_places, find_moves
from pbwidgets.store import Actor, ClassDecision, decide_class_many, load_class_decisions
from pbwidgets.workflows.deciding import authorise_decision
from pbwidgets.workflows.listing import check_track
from pbwidgets.workflows.rights import units_in_scope
from pbwidgets.workflows.snapshots import find_snapshot
from pbwidgets.workflows.workspace import Opened, Workspace, today


def load_classes(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    *,
    track_id: str | None = None,
    snapshot_id: str | None = None,
) -> pd.DataFrame:
    """Columns ``CLASSES``: units that the actor may see, by track, the best proposed class first.

    Units without a total, for which no class is proposed, come last.

    Parameters
    ----------
    workspace, actor, opened
        Where, who looks, and at which campaign and period.
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
    units = _units_in_sight(actor, workspace.units(opened.day(today())))
    tracks = [track.id for track in _tracks(opened, track_id)]
    rows = find_snapshot(workspace, opened, snapshot_id).frames(["classes"])["classes"]
    mine = rows[rows["track_id"].isin(tracks) & rows["unit_code"].isin(units["unit_code"])]
    order = mine.assign(open=mine["proposed"] == 0).sort_values(["track_id", "open", "proposed", "unit_code"])
    return order.drop(columns="open").reset_index(drop=True)


def load_moves(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    since: date,
    until: date,
    *,
    track_id: str | None = None,
) -> pd.DataFrame:
    """Columns ``MOVES`` with ``unit_name``: units that the actor may see, as decided up to each of two days.

    Decisions of all periods of the campaign count. Units that were in the same class on both days are among
    them.

    Raises
    ------
    RightsError
        If the actor may not see how other units do.
    UsageError
        ``classes.days_reversed``, ``workflows.unknown_track``, ``classes.none_here``.
    """
    if since >= until:
        raise UsageError("classes.days_reversed", since=since.isoformat(), until=until.isoformat())
    units = _units_in_sight(actor, workspace.units())
    tracks = [track.id for track in _tracks(opened, track_id)]
    with workspace.store.read() as reader:
        decisions = load_class_decisions(reader, opened.campaign.id)
    mine = decisions["track_id"].isin(tracks) & decisions["unit_code"].isin(units["unit_code"])
    moves = find_moves(decisions[mine].reset_index(drop=True), since, until)
    names = dict(zip(units["unit_code"], units["unit_name"], strict=True))
    place = list(moves.columns).index("unit_code") + 1
    moves.insert(place, "unit_name", moves["unit_code"].map(names).astype("string"))
    return moves


def decide_classes(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    track_id: str,
    classes: Mapping[str, int],
    *,
    reason: str,
    decided_by: str,
    decided_on: date,
    present: str = "",
    reasons: Mapping[str, str] | None = None,
    proposed: pd.DataFrame | None = None,
) -> int:
    """Number of units put into a class; all or none.

    Units that are not named keep theirs. A person may decide otherwise than the rules propose, but not above what
    a veto in force leaves open, and not more units than a class has places for, with those decided before.

    Parameters
    ----------
    workspace, actor, opened
        Where, who, and which campaign and period.
    track_id
        A track with classes.
    classes
        Number of the class, from 1, by unit code.
    reason
        Why, for all units that have no reason of their own.
    decided_by
        The body.
    decided_on
        Day of the decision, at most today: of several decisions the newest day holds.
    present
        Posts of those present, never names.
    reasons
        Reasons of single units, by code.
    proposed
        As :func:`load_proposed` gives it, if it has just been read; by default it is read.

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
    authorise_decision(actor, workspace.units(opened.day(today())))
    track = find_class_track(opened, track_id)
    if not classes:
        raise DataError("classes.nothing_decided")
    if decided_on > today():
        raise DataError("classes.day_ahead", day=decided_on.isoformat())
    proposed = load_proposed(workspace, opened, track) if proposed is None else proposed
    lang = workspace.settings.lang
    for code, class_no in classes.items():
        for fault in find_faults(track, proposed, code, class_no, lang):
            raise fault
    own = reasons or {}
    made = [
        ClassDecision(
            opened.campaign.id, opened.period_id, track_id, code, class_no, decided_on,
            decided_by, own.get(code, "").strip() or reason, present.strip() or None,
        )
        for code, class_no in sorted(classes.items())
    ]  # fmt: skip
    with workspace.store.write(actor) as writer:
        decide_class_many(writer, made)
        _check_places(
            track, proposed, _decided(load_class_decisions(writer, opened.campaign.id), opened), lang
        )
    return len(made)


def find_class_track(opened: Opened, track_id: str | None = None) -> Track:
    """Track with classes of this id; by default the only one.

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
    """Columns ``CLASSES`` of a track on the newest data, by unit code."""
    rows = find_snapshot(workspace, opened, None).frames(["classes"])["classes"]
    return rows[rows["track_id"] == track.id].set_index("unit_code")


def find_faults(
    track: Track, proposed: pd.DataFrame, unit_code: str, class_no: int, lang: str
) -> Iterator[PbError]:
    """What stands against putting a unit into a class.

    Parameters
    ----------
    proposed
        As :func:`load_proposed` gives it.
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
    """Decisions that hold in the period: of several on one unit the newest."""
    ours = decisions[decisions["period"] == opened.period_id].sort_values("decided_on", kind="stable")
    return ours.drop_duplicates(["track_id", "unit_code"], keep="last")


def _check_places(track: Track, proposed: pd.DataFrame, decided: pd.DataFrame, lang: str) -> None:
    if track.classes is None or not track.classes.shares_pct:
        return
    numbers = decided.loc[decided["track_id"] == track.id, "class_no"]
    names = track.class_names(lang)
    known = int((proposed["by_total"] > 0).sum())  # before the first total, places are those of all units
    places = count_places(known or len(proposed), track.classes.shares_pct)
    for last, free in enumerate(places.tolist(), start=1):
        taken = int((numbers <= last).sum())
        if taken > free:
            joined = "、".join(names[number] for number in range(1, last + 1))
            raise DataError("classes.too_many", classes=joined, taken=taken, places=free)


def _tracks(opened: Opened, track_id: str | None) -> list[Track]:
    check_track(opened, track_id)
    found = [
        track
        for track in opened.campaign.tracks
        if track.kind == "score" and track.classes is not None and track_id in (None, track.id)
    ]
    if not found:
        raise UsageError("classes.none_here")
    return found


def _units_in_sight(actor: Actor, units: pd.DataFrame) -> pd.DataFrame:
    """Units whose classes the actor may see: of a snapshot, or material of others that he looks at."""
    return units_in_scope(actor, "view" if actor.role == "analyst" else "inspect", units)
