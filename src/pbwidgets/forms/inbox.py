"""Files on their way from a browser to the kernel of a page.

The server receives a file by HTTP and puts it into the inbox of the page's kernel, a folder that only this
page's owner can send to. The kernel opens a slot in it for each upload button, is told the token of what has
arrived, and takes it out. So no file passes through the websocket, and a token of another page opens nothing.
"""

import os
import re
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from pbwidgets.files import MAX_BYTES

INBOX: Final = "PBWIDGETS_INBOX"
"""Environment variable in which the server tells a kernel its inbox; not set elsewhere."""

_ID: Final = re.compile(r"[0-9a-f]{32}")
_LIMIT: Final = "limit"
_MOST_WAITING: Final = 8
MOST_BYTES: Final = 8 * MAX_BYTES
"""Bytes that may wait in an inbox."""
_OLD_S: Final = 86_400


@dataclass(frozen=True)
class Slot:
    """Where the files of one upload button arrive.

    Attributes
    ----------
    folder
        Its folder; the name is the id by which the browser knows it.
    max_bytes
        Largest file accepted.
    """

    folder: Path
    max_bytes: int

    def has_room(self, size_bytes: int) -> bool:
        """Whether one more file of this size may wait here, and in the whole inbox, however many slots it has."""
        waiting = sum(1 for _ in os.scandir(self.folder)) - 1
        return waiting < _MOST_WAITING and _waiting_bytes(self.folder.parent) + size_bytes <= MOST_BYTES

    def begin(self, size_bytes: int) -> "Arriving":
        """A file that begins to arrive; its whole size counts from now on.

        Raises
        ------
        OSError
            If there is no room for it.
        """
        token = secrets.token_hex(16)
        part = self.folder / f"{token}.{size_bytes}"
        return Arriving(token, part, part.open("xb"))

    def take(self, token: str) -> bytes:
        """Content of a file that has arrived, which is then gone from here.

        Raises
        ------
        OSError
            If no file with this token has arrived here.
        """
        if not _ID.fullmatch(token):
            raise FileNotFoundError(token)
        path = self.folder / token
        content = path.read_bytes()
        path.unlink()
        return content


@dataclass(frozen=True)
class Arriving:
    """A file that is arriving in a slot; either :meth:`complete` or :meth:`discard` ends it."""

    token: str
    part: Path
    out: BinaryIO

    def complete(self) -> str:
        """Token of the file, which is now complete.

        Raises
        ------
        OSError
            If it could not be written, or its page is gone.
        """
        self.out.close()
        self.part.rename(self.part.with_name(self.token))
        return self.token

    def discard(self) -> None:
        """Remove what has arrived, unless it is complete."""
        with suppress(OSError):  # closing writes what is left, for which there may be no room
            self.out.close()
        self.part.unlink(missing_ok=True)


def open_slot(max_bytes: int) -> Slot | None:
    """New slot in the inbox of this kernel; None where no server put us, as in JupyterLab."""
    inbox = os.environ.get(INBOX)
    if not inbox:
        return None
    folder = Path(inbox) / secrets.token_hex(16)
    folder.mkdir(parents=True, mode=0o700)
    (folder / _LIMIT).write_text(str(max_bytes), encoding="ascii")
    return Slot(folder, max_bytes)


def find_slot(inbox: Path, slot_id: str) -> Slot | None:
    """Slot that a kernel has opened, or None."""
    limit = inbox / slot_id / _LIMIT
    if not _ID.fullmatch(slot_id) or not limit.is_file():
        return None
    return Slot(limit.parent, int(limit.read_text(encoding="ascii")))


def _waiting_bytes(inbox: Path) -> int:
    """Size of what waits in an inbox or is arriving, which has its size in its name."""
    found = 0
    for path in inbox.glob("*/*"):
        with suppress(FileNotFoundError):  # the kernel takes it out just now
            if path.name != _LIMIT:
                found += int(path.suffix[1:] or path.stat().st_size)
    return found


def inbox_of(private: Path, kernel_id: str) -> Path:
    """Inbox of a kernel, below the folder that no server serves."""
    return private / "inboxes" / kernel_id


def clear_inbox(private: Path, kernel_id: str) -> None:
    """Remove the inbox of a kernel that has ended, and those that a killed server left behind."""
    shutil.rmtree(inbox_of(private, kernel_id), ignore_errors=True)
    for left in inbox_of(private, "").glob("*"):
        with suppress(OSError):  # another kernel may be clearing it
            if time.time() - left.stat().st_mtime > _OLD_S:
                shutil.rmtree(left, ignore_errors=True)


__all__ = ["INBOX", "MOST_BYTES", "Arriving", "Slot", "clear_inbox", "find_slot", "inbox_of", "open_slot"]
