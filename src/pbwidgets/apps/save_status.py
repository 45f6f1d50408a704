"""What is saved and what is not: said by a page, shown by its script in one place, one thing at a time."""

from html import escape

import ipywidgets as w

from pbwidgets.forms.elements import plain_layout


class SaveStatus(w.HTML):
    """State of what is saved automatically; the page's script finds its words by their classes."""

    def __init__(self) -> None:
        super().__init__("", layout=plain_layout())
        self._saved = ""

    def wait(self, words: str) -> None:
        """Something has changed and is not saved yet."""
        self._show(words, "pb-waiting", "status")

    def settle(self, words: str | None = None) -> None:
        """Nothing waits to be saved; the words say when it was saved, as before by default."""
        self._saved = self._saved if words is None else words
        self._show("", "", "")

    def fail(self, words: str) -> None:
        """Something could not be saved."""
        self._show(words, "pb-not-saved", "alert")

    def _show(self, words: str, look: str, role: str) -> None:
        shown = f'<span class="pb-saved" role="status">{escape(self._saved)}</span>'
        if words:
            shown += f'<div class="pb-unsaved {look}" role="{role}">{escape(words)}</div>'
        self.value = shown
