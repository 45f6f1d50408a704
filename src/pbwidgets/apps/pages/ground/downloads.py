"""A file made by a page, as a download link: its content is embedded in the page, not stored."""

import base64
from html import escape
from pathlib import Path
from typing import Final

import ipywidgets as w

from pbwidgets.apps.visit import Visit
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
    kind = KINDS[path.suffix]
    data = base64.b64encode(check_leaving(visit.workspace, path).read_bytes()).decode()
    name = escape(path.name, quote=True)
    return elements.markup(
        f'<p><a class="pb-download" download="{name}" href="data:{kind};base64,{data}">{escape(words)}</a></p>'
    )
