"""Nominations of the visitor's unit: which units, in which order, and how many more it may nominate."""

from collections.abc import Callable

import ipywidgets as w

from pbwidgets.apps.pages.review.case import balance_words
from pbwidgets.apps.visit import Visit
from pbwidgets.campaign import Track
from pbwidgets.forms import elements
from pbwidgets.forms.elements import Cell, plain_layout
from pbwidgets.units import ancestors
from pbwidgets.workflows.review.nominations import (
    find_balance,
    nominate_unit,
    order_nominations,
    withdraw_nomination,
)


def show_nominations(visit: Visit) -> w.Widget:
    """Lists of the visitor's unit, one per track in which it nominates; the operator names a unit."""
    own = visit.actor.unit_code or visit.place.get("unit", "")
    kinds = dict(zip(visit.units["unit_code"], visit.units["kind"], strict=True))
    tracks = [
        track
        for track in visit.opened.campaign.tracks
        if track.nomination and track.nomination.by == kinds.get(own)
    ]
    heading = elements.heading(visit.words("review.nominations"))
    if not tracks:
        return elements.stack(heading, elements.notice("info", visit.words("review.no_nominations")))
    lists = [NominationCard(visit, track, own).box for track in tracks]
    return elements.stack(heading, visit.messages, *lists)


class NominationCard:
    """One list; each action is written at once."""

    def __init__(self, visit: Visit, track: Track, by_unit: str) -> None:
        self._visit, self._track, self._by = visit, track, by_unit
        self.box = elements.card(title=visit.words("review.nomination", track=track.name.words(visit.lang)))
        self._title = self.box.children
        self.show()

    def show(self) -> None:
        """Read the list from the store and show it."""
        visit = self._visit
        self.balance = find_balance(visit.desk, self._track.id, self._by)
        listed = self.balance.listed
        rows = [
            (Cell(str(place), align="right"), visit.unit_name(code), code)
            for place, code in enumerate(listed, start=1)
        ]
        names = ("order", "unit", "code")
        table = elements.table(
            [visit.words(f"review.{name}") for name in names], rows, empty=visit.words("review.list_empty")
        )
        self.chosen = self._dropdown("chosen", [(visit.unit_name(code), code) for code in listed])
        self.new = self._dropdown("candidate", self._candidates())
        self.up = elements.button(visit.words("review.up"), self._do(lambda: self._move(-1)))
        self.down = elements.button(visit.words("review.down"), self._do(lambda: self._move(1)))
        self.off = elements.button(
            visit.words("review.withdraw_nomination"), self._do(self._withdraw), "danger"
        )
        self.add = elements.button(
            visit.words("review.nominate"),
            self._do(self._nominate),
            "primary",
            disabled=self.balance.left == 0,
        )
        parts: list[w.Widget] = [
            elements.paragraph(balance_words(visit, len(listed), self.balance.allotted)),
            table,
        ]
        if listed:
            parts.append(elements.row(self.chosen, self.up, self.down, self.off))
        if self.new.options:
            parts.append(elements.row(self.new, self.add))
        self.box.children = (*self._title, *parts)

    def _candidates(self) -> list[tuple[str, str]]:
        units, listed = self._visit.units, set(self.balance.listed)
        kind = self._track.nomination.by if self._track.nomination else ""
        above = ancestors(units, kind)
        return [
            (str(row["unit_name"]), str(row["unit_code"]))
            for row in units[units["kind"] == self._track.unit_kind].to_dict("records")
            if above.get(row["unit_code"]) == self._by and row["unit_code"] not in listed
        ]

    def _dropdown(self, name: str, options: list[tuple[str, str]]) -> w.Dropdown:
        words = self._visit.words(f"review.{name}")
        made = w.Dropdown(options=options, description=words, layout=plain_layout())
        made.add_class("pb-input")
        return made

    def _do(self, action: Callable[[], str]) -> Callable[[], None]:
        def done() -> None:
            kept = action()
            self.show()
            if kept in self.balance.listed:
                self.chosen.value = kept
            self._visit.messages.say("good", self._visit.words("review.list_kept"))

        return self._visit.attempt(done)

    def _nominate(self) -> str:
        visit = self._visit
        nominate_unit(visit.desk, self._track.id, self._by, str(self.new.value))
        return str(self.new.value)

    def _withdraw(self) -> str:
        visit = self._visit
        withdraw_nomination(visit.desk, self._track.id, self._by, str(self.chosen.value))
        return ""

    def _move(self, by: int) -> str:
        code, listed = str(self.chosen.value), list(self.balance.listed)
        at = listed.index(code)
        to = min(max(at + by, 0), len(listed) - 1)
        listed.insert(to, listed.pop(at))
        visit = self._visit
        order_nominations(visit.desk, self._track.id, self._by, listed)
        return code
