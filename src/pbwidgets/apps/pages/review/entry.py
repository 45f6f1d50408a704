"""Marks from paper: the sheet to print, and a grid of units and lines to type or paste them into."""

import math
import tempfile
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Final

import ipywidgets as w

from pbwidgets.apps.pages.ground.downloads import download_link
from pbwidgets.apps.pages.ground.fields import fields
from pbwidgets.apps.pages.review.newer import go_on
from pbwidgets.apps.visit import Visit
from pbwidgets.campaign import Criterion, Track
from pbwidgets.errors import ConflictError
from pbwidgets.forms import elements
from pbwidgets.forms.cell_grid import CellGrid, GridLine
from pbwidgets.forms.elements import plain_layout
from pbwidgets.forms.inputs import plain_number
from pbwidgets.scoring.registry import find_range
from pbwidgets.store import Mark, MarkKey, audit_head, load_overview, load_own_marks
from pbwidgets.units import ancestors
from pbwidgets.wording import number, say
from pbwidgets.workflows.ground.marks import is_marked, needs_reason, reason_limit
from pbwidgets.workflows.ground.seats import Place, find_seats, sources_of_line
from pbwidgets.workflows.review.on_site import print_mark_sheets
from pbwidgets.workflows.review.rating import give_marks

MOST_UNITS = 50
"""Maximum number of units in one grid."""
REASON: Final = "reason"
"""Key of the column of reasons; no line has it, because lines have the reasons of a unit in common."""


def show_entry(visit: Visit) -> w.Widget:
    """The grid of the chosen track."""
    return MarkGrid(visit).box


class MarkGrid:
    """Grid with a row per unit and a column per line; either all cells are saved or none."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._seats = find_seats(visit.desk)
        self._tracks = [track for track in visit.opened.campaign.tracks if self._units_of(track)]
        self._grid = elements.stack()
        head = elements.heading(visit.words("review.entry"))
        if not self._tracks:
            self.box = elements.stack(head, elements.notice("info", visit.words("review.nothing_to_mark")))
            return
        self.track = self._dropdown(
            "track", [(track.name.words(visit.lang), track.id) for track in self._tracks]
        )
        self.part = self._dropdown("part", [])
        self._show_parts()
        self.track.observe(lambda _: self._show_parts(), names="value")
        self.part.observe(lambda _: self._show(), names="value")
        self.print = elements.button(visit.words("review.print"), visit.attempt(self._print))
        self._download = w.HTML(layout=plain_layout())
        self.box = elements.stack(
            head,
            elements.paragraph(visit.words("review.entry_hint"), quiet=True),
            fields(self.track, self.part, self.print),
            self._download,
            visit.messages,
            self._grid,
        )

    # -- what is marked --------------------------------------------------------------------------------

    def _units_of(self, track: Track) -> list[str]:
        visit = self._visit
        return [
            str(code)
            for code in visit.units.loc[visit.units["kind"] == track.unit_kind, "unit_code"]
            if self._places(track, str(code))
        ]

    def _places(self, track: Track, unit_code: str) -> tuple[Place, ...]:
        places = self._seats.places(self._visit.opened.campaign, track.unit_kind, unit_code)
        return tuple(place for place in places if place.track.id == track.id)

    def _chosen(self) -> Track:
        return next(track for track in self._tracks if track.id == self.track.value)

    def _show_parts(self) -> None:
        """Offer the units in portions, by the unit above."""
        visit, track = self._visit, self._chosen()
        above = ancestors(visit.units, visit.opened.campaign.partition_by)
        groups: dict[str, list[str]] = {}
        for code in self._units_of(track):
            parent = above.get(code)
            groups.setdefault(parent if isinstance(parent, str) and parent != code else "", []).append(code)
        self._portions: dict[str, list[str]] = {}
        options = []
        for parent, codes in groups.items():
            for begin in range(0, len(codes), MOST_UNITS):
                part = codes[begin : begin + MOST_UNITS]
                name = f"{parent}:{begin}"
                self._portions[name] = part
                shown = visit.unit_name(parent) if parent else track.name.words(visit.lang)
                options.append((f"{shown} {begin + 1}–{begin + len(part)}", name))
        self.part.options = options
        self.part.value = options[0][1]
        self._show()

    def _show(self) -> None:
        if self.part.value not in self._portions:
            return
        visit, units = self._visit, self._portions[self.part.value]
        self._read_store(units)
        self._placed = {unit: self._places(self._chosen(), unit) for unit in units}
        self._sheets = {unit: {line.id: line for line in self._lines(unit)} for unit in units}
        self.grid = CellGrid(
            [GridLine(unit, visit.unit_name(unit)) for unit in units],
            self._columns(),
            self._values(units),
            self._check,
            lang=visit.lang,
            corner=visit.words("review.unit"),
            on_change=self._show_status,
        )
        self.save = elements.button(visit.words("review.save_marks"), visit.attempt(self._save), "primary")
        self.save.add_class("pb-key-ctrl-enter")
        self._status = elements.markup("", "pb-status")
        self.pasted = w.Textarea(
            description=visit.words("review.paste_here"),
            rows=3,
            layout=plain_layout(),
            _dom_classes=("pb-input",),
        )
        self.put = elements.button(visit.words("review.paste_put"), visit.attempt(self._paste))
        self._grid.children = (
            self.grid.box,
            elements.row(self.save, self._status),
            elements.card(self.pasted, self.put, title=visit.words("review.paste")),
        )

    def _columns(self) -> list[GridLine]:
        """A column for each line that is marked here, and one for reasons if any may be needed."""
        lang = self._visit.lang
        wanted = {line_id for sheet in self._sheets.values() for line_id in sheet}
        found: dict[str, GridLine] = {}
        for track in (
            self._chosen(),
            *(self._chosen().of_domain(domain) for domain in self._chosen().domains),
        ):
            for item in track.numbered():
                if item.criterion.id in wanted and item.criterion.id not in found:
                    lowest, highest = find_range(item.criterion)
                    hint = f"{number(lowest)}～{number(highest)}"
                    words = f"{item.number} {item.criterion.name.words(lang)}"
                    found[item.criterion.id] = GridLine(item.criterion.id, words, hint)
        if any(
            self._may_need_reason(unit, line)
            for unit, sheet in self._sheets.items()
            for line in sheet.values()
        ):
            found[REASON] = GridLine(REASON, self._visit.words("review.reason"), is_text=True)
        return list(found.values())

    def _values(self, units: list[str]) -> dict[tuple[str, str], str]:
        """Stored marks by unit and line, and the comment of a line that may need a reason."""
        values = {}
        for unit in units:
            for line in self._sheets[unit].values():
                mark = self._own.get((unit, line.id))
                is_void = mark is None or math.isnan(mark.points)
                values[unit, line.id] = "" if mark is None or is_void else number(mark.points, 6)
                if self._may_need_reason(unit, line):
                    values[unit, REASON] = values.get((unit, REASON)) or (mark.comment if mark else "")
        return values

    def _check(self, place: tuple[str, str], typed: str) -> str:
        """What is wrong with a cell."""
        unit, line_id = place
        if line_id == REASON or not typed:
            return ""
        line, lang = self._sheets[unit][line_id], self._visit.lang
        try:
            points = float(plain_number(typed) or "")
        except ValueError:
            return say("review.not_a_number", lang, typed=typed)
        lowest, highest = find_range(line)
        if not lowest <= points <= highest:
            return say("review.out_of_range", lang, lowest=lowest, highest=highest)
        return say("review.reason_first", lang) if needs_reason(line) and not self._reason(unit) else ""

    def _reason(self, unit: str) -> str:
        stored = next((m.comment for (of, _), m in self._own.items() if of == unit and m.comment), "")
        return self.grid.typed().get((unit, REASON), stored).strip()

    def _show_status(self) -> None:
        visit, changed, wrong = self._visit, len(self.grid.typed()), len(self.grid.problems)
        words = visit.words("review.cells_changed", count=changed) if changed else ""
        if wrong:
            words += visit.words("review.cells_wrong", count=wrong)
        self._status.value = f'<span class="pb-unsaved">{escape(words)}</span>' if words else ""

    def _paste(self) -> None:
        self.grid.paste(self.pasted.value)
        self.pasted.value = ""

    def _read_store(self, units: list[str]) -> None:
        visit = self._visit
        scope = (visit.opened.campaign.id, visit.opened.period_id)
        with visit.workspace.store.read() as reader:
            self._head = audit_head(reader)
            self._own = {
                (unit, mark.key.criterion_id): mark
                for unit in units
                for mark in load_own_marks(reader, *scope, unit, visit.actor.name)
            }
            overview = load_overview(reader, *scope)
        forms = self._chosen().forms
        counted = overview[overview["form_id"].isin(forms) & overview["unit_code"].isin(units)]
        self._versions = {str(k): int(v) for k, v in counted.groupby("unit_code")["version"].max().items()}

    def _lines(self, unit: str) -> list[Criterion]:
        campaign, places = self._visit.opened.campaign, self._placed[unit]
        marked = [
            line
            for place in places
            for line in place.track.lines()
            if is_marked(line) and sources_of_line(campaign, place, line)
        ]
        return list({line.id: line for line in marked}.values())

    def _may_need_reason(self, unit: str, line: Criterion) -> bool:
        """Whether a mark on a line needs a reason, or does where it differs from the layer before."""
        campaign, places = self._visit.opened.campaign, self._placed[unit]
        limited = [place for place in places if reason_limit(place.track, place.layer)]
        return needs_reason(line) or any(sources_of_line(campaign, place, line) for place in limited)

    # -- writing ---------------------------------------------------------------------------------------

    def _save(self) -> None:
        """Save new and changed marks and withdraw emptied ones; nothing if a cell is wrong."""
        visit, typed = self._visit, self.grid.typed()
        if self.grid.problems:
            visit.messages.say("error", visit.words("review.marks_wrong", count=len(self.grid.problems)))
            return
        reasoned = {unit for unit, line_id in typed if line_id == REASON}
        marks = [
            self._mark(unit, line.id, points)
            for unit, sheet in self._sheets.items()
            for line in sheet.values()
            if (points := self._points(typed, unit, line, again=unit in reasoned)) is not None
        ]
        emptied = [self._own[place].key for place, text in typed.items() if not text and place in self._own]
        try:
            given = give_marks(visit.desk, marks, emptied) if marks or emptied else 0
        except ConflictError:  # a newer version was opened
            self._go_on()
            return
        self._show()
        visit.messages.say("good", visit.words("review.marks_saved", given=given, taken=len(emptied)))

    def _points(
        self, typed: Mapping[tuple[str, str], str], unit: str, line: Criterion, *, again: bool
    ) -> float | None:
        """Points to be given: what was typed, or the points as they are under another reason; None for neither."""
        text = typed.get((unit, line.id))
        if text:
            return float(plain_number(text) or "")
        before = self._own.get((unit, line.id))
        if text is None and again and before is not None and self._may_need_reason(unit, line):
            return before.points
        return None

    def _go_on(self) -> None:
        typed = self.grid.typed()

        def show() -> None:
            self._seats = find_seats(self._visit.desk)
            self._tracks = [track for track in self._visit.opened.campaign.tracks if self._units_of(track)]
            self._show()
            self.grid.type(typed)

        go_on(self._visit, {line_id for _, line_id in typed}, show)

    def _mark(self, unit: str, line_id: str, points: float) -> Mark:
        visit, campaign = self._visit, self._visit.opened.campaign
        line = self._sheets[unit][line_id]
        before = self._own.get((unit, line_id))
        place = next(place for place in self._placed[unit] if sources_of_line(campaign, place, line))
        source = before.key.source if before else sources_of_line(campaign, place, line)[0].id
        key = MarkKey(
            campaign.id, visit.opened.period_id, unit, line_id, place.layer, source, visit.actor.name
        )
        comment = before.comment if before else ""
        if self._may_need_reason(unit, line):
            comment = self._reason(unit)
        second = before.second_inspector if before else None
        return Mark(key, points, comment, self._versions.get(unit, 0), self._head, second)

    # -- paper -----------------------------------------------------------------------------------------

    def _print(self) -> None:
        """Offer the sheets of the units in the grid as a Word document."""
        visit, units = self._visit, self._portions[self.part.value]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{visit.words('review.paper_name')}.docx"
            print_mark_sheets(visit.desk, self._chosen().id, units, path)
            link = download_link(visit.words("review.download"), path)
        self._download.value = link.value
        link.close()

    def _dropdown(self, name: str, options: list[tuple[str, str]]) -> w.Dropdown:
        words = self._visit.words(f"review.{name}")
        made = w.Dropdown(options=options, description=words, layout=plain_layout())
        made.add_class("pb-input")
        return made
