"""Files that are there whole or not at all."""

import os
from pathlib import Path
from uuid import uuid4


def put_file(path: Path, content: bytes) -> None:
    """Write a file beside its place, flush it to the disk, and move it there.

    Readers see the old file or the new one, also when several processes write it.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left behind.
    """
    beside = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        with beside.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
