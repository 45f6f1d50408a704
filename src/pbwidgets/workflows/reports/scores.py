"""Scores and selections as lists for people, and the score sheet of one unit."""

import pandas as pd

from pbwidgets.scoring import explain_unit
from pbwidgets.scoring.frames import FINAL
from pbwidgets.scoring.reasons import word_losses
from pbwidgets.units import unit_names
from pbwidgets.workflows.ground.lookup import check_track, check_unit
from pbwidgets.workflows.ground.snapshots import find_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace


def list_scores(
    workspace: Workspace, opened: Opened, *, track_id: str | None = None, snapshot_id: str | None = None
) -> pd.DataFrame:
    """One row per unit and track: totals of all layers, ranks, what is missing, and where points were lost.

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
    layers = totals[totals["layer"] != FINAL].pivot_table(
        index=keys, columns="layer", values="total", dropna=False
    )
    layers = layers.reindex(columns=[layer.id for layer in campaign.layers if layer.id in layers])
    ranking = _of_track(frames["ranking"], track_id).set_index(keys)[["total", "rank", "tie_group"]]
    lost = word_losses(campaign, _of_track(frames["points"], track_id), workspace.settings.lang)
    made = ranking.join(layers.add_prefix("total_")).join(final).join(lost).reset_index()
    made["lost"] = made["lost"].fillna("")
    made = add_ranks_within(made, frames["ranks_within"])
    made["unit_name"] = made["unit_code"].map(unit_names(frames["units"]))
    front = ["track_id", "rank", "unit_code", "unit_name", "total"]
    made["unranked"] = made["rank"] == 0
    made = made.sort_values(["track_id", "unranked", "rank", "unit_code"]).drop(columns="unranked")
    return made[front + [name for name in made.columns if name not in front]].reset_index(drop=True)


def list_selection(
    workspace: Workspace, opened: Opened, *, track_id: str | None = None, snapshot_id: str | None = None
) -> pd.DataFrame:
    """The selection frame, best first: proposals beside decisions, and ranks within groups at the end.

    Raises
    ------
    UsageError
        ``workflows.unknown_track``.
    """
    check_track(opened.campaign, track_id)
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


def _of_track(frame: pd.DataFrame, track_id: str | None) -> pd.DataFrame:
    return frame if track_id is None else frame[frame["track_id"] == track_id]
