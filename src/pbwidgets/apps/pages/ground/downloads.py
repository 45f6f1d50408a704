"""A file made by a page, as a download link: its content is embedded in the page, not stored."""

import base64
import tempfile
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Final

import ipywidgets as w

from pbwidgets.apps.visit import Visit
from pbwidgets.exports.slips import Slip, save_slips
from pbwidgets.forms import elements
from pbwidgets.workflows.ground.files import check_leaving

KINDS: Final = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def download_link(visit: Visit, words: str, path: Path) -> w.HTML:
    """Link that saves a file under its own name; the file on disk may be removed afterwards.

    Raises
    ------
    DataError
        ``exports.identifying_found`` if a value that identifies somebody stands in it.
    """
    return _link(words, check_leaving(visit.workspace, path))


def made_link(words: str, path: Path) -> w.HTML:
    """As :func:`download_link`, for a file whose workflow has decided that this visitor may have it."""
    return _link(words, path)


def slips_link(words: str, slips: Iterable[Slip], name: str) -> w.HTML:
    """Link that saves slips as a Word document; they cannot be made again, so nothing may hold them back.

    They say nothing that somebody has typed: names of units, accounts and forms, which are common words.
    """
    with tempfile.TemporaryDirectory() as folder:
        return _link(words, save_slips(slips, Path(folder) / f"{name}.docx"))


def _link(words: str, path: Path) -> w.HTML:
    kind = KINDS[path.suffix]
    data = base64.b64encode(path.read_bytes()).decode()
    name = escape(path.name, quote=True)
    return elements.markup(
        f'<p><a class="pb-download" download="{name}" href="data:{kind};base64,{data}">{escape(words)}</a></p>'
    )
