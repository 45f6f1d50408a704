"""Going through submissions one after the other, with few keys."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Final

import ipywidgets as w

from pbwidgets.apps.pages.ground.focus import FocusPoint, mark_place
from pbwidgets.apps.pages.review.case import Case, Way, key_of
from pbwidgets.apps.visit import Visit
from pbwidgets.forms import elements
from pbwidgets.store import SubmissionKey

KEYS: Final = ("next", "previous", "accept", "return", "mark", "line", "save", "hand_in", "leave")
"""What the list of keys explains, in its order."""


def show_case(visit: Visit) -> w.Widget:
    """The submission that the address names."""
    return CaseWalk(visit, [key_of(visit)]).box


class CaseWalk:
    """Submissions one after the other, each in the place of the one before.

    Parameters
    ----------
    keys, at
        The submissions, and the place of the first to show.
    on_back
        Called to go back to where they came from; None if they did not come from a list.
    """

    def __init__(
        self,
        visit: Visit,
        keys: Sequence[SubmissionKey],
        at: int = 0,
        on_back: Callable[[], None] | None = None,
    ) -> None:
        self._visit, self._keys, self._at = visit, keys, at
        self.focus = FocusPoint()
        self.before = self._button("before", lambda: self.go(self._at - 1), "k", "p")
        self.after = self._button("after", lambda: self.go(self._at + 1), "j", "n")
        mark_place(self.after, "next")
        self._place = elements.markup("")
        parts: list[w.Widget] = []
        if on_back is not None:
            back = elements.button(visit.words("review.to_list"), visit.attempt(on_back), "link")
            parts = [back, self.before, self.after, self._place]
        self._head = elements.row(*parts, visit.messages, self._keys_list(), self.focus)
        self.box = elements.stack()
        self.box.add_class("pb-case")
        self._show(at)
        self.focus.lead_to("title")

    @property
    def key(self) -> SubmissionKey:
        """The submission that is shown."""
        return self._keys[self._at]

    @property
    def has_next(self) -> bool:
        """Whether there is a further submission."""
        return self._at + 1 < len(self._keys)

    def go(self, to: int, place: str = "title") -> None:
        """Show another submission, and lead the keyboard to a place in it; nothing where there is none."""
        if 0 <= to < len(self._keys):
            self._visit.messages.clear()
            self.case.leave()
            self._show(to)
            self.focus.lead_to(place)

    def _go_on(self, place: str) -> None:
        """Show the next submission, with what was said about this one above it."""
        said = self._visit.messages.value
        self.go(self._at + 1, place)
        self._visit.messages.value = said

    def leave(self) -> None:
        """Save what is still being typed, and remove the widgets from the page and from memory."""
        self.case.leave()
        for widget in self._head.children:
            if widget is not self._visit.messages:
                widget.close()
        self._head.close()

    def _show(self, at: int) -> None:
        self._at, visit = at, self._visit
        self.before.disabled = at == 0
        self.after.disabled = not self.has_next
        place = visit.words("review.place", at=at + 1, count=len(self._keys))
        self._place.value = f'<p class="pb-text pb-quiet">{escape(place)}</p>'
        self.case = Case(visit, self.key, Way(self.focus.lead_to, self._go_on, self.has_next))
        self.box.children = (self._head, self.case.box)

    def _button(self, name: str, call: Callable[[], None], *letters: str) -> w.Button:
        made = elements.button(self._visit.words(f"review.{name}"), self._visit.attempt(call))
        for letter in letters:
            made.add_class(f"pb-key-{letter}")
        return made

    def _keys_list(self) -> w.HTML:
        words = self._visit.words
        items = "".join(
            f"<div><dt><kbd>{escape(words(f'review.key_{name}'))}</kbd></dt>"
            f"<dd>{escape(words(f'review.key_{name}_does'))}</dd></div>"
            for name in KEYS
        )
        title = escape(words("review.keys"))
        return elements.markup(
            f'<details class="pb-keys"><summary>{title}</summary><dl>{items}</dl></details>'
        )
