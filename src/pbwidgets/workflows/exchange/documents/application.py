"""An application form on paper, for Word: one version as it was handed in, to be signed and stamped."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from pbwidgets.campaign import Field, find_irrelevant, is_none, rows_in
from pbwidgets.campaign.answers import captions_of
from pbwidgets.exports.columns import Column
from pbwidgets.exports.docx import (
    Block,
    Heading,
    OfficialDocument,
    Paragraph,
    Properties,
    Table,
    write_official,
)
from pbwidgets.forms.answer_sheet import name_rows, without_groups
from pbwidgets.forms.answer_words import word_answer
from pbwidgets.store import SubmissionKey
from pbwidgets.wording import say
from pbwidgets.workflows.exchange.documents.letters import template_of
from pbwidgets.workflows.filling.paper import Paper, head_of, read_paper
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.files import check_leaving
from pbwidgets.workflows.ground.lookup import check_unit, find_form

_NAMES_WIDTH, _VALUES_WIDTH = 22, 40


def make_application(desk: Desk, key: SubmissionKey, path: Path, version: int = 0) -> Path:
    """Path of a document of a version that was handed in, with its check code, to be signed and stamped.

    Parameters
    ----------
    path
        The ``.docx`` to write.
    version
        Version to print; 0 is the newest.

    Raises
    ------
    RightsError
        If the actor may not see the unit.
    UsageError
        ``fill.unknown_form``, ``workflows.unknown_unit``.
    DataError
        ``fill.paper_none`` if that version was not handed in; ``template.*``; ``exports.identifying_found`` for
        anybody but who fills it in.
    """
    find_form(desk.opened.campaign, key.form_id)
    check_unit(desk.units, key.unit_code)
    paper = read_paper(desk, key, version)
    lang, (title, unit, of) = desk.lang, head_of(paper, desk.lang)
    signed = [say(f"documents.application_{name}", lang) for name in ("signed", "checked", "decided")]
    blocks = (
        Heading(0, title),
        Paragraph(unit, "left", keep=True),
        Paragraph(of, "left", keep=True),
        *_Answers(paper, lang).blocks(paper.form.fields),
        Table(_two_columns([(name, "") for name in signed]), head=False, row_mm=24, columns=_COLUMNS),
        Paragraph(paper.mark, "left"),
    )
    properties = Properties(title=title, subject=of, remark=paper.mark)
    document = OfficialDocument(blocks, properties=properties, lang=lang)
    made = write_official(document, path, template_of(desk, "application"))
    return made if paper.is_own else check_leaving(desk.workspace, made)


_COLUMNS = {"name": Column("name", _NAMES_WIDTH), "value": Column("value", _VALUES_WIDTH)}


def _two_columns(lines: Sequence[tuple[str, str]]) -> pd.DataFrame:
    return pd.DataFrame(lines, columns=list(_COLUMNS), dtype="string")


class _Answers:
    """Answers as tables: names and values of a section, the rows of a list with their header."""

    def __init__(self, paper: Paper, lang: str) -> None:
        self._paper, self._lang = paper, lang
        self._hidden = find_irrelevant(paper.form, paper.answers)
        self._captions = captions_of(paper.form, paper.campaign, paper.answers)

    def blocks(self, fields: Sequence[Field]) -> Iterator[Block]:
        lines: list[tuple[str, str]] = []
        for item in fields:
            if item.type in ("group", "repeat"):
                yield from self._listed(lines)
                lines = []
                yield from self._section(item)
            elif item.type != "note" and (item.id, 0) not in self._hidden:
                label = self._captions.field(item).label.words(self._lang)
                lines.append((label, self._words(item, self._paper.answers.get(item.id))))
        yield from self._listed(lines)

    def _section(self, item: Field) -> Iterator[Block]:
        inner = list(self.blocks(item.fields) if item.type == "group" else self._rows(item))
        if inner:
            yield Heading(1, self._captions.field(item).label.words(self._lang))
            yield from inner

    def _rows(self, item: Field) -> Iterator[Block]:
        if (item.id, 0) in self._hidden:
            return
        answers = self._paper.answers
        entries = rows_in(answers, item.id)
        if not entries:
            told = is_none(item, answers.get(item.id))
            yield Paragraph(say("forms.none_of_these" if told else "forms.no_rows", self._lang))
            return
        inners = [inner for inner in without_groups(item.fields) if inner.type != "note"]
        fields = [self._captions.field(inner, item.id, None) for inner in inners]
        if item.table is None:
            columns = {"": Column(say("forms.number", self._lang), format="integer")}
        else:
            columns = {"": Column(item.label.words(self._lang))}
        columns |= {field.id: Column(field.label.words(self._lang)) for field in fields}
        rows = [
            {
                "": int(name) if item.table is None else name,
                **{field.id: self._words(field, entry.get(field.id)) for field in fields},
            }
            for name, entry in name_rows(item, entries, self._lang)
        ]
        yield Table(pd.DataFrame(rows, columns=list(columns)), columns=columns)

    def _listed(self, lines: list[tuple[str, str]]) -> Iterator[Block]:
        if lines:
            yield Table(_two_columns(lines), head=False, columns=_COLUMNS)

    def _words(self, item: Field, answer: object) -> str:
        return (
            word_answer(item, answer, self._paper.campaign, self._lang, self._name, self._paper.name_unit)
            or "—"
        )

    def _name(self, token: str) -> str:
        file = self._paper.files.get(token)
        return file.name if file else say("forms.file_gone", self._lang)
