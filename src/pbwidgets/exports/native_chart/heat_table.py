"""A heat map as a table with coloured cells."""

from dataclasses import replace
from typing import Any, Final

from pbwidgets import palette
from pbwidgets.charts.native import Cell, NativeTable
from pbwidgets.charts.sheet import text_width
from pbwidgets.exports.lettering import LEAST_PT, set_font
from pbwidgets.exports.native_chart.page import CHART_BOX, LINE_IN, Box, describe, inches, put_notes, rgb
from pbwidgets.intake.text import drop_unfit

_ROW_IN, _HIGHEST_IN = 0.285, 0.5
_SPARE_IN: Final = 0.08
_BETWEEN_IN: Final = 0.3
_WIDEST_IN: Final = 1.6
_MOST_NAMES: Final = 0.42
"""Most of the width that the names may take."""


def add_heat_table(page: Any, native: NativeTable, box: Box = CHART_BOX, *, words: str = "") -> Any:
    """Put a heat map as a table with coloured cells on a slide and return its frame.

    More rows than fit below each other are parted into two tables side by side; the frame is then that of the first.

    Parameters
    ----------
    page
        A slide of python-pptx.
    native
        The table.
    box
        Where it stands, with its legend and note, in inches.
    words
        What it shows, for those who do not see it.
    """
    left, top, width, height = put_notes(page, [native.legend, native.note], box)
    height -= _SPARE_IN
    widths = _column_inches(native, width)
    head = _head_inches(native, widths)
    parts = [native]
    if head + _ROW_IN * len(native.rows) > height and len(native.rows) > 1:
        parts = _halves(native)
        widths = _column_inches(native, (width - _BETWEEN_IN) / 2)
        head = _head_inches(native, widths)
    row = min(max((height - head) / len(parts[0].rows), _ROW_IN), _HIGHEST_IN)
    step = sum(widths) + _BETWEEN_IN
    places = [
        (left + at * step, top, sum(widths), head + row * len(part.rows)) for at, part in enumerate(parts)
    ]
    frames = [_put(page, part, place, widths, (head, row)) for part, place in zip(parts, places, strict=True)]
    for frame in frames:
        describe(frame, words)
    return frames[0]


def _halves(native: NativeTable) -> list[NativeTable]:
    half = (len(native.rows) + 1) // 2
    return [
        replace(
            native,
            rows=native.rows[part], values=native.values[part], cells=native.cells[part], sums=native.sums[part],
        )
        for part in (slice(half), slice(half, None))
    ]  # fmt: skip


def _put(page: Any, native: NativeTable, box: Box, widths: list[float], heights: tuple[float, float]) -> Any:
    from pptx.util import Inches

    heads = (native.corner, *native.columns, native.sum_name)
    frame = page.shapes.add_table(len(native.rows) + 1, len(heads), *inches(box))
    table = frame.table
    table.horz_banding = False
    for place, one in enumerate(widths):
        table.columns[place].width = Inches(one)
    for place, row in enumerate(table.rows):
        row.height = Inches(heights[0] if place == 0 else heights[1])
    for place, head in enumerate(heads):
        _fill_cell(
            table.cell(0, place), Cell(head, palette.NAVY, palette.WHITE), bold=True, centred=place > 0
        )
    for row, (name, cells, total) in enumerate(
        zip(native.rows, native.cells, native.sums, strict=True), start=1
    ):
        plain = Cell(name, palette.WHITE, palette.INK), *cells, Cell(total, palette.WHITE, palette.INK)
        for place, cell in enumerate(plain):
            _fill_cell(table.cell(row, place), cell, bold=place == len(heads) - 1, centred=place > 0)
    return frame


def _head_inches(native: NativeTable, widths: list[float]) -> float:
    heads = (native.corner, *native.columns, native.sum_name)
    lines = [
        -(-int(text_width(head, LEAST_PT)) // int(one * 72)) for head, one in zip(heads, widths, strict=True)
    ]
    return _ROW_IN + (max(lines) - 1) * LINE_IN + (0.1 if max(lines) > 1 else 0.0)


def _column_inches(native: NativeTable, width: float) -> list[float]:
    """Names as wide as they need; the sums too; all between them equally wide."""
    names = max(text_width(name, LEAST_PT) for name in (native.corner, *native.rows)) / 72 + 0.2
    sums = max(text_width(total, LEAST_PT) for total in (native.sum_name, *native.sums)) / 72 + 0.1
    names = min(names, width * _MOST_NAMES)
    each = (width - names - sums) / max(len(native.columns), 1)
    return [names, *[min(each, _WIDEST_IN)] * len(native.columns), sums]


def _fill_cell(target: Any, cell: Cell, *, bold: bool, centred: bool) -> None:
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Inches

    target.fill.solid()
    target.fill.fore_color.rgb = rgb(cell.fill)
    target.margin_top = target.margin_bottom = 0
    target.margin_left = target.margin_right = Inches(0.02 if centred else 0.08)
    target.vertical_anchor = MSO_ANCHOR.MIDDLE
    paragraph = target.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.CENTER if centred else PP_ALIGN.LEFT
    run = paragraph.add_run()
    run.text = drop_unfit(cell.text)
    set_font(run.font, LEAST_PT, cell.ink, bold=bold)
