"""Fields in which a rater gives points, line by line, each under its criterion and the meaning of marks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Final

import ipywidgets as w

from pbwidgets.forms.elements import markup, plain_layout, stack
from pbwidgets.forms.inputs import Input, number_input
from pbwidgets.forms.typed_text import TypedLine
from pbwidgets.wording import number, say

_NOISE: Final = 1e-9
_DIGITS: Final = 6


@dataclass(frozen=True)
class MarkField:
    """One line of a score sheet, as shown to a rater.

    Attributes
    ----------
    line_id
        The line.
    title
        Number and name of the line.
    lowest, highest
        Range of points of a mark.
    anchors
        Points and their meaning, the best first.
    hint
        How the line is checked.
    remarks
        Further notes (stale marks, marks of others), each a kind (``info``, ``warn``) and words.
    points, comment
        The current mark; ``points`` is None without one.
    reason_needed
        Whether a mark needs a reason.
    renew
        Whether saving gives the unchanged mark again, because it was given for older answers.
    before, limit
        Name of the layer, and points, of the mark before; a mark that differs from it by ``limit`` or more needs a
        reason. It is shown beside a mark once that is given, not before: whoever knows it marks towards it. None:
        there is no such mark, or no limit.
    """

    line_id: str
    title: str
    lowest: float
    highest: float
    anchors: tuple[tuple[float, str], ...] = ()
    hint: str = ""
    remarks: tuple[tuple[str, str], ...] = ()
    points: float | None = None
    comment: str = ""
    reason_needed: bool = False
    renew: bool = False
    before: tuple[str, float] | None = None
    limit: float | None = None


@dataclass(frozen=True)
class Reading:
    """What the fields contain.

    Attributes
    ----------
    marks
        Points and comment of lines whose mark is new or changed.
    renewed
        The same for lines whose unchanged mark must be confirmed.
    emptied
        Lines that had a mark and now have none.
    problems
        What cannot be saved, in words, by line.
    """

    marks: Mapping[str, tuple[float, str]]
    renewed: Mapping[str, tuple[float, str]]
    emptied: tuple[str, ...]
    problems: Mapping[str, str]


class MarkSheet:
    """Fields for marks; what was typed stays until a new sheet is made.

    Parameters
    ----------
    fields
        The lines, in order.
    lang
        Language.
    with_comments
        Whether every line has a comment field; else only lines that need one.
    on_change
        Called after each change.
    read_only
        Whether the fields are disabled.
    """

    def __init__(
        self,
        fields: Sequence[MarkField],
        lang: str,
        *,
        with_comments: bool = True,
        on_change: Callable[[], None] | None = None,
        read_only: bool = False,
    ) -> None:
        self._lang = lang
        self._rows = [_Row(field, lang, with_comments or field.reason_needed, read_only) for field in fields]
        self._is_restoring = False
        self._settled: set[str] = set()
        for row in self._rows:
            row.watch(lambda: None if on_change is None or self._is_restoring else on_change())
        self.box = stack(*(row.box for row in self._rows))

    def read(self) -> Reading:
        """What the fields contain now; each problem is shown beside its field."""
        marks: dict[str, tuple[float, str]] = {}
        renewed: dict[str, tuple[float, str]] = {}
        emptied: list[str] = []
        problems: dict[str, str] = {}
        for row in self._rows:
            given, problem = row.read()
            if problem:
                problems[row.field.line_id] = problem
            elif given is None and row.field.points is not None:
                emptied.append(row.field.line_id)
            elif given is not None and given != (row.field.points, row.field.comment):
                marks[row.field.line_id] = given
            elif given is not None and row.field.renew:
                renewed[row.field.line_id] = given
        return Reading(marks, renewed, tuple(emptied), problems)

    def show(self, fields: Sequence[MarkField]) -> bool:
        """Show the lines as they are now, and leave what is typed; False if they are other lines than before."""
        if [row.field.line_id for row in self._rows] != [field.line_id for field in fields]:
            return False
        for row, field in zip(self._rows, fields, strict=True):
            row.show(field)
        return True

    def settle(self, marks: Mapping[str, tuple[float, str]]) -> None:
        """Treat marks as saved: they are no longer new."""
        for row in self._rows:
            if row.field.line_id in marks:
                points, comment = marks[row.field.line_id]
                row.show(replace(row.field, points=points, comment=comment, renew=False))
        self._settled |= set(marks)

    def count_given(self, reading: Reading) -> int:
        """How many marks a reading gives, with those that were settled since this was asked last."""
        lines = self._settled | set(reading.marks) | set(reading.renewed)
        self._settled = set()
        return len(lines - set(reading.emptied))

    def typed(self) -> dict[str, tuple[str, str]]:
        """Text of the fields of each line, points and comment, as it stands."""
        return {row.field.line_id: row.text() for row in self._rows}

    def type(self, line_id: str, points: str, comment: str | None = None) -> None:
        """Put text into the fields of a line, as a user would type it."""
        row = next(row for row in self._rows if row.field.line_id == line_id)
        row.points.widgets[0].value = points
        if comment is not None and row.comment is not None:
            row.comment.value = comment

    def restore(self, typed: Mapping[str, tuple[str, str]]) -> None:
        """Put back what was typed on an earlier sheet, in lines that are still there; nobody is told of it."""
        self._is_restoring = True
        for line_id in typed.keys() & {row.field.line_id for row in self._rows}:
            self.type(line_id, *typed[line_id])
        self._is_restoring = False

    def close(self) -> None:
        """Close all widgets."""
        for row in self._rows:
            row.box.close_all()


class _Row:
    """Description of a line, and its two fields: few widgets, because a sheet has many lines."""

    def __init__(self, field: MarkField, lang: str, with_comment: bool, read_only: bool) -> None:
        self.field, self._lang = field, lang
        self._is_given = field.points is not None
        self._about = markup("")
        asked = say("review.points_of", lang, lowest=field.lowest, highest=field.highest)
        self.points: Input = number_input(asked, signed=field.lowest < 0)
        self.points.show(None if field.points is None else number(field.points, 6))
        self.comment: TypedLine | None = None
        parts: list[w.Widget] = [*self.points.widgets]
        if with_comment:
            words = say("review.reason_of" if field.reason_needed else "review.comment_of", lang)
            style = self.points.widgets[0].style
            self.comment = TypedLine(
                field.comment, description=words, lang=lang, layout=plain_layout(), style=style
            )
            self.comment.add_class("pb-input")
            parts.append(self.comment)
        for part in parts:
            part.disabled = read_only
        self.read(gives=False)
        self.box = _Closing([self._about, *parts])
        self.box.add_class("pb-rating")

    def watch(self, on_change: Callable[[], None]) -> None:
        def changed(_: object = None) -> None:
            self.read(gives=False)
            on_change()

        self.points.watch(changed)
        if self.comment is not None:
            self.comment.observe(changed, names="value")

    def text(self) -> tuple[str, str]:
        """Points and comment as they were typed."""
        points = self.points.read()
        return "" if points is None else str(points), "" if self.comment is None else self.comment.value

    def show(self, field: MarkField) -> None:
        """Show the line as it is now, and leave what is typed."""
        self.field = field
        self.read(gives=field.points is not None)

    def read(self, *, gives: bool = True) -> tuple[tuple[float, str] | None, str]:
        """Points and comment, None if the field is empty; and what is wrong with them.

        Parameters
        ----------
        gives
            Whether the mark counts as given, as when it is saved; False while it is being typed.
        """
        typed = self.points.read()
        comment = self.comment.value.strip() if self.comment is not None else self.field.comment
        given, problem, points = None, "", None
        if typed is not None:
            points, problem = self._number(str(typed))
            self._is_given = self._is_given or (gives and not problem)
            problem = problem or self._lack_of_reason(points or 0.0, comment)
            given = None if problem or points is None else (points, comment)
        alert = f'<div class="pb-problem" role="alert">{escape(problem)}</div>' if problem else ""
        shown = _about(self.field, self._lang, points) + self._difference(points) + alert
        if self._about.value != shown:
            self._about.value = shown
        return given, problem

    def _number(self, typed: str) -> tuple[float | None, str]:
        try:
            points = float(typed)
        except ValueError:
            return None, say("review.not_a_number", self._lang, typed=typed)
        lowest, highest = self.field.lowest, self.field.highest
        if lowest <= points <= highest:
            return points, ""
        return None, say("review.out_of_range", self._lang, lowest=lowest, highest=highest)

    def _lack_of_reason(self, points: float, comment: str) -> str:
        """What is wrong with a mark that needs a reason and has none; else nothing."""
        before, limit = self.field.before, self.field.limit
        if comment:
            return ""
        if self.field.reason_needed:
            return say("review.reason_first", self._lang)
        if before is None or limit is None or not self._is_given or not self._is_far(points):
            return ""
        return say("review.difference_first", self._lang, layer=before[0], points=before[1], limit=limit)

    def _is_far(self, points: float) -> bool:
        """Whether a mark differs from the one before by the limit or more."""
        before, limit = self.field.before, self.field.limit
        return before is not None and limit is not None and abs(points - before[1]) >= limit - _NOISE

    def _difference(self, points: float | None) -> str:
        """Markup of the difference from the mark before, once one's own is given."""
        before = self.field.before
        if points is None or before is None or not self._is_given:
            return ""
        by = round(points - before[1], _DIGITS)
        code = "review.above_before" if by > 0 else "review.below_before" if by else "review.as_before"
        words = say(code, self._lang, layer=before[0], points=before[1], by=abs(by))
        if self._is_far(points):
            words += say("review.reaches_limit", self._lang, limit=self.field.limit)
        kind = "warn" if self._is_far(points) else "info"
        return f'<p class="pb-remark pb-remark-{kind} pb-difference">{escape(words)}</p>'


class _Closing(w.Box):
    def __init__(self, children: Sequence[w.Widget]) -> None:
        super().__init__(children=tuple(children), layout=plain_layout())

    def close_all(self) -> None:
        """Close this box and everything in it."""
        for child in self.children:
            child.close()
        self.close()


def _about(field: MarkField, lang: str, given: float | None) -> str:
    """Markup of a line above its fields; a press of an anchor puts its points into the field, see ``review.js``."""
    parts = [f"<h4>{escape(field.title)}</h4>"]
    if field.anchors:
        items = "".join(_anchor(points, words, points == given) for points, words in field.anchors)
        parts.append(f'<ul class="pb-anchors">{items}</ul>')
    if field.hint:
        parts.append(f'<p class="pb-quiet">{escape(say("review.checked_by", lang, how=field.hint))}</p>')
    parts += [f'<p class="pb-remark pb-remark-{kind}">{escape(words)}</p>' for kind, words in field.remarks]
    return "".join(parts)


def _anchor(points: float, words: str, is_given: bool) -> str:
    # not in the order of the Tab key: whoever uses the keyboard types the number at once
    pressed = str(is_given).lower()
    return (
        f'<li><button type="button" class="pb-anchor" tabindex="-1" aria-pressed="{pressed}" '
        f'data-points="{number(points, _DIGITS)}"><b>{escape(number(points))}</b> {escape(words)}</button></li>'
    )
