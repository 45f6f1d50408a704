"""The campaign's lists of units: why each unit is on one, and what the meeting decides on it."""

from collections.abc import Hashable
from typing import Any

import ipywidgets as w
import pandas as pd

from pbwidgets.apps.pages.ground.fields import labelled
from pbwidgets.apps.pages.ground.letter_card import LetterCard
from pbwidgets.apps.pages.meeting.minutes import MinutesCard
from pbwidgets.apps.visit import Visit
from pbwidgets.campaign.checklists import UnitList
from pbwidgets.errors import DataError
from pbwidgets.forms import elements
from pbwidgets.forms.elements import Cell
from pbwidgets.scoring.frames import NOT_SELECTED, SELECTED
from pbwidgets.workflows.exchange.documents.letters import suggest_letter
from pbwidgets.workflows.exchange.documents.unit_list import make_list_circular
from pbwidgets.workflows.meeting.lists import decide_list, lists_in_view, read_list

OPEN = ""
"""Choice of a unit on which this decision says nothing."""


def list_cards(visit: Visit) -> list[w.Widget]:
    """Cards of the lists that the visitor may read, in the order of the campaign."""
    return [ListCard(visit, item).widget for item in lists_in_view(visit.desk)]


class ListCard(MinutesCard):
    """One list; who decides on it also chooses for each unit, and writes all choices once they are confirmed.

    Attributes
    ----------
    choices
        Field of each unit that can be decided on, by code.
    """

    def __init__(self, visit: Visit, item: UnitList) -> None:
        super().__init__(visit, visit.words("meeting.list_decide"))
        self._item = item
        self.choices: dict[str, w.Dropdown] = {}
        self._view = read_list(visit.desk, item.id)
        self.table, self.lines, self.letter = elements.stack(), elements.stack(), elements.stack()
        self._make_decision()
        quiet = "list_for_top" if item.audience == "top" else "list_open" if item.decided else "list_by_rule"
        title = visit.words("meeting.list_title", list=item.name.words(visit.lang))
        self.widget = elements.card(
            elements.paragraph(visit.words(f"meeting.page_{quiet}"), quiet=True),
            self.table,
            *([self.decision] if self._view.decides else []),
            self.letter,
            title=title,
        )
        self.show()

    def _make_decision(self) -> None:
        visit = self._visit
        self.other = labelled(w.Combobox, visit.words("meeting.list_other"), options=[], ensure_option=True)
        self.add_button = elements.button(visit.words("meeting.list_add"), visit.attempt(self.add))
        self.take_button = elements.button(
            visit.words("meeting.list_take_proposed"), visit.attempt(self.take_proposed)
        )
        self.clear_button = elements.button(visit.words("meeting.list_clear"), visit.attempt(self.clear))
        self._asked: dict[str, str] | None = None
        self.decision = elements.stack(
            elements.row(self.take_button, self.clear_button),
            self.lines,
            elements.row(self.other, self.add_button),
            *self.parts,
        )

    # -- what is shown ---------------------------------------------------------------------------------

    def show(self) -> None:
        """Read the list again and start the decision anew."""
        visit, lang = self._visit, self._visit.lang
        self._view = read_list(visit.desk, self._item.id)
        rows = self._view.rows
        shown = rows[rows["on_list"] | rows["proposed"] | rows["decided"].notna()]
        heads = [visit.words("meeting.list_unit"), visit.words("meeting.list_why")]
        heads += [visit.words("meeting.list_decided")] if self._item.decided else []
        empty = visit.words("meeting.list_nobody", list=self._item.name.words(lang))
        self.table.children = (
            elements.table(heads, [self._cells(row) for row in shown.to_dict("records")], empty=empty),
        )
        self.choices = {}
        if self._view.decides:
            for code in shown["unit_code"]:
                self._offer(str(code))
            self._codes = {
                f"{row['unit_name']}（{row['unit_code']}）": str(row["unit_code"])
                for row in rows.drop(shown.index).to_dict("records")
            }
            self.other.options = tuple(self._codes)
        self._draw_lines()
        self._show_letter()

    def _show_letter(self) -> None:
        """The circular, once the meeting has decided and for who decides."""
        visit = self._visit
        if not (self._item.decided and self._view.decides and self._view.rows["decided"].notna().any()):
            self.letter.children = ()
            return
        title = visit.words("documents.list_title", list=self._item.name.words(visit.lang))
        card = LetterCard(
            visit, title, suggest_letter(visit.desk),
            lambda desk, letter, path: make_list_circular(desk, self._item.id, letter, path),
        )  # fmt: skip
        self.letter.children = (card.widget,)

    def _cells(self, row: dict[Hashable, Any]) -> list[str | Cell]:
        cells: list[str | Cell] = [str(row["unit_name"]), str(row["reason"])]
        if self._item.decided:
            cells.append(self._decided(row))
        return cells

    def _decided(self, row: dict[Hashable, Any]) -> Cell:
        visit = self._visit
        if pd.isna(row["decided"]):
            return Cell(visit.words("meeting.list_undecided"), tone="warn")
        said = visit.words(
            "meeting.list_decision",
            decided=visit.words(f"standing.decided_{row['decided']}"),
            on=row["decided_on"], by=row["decided_by"], reason=row["decided_reason"],
        )  # fmt: skip
        return Cell(said, tone="accent" if row["decided"] == SELECTED else "quiet")

    def _offer(self, code: str) -> None:
        visit = self._visit
        options = [(visit.words("meeting.list_no_choice"), OPEN)]
        options += [(visit.words(f"standing.decided_{one}"), one) for one in (SELECTED, NOT_SELECTED)]
        name = self._view.rows.set_index("unit_code")["unit_name"][code]
        made = labelled(w.Dropdown, str(name), options=options, value=OPEN)
        made.observe(lambda _: self.close(), "value")
        self.choices[code] = made

    def _draw_lines(self) -> None:
        self.lines.children = tuple(self.choices.values())
        elements.hide_all([self.take_button, self.clear_button], not self.choices)
        self.close()

    # -- what people do --------------------------------------------------------------------------------

    def add(self) -> None:
        """Offer a choice for a unit that the condition does not propose."""
        code = self._codes.get(self.other.value)
        if code is None:
            raise DataError("classes.page.no_unit")
        if code not in self.choices:
            self._offer(code)
        self.choices[code].value = SELECTED
        self.other.value = ""
        self._draw_lines()

    def take_proposed(self) -> None:
        """Choose every proposed unit on which nothing is decided or chosen yet."""
        rows = self._view.rows
        for code in rows.loc[rows["proposed"] & rows["decided"].isna(), "unit_code"]:
            self.choices[code].value = self.choices[code].value or SELECTED

    def clear(self) -> None:
        """Take back all choices; what was decided before stays."""
        for choice in self.choices.values():
            choice.value = OPEN

    def close(self) -> None:
        """Close the summary."""
        self._asked = None
        super().close()

    def ask(self) -> None:
        """Show a summary of the decision, to be confirmed."""
        visit, rows = self._visit, self._view.rows.set_index("unit_code")
        chosen = {code: choice.value for code, choice in self.choices.items() if choice.value != OPEN}
        if not chosen:
            raise DataError("classes.nothing_decided")
        comma = visit.words("meeting.comma")
        told = {
            status: comma.join(str(rows["unit_name"][code]) for code, one in chosen.items() if one == status)
            or visit.words("meeting.none")
            for status in (SELECTED, NOT_SELECTED)
        }
        lines = [visit.words("meeting.list_summary", by=self.by.value, on=self.day, **told)]
        if rows["decided"][list(chosen)].notna().any():
            lines.append(visit.words("meeting.decide_replaces"))
        self._asked = chosen
        self._summarise(lines)

    def confirm(self) -> None:
        """Write the decision as summarised."""
        if self._asked is None:
            return
        visit = self._visit
        count = decide_list(
            visit.desk,
            self._item.id,
            self._asked,
            self.minutes,
            seen=self._view.seen,
        )
        self.reason.value = ""
        self.show()
        visit.messages.say("good", visit.words("meeting.decide_done", count=count))
