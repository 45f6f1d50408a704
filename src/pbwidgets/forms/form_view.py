"""A campaign's form, to be filled in: sections, skip logic, checks while typing, progress.

Checks are left to :func:`pbwidgets.campaign.check_answers`, which the server also calls when the form is
handed in; nothing is checked here. A widget is costly in the browser, so a field has two, rows of a
repeat open one at a time, and read-only answers are one widget (:mod:`pbwidgets.forms.answer_sheet`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape
from typing import Any, Final

import ipywidgets as w

from pbwidgets.campaign import (
    AnswerProblem,
    Campaign,
    Field,
    Form,
    check_answers,
    compute_answers,
    find_irrelevant,
    rows_in,
)
from pbwidgets.campaign.answers import captions_of
from pbwidgets.campaign.captions import Captions
from pbwidgets.campaign.values import NONE, UPLOADS
from pbwidgets.forms.answer_sheet import without_groups
from pbwidgets.forms.answer_words import NameUnit, word_answer
from pbwidgets.forms.captions import anchor_of
from pbwidgets.forms.elements import hide_all, markup, stack
from pbwidgets.forms.field_views import FieldView, ShownView
from pbwidgets.forms.fixed_rows import FixedRow, FixedRows
from pbwidgets.forms.headings import section_markup
from pbwidgets.forms.life_states import find_step_advice
from pbwidgets.forms.repeats import MakeView, RepeatView, RowView, WordAnswer
from pbwidgets.forms.rows_table import RowsTable, look_of_rows
from pbwidgets.forms.unit_choice import UnitRegister
from pbwidgets.forms.uploads import Files, files_markup
from pbwidgets.intake.identifying import CommonWords
from pbwidgets.wording import say

MISSING: Final = ("campaign.answer_required", "campaign.answer_rows_or_none", "campaign.answer_too_few")
"""Answers that are only missing: reported on handing in, not while typing."""

Returned = Mapping[str, Sequence[str]]


@dataclass
class _Section:
    """A card of the form: fields under one heading, or the rows of a repeat."""

    title: str
    views: list[FieldView | ShownView] = field(default_factory=list)
    repeat: RepeatView | FixedRows | None = None
    head: w.HTML | None = None
    box: w.Box | None = None
    hint: w.HTML | None = None
    group: Field | None = None

    def follow(self, captions: Captions, lang: str) -> None:
        """Show the answers that its words ask for."""
        if self.repeat is not None:
            self.repeat.follow(captions)
        elif self.group is not None:
            group = captions.field(self.group)
            self.title = group.label.words(lang)
            if self.hint is not None and self.hint.value != (shown := _hint_markup(group, lang)):
                self.hint.value = shown


@dataclass(frozen=True)
class _Count:
    """Numbers of required answers asked and given in a section."""

    asked: int
    answered: int
    filled: int


class FormView:
    """A form on the page, with what has been entered.

    Parameters
    ----------
    form, campaign
        What is to be filled in.
    answers
        Answers so far; not changed.
    lang
        Language.
    on_change
        Called after every change with the canonical answers.
    returned
        Reasons for which the form was returned, by field path; the empty path is the whole form.
    files
        Where uploads go; without it there are no upload fields.
    today
        Value of ``today()`` in the campaign's expressions.
    name
        Tells its anchors from those of other forms on the page.
    legend
        Code of the words about the form as a whole; left out if empty.
    names
        Names of units, which identify nobody.
    changeable
        Paths of the fields that may be changed; the others are text. None: all may be.
    units
        Units that fields may point at; without them their codes are typed.
    counting
        Answers that count by now, where somebody has to accept the form first.

    Attributes
    ----------
    widget
        What is shown.
    """

    def __init__(
        self,
        form: Form,
        campaign: Campaign,
        answers: Mapping[str, Any],
        *,
        lang: str,
        on_change: Callable[[dict[str, Any]], None] | None = None,
        returned: Returned | None = None,
        files: Files | None = None,
        today: date | None = None,
        name: str = "",
        legend: str = "forms.legend",
        names: CommonWords | None = None,
        changeable: frozenset[str] | None = None,
        units: UnitRegister | None = None,
        counting: Mapping[str, Any] | None = None,
    ) -> None:
        self._changeable, self._units, self._counting = changeable, units, counting
        self._name, self._legend, self._names = name, legend, names
        self._form, self._campaign, self._lang = form, campaign, lang
        self._files, self._today = files, today
        self._on_change = on_change
        self._returned = dict(returned or {})
        self._asks_all = False
        self._entered: dict[str, Any] = {
            name: [dict(entry) for entry in value]
            if self._is_repeat(name) and isinstance(value, list)
            else value
            for name, value in compute_answers(form, answers, today=today).items()
        }
        self._is_filtered = any(item.choice_filter is not None for item in _all_fields(form.fields))
        self._sections = list(self._make_sections())
        self._progress = markup("")
        self.widget = stack(self._progress, *(section.box for section in self._sections))
        self.widget.add_class("pb-form")
        self.problems: tuple[AnswerProblem, ...] = ()
        self._draw()

    # -- for callers ------------------------------------------------------------------------------------

    @property
    def answers(self) -> dict[str, Any]:
        """Current answers, canonical."""
        return compute_answers(self._form, self._entered, today=self._today)

    def ask_all(self) -> tuple[AnswerProblem, ...]:
        """All problems that prevent handing in; from now on, missing answers are shown at their fields too."""
        self._asks_all = True
        self._draw()
        self._open_rows_with_problems()
        return self.problems

    def jump_links(self) -> str:
        """Markup of a list of all problems, each with a link to its field."""
        items = "".join(
            f'<li><a href="#{escape(self.anchor(problem.path, problem.row), quote=True)}">'
            f"{escape(self._in_words(problem))}</a></li>"
            for problem in self.problems
        )
        return f'<ol class="pb-jumps">{items}</ol>' if items else ""

    def anchor(self, path: str, row: int = 0) -> str:
        """Anchor of a field, for links; that of its repeat if the row is closed."""
        repeat = self.repeats().get(path.partition("/")[0])
        if isinstance(repeat, FixedRows) and "/" in path:
            return repeat.anchor(path, row)
        if repeat is not None and "/" in path:
            is_open = row < len(repeat.rows) and repeat.rows[row].is_open
            path, row = (path, row) if is_open else (repeat.field.id, 0)
        return anchor_of(path, row, self._name)

    def views(self) -> Iterator[tuple[FieldView | ShownView, int]]:
        """Fields on the page now, each with its row number."""
        for section in self._sections:
            for view in section.views:
                yield view, 0
            if section.repeat is not None:
                rows: Sequence[RowView | FixedRow] = section.repeat.rows
                for at, entry in enumerate(rows):
                    for view in entry.views:
                        yield view, at

    def repeats(self) -> dict[str, RepeatView | FixedRows]:
        """Repeats by id."""
        return {s.repeat.field.id: s.repeat for s in self._sections if s.repeat is not None}

    # -- building -----------------------------------------------------------------------------------------

    def _is_repeat(self, name: str) -> bool:
        return any(item.id == name and item.type == "repeat" for item in _all_fields(self._form.fields))

    def _make_sections(self) -> Iterator[_Section]:
        loose: list[Field] = []
        first = self._form.fields[0]

        def loose_card() -> _Section:
            title = "forms.fields" if loose[0] is first else "forms.other_fields"
            return self._card(say(title, self._lang), loose)

        for item in self._form.fields:
            if item.type not in ("group", "repeat"):
                loose.append(item)
                continue
            if loose:
                yield loose_card()
                loose = []
            yield from self._of_group(item) if item.type == "group" else [self._rows_of(item)]
        if loose:
            yield loose_card()

    def _of_group(self, group: Field) -> Iterator[_Section]:
        """Cards of a group: repeats in it get their own cards."""
        leaves = [item for item in without_groups(group.fields) if item.type != "repeat"]
        if leaves:
            yield self._card(group.label.words(self._lang), leaves, group)
        for item in without_groups(group.fields):
            if item.type == "repeat":
                yield self._rows_of(item)

    def _card(self, title: str, fields: Sequence[Field], group: Field | None = None) -> _Section:
        views = [self._view(item, self._entered) for item in fields]
        section = _Section(title, views, head=markup(""), group=group)
        widgets = [widget for view in section.views for widget in view.widgets]
        if group is not None and group.hint is not None:
            section.hint = markup(_hint_markup(group, self._lang))
            widgets.insert(0, section.hint)
        section.box = stack(section.head, *widgets)
        section.box.add_class("pb-card")
        return section

    def _rows_of(self, item: Field) -> _Section:
        fields = tuple(without_groups(item.fields))

        def make_view(inner: Field, holder: dict[str, Any]) -> FieldView | ShownView:
            return self._view(inner, holder, item.id)

        def words_of(inner: Field, answer: object) -> str:
            return word_answer(inner, answer, self._campaign, self._lang, name_unit=self._name_unit)

        repeat: RepeatView | FixedRows
        if item.table is not None:
            repeat = self._fixed_rows(item, fields, make_view, words_of)
        else:
            repeat = RepeatView(
                item,
                fields,
                self._entered,
                self._lang,
                make_view,
                words_of,
                self._changed,
                self._draw,
                may_add=self._may_change(item.id),
            )
        return _Section(item.label.words(self._lang), repeat=repeat, box=repeat.box)

    def _fixed_rows(
        self, item: Field, fields: tuple[Field, ...], make_view: MakeView, words_of: WordAnswer
    ) -> FixedRows:
        def may_change(inner: Field) -> bool:
            return self._may_change(f"{item.id}/{inner.id}")

        table = RowsTable(
            item,
            fields,
            campaign=self._campaign,
            lang=self._lang,
            look=look_of_rows(self._form, item, self._campaign, self._lang),
            word_answer=words_of,
            may_change=may_change,
            today=self._today or date.today(),
            name=self._name,
            counting=None if self._counting is None else rows_in(self._counting, item.id),
        )
        return FixedRows(
            item,
            self._entered,
            table,
            lang=self._lang,
            make_view=make_view,
            may_change=may_change,
            report=self._changed,
            report_look=self._draw,
        )

    def _view(self, item: Field, holder: dict[str, Any], repeat: str = "") -> FieldView | ShownView:
        path = f"{repeat}/{item.id}" if repeat else item.id
        if item.type in ("note", "calculate"):
            return ShownView(item, path, self._lang)
        if not self._may_change(path):
            return ShownView(item, path, self._lang, self._markup_of)
        return FieldView(
            item, path, holder, self._campaign, self._lang, self._files, self._changed, self._units
        )

    def _may_change(self, path: str) -> bool:
        open_paths = self._changeable
        return open_paths is None or path in open_paths or path.partition("/")[0] in open_paths

    def _markup_of(self, item: Field, answer: object) -> str:
        """Markup of an answer that is only shown."""
        if item.type in UPLOADS and isinstance(answer, list) and self._files is not None:
            return files_markup([self._files.shown(token) for token in answer], self._lang)
        words = word_answer(item, answer, self._campaign, self._lang, name_unit=self._name_unit)
        return escape(words) or "—"

    @property
    def _name_unit(self) -> NameUnit | None:
        return self._units.name_of if self._units is not None else None

    # -- keeping it up to date ------------------------------------------------------------------------------

    def _changed(self) -> None:
        while self._is_filtered and self._drop_not_offered():
            pass  # an answer that is gone may take the next with it
        self._draw()
        if self._on_change is not None:
            self._on_change(self.answers)

    def _drop_not_offered(self) -> bool:
        captions = captions_of(self._form, self._campaign, self.answers, today=self._today)
        dropped = [
            view.keep_offered(captions.options(view.field, view.path.rpartition("/")[0], at))
            for view, at in self.views()
            if isinstance(view, FieldView) and view.field.choice_filter is not None
        ]
        return any(dropped)

    def _draw(self) -> None:
        self.problems = check_answers(
            self._form,
            self._campaign,
            self._entered,
            complete=True,
            today=self._today,
            names=self._names,
            units=self._units.known if self._units is not None else None,
        )
        clean = self.answers
        captions = captions_of(self._form, self._campaign, clean, today=self._today)
        hidden = find_irrelevant(self._form, self._entered, today=self._today)
        messages: dict[tuple[str, int], list[str]] = defaultdict(list)
        for problem in self.problems:
            if self._asks_all or problem.code not in MISSING:
                messages[problem.path, problem.row].append(problem.message(self._lang))
        advice = self._find_advice(clean)
        for view, at in self.views():
            view.hide((view.path, at) in hidden)
            view.follow(captions, view.path.rpartition("/")[0], at)
            if isinstance(view, ShownView):
                view.show(_value(clean, view.path, at))
            else:
                view.say(
                    anchor_of(view.path, at, self._name),
                    messages[view.path, at],
                    self._returned.get(view.path, ()),
                    advice.get((view.path, at), ()),
                )
        for section in self._sections:
            section.follow(captions, self._lang)
        counts = [self._draw_section(section, messages, advice, hidden, clean) for section in self._sections]
        self._draw_progress(counts)

    def _find_advice(self, clean: Mapping[str, Any]) -> Mapping[tuple[str, int], list[str]]:
        """What looks wrong in the order of dated steps, and is not refused, by path and row."""
        today, found = self._today or date.today(), defaultdict[tuple[str, int], list[str]](list)
        living = [("", self._form.life, self._form.fields, [clean])]
        living += [
            (name, repeat.field.life, repeat.field.fields, rows_in(clean, name))
            for name, repeat in self.repeats().items()
        ]
        for name, life, fields, rows in living:
            for at, row in enumerate(rows if life is not None else ()):
                leaves = tuple(without_groups(fields))
                for field_id, words in find_step_advice(life, leaves, row, self._lang, today).items():
                    found[f"{name}/{field_id}" if name else field_id, at].append(words)
        return found

    def _draw_section(
        self,
        section: _Section,
        messages: Mapping[tuple[str, int], list[str]],
        advice: Mapping[tuple[str, int], list[str]],
        hidden: frozenset[tuple[str, int]],
        clean: Mapping[str, Any],
    ) -> _Count:
        count = self._count(section, hidden, clean)
        wrong = sum(len(words) for (path, _), words in messages.items() if self._owns(section, path))
        repeat = section.repeat
        is_asked = repeat is not None or any(isinstance(view, FieldView) for view in section.views)
        progress = self._progress_words(count, wrong) if is_asked else ""
        if repeat is not None:
            repeat.hide((repeat.field.id, 0) in hidden)
            if isinstance(repeat, FixedRows):
                repeat.tell(messages, advice, hidden)
            inner = f"{repeat.field.id}/"
            rows = frozenset(at for (path, at), words in messages.items() if words and path.startswith(inner))
            returned = [
                reason
                for path, reasons in self._returned.items()
                if path == repeat.field.id or path.startswith(inner)
                for reason in reasons
            ]
            anchor = anchor_of(repeat.field.id, 0, self._name)
            repeat.draw(anchor, progress, messages.get((repeat.field.id, 0), []), returned, rows)
        elif section.head is not None and section.box is not None:
            shown = section_markup(section.title, progress)
            if section.head.value != shown:
                section.head.value = shown
            hide_all([section.box], all((view.path, 0) in hidden for view in section.views))
        return count

    def _owns(self, section: _Section, path: str) -> bool:
        if section.repeat is not None:
            return path == section.repeat.field.id or path.startswith(f"{section.repeat.field.id}/")
        return any(view.path == path for view in section.views)

    def _count(
        self, section: _Section, hidden: frozenset[tuple[str, int]], clean: Mapping[str, Any]
    ) -> _Count:
        repeat = section.repeat
        if repeat is None:
            asked = [
                (view.field, clean.get(view.field.id))
                for view in section.views
                if isinstance(view, FieldView) and (view.path, 0) not in hidden
            ]
            filled = sum(answer is not None for _, answer in asked)
        elif (repeat.field.id, 0) in hidden:
            asked, filled = [], 0
        else:
            entries = rows_in(clean, repeat.field.id)
            asked = [
                (inner, entry.get(inner.id))
                for at, entry in enumerate(entries)
                for inner in repeat.fields
                if inner.type not in ("note", "calculate")
                and (f"{repeat.field.id}/{inner.id}", at) not in hidden
            ]
            filled = len(entries)
            # rows still missing are counted as asked for too
            lacking = max(0, (repeat.field.min_count or 0) - filled)
            asked += [(repeat.field, NONE if repeat.is_none else None)] * lacking
        required = [answer for item, answer in asked if item.required or item.min_count]
        return _Count(len(required), sum(answer is not None for answer in required), filled)

    def _progress_words(self, count: _Count, wrong: int) -> str:
        if wrong:
            return say("forms.section_wrong", self._lang, count=wrong)
        if not count.asked:
            return say("forms.section_filled", self._lang, count=count.filled)
        code = "forms.section_done" if count.answered == count.asked else "forms.section_required"
        return say(code, self._lang, answered=count.answered, asked=count.asked)

    def _draw_progress(self, counts: Sequence[_Count]) -> None:
        asked, answered = sum(c.asked for c in counts), sum(c.answered for c in counts)
        words, shown = say("forms.progress", self._lang, answered=answered, asked=asked), ""
        if asked:
            share, label = round(100 * answered / asked), escape(words, quote=True)
            shown = (
                f'<div class="pb-progress"><progress max="100" value="{share}" aria-label="{label}">'
                f"</progress><span>{escape(words)}</span></div>"
            )
        if self._legend:
            shown += f'<div class="pb-hint">{escape(say(self._legend, self._lang))}</div>'
        hide_all([self._progress], not shown)
        if self._progress.value != shown:
            self._progress.value = shown

    def _open_rows_with_problems(self) -> None:
        repeats = self.repeats()
        wrong = {
            (name, p.row)
            for p in self.problems
            if (name := p.path.partition("/")[0]) != p.path and not _is_on_line(repeats.get(name), p.path)
        }
        rows = [
            (repeat, at)
            for name, repeat in repeats.items()
            for at in sorted(row for path, row in wrong if path == name)
            if at < len(repeat.rows)
        ]
        for repeat, at in rows[:1]:  # one at a time; the others show a mark on their line
            repeat.open_at(at)
        self._draw()

    def _in_words(self, problem: AnswerProblem) -> str:
        """The problem with its place, even if the campaign's own words do not name the field."""
        words = problem.message(self._lang)
        if problem.words is not None and problem.label is not None:
            words = say("forms.problem_of", self._lang, label=problem.label.words(self._lang), problem=words)
        return self._place(problem) + words

    def _place(self, problem: AnswerProblem) -> str:
        repeat = self.repeats().get(problem.path.partition("/")[0])
        if repeat is None or "/" not in problem.path:
            return ""
        if isinstance(repeat, FixedRows):
            return say("forms.in_fixed_row", self._lang, name=repeat.name_of(problem.row))
        label = repeat.field.label.words(self._lang)
        return say("forms.in_row", self._lang, section=label, place=problem.row + 1)


def _is_on_line(repeat: RepeatView | FixedRows | None, path: str) -> bool:
    return isinstance(repeat, FixedRows) and repeat.is_on_line(path)


def _hint_markup(group: Field, lang: str) -> str:
    return f'<div class="pb-hint">{escape(group.hint.words(lang))}</div>' if group.hint else ""


def _all_fields(fields: Sequence[Field]) -> Iterator[Field]:
    for item in fields:
        yield item
        yield from _all_fields(item.fields)


def _value(answers: Mapping[str, Any], path: str, row: int) -> object:
    repeat, _, name = path.rpartition("/")
    if not repeat:
        return answers.get(name)
    rows = rows_in(answers, repeat)
    return rows[row].get(name) if row < len(rows) else None
