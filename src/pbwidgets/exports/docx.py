"""Official documents according to GB/T 9704-2012: paper, type area, fonts, headings, page numbers.

Fonts are named, not embedded: a Chinese office has 方正小标宋简体, 黑体, 楷体_GB2312 and 仿宋_GB2312;
elsewhere the word processor substitutes the nearest it has.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pandas as pd

from pbwidgets.exports.archive import write_settled
from pbwidgets.exports.columns import Column, measure_columns, to_cell_texts
from pbwidgets.intake.text import drop_unfit
from pbwidgets.wording import say

BODY_PT, TITLE_PT, TABLE_PT, NUMBER_PT = 16, 22, 12, 14
LINE_PT: Final = 28
TITLE_FONT, BODY_FONT, LATIN_FONT, NUMBER_FONT = "方正小标宋简体", "仿宋_GB2312", "Times New Roman", "宋体"
HEADING_FONTS: Final = {1: "黑体", 2: "楷体_GB2312", 3: "仿宋_GB2312", 4: "仿宋_GB2312"}
_TYPE_AREA_MM = 156
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True)
class Heading:
    """A heading; level 0 is the title, levels 1 to 4 are numbered 一、（一）1.（1）."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph with its first line indented by two characters."""

    text: str


@dataclass(frozen=True)
class Table:
    """A table with its caption; its header is repeated on every page."""

    frame: pd.DataFrame
    caption: str = ""
    columns: Mapping[str, Column] = field(default_factory=dict)


@dataclass(frozen=True)
class Figure:
    """A picture with its caption, and a text for people who cannot see it."""

    png: Path
    caption: str = ""
    alt: str = ""


Block = Heading | Paragraph | Table | Figure


def build_document(blocks: Sequence[Block], path: Path, *, title: str = "", lang: str = "zh_CN") -> Path:
    """Write an official document on A4 and return its path.

    Parameters
    ----------
    blocks
        Content in order. Headings are numbered automatically.
    path
        The ``.docx`` to write; folders are made.
    title
        Title in the file's properties; by default the text of the first heading of level 0.
    lang
        ``zh_CN`` or ``en``; the numbers of headings are Chinese in both.

    Notes
    -----
    A4, margins 37 mm at the top and 28 mm left, type area 156 × 225 mm, 22 lines of 28 characters, body 16 points
    with a line pitch of 28, page numbers ``— 1 —`` outside. The same input gives the same bytes.
    """
    from docx import Document

    document = Document()
    _set_page(document)
    _set_styles(document)
    _add_page_numbers(document)
    numbers = [0, 0, 0, 0]
    for block in blocks:
        _add_block(document, block, numbers, lang)
    titles = [drop_unfit(block.text) for block in blocks if isinstance(block, Heading) and block.level == 0]
    properties = document.core_properties
    properties.title, properties.author, properties.comments = (
        drop_unfit(title) or "".join(titles[:1]),
        "pbwidgets",
        "",
    )
    content = io.BytesIO()
    document.save(content)
    return write_settled(content.getvalue(), path)


def to_chinese_numeral(value: int) -> str:
    """Chinese numeral from 1 to 99.

    >>> [to_chinese_numeral(value) for value in (1, 10, 12, 20, 35)]
    ['一', '十', '十二', '二十', '三十五']
    """
    if not 1 <= value <= 99:
        raise ValueError(f"{value} is not between 1 and 99")
    tens, ones = divmod(value, 10)
    front = "" if tens == 0 else ("十" if tens == 1 else _DIGITS[tens] + "十")
    return front + (_DIGITS[ones] if ones else "")


def _heading_number(level: int, numbers: list[int]) -> str:
    numbers[level - 1] += 1
    numbers[level:] = [0] * (len(numbers) - level)
    value = numbers[level - 1]
    if level == 1:
        return f"{to_chinese_numeral(value)}、"
    if level == 2:
        return f"（{to_chinese_numeral(value)}）"
    return f"{value}." if level == 3 else f"（{value}）"


def _set_page(document: Any) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    # the number is 7 mm below the type area; its own line is 5 mm high
    section.footer_distance = Mm(23)
    # the template's character grid would spread the text; the exact line pitch needs none
    for grid in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(grid)


def _set_styles(document: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    normal = document.styles["Normal"]
    _set_style(normal, BODY_FONT, BODY_PT)
    normal.paragraph_format.line_spacing = Pt(LINE_PT)
    normal.paragraph_format.space_before = normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    _tighten(normal)
    title = document.styles["Title"]
    _set_style(title, TITLE_FONT, TITLE_PT)
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.line_spacing = Pt(36)
    title.paragraph_format.space_after = Pt(LINE_PT)
    _drop_borders(title)
    for level, font in HEADING_FONTS.items():
        style = document.styles[f"Heading {level}"]
        _set_style(style, font, BODY_PT, bold=level == 3)
        style.paragraph_format.line_spacing = Pt(LINE_PT)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.keep_with_next = True
        _indent_two(style)


def _set_style(style: Any, font: str, size: int, *, bold: bool = False) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.name, style.font.size, style.font.bold, style.font.italic = LATIN_FONT, Pt(size), bold, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), font)


def _tighten(style: Any) -> None:
    """Reduce letter spacing so that 28 characters of 16 points fit a line of 156 mm."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), "-5")  # twentieths of a point
    size = style.element.get_or_add_rPr().find(qn("w:sz"))
    size.addprevious(spacing)


def _drop_borders(style: Any) -> None:
    from docx.oxml.ns import qn

    properties = style.element.get_or_add_pPr()
    for border in properties.findall(qn("w:pBdr")):
        properties.remove(border)


def _indent_two(styled: Any) -> None:
    """Indent by two characters, and in points for programs that do not support characters."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    styled.paragraph_format.first_line_indent = Pt(2 * BODY_PT)
    element = styled.element if hasattr(styled, "element") else styled._p
    element.get_or_add_pPr().get_or_add_ind().set(qn("w:firstLineChars"), "200")


def _add_page_numbers(document: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    outside = (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT, "right"),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT, "left"),
    )
    for footer, alignment, side in outside:
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.alignment = alignment
        # one character from the edge of the type area
        setattr(paragraph.paragraph_format, f"{side}_indent", NUMBER_PT * 12700)
        _add_number(paragraph)


def _add_number(paragraph: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    def piece(text: str = "") -> Any:
        run = paragraph.add_run(text)
        _set_run(run, NUMBER_FONT, NUMBER_PT, latin=NUMBER_FONT)
        return run

    piece("— ")
    for kind in ("begin", "instr", "separate", "text", "end"):
        run = piece("1" if kind == "text" else "")
        if kind == "instr":
            code = OxmlElement("w:instrText")
            code.text = " PAGE "
            run._r.append(code)
        elif kind != "text":
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
    piece(" —")


def _set_run(run: Any, font: str, size: int, *, bold: bool = False, latin: str = LATIN_FONT) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    run.font.name, run.font.size, run.font.bold = latin, Pt(size), bold
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _add_block(document: Any, block: Block, numbers: list[int], lang: str) -> None:
    if isinstance(block, Heading):
        if block.level == 0:
            document.add_paragraph(drop_unfit(block.text), style="Title")
        else:
            document.add_heading(_heading_number(block.level, numbers) + drop_unfit(block.text), block.level)
    elif isinstance(block, Paragraph):
        _indent_two(document.add_paragraph(drop_unfit(block.text)))
    elif isinstance(block, Table):
        _add_table(document, block, lang)
    else:
        _add_figure(document, block)


def _add_caption(document: Any, text: str, *, keep_with_next: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    if not text:
        return
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.keep_with_next = keep_with_next
    _set_run(paragraph.add_run(drop_unfit(text)), "黑体", NUMBER_PT)


def _add_figure(document: Any, block: Figure) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
    from docx.shared import Mm, Pt

    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    # an exact line pitch would crop the picture to one line
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    paragraph.paragraph_format.keep_with_next = bool(block.caption)
    paragraph.paragraph_format.space_before = Pt(8)
    picture = paragraph.add_run().add_picture(str(block.png), width=Mm(_TYPE_AREA_MM))
    picture._inline.docPr.set("descr", drop_unfit(block.alt or block.caption))
    _add_caption(document, block.caption, keep_with_next=False)


def _add_table(document: Any, block: Table, lang: str) -> None:
    from docx.enum.table import WD_TABLE_ALIGNMENT

    columns = dict(block.columns) or {str(name): Column(str(name)) for name in block.frame.columns}
    texts = to_cell_texts(block.frame, columns, lang)
    _add_caption(document, block.caption, keep_with_next=True)
    table = document.add_table(rows=1 + len(texts), cols=len(columns))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _set_widths(table, [1.12 * chars + 3 for chars in measure_columns(texts, columns, most=30)])
    rows = [[column.label for column in columns.values()], *texts]
    formats = [column.format for column in columns.values()]
    for place, (row, words) in enumerate(zip(table.rows, rows, strict=True)):
        _mark_row(row, head=place == 0)
        for cell, text, shown_as in zip(row.cells, words, formats, strict=True):
            _fill_cell(cell, text, head=place == 0, right=shown_as != "text")
    if not texts:
        _indent_two(document.add_paragraph(say("exports.docx.no_rows", lang)))


def _set_widths(table: Any, chars: Sequence[float]) -> None:
    from docx.shared import Mm

    whole = sum(chars) or 1
    for column, width in zip(table.columns, chars, strict=True):
        column.width = Mm(_TYPE_AREA_MM * width / whole)
        for cell in column.cells:
            cell.width = column.width


def _mark_row(row: Any, *, head: bool) -> None:
    """Keep the row on one page; repeat it on every page if it is the header."""
    from docx.oxml import OxmlElement

    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if head:
        properties.append(OxmlElement("w:tblHeader"))


def _fill_cell(cell: Any, text: str, *, head: bool, right: bool) -> None:
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    aligned = (
        WD_ALIGN_PARAGRAPH.CENTER
        if head
        else (WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.LEFT)
    )
    paragraph.alignment = aligned
    paragraph.paragraph_format.line_spacing = Pt(18)
    _set_run(paragraph.add_run(drop_unfit(text)), "黑体" if head else BODY_FONT, TABLE_PT)
