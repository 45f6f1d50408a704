"""Scores and selections as lists for people, and the score sheet of one unit."""

import pandas as pd

from pbwidgets.campaign import Campaign
from pbwidgets.errors import UsageError
from pbwidgets.scoring import explain_unit, word_reason
from pbwidgets.scoring.frames import FINAL
from pbwidgets.workflows.snapshots import find_snapshot
from pbwidgets.workflows.workspace import Opened, Workspace, nearest


def list_scores(
    workspace: Workspace, opened: Opened, *, track_id: str | None = None, snapshot_id: str | None = None
) -> pd.DataFrame:
    """One row a unit of a track: totals of all layers, ranks, what is missing, and where points went.

    Where a track ranks within groups, ``rank_within_<id>`` and ``size_within_<id>`` stand at the end.

    Raises
    ------
    UsageError
        ``workflows.unknown_track``.
    """
    snapshot = find_snapshot(workspace, opened, snapshot_id)
    frames = snapshot.frames(["units", "totals", "ranking", "ranks_within", "points"])
    campaign = snapshot.campaign()
    check_track(opened, track_id)
    keys = ["unit_code", "track_id"]
    totals = _of_track(frames["totals"], track_id)
    final = totals[totals["layer"] == FINAL].set_index(keys)[["provisional", "n_missing"]]
    layers = totals[totals["layer"] != FINAL].pivot_table(
        index=keys, columns="layer", values="total", dropna=False
    )
    layers = layers.reindex(columns=[layer.id for layer in campaign.layers if layer.id in layers])
    ranking = _of_track(frames["ranking"], track_id).set_index(keys)[["total", "rank", "tie_group"]]
    lost = word_losses(campaign, _of_track(frames["points"], track_id), workspace.settings.lang)
    made = ranking.join(layers.add_prefix("total_")).join(final).join(lost).reset_index()
    made["lost"] = made["lost"].fillna("")
    made = add_ranks_within(made, frames["ranks_within"])
    made["unit_name"] = made["unit_code"].map(_names(frames["units"]))
    front = ["track_id", "rank", "unit_code", "unit_name", "total"]
    made["unranked"] = made["rank"] == 0
    made = made.sort_values(["track_id", "unranked", "rank", "unit_code"]).drop(columns="unranked")
    return made[front + [name for name in made.columns if name not in front]].reset_index(drop=True)


def list_selection(
    workspace: Workspace, opened: Opened, *, track_id: str | None = None, snapshot_id: str | None = None
) -> pd.DataFrame:
    """The selection frame, best first: what the rules propose beside what was decided; ranks within groups at the end.

    Raises
    ------
    UsageError
        ``workflows.unknown_track``.
    """
    check_track(opened, track_id)
    snapshot = find_snapshot(workspace, opened, snapshot_id)
    frames = snapshot.frames(["selection", "ranks_within"])
    selection = add_ranks_within(_of_track(frames["selection"], track_id), frames["ranks_within"])
    unranked = selection["rank"] == 0
    order = selection.assign(unranked=unranked).sort_values(["track_id", "unranked", "rank", "unit_code"])
    made = order.drop(columns=["unranked", "reason_code", "reason_args"]).rename(
        columns={"status": "proposed"}
    )
    made.insert(list(made.columns).index("proposed"), "status", made["decided"].fillna(made["proposed"]))
    return made.reset_index(drop=True)


def explain_score(
    workspace: Workspace,
    opened: Opened,
    unit_code: str,
    *,
    track_id: str | None = None,
    snapshot_id: str | None = None,
) -> str:
    """Score sheet of one unit, as a clerk would write it.

    Raises
    ------
    UsageError
        ``workflows.unknown_unit``, ``scoring.unit_without_track``, ``workflows.unknown_track``.
    """
    check_track(opened, track_id)
    snapshot = find_snapshot(workspace, opened, snapshot_id)
    campaign = snapshot.campaign()
    check_unit(snapshot.frames(["units"])["units"], unit_code)
    if track_id is not None:
        campaign = campaign.model_copy(update={"tracks": (campaign.track(track_id),)})
    return explain_unit(campaign, snapshot.scores(), snapshot.records(), unit_code, workspace.settings.lang)


def add_ranks_within(rows: pd.DataFrame, ranks_within: pd.DataFrame) -> pd.DataFrame:
    """Rows of units in tracks with ``rank_within_<id>`` and ``size_within_<id>`` of each grouping, <NA> without one."""
    keys = ["track_id", "unit_code"]
    asked = ranks_within[ranks_within["track_id"].isin(rows["track_id"])]
    made = rows
    for within, of_group in asked.groupby("within", sort=True):
        names = {name: f"{name}_within_{within}" for name in ("rank", "size")}
        columns = of_group.set_index(keys)[list(names)].rename(columns=names).astype("Int64")
        made = made.join(columns.mask(columns == 0), on=keys)
    return made


def check_track(opened: Opened, track_id: str | None) -> None:
    """Let a track of the campaign pass, or name those there are."""
    names = [track.id for track in opened.campaign.tracks]
    if track_id is not None and track_id not in names:
        raise UsageError("workflows.unknown_track", **nearest(track_id, names))


def check_unit(units: pd.DataFrame, unit_code: str) -> None:
    """Let a unit of the register pass, or name the one with the nearest code."""
    codes = list(units["unit_code"])
    if unit_code not in codes:
        near = nearest(unit_code, codes)["nearest"]
        raise UsageError("workflows.unknown_unit", unit=unit_code, nearest=near)


def word_losses(campaign: Campaign, points: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Reasons of all lines of the last layer that did not reach their maximum, in one text a unit.

    A bonus that was not earned is no loss; one that took points away is.
    """
    last = {track.id: track.layers[-1].id for track in campaign.tracks if track.layers}
    of_last = points[points["layer"] == points["track_id"].map(last)]
    bonus = {line.id for track in campaign.tracks for line in track.lines() if line.bonus}
    earned = of_last["criterion_id"].isin(bonus) & (of_last["points"] >= 0)
    short = of_last[~(of_last["points"] >= of_last["max_points"]) & ~earned]
    names = {line.id: line.name.words(lang) for track in campaign.tracks for line in track.lines()}
    texts = [
        f"{names[line_id]}：{word_reason(campaign, reason_code, args, lang).rstrip('。.')}"
        for line_id, reason_code, args in zip(
            short["criterion_id"], short["reason_code"], short["reason_args"], strict=True
        )
    ]
    worded = short.assign(lost=texts)
    return worded.groupby(["unit_code", "track_id"])["lost"].agg("；".join).to_frame()


def _of_track(frame: pd.DataFrame, track_id: str | None) -> pd.DataFrame:
    return frame if track_id is None else frame[frame["track_id"] == track_id]


def _names(units: pd.DataFrame) -> dict[str, str]:
    return dict(zip(units["unit_code"], units["unit_name"], strict=True))
