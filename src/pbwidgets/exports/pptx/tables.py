"""Native tables on slides: whole where they fit, else on several slides, each with the heads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from pbwidgets import palette
from pbwidgets.exports.columns import Column, char_width, measure_columns, to_cell_texts
from pbwidgets.exports.lettering import LEAST_PT, Box, inches, rgb
from pbwidgets.exports.pptx.stage import Stage

_ROW_IN, _LINE_IN, _PAD_IN = 0.37, 0.28, 0.1
_SPARE: Final = 0.6
"""Most that a small table is widened by."""


@dataclass(frozen=True)
class TableLayout:
    """A table as it stands on slides.

    Attributes
    ----------
    columns
        Its columns.
    widths
        Their widths in inches.
    pages
        Rows of cell texts, for each slide.
    """

    columns: Sequence[Column]
    widths: Sequence[float]
    pages: Sequence[Sequence[Sequence[str]]]

    @property
    def rows(self) -> int:
        """Number of rows on all slides."""
        return sum(map(len, self.pages))


def lay_out(frame: pd.DataFrame, columns: Mapping[str, Column], lang: str, box: Box) -> TableLayout:
    """Divide a table into slides that each fit a box; one without rows has one slide."""
    shown = dict(columns) or {str(name): Column(str(name)) for name in frame.columns}
    texts = to_cell_texts(frame.rename(columns=str), shown, lang)
    widths = _column_inches(texts, shown, box[2])
    head = _row_inches([column.label for column in shown.values()], widths)
    pages: list[list[list[str]]] = [[]]
    left = box[3] - head
    for row in texts:
        high = _row_inches(row, widths)
        if high > left and pages[-1]:
            pages.append([])
            left = box[3] - head
        pages[-1].append(row)
        left -= high
    return TableLayout(tuple(shown.values()), widths, pages)


def _column_inches(texts: list[list[str]], columns: Mapping[str, Column], wide: float) -> list[float]:
    """Widths that keep every text on one line if there is room, in total at most the width of the box."""
    wanted = [
        chars * LEAST_PT / 72 / 2 * 1.06 + 2 * _PAD_IN + 0.06
        for chars in measure_columns(texts, columns, most=60)
    ]
    total = sum(wanted)
    if total <= wide:
        # spread the spare width, but keep a small table small
        spare = min(wide - total, total * _SPARE)
        return [width * (1 + spare / total) for width in wanted]
    # narrow columns keep their width, wide ones share the rest
    fair = wide / len(wanted)
    narrow = sum(width for width in wanted if width <= fair)
    rest = sum(width for width in wanted if width > fair)
    return [width if width <= fair else width / rest * (wide - narrow) for width in wanted]


def _row_inches(row: Sequence[str], widths: Sequence[float]) -> float:
    letters = [max(1.0, (width - 2 * _PAD_IN) * 72 / LEAST_PT * 2) for width in widths]
    lines = max([1, *(-(-char_width(text) // int(fit)) for text, fit in zip(row, letters, strict=True))])
    return _ROW_IN + _LINE_IN * (lines - 1)


def put_table(stage: Stage, page: Any, layout: TableLayout, number: int, box: Box, words: str) -> None:
    """Put one part of a table on a slide.

    Parameters
    ----------
    number
        Which of its pages, from 0.
    words
        What it shows, for those who do not see it.
    """
    rows = layout.pages[number]
    left, top, _, _ = box
    place = inches((left, top, sum(layout.widths), _ROW_IN * (len(rows) + 1)))
    frame = page.shapes.add_table(len(rows) + 1, len(layout.columns), *place)
    frame.name = words
    frame._element.nvGraphicFramePr.cNvPr.set("descr", words)
    table = frame.table
    for at, width in enumerate(inches(tuple(layout.widths))):  # type: ignore[arg-type]  # as many as there are columns
        table.columns[at].width = width
    for row in table.rows:
        row.height = inches((_ROW_IN,))[0]  # type: ignore[arg-type]  # one of them
    for at, column in enumerate(layout.columns):
        texts = [column.label, *(row[at] for row in rows)]
        for line, text in enumerate(texts):
            _fill_cell(stage, table.cell(line, at), text, line, is_text=column.format == "text")


def _fill_cell(stage: Stage, cell: Any, text: str, line: int, *, is_text: bool) -> None:
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN

    is_head = line == 0
    if stage.is_ours:
        fill = palette.NAVY if is_head else palette.WHITE if line % 2 else palette.SLIDE_BAND
        cell.fill.solid()
        cell.fill.fore_color.rgb = rgb(fill)
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.LEFT if is_text else PP_ALIGN.RIGHT
    ink = palette.WHITE if is_head else palette.INK
    stage.add_run(paragraph, text, size=LEAST_PT, colour=ink, bold=is_head)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.margin_top = cell.margin_bottom = 18000
