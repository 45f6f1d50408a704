"""The slides of a report."""

from pathlib import Path

from pbwidgets.charts import title_share
from pbwidgets.exports import Slide, build_deck
from pbwidgets.workflows.reports.files.content import Content, Cover, DrawnFigure, title_in


def write_deck(contents: tuple[Content, ...], cover: Cover, path: Path) -> None:
    """Write the slides of a report, if it has figures."""
    slides = [_slide_of(piece) for piece in contents if isinstance(piece, DrawnFigure)]
    if slides:
        title = title_in(contents, cover)
        build_deck(slides, path, title=title, subtitle=cover.subtitle, lang=cover.lang, note=cover.mark)


def _slide_of(drawn: DrawnFigure) -> Slide:
    figure = drawn.figure
    # a slide has a title of its own: that of our sheets is cut off, any other chart is drawn without it
    cut = title_share(figure.chart)
    picture = figure.chart if cut is None else drawn.png
    frame, columns = (figure.table.frame, figure.table.columns) if figure.table else (None, {})
    return Slide(figure.title, picture, frame, columns, figure.sentence, cut=cut or 0.0)
