"""Marks from paper: the sheet to print, and a grid of units and lines to type them in."""

import math
import tempfile
from collections.abc import Iterator
from pathlib import Path

import ipywidgets as w

from pbwidgets.apps.pages.ground.downloads import download_link
from pbwidgets.apps.pages.review.newer import go_on
from pbwidgets.apps.visit import Visit
from pbwidgets.campaign import Criterion, Track
from pbwidgets.errors import ConflictError, DataError
from pbwidgets.forms import elements
from pbwidgets.forms.elements import plain_layout
from pbwidgets.forms.inputs import Input, number_input
from pbwidgets.forms.typed_text import TypedLine
from pbwidgets.store import Mark, MarkKey, audit_head, load_overview, load_own_marks
from pbwidgets.units import ancestors
from pbwidgets.wording import number
from pbwidgets.workflows.ground.marks import check_mark, is_marked, needs_reason, reason_limit
from pbwidgets.workflows.ground.seats import Place, find_seats, sources_of_line
from pbwidgets.workflows.review.on_site import print_mark_sheets
from pbwidgets.workflows.review.rating import give_marks

MOST_UNITS = 8
"""Maximum number of units in one grid: more widgets would slow down a phone."""


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
            elements.row(self.track, self.part, self.print),
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
        self._cells: dict[tuple[str, str], Input] = {}
        self._reasons: dict[str, TypedLine] = {}
        rows = [row for unit in units for row in self._row(unit)]
        self.save = elements.button(visit.words("review.save_marks"), visit.attempt(self._save), "primary")
        self.save.add_class("pb-key-ctrl-enter")
        self._grid.children = (*rows, self.save)

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

    def _row(self, unit: str) -> Iterator[w.Widget]:
        inputs = []
        needs = False
        for line in self._lines(unit):
            words = f"{line.name.words(self._visit.lang)}（{number(line.points or 0.0)}）"
            made = number_input(words)
            mark = self._own.get((unit, line.id))
            made.show(None if mark is None or math.isnan(mark.points) else number(mark.points, 6))
            self._cells[unit, line.id] = made
            inputs += list(made.widgets)
            needs = needs or self._may_need_reason(unit, line)
        if needs:
            kept = [self._own[unit, line.id].comment for line in self._lines(unit)
                    if self._may_need_reason(unit, line) and (unit, line.id) in self._own]  # fmt: skip
            reason = TypedLine(
                kept[0] if kept else "",
                lang=self._visit.lang,
                description=self._visit.words("review.reason_of"),
                layout=plain_layout(),
            )
            reason.add_class("pb-input")
            self._reasons[unit] = reason
            inputs.append(reason)
        box = w.Box(tuple(inputs), layout=plain_layout())
        box.add_class("pb-rating-grid")
        yield elements.card(box, title=self._visit.unit_name(unit))

    def _lines(self, unit: str) -> list[Criterion]:
        campaign, places = self._visit.opened.campaign, self._places(self._chosen(), unit)
        marked = [
            line
            for place in places
            for line in place.track.lines()
            if is_marked(line) and sources_of_line(campaign, place, line)
        ]
        return list({line.id: line for line in marked}.values())

    def _may_need_reason(self, unit: str, line: Criterion) -> bool:
        """Whether a mark on a line needs a reason, or does where it differs from the layer before."""
        campaign, places = self._visit.opened.campaign, self._places(self._chosen(), unit)
        limited = [place for place in places if reason_limit(place.track, place.layer)]
        return needs_reason(line) or any(sources_of_line(campaign, place, line) for place in limited)

    # -- writing ---------------------------------------------------------------------------------------

    def _save(self) -> None:
        """Save new and changed marks; nothing if a cell is wrong."""
        visit, marks = self._visit, []
        for (unit, line_id), cell in self._cells.items():
            typed = cell.read()
            if typed is None:
                continue
            mark = self._mark(unit, line_id, self._number(unit, line_id, str(typed)))
            before = self._own.get((unit, line_id))
            if before is None or (before.points, before.comment) != (mark.points, mark.comment):
                check_mark(visit.opened.campaign, mark)
                marks.append(mark)
        try:
            given = give_marks(visit.desk, marks) if marks else 0
        except ConflictError:  # a newer version was opened
            self._go_on()
            return
        self._show()
        visit.messages.say("good", visit.words("review.marks_saved", given=given, taken=0))

    def _go_on(self) -> None:
        typed = {place: cell.read() for place, cell in self._cells.items()}

        def show() -> None:
            self._seats = find_seats(self._visit.desk)
            self._tracks = [track for track in self._visit.opened.campaign.tracks if self._units_of(track)]
            self._show()
            for place, cell in self._cells.items():
                if typed.get(place) is not None:
                    cell.widgets[0].value = str(typed[place])

        go_on(self._visit, {line_id for _, line_id in typed}, show)

    def _number(self, unit: str, line_id: str, typed: str) -> float:
        try:
            return float(typed)
        except ValueError as error:
            line = next(line for line in self._lines(unit) if line.id == line_id)
            raise DataError(
                "review.cell_no_number", unit=self._visit.unit_name(unit), line=line.name, typed=typed
            ) from error

    def _mark(self, unit: str, line_id: str, points: float) -> Mark:
        visit, campaign = self._visit, self._visit.opened.campaign
        line = next(line for line in self._lines(unit) if line.id == line_id)
        before = self._own.get((unit, line_id))
        place = next(
            place for place in self._places(self._chosen(), unit) if sources_of_line(campaign, place, line)
        )
        source = before.key.source if before else sources_of_line(campaign, place, line)[0].id
        key = MarkKey(
            campaign.id, visit.opened.period_id, unit, line_id, place.layer, source, visit.actor.name
        )
        comment = (
            self._reasons[unit].value.strip()
            if self._may_need_reason(unit, line)
            else before.comment
            if before
            else ""
        )
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
