"""One chart into a file."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pbwidgets import charts
from pbwidgets.campaign import Track
from pbwidgets.errors import UsageError
from pbwidgets.workflows.listing import check_track
from pbwidgets.workflows.reporting import Report, open_report
from pbwidgets.workflows.snapshots import find_snapshot
from pbwidgets.workflows.workspace import Opened, Workspace, nearest

if TYPE_CHECKING:
    import altair as alt

FORMATS: Final = ("png", "svg", "pdf")


def _criterion_bars(report: Report, track: Track) -> "alt.LayerChart":
    return charts.criterion_bars(report.scores.points, report.scores.reference, report.view(track))


def _rank_strip(report: Report, track: Track) -> "alt.LayerChart":
    return charts.rank_strip(report.ranks(track, 7), report.ranked_count(track), report.view(track))


def _layer_gaps(report: Report, track: Track) -> "alt.LayerChart":
    return charts.layer_gaps(report.scores.points, report.view(track))


def _unit_gaps(report: Report, track: Track) -> "alt.LayerChart":
    shown = report.contenders(track).head(12)
    names = dict(zip(shown["unit_code"], shown["unit_name"], strict=True))
    return charts.unit_gaps(report.scores.totals, names, report.view(track))


def _nomination_balance(report: Report, track: Track) -> "alt.LayerChart":
    return charts.nomination_balance(report.scores.balance, report.view(track))


def _ranking_bars(report: Report, track: Track) -> "alt.LayerChart":
    return charts.ranking_bars(report.labelled_selection(track), report.view(track))


def _lost_points_heatmap(report: Report, track: Track) -> "alt.LayerChart":
    names, groups = report.rows_of_heatmap(track)
    return charts.lost_points_heatmap(report.scores.points, names, report.view(track), groups=groups)


def _allotment_balance(report: Report, track: Track) -> "alt.LayerChart":
    return charts.allotment_balance(report.scores.balance, report.names, report.view(track))


def _class_moves(report: Report, track: Track) -> "alt.LayerChart":
    if track.classes is None:
        raise UsageError("classes.none_here")
    moves = report.moves_of(track)
    return charts.class_moves(moves.frame, moves.days, report.view(track))


CHARTS: Final[Mapping[str, Callable[[Report, Track], "alt.LayerChart"]]] = {
    "allotment_balance": _allotment_balance,
    "class_moves": _class_moves,
    "criterion_bars": _criterion_bars,
    "layer_gaps": _layer_gaps,
    "lost_points_heatmap": _lost_points_heatmap,
    "nomination_balance": _nomination_balance,
    "rank_strip": _rank_strip,
    "ranking_bars": _ranking_bars,
    "unit_gaps": _unit_gaps,
}
"""Charts by name, as a report of one unit and a track gives them."""


def draw_chart(
    workspace: Workspace,
    opened: Opened,
    name: str,
    path: Path,
    *,
    track_id: str | None = None,
    unit_code: str | None = None,
    snapshot_id: str | None = None,
) -> None:
    """Draw one chart into a PNG, SVG or PDF file.

    Parameters
    ----------
    workspace, opened
        Where, and which campaign and period.
    name
        One of :data:`CHARTS`.
    path
        The file; its ending says the format.
    track_id
        The track; by default the first that fits the unit.
    unit_code
        The unit; by default the uppermost one.
    snapshot_id
        The snapshot; by default the newest data.

    Raises
    ------
    UsageError
        ``workflows.unknown_chart``, ``workflows.unknown_track``, ``workflows.unknown_unit``,
        ``workflows.chart_format``.
    """
    if name not in CHARTS:
        raise UsageError("workflows.unknown_chart", **nearest(name, sorted(CHARTS)))
    if path.suffix.lower().lstrip(".") not in FORMATS:
        raise UsageError("workflows.chart_format", value=path.suffix)
    check_track(opened, track_id)
    snapshot = find_snapshot(workspace, opened, snapshot_id)
    report = open_report(snapshot.folder, unit_code or "", workspace.settings.lang)
    tracks = (*report.own_tracks, *report.tracks_below)
    track = next((item for item in tracks if track_id in (None, item.id)), None)
    if track is None:
        raise UsageError("workflows.unknown_track", **nearest(track_id or "", [item.id for item in tracks]))
    charts.save_chart(CHARTS[name](report, track), path)
