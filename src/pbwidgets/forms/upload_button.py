"""A button that opens the file dialogue and hands over the files chosen, wherever the form is shown.

On a page of our server the browser sends each file by HTTP (:mod:`pbwidgets.forms.inbox`, ``uploads.js``), and
the widget is told its token. Elsewhere, as in JupyterLab, the file comes in a message of the widget.
"""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import ipywidgets as w

from pbwidgets.files import MAX_BYTES
from pbwidgets.forms.elements import plain_layout, plain_style
from pbwidgets.forms.inbox import Slot, open_slot

_log = logging.getLogger("pbwidgets.forms")


@dataclass(frozen=True)
class SentFile:
    """A file that a person has chosen.

    Attributes
    ----------
    name
        Its name, as the browser gives it.
    content
        Its bytes.
    choice
        Number of the choice that it belongs to: several files can be chosen at once.
    """

    name: str
    content: bytes
    choice: int = 1


Take = Callable[[SentFile], object]


class HttpUpload(w.Text):
    """Upload button of a served page; a text field for the browser's widget, which ``uploads.js`` makes a button.

    Its value is the list of what has arrived since the page was opened, as ``[choice, token, name]``, and its
    placeholder tells the script the rules, and how many files of the list have been taken.

    Parameters
    ----------
    words
        Words on the button.
    accept
        What the browser's file dialogue offers.
    take
        Called with each file, in the order chosen.
    slot
        Where the files arrive.
    multiple
        Whether several files can be chosen at once.
    """

    def __init__(self, words: str, accept: str, take: Take, slot: Slot, *, multiple: bool = False) -> None:
        self._take, self._slot = take, slot
        self._taken, self._failed = 0, list[int]()
        self._rule = {
            "slot": slot.folder.name,
            "accept": accept,
            "multiple": multiple,
            "max_bytes": slot.max_bytes,
        }
        super().__init__(
            description=words,
            layout=plain_layout(),
            style=plain_style(w.Text),
            _dom_classes=("pb-http-upload", "pb-not-kept"),
        )
        self._tell()
        self.observe(self._told, names="value")

    def _told(self, change: Any) -> None:
        for choice, token, name in list(_entries(change["new"]))[self._taken :]:
            try:
                self._take(SentFile(name, self._slot.take(token), choice))
            except Exception:
                _log.exception("an uploaded file could not be taken")
                self._failed.append(self._taken)
            self._taken += 1
            self._tell()

    def _tell(self) -> None:
        self.placeholder = json.dumps({**self._rule, "taken": self._taken, "failed": self._failed})


def upload_button(
    words: str, accept: str, take: Take, *, multiple: bool = False, max_bytes: int = MAX_BYTES
) -> w.DOMWidget:
    """Button that opens the file dialogue.

    Parameters
    ----------
    words
        Words on the button.
    accept
        What the file dialogue offers, as the ``accept`` of HTML; the content decides what is accepted.
    take
        Called with each file, in the order chosen.
    multiple
        Whether several files can be chosen at once.
    max_bytes
        Largest file that the server lets through; whoever takes it checks it again.

    Returns
    -------
    DOMWidget
        It can be ``disabled``.
    """
    slot = open_slot(max_bytes)
    if slot is not None:
        return HttpUpload(words, accept, take, slot, multiple=multiple)
    # the browser appends the number of chosen files to the words, so the style sheet shows the tooltip instead
    made = w.FileUpload(
        description=words,
        tooltip=words,
        accept=accept,
        multiple=multiple,
        layout=plain_layout(),
        _dom_classes=("pb-button", "pb-upload"),
    )
    choices = 0

    def arrived(change: Any) -> None:
        nonlocal choices
        if not change["new"]:
            return
        choices += 1
        for item in change["new"]:
            take(SentFile(str(item["name"]), bytes(item["content"]), choices))
        made.value = ()  # frees the bytes, and lets the same file be chosen again

    made.observe(arrived, names="value")
    return made


def _entries(value: str) -> Iterator[tuple[int, str, str]]:
    """What a browser says has arrived; it may say anything."""
    try:
        listed = json.loads(value or "[]")
    except ValueError:
        return
    for entry in listed if isinstance(listed, list) else []:
        choice, token, name = entry if isinstance(entry, list) and len(entry) == 3 else (0, "", "")
        yield (choice if isinstance(choice, int) else 0), str(token), str(name)


__all__ = ["HttpUpload", "SentFile", "upload_button"]
