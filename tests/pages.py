"""The text on a page, read from its widgets."""

import ipywidgets as w


def shown(widget: w.Widget) -> str:
    """All text on a page, as one string."""
    if isinstance(widget, w.Box):
        return "\n".join(shown(child) for child in widget.children)
    if isinstance(widget, w.Button):
        return str(widget.description)
    return str(widget.value) if isinstance(widget, w.HTML) else ""
