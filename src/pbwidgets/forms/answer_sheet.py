"""Read-only answers: one piece of markup for the whole form, on the page and on paper."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from pbwidgets.campaign import Campaign, Field, Form, find_irrelevant, is_none, rows_in
from pbwidgets.campaign.answers import captions_of
from pbwidgets.campaign.names import ROW
from pbwidgets.campaign.values import UPLOADS
from pbwidgets.forms.answer_words import NameUnit, word_answer
from pbwidgets.forms.uploads import ShownFile, files_markup
from pbwidgets.wording import say

FindFile = Callable[[str], ShownFile | None]


def answers_markup(
    form: Form,
    campaign: Campaign,
    answers: Mapping[str, Any],
    lang: str,
    find_file: FindFile,
    *,
    pictures: bool = True,
    name_unit: NameUnit | None = None,
) -> str:
    """Sections with their fields and answers; fields that are not relevant are left out.

    Parameters
    ----------
    form, campaign, answers
        What was asked and answered, the answers canonical.
    lang
        Language.
    find_file
        Gives the file of a token.
    pictures
        Whether files are links; on paper they are only named.
    name_unit
        Gives the name of a unit's code; without it, the code stands for the unit.
    """
    sheet = _Sheet(form, campaign, answers, lang, find_file, pictures, name_unit)
    return f'<div class="pb-answers">{"".join(sheet.parts(form.fields))}</div>'


class _Sheet:
    def __init__(
        self,
        form: Form,
        campaign: Campaign,
        answers: Mapping[str, Any],
        lang: str,
        find_file: FindFile,
        pictures: bool,
        name_unit: NameUnit | None,
    ) -> None:
        self._campaign, self._answers, self._lang = campaign, answers, lang
        self._find_file, self._pictures, self._name_unit = find_file, pictures, name_unit
        self._hidden = find_irrelevant(form, answers)
        self._captions = captions_of(form, campaign, answers)

    def parts(self, fields: Sequence[Field]) -> Iterator[str]:
        lines: list[str] = []
        for item in fields:
            if item.type in ("group", "repeat"):
                yield from _listed(lines)
                lines = []
                yield from self._part(item)
            elif item.type != "note" and (item.id, 0) not in self._hidden:
                lines.append(self._line(item, self._answers.get(item.id)))
        yield from _listed(lines)

    def _part(self, item: Field) -> Iterator[str]:
        inner = list(self.parts(item.fields)) if item.type == "group" else list(self._rows(item))
        if inner:
            label = self._captions.field(item).label.words(self._lang)
            yield f"<section><h3>{escape(label)}</h3>{''.join(inner)}</section>"

    def _rows(self, item: Field) -> Iterator[str]:
        if (item.id, 0) in self._hidden:
            return
        entries = rows_in(self._answers, item.id)
        if not entries:
            told = is_none(item, self._answers.get(item.id))
            words = escape(say("forms.none_of_these" if told else "forms.no_rows", self._lang))
            yield f"<p>{words}</p>" if told else f'<p class="pb-quiet">{words}</p>'
            return
        inners = (inner for inner in without_groups(item.fields) if inner.type != "note")
        fields = [self._captions.field(inner, item.id, None) for inner in inners]
        first = say("forms.number", self._lang) if item.table is None else item.label.words(self._lang)
        heads = "".join(f'<th scope="col">{escape(inner.label.words(self._lang))}</th>' for inner in fields)
        body = "".join(
            self._row(name, first, fields, entry) for name, entry in name_rows(item, entries, self._lang)
        )
        yield (
            f'<div class="pb-scroll"><table class="pb-table"><thead><tr><th scope="col">'
            f"{escape(first)}</th>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def _row(self, name: str, first: str, fields: Sequence[Field], entry: Mapping[str, Any]) -> str:
        cells = "".join(
            f'<td data-label="{escape(inner.label.words(self._lang), quote=True)}">'
            f"{self._answer(inner, entry.get(inner.id))}</td>"
            for inner in fields
        )
        return f'<tr><td data-label="{escape(first, quote=True)}">{escape(name)}</td>{cells}</tr>'

    def _line(self, item: Field, answer: object) -> str:
        label = self._captions.field(item).label.words(self._lang)
        return f"<div><dt>{escape(label)}</dt><dd>{self._answer(item, answer)}</dd></div>"

    def _answer(self, item: Field, answer: object) -> str:
        if item.type in UPLOADS and isinstance(answer, list) and self._pictures:
            return files_markup([self._find_file(token) for token in answer], self._lang)
        words = word_answer(item, answer, self._campaign, self._lang, self._name, self._name_unit)
        return escape(words) if words else '<span class="pb-quiet">—</span>'

    def _name(self, token: str) -> str:
        file = self._find_file(token)
        return file.name if file else say("forms.file_gone", self._lang)


def _listed(lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f'<dl class="pb-facts">{"".join(lines)}</dl>'


def without_groups(fields: Sequence[Field]) -> Iterator[Field]:
    """Fields in order, those of a group in the place of the group."""
    for item in fields:
        if item.type == "group":
            yield from without_groups(item.fields)
        else:
            yield item


def name_rows(
    repeat: Field, entries: Sequence[Mapping[str, Any]], lang: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Rows of a repeat, each with what it is called: its number, or its name in the table, where it is fixed.

    >>> words = {"zh": "班子", "en": "Team"}
    >>> field = {"id": "lines", "type": "repeat", "label": words, "table": {"rows": [{"id": "team", "name": words}]}}
    >>> list(name_rows(Field.model_validate(field), [{"row": "team", "state": "reached"}], "en"))
    [('Team', {'row': 'team', 'state': 'reached'})]
    """
    for at, entry in enumerate(entries):
        known = repeat.table.row(str(entry.get(ROW))) if repeat.table is not None else None
        yield known.name.words(lang) if known is not None else str(at + 1), entry
