"""Tables of a document: as wide as the type area, the header on every page, no row cut in two."""

from collections.abc import Sequence
from typing import Any, Final

from pbwidgets.exports.columns import Column, measure_columns, to_cell_texts
from pbwidgets.exports.docx.blocks import Table
from pbwidgets.exports.docx.page import BODY_FONT, TABLE_PT, TYPE_AREA_MM, set_run
from pbwidgets.intake.text import drop_unfit

_MOST_UPRIGHT: Final = 110
"""Half-width characters beside each other on an upright page, at which cells take two lines."""
_MM_PER_POINT: Final = 25.4 / 72
_SIDES: Final = {"text": "LEFT", "date": "CENTER", "integer": "CENTER"}
"""Where the cells of a format stand; all other numbers stand at the right, so that their decimals do."""


def find_way(tables: Sequence[Table], lang: str) -> str:
    """How a page with these tables stands: ``landscape`` where one is too wide for an upright page."""
    wide = any(sum(_measure(table, lang)) > _MOST_UPRIGHT for table in tables)
    return "landscape" if wide else "portrait"


def add_table(document: Any, block: Table, lang: str, way: str) -> None:
    """Add a table with all its rows."""
    from docx.enum.table import WD_TABLE_ALIGNMENT

    columns = block.shown()
    texts = to_cell_texts(block.frame, columns, lang)
    labels = [[column.label for column in columns.values()]] if block.head else []
    rows = [*labels, *texts]
    table = document.add_table(rows=len(rows), cols=len(columns))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    shown = list(columns.values())
    widths = _set_widths(table, _share(_measure(block, lang), shown, TYPE_AREA_MM[way]))
    for place, (row, words) in enumerate(zip(table.rows, rows, strict=True)):
        head = block.head and place == 0
        mark_row(row, head=head, height_mm=0 if head else block.row_mm)
        for cell, text, column, width in zip(row.cells, words, shown, widths, strict=True):
            cell.width = width
            fill_cell(cell, text, "CENTER" if head else _SIDES.get(column.format, "RIGHT"), head=head)


def _measure(block: Table, lang: str) -> list[float]:
    columns = block.shown()
    texts = to_cell_texts(block.frame, columns, lang)
    return [1.12 * chars + 3 for chars in measure_columns(texts, columns, most=30)]


def _share(chars: Sequence[float], columns: Sequence[Column], whole_mm: float) -> list[float]:
    """Widths of columns in mm. Where there is too little room, texts take more lines; dates and numbers stay whole."""
    needed = [width * TABLE_PT / 2 * _MM_PER_POINT for width in chars]
    rigid = sum(width for width, one in zip(needed, columns, strict=True) if one.format != "text")
    free = sum(needed) - rigid
    if not 0 < whole_mm - rigid < free:
        return [whole_mm * width / (sum(needed) or 1) for width in needed]
    factor = (whole_mm - rigid) / free
    return [
        width * (factor if one.format == "text" else 1) for width, one in zip(needed, columns, strict=True)
    ]


def _set_widths(table: Any, wide_mm: Sequence[float]) -> list[Any]:
    from docx.shared import Mm

    widths = [Mm(width) for width in wide_mm]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    return widths


def mark_row(row: Any, *, head: bool, height_mm: float = 0) -> None:
    """Keep the row on one page; repeat it on every page if it is the header."""
    from docx.oxml import OxmlElement
    from docx.shared import Mm

    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if height_mm:
        row.height = Mm(height_mm)
    if head:
        properties.append(OxmlElement("w:tblHeader"))


def fill_cell(cell: Any, text: str, side: str, *, head: bool) -> None:
    """Write a cell, in the face of a header or of a row."""
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, side)
    paragraph.paragraph_format.line_spacing = Pt(18)
    set_run(paragraph.add_run(drop_unfit(text)), "黑体" if head else BODY_FONT, TABLE_PT)
