"""Scores and selections as lists for people, and the score sheets of units."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from pbwidgets.campaign import Campaign, Track
from pbwidgets.campaign.model import Numbered
from pbwidgets.errors import UsageError
from pbwidgets.exports import About, Column, Sheet, build_workbook
from pbwidgets.exports.tables import score_sheet
from pbwidgets.scoring import explain_unit
from pbwidgets.scoring.frames import FINAL
from pbwidgets.scoring.reasons import word_losses, word_reasons
from pbwidgets.scoring.selection import best_first, show_holding
from pbwidgets.scoring.sheet import drop_unmarked, name_layer
from pbwidgets.scoring.totals import round_totals
from pbwidgets.units import distinct_names, kinds_and_domains, subtree, unit_names
from pbwidgets.wording import MOST_DIGITS, say
from pbwidgets.workflows.ground.files import check_leaving
from pbwidgets.workflows.ground.lookup import check_track, check_unit
from pbwidgets.workflows.ground.snapshots import Snapshot, find_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace

LINES: Final = (
    "track_id", "track", "unit_code", "unit_name", "layer", "layer_name", "number", "criterion_id", "criterion",
    "points", "max_points", "reachable", "source", "reason_code", "reason",
)  # fmt: skip
"""Columns of :func:`list_lines`."""

MOST_SHEETS: Final = 200
"""Score sheets in one workbook: more can be neither leafed through nor found in the list of sheets."""


def list_scores(
    workspace: Workspace, opened: Opened, *, track_id: str | None = None, snapshot_id: str | None = None
) -> pd.DataFrame:
    """One row per unit and track: totals of all layers as they are shown, ranks, what is missing, and what was lost.

    If a track ranks within groups, ``rank_within_<id>`` and ``size_within_<id>`` come last.

    Raises
    ------
    UsageError
        ``workflows.unknown_track``.
    """
    snapshot = find_snapshot(workspace, opened, snapshot_id)
    frames = snapshot.frames(["units", "totals", "ranking", "ranks_within", "points"])
    campaign = snapshot.campaign()
    check_track(opened.campaign, track_id)
    keys = ["unit_code", "track_id"]
    totals = _of_track(frames["totals"], track_id)
    final = totals[totals["layer"] == FINAL].set_index(keys)[["provisional", "n_missing"]]
    layers = round_totals(campaign, totals[totals["layer"] != FINAL]).pivot_table(
        index=keys, columns="layer", values="total", dropna=False
    )
    layers = layers.reindex(columns=[layer.id for layer in campaign.layers if layer.id in layers])
    ranking = _of_track(frames["ranking"], track_id).set_index(keys)[["total", "rank", "tie_group"]]
    lost = word_losses(campaign, _of_track(frames["points"], track_id), workspace.settings.lang)
    made = ranking.join(layers.add_prefix("total_")).join(final).join(lost).reset_index()
    made["lost"] = made["lost"].fillna("")
    made = add_ranks_within(made, frames["ranks_within"])
    made["unit_name"] = made["unit_code"].map(unit_names(frames["units"]))
    made["track"] = _name_tracks(campaign, made, workspace.settings.lang)
    front = ["track_id", "track", "rank", "unit_code", "unit_name", "total"]
    made["unranked"] = made["rank"] == 0
    made = made.sort_values(["track_id", "unranked", "rank", "unit_code"]).drop(columns="unranked")
    return made[front + [name for name in made.columns if name not in front]].reset_index(drop=True)


def list_selection(
    workspace: Workspace, opened: Opened, *, track_id: str | None = None, snapshot_id: str | None = None
) -> pd.DataFrame:
    """The selection as it holds, best first, beside proposals and decisions; ranks within groups at the end.

    Tracks without places have no list and are left out.

    Raises
    ------
    UsageError
        ``workflows.unknown_track``; ``workflows.no_list`` if the track, or every track, is without places.
    """
    check_track(opened.campaign, track_id)
    asked = [track for track in opened.campaign.tracks if track_id in (None, track.id)]
    listed = [track.id for track in asked if track.places is not None]
    if not listed:
        names = [track.name.words(workspace.settings.lang) for track in asked]
        raise UsageError("workflows.no_list", tracks="、".join(names))
    snapshot = find_snapshot(workspace, opened, snapshot_id)
    return _list_holding(snapshot, opened.campaign, listed, workspace.settings.lang)


def _list_holding(
    snapshot: Snapshot, campaign: Campaign, track_ids: Sequence[str], lang: str
) -> pd.DataFrame:
    frames = snapshot.frames(["selection", "ranks_within"])
    rows = frames["selection"]
    of_tracks = rows[rows["track_id"].isin(track_ids)].reset_index(drop=True)
    selection = add_ranks_within(of_tracks, frames["ranks_within"])
    made = show_holding(best_first(selection).drop(columns=["reason_code", "reason_args"]))
    made.insert(list(made.columns).index("track_id") + 1, "track", _name_tracks(campaign, made, lang))
    return made


def list_lines(
    workspace: Workspace,
    opened: Opened,
    *,
    track_id: str | None = None,
    unit_code: str | None = None,
    snapshot_id: str | None = None,
) -> pd.DataFrame:
    """Every line of the score sheets of all units or of one, in every layer, with its reason in words.

    A layer of a unit's own in which it has marked nothing is left out.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`LINES`; points, maximum and reachable maximum are exact to nine decimals.

    Raises
    ------
    UsageError
        ``workflows.unknown_track``, ``workflows.unknown_unit``.
    """
    check_track(opened.campaign, track_id)
    snapshot = find_snapshot(workspace, opened, snapshot_id)
    campaign, frames = snapshot.campaign(), snapshot.frames(["units", "points"])
    points = _of_track(frames["points"], track_id)
    if unit_code is not None:
        check_unit(frames["units"], unit_code)
        points = points[points["unit_code"] == unit_code]
    points = drop_unmarked(campaign, points)
    lang = workspace.settings.lang
    shown = _number_lines(campaign, points, frames["units"])
    made = points.assign(
        track=_name_tracks(campaign, points, lang),
        unit_name=points["unit_code"].map(unit_names(frames["units"])),
        layer_name=[name_layer(campaign, layer, lang) for layer in points["layer"]],
        number=[item.number for item in shown],
        criterion=[item.criterion.name.words(lang) for item in shown],
        reason=word_reasons(campaign, points["reason_code"], points["reason_args"], lang),
    )
    exact = ["points", "max_points", "reachable"]
    made[exact] = made[exact].round(MOST_DIGITS)  # below that is binary noise
    return made[list(LINES)].reset_index(drop=True)


def _number_lines(campaign: Campaign, points: pd.DataFrame, units: pd.DataFrame) -> list[Numbered]:
    """The line or heading of each row, with its number on the unit's score sheet."""
    items = {
        (track.id, sheet, item.criterion.id): item
        for track in campaign.tracks
        for sheet in track.sheets
        for item in track.of_unit(*sheet).numbered()
    }
    of_units = kinds_and_domains(units)
    sheets = {
        (track_id, code): campaign.track(track_id).sheet_of(*of_units[code])
        for track_id, code in set(zip(points["track_id"], points["unit_code"], strict=True))
    }
    keys = zip(points["track_id"], points["unit_code"], points["criterion_id"], strict=True)
    return [items[track, sheets[track, code], criterion] for track, code, criterion in keys]


def describe_score(
    workspace: Workspace,
    opened: Opened,
    unit_code: str,
    *,
    track_id: str | None = None,
    snapshot_id: str | None = None,
) -> dict[str, object]:
    """What :func:`explain_score` says, as data: for each track of the unit its result, decision and lines.

    Frames are in it as they come from :func:`list_scores`, :func:`list_selection` and :func:`list_lines`.

    Raises
    ------
    UsageError
        As :func:`explain_score`.
    """
    snapshot = find_snapshot(workspace, opened, snapshot_id)
    snapshot_id = snapshot.snapshot_id  # all of it from the same state
    lines = list_lines(workspace, opened, track_id=track_id, unit_code=unit_code, snapshot_id=snapshot_id)
    if lines.empty:
        raise UsageError("scoring.unit_without_track", unit=unit_code)
    scores = list_scores(workspace, opened, track_id=track_id, snapshot_id=snapshot_id)
    tracks = [track.id for track in opened.campaign.tracks if track_id in (None, track.id)]
    selection = _list_holding(snapshot, opened.campaign, tracks, workspace.settings.lang)
    return {
        "campaign": opened.campaign.id,
        "period": snapshot.period_id,
        "snapshot": snapshot.snapshot_id,
        "unit_code": unit_code,
        "scores": scores[scores["unit_code"] == unit_code].drop(columns="lost"),
        "selection": selection[selection["unit_code"] == unit_code],
        "lines": lines,
    }


def explain_score(
    workspace: Workspace,
    opened: Opened,
    unit_code: str,
    *,
    track_id: str | None = None,
    snapshot_id: str | None = None,
    lang: str | None = None,
) -> str:
    """Score sheet of one unit, as a clerk would write it; by default in the language of the workspace.

    Raises
    ------
    UsageError
        ``workflows.unknown_unit``, ``scoring.unit_without_track``, ``workflows.unknown_track``.
    """
    check_track(opened.campaign, track_id)
    snapshot = find_snapshot(workspace, opened, snapshot_id)
    campaign = snapshot.campaign()
    check_unit(snapshot.frames(["units"])["units"], unit_code)
    if track_id is not None:
        campaign = campaign.model_copy(update={"tracks": (campaign.track(track_id),)})
    return explain_unit(
        campaign, snapshot.scores(), snapshot.records(), unit_code, lang or workspace.settings.lang
    )


def write_score_sheets(
    workspace: Workspace,
    opened: Opened,
    path: Path,
    *,
    track_id: str | None = None,
    under: str | None = None,
    snapshot_id: str | None = None,
) -> Path:
    """Write a workbook with the score sheet of each unit, best first, behind a list that links to them.

    Parameters
    ----------
    path
        The ``.xlsx`` to write.
    track_id
        Only the units of one track.
    under
        Code of a unit: only it and those below it.

    Raises
    ------
    UsageError
        ``workflows.unknown_track``, ``workflows.unknown_unit``; ``workflows.too_many_sheets`` above
        :data:`MOST_SHEETS`, ``workflows.no_sheets`` if there is none.
    DataError
        ``exports.identifying_found``.
    """
    snapshot = find_snapshot(workspace, opened, snapshot_id)
    units, lang = snapshot.frames(["units"])["units"], workspace.settings.lang
    listed = list_scores(workspace, opened, track_id=track_id, snapshot_id=snapshot.snapshot_id)
    if under is not None:
        check_unit(units, under)
        listed = listed[listed["unit_code"].isin(subtree(units, under)["unit_code"])]
    if listed.empty:
        raise UsageError("workflows.no_sheets")
    if len(listed) > MOST_SHEETS:
        raise UsageError("workflows.too_many_sheets", count=len(listed), limit=MOST_SHEETS)
    names = distinct_names(units)
    ranks = listed["rank"].astype("Int64").mask(listed["rank"] == 0)
    listed = listed.assign(unit_name=listed["unit_code"].map(names), rank=ranks)
    campaign = snapshot.campaign()
    about = About(
        campaign.name.words(lang),
        snapshot.period_id,
        snapshot.snapshot_id,
        unit=names[under] if under else "",
        synthetic=bool(units["synthetic"].any()),
    )
    build_workbook(
        list(_score_sheets(snapshot, campaign, listed, lang)),
        path,
        about=about,
        lang=lang,
        dictionary=True,
        index=Sheet(say("tables.score_sheets", lang), listed, _columns_of_index(listed, lang)),
    )
    return check_leaving(workspace, path)


def _score_sheets(snapshot: Snapshot, campaign: Campaign, listed: pd.DataFrame, lang: str) -> Iterator[Sheet]:
    scores, of_units = snapshot.scores(), kinds_and_domains(snapshot.frames(["units"])["units"])
    several = listed["track_id"].nunique() > 1
    for row in listed.to_dict("records"):
        track: Track = campaign.track(row["track_id"]).of_unit(*of_units[row["unit_code"]])
        title = f"{row['unit_name']} {row['track']}" if several else row["unit_name"]
        table = score_sheet(campaign, track, scores, row["unit_code"], title, lang)
        yield Sheet(table.title, table.frame, table.columns, table.sums)


def _columns_of_index(listed: pd.DataFrame, lang: str) -> dict[str, Column]:
    columns = {
        "unit_name": Column(say("tables.unit", lang), 30),
        "track": Column(say("tables.track", lang), 24),
        "rank": Column(say("tables.rank", lang), 8, "integer", "—"),
        "total": Column(say("tables.total", lang), 11, "number", "—", MOST_DIGITS),
    }
    return {
        name: column for name, column in columns.items() if name != "track" or listed["track"].nunique() > 1
    }


def add_ranks_within(rows: pd.DataFrame, ranks_within: pd.DataFrame) -> pd.DataFrame:
    """Rows of units in tracks with added ``rank_within_<id>`` and ``size_within_<id>`` per grouping, <NA> if none."""
    keys = ["track_id", "unit_code"]
    asked = ranks_within[ranks_within["track_id"].isin(rows["track_id"])]
    made = rows
    for within, of_group in asked.groupby("within", sort=True):
        names = {name: f"{name}_within_{within}" for name in ("rank", "size")}
        columns = of_group.set_index(keys)[list(names)].rename(columns=names).astype("Int64")
        made = made.join(columns.mask(columns == 0), on=keys)
    return made


def _name_tracks(campaign: Campaign, rows: pd.DataFrame, lang: str) -> list[str]:
    names = {track.id: track.name.words(lang) for track in campaign.tracks}
    return [names[track_id] for track_id in rows["track_id"]]


def _of_track(frame: pd.DataFrame, track_id: str | None) -> pd.DataFrame:
    return frame if track_id is None else frame[frame["track_id"] == track_id]
