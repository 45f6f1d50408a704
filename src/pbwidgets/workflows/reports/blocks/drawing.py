"""Draw one chart into a file: the first figure of a block."""

from pathlib import Path
from typing import Final

from pbwidgets import charts
from pbwidgets.campaign import Track
from pbwidgets.errors import UsageError
from pbwidgets.settings import load_settings
from pbwidgets.workflows.ground.lookup import check_track, nearest
from pbwidgets.workflows.reports.blocks.block import Item, tracks_of
from pbwidgets.workflows.reports.blocks.library import Library, library_of
from pbwidgets.workflows.reports.blocks.lists import read_blocks
from pbwidgets.workflows.reports.blocks.pieces import Figure
from pbwidgets.workflows.reports.report import Report

FORMATS: Final = ("png", "svg", "pdf")


def draw_chart(
    report: Report, name: str, path: Path, track_id: str | None = None, library: Library | None = None
) -> None:
    """Draw one chart of a report into a PNG, SVG or PDF file.

    Parameters
    ----------
    name
        A block that draws figures; its first one is taken.
    path
        The file; its extension determines the format.
    track_id
        The track; by default the first that has the chart.
    library
        The blocks there are; by default those of the workspace.

    Raises
    ------
    UsageError
        ``workflows.unknown_chart``, ``workflows.unknown_track``, ``workflows.chart_format``; ``blocks.no_figure``
        if the unit or the track has no such chart.
    """
    library = library or library_of(load_settings())
    _check_name(name, library)
    if path.suffix.lower().lstrip(".") not in FORMATS:
        raise UsageError("workflows.chart_format", value=path.suffix)
    check_track(report.campaign, track_id)
    item = _lay(name, library)
    pieces = item.draw(report) if track_id is None else item.draw_track(report, _find_track(report, track_id))
    figure = next((piece for piece in pieces if isinstance(piece, Figure)), None)
    if figure is None:
        raise UsageError("blocks.no_figure", block=name, unit=report.unit_name)
    charts.save_chart(figure.chart, path)


def _check_name(name: str, library: Library) -> None:
    if name not in library.names or not library.find(name).has_figures:
        sound = library.sound()
        raise UsageError(
            "workflows.unknown_chart", **nearest(name, [one.name for one in sound if one.has_figures])
        )


def _lay(name: str, library: Library) -> Item:
    reading = read_blocks([{"block": name}], library)
    for finding in reading.findings:  # an argument that has no value of its own
        raise UsageError(finding.code, **finding.args)
    return reading.placed[0].item


def _find_track(report: Report, track_id: str) -> Track:
    tracks = {track.id: track for track in tracks_of(report, None)}
    if track_id not in tracks:
        raise UsageError("workflows.unknown_track", **nearest(track_id, list(tracks)))
    return tracks[track_id]
