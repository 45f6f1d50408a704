"""Draw one chart into a file."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pbwidgets import charts
from pbwidgets.campaign import Track
from pbwidgets.errors import UsageError
from pbwidgets.units import unit_names
from pbwidgets.workflows.ground.lookup import check_track, nearest
from pbwidgets.workflows.reports.report import Report

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
    names = unit_names(shown)
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
"""Charts by name: functions of one unit's report and a track."""


def draw_chart(report: Report, name: str, path: Path, track_id: str | None = None) -> None:
    """Draw one chart of a report into a PNG, SVG or PDF file.

    Parameters
    ----------
    name
        One of :data:`CHARTS`.
    path
        The file; its extension determines the format.
    track_id
        The track; by default the first that fits the unit.

    Raises
    ------
    UsageError
        ``workflows.unknown_chart``, ``workflows.unknown_track``, ``workflows.chart_format``.
    """
    if name not in CHARTS:
        raise UsageError("workflows.unknown_chart", **nearest(name, sorted(CHARTS)))
    if path.suffix.lower().lstrip(".") not in FORMATS:
        raise UsageError("workflows.chart_format", value=path.suffix)
    check_track(report.campaign, track_id)
    tracks = (*report.own_tracks, *report.tracks_below)
    track = next((item for item in tracks if track_id in (None, item.id)), None)
    if track is None:
        raise UsageError("workflows.unknown_track", **nearest(track_id or "", [item.id for item in tracks]))
    charts.save_chart(CHARTS[name](report, track), path)
