"""The mark fields of one submission: the rater's lines, computed lines to correct, others' marks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import escape

import ipywidgets as w

from pbwidgets.apps.autosave import Autosave
from pbwidgets.apps.pages.ground.state_words import kept_words
from pbwidgets.apps.pages.review.newer import go_on
from pbwidgets.apps.save_status import SaveStatus
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import ConflictError, PbError
from pbwidgets.forms import elements
from pbwidgets.forms.elements import Cell, plain_layout
from pbwidgets.forms.mark_sheet import MarkField, MarkSheet
from pbwidgets.store import Mark, MarkKey
from pbwidgets.wording import number
from pbwidgets.workflows.ground.dry_run import SelfLine
from pbwidgets.workflows.review.case import Review, ReviewLine, computed_lines, open_review
from pbwidgets.workflows.review.rating import give_marks


def name_before(visit: Visit, line: ReviewLine) -> tuple[str, float] | None:
    """Name of the layer, and points, of the mark that a mark on the line is compared with."""
    if line.before is None:
        return None
    layer_id, points = line.before
    return visit.opened.campaign.layer(layer_id).name.words(visit.lang), points


@dataclass(frozen=True)
class MarksUse:
    """What the page around the marks does.

    Attributes
    ----------
    on_saved
        Called after marks have been written, with whether the rater goes on to the next submission.
    on_wrong
        Called where a mark is wrong and nothing has been written.
    on_newer
        Called with what is typed if a newer version of the campaign must be shown first.
    walks
        Whether there is a next submission.
    """

    on_saved: Callable[[bool], None]
    on_wrong: Callable[[], None]
    on_newer: Callable[[Mapping[str, tuple[str, str]]], None]
    walks: bool = False


class CaseMarks:
    """The visitor's marks on one submission."""

    def __init__(self, visit: Visit, review: Review, use: MarksUse) -> None:
        self._visit, self._review, self._use = visit, review, use
        self.box = elements.stack()
        self.status = SaveStatus()
        self.autosave = Autosave(self._save_quietly)
        self.correction = MarkSheet([], visit.lang)
        if not review.lines:
            return
        sources = {source.id: source for line in review.lines for source in line.sources}
        options = [(source.name.words(visit.lang), source.id) for source in sources.values()]
        self.source = w.Dropdown(
            options=options, description=visit.words("review.mark_as"), layout=plain_layout()
        )
        self.source.add_class("pb-input")
        given = [source for line in review.lines for source in line.own]
        self.source.value = given[0] if given else options[0][1]
        self.source.observe(lambda _: self._change_source(), names="value")
        self._computed = self._read_computed()
        self._show()

    @property
    def has_open(self) -> bool:
        """Whether a line is still without a mark that the visitor may give."""
        lines = self._lines(marked=True) if self._review.lines and not self._review.recused else []
        return any(self.source.value not in line.own for line in lines)

    def update(self, review: Review) -> None:
        """Show the lines of a review that was read anew, and leave what is typed."""
        self._review = review
        if not review.lines:
            return
        self._computed = self._read_computed()
        own = self._lines(marked=True)
        if not self.sheet.show([self._field(line) for line in own]):
            self._show()
            return
        self._count.value = self._count_markup(own)
        if self._table is not None:
            self._table.value = self._table_markup()

    # -- showing ---------------------------------------------------------------------------------------

    def _lines(self, *, marked: bool) -> list[ReviewLine]:
        source = self.source.value
        return [
            line
            for line in self._review.lines
            if line.marked == marked and source in {item.id for item in line.sources}
        ]

    def _show(self) -> None:
        visit = self._visit
        own = self._lines(marked=True)
        self.sheet = MarkSheet(
            [self._field(line) for line in own],
            visit.lang,
            on_change=self._typed,
            read_only=self._review.recused,
        )
        self.sheet.box.add_class("pb-go-key-m")
        self._count = elements.markup(self._count_markup(own))
        many = len(self.source.options) > 1
        self.box.children = (
            elements.card(
                elements.paragraph(visit.words("review.marks_hint"), quiet=True),
                *([self.source] if many else []),
                self.sheet.box,
                elements.row(*self._save_buttons(), self._count, self.status),
                title=visit.words("review.marks"),
            ),
            *self._corrections(),
        )

    def _save_buttons(self) -> tuple[w.Button, ...]:
        """One to save; where there is a next submission, another to save and go on to it."""
        visit, walks = self._visit, self._use.walks
        words = visit.words("review.save_marks_only" if walks else "review.save_marks")
        self.save = elements.button(
            words, visit.attempt(lambda: self._save(goes_on=False)), "plain" if walks else "primary"
        )
        self.save.add_class("pb-key-s")
        made = [self.save]
        if walks:
            go_on = visit.attempt(lambda: self._save(goes_on=True))
            made.insert(0, elements.button(visit.words("review.save_and_next"), go_on, "primary"))
        made[0].add_class("pb-key-ctrl-enter")
        for button in made:
            button.disabled = self._review.recused
        return tuple(made)

    def _count_markup(self, own: list[ReviewLine]) -> str:
        given = sum(self.source.value in line.own for line in own)
        words = self._visit.words("review.marks_given", given=given, wanted=len(own))
        return f'<p class="pb-text pb-quiet">{escape(words)}</p>'

    def _field(self, line: ReviewLine) -> MarkField:
        visit, mark = self._visit, line.own.get(self.source.value)
        lang = visit.lang
        return MarkField(
            line_id=line.criterion.id,
            title=f"{line.number} {line.criterion.name.words(lang)}",
            lowest=line.lowest,
            highest=line.highest,
            anchors=tuple((anchor.points, anchor.text.words(lang)) for anchor in line.anchors),
            hint=line.criterion.evidence.words(lang) if line.criterion.evidence else "",
            remarks=self._remarks(line),
            points=None if mark is None or self.source.value in line.void else mark.points,
            comment="" if mark is None else mark.comment,
            reason_needed=line.reason_needed,
            before=name_before(visit, line),
            limit=line.limit,
            renew=self.source.value in line.stale,
        )

    def _remarks(self, line: ReviewLine) -> tuple[tuple[str, str], ...]:
        visit = self._visit
        said = []
        if self.source.value in line.void:
            said.append(("warn", visit.words("review.void")))
        elif self.source.value in line.stale:
            said.append(("warn", visit.words("review.stale")))
        if line.others is None:
            hidden = "review.others_withheld" if self._review.recused else "review.others_hidden"
            said.append(("quiet", visit.words(hidden)))
        else:
            said += [("info", words) for words in self._others(line)] or [
                ("quiet", visit.words("review.others_none"))
            ]
        return tuple(said)

    def _others(self, line: ReviewLine) -> list[str]:
        visit, campaign = self._visit, self._visit.opened.campaign
        found = []
        for other in line.others or ():
            layer = campaign.layer(other.layer).name.words(visit.lang)
            points = visit.words("review.void_mark") if other.points is None else other.points
            words = visit.words("review.other_mark", layer=layer, points=points)
            if other.comment:
                words += visit.words("review.with_comment", comment=other.comment)
            if other.recused:
                words += visit.words("review.other_recused")
            found.append(words)
        return found

    # -- computed lines --------------------------------------------------------------------------------

    def _read_computed(self) -> Mapping[str, SelfLine]:
        visit = self._visit
        return computed_lines(visit.desk, self._review.key)

    def _corrections(self) -> tuple[w.Widget, ...]:
        visit, lines = self._visit, self._lines(marked=False)
        self._table = None
        if not lines:
            return ()
        self._table = table = elements.markup(self._table_markup())
        options = [
            (f"{line.number} {line.criterion.name.words(visit.lang)}", line.criterion.id) for line in lines
        ]
        self.line = w.Dropdown(
            options=[(visit.words("review.no_correction"), ""), *options],
            value="",
            description=visit.words("review.correct_line"),
            layout=plain_layout(),
        )
        self.line.add_class("pb-input")
        self._correcting = elements.stack()
        self.line.observe(lambda _: self._correct(lines), names="value")
        self.line.disabled = self._review.recused
        return (
            elements.card(table, self.line, self._correcting, title=visit.words("review.computed_lines")),
        )

    def _table_markup(self) -> str:
        visit, names = self._visit, ("line", "computed", "reason", "correction")
        table = elements.table(
            [visit.words(f"review.{name}") for name in names],
            [self._computed_row(line) for line in self._lines(marked=False)],
        )
        table.close()
        return str(table.value)

    def _computed_row(self, line: ReviewLine) -> tuple[str | Cell, ...]:
        visit, found = self._visit, self._computed.get(line.criterion.id)
        mark = line.own.get(self.source.value)
        if found is None or found.points is None:
            points = visit.words("review.compared" if found and found.kind == "others" else "review.no_value")
        else:
            points = visit.words("review.of", points=found.points, highest=line.highest)
        corrected = "–" if mark is None else f"{number(mark.points)}（{mark.comment}）"
        if self.source.value in line.void:
            corrected = visit.words("review.void_mark")
        return (
            f"{line.number} {line.criterion.name.words(visit.lang)}",
            points,
            found.reason if found else "",
            Cell(corrected, tone=None if mark is None else "warn"),
        )

    def _correct(self, lines: list[ReviewLine]) -> None:
        chosen = [line for line in lines if line.criterion.id == self.line.value]
        self._correcting.children = ()
        if chosen:
            visit = self._visit
            self.correction = MarkSheet([self._field(chosen[0])], visit.lang)
            self.save_correction = elements.button(
                visit.words("review.save_correction"), visit.attempt(lambda: self._write(self.correction))
            )
            self._correcting.children = (self.correction.box, self.save_correction)

    # -- writing ---------------------------------------------------------------------------------------

    def _change_source(self) -> None:
        self.autosave.stop()
        self._show()

    def _typed(self) -> None:
        self.status.wait(self._visit.words("fill.saving"))
        self.autosave.touch()

    def _save_quietly(self) -> None:
        """Save the valid marks while the rest is being typed, without redrawing the page."""
        marks = self.sheet.read().marks
        if not marks:
            self.status.settle()
            return
        visit = self._visit
        try:
            give_marks(visit.desk, self._marks(marks))
        except ConflictError:  # a newer version was opened
            self._go_on()
            return
        except PbError as error:
            visit.say_refusal(error)
            self.status.fail(visit.words("fill.not_saved", cause=visit.refusal(error)))
            return
        self.sheet.settle(marks)
        self._read_lines()
        self.status.settle(kept_words(self._visit))

    def _read_lines(self) -> None:
        """Show what the marks just given disclose beside them; answers and versions stay those that were seen."""
        lines = open_review(self._visit.desk, self._review.key).lines
        self._review = replace(self._review, lines=lines)
        own = self._lines(marked=True)
        self.sheet.show([self._field(line) for line in own])
        self._count.value = self._count_markup(own)

    def _save(self, *, goes_on: bool) -> None:
        self.autosave.stop()
        self._write(self.sheet, goes_on=goes_on)

    def _write(self, sheet: MarkSheet, *, goes_on: bool = False) -> None:
        """Write the new marks; none of them if any is wrong."""
        visit, read = self._visit, sheet.read()
        if read.problems:
            wrong = visit.words("review.marks_wrong", count=len(read.problems))
            visit.messages.say("error", wrong)
            self.status.fail(wrong)
            self._use.on_wrong()
            return
        marks = self._marks({**read.marks, **read.renewed})
        try:
            give_marks(visit.desk, marks, [self._key(line_id) for line_id in read.emptied])
        except ConflictError:  # a newer version was opened
            self._go_on()
            return
        if not self.autosave.is_waiting:
            self.status.settle(kept_words(self._visit))
        given, taken = sheet.count_given(read), len(read.emptied)
        visit.messages.say("good", visit.words("review.marks_saved", given=given, taken=taken))
        self._use.on_saved(goes_on)

    def _go_on(self) -> None:
        typed = self.sheet.typed() | self.correction.typed()
        go_on(self._visit, typed, lambda: self._use.on_newer(typed))

    def restore(self, typed: Mapping[str, tuple[str, str]]) -> None:
        """Put back what was typed before a newer version was opened, where the line is still there."""
        self.sheet.restore(typed)
        for line in self._lines(marked=False):
            if any(typed.get(line.criterion.id, ())):
                self.line.value = line.criterion.id
                self.correction.restore(typed)

    def _marks(self, given: Mapping[str, tuple[float, str]]) -> list[Mark]:
        seen = self._review.submission_version, self._review.seen_head
        return [
            Mark(self._key(line_id), points, comment, *seen) for line_id, (points, comment) in given.items()
        ]

    def _key(self, line_id: str) -> MarkKey:
        visit, source = self._visit, self.source.value
        layer = next(line.layer for line in self._review.lines if line.criterion.id == line_id)
        return MarkKey(
            visit.opened.campaign.id, visit.opened.period_id, self._review.key.unit_code, line_id,
            layer, source, visit.actor.name,
        )  # fmt: skip
