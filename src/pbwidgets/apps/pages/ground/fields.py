"""Fields side by side, as wide as there is room; and lists to choose from."""

from collections.abc import Sequence

import ipywidgets as w

from pbwidgets.forms import elements


def fields(*children: w.Widget) -> w.Box:
    """Fields of one question side by side; below each other on a phone."""
    made = elements.row(*children)
    made.add_class("pb-fields")
    return made


def offer(dropdown: w.Dropdown, options: Sequence[tuple[str, str]]) -> None:
    """Replace the options of a list and select the first, which the widget does not do itself."""
    dropdown.options = options
    dropdown.index = 0 if options else None


def labelled(kind: type[w.DOMWidget], label: str, **given: object) -> w.DOMWidget:
    """A field under its label, as wide as its place."""
    made = kind(
        description=label, style={"description_width": "initial"}, layout=elements.plain_layout(), **given
    )
    made.add_class("pb-field")
    return made
