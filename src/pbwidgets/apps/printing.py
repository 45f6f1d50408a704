"""Sends the paper of a form: as a page of its own, so that only the paper is printed, or as a Word document."""

import asyncio
import tempfile
from pathlib import Path
from typing import Final

from jupyter_server.auth.decorator import allow_unauthenticated

from pbwidgets.apps.files import FileHandler
from pbwidgets.errors import PbError
from pbwidgets.wording import spoken_language
from pbwidgets.workflows.ground.desk import Desk, choose_campaign
from pbwidgets.workflows.ground.files import ServedFile
from pbwidgets.workflows.people.accounts import find_actor

DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PAPER = r"/paper/([^/]+)/([^/]+)/(\d{1,9})/(\d{1,9})"
"""Address of a version: form, unit, occurrence, version (0 is the newest)."""


class PaperHandler(FileHandler):
    """``/paper/<form>/<unit>/<occurrence>/<version>``, for visitors who may see the unit; 404 for others.

    ``?word=1`` gives a Word document.
    """

    @allow_unauthenticated
    async def get(self, form_id: str, unit_code: str, occurrence: str, version: str) -> None:
        """Send the page."""
        account, word = self.account(), bool(self.get_query_argument("word", ""))
        asked = self.get_query_argument("campaign", None), self.get_query_argument("period", None)
        lang = spoken_language(self.get_query_argument("lang", ""))

        def make(folder: Path) -> str | ServedFile | None:
            from pbwidgets.workflows.exchange.documents.application import make_application
            from pbwidgets.workflows.filling.paper import print_view

            try:
                actor = find_actor(self.workspace, account)
                opened = choose_campaign(self.workspace, actor, *asked)
                key = opened.submission_key(form_id, unit_code, int(occurrence))
                desk = Desk(self.workspace, actor, opened, lang=lang)
                if not word:
                    return print_view(desk, key, int(version))
                made = make_application(desk, key, folder / "paper.docx", int(version))
                return ServedFile(made, DOCX, f"{unit_code}_{form_id}.docx")
            except PbError:
                return None

        with tempfile.TemporaryDirectory() as folder:
            page = await asyncio.to_thread(make, Path(folder))
            if not isinstance(page, str):
                await self.send(page)
                return
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "private, no-store")
        self.finish(page)
