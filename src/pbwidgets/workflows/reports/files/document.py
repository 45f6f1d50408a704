"""The document of a report."""

from collections.abc import Iterator
from pathlib import Path

from pbwidgets.exports import docx
from pbwidgets.wording import say
from pbwidgets.workflows.reports.blocks.pieces import Heading, Sentence, Table, Title
from pbwidgets.workflows.reports.files.content import Content, Cover, DrawnFigure


def write_document(contents: tuple[Content, ...], cover: Cover, path: Path) -> None:
    """Write the document of a report."""
    blocks: list[docx.Block] = []
    for piece in contents:
        blocks += _blocks_of(piece, cover, blocks[-1] if blocks else None)
    docx.build_document(blocks, path, lang=cover.lang)


def _blocks_of(piece: Content, cover: Cover, before: docx.Block | None) -> Iterator[docx.Block]:
    match piece:
        case Title(text):
            yield docx.Heading(0, text)
            yield from (docx.Paragraph(said) for said in (cover.mark, cover.basis) if said)
        case Heading(text, level):
            yield docx.Heading(level, text)
        case Sentence(text):
            yield docx.Paragraph(text)
        case DrawnFigure(figure, _, png):
            yield docx.Figure(png, figure.title, figure.sentence)
        case Table():
            yield from _table_of(piece, cover.lang, before)


def _table_of(piece: Table, lang: str, before: docx.Block | None) -> Iterator[docx.Block]:
    if piece.rows == 0 or not piece.document:
        return
    shown = piece.table if piece.rows is None else piece.table.head(piece.rows)
    columns = shown.columns if piece.document is True else piece.document.columns
    # the heading above may say the same
    named = isinstance(before, docx.Heading) and shown.title in before.text
    yield docx.Table(shown.frame, "" if named else shown.title, columns)
    if piece.rest:
        yield docx.Paragraph(say("reports.rest", lang, rows=piece.rest))
