"""Nominations of the visitor's unit: the candidates by rank, ticked and put in order, then handed in as one list."""

from collections.abc import Callable

import ipywidgets as w

from pbwidgets.apps.pages.ground.state_words import state_words
from pbwidgets.apps.pages.review.case import balance_words
from pbwidgets.apps.visit import Visit
from pbwidgets.campaign import Track
from pbwidgets.errors import ConflictError, PbError
from pbwidgets.forms import elements
from pbwidgets.forms.elements import Cell
from pbwidgets.forms.record_list import PAGE_ROWS, ListColumn, ListRow, ListUse, RecordList
from pbwidgets.wording import number
from pbwidgets.workflows.review.nominations import (
    Candidate,
    find_balance,
    find_candidates,
    hand_in_nominations,
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
    hint = elements.paragraph(visit.words("review.nominations_hint"), quiet=True)
    return elements.stack(heading, hint, visit.messages, *lists)


class NominationCard:
    """One list: what is ticked is a draft until it is handed in."""

    def __init__(self, visit: Visit, track: Track, by_unit: str) -> None:
        self._visit, self._track, self._by = visit, track, by_unit
        names = ("unit", "rank", "total", "state", "note")
        self.list = RecordList(
            [ListColumn(name, visit.words(f"review.nominee_{name}")) for name in names],
            visit.lang,
            ListUse(on_tick=self._show_draft, on_full=self._say_full, ordered=True),
            empty=visit.words("review.list_empty"),
        )
        self._balance, self._draft = elements.markup(""), elements.markup("")
        self._messages, self._dialog = elements.Messages(), elements.stack()
        self.hand_in = elements.button("", self._attempt(self._ask), "primary")
        self.reset = elements.button(visit.words("review.list_reset"), self._attempt(self.show))
        self._read()
        self.box = elements.card(
            self._balance,
            self._draft,
            elements.row(self.hand_in, self.reset),
            self._messages,
            self._dialog,
            *([self.list.search] if len(self._candidates) > PAGE_ROWS else []),
            self.list.box,
            title=visit.words("review.nomination", track=track.name.words(visit.lang)),
        )
        self.show()

    def show(self) -> None:
        """Read the list from the store and show it; what is only ticked is forgotten."""
        self._read()
        self.list.tick(self.balance.listed)
        self._messages.clear()
        self._show_draft()

    def _read(self) -> None:
        """Read candidates and list from the store, and show them under what is ticked."""
        desk = self._visit.desk
        self._candidates: tuple[Candidate, ...] = find_candidates(desk, self._track.id, self._by)
        self._names = {item.unit_code: item.unit_name for item in self._candidates}
        self.balance = find_balance(desk, self._track.id, self._by)
        self.list.allow(self.balance.allotted)
        self.list.show([self._row(item) for item in self._candidates])

    def _attempt(self, call: Callable[[], None]) -> Callable[[], None]:
        """Callback that shows a refusal in this card, in place of what it said before."""

        def attempted() -> None:
            self._visit.messages.clear()
            try:
                call()
            except PbError as error:
                self._messages.say("error", *self._visit.refusal(error).splitlines())

        return self._visit.attempt(attempted)

    def _row(self, item: Candidate) -> ListRow:
        visit = self._visit
        note = item.refused.message(visit.lang) if item.refused else ""
        if item.refused is None and not item.counts:
            note = visit.words("review.nominee_waits")
        if item.refused and item.unit_code in self.balance.listed:
            note += visit.words("review.nominee_takes_place")
        state = state_words(visit, item.state) if item.state else visit.words("review.nominee_nothing")
        cells = (
            item.unit_name,
            Cell("–" if item.rank is None else str(item.rank), align="right"),
            Cell("–" if item.total is None else number(item.total), align="right"),
            state,
            Cell(note, tone="warn" if item.refused else "quiet"),
        )
        values = (item.unit_code, item.rank, item.total, state, note)
        link = visit.link("review", form=self._track.forms[0], unit=item.unit_code) if item.state else ""
        return ListRow(item.unit_code, cells, values, tick=item.refused is None, link=link)

    # -- the draft -------------------------------------------------------------------------------------

    def _show_draft(self) -> None:
        visit, ticked, listed = self._visit, self.list.ticked, self.balance.listed
        self._dialog.children = ()
        words = balance_words(visit, len(ticked), self.balance.allotted)
        self._balance.value = f'<p class="pb-text">{words}</p>'
        changed = ticked != listed
        said = visit.words("review.list_unsaved" if changed else "review.list_as_handed_in")
        self._draft.value = f'<p class="pb-text {"pb-unsaved" if changed else "pb-quiet"}">{said}</p>'
        self.hand_in.description = visit.words("review.hand_in_list", count=len(ticked))
        self.hand_in.disabled = self.reset.disabled = not changed
        if self.balance.allotted is None or len(ticked) < self.balance.allotted:
            self._messages.clear()

    def _say_full(self) -> None:
        visit = self._visit
        words = visit.words(
            "review.list_full", unit=visit.unit_name(self._by), allotted=self.balance.allotted
        )
        self._messages.say("warn", words)

    def _ask(self) -> None:
        """Show what would be handed in, to be confirmed."""
        visit, ticked, listed = self._visit, self.list.ticked, self.balance.listed
        self._messages.clear()
        glue = visit.words("exports.list_glue")
        lines = [f"{place}. {self._names[code]}" for place, code in enumerate(ticked, start=1)]
        parts = [elements.paragraph("\n".join(lines) or visit.words("review.list_empty"))]
        for name, codes in (
            ("added", [code for code in ticked if code not in listed]),
            ("taken_off", [code for code in listed if code not in ticked]),
        ):
            if codes:
                words = glue.join(self._names.get(code, visit.unit_name(code)) for code in codes)
                parts.append(elements.paragraph(visit.words(f"review.list_{name}", units=words)))
        chosen = [item for item in self._candidates if item.unit_code in ticked]
        for name, found in (
            ("refused", [item for item in chosen if item.refused]),
            ("waiting", [item for item in chosen if not item.refused and not item.counts]),
        ):
            if found:
                units = glue.join(item.unit_name for item in found)
                parts.append(elements.notice("warn", visit.words(f"review.list_has_{name}", units=units)))
        self.confirm = elements.button(
            visit.words("review.hand_in_confirm", count=len(ticked)), self._attempt(self._hand_in), "primary"
        )
        cancel = elements.button(visit.words("review.cancel"), self._cancel)
        card = elements.card(
            *parts, elements.row(self.confirm, cancel), title=visit.words("review.list_to_hand_in")
        )
        card.add_class("pb-dialog")
        self._dialog.children = (card,)

    def _cancel(self) -> None:
        self._show_draft()
        self.list.focus()

    def _hand_in(self) -> None:
        visit, listed = self._visit, self.balance.listed
        try:
            hand_in_nominations(visit.desk, self._track.id, self._by, self.list.ticked, seen=listed)
        except ConflictError:  # what somebody else has done is shown, and the error says so
            self.show()
            raise
        except PbError:  # what has become impossible since is no longer ticked, and the error says why
            self._read()
            refused = {item.unit_code for item in self._candidates if item.refused}
            self.list.tick([code for code in self.list.ticked if code in listed or code not in refused])
            self._show_draft()
            raise
        self.show()
        self.list.focus()
        self._messages.say("good", visit.words("review.list_handed_in", count=len(self.balance.listed)))
