"""A file made by a page, as a download link: its content is embedded in the page, not stored."""

import base64
from html import escape
from pathlib import Path
from typing import Final

import ipywidgets as w

from pbwidgets.forms import elements

KINDS: Final = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def download_link(words: str, path: Path) -> w.HTML:
    """Link that saves a file under its own name; the file on disk may be removed afterwards."""
    kind = KINDS[path.suffix]
    data = base64.b64encode(path.read_bytes()).decode()
    name = escape(path.name, quote=True)
    return elements.markup(
        f'<p><a class="pb-download" download="{name}" href="data:{kind};base64,{data}">{escape(words)}</a></p>'
    )
