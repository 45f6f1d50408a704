"""Documents made from an organiser's own Word file: words in braces are filled in, all else stays as it is.

A template is read as what a stranger sends (:mod:`pbwidgets.exports.docx.template_files`), and says no more than
:mod:`pbwidgets.exports.docx.template_language` lets it. It is given texts, numbers, and lists of them.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pbwidgets.errors import DataError
from pbwidgets.exports.archive import write_settled
from pbwidgets.exports.columns import char_width, to_cell_texts
from pbwidgets.exports.docx.blocks import Block, Heading, OfficialDocument, Paragraph, Table
from pbwidgets.exports.docx.letter import word_day
from pbwidgets.exports.docx.template_files import check_made, read_template
from pbwidgets.exports.docx.template_language import Plain, TemplateEnvironment, check_braces
from pbwidgets.exports.docx.titles import break_title
from pbwidgets.exports.docx.writing import build_document, heading_number, set_properties
from pbwidgets.intake.text import drop_unfit
from pbwidgets.wording import say

NAMES: Final = (
    "title", "number", "sender", "recipients", "copies", "day", "contact", "phone", "body", "attachments",
)  # fmt: skip
"""Names that a template may use."""


def write_official(document: OfficialDocument, path: Path, template: Path | None = None) -> Path:
    """Write a document, from a template if there is one, and return its path.

    Raises
    ------
    DataError
        As :func:`fill_template`.
    """
    if template is not None:
        return fill_template(document, template, path)
    return build_document(
        document.blocks,
        path,
        letter=document.letter,
        attachments=document.attachments,
        properties=document.properties,
        lang=document.lang,
    )


def fill_template(document: OfficialDocument, template: Path, path: Path) -> Path:
    """Write a document from a template and return its path; folders are made.

    The same document and template give the same bytes. Figures are left out.

    Raises
    ------
    DataError
        ``template.*``: the file is refused, or names what the document does not have.
    """
    return write_settled(_fill(document, template), path)


def _fill(document: OfficialDocument, template: Path) -> bytes:
    content, parts = read_template(template)
    for part in parts.texts.values():
        check_braces(template.name, part)
    context = context_of(document)
    made = _render(content, TemplateEnvironment(template.name, context), context, document)
    check_made(template.name, made)
    return made


def check_template(template: Path) -> None:
    """Look at a template as it is looked at before it is filled in; what stands in its loops only as far as it is read.

    Raises
    ------
    DataError
        As :func:`fill_template`.
    """
    _fill(OfficialDocument(()), template)


def _render(
    content: bytes, environment: TemplateEnvironment, context: dict[str, Plain], document: OfficialDocument
) -> bytes:
    from docxtpl import DocxTemplate
    from jinja2 import TemplateError

    made = io.BytesIO()
    try:
        given = DocxTemplate(io.BytesIO(content))
        given.render(context, jinja_env=environment, autoescape=True)
        set_properties(given.docx, document.properties, document.blocks)
        given.save(made)
    except DataError:
        raise
    except TemplateError as error:
        raise DataError("template.syntax", file=environment.file, cause=error.message or str(error)) from None
    except (  # a damaged file fails anywhere in python-docx and lxml
        AttributeError, IndexError, KeyError, RecursionError, SyntaxError, TypeError, ValueError,
    ) as error:  # fmt: skip
        raise DataError("template.no_document", file=environment.file) from error
    return made.getvalue()


def context_of(document: OfficialDocument) -> dict[str, Plain]:
    """What a template is given: texts, numbers and lists of them, by the names of :data:`NAMES`."""
    letter, lang = document.letter, document.lang
    title = next(
        (block.text for block in document.blocks if isinstance(block, Heading) and block.level == 0), ""
    )
    comma = say("exports.docx.recipient_comma", lang)
    values: dict[str, Plain] = {
        "title": "\n".join(break_title(document.properties.title or title)),
        "number": letter.number,
        "sender": letter.sender,
        "recipients": comma.join(letter.recipients),
        "copies": comma.join(letter.copies),
        "day": "" if letter.day is None else word_day(letter.day, lang),
        "contact": letter.contact,
        "phone": letter.phone,
        "body": list(_parts(document.blocks, lang)),
        "attachments": [
            {
                "number": at,
                "title": drop_unfit(attachment.title),
                "parts": list(_parts(attachment.blocks, lang)),
            }
            for at, attachment in enumerate(document.attachments, start=1)
        ],
    }
    return {name: drop_unfit(value) if isinstance(value, str) else value for name, value in values.items()}


def _parts(blocks: tuple[Block, ...], lang: str) -> Iterator[Plain]:
    """Headings with their numbers, paragraphs, and tables as lists of cells; the title has a name of its own."""
    numbers = [0, 0, 0, 0]
    for block in blocks:
        if isinstance(block, Heading) and block.level:
            text = heading_number(block.level, numbers) + drop_unfit(block.text)
            yield {"kind": "heading", "level": block.level, "text": text, "columns": [], "rows": []}
        elif isinstance(block, Paragraph):
            yield {"kind": "text", "level": 0, "text": drop_unfit(block.text), "columns": [], "rows": []}
        elif isinstance(block, Table):
            yield _table(block, lang)


def _table(block: Table, lang: str) -> Plain:
    columns = block.shown()
    rows: list[Plain] = [list(row) for row in to_cell_texts(block.frame, columns, lang)]
    labels: list[Plain] = [drop_unfit(column.label) for column in columns.values()]
    return {"kind": "table", "level": 0, "text": drop_unfit(block.caption), "columns": labels, "rows": rows}


# -- a template to begin with ------------------------------------------------------------------------------


def write_starting_template(path: Path, lang: str = "zh_CN") -> Path:
    """Write a template that makes what we make without one, to be changed in Word, and return its path."""
    from docx import Document

    from pbwidgets.exports.docx.page import add_page_numbers, set_page, set_styles

    document = Document()
    set_page(document.sections[0])
    set_styles(document)
    add_page_numbers(document)
    words = {
        "to": say("exports.docx.recipients", lang, recipients="{{ recipients }}"),
        "copies": say("exports.docx.copies", lang, copies="{{ copies }}"),
        "note": say("exports.docx.note", lang, note=_note(lang)),
        "attachment": say("exports.docx.attachment", lang, number=_OF_SEVERAL).rstrip(),
        "listed": _listed(lang),
    }
    for text, shape in _LINES:
        if shape == "table":
            _add_table(document)
        else:
            _add_line(document, text.format(**words), shape)
    made = io.BytesIO()
    document.core_properties.author, document.core_properties.language = "pbwidgets", "zh-CN"
    document.core_properties.title = document.core_properties.comments = ""
    document.save(made)
    return write_settled(made.getvalue(), path)


def _note(lang: str) -> str:
    """Whom to ask, each part only where it has a value."""
    contact = say("exports.docx.contact", lang, value="{{ contact }}")
    phone = say("exports.docx.phone", lang, value="{{ phone }}")
    comma = say("exports.docx.note_comma", lang)
    return (
        f"{{% if contact %}}{contact}{{% endif %}}{{% if contact and phone %}}{comma}{{% endif %}}"
        f"{{% if phone %}}{phone}{{% endif %}}"
    )


def _listed(lang: str) -> str:
    """Line in the list of attachments: its words before the first, as much room before the others."""
    lead = say("exports.docx.attachments", lang)
    room = "\N{IDEOGRAPHIC SPACE}" * round(char_width(lead) / 2)
    number = "{% if attachments|length > 1 %}{{ item.number }}. {% endif %}"
    return f"{{% if loop.first %}}{lead}{{% else %}}{room}{{% endif %}}{number}{{{{ item.title }}}}"


_OF_SEVERAL: Final = "{% if attachments|length > 1 %}{{ item.number }}{% endif %}"
_LINES: Final = (
    ("{{%p if number %}}", ""), ("{{{{ number }}}}", "middle"), ("{{%p endif %}}", ""),
    ("{{%p if title %}}", ""), ("{{{{ title }}}}", "title"), ("{{%p endif %}}", ""),
    ("{{%p if recipients %}}", ""), ("{to}", "left"), ("{{%p endif %}}", ""),
    ("{{%p for part in body %}}", ""),
    ("{{%p if part.text %}}", ""), ("{{{{ part.text }}}}", "indent"), ("{{%p endif %}}", ""),
    ("{{%p if part.rows %}}", ""), ("part", "table"), ("{{%p endif %}}", ""),
    ("{{%p endfor %}}", ""),
    ("{{%p for item in attachments %}}", ""), ("{listed}", "indent"),
    ("{{%p endfor %}}", ""),
    ("{{%p if sender %}}", ""), ("{{{{ sender }}}}", "right"), ("{{%p endif %}}", ""),
    ("{{%p if day %}}", ""), ("{{{{ day }}}}", "right"), ("{{%p endif %}}", ""),
    ("{{%p if contact or phone %}}", ""), ("{note}", "indent"), ("{{%p endif %}}", ""),
    ("{{%p for item in attachments %}}", ""),
    ("{attachment}", "page"), ("{{{{ item.title }}}}", "title"),
    ("{{%p for part in item.parts %}}", ""),
    ("{{%p if part.text %}}", ""), ("{{{{ part.text }}}}", "indent"), ("{{%p endif %}}", ""),
    ("{{%p if part.rows %}}", ""), ("part", "table"), ("{{%p endif %}}", ""),
    ("{{%p endfor %}}", ""),
    ("{{%p endfor %}}", ""),
    ("{{%p if copies %}}", ""), ("{copies}", "left"), ("{{%p endif %}}", ""),
)  # fmt: skip


def _add_line(document: Any, text: str, shape: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    from pbwidgets.exports.docx.page import CHAR_PT, HEADING_FONTS, add_text, indent_two

    paragraph = document.add_paragraph(style="Title" if shape == "title" else None)
    run = add_text(paragraph, text)
    if shape == "indent":
        indent_two(paragraph)
    elif shape == "page":
        run.font.name = HEADING_FONTS[1]
        paragraph.paragraph_format.page_break_before = True
    elif shape == "right":
        paragraph.paragraph_format.right_indent = Pt(4 * CHAR_PT)
    sides = {"middle": "CENTER", "left": "LEFT", "right": "RIGHT", "page": "LEFT"}
    if shape in sides:
        paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, sides[shape])


def _add_table(document: Any) -> None:
    """Table of one part: a header over its columns, then a row for each of its rows, a cell for each of theirs."""
    from pbwidgets.exports.docx.tables import fill_cell, mark_row

    table = document.add_table(rows=4, cols=3)
    table.style = "Table Grid"
    lines = (
        ("{%tc for name in part.columns %}", "{{ name }}", "{%tc endfor %}"),
        ("{%tr for row in part.rows %}", "", ""),
        ("{%tc for cell in row %}", "{{ cell }}", "{%tc endfor %}"),
        ("{%tr endfor %}", "", ""),
    )
    for at, (row, words) in enumerate(zip(table.rows, lines, strict=True)):
        mark_row(row, head=at == 0)
        for cell, text in zip(row.cells, words, strict=True):
            fill_cell(cell, text, "LEFT", head=at == 0)
