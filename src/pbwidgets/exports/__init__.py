"""Files to hand out: slides, documents, workbooks, one-file web pages."""

from pbwidgets.exports.columns import Column
from pbwidgets.exports.docx import Figure, Heading, Paragraph, Table, build_document
from pbwidgets.exports.html import build_html
from pbwidgets.exports.pptx import Slide, build_deck
from pbwidgets.exports.xlsx import About, Sheet, build_workbook

__all__ = [
    "About",
    "Column",
    "Figure",
    "Heading",
    "Paragraph",
    "Sheet",
    "Slide",
    "Table",
    "build_deck",
    "build_document",
    "build_html",
    "build_workbook",
]
