"""The document of a report: its text, the lists that are too long or too wide for it attached, all in full."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pbwidgets.exports import docx
from pbwidgets.exports.own_templates import find_template
from pbwidgets.wording import say
from pbwidgets.workflows.reports.blocks.pieces import DocumentKind, Heading, Photos, Sentence, Table, Title
from pbwidgets.workflows.reports.files.content import Content, Cover, DrawnFigure, kind_in, title_in

MOST_IN_TEXT: Final = 40
"""Rows of a table that stands in the text; a longer one is attached."""


def write_document(contents: tuple[Content, ...], cover: Cover, path: Path, parameters: Path) -> None:
    """Write the document of a report, from the organiser's template if there is one.

    Parameters
    ----------
    parameters
        Folder of the workspace's parameters, below which the templates lie.

    Raises
    ------
    DataError
        ``template.*``.
    """
    template = find_template(parameters, cover.templates, kind_in(contents))
    docx.write_official(compose_document(contents, cover), path, template)


def compose_document(
    contents: tuple[Content, ...], cover: Cover, letter: docx.Letter | None = None
) -> docx.OfficialDocument:
    """The document of a report.

    Parameters
    ----------
    letter
        Sender, recipients, number and date; by default those of its cover where it is one that is sent.
    """
    attached = [piece for piece in contents if isinstance(piece, Table) and is_attached(piece, cover.lang)]
    blocks: list[docx.Block] = []
    for piece in contents:
        before = blocks[-1] if blocks else None
        if isinstance(piece, Table) and any(piece is one for one in attached):
            blocks.append(_see(piece, attached, cover.lang, before))
        else:
            blocks += _blocks_of(piece, cover, before)
    is_sent = kind_in(contents) != "report"
    return docx.OfficialDocument(
        blocks=tuple(blocks),
        letter=letter or (cover.letter if is_sent else None) or docx.Letter(),
        attachments=tuple(docx.Attachment(_title_of(piece), (_table(piece),)) for piece in attached),
        properties=properties_of(cover, title_in(contents, cover)),
        lang=cover.lang,
    )


def properties_of(cover: Cover, title: str) -> docx.Properties:
    """What a report's documents say of themselves where their text does not."""
    return docx.Properties(
        title=title,
        subject=f"{cover.about.campaign} {cover.about.period}",
        version=cover.version,
        snapshot=cover.about.snapshot or "",
        remark=cover.basis,
    )


def is_attached(piece: Table, lang: str) -> bool:
    """Whether a table that the document has is too long or too wide for its text."""
    if piece.rows == 0 or not piece.document or piece.table.frame.empty:
        return False
    is_long = piece.rest > 0 or len(piece.table.frame) > MOST_IN_TEXT
    return is_long or docx.find_way([_table(piece)], lang) != "portrait"


def _table(piece: Table, caption: str = "") -> docx.Table:
    columns = piece.document.columns if not isinstance(piece.document, bool) else piece.table.columns
    return docx.Table(piece.table.frame, caption, columns)


def _title_of(piece: Table) -> str:
    return piece.attachment or piece.table.title


def _see(piece: Table, attached: list[Table], lang: str, before: docx.Block | None) -> docx.Paragraph:
    """In place of an attached table: where it is."""
    number = str(next(at for at, one in enumerate(attached, start=1) if one is piece))
    of = number if len(attached) > 1 else ""
    if _is_named(piece, before):
        return docx.Paragraph(say("reports.see_attachment", lang, number=of))
    return docx.Paragraph(say("reports.see_attachment_for", lang, title=_title_of(piece), number=of))


def _blocks_of(piece: Content, cover: Cover, before: docx.Block | None) -> Iterator[docx.Block]:
    match piece:
        case Title(text, kind):
            yield docx.Heading(0, text)
            yield from (docx.Paragraph(said, "middle") for said in (cover.mark, _as_of(kind, cover)) if said)
            if cover.day is None:
                yield docx.Paragraph(cover.basis)
        case Heading(text, level):
            yield docx.Heading(level, text)
        case Sentence(text):
            yield docx.Paragraph(text)
        case DrawnFigure(figure, _, png):
            yield docx.Figure(png, figure.title, figure.sentence)
        case Photos():
            if not (isinstance(before, docx.Heading) and piece.title in before.text):
                yield docx.Paragraph(piece.title)
            yield docx.Pairs(piece.pairs, piece.per_page)
        case Table() if piece.rows != 0 and piece.document:
            title = "" if _is_named(piece, before) else piece.table.title
            if piece.table.frame.empty:  # its columns alone say nothing
                yield docx.Paragraph(title + say("exports.docx.no_rows", cover.lang))
            else:
                yield _table(piece, title)


def _as_of(kind: DocumentKind, cover: Cover) -> str:
    """Line below the title of a report: the day of its data; what is sent has a date of its own."""
    if kind != "report" or cover.day is None:
        return ""
    return say("reports.as_of", cover.lang, day=docx.word_day(cover.day, cover.lang))


def _is_named(piece: Table, before: docx.Block | None) -> bool:
    """Whether the heading above says what the table is."""
    return isinstance(before, docx.Heading) and piece.table.title in before.text
