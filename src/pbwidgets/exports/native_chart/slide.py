"""A slide with one chart that stays editable."""

from pathlib import Path
from typing import Any

from pbwidgets.charts.native import NativeChart, NativeTable
from pbwidgets.exports.lettering import Box
from pbwidgets.exports.native_chart.chart import add_chart
from pbwidgets.exports.native_chart.heat_table import add_heat_table
from pbwidgets.exports.native_chart.page import CHART_BOX


def add_native(
    page: Any,
    native: NativeChart | NativeTable,
    box: Box = CHART_BOX,
    *,
    words: str = "",
    lang: str = "zh_CN",
) -> Any:
    """Put an editable chart or a coloured table on a slide, whichever it is, and return its frame."""
    if isinstance(native, NativeTable):
        return add_heat_table(page, native, box, words=words, lang=lang)
    return add_chart(page, native, box, words=words, lang=lang)


def save_chart_slide(
    native: NativeChart | NativeTable, path: Path, title: str = "", *, sentence: str = ""
) -> Path:
    """Write a presentation of one slide with an editable chart, and return its path.

    Parameters
    ----------
    native
        The chart or coloured table.
    path
        The ``.pptx`` to write; folders are made.
    title, sentence
        Title of the slide, by default that of the chart, and the line below it.

    Notes
    -----
    The same input gives the same bytes.
    """
    from pbwidgets.exports.pptx import Slide, save_slide

    return save_slide(Slide(title or native.title, native=native, key_sentence=sentence), path)
