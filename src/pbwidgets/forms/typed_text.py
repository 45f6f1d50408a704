"""Inputs for free text: what cannot be kept is gone while it is typed or pasted, and the input says so."""

from typing import Any, Final

import ipywidgets as w
from traitlets import validate

from pbwidgets.intake.text import drop_directions, drop_unmeant, removed_signs
from pbwidgets.wording import say

TYPED: Final = "pb-typed"
"""Class of inputs whose text is worth keeping in the browser until it is saved."""


class _Typed(w.Widget):
    """Cleans the value before anybody reads it; its label names what was removed until the input is empty again."""

    def __init__(
        self,
        value: str = "",
        *,
        description: str = "",
        lang: str | None = None,
        is_name: bool = False,
        **traits: Any,
    ) -> None:
        self._label, self._lang, self._is_name = description, lang, is_name
        traits["_dom_classes"] = (*traits.get("_dom_classes", ()), TYPED)
        super().__init__(value=value, description=description, **traits)

    @validate("value")
    def _clean(self, proposal: Any) -> str:
        text = str(proposal["value"])
        clean = drop_unmeant(text)
        if self._is_name:
            clean = drop_directions(clean)
        signs = removed_signs(text, clean)
        if signs:
            self.description = self._label + say("forms.signs_removed", self._lang, signs=signs)
        elif not clean:
            self.description = self._label
        return clean


class TypedLine(_Typed, w.Text):
    """One line of free text; with ``is_name`` a name, which has no marks of direction either."""


class TypedText(_Typed, w.Textarea):
    """Free text of several lines."""
