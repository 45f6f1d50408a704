"""Marks from paper: the sheet to print, and a grid of units and lines to type or paste them into."""

import tempfile
from html import escape
from pathlib import Path
from typing import Final

import ipywidgets as w

from pbwidgets.apps.pages.ground.downloads import download_link
from pbwidgets.apps.pages.ground.fields import fields
from pbwidgets.apps.pages.ground.return_panel import Done, Offer, ReturnPanel, ReturnUse
from pbwidgets.apps.pages.review.newer import go_on
from pbwidgets.apps.visit import Visit
from pbwidgets.campaign import Track
from pbwidgets.errors import ConflictError
from pbwidgets.forms import elements
from pbwidgets.forms.cell_grid import CellGrid, GridLine
from pbwidgets.forms.elements import plain_layout
from pbwidgets.forms.inputs import plain_number
from pbwidgets.scoring.registry import find_range
from pbwidgets.units import ancestors
from pbwidgets.wording import number
from pbwidgets.workflows.exchange.marks import ReturnedMarks, read_marks, store_marks, write_mark_sheet
from pbwidgets.workflows.review.rating import give_marks
from pbwidgets.workflows.review.visits.on_site import print_mark_sheets
from pbwidgets.workflows.review.visits.paper import open_paper, units_to_mark

MOST_UNITS = 50
"""Maximum number of units in one grid."""
REASON: Final = ""
"""Key of the column of reasons, which no line has: a reason is for all marks of its unit that are typed with it."""


def show_entry(visit: Visit) -> w.Widget:
    """The grid of the chosen track."""
    return MarkGrid(visit).box


class MarkGrid:
    """Grid with a row per unit and a column per line; either all cells are saved or none."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._tracks = self._tracks_to_mark()
        self._grid = elements.stack()
        self._excel = elements.stack()
        self._shown: tuple[str, str] | None = None
        self._label = ""
        self._waiting: dict[tuple[str, str], tuple[str, dict[tuple[str, str], str]]] = {}
        head = elements.heading(visit.words("review.entry"))
        if not self._tracks:
            self.box = elements.stack(head, elements.notice("info", visit.words("review.nothing_to_mark")))
            return
        self.track = self._dropdown(
            "track", [(track.name.words(visit.lang), track.id) for track, _ in self._tracks.values()]
        )
        self.part = self._dropdown("part", [])
        self._show_parts()
        self.track.observe(lambda _: self._show_parts(), names="value")
        self.part.observe(lambda _: self._switch(), names="value")
        self.print = elements.button(visit.words("review.print"), visit.attempt(self._print))
        self._download = w.HTML(layout=plain_layout())
        self.box = elements.stack(
            head,
            elements.paragraph(visit.words("review.entry_hint"), quiet=True),
            fields(self.track, self.part, self.print),
            self._download,
            visit.messages,
            self._grid,
            self._excel,
        )

    # -- what is marked --------------------------------------------------------------------------------

    def _tracks_to_mark(self) -> dict[str, tuple[Track, tuple[str, ...]]]:
        """Tracks in which the visitor marks units, by id, with the codes of these."""
        desk = self._visit.desk
        found = {track.id: (track, units_to_mark(desk, track.id)) for track in desk.opened.campaign.tracks}
        return {track_id: of for track_id, of in found.items() if of[1]}

    def _chosen(self) -> Track:
        return self._tracks[self.track.value][0]

    def _show_parts(self) -> None:
        """Offer the units in portions, by the unit above."""
        visit, track = self._visit, self._chosen()
        self._excel.children = (self._panel(track).view,)
        above = ancestors(visit.units, visit.opened.campaign.partition_by)
        groups: dict[str, list[str]] = {}
        for code in self._tracks[track.id][1]:
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
        self._switch()

    def _switch(self) -> None:
        """Show the chosen units; what was typed for others waits, and is there again when they are chosen."""
        chosen = (self.track.value, self.part.value)
        if self.part.value not in self._portions or chosen == self._shown:
            return
        if self._shown is not None and self.grid.typed():
            self._waiting[self._shown] = self._label, self.grid.typed()
        self._shown, self._label = chosen, f"{self.track.label} {self.part.label}"
        self._show()
        self.grid.type(self._waiting.pop(chosen, ("", {}))[1])
        self._show_status()

    def _show(self) -> None:
        visit, units = self._visit, self._portions[self.part.value]
        self._sheet = open_paper(visit.desk, self.track.value, units)
        self.grid = CellGrid(
            [GridLine(unit, visit.unit_name(unit)) for unit in units],
            self._columns(),
            self._values(),
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
        self._show_status()
        self._grid.children = (
            self.grid.box,
            elements.row(self.save, self._status),
            elements.card(self.pasted, self.put, title=visit.words("review.paste")),
        )

    def _columns(self) -> list[GridLine]:
        """A column for each line that is marked here, and one for reasons if any may be needed."""
        lang = self._visit.lang
        wanted = {line_id for _, line_id in self._sheet.lines}
        found: dict[str, GridLine] = {}
        for track in (
            self._chosen(),
            *(self._chosen().of_unit(*sheet) for sheet in self._chosen().sheets),
        ):
            for item in track.numbered():
                if item.criterion.id in wanted and item.criterion.id not in found:
                    lowest, highest = find_range(item.criterion)
                    hint = f"{number(lowest)}～{number(highest)}"
                    words = f"{item.number} {item.criterion.name.words(lang)}"
                    found[item.criterion.id] = GridLine(item.criterion.id, words, hint)
        if any(line.may_need_reason for line in self._sheet.lines.values()):
            head, hint = self._visit.words("review.reason"), self._visit.words("review.reason_typed")
            found[REASON] = GridLine(REASON, head, hint, is_text=True)
        return list(found.values())

    def _values(self) -> dict[tuple[str, str], str]:
        """Stored marks by unit and line; an empty cell for the reason of a unit that may need one."""
        lines = self._sheet.lines
        values = {
            place: "" if line.points is None else number(line.points, 6) for place, line in lines.items()
        }
        return {
            **values,
            **{(unit, REASON): "" for (unit, _), line in lines.items() if line.may_need_reason},
        }

    def _check(self, place: tuple[str, str], typed: str) -> str:
        """What is wrong with a cell."""
        unit, line_id = place
        if line_id == REASON:
            return "" if self._is_used(unit) else self._visit.words("review.reason_alone")
        if not typed:
            return ""
        try:
            points = float(plain_number(typed) or "")
        except ValueError:
            return self._visit.words("review.not_a_number", typed=typed)
        reason = self.grid.typed().get((unit, REASON), "")
        fault = self._sheet.lines[place].find_fault(points, reason)
        return fault.message(self._visit.lang) if fault else ""

    def _reasons(self) -> dict[str, str]:
        return {unit: text for (unit, line_id), text in self.grid.typed().items() if line_id == REASON}

    def _is_used(self, unit: str) -> bool:
        """Whether points are typed for which the reason of the unit counts."""
        lines = self._sheet.lines
        return any(
            of == unit and line_id != REASON and text and lines[of, line_id].may_need_reason
            for (of, line_id), text in self.grid.typed().items()
        )

    def _show_status(self) -> None:
        visit, changed, wrong = self._visit, len(self.grid.typed()), len(self.grid.problems)
        words = visit.words("review.cells_changed", count=changed) if changed else ""
        if wrong:
            words += visit.words("review.cells_wrong", count=wrong)
        if self._waiting:
            count = sum(len(typed) for _, typed in self._waiting.values())
            parts = visit.words("meeting.comma").join(label for label, _ in self._waiting.values())
            words += visit.words("review.cells_elsewhere", count=count, parts=parts)
        self._status.value = f'<span class="pb-unsaved">{escape(words)}</span>' if words else ""

    def _paste(self) -> None:
        self.grid.paste(self.pasted.value)
        self.pasted.value = ""

    # -- writing ---------------------------------------------------------------------------------------

    def _save(self) -> None:
        """Save new and changed marks and withdraw emptied ones; nothing if a cell is wrong."""
        visit, typed = self._visit, self.grid.typed()
        if self.grid.problems:
            visit.messages.say("error", visit.words("review.marks_wrong", count=len(self.grid.problems)))
            return
        points = {
            place: float(plain_number(text) or "") if text else None
            for place, text in typed.items()
            if place[1] != REASON
        }
        marks, emptied = self._sheet.to_marks(points, self._reasons())
        try:
            given = give_marks(visit.desk, marks, emptied) if marks or emptied else 0
        except ConflictError:  # a newer version was opened
            self._go_on()
            return
        self._show()
        visit.messages.say("good", visit.words("review.marks_saved", given=given, taken=len(emptied)))

    def _go_on(self) -> None:
        typed = self.grid.typed()

        def show() -> None:
            self._tracks = self._tracks_to_mark()
            self._show()
            self.grid.type(typed)

        go_on(self._visit, {line_id for _, line_id in typed}, show)

    # -- Excel -----------------------------------------------------------------------------------------

    def _panel(self, track: Track) -> ReturnPanel[ReturnedMarks]:
        """Panel to give the marks of all units of a track in a workbook."""
        visit, units = self._visit, self._tracks[track.id][1]

        def store(returned: ReturnedMarks, good_rows: bool) -> Done:
            stored = store_marks(visit.desk, returned, accept_good_rows=good_rows)
            typed = self.grid.typed()
            self._show()
            self.grid.type(typed)
            return Done(visit.words("excel.marks_stored", count=stored.stored))

        def good(returned: ReturnedMarks) -> str:
            count = len({*returned.marks, *returned.withdrawn})
            return visit.words("excel.accept_good", count=count) if count else ""

        name = visit.words("excel.marks_title", track=track.name.words(visit.lang))
        words = visit.words("excel.marks_offer", count=len(units))
        offer = Offer(words, name, lambda path: write_mark_sheet(visit.desk, track.id, units, path))
        use = ReturnUse(
            title=visit.words("excel.marks_panel"),
            hint=visit.words("excel.marks_hint"),
            offers=[offer],
            read=lambda path, told: read_marks(visit.desk, track.id, path, told),
            store=store,
            confirm=visit.words("excel.confirm"),
            accept_good=good,
        )
        return ReturnPanel(visit, use)

    # -- paper -----------------------------------------------------------------------------------------

    def _print(self) -> None:
        """Offer the sheets of the units in the grid as a Word document."""
        visit, units = self._visit, self._portions[self.part.value]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{visit.words('review.paper_name')}.docx"
            print_mark_sheets(visit.desk, self._chosen().id, units, path)
            link = download_link(visit, visit.words("review.download"), path)
        self._download.value = link.value
        link.close()

    def _dropdown(self, name: str, options: list[tuple[str, str]]) -> w.Dropdown:
        words = self._visit.words(f"review.{name}")
        made = w.Dropdown(options=options, description=words, layout=plain_layout())
        made.add_class("pb-input")
        return made
