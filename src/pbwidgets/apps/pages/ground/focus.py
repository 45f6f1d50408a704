"""Where the keyboard goes on after a page has changed: a place by its name, to which the page's script leads."""

from itertools import count

import ipywidgets as w

from pbwidgets.forms.elements import plain_layout

_TURNS = count(1)


class FocusPoint(w.HTML):
    """Leads the keyboard to a widget marked with :func:`mark_place`, at once or as soon as the page shows it."""

    def __init__(self) -> None:
        super().__init__("", layout=plain_layout())
        self.add_class("pb-focus")

    def lead_to(self, place: str) -> None:
        """Lead to a place, also if it was the last one."""
        self.value = f'<span data-focus="{place}" data-turn="{next(_TURNS)}"></span>'

    @property
    def place(self) -> str:
        """Place that was led to last; empty before."""
        return self.value.partition('data-focus="')[2].partition('"')[0]


def mark_place(widget: w.DOMWidget, place: str) -> None:
    """Give a widget the name of a place."""
    widget.add_class(f"pb-at-{place}")
