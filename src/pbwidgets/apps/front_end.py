"""Voilà's front end as one file.

Its entry, ``voila.js``, asks for more than 50 pieces, a request each, before it begins to work. A piece only puts what
it holds where the entry looks for it (``webpackChunk…``), so pieces that stand before the entry in one file are there
already when it looks, and it asks for none of them.
"""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Final

from voila.paths import STATIC_ROOT, collect_static_paths

_ENTRY: Final = "voila.js"
_PIECE: Final = re.compile(rb"\.e\((\d+)\)")


def static_folders() -> tuple[str, ...]:
    """Folders of Voilà's own files."""
    return (*map(str, collect_static_paths(["voila"], "base")), str(STATIC_ROOT))


def front_end_name() -> str:
    """Name of the file, another one for every content."""
    return f"voila-{hashlib.sha256(_text()).hexdigest()[:16]}.js"


def ensure_front_end(folder: Path) -> Path:
    """Path of the file in a folder; it is written if it is not there yet."""
    path = folder / front_end_name()
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = path.with_suffix(".tmp")
        temporary.write_bytes(_text())
        temporary.replace(path)
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
