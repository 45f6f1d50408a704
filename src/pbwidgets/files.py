"""Files that are there whole or not at all, locks on files, and who may read them."""

import contextlib
import errno
import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final
from uuid import uuid4

MAX_BYTES: Final = 30 * 1024 * 1024
"""Largest file accepted from anybody; a phone photo can have up to 25 MB."""
NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""Numbers of the errors of a full disk, and of an account that may write no more."""


def put_file(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write a file beside its place, flush it to the disk, and move it there.

    Readers see the old file or the new one, also when several processes write it. A private one is readable by
    its owner only.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left behind.
    """
    beside = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        with open_new(beside, private=private) as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def open_new(path: Path, *, private: bool = False) -> IO[bytes]:
    """A new file, open for reading and writing; a private one is readable by its owner only, from the beginning.

    Raises
    ------
    FileExistsError
        If there is one of that name.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600 if private else 0o666), "w+b")


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits; empty if it is not there."""
    try:
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def close_to_others(path: Path) -> None:
    """Let only its owner read a file or a folder, if it is there and ours."""
    with contextlib.suppress(FileNotFoundError, PermissionError):
        mode = path.stat().st_mode & 0o777
        if mode & 0o077:
            path.chmod(mode & 0o700)


@contextmanager
def hold_file(path: Path, *, wait: bool) -> Iterator[bool]:
    """Hold a lock on a file, which is made if need be, while the block lasts; yields whether it is held.

    The operating system holds the lock and releases it when the process ends, however it ends.

    Parameters
    ----------
    wait
        Whether to wait while somebody else holds it; if not, the block runs without it.
    """
    with path.open("a+b") as file:
        yield take_lock(file, wait=wait)


if sys.platform == "win32":
    import msvcrt

    def take_lock(file: IO[bytes] | IO[str], *, wait: bool = False) -> bool:
        """Whether an open file is now locked, until it is closed."""
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def take_lock(file: IO[bytes] | IO[str], *, wait: bool = False) -> bool:
        """Whether an open file is now locked, until it is closed."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
