"""The charts of a unit's scores for the board: drawn by the page itself, from what the actor may see."""

from typing import Any, Final

from pbwidgets.campaign import Campaign
from pbwidgets.errors import RightsError, UsageError
from pbwidgets.store import Actor
from pbwidgets.units import subtree
from pbwidgets.workflows.rights import authorise
from pbwidgets.workflows.snapshots import take_snapshot
from pbwidgets.workflows.workspace import Opened, Workspace, nearest, today

SEES_NO_SCORES: Final = ("filler",)
"""Roles that get their score sheet when the campaign publishes it, not before."""

Choice = tuple[str, str]
"""Name of a chart and id of its track."""


def chart_choices(workspace: Workspace, actor: Actor, opened: Opened, unit_code: str) -> tuple[Choice, ...]:
    """Charts that fit a unit: of the tracks that assess it, and of those that assess units below it.

    Raises
    ------
    RightsError
        If the unit is not in the actor's view, or the actor's role sees no scores yet.
    """
    units = workspace.units(opened.day(today()))
    if actor.role in SEES_NO_SCORES:
        raise RightsError("workflows.not_allowed", role=actor.role, action="view")
    authorise(actor, "view", unit_code, units)
    below = subtree(units, unit_code)
    own = str(below.loc[below["unit_code"] == unit_code, "kind"].iloc[0])
    return tuple(_of_unit(opened.campaign, own, set(below["kind"]) - {own}))


def chart_spec(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    unit_code: str,
    choice: Choice,
    lang: str = "zh_CN",
) -> dict[str, Any]:
    """Vega-Lite specification of one of :func:`chart_choices`, on the newest data; its data are what it shows.

    Raises
    ------
    RightsError
        As :func:`chart_choices`.
    UsageError
        ``workflows.unknown_chart`` for another chart.
    """
    choices = chart_choices(workspace, actor, opened, unit_code)
    if choice not in choices:
        names = sorted({name for name, _ in choices})
        raise UsageError("workflows.unknown_chart", **nearest(choice[0], names))
    from pbwidgets.workflows.drawing import CHARTS
    from pbwidgets.workflows.reporting import open_report

    report = open_report(take_snapshot(workspace, opened).folder, unit_code, lang)
    name, track_id = choice
    spec: dict[str, Any] = CHARTS[name](report, opened.campaign.track(track_id)).to_dict(validate=False)
    return spec


def _of_unit(campaign: Campaign, kind: str, kinds_below: set[str]) -> list[Choice]:
    found: list[Choice] = []
    for track in campaign.tracks:
        if track.kind != "score":
            continue
        if track.unit_kind == kind:
            found += [(name, track.id) for name in ("criterion_bars", "rank_strip")]
            found += [("layer_gaps", track.id)] if len(track.layers) > 1 else []
        elif track.unit_kind in kinds_below:
            found += [(name, track.id) for name in ("ranking_bars", "lost_points_heatmap", "unit_gaps")]
            found += [("class_moves", track.id)] if track.classes else []
            by = track.nomination.by if track.nomination else None
            found += [("nomination_balance", track.id)] if by == kind else []
            found += [("allotment_balance", track.id)] if by in kinds_below else []
    return found
