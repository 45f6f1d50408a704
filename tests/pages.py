"""What a page shows, read from its widgets."""

import ipywidgets as w


def shown(widget: w.Widget) -> str:
    """Everything that a page shows, as one text."""
    if isinstance(widget, w.Box):
        return "\n".join(shown(child) for child in widget.children)
    if isinstance(widget, w.Button):
        return str(widget.description)
    return str(widget.value) if isinstance(widget, w.HTML) else ""
