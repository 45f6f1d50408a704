"""What stands around the text of a document: head, recipients, list of attachments, signature, note, copies."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from pbwidgets.exports.columns import char_width
from pbwidgets.exports.docx.blocks import Letter
from pbwidgets.exports.docx.page import (
    BODY_PT,
    CHAR_PT,
    LINE_PT,
    NUMBER_PT,
    TITLE_FONT,
    TITLE_PT,
    TYPE_AREA_MM,
    add_text,
    indent_two,
    set_run,
)
from pbwidgets.exports.docx.titles import break_title
from pbwidgets.intake.text import drop_unfit
from pbwidgets.palette import BLACK, RED_HEAD, office_colour
from pbwidgets.wording import say

_DATE_INDENT: Final = 4.0
"""Characters between the date and the right edge."""
_RED: Final = office_colour(RED_HEAD)
_RED_PT: Final = 36
"""Largest size of the red head."""


def word_day(day: date, lang: str) -> str:
    """A day as a document bears it, without zeros in front.

    >>> from datetime import date
    >>> word_day(date(2026, 12, 3), "zh_CN"), word_day(date(2026, 12, 3), "en")
    ('2026年12月3日', '3 December 2026')
    """
    return f"{day.day} {day:%B %Y}" if lang == "en" else f"{day.year}年{day.month}月{day.day}日"


def full_number(sign: str, number: str, year: int) -> str:
    """Number of a document: a bare one gets the sender's sign and the year; empty without a number.

    >>> [full_number("云组发", number, 2026) for number in ("12", "云办发〔2026〕3号", "")]
    ['云组发〔2026〕12号', '云办发〔2026〕3号', '']
    """
    number = number.strip()
    return f"{sign}〔{year}〕{int(number)}号" if number.isdecimal() else number


def add_head(document: Any, letter: Letter, lang: str) -> None:
    """Add the sender in red above everything, if asked for, and the number of the document."""
    if letter.red_head and letter.sender:
        head = _add(document, "", "CENTER")
        lines = break_title(say("exports.docx.red_head", lang, sender=drop_unfit(letter.sender)))
        run = head.add_run(lines[0])
        for line in lines[1:]:
            run.add_break()
            run.add_text(line)
        set_run(run, TITLE_FONT, _red_size(lines))
        run.font.color.rgb = _colour(_RED)
        head.paragraph_format.line_spacing = None
        head.paragraph_format.space_after = _points(2 * LINE_PT)
    if letter.number:
        _add(document, letter.number, "CENTER")
    if letter.red_head and letter.sender:
        _add_line(_add(document, "", "CENTER"), "bottom", _RED, 12)
    if letter.number or letter.red_head:
        document.paragraphs[-1].paragraph_format.space_after = _points(LINE_PT)


def _red_size(lines: Sequence[str]) -> int:
    """Points in which the longest line of a red head fits the type area.

    >>> [_red_size(["虚" * count]) for count in (8, 13, 20)]
    [36, 34, 22]
    """
    widest = max(char_width(line) for line in lines) / 2
    return max(TITLE_PT, min(_RED_PT, int(TYPE_AREA_MM["portrait"] / 25.4 * 72 / widest)))


def add_recipients(document: Any, letter: Letter, lang: str) -> None:
    """Add to whom it goes, from the left edge, with a colon."""
    if letter.recipients:
        listed = say("exports.docx.recipient_comma", lang).join(letter.recipients)
        _add(
            document, say("exports.docx.recipients", lang, recipients=listed), "LEFT"
        ).paragraph_format.keep_with_next = True


def add_attachment_list(document: Any, titles: Sequence[str], lang: str) -> None:
    """Add the titles of the attachments, numbered if there are several, further lines below the first character."""
    said = say("exports.docx.attachments", lang)
    lead = char_width(said) / 2
    for at, title in enumerate(titles, start=1):
        number = f"{at}. " if len(titles) > 1 else ""
        paragraph = _add(document, (said if at == 1 else "") + number + title, "LEFT")
        hang = (char_width(number) / 2) + (lead if at == 1 else 0)
        _set_indent(paragraph, left=2 + lead + char_width(number) / 2, hanging=hang)
        if at == 1:
            paragraph.paragraph_format.space_before = _points(LINE_PT)
        paragraph.paragraph_format.keep_with_next = True


def add_signature(document: Any, letter: Letter, lang: str) -> None:
    """Add sender and date, the sender in the middle above the date, and whom to ask."""
    day = "" if letter.day is None else word_day(letter.day, lang)
    indents = signature_indents(letter.sender, day)
    said = [(text, indent) for text, indent in zip((letter.sender, day), indents, strict=True) if text]
    for at, (text, indent) in enumerate(said):
        paragraph = _add(document, text, "RIGHT")
        _set_indent(paragraph, right=indent)
        paragraph.paragraph_format.keep_with_next = at < len(said) - 1
        if at == 0:
            paragraph.paragraph_format.space_before = _points(2 * LINE_PT)  # room for the stamp
    parts = [
        say(f"exports.docx.{name}", lang, value=value)
        for name, value in (("contact", letter.contact), ("phone", letter.phone))
        if value
    ]
    if parts:
        note = say("exports.docx.note", lang, note=say("exports.docx.note_comma", lang).join(parts))
        indent_two(_add(document, note, "LEFT"))


def signature_indents(sender: str, day: str) -> tuple[float, float]:
    """Characters between the right edge and the sender, and the date, so that one is in the middle above the other.

    >>> signature_indents("县委组织部", "2026年12月13日")
    (5.0, 4.0)
    >>> signature_indents("中共云溪演示县委员会基层组织建设联系会议领导小组", "2026年1月3日")
    (0.0, 9.0)
    """
    wide, narrow = char_width(sender) / 2, char_width(day) / 2
    if not day or not sender:
        return _DATE_INDENT, _DATE_INDENT
    left_over = _DATE_INDENT + (narrow - wide) / 2
    return (left_over, _DATE_INDENT) if left_over >= 0 else (0.0, (wide - narrow) / 2)


def add_copies(document: Any, letter: Letter, lang: str) -> None:
    """Add who gets a copy, between two lines, at the end."""
    if not letter.copies:
        return
    said = say(
        "exports.docx.copies", lang, copies=say("exports.docx.recipient_comma", lang).join(letter.copies)
    )
    paragraph = _add(document, "", "LEFT")
    set_run(paragraph.add_run(drop_unfit(said)), "仿宋_GB2312", NUMBER_PT)
    paragraph.paragraph_format.space_before = _points(LINE_PT)
    _set_indent(paragraph, left=1, right=1)
    for side in ("top", "bottom"):
        _add_line(paragraph, side, office_colour(BLACK), 6)


def _add(document: Any, text: str, alignment: str) -> Any:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph = document.add_paragraph()
    if text:
        add_text(paragraph, drop_unfit(text))
    paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, alignment)
    return paragraph


def _points(value: float) -> Any:
    from docx.shared import Pt

    return Pt(value)


def _colour(code: str) -> Any:
    from docx.shared import RGBColor

    return RGBColor.from_string(code)


def _set_indent(paragraph: Any, *, left: float = 0, right: float = 0, hanging: float = 0) -> None:
    """Indent by characters, and in points for programs that do not support characters."""
    from docx.oxml.ns import qn

    shape = paragraph.paragraph_format
    shape.left_indent, shape.right_indent = _points(left * CHAR_PT), _points(right * CHAR_PT)
    indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:leftChars"), str(round(100 * left)))
    indent.set(qn("w:rightChars"), str(round(100 * right)))
    if hanging:
        shape.first_line_indent = _points(-hanging * BODY_PT)
        indent.set(qn("w:hangingChars"), str(round(100 * hanging)))


def _add_line(paragraph: Any, side: str, colour: str, size: int) -> None:
    """Add a line above or below a paragraph."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    properties = paragraph._p.get_or_add_pPr()
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        properties.insert_element_before(
            borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap", "w:overflowPunct",
            "w:topLinePunct", "w:autoSpaceDE", "w:autoSpaceDN", "w:bidi", "w:adjustRightInd", "w:snapToGrid",
            "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents", "w:suppressOverlap", "w:jc",
            "w:textDirection", "w:textAlignment", "w:textboxTightWrap", "w:outlineLvl", "w:divId", "w:cnfStyle",
            "w:rPr", "w:sectPr", "w:pPrChange",
        )  # fmt: skip
    line = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", str(size)), ("space", "1"), ("color", colour)):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
