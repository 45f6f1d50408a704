"""Draw one chart into a file: a figure of a block."""

from collections.abc import Iterator
from dataclasses import dataclass
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

FORMATS: Final = ("png", "svg", "pdf", "pptx")


@dataclass(frozen=True)
class Wanted:
    """Which of a block's figures, and what for.

    Attributes
    ----------
    track_id
        The track; by default the first that has the chart.
    sheet
        Number of the figure, from 1, where a block draws several.
    page
        What the picture is for, a name of :data:`pbwidgets.charts.PAGES`; a ``.pptx`` is always a slide.
    """

    track_id: str | None = None
    sheet: int = 1
    page: str = "slide"


def list_charts(library: Library | None = None, lang: str = "zh_CN") -> dict[str, str]:
    """What each chart shows, in words, by the name of its block; by default of the workspace's library."""
    library = library or library_of(load_settings())
    return {one.name: one.label(lang) for one in library.sound() if one.has_figures}


def draw_chart(
    report: Report, name: str, path: Path, wanted: Wanted = Wanted(), library: Library | None = None
) -> Path:
    """Draw one chart of a report into a PNG, SVG or PDF file, or onto a slide, and return its path.

    A slide has a chart that can be edited, if presentations have such a chart, else a picture.

    Parameters
    ----------
    name
        A block that draws figures. Where it cannot do without arguments, it is taken with those that it has in the
        workspace's reports for the campaign.
    path
        The file; its extension determines the format.
    wanted
        Which of its figures.
    library
        The blocks there are; by default those of the workspace.

    Raises
    ------
    UsageError
        ``workflows.chart_format``, ``workflows.chart_page``; and as :func:`find_figure`.
    """
    if path.suffix.lower().lstrip(".") not in FORMATS:
        raise UsageError("workflows.chart_format", value=path.suffix)
    if wanted.page not in charts.PAGES:
        raise UsageError("workflows.chart_page", **nearest(wanted.page, list(charts.PAGES)))
    return _save(report, find_figure(report, name, wanted, library), path, wanted.page)


def find_figure(
    report: Report, name: str, wanted: Wanted = Wanted(), library: Library | None = None
) -> Figure:
    """One figure of a block: its chart, headline, sentence and table; see :func:`draw_chart`.

    Raises
    ------
    UsageError
        ``workflows.unknown_chart``, ``workflows.unknown_track``; ``blocks.no_figure`` if the unit or the track has no
        such chart, ``blocks.no_sheet`` if it has fewer.
    """
    library = library or library_of(load_settings())
    if name not in library.names or not library.find(name).has_figures:
        raise UsageError("workflows.unknown_chart", **nearest(name, list(list_charts(library))))
    check_track(report.campaign, wanted.track_id)
    track = None if wanted.track_id is None else _find_track(report, wanted.track_id)
    count = 0
    for item in _lay(name, report, library):
        for piece in item.draw(report) if track is None else item.draw_track(report, track):
            count += isinstance(piece, Figure)
            if isinstance(piece, Figure) and count == wanted.sheet:
                return piece
    if not count:
        raise UsageError("blocks.no_figure", block=name, unit=report.unit_name)
    raise UsageError("blocks.no_sheet", block=name, sheet=wanted.sheet, sheets=count)


def _save(report: Report, figure: Figure, path: Path, page: str) -> Path:
    if path.suffix.lower() != ".pptx":
        return charts.save_chart(figure.told, path.with_suffix(path.suffix.lower()), page)
    from pbwidgets.exports.pptx import Slide, save_slide

    below = figure.title if figure.headline else figure.sentence
    made = Slide(figure.headline or figure.title, figure.chart, native=figure.native, key_sentence=below)
    return save_slide(made, path, report.lang, source=report.cover.source)


def _lay(name: str, report: Report, library: Library) -> Iterator[Item]:
    """The block as it is; where an argument has no value of its own, as the workspace's reports lay it."""
    reading = read_blocks([{"block": name}], library)
    if not reading.findings:
        yield reading.placed[0].item
        return
    from pbwidgets.workflows.reports.definitions import find_reports

    laid: list[Item] = []
    for one in find_reports(load_settings().parameters / "reports").values():
        if one.is_for(report.campaign):
            placed = read_blocks(one.blocks, library, one.parameters).placed
            laid += [at.item for at in placed if at.item.block.name == name and at.item not in laid]
    yield from laid
    if not laid:
        raise UsageError(reading.findings[0].code, **reading.findings[0].args)


def _find_track(report: Report, track_id: str) -> Track:
    tracks = {track.id: track for track in tracks_of(report, None)}
    if track_id not in tracks:
        raise UsageError("workflows.unknown_track", **nearest(track_id, list(tracks)))
    return tracks[track_id]
