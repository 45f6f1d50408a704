"""One run at a time for each report folder.

The operating system holds the lock and releases it when the process ends, however it ends, so there are no
stale locks. The file stays; its text tells a second run who holds it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from pbwidgets.errors import ConflictError, DataError
from pbwidgets.files import take_lock

LOCK: Final = ".lock"


@contextmanager
def hold_lock(folder: Path) -> Iterator[None]:
    """Hold the folder's lock for the duration of a ``with`` block.

    Raises
    ------
    ConflictError
        If another run holds it (``batch.already_running``).
    DataError
        ``batch.folder_not_written``.
    """
    with _open_lock(folder) as file:
        if not take_lock(file):
            raise ConflictError("batch.already_running", folder=folder.name, who=_holder(file))
        file.truncate(0)
        file.write(f"{os.getpid()} {datetime.now(UTC).astimezone().isoformat(timespec='seconds')}")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _open_lock(folder: Path) -> IO[str]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / LOCK).open("a+", encoding="utf-8")
    except OSError as error:  # for example: a file has the name of one of the folders
        raise DataError("batch.folder_not_written", cause=error.strerror or str(error)) from error


def _holder(file: IO[str]) -> str:
    try:
        file.seek(0)
        return file.read().strip() or "?"
    except OSError:  # Windows does not let others read a locked region
        return "?"
