"""Sends the print view of a form as a separate page, so that only the paper is printed."""

import asyncio

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado import web

from pbwidgets.apps.files import FileHandler
from pbwidgets.errors import PbError
from pbwidgets.store import SubmissionKey
from pbwidgets.wording import spoken_language
from pbwidgets.workflows.ground.desk import Desk, choose_campaign
from pbwidgets.workflows.people.accounts import find_actor

PAPER = r"/paper/([^/]+)/([^/]+)/(\d{1,9})/(\d{1,9})"
"""Address of a version: form, unit, occurrence, version (0 is the newest)."""


class PaperHandler(FileHandler):
    """``/paper/<form>/<unit>/<occurrence>/<version>``, for visitors who may see the unit; 404 for others."""

    @allow_unauthenticated
    async def get(self, form_id: str, unit_code: str, occurrence: str, version: str) -> None:
        """Send the page."""
        account = self.account()
        asked = self.get_query_argument("campaign", None), self.get_query_argument("period", None)
        lang = spoken_language(self.get_query_argument("lang", ""))

        def make() -> str | None:
            from pbwidgets.workflows.filling.paper import print_view

            try:
                actor = find_actor(self.workspace, account)
                opened = choose_campaign(self.workspace, actor, *asked)
                key = SubmissionKey(opened.campaign.id, opened.period_id, form_id, unit_code, int(occurrence))
                return print_view(Desk(self.workspace, actor, opened, lang=lang), key, int(version))
            except PbError:
                return None

        page = await asyncio.to_thread(make)
        if page is None:
            raise web.HTTPError(404)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "private, no-store")
        self.finish(page)
