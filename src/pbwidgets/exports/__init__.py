"""Files to hand out: slides, documents, workbooks, one-file web pages."""

from pbwidgets.exports.columns import Column
from pbwidgets.exports.docx import Figure, Heading, Paragraph, Table, build_document
from pbwidgets.exports.html import build_html
from pbwidgets.exports.pptx import Deck, Slide, SlidesTemplate, build_deck, open_template
from pbwidgets.exports.xlsx import About, Sheet, build_workbook

__all__ = [
    "About",
    "Column",
    "Deck",
    "Figure",
    "Heading",
    "Paragraph",
    "Sheet",
    "Slide",
    "SlidesTemplate",
    "Table",
    "build_deck",
    "build_document",
    "build_html",
    "build_workbook",
    "open_template",
]
