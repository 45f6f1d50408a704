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
_DENSE_ROW_IN, _DENSE_PT = 0.215, 15
"""Least height of a row whose lines are as close as they can be, and their pitch."""
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

    names = (native.corner, *native.columns, native.sum_name)
    first = 1 if native.groups else 0
    frame = page.shapes.add_table(len(native.rows) + 1 + first, len(names), *inches(box))
    table = frame.table
    table.horz_banding = False
    for place, one in enumerate(widths):
        table.columns[place].width = Inches(one)
    above = _group_inches(native)
    for place, row in enumerate(table.rows):
        row.height = Inches(heights[1] if place > first else above if place < first else heights[0] - above)
    for place, name in enumerate(names):
        head = Cell(name, palette.NAVY, palette.WHITE)
        _fill_cell(table.cell(first, place), head, bold=True, centred=place > 0, dense=native.dense)
        if native.heads == "turned" and 0 < place < len(names) - 1:
            table.cell(first, place)._tc.get_or_add_tcPr().set("vert", "vert270")
    if native.groups:
        _put_groups(table, native)
    for row, (name, cells, total) in enumerate(
        zip(native.rows, native.cells, native.sums, strict=True), start=first + 1
    ):
        plain = Cell(name, palette.WHITE, palette.INK), *cells, Cell(total, palette.WHITE, palette.INK)
        for place, cell in enumerate(plain):
            target, is_last = table.cell(row, place), place == len(names) - 1
            _fill_cell(target, cell, bold=is_last, centred=place > 0, dense=native.dense)
    return frame


def _put_groups(table: Any, native: NativeTable) -> None:
    """Headings over their columns, in a row above the names of columns."""
    for place in (0, len(native.columns) + 1):
        text = table.cell(1, place).text_frame.text
        table.cell(1, place).text_frame.paragraphs[0].clear()
        table.cell(0, place).merge(table.cell(1, place))
        head = Cell(text, palette.NAVY, palette.WHITE)
        _fill_cell(table.cell(0, place), head, bold=True, centred=place > 0, dense=native.dense)
    begin = 1
    for name, count in native.groups:
        if count > 1:
            table.cell(0, begin).merge(table.cell(0, begin + count - 1))
        head = Cell(name, palette.NAVY, palette.WHITE)
        _fill_cell(table.cell(0, begin), head, bold=True, centred=True, dense=native.dense)
        begin += count


def _least_row(native: NativeTable) -> float:
    return _DENSE_ROW_IN if native.dense else _ROW_IN


def _line_in(native: NativeTable) -> float:
    return _DENSE_PT / 72 if native.dense else LINE_IN


def _group_inches(native: NativeTable) -> float:
    """Height of the row of headings above the columns; 0 without any."""
    return _ROW_IN if native.groups else 0.0


def _head_inches(native: NativeTable, widths: list[float]) -> float:
    if native.heads == "turned":
        longest = max(text_width(name, LEAST_PT) for name in native.columns) / 72
        return longest + 0.1 + _group_inches(native)
    names = (native.corner, *native.columns, native.sum_name)
    lines = max(count_lines(name, room) for name, room in zip(names, _letters(widths), strict=True))
    high = (
        _least_row(native)
        + (lines - 1) * _line_in(native)
        + ((0.04 if native.dense else 0.1) if lines > 1 else 0.0)
    )
    return high + _group_inches(native)


def _row_inches(native: NativeTable, widths: list[float]) -> float:
    """Height of a row with the longest name."""
    lines = max(count_lines(name, _letters(widths)[0]) for name in native.rows)
    return _least_row(native) + (lines - 1) * _line_in(native)


def _column_inches(native: NativeTable, width: float) -> list[float]:
    """Names as wide as they need; the sums too; all between them equally wide."""
    names = max(text_width(name, LEAST_PT) for name in (native.corner, *native.rows)) / 72 + 0.2
    sums = max(text_width(total, LEAST_PT) for total in (native.sum_name, *native.sums)) / 72 + 0.1
    columns = native.columns if native.heads == "lying" else ()
    texts = (*columns, *(cell.text for cells in native.cells for cell in cells))
    needed = (max(text_width(text, LEAST_PT) for text in texts) / 72 + 2 * _EDGE_IN) * len(native.columns)
    names = min(names, max(width * _MOST_NAMES, width - sums - needed))
    each = (width - names - sums) / max(len(native.columns), 1)
    return [names, *[min(each, _WIDEST_IN)] * len(native.columns), sums]


def _fill_cell(target: Any, cell: Cell, *, bold: bool, centred: bool, dense: bool) -> None:
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Inches, Pt

    target.fill.solid()
    target.fill.fore_color.rgb = rgb(cell.fill)
    target.margin_top = target.margin_bottom = 0
    target.margin_left = target.margin_right = Inches(_EDGE_IN if centred else _NAME_EDGE_IN)
    target.vertical_anchor = MSO_ANCHOR.MIDDLE
    paragraph = target.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.CENTER if centred else PP_ALIGN.LEFT
    if dense:
        paragraph.line_spacing = Pt(_DENSE_PT)
    run = paragraph.add_run()
    run.text = (
        drop_unfit(cell.text) or "\N{NO-BREAK SPACE}"
    )  # an empty line has the height of the usual 18 points
    set_font(run.font, LEAST_PT, cell.ink, bold=bold)
