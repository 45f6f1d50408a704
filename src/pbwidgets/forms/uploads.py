"""Photos and documents of one field: list, add, remove, and undo.

The files themselves go through two callbacks; the field's answer is the list of their tokens.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, Protocol

import ipywidgets as w

from pbwidgets.campaign.model import Field
from pbwidgets.errors import PbError
from pbwidgets.forms.elements import button, markup, row
from pbwidgets.forms.upload_button import SentFile, upload_button
from pbwidgets.wording import number, say

ACCEPTED: Final = {
    "image": "image/jpeg,image/png,.jpg,.jpeg,.png",
    "file": ".pdf,.doc,.docx,.xls,.xlsx,.ppt,.pptx,.wps,.et,.dps,.jpg,.jpeg,.png",
}
"""What the browser's file dialogue offers; the content decides what is accepted."""


@dataclass(frozen=True)
class ShownFile:
    """A file as shown in a form.

    Attributes
    ----------
    token
        Its identifier in the answers.
    name
        Its name.
    size_bytes
        Its size.
    address
        Where the browser loads it from.
    thumb
        Where the browser loads a thumbnail from; empty if it is not a picture.
    """

    token: str
    name: str
    size_bytes: int
    address: str
    thumb: str = ""


class Files(Protocol):
    """Storage for the files of a form."""

    @property
    def max_bytes(self) -> int:
        """Largest size accepted."""
        ...

    def keep(self, field_path: str, filename: str, content: bytes) -> str:
        """Keep a file and return its token, or raise a :class:`PbError` that says why not."""
        ...

    def shown(self, token: str) -> ShownFile | None:
        """File of a token, or None."""
        ...


class Uploads:
    """The files of one field: a list, a button to add files, and one to remove each.

    Attributes
    ----------
    widgets
        What is shown, in order.
    """

    def __init__(
        self,
        field: Field,
        path: str,
        files: Files,
        lang: str,
        label: str,
        on_change: Callable[[list[str]], None],
    ) -> None:
        self._field, self._path, self._files, self._lang = field, path, files, lang
        self._label = label
        self._on_change = on_change
        self._tokens: list[str] = []
        self._removed: tuple[int, str] | None = None
        self._complaints: list[str] = []
        self._choice = 0
        self._list = markup("", "pb-files")
        words = say("forms.add_photo" if field.type == "image" else "forms.add_file", lang)
        self._button = upload_button(
            words, ACCEPTED[field.type], self._arrived, multiple=True, max_bytes=files.max_bytes
        )
        self._actions = row()
        self.widgets = (self._list, self._button, self._actions)

    def name(self, label: str) -> None:
        """Set the label."""
        self._label = label
        self._draw()

    def show(self, answer: object) -> None:
        """Set the tokens of an answer without reporting it."""
        self._tokens = [str(token) for token in answer] if isinstance(answer, list) else []
        self._draw()

    def _arrived(self, file: SentFile) -> None:
        if file.choice != self._choice:
            self._choice, self._complaints = file.choice, []
        before = list(self._tokens)
        self._take(file.name, file.content)
        self._removed = None
        if self._tokens != before:
            self._on_change(list(self._tokens))  # before it is shown: what is shown counts as saved
        self._draw()

    def _take(self, name: str, content: bytes) -> None:
        limit = self._field.max_count
        if limit is not None and len(self._tokens) >= limit:
            self._complaints.append(say("forms.too_many_files", self._lang, file=name, limit=limit))
            return
        try:
            token = self._files.keep(self._path, name, content)
        except PbError as error:
            self._complaints.append(f"{error.message(self._lang)} {error.remedy(self._lang)}".strip())
            return
        if token in self._tokens:
            self._complaints.append(say("forms.same_file", self._lang, file=name))
        else:
            self._tokens.append(token)

    def _remove(self, at: int) -> None:
        if at >= len(self._tokens):
            return
        self._removed = (at, self._tokens.pop(at))
        self._complaints = []
        self._draw()
        self._on_change(list(self._tokens))

    def _bring_back(self) -> None:
        if self._removed is None:
            return
        self._tokens.insert(*self._removed)
        self._removed = None
        self._draw()
        self._on_change(list(self._tokens))

    def _draw(self) -> None:
        shown = [self._files.shown(token) for token in self._tokens]
        complaints = "".join(
            f'<div class="pb-problem" role="alert">{escape(words)}</div>' for words in self._complaints
        )
        limits = say(
            "forms.photo_limits" if self._field.type == "image" else "forms.file_limits",
            self._lang,
            limit=self._files.max_bytes / 1_048_576,
        )
        if self._field.max_count is not None:
            limits += say("forms.file_count", self._lang, count=len(shown), limit=self._field.max_count)
        self._list.value = (
            f'<div class="pb-label">{escape(self._label)}</div>'
            f"{files_markup(shown, self._lang)}{complaints}"
            f'<div class="pb-hint">{escape(limits)}</div>'
        )
        limit = self._field.max_count
        self._button.disabled = limit is not None and len(self._tokens) >= limit
        _close(self._actions)
        self._actions.children = self._make_actions(shown)

    def _make_actions(self, shown: Sequence[ShownFile | None]) -> tuple[w.Widget, ...]:
        made = []
        for at, item in enumerate(shown):
            name = item.name if item else self._tokens[at][:8]
            words = say("forms.remove_file", self._lang, place=at + 1, file=name)
            made.append(button(words, lambda at=at: self._remove(at), "link"))  # type: ignore[misc]
        if self._removed is not None:
            made.append(button(say("forms.undo_remove_file", self._lang), self._bring_back, "link"))
        return tuple(made)


def files_markup(files: Sequence[ShownFile | None], lang: str) -> str:
    """Thumbnails of pictures and names of documents, each a link to the file."""
    items = "".join(_item(file, lang) for file in files)
    return f'<ul class="pb-filelist">{items}</ul>' if items else ""


def _item(file: ShownFile | None, lang: str) -> str:
    if file is None:
        return f"<li>{escape(say('forms.file_gone', lang))}</li>"
    name, address = escape(file.name, quote=True), escape(file.address, quote=True)
    size = say("forms.file_size", lang, size=number(file.size_bytes / 1_048_576, 1))
    if file.size_bytes < 104_858:  # below 0.1 MB
        size = say("forms.file_size_small", lang, size=number(file.size_bytes / 1024, 0))
    thumb = escape(file.thumb, quote=True)
    picture = f'<img src="{thumb}" alt="" loading="lazy">' if thumb else ""
    link = f'<a href="{address}" target="_blank" rel="noopener">{picture}<span>{name}</span></a>'
    return f"<li>{link} <small>{escape(size)}</small></li>"


def _close(box: w.Box) -> None:
    for child in box.children:
        child.close()
