"""Official documents according to GB/T 9704-2012, written: head, text, signature, attachments, properties.

Fonts are named, not embedded: a Chinese office has 方正小标宋简体, 黑体, 楷体_GB2312 and 仿宋_GB2312;
elsewhere the word processor substitutes the nearest it has.
"""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pbwidgets.exports.archive import write_settled
from pbwidgets.exports.docx.blocks import (
    Attachment,
    Block,
    Figure,
    Heading,
    Letter,
    Pairs,
    Paragraph,
    Properties,
    Table,
)
from pbwidgets.exports.docx.letter import (
    add_attachment_list,
    add_copies,
    add_head,
    add_recipients,
    add_signature,
)
from pbwidgets.exports.docx.page import (
    BODY_PT,
    HEADING_FONTS,
    LINE_PT,
    NUMBER_PT,
    TYPE_AREA_MM,
    add_page_numbers,
    add_text,
    indent_two,
    set_page,
    set_run,
    set_styles,
)
from pbwidgets.exports.docx.pairs import add_pairs
from pbwidgets.exports.docx.tables import add_table, find_way
from pbwidgets.exports.docx.titles import break_title
from pbwidgets.intake.text import drop_unfit
from pbwidgets.wording import say

_DIGITS = "零一二三四五六七八九"
_LINE_END = re.compile("\r\n?")


def build_document(
    blocks: Sequence[Block],
    path: Path,
    *,
    letter: Letter | None = None,
    attachments: Sequence[Attachment] = (),
    properties: Properties | None = None,
    lang: str = "zh_CN",
) -> Path:
    """Write an official document on A4 and return its path.

    Parameters
    ----------
    blocks
        Its text in order. Headings are numbered automatically, titles are broken by sense.
    path
        The ``.docx`` to write; folders are made.
    letter
        Sender, recipients, number and date; by default none of them.
    attachments
        What follows the text; each begins a page, turned where a table is too wide for an upright one.
    properties
        What the file's properties say.
    lang
        ``zh_CN`` or ``en``; the numbers of headings are Chinese in both.

    Notes
    -----
    A4, margins 37 mm at the top and 28 mm left, type area 156 × 225 mm, 22 lines of 28 characters, body 16 points
    with a line pitch of 28, page numbers ``— 1 —`` outside. In this order: head, number, title, recipients, text,
    list of attachments, signature, note, attachments, copies. The same input gives the same bytes.
    """
    from docx import Document

    letter = letter or Letter()
    document = Document()
    way = find_way([block for block in blocks if isinstance(block, Table)], lang)
    set_page(document.sections[0], way)
    set_styles(document)
    add_page_numbers(document)
    writer = _Writer(document, lang, way, letter)
    add_head(document, letter, lang)
    for block in blocks:
        writer.add(block)
    writer.add_recipients_once()
    if attachments or letter.sender or letter.day:
        writer.keep_last()  # a signature never stands on a page of its own
    add_attachment_list(document, [one.title for one in attachments], lang)
    add_signature(document, letter, lang)
    for at, attachment in enumerate(attachments, start=1):
        writer.begin_attachment(attachment, at if len(attachments) > 1 else 0)
    add_copies(document, letter, lang)
    set_properties(document, properties or Properties(), blocks)
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


def heading_number(level: int, numbers: list[int]) -> str:
    """Number of the next heading of a level; those below it begin anew."""
    numbers[level - 1] += 1
    numbers[level:] = [0] * (len(numbers) - level)
    value = numbers[level - 1]
    if level == 1:
        return f"{to_chinese_numeral(value)}、"
    if level == 2:
        return f"（{to_chinese_numeral(value)}）"
    return f"{value}." if level == 3 else f"（{value}）"


def set_properties(document: Any, about: Properties, blocks: Iterable[Block]) -> None:
    """Set what the file says of itself beside its text."""
    titles = [block.text for block in blocks if isinstance(block, Heading) and block.level == 0]
    properties = document.core_properties
    properties.title = drop_unfit(about.title) or drop_unfit("".join(titles[:1]))[:255]
    properties.author = properties.last_modified_by = "pbwidgets"
    properties.language = "zh-CN"
    properties.subject, properties.comments = drop_unfit(about.subject)[:255], drop_unfit(about.remark)[:255]
    properties.version, properties.identifier = about.version, about.snapshot


@dataclass
class _Writer:
    document: Any
    lang: str
    way: str
    letter: Letter
    numbers: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    titles: int = 0
    is_addressed: bool = False

    def add(self, block: Block) -> None:
        is_title = isinstance(block, Heading) and block.level == 0
        if not is_title and not (isinstance(block, Paragraph) and block.place == "middle"):
            self.add_recipients_once()
        if isinstance(block, Heading):
            self._add_heading(block)
        elif isinstance(block, Paragraph):
            self._add_paragraph(block)
        elif isinstance(block, Table):
            self._add_caption(block.caption, keep_with_next=True)
            add_table(self.document, block, self.lang, self.way)
            if block.frame.empty:
                indent_two(self.document.add_paragraph(say("exports.docx.no_rows", self.lang)))
        elif isinstance(block, Pairs):
            add_pairs(self.document, block)
        else:
            self._add_figure(block)

    def add_recipients_once(self) -> None:
        if not self.is_addressed:
            self.is_addressed = True
            add_recipients(self.document, self.letter, self.lang)

    def keep_last(self) -> None:
        """Keep the last paragraph of the text on the page of what follows."""
        from docx.oxml.ns import qn

        body = [element for element in self.document.element.body if element.tag != qn("w:sectPr")]
        if body and body[-1].tag == qn("w:p"):
            self.document.paragraphs[-1].paragraph_format.keep_with_next = True

    def begin_attachment(self, attachment: Attachment, number: int) -> None:
        """Begin a page, turned if need be, with the number of the attachment and its title."""
        from docx.enum.section import WD_SECTION

        way = find_way([block for block in attachment.blocks if isinstance(block, Table)], self.lang)
        if way != self.way:
            set_page(self.document.add_section(WD_SECTION.NEW_PAGE), way)
        mark = self.document.add_paragraph()
        mark.paragraph_format.page_break_before = way == self.way
        mark.paragraph_format.space_after = _points(LINE_PT)
        mark.paragraph_format.keep_with_next = True
        said = say("exports.docx.attachment", self.lang, number=number or "").rstrip()
        set_run(mark.add_run(said), HEADING_FONTS[1], BODY_PT)
        self.way, self.numbers = way, [0, 0, 0, 0]
        self._add_title(attachment.title)
        for block in attachment.blocks:
            self.add(block)

    def _add_heading(self, block: Heading) -> None:
        if block.level:
            paragraph = self.document.add_heading("", block.level)
            add_text(paragraph, heading_number(block.level, self.numbers) + drop_unfit(block.text))
            return
        self.numbers = [0, 0, 0, 0]
        self._add_title(block.text).paragraph_format.page_break_before = self.titles > 0
        self.titles += 1

    def _add_title(self, text: str) -> Any:
        paragraph = self.document.add_paragraph(style="Title")
        run = add_text(paragraph, "")
        for at, line in enumerate(
            break_title(_LINE_END.sub("\n", drop_unfit(text)), most=_TITLE_CHARS[self.way])
        ):
            if at:
                run.add_break()
            run.add_text(line)
        return paragraph

    def _add_paragraph(self, block: Paragraph) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        paragraph = self.document.add_paragraph()
        if block.place == "middle":
            set_run(paragraph.add_run(drop_unfit(block.text)), HEADING_FONTS[2], BODY_PT)
            paragraph.paragraph_format.space_after = _points(LINE_PT)
            self._close_up()
        else:
            add_text(paragraph, drop_unfit(block.text))
        if block.place == "indent":
            indent_two(paragraph)
        else:
            alignments = {"left": "LEFT", "middle": "CENTER", "right": "RIGHT"}
            paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, alignments[block.place])
        paragraph.paragraph_format.keep_with_next = block.keep or None

    def _close_up(self) -> None:
        """Leave no empty line between a title, or a line that belongs to it, and another such line below."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        before = self.document.paragraphs[-2:-1]
        if before and (before[0].style.name == "Title" or before[0].alignment == WD_ALIGN_PARAGRAPH.CENTER):
            before[0].paragraph_format.space_after = _points(0)

    def _add_caption(self, text: str, *, keep_with_next: bool) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        if not text:
            return
        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = keep_with_next
        set_run(paragraph.add_run(drop_unfit(text)), "黑体", NUMBER_PT)

    def _add_figure(self, block: Figure) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
        from docx.shared import Mm

        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        # an exact line pitch would crop the picture to one line
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        paragraph.paragraph_format.keep_with_next = bool(block.caption)
        paragraph.paragraph_format.space_before = _points(8)
        picture = paragraph.add_run().add_picture(str(block.png), width=Mm(TYPE_AREA_MM["portrait"]))
        picture._inline.docPr.set("descr", drop_unfit(block.alt or block.caption))
        self._add_caption(block.caption, keep_with_next=False)


_TITLE_CHARS = {"portrait": 20, "landscape": 28}


def _points(value: float) -> Any:
    from docx.shared import Pt

    return Pt(value)
