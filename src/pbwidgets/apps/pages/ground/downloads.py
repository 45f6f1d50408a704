"""A file made by a page, as a download link: its content is embedded in the page, not stored."""

import base64
import tempfile
from html import escape
from pathlib import Path
from typing import Final

import ipywidgets as w

from pbwidgets.apps.visit import Visit
from pbwidgets.forms import elements
from pbwidgets.wording import say
from pbwidgets.workflows.people.account_list import write_account_list

KINDS: Final = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def account_list_button(visit: Visit) -> w.Widget:
    """Button that offers the units without an account as a table to fill in for the import of accounts."""
    found = elements.stack()

    def offer() -> None:
        with tempfile.TemporaryDirectory() as folder:
            name = say("accounts.list.title", visit.lang)
            path = write_account_list(visit.desk, Path(folder) / f"{name}.xlsx")
            found.children = (download_link(visit.words("home.account_list_download"), path),)

    make = elements.button(visit.words("home.account_list"), visit.attempt(offer))
    return elements.stack(make, found)


def download_link(words: str, path: Path) -> w.HTML:
    """Link that saves a file under its own name; the file on disk may be removed afterwards."""
    kind = KINDS[path.suffix]
    data = base64.b64encode(path.read_bytes()).decode()
    name = escape(path.name, quote=True)
    return elements.markup(
        f'<p><a class="pb-download" download="{name}" href="data:{kind};base64,{data}">{escape(words)}</a></p>'
    )
