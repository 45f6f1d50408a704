"""What differs between two sets of answers to a form, field by field, in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pbwidgets.campaign import Campaign, Form, compute_answers, is_none, rows_in
from pbwidgets.campaign.answers import captions_of
from pbwidgets.campaign.names import ROW, places
from pbwidgets.campaign.values import UPLOADS
from pbwidgets.forms.answer_words import NameFile, NameUnit, word_answer
from pbwidgets.wording import say


@dataclass(frozen=True)
class AnswerChange:
    """One answer that differs.

    Attributes
    ----------
    label
        Label of the field, with the section and number of its row.
    before, after
        Both answers in words; empty for none.
    path
        Path of the field.
    files_before, files_after
        Tokens of its files, if it holds files.
    row
        Id of the fixed row in which it stands; empty for all others.
    field_label
        Label of the field without that of its row.
    """

    label: str
    before: str
    after: str
    path: str
    files_before: tuple[str, ...] = ()
    files_after: tuple[str, ...] = ()
    row: str = ""
    field_label: str = ""


@dataclass(frozen=True)
class Answered:
    """Answers with the definitions under which they were given."""

    form: Form
    campaign: Campaign
    answers: Mapping[str, Any]


def compare_answers(
    form: Form,
    campaign: Campaign,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    lang: str,
    name_file: NameFile | None = None,
    name_unit: NameUnit | None = None,
) -> tuple[AnswerChange, ...]:
    """Answers to one form that differ, as :func:`compare_versions` gives them."""
    return compare_versions(
        Answered(form, campaign, before), Answered(form, campaign, after), lang, name_file, name_unit
    )


def compare_versions(
    before: Answered,
    after: Answered,
    lang: str,
    name_file: NameFile | None = None,
    name_unit: NameUnit | None = None,
) -> tuple[AnswerChange, ...]:
    """Answers that differ, in the order of the newer form; then those to fields that it no longer has.

    Rows of a repeat are compared with the rows that they were, wherever they stand now (:func:`match_rows`); fixed
    rows with the same row of their table.
    """
    return tuple(_Comparison(before, after, lang, name_file, name_unit).changes())


def match_rows(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> tuple[tuple[int | None, int | None], ...]:
    """Numbers of the rows that are the same row before and after, in the order after; then rows that are gone.

    Equal rows belong together, then those that have most in common, then what stands at the same number.

    >>> plough, sow = {"deed": "plough", "day": 1}, {"deed": "sow", "day": 2}
    >>> match_rows([plough, sow], [{"deed": "sow", "day": 3}, {"deed": "reap"}])
    ((1, 0), (None, 1), (0, None))
    """
    left, right = dict(enumerate(before)), dict(enumerate(after))
    found: dict[int, int] = {}

    def pair(old: int, new: int) -> None:
        found[new] = old
        del left[old], right[new]

    equal: dict[str, list[int]] = {}
    for old, row in left.items():
        equal.setdefault(repr(sorted(row.items())), []).append(old)
    for new, row in tuple(right.items()):
        if same := equal.get(repr(sorted(row.items()))):
            pair(same.pop(0), new)
    alike = [
        (-common, abs(old - new), old, new)
        for old, one in left.items()
        for new, other in right.items()
        if (
            common := sum(
                value not in (None, "", []) and other.get(name) == value for name, value in one.items()
            )
        )
    ]
    for _, _, old, new in sorted(alike):
        if old in left and new in right:
            pair(old, new)
    for at in sorted(left.keys() & right.keys()):
        pair(at, at)
    return (*((found.get(new), new) for new in range(len(after))), *((old, None) for old in left))


def word_row(section: str, old: int | None, new: int | None, lang: str) -> str:
    """What stands before the label of a field in a row of a section, by where the row was and where it is now.

    >>> word_row("实事", 1, 0, "zh_CN"), word_row("实事", None, 0, "zh_CN")
    ('实事第 1 项（原第 2 项）：', '实事第 1 项：')
    """
    if new is None:
        return say("forms.in_row_gone", lang, section=section, place=(old or 0) + 1)
    if old in (None, new):
        return say("forms.in_row", lang, section=section, place=new + 1)
    return say("forms.in_row_moved", lang, section=section, place=new + 1, before=(old or 0) + 1)


@dataclass(frozen=True)
class _Where:
    """What stands before the labels of the fields of a row; its id, if it is fixed."""

    words: str
    row_id: str = ""


_NO_ROW: Final = _Where("")


class _Comparison:
    """Both sides with their calculations made anew, and the words for what differs."""

    def __init__(
        self,
        before: Answered,
        after: Answered,
        lang: str,
        name_file: NameFile | None,
        name_unit: NameUnit | None,
    ) -> None:
        self._sides = (before, after)
        self._answers = tuple(compute_answers(side.form, side.answers) for side in self._sides)
        self._captions = tuple(
            captions_of(side.form, side.campaign, answers)
            for side, answers in zip(self._sides, self._answers, strict=True)
        )
        self._fields = tuple({place.path: place for place in places(side.form)} for side in self._sides)
        self._lang, self._name_file, self._name_unit = lang, name_file, name_unit

    def changes(self) -> Iterator[AnswerChange]:
        old, new = self._fields
        for path in (*new, *(path for path in old if path not in new)):
            place = new.get(path) or old[path]
            if place.field.type == "repeat":
                yield from self._in_rows(path)
            elif place.is_leaf and not place.repeat:
                yield from self._change(path, self._answers[0], self._answers[1], (0, 0), _NO_ROW)

    def _in_rows(self, path: str) -> Iterator[AnswerChange]:
        section = self._label(path, (0, 0))
        told = [
            path in fields and is_none(fields[path].field, answers.get(path))
            for fields, answers in zip(self._fields, self._answers, strict=True)
        ]
        if told[0] != told[1]:
            words = [say("forms.none_of_these", self._lang) if one else "" for one in told]
            yield AnswerChange(section, words[0], words[1], path)
        before, after = (rows_in(answers, path) for answers in self._answers)
        inner = dict.fromkeys(
            place.path
            for fields in self._fields[::-1]
            for place in fields.values()
            if place.repeat == path and place.is_leaf
        )
        for old, new, where in self._matched(path, section, before, after):
            left, right = {} if old is None else before[old], {} if new is None else after[new]
            for item in inner:
                yield from self._change(item, left, right, (old, new), where)

    def _matched(
        self, path: str, section: str, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
    ) -> Iterator[tuple[int | None, int | None, _Where]]:
        """Places of a row before and after, and which row it is."""
        tables = [fields[path].field.table for fields in self._fields if path in fields]
        known = {row.id: row.name for table in tables if table is not None for row in table.rows}
        if not known:
            for old, new in match_rows(before, after):
                yield old, new, _Where(word_row(section, old, new, self._lang))
            return
        old_at, new_at = ({str(row.get(ROW)): at for at, row in enumerate(rows)} for rows in (before, after))
        for row_id in dict.fromkeys((*new_at, *old_at)):
            name = known[row_id].words(self._lang) if row_id in known else row_id
            where = say("forms.in_fixed_row", self._lang, name=name)
            yield old_at.get(row_id), new_at.get(row_id), _Where(where, row_id)

    def _change(
        self,
        path: str,
        left: Mapping[str, Any],
        right: Mapping[str, Any],
        rows: tuple[int | None, int | None],
        where: _Where,
    ) -> Iterator[AnswerChange]:
        name = path.rpartition("/")[2]
        one, other = left.get(name), right.get(name)
        if one != other:
            words = [self._word(at, path, value) for at, value in enumerate((one, other))]
            kinds = {fields[path].field.type for fields in self._fields if path in fields}
            files = [_tokens(value) if kinds & set(UPLOADS) else () for value in (one, other)]
            label = self._label(path, rows)
            yield AnswerChange(
                where.words + label, words[0], words[1], path, files[0], files[1], where.row_id, label
            )

    def _word(self, at: int, path: str, value: object) -> str:
        place = self._fields[at].get(path) or self._fields[1 - at][path]
        campaign = self._sides[at].campaign
        return word_answer(place.field, value, campaign, self._lang, self._name_file, self._name_unit)

    def _label(self, path: str, rows: tuple[int | None, int | None]) -> str:
        """Label of a field where it stands now, or else where it stood."""
        known = [at for at in (1, 0) if path in self._fields[at]]
        at = next((at for at in known if rows[at] is not None), known[0])
        place = self._fields[at][path]
        return self._captions[at].field(place.field, place.repeat, rows[at]).label.words(self._lang)


def _tokens(answer: object) -> tuple[str, ...]:
    return tuple(map(str, answer)) if isinstance(answer, list) else ()
