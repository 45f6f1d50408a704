"""Voilà's front end as one file.

Its entry script, ``voila.js``, requests more than 50 pieces one by one before it starts. A piece only registers its
modules where the entry script looks for them (``webpackChunk…``), so pieces placed before the entry script in one
file are already there, and it requests none of them.
"""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Final

from voila.paths import STATIC_ROOT, collect_static_paths

from pbwidgets.files import put_file

_ENTRY: Final = "voila.js"
_PIECE: Final = re.compile(rb"\.e\((\d+)\)")


def static_folders() -> tuple[str, ...]:
    """Folders of Voilà's own files."""
    return (*map(str, collect_static_paths(["voila"], "base")), str(STATIC_ROOT))


def front_end_name() -> str:
    """Name of the file, which changes with its content."""
    return f"voila-{hashlib.sha256(_text()).hexdigest()[:16]}.js"


def ensure_front_end(folder: Path) -> Path:
    """Path of the file in a folder; it is written if missing."""
    path = folder / front_end_name()
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        put_file(path, _text())
    return path


@cache
def _text() -> bytes:
    entry = _find(_ENTRY)
    if entry is None:
        raise FileNotFoundError(_ENTRY)
    text = entry.read_bytes()
    numbers = dict.fromkeys(number.decode() for number in _PIECE.findall(text))
    pieces = [entry.with_name(f"{number}.{_ENTRY}") for number in numbers]
    return b"\n".join([*(piece.read_bytes() for piece in pieces if piece.is_file()), text])


def _find(name: str) -> Path | None:
    return next((path for folder in static_folders() if (path := Path(folder) / name).is_file()), None)
