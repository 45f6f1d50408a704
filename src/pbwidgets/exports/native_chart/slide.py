"""A slide with one chart that stays editable."""

import io
from pathlib import Path
from typing import Any

from pbwidgets import palette
from pbwidgets.charts.native import NativeChart, NativeTable
from pbwidgets.exports.archive import write_settled
from pbwidgets.exports.native_chart.chart import add_chart
from pbwidgets.exports.native_chart.heat_table import add_heat_table
from pbwidgets.exports.native_chart.page import CHART_BOX, Box
from pbwidgets.intake.text import drop_unfit


def add_native(page: Any, native: NativeChart | NativeTable, box: Box = CHART_BOX, *, words: str = "") -> Any:
    """Put an editable chart or a coloured table on a slide, whichever it is, and return its frame."""
    if isinstance(native, NativeTable):
        return add_heat_table(page, native, box, words=words)
    return add_chart(page, native, box, words=words)


def save_chart_slide(
    native: NativeChart | NativeTable, path: Path, title: str, *, sentence: str = ""
) -> Path:
    """Write a presentation of one slide with an editable chart, and return its path.

    Parameters
    ----------
    native
        The chart or coloured table.
    path
        The ``.pptx`` to write; folders are made.
    title, sentence
        Title of the slide, and the line below it.

    Notes
    -----
    The same input gives the same bytes.
    """
    from pptx import Presentation
    from pptx.util import Inches

    from pbwidgets.exports import pptx

    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(pptx.SLIDE_WIDTH_IN), Inches(pptx.SLIDE_HEIGHT_IN)
    pptx._widen_layouts(deck)
    pptx._set_theme_fonts(deck)
    page = deck.slides.add_slide(deck.slide_layouts[5])
    pptx._put_title(page, drop_unfit(title))
    if sentence:
        pptx._add_text(page, sentence, (0.5, 0.8, 12.333, 0.45), size=18, colour=palette.QUIET)
    add_native(page, native, words=f"{title} {sentence}".strip())
    properties = deck.core_properties
    properties.title, properties.author, properties.last_modified_by = drop_unfit(title), "pbwidgets", ""
    content = io.BytesIO()
    deck.save(content)
    return write_settled(content.getvalue(), path)
