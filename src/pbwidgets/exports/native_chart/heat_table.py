"""A heat map as a table with coloured cells."""

from dataclasses import dataclass, replace
from typing import Any, Final

from pbwidgets import palette
from pbwidgets.charts.native import Cell, NativeTable, count_lines
from pbwidgets.charts.sheet import text_width
from pbwidgets.exports.lettering import LEAST_PT, Box, inches, rgb, set_font
from pbwidgets.exports.native_chart.page import CHART_BOX, LINE_IN, above_notes, describe, put_notes
from pbwidgets.intake.text import drop_unfit
from pbwidgets.wording import say

_ROW_IN, _HIGHEST_IN = 0.285, 0.5
_SPARE_IN: Final = 0.08
_BETWEEN_IN: Final = 0.3
_EDGE_IN, _NAME_EDGE_IN = 0.02, 0.08
_WIDEST_IN: Final = 1.9
_MOST_NAMES: Final = 0.42
"""Most of the width that the names may take, unless the cells leave them more."""


def add_heat_table(
    page: Any, native: NativeTable, box: Box = CHART_BOX, *, words: str = "", lang: str = "zh_CN"
) -> Any:
    """Put a heat map as a table with coloured cells on a slide and return its frame.

    More rows than fit below each other are parted into two tables side by side if these have room for every number;
    the frame is then that of the first. Rows that do not fit either are left out, and a line says so.

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
    lang
        Language of the line about rows that are left out.
    """
    notes = [native.legend, native.note]
    plan = _plan(native, above_notes(notes, box))
    if plan.shown < len(native.rows):
        plan = _plan(native, above_notes([*notes, _word_rest(native, plan.shown, lang)], box))
        notes.append(_word_rest(native, plan.shown, lang))
    left, top, *_ = put_notes(page, notes, box)
    step = sum(plan.widths) + _BETWEEN_IN
    row = min(max(plan.height / len(plan.parts[0].rows), plan.row), max(_HIGHEST_IN, plan.row))
    places = [
        (left + at * step, top, sum(plan.widths), plan.head + row * len(part.rows))
        for at, part in enumerate(plan.parts)
    ]
    frames = [
        _put(page, part, place, plan.widths, (plan.head, row))
        for part, place in zip(plan.parts, places, strict=True)
    ]
    for frame in frames:
        describe(frame, words)
    return frames[0]


@dataclass(frozen=True)
class _Plan:
    """The tables beside each other, and in inches: their columns, head, least height of a row, height of all rows."""

    parts: list[NativeTable]
    widths: list[float]
    head: float
    row: float
    height: float

    @property
    def shown(self) -> int:
        return sum(len(part.rows) for part in self.parts)


def _plan(native: NativeTable, box: Box) -> _Plan:
    width, height = box[2], box[3] - _SPARE_IN
    one, two = (_column_inches(native, wide) for wide in (width, (width - _BETWEEN_IN) / 2))
    room = {1: _room(native, one, height), 2: _room(native, two, height) if _has_room(native, two) else 0}
    tables = 1 if len(native.rows) <= room[1] or room[2] * 2 <= room[1] else 2
    widths = one if tables == 1 else two
    shown = min(len(native.rows), room[tables] * tables)
    half = -(-shown // tables)
    parts = [_rows_of(native, slice(at, min(at + half, shown))) for at in range(0, shown, half)]
    head = _head_inches(native, widths)
    return _Plan(parts, widths, head, _row_inches(native, widths), height - head)


def _room(native: NativeTable, widths: list[float], height: float) -> int:
    """Rows below each other, at least one."""
    return max(int((height - _head_inches(native, widths)) / _row_inches(native, widths) + 1e-6), 1)


def _has_room(native: NativeTable, widths: list[float]) -> bool:
    """Whether names, heads and numbers stay on one line."""
    columns = [(native.corner, *native.rows)]
    columns += zip(native.columns, *([cell.text for cell in cells] for cells in native.cells), strict=True)
    return all(
        count_lines(text, letters) == 1
        for letters, texts in zip(_letters(widths)[:-1], columns, strict=True)
        for text in texts
    )


def _letters(widths: list[float]) -> list[float]:
    """Chinese letters beside each other in each column."""
    edges = [2 * _NAME_EDGE_IN, *[2 * _EDGE_IN] * (len(widths) - 1)]
    return [(one - edge) * 72 / LEAST_PT for one, edge in zip(widths, edges, strict=True)]


def _word_rest(native: NativeTable, shown: int, lang: str) -> str:
    return say("slides.rest", lang, shown=shown, rows=len(native.rows))


def _rows_of(native: NativeTable, part: slice) -> NativeTable:
    return replace(
        native,
        rows=native.rows[part], values=native.values[part], cells=native.cells[part], sums=native.sums[part],
    )  # fmt: skip


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
    lines = max(count_lines(head, room) for head, room in zip(heads, _letters(widths), strict=True))
    return _ROW_IN + (lines - 1) * LINE_IN + (0.1 if lines > 1 else 0.0)


def _row_inches(native: NativeTable, widths: list[float]) -> float:
    """Height of a row with the longest name."""
    return _ROW_IN + (max(count_lines(name, _letters(widths)[0]) for name in native.rows) - 1) * LINE_IN


def _column_inches(native: NativeTable, width: float) -> list[float]:
    """Names as wide as they need; the sums too; all between them equally wide."""
    names = max(text_width(name, LEAST_PT) for name in (native.corner, *native.rows)) / 72 + 0.2
    sums = max(text_width(total, LEAST_PT) for total in (native.sum_name, *native.sums)) / 72 + 0.1
    texts = (*native.columns, *(cell.text for cells in native.cells for cell in cells))
    needed = (max(text_width(text, LEAST_PT) for text in texts) / 72 + 2 * _EDGE_IN) * len(native.columns)
    names = min(names, max(width * _MOST_NAMES, width - sums - needed))
    each = (width - names - sums) / max(len(native.columns), 1)
    return [names, *[min(each, _WIDEST_IN)] * len(native.columns), sums]


def _fill_cell(target: Any, cell: Cell, *, bold: bool, centred: bool) -> None:
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Inches

    target.fill.solid()
    target.fill.fore_color.rgb = rgb(cell.fill)
    target.margin_top = target.margin_bottom = 0
    target.margin_left = target.margin_right = Inches(_EDGE_IN if centred else _NAME_EDGE_IN)
    target.vertical_anchor = MSO_ANCHOR.MIDDLE
    paragraph = target.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.CENTER if centred else PP_ALIGN.LEFT
    run = paragraph.add_run()
    run.text = drop_unfit(cell.text)
    set_font(run.font, LEAST_PT, cell.ink, bold=bold)
