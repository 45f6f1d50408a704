"""Report folders that are either the old one or the new one, never half of one.

A job writes into a *work folder*, a hidden sibling ``.<unit code>.tmp-<token>``, which then replaces
the report folder by renaming. The old folder is moved aside to ``.<unit code>.old-<token>`` for
the instant between two renames; if the machine stops right then, :func:`tidy_up` restores it.

After a failure the report folder holds the unfinished ``report.ipynb`` and ``error.txt``. The last good
report goes to ``previous/`` inside, so that nobody mistakes it for today's and nothing is lost.
"""

import os
import re
import shutil
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

NOTEBOOK: Final = "report.ipynb"
PAGE: Final = "report.html"
ERROR: Final = "error.txt"
PREVIOUS: Final = "previous"

_LEFT_BEHIND = re.compile(r"^\.(?P<name>.+)\.(?P<kind>tmp|old)-[0-9a-f]{12}$")


def new_work_folder(folder: Path) -> Path:
    """Make an empty sibling of a report folder to work in."""
    work = _sibling(folder, "tmp")
    work.mkdir(parents=True)
    return work


def put_in_place(work: Path, folder: Path) -> None:
    """Make a work folder the report folder; the old one is removed."""
    aside = _swap(work, folder)
    if aside:
        shutil.rmtree(aside, ignore_errors=True)


def put_failed_in_place(work: Path, folder: Path, error: str) -> None:
    """Make the unfinished notebook and its error the report folder; the last good report moves inside."""
    for path in work.iterdir():
        if path.name != NOTEBOOK:
            _remove(path)
    (work / ERROR).write_text(error, encoding="utf-8")
    aside = _swap(work, folder)
    if aside:
        _keep_previous(aside, folder)


def missing_files(folder: Path, patterns: Iterable[str], together: Sequence[str] = ()) -> list[str]:
    """Patterns that no file of the folder matches; an empty file does not count.

    Those in ``together`` are missing only if another of them is there.
    """
    group = _unmatched(folder, together)
    return [*_unmatched(folder, patterns), *(group if len(group) < len(together) else ())]


def _unmatched(folder: Path, patterns: Iterable[str]) -> list[str]:
    return [
        pattern
        for pattern in patterns
        if not any(path.is_file() and path.stat().st_size for path in folder.glob(pattern))
    ]


def tidy_up(parent: Path) -> None:
    """Restore or remove what an interrupted run left in the folder of a report.

    Only for the holder of that folder's lock: the work folders of a run in progress look the same.
    """
    for path in sorted(parent.glob(".*")):
        found = _LEFT_BEHIND.match(path.name)
        if not found:
            continue
        folder = parent / found["name"]
        if found["kind"] == "tmp":
            _remove(path)
        elif not folder.exists():
            path.rename(folder)
        elif (folder / ERROR).exists():
            _keep_previous(path, folder)
        else:
            _remove(path)


def _swap(work: Path, folder: Path) -> Path | None:
    aside = None
    if folder.exists():
        aside = _sibling(folder, "old")
        folder.rename(aside)
    work.rename(folder)
    return aside


def _keep_previous(aside: Path, folder: Path) -> None:
    # a failed report itself holds the last good one; its own unfinished notebook is no longer needed
    good = aside / PREVIOUS if (aside / ERROR).exists() else aside
    if good.exists() and not (folder / PREVIOUS).exists():
        good.rename(folder / PREVIOUS)
    _remove(aside)


def _sibling(folder: Path, kind: str) -> Path:
    return folder.with_name(f".{folder.name}.{kind}-{uuid.uuid4().hex[:12]}")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    elif os.path.lexists(path):
        path.unlink()
