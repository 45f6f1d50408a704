"""Units without an account, as a table to fill in for the import of accounts."""

import tempfile
from pathlib import Path

import ipywidgets as w

from pbwidgets.apps.pages.ground.downloads import download_link
from pbwidgets.apps.visit import Visit
from pbwidgets.forms import elements
from pbwidgets.wording import say
from pbwidgets.workflows.people.account_list import write_account_list


def account_list_button(visit: Visit) -> w.Widget:
    """Button that offers the units without an account as a table to fill in for the import of accounts."""
    found = elements.stack()

    def offer() -> None:
        with tempfile.TemporaryDirectory() as folder:
            name = say("accounts.list.title", visit.lang)
            path = write_account_list(visit.desk, Path(folder) / f"{name}.xlsx")
            found.children = (download_link(visit, visit.words("home.account_list_download"), path),)

    make = elements.button(visit.words("home.account_list"), visit.attempt(offer))
    return elements.stack(make, found)
