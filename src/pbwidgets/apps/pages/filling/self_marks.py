"""The unit's own marks beside its form: inputs for its lines, points and reasons of all lines, the total."""

from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets as w

from pbwidgets.apps.visit import Visit
from pbwidgets.errors import DataError
from pbwidgets.forms import elements
from pbwidgets.forms.inputs import Input, number_input
from pbwidgets.forms.typed_text import TypedLine
from pbwidgets.wording import count_decimals, number
from pbwidgets.workflows.ground.dry_run import DryRun, SelfLine, SelfMarks, SelfSheet
from pbwidgets.workflows.ground.marks import needs_reason


class SelfMarksView:
    """Own marks in one track.

    Attributes
    ----------
    widget
        What is shown.
    marks
        Valid marks, by line.
    problems
        Problems of invalid marks, by line.
    """

    def __init__(
        self,
        visit: Visit,
        dry_run: DryRun,
        answers: dict[str, Any],
        marks: SelfMarks,
        *,
        on_change: Callable[[], None] | None,
    ) -> None:
        self._visit, self.dry_run = visit, dry_run
        self._on_change = on_change
        self.marks: dict[str, tuple[float, str]] = dict(marks)
        self.problems: dict[str, str] = {}
        self._inputs: dict[str, tuple[Input, TypedLine]] = {}
        self._notes: dict[str, w.HTML] = {}
        self._total = elements.markup("")
        self._table = elements.markup("")
        self.sheet = dry_run.sheet(answers, self.marks, visit.lang)
        inputs = [] if on_change is None else self._make_inputs()
        title = visit.words("fill.self_title", track=dry_run.track.name.words(visit.lang))
        self.widget = elements.card(self._total, *inputs, self._table, title=title)
        self._draw()

    def refresh(self, answers: dict[str, Any]) -> None:
        """Score the current answers again."""
        self.sheet = self.dry_run.sheet(answers, self.marks, self._visit.lang)
        self._draw()

    def is_of(self, dry_run: DryRun) -> bool:
        """Whether another dry run is of the same track and layer."""
        return (self.dry_run.track.id, self.dry_run.layer_id) == (dry_run.track.id, dry_run.layer_id)

    def fitting(self, dry_run: DryRun) -> dict[str, tuple[float, str]]:
        """Marks on this page that fit another dry run's version of the campaign."""
        return {line: mark for line, mark in self.marks.items() if _fits(dry_run, line, *mark)}

    @property
    def total_words(self) -> str:
        """The running total, with what it leaves out."""
        return total_words(self._visit, self.sheet)

    def _make_inputs(self) -> list[w.Widget]:
        made: list[w.Widget] = []
        marked = [line for line in self.sheet.lines if line.kind == "marked"]
        if marked:
            made.append(elements.paragraph(self._visit.words("fill.self_hint"), quiet=True))
        for line in marked:
            made += self._make_input(line)
        return made

    def _make_input(self, line: SelfLine) -> list[w.Widget]:
        visit = self._visit
        points = number_input(
            visit.words(
                "fill.self_points",
                place=line.place,
                line=line.line.name.words(visit.lang),
                lowest=line.lowest,
                highest=line.highest,
            ),
            signed=line.lowest < 0,
        )
        code = "fill.self_reason_needed" if needs_reason(line.line) else "fill.self_reason"
        reason = TypedLine(
            lang=visit.lang,
            placeholder=visit.words(code),
            layout=elements.plain_layout(),
            continuous_update=True,
            _dom_classes=("pb-input", "pb-reason"),
        )
        if line.line.id in self.marks:
            given, why = self.marks[line.line.id]
            points.show(given)
            reason.value = why
        self._inputs[line.line.id] = (points, reason)
        self._notes[line.line.id] = elements.markup("", "pb-note")

        def changed(_: object = None) -> None:
            self._read(line)

        points.watch(changed)
        reason.observe(changed, names="value")
        return [*points.widgets, reason, self._notes[line.line.id]]

    def _read(self, line: SelfLine) -> None:
        line_id = line.line.id
        points, reason = self._inputs[line_id]
        typed = points.read()
        self.problems.pop(line_id, None)
        self.marks.pop(line_id, None)
        if typed is not None:
            try:
                self.marks[line_id] = self._checked(line, str(typed), reason.value.strip())
            except ValueError:
                self.problems[line_id] = self._visit.words("fill.self_not_number")
            except DataError as error:
                self.problems[line_id] = error.message(self._visit.lang)
        elif reason.value.strip():
            self.problems[line_id] = self._visit.words("fill.self_points_first")
        self._draw_note(line)
        if self._on_change is not None:
            self._on_change()

    def _checked(self, line: SelfLine, typed: str, reason: str) -> tuple[float, str]:
        points = float(typed)
        self.dry_run.check_mark(line.line.id, points, reason)
        return points, reason

    def _draw(self) -> None:
        total = f'<div class="pb-total" role="status">{escape(self.total_words)}</div>'
        if self._total.value != total:
            self._total.value = total
        for line in self.sheet.lines:
            if line.line.id in self._notes:
                self._draw_note(line)
        table = lines_markup(self._visit, self.sheet)
        if self._table.value != table:
            self._table.value = table

    def _draw_note(self, line: SelfLine) -> None:
        lang = self._visit.lang
        anchors = "；".join(
            self._visit.words("fill.anchor", points=anchor.points, text=anchor.text.words(lang))
            for anchor in line.line.anchors
        )
        problem = self.problems.get(line.line.id)
        shown = f'<div class="pb-problem" role="alert">{escape(problem)}</div>' if problem else ""
        shown += f'<div class="pb-hint">{escape(anchors)}</div>' if anchors else ""
        note = self._notes[line.line.id]
        if note.value != shown:
            note.value = shown


def _fits(dry_run: DryRun, line_id: str, points: float, reason: str) -> bool:
    try:
        dry_run.check_mark(line_id, points, reason)
    except DataError:
        return False
    return True


def total_words(visit: Visit, sheet: SelfSheet) -> str:
    """The running total of a score sheet, with what it leaves out."""
    total = number(sheet.total, sheet.track.rounding.digits)
    words = visit.words("fill.self_total", total=total, highest=number(sheet.highest))
    if sheet.unmarked:
        words += visit.words("fill.self_unmarked", count=sheet.unmarked)
    if sheet.uncertain:
        words += visit.words("fill.self_uncertain", count=sheet.uncertain)
    return words


def lines_markup(visit: Visit, sheet: SelfSheet) -> str:
    """Collapsed table of all lines with points and reason."""
    decimals = count_decimals(line.points for line in sheet.lines if line.points is not None)
    rows = [
        (
            line.place,
            line.line.name.words(visit.lang),
            "–" if line.points is None else number(line.points, decimals, keep_zeros=True),
            number(line.highest),
            visit.words("fill.self_others") if line.kind == "others" else line.reason,
        )
        for line in sheet.lines
    ]
    columns = [
        visit.words(f"fill.column_{name}") for name in ("place", "line", "points", "highest", "reason")
    ]
    table = elements.table(columns, rows)
    shown = str(table.value)
    table.close()
    return f"<details><summary>{escape(visit.words('fill.self_lines'))}</summary>{shown}</details>"
