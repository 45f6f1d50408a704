"""Standings of checklists and lists of units, as tables for people and for machines."""

from typing import Final

import pandas as pd

from pbwidgets.campaign import Campaign
from pbwidgets.campaign.check_names import named_checks, named_headings
from pbwidgets.errors import UsageError
from pbwidgets.scoring.reasons import word_reasons
from pbwidgets.units import unit_names
from pbwidgets.wording import say
from pbwidgets.workflows.ground.lookup import check_track, find_list
from pbwidgets.workflows.ground.snapshots import find_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace

STANDING_LINES: Final = (
    "track_id", "track", "unit_code", "unit_name", "heading_id", "heading", "check_id", "part", "check",
    "state", "state_words", "value", "least", "most", "due_on", "overdue_days", "due_moved",
)  # fmt: skip
"""Columns of :func:`list_standings`."""
UNITS_ON_LIST: Final = (
    "list_id", "list", "unit_code", "unit_name", "on_list", "proposed", "decided", "decided_on", "reason",
)  # fmt: skip
"""Columns of :func:`list_on_list`."""


def checklists_of(campaign: Campaign, track_id: str | None = None) -> tuple[str, ...]:
    """Ids of the checklists that are asked for: the one named, or all if the campaign has nothing that is scored.

    Raises
    ------
    UsageError
        ``workflows.unknown_track``.
    """
    check_track(campaign, track_id)
    if track_id is None and any(track.kind == "score" for track in campaign.tracks):
        return ()
    asked = (track for track in campaign.tracks if track_id in (None, track.id))
    return tuple(track.id for track in asked if track.kind == "checklist")


def list_standings(
    workspace: Workspace, opened: Opened, *, track_id: str | None = None, snapshot_id: str | None = None
) -> pd.DataFrame:
    """Every check of every unit of the checklists asked for, with its state in code and in words.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`STANDING_LINES`, by track, unit, and check in the order of the track.

    Raises
    ------
    UsageError
        ``workflows.unknown_track``.
    """
    snapshot = find_snapshot(workspace, opened, snapshot_id)
    campaign, lang = snapshot.campaign(), workspace.settings.lang
    frames = snapshot.frames(["units", "standings"])
    asked = checklists_of(campaign, track_id)
    rows = frames["standings"]
    rows = rows[rows["track_id"].isin(asked)]
    tracks = {track.id: track for track in campaign.tracks if track.id in asked}
    checks = {
        (track.id, one.check_id, one.part): one.name.words(lang)
        for track in tracks.values()
        for one in named_checks(campaign, track)
    }
    headings = {
        (track.id, heading): name.words(lang)
        for track in tracks.values()
        for heading, name in named_headings(campaign, track).items()
    }
    of_track = rows["track_id"].tolist()
    keys = list(zip(of_track, rows["check_id"], rows["part"].fillna(""), strict=True))
    under = list(zip(of_track, rows["heading"].fillna(""), strict=True))
    made = rows.rename(columns={"heading": "heading_id"}).assign(
        track=[tracks[track].name.words(lang) for track in of_track],
        unit_name=rows["unit_code"].map(unit_names(frames["units"])),
        heading=[headings.get(key, key[1]) for key in under],
        check=[checks.get(key, key[2] or key[1]) for key in keys],
        state_words=rows["state"].map({state: say(f"standing.{state}", lang) for state in set(rows["state"])}),
    )
    return made[list(STANDING_LINES)].reset_index(drop=True)


def to_matrix(lines: pd.DataFrame) -> pd.DataFrame:
    """Unit × check of :func:`list_standings`, states in words; of an overdue one with its days.

    Returns
    -------
    pandas.DataFrame
        Code and name of each unit, and a column for each check under its name, with its code where names repeat.
    """
    keys = lines[["track_id", "check_id", "part", "check"]].drop_duplicates()
    repeated = keys["check"].duplicated(keep=False)
    names = keys["check"].where(~repeated, keys["check"] + " " + keys["check_id"] + "/" + keys["part"].fillna(""))
    column = dict(zip(zip(keys["track_id"], keys["check_id"], keys["part"], strict=True), names, strict=True))
    late = lines["overdue_days"] > 0
    words = lines["state_words"].where(~late, lines["state_words"] + " " + lines["overdue_days"].astype(str))
    cells = lines.assign(
        cell=words,
        column=[column[key] for key in zip(lines["track_id"], lines["check_id"], lines["part"], strict=True)],
    )
    wide = cells.pivot(index=["unit_code", "unit_name"], columns="column", values="cell")
    return wide.reindex(columns=list(names)).fillna("").rename_axis(columns=None).reset_index()


def list_on_list(
    workspace: Workspace, opened: Opened, list_id: str, *, snapshot_id: str | None = None
) -> pd.DataFrame:
    """Every unit that a list concerns, those on it first, with the reason in words.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`UNITS_ON_LIST`.

    Raises
    ------
    UsageError
        ``workflows.unknown_list``; ``workflows.list_for_top`` for a list that only the top may see.
    """
    snapshot = find_snapshot(workspace, opened, snapshot_id)
    campaign, lang = snapshot.campaign(), workspace.settings.lang
    item = find_list(campaign, list_id)
    if "top" in (item.audience, find_list(opened.campaign, list_id).audience):
        raise UsageError("workflows.list_for_top", list=item.name.words(lang))
    frames = snapshot.frames(["units", "lists"])
    own = frames["lists"][frames["lists"]["list_id"] == list_id]
    made = own.assign(
        list=item.name.words(lang),
        unit_name=own["unit_code"].map(unit_names(frames["units"])),
        reason=word_reasons(campaign, own["reason_code"], own["reason_args"], lang),
    )
    first = made.assign(off=~made["on_list"]).sort_values(["off", "unit_code"], kind="stable")
    return first[list(UNITS_ON_LIST)].reset_index(drop=True)
