"""Classes in the meeting: proposed, already decided, and being decided now."""

from collections.abc import Hashable
from typing import Any

import ipywidgets as w
import pandas as pd

from pbwidgets.apps.pages.ground.fields import labelled
from pbwidgets.apps.pages.meeting.minutes import MinutesCard
from pbwidgets.apps.visit import Visit
from pbwidgets.campaign import Track
from pbwidgets.errors import DataError
from pbwidgets.forms import elements
from pbwidgets.forms.elements import Cell
from pbwidgets.forms.typed_text import TypedLine
from pbwidgets.workflows.meeting.classes import decide_classes, load_classes


class ClassCard(MinutesCard):
    """Classes of one track: a list, and a decision assembled unit by unit and written once confirmed.

    Attributes
    ----------
    pending
        Class and individual reason of each unit in the decision, by code.
    """

    def __init__(self, visit: Visit, track: Track, *, may_act: bool) -> None:
        body = track.decided_by
        super().__init__(
            visit,
            visit.words("classes.page.decide"),
            body=body.words(visit.lang) if body else "",
            reason_hint=visit.words("classes.page.reason_hint"),
        )
        self._track, self._may_act = track, may_act
        self._names = track.class_names(visit.lang)
        self.pending: dict[str, tuple[int, str]] = {}
        self.table = elements.stack()
        self._make_picker()
        self.body = elements.stack()
        self.widget = elements.card(
            elements.paragraph(visit.words("classes.page.hint"), quiet=True),
            self.table,
            *([self.picker, self.body] if may_act else []),
            title=visit.words("classes.page.title"),
        )
        self.show()

    def _make_picker(self) -> None:
        visit = self._visit
        self.unit = labelled(w.Combobox, visit.words("classes.page.unit"), options=[], ensure_option=True)
        self.class_no = labelled(
            w.Dropdown,
            visit.words("classes.page.class"),
            options=[(name, number) for number, name in self._names.items()],
        )
        self.own_reason = labelled(TypedLine, visit.words("classes.page.own_reason"), lang=visit.lang)
        self.add_button = elements.button(visit.words("classes.page.add"), visit.attempt(self.add))
        self.take_button = elements.button(
            visit.words("classes.page.take_proposed"), visit.attempt(self.take_proposed)
        )
        self.clear_button = elements.button(visit.words("classes.page.clear"), visit.attempt(self.clear))
        self.picker = elements.stack(
            elements.row(self.unit, self.class_no, self.own_reason),
            elements.row(self.add_button, self.take_button, self.clear_button),
        )

    # -- what is shown ---------------------------------------------------------------------------------

    def show(self) -> None:
        """Read the classes again; the pending decision stays."""
        visit = self._visit
        self._rows = load_classes(visit.desk, track_id=self._track.id)
        labels = {
            f"{row['unit_name']}（{row['unit_code']}）": str(row["unit_code"]) for row in self._records()
        }
        self._codes = labels
        self.unit.options = tuple(labels)
        self._draw()

    def _draw(self) -> None:
        """Show the list with the pending decision; an open summary is closed, because it is out of date."""
        visit = self._visit
        heads = [visit.words(f"classes.page.column_{name}") for name in ("unit", "proposed", "decided")]
        heads += [visit.words("classes.page.column_now")] if self._may_act else []
        heads.append(visit.words("classes.page.column_why"))
        self.table.children = (elements.table(heads, [self._cells(row) for row in self._records()]),)
        self.body.children = self.parts if self.pending else ()
        self.clear_button.disabled = not self.pending
        self.close()

    def _cells(self, row: dict[Hashable, Any]) -> list[str | Cell]:
        code, proposed = str(row["unit_code"]), self._names.get(row["proposed"], "—")
        decided = self._names.get(row["decided"], "")
        when = f"{decided}（{row['decided_on']}）" if decided else ""
        cells: list[str | Cell] = [str(row["unit_name"]), proposed]
        cells.append(Cell(when, tone="accent" if decided == proposed else "warn") if decided else "")
        if self._may_act:
            number, _ = self.pending.get(code, (0, ""))
            now = self._names.get(number, "")
            cells.append(Cell(now, tone="good" if now == proposed else "warn") if now else "")
        why = [str(row["reason_en" if self._visit.lang == "en" else "reason_zh"])]
        why += [str(row["decided_reason"])] if decided else []
        cells.append(self._visit.words("classes.page.glue").join(why))
        return cells

    def _records(self) -> list[dict[Hashable, Any]]:
        return self._rows.to_dict("records")

    # -- what people do --------------------------------------------------------------------------------

    def add(self) -> None:
        """Add the chosen unit to the decision."""
        code = self._codes.get(self.unit.value)
        if code is None:
            raise DataError("classes.page.no_unit")
        self.pending[code] = int(self.class_no.value), self.own_reason.value.strip()
        self.unit.value, self.own_reason.value = "", ""
        self._visit.messages.clear()
        self._draw()

    def take_proposed(self) -> None:
        """Add all undecided units as proposed; units already added stay as they are."""
        for row in self._records():
            if not row["decided"] and row["proposed"]:
                self.pending.setdefault(str(row["unit_code"]), (row["proposed"], ""))
        if not self.pending:
            raise DataError("classes.nothing_decided")
        self._draw()

    def clear(self) -> None:
        """Start the decision again."""
        self.pending.clear()
        self._draw()

    def ask(self) -> None:
        """Show a summary of the decision, to be confirmed."""
        visit, glue = self._visit, self._visit.words("classes.page.comma")
        numbers = pd.Series([number for number, _ in self.pending.values()]).value_counts()
        counted = glue.join(
            visit.words("classes.page.counted", name=name, count=int(numbers[number]))
            for number, name in self._names.items()
            if number in numbers
        )
        lines = [visit.words("classes.page.summary", by=self.by.value, on=self.day, counted=counted)]
        proposed = dict(zip(self._rows["unit_code"], self._rows["proposed"], strict=True))
        other = sum(number != proposed.get(code) for code, (number, _) in self.pending.items())
        if other:
            lines.append(visit.words("classes.page.otherwise", count=other))
        self._summarise(lines)

    def confirm(self) -> None:
        """Write the decision as summarised."""
        if not self.summary.children:
            return
        visit = self._visit
        count = decide_classes(
            visit.desk,
            self._track.id,
            {code: number for code, (number, _) in self.pending.items()},
            self.minutes,
            reasons={code: why for code, (_, why) in self.pending.items()},
        )
        self.pending.clear()
        self.reason.value = ""
        self.show()
        visit.messages.say("good", visit.words("classes.page.done", count=count))
