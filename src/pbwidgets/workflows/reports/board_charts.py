"""The charts of a unit's scores for the board, drawn by the page from what the actor may see."""

from typing import Any, Final

from pbwidgets.campaign import Campaign
from pbwidgets.errors import RightsError, UsageError
from pbwidgets.units import subtree
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.lookup import nearest
from pbwidgets.workflows.ground.snapshots import take_snapshot

SEES_NO_SCORES: Final = ("filler",)
"""Roles that see no scores until the campaign publishes their score sheet."""
Choice = tuple[str, str]
"""Name of a chart and id of its track."""


def chart_choices(desk: Desk, unit_code: str) -> tuple[Choice, ...]:
    """Charts available for a unit: of tracks that assess it, and of tracks that assess units below it.

    Raises
    ------
    RightsError
        If the unit is not in the actor's view, or the actor's role sees no scores yet.
    """
    units = desk.units
    if desk.actor.role in SEES_NO_SCORES:
        raise RightsError("workflows.not_allowed", role=desk.actor.role, action="view")
    desk.authorise("view", unit_code)
    below = subtree(units, unit_code)
    own = str(below.loc[below["unit_code"] == unit_code, "kind"].iloc[0])
    return tuple(_of_unit(desk.opened.campaign, own, set(below["kind"]) - {own}))


def chart_spec(desk: Desk, unit_code: str, choice: Choice) -> dict[str, Any]:
    """Vega-Lite specification of one of :func:`chart_choices` on the newest data, holding only the data it shows.

    Raises
    ------
    RightsError
        As :func:`chart_choices`.
    UsageError
        ``workflows.unknown_chart`` for any other chart.
    """
    choices = chart_choices(desk, unit_code)
    if choice not in choices:
        names = sorted({name for name, _ in choices})
        raise UsageError("workflows.unknown_chart", **nearest(choice[0], names))
    from pbwidgets.workflows.reports.drawing import CHARTS
    from pbwidgets.workflows.reports.report import open_report

    report = open_report(take_snapshot(desk.workspace, desk.opened).folder, unit_code, desk.lang)
    name, track_id = choice
    spec: dict[str, Any] = CHARTS[name](report, desk.opened.campaign.track(track_id)).to_dict(validate=False)
    return spec


def _of_unit(campaign: Campaign, kind: str, kinds_below: set[str]) -> list[Choice]:
    found: list[Choice] = []
    for track in campaign.tracks:
        if track.kind != "score":
            continue
        if kind in track.unit_kind:
            found += [(name, track.id) for name in ("criterion_bars", "rank_strip")]
            found += [("layer_gaps", track.id)] if len(track.layers) > 1 else []
        elif not kinds_below.isdisjoint(track.unit_kind):
            found += [(name, track.id) for name in ("ranking_bars", "lost_points_heatmap", "unit_gaps")]
            found += [("class_moves", track.id)] if track.classes else []
            by = track.nomination.by if track.nomination else None
            found += [("nomination_balance", track.id)] if by == kind else []
            found += [("allotment_balance", track.id)] if by in kinds_below else []
    return found
