"""The last look at files before they leave: none may hold a value that identifies somebody.

What people have written is scrubbed where it is read from the store, so nothing should ever be found here. If it is,
the file stays, and the message names the file, never the value.
"""

import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

from pbwidgets.errors import DataError
from pbwidgets.files import close_to_others
from pbwidgets.intake.identifying import Scrubber
from pbwidgets.workflows.ground.workspace import Workspace


@dataclass(frozen=True)
class Guard:
    """Guard of what a workspace writes, with the values of one moment; made by :func:`guard_of`."""

    scrubber: Scrubber
    private: Path

    def hold_back(self, folder: Path) -> str | None:
        """Name of the file of a folder in which a value stands; all files of the folder are then in the private one."""
        from pbwidgets.exports.search import find_file

        found = find_file(folder, self.scrubber)
        if found is not None:
            held = self.private / "held_back" / f"{folder.name.strip('.')}-{uuid.uuid4().hex[:12]}"
            held.mkdir(parents=True)
            close_to_others(held)
            for path in folder.iterdir():
                shutil.move(path, held / path.name)
        return found

    def hide(self, text: str) -> str:
        """A text with ``〔略〕`` in place of the values."""
        return self.scrubber.scrub(text)


def guard_of(workspace: Workspace) -> Guard | None:
    """Guard with the values of this moment; None if there are none."""
    scrubber = _values(workspace)
    return None if scrubber is None else Guard(scrubber, workspace.settings.private)


def check_leaving(workspace: Workspace, path: Path) -> Path:
    """The file, if it may leave; it is removed if not.

    Raises
    ------
    DataError
        ``exports.identifying_found``.
    """
    from pbwidgets.exports.search import find_file

    scrubber = _values(workspace)
    if scrubber is not None and (found := find_file(path, scrubber)) is not None:
        path.unlink()
        raise DataError("exports.identifying_found", file=found)
    return path


def _values(workspace: Workspace) -> Scrubber | None:
    with workspace.store.read() as reader:
        return None if reader.scrub is None else reader.scrub.scrubber
