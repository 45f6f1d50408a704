"""The text and the buttons on a page, read from its widgets."""

import ipywidgets as w


def shown(widget: w.Widget) -> str:
    """All text on a page, as one string."""
    if isinstance(widget, w.Box):
        return "\n".join(shown(child) for child in widget.children)
    if isinstance(widget, w.Button):
        return str(widget.description)
    return str(widget.value) if isinstance(widget, w.HTML) else ""


def buttons(widget: w.Widget) -> dict[str, w.Button]:
    """Buttons on a page by their words."""
    if isinstance(widget, w.Box):
        return {words: button for child in widget.children for words, button in buttons(child).items()}
    return {widget.description: widget} if isinstance(widget, w.Button) else {}
