"""Sheets of slips to print, cut apart and hand out: first passwords, codes of a survey.

Whatever is handed out on paper goes through :func:`save_slips`: a :class:`Slip` has a title, lines of a name
and a value, one value set large because it will be typed in, and small print. Ten slips fill an A4 page,
two side by side, with dashed lines to cut along; a slip never breaks over two pages.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from pbwidgets import palette
from pbwidgets.exports.archive import write_settled
from pbwidgets.exports.docx.page import BODY_FONT, HEADING_FONTS, LATIN_FONT
from pbwidgets.intake.text import drop_unfit

CODE_FONT: Final = "Consolas"
"""A font that distinguishes 1 from l and 0 from O on paper."""
_MARGIN_MM, _WIDTH_MM, _HEIGHT_MM = 12, 93, 54
_QR_MM: Final = 19  # high enough for the title and two lines
# python-docx can place pictures only inline
_ANCHOR: Final = """<wp:anchor {namespaces} distT="0" distB="0" distL="{gap}" distR="{gap}" simplePos="0"
 relativeHeight="1" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="0"><wp:simplePos x="0" y="0"/>
<wp:positionH relativeFrom="column"><wp:align>right</wp:align></wp:positionH>
<wp:positionV relativeFrom="paragraph"><wp:posOffset>0</wp:posOffset></wp:positionV></wp:anchor>"""
_AROUND: Final = '<wp:wrapSquare {namespaces} wrapText="bothSides"/>'


@dataclass(frozen=True)
class Slip:
    """One slip.

    Attributes
    ----------
    title
        Whom or what the slip is for.
    lines
        Names and values, one pair on each line.
    code
        Name and value of what will be typed in, set large in an unambiguous font.
    note
        What to do first, in small print.
    scan
        Address drawn as a QR code for a phone's camera; empty: none.
    """

    title: str
    lines: tuple[tuple[str, str], ...]
    code: tuple[str, str]
    note: str = ""
    scan: str = ""


def save_slips(slips: Iterable[Slip], path: Path) -> Path:
    """Write a document of slips on A4, in the given order, and return its path; folders are made.

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
    properties.title, properties.author, properties.comments = drop_unfit(path.stem), "pbwidgets", ""
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
    # at full size, the paragraph that must follow a table would begin a new page
    document.styles["Normal"].font.size = Pt(1)


def _set_cutting_lines(table: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for name, value in (
            ("val", "dashed"),
            ("sz", "4"),
            ("space", "0"),
            ("color", palette.office_colour(palette.CUT)),
        ):
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
    if slip.scan:
        _begin_at_top(cell)
        _draw(cell.paragraphs[0], slip.scan)
    for name, value in slip.lines:
        _write(cell.add_paragraph(), f"{name}：{value}", 11)
    name, value = slip.code
    line = cell.add_paragraph()
    _write(line, f"{name}：", 11, after=3)
    _write(line, value, 16, latin=CODE_FONT, bold=True, after=3)
    if slip.note:
        _write(cell.add_paragraph(), slip.note, 9)


def _begin_at_top(cell: Any) -> None:
    """Start the text at the top of the cell: with a picture beside it, not every program centres it."""
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm

    margins = OxmlElement("w:tcMar")
    for side in ("top", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(Mm(5).twips))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    cell._tc.get_or_add_tcPr().append(margins)
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.TOP


def _draw(paragraph: Any, address: str) -> None:
    """Draw an address as a QR code in the upper right corner of a paragraph's cell; the text wraps around it."""
    import segno
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls
    from docx.shared import Mm

    picture = io.BytesIO()
    segno.make_qr(address, error="m").save(picture, kind="png", scale=8, border=2)
    picture.seek(0)
    inline = paragraph.add_run().add_picture(picture, width=Mm(_QR_MM))._inline
    anchor = parse_xml(_ANCHOR.format(namespaces=nsdecls("wp"), gap=Mm(2)))
    anchor.extend([inline.extent, parse_xml(_AROUND.format(namespaces=nsdecls("wp")))])
    anchor.extend([inline.docPr, inline.graphic])
    inline.getparent().replace(inline, anchor)


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
    run = paragraph.add_run(drop_unfit(text))
    run.font.name, run.font.size, run.font.bold = latin, Pt(size), bold
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
