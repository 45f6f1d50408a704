"""Sheets of slips to print, cut apart and hand out: first passwords, codes of a survey.

Anybody who hands out something on paper uses :func:`save_slips`: a :class:`Slip` has a title, lines of a name
and a value, one value that stands out because it is typed in, and small print. Ten slips fill a page of A4,
two side by side, with dashed lines to cut along; a slip never breaks over two pages.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from pbwidgets.exports.archive import write_settled
from pbwidgets.exports.docx import BODY_FONT, HEADING_FONTS, LATIN_FONT

CODE_FONT: Final = "Consolas"
"""Tells 1 from l and 0 from O on paper."""
_MARGIN_MM, _WIDTH_MM, _HEIGHT_MM = 12, 93, 54


@dataclass(frozen=True)
class Slip:
    """One slip.

    Attributes
    ----------
    title
        For whom or what it is.
    lines
        Names and values, one pair a line.
    code
        Name and value of what is typed in, set large in letters that cannot be mistaken.
    note
        What to do first, in small print.
    """

    title: str
    lines: tuple[tuple[str, str], ...]
    code: tuple[str, str]
    note: str = ""


def save_slips(slips: Iterable[Slip], path: Path) -> Path:
    """Path of a document of slips on A4, in the order given; folders are made.

    The same slips give the same bytes.
    """
    from docx import Document

    document = Document()
    _set_page(document)
    given = iter(slips)
    rows = list(zip_longest(given, given))
    table = document.add_table(rows=len(rows), cols=2)
    table.autofit = False
    _set_cutting_lines(table)
    for row, pair in zip(table.rows, rows, strict=True):
        _fix_height(row)
        for cell, slip in zip(row.cells, pair, strict=True):
            _set_width(cell)
            if slip is not None:
                _fill(cell, slip)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = path.stem, "pbwidgets", ""
    content = io.BytesIO()
    document.save(content)
    return write_settled(content.getvalue(), path)


def _set_page(document: Any) -> None:
    from docx.shared import Mm, Pt

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(_MARGIN_MM)
    section.top_margin = section.bottom_margin = Mm(_MARGIN_MM)
    section.header_distance = section.footer_distance = Mm(5)
    normal = document.styles["Normal"].paragraph_format
    normal.space_before = normal.space_after = Pt(0)
    # the paragraph that must follow a table would begin a page of its own
    document.styles["Normal"].font.size = Pt(1)


def _set_cutting_lines(table: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "dashed"), ("sz", "4"), ("space", "0"), ("color", "808080")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    table._tbl.tblPr.append(borders)


def _fix_height(row: Any) -> None:
    from docx.enum.table import WD_ROW_HEIGHT_RULE
    from docx.oxml import OxmlElement
    from docx.shared import Mm

    row.height, row.height_rule = Mm(_HEIGHT_MM), WD_ROW_HEIGHT_RULE.EXACTLY
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _set_width(cell: Any) -> None:
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
    from docx.shared import Mm

    cell.width = Mm(_WIDTH_MM)
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER


def _fill(cell: Any, slip: Slip) -> None:
    _write(cell.paragraphs[0], slip.title, 13, font=HEADING_FONTS[1], after=4)
    for name, value in slip.lines:
        _write(cell.add_paragraph(), f"{name}：{value}", 11)
    name, value = slip.code
    line = cell.add_paragraph()
    _write(line, f"{name}：", 11, after=3)
    _write(line, value, 16, latin=CODE_FONT, bold=True, after=3)
    if slip.note:
        _write(cell.add_paragraph(), slip.note, 9)


def _write(
    paragraph: Any,
    text: str,
    size: int,
    *,
    font: str = BODY_FONT,
    latin: str = LATIN_FONT,
    bold: bool = False,
    after: int = 1,
) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    paragraph.paragraph_format.space_after = Pt(after)
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm(2)
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.font.bold = latin, Pt(size), bold
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
