"""Pairs of photos in a document: a table without lines for each, so many on a page."""

from typing import Any, Final

from pbwidgets.exports.docx.blocks import Pairs
from pbwidgets.exports.docx.page import BODY_FONT, TABLE_PT, TYPE_AREA_MM, set_run
from pbwidgets.exports.docx.tables import mark_row
from pbwidgets.exports.photo_pairs import Photo, PhotoPair, fit_within
from pbwidgets.intake.text import drop_unfit

_HIGH_MM: Final = 222.0
_WORDS_MM: Final = 24.0
"""What the title, the line below and the labels of a pair take."""


def add_pairs(document: Any, block: Pairs) -> None:
    """Add pairs of photos, each kept on one page."""
    for at, pair in enumerate(block.pairs):
        begins = at > 0 and at % block.per_page == 0
        _add_pair(document, pair, _HIGH_MM / block.per_page - _WORDS_MM, begins=begins)


def _add_pair(document: Any, pair: PhotoPair, height: float, *, begins: bool) -> None:
    from docx.enum.table import WD_TABLE_ALIGNMENT

    table = document.add_table(rows=3, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for row in table.rows:
        mark_row(row, head=False)
    head = table.cell(0, 0).merge(table.cell(0, 1))
    _write(head.paragraphs[0], pair.title, "黑体", begins=begins)
    if pair.below:
        _write(head.add_paragraph(), pair.below, BODY_FONT)
    for place, photo in enumerate(pair.photos):
        _put(table.cell(1, place), photo, pair, TYPE_AREA_MM["portrait"] / 2 - 4, height)
        _write(table.cell(2, place).paragraphs[0], photo.label, BODY_FONT, keep=False)


def _put(cell: Any, photo: Photo, pair: PhotoPair, width: float, height: float) -> None:
    from docx.enum.text import WD_LINE_SPACING
    from docx.shared import Mm

    paragraph = cell.paragraphs[0]
    if photo.file is None:
        _write(paragraph, f"〔{photo.missing}〕", BODY_FONT)
        return
    _write(paragraph, "", BODY_FONT)
    # an exact line pitch would crop the picture to one line
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    wide, high = fit_within(photo.file, width, height)
    picture = paragraph.add_run().add_picture(str(photo.file), width=Mm(wide), height=Mm(high))
    picture._inline.docPr.set("descr", drop_unfit(f"{photo.label} {pair.words}"))


def _write(paragraph: Any, text: str, font: str, *, begins: bool = False, keep: bool = True) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.line_spacing = Pt(18)
    paragraph.paragraph_format.keep_with_next = keep or None
    paragraph.paragraph_format.page_break_before = begins or None
    if text:
        set_run(paragraph.add_run(drop_unfit(text)), font, TABLE_PT)
