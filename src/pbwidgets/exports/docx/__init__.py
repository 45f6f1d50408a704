"""Official documents according to GB/T 9704-2012."""

from pbwidgets.exports.docx.blocks import (
    Attachment,
    Block,
    Figure,
    Heading,
    Letter,
    OfficialDocument,
    Pairs,
    Paragraph,
    Properties,
    Table,
)
from pbwidgets.exports.docx.letter import full_number, word_day
from pbwidgets.exports.docx.tables import find_way
from pbwidgets.exports.docx.templates import (
    check_template,
    fill_template,
    write_official,
    write_starting_template,
)
from pbwidgets.exports.docx.titles import break_title
from pbwidgets.exports.docx.writing import build_document, to_chinese_numeral

__all__ = [
    "Attachment",
    "Block",
    "Figure",
    "Heading",
    "Letter",
    "OfficialDocument",
    "Pairs",
    "Paragraph",
    "Properties",
    "Table",
    "break_title",
    "build_document",
    "check_template",
    "fill_template",
    "find_way",
    "full_number",
    "to_chinese_numeral",
    "word_day",
    "write_official",
    "write_starting_template",
]
