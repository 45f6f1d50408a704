"""A heat map as a table with coloured cells."""

from typing import Any, Final

from pbwidgets import palette
from pbwidgets.charts.native import Cell, NativeTable
from pbwidgets.charts.sheet import text_width
from pbwidgets.exports.lettering import LEAST_PT, set_font
from pbwidgets.exports.native_chart.page import CHART_BOX, LINE_IN, Box, describe, put_notes, rgb
from pbwidgets.intake.text import drop_unfit

_ROW_IN, _HIGHEST_IN = 0.3, 0.5
_WIDEST_IN: Final = 1.6
_MOST_NAMES: Final = 0.42
"""Most of the width that the names may take."""


def add_heat_table(page: Any, native: NativeTable, box: Box = CHART_BOX, *, words: str = "") -> Any:
    """Put a heat map as a table with coloured cells on a slide and return its frame.

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
    from pptx.util import Inches

    left, top, width, height = put_notes(page, [native.legend, native.note], box)
    heads = (native.corner, *native.columns, native.sum_name)
    widths = _column_inches(native, width)
    frame = page.shapes.add_table(
        len(native.rows) + 1, len(heads), Inches(left), Inches(top), Inches(sum(widths)), Inches(height)
    )
    describe(frame, words)
    table = frame.table
    table.horz_banding = False
    for place, one in enumerate(widths):
        table.columns[place].width = Inches(one)
    lines = max(
        -(-int(text_width(head, LEAST_PT)) // int(one * 72)) for head, one in zip(heads, widths, strict=True)
    )
    head_height = _ROW_IN + (lines - 1) * LINE_IN
    table.rows[0].height = Inches(head_height)
    row_height = min(max((height - head_height) / max(len(native.rows), 1), _ROW_IN), _HIGHEST_IN)
    for place, head in enumerate(heads):
        _fill_cell(
            table.cell(0, place), Cell(head, palette.NAVY, palette.WHITE), bold=True, centred=place > 0
        )
    for row, (name, cells, total) in enumerate(
        zip(native.rows, native.cells, native.sums, strict=True), start=1
    ):
        table.rows[row].height = Inches(row_height)
        plain = Cell(name, palette.WHITE, palette.INK), *cells, Cell(total, palette.WHITE, palette.INK)
        for place, cell in enumerate(plain):
            _fill_cell(table.cell(row, place), cell, bold=place == len(heads) - 1, centred=place > 0)
    return frame


def _column_inches(native: NativeTable, width: float) -> list[float]:
    """Names as wide as they need; the sums too; all between them equally wide."""
    names = max(text_width(name, LEAST_PT) for name in (native.corner, *native.rows)) / 72 + 0.2
    sums = max(text_width(total, LEAST_PT) for total in (native.sum_name, *native.sums)) / 72 + 0.2
    names = min(names, width * _MOST_NAMES)
    each = (width - names - sums) / max(len(native.columns), 1)
    return [names, *[min(each, _WIDEST_IN)] * len(native.columns), sums]


def _fill_cell(target: Any, cell: Cell, *, bold: bool, centred: bool) -> None:
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Inches

    target.fill.solid()
    target.fill.fore_color.rgb = rgb(cell.fill)
    target.margin_top = target.margin_bottom = Inches(0.02)
    target.margin_left = target.margin_right = Inches(0.02 if centred else 0.08)
    target.vertical_anchor = MSO_ANCHOR.MIDDLE
    paragraph = target.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.CENTER if centred else PP_ALIGN.LEFT
    run = paragraph.add_run()
    run.text = drop_unfit(cell.text)
    set_font(run.font, LEAST_PT, cell.ink, bold=bold)
