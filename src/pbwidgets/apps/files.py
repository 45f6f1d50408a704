"""Uploaded files and finished reports, each checked against the visitor's rights.

A file that the visitor may not see and a file that does not exist give the same 404.
"""

import asyncio
import io
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado import web
from tornado.iostream import StreamClosedError

from pbwidgets.apps.identity import must_change
from pbwidgets.apps.who import Guarded
from pbwidgets.errors import PbError
from pbwidgets.files import put_file
from pbwidgets.wording import spoken_language
from pbwidgets.workflows.filling.evidence import find_evidence_file
from pbwidgets.workflows.ground.desk import Desk, choose_campaign
from pbwidgets.workflows.ground.files import HELD_BACK, ServedFile
from pbwidgets.workflows.ground.workspace import Workspace
from pbwidgets.workflows.people.accounts import find_actor
from pbwidgets.workflows.reports.results import find_result_file

EVIDENCE: Final = r"/evidence/([^/]+)/([^/]+)/(\d{1,9})/([0-9a-f]{64})"
"""Address of a file: form, unit, occurrence, hash."""

_INLINE: Final = ("image/jpeg", "image/png", "application/pdf")
_THUMB_PIXELS: Final = 320
_CHUNK: Final = 2**20
_ALONE: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""Security policy of a file: nothing in it may run or load."""


class FileHandler(Guarded):
    """Sends one file of the workspace."""

    @property
    def content_security_policy(self) -> str:
        """Policy: nothing in a file may run."""
        return _ALONE

    @property
    def workspace(self) -> Workspace:
        """The workspace of the server."""
        return self.settings["pbwidgets_workspace"]  # type: ignore[no-any-return]

    def account(self) -> str:
        """Account of the visitor; anyone not signed in gets 404."""
        if self.current_user is None or must_change(self):
            raise web.HTTPError(404)
        return str(self.current_user.username)

    async def send(self, file: ServedFile | None) -> None:
        """Send a file, or 404."""
        if file is None or not file.path.is_file():
            raise web.HTTPError(404)
        way = "inline" if file.kind in _INLINE else "attachment"
        self.set_header("Content-Type", file.kind)
        self.set_header("Content-Disposition", f"{way}; filename*=UTF-8''{quote(file.filename)}")
        self.set_header("Content-Length", str(file.path.stat().st_size))
        self.set_header("Cache-Control", "private, no-cache")
        with file.path.open("rb") as content, suppress(StreamClosedError):  # a browser that has gone on
            while chunk := await asyncio.to_thread(content.read, _CHUNK):
                self.write(chunk)
                await self.flush()


class EvidenceHandler(FileHandler):
    """``/evidence/<form>/<unit>/<occurrence>/<sha256>``; ``?thumb=1`` gives a thumbnail."""

    @allow_unauthenticated
    async def get(self, form_id: str, unit_code: str, occurrence: str, sha256: str) -> None:
        """Send the file if it belongs to the submission and may be seen."""
        account = self.account()
        asked = self.get_query_argument("campaign", None), self.get_query_argument("period", None)

        def find() -> ServedFile | None:
            try:
                actor = find_actor(self.workspace, account)
                opened = choose_campaign(self.workspace, actor, *asked)
                key = opened.submission_key(form_id, unit_code, int(occurrence))
                return find_evidence_file(Desk(self.workspace, actor, opened), key, sha256)
            except PbError:
                return None

        file = await asyncio.to_thread(find)
        if file is not None and self.get_query_argument("thumb", "") and file.kind.startswith("image/"):
            folder = self.workspace.settings.private / "thumbs"
            file = await asyncio.to_thread(_thumb, file, folder)
        await self.send(file)


class ResultHandler(FileHandler):
    """``/results/<campaign>/<period>/<report>/<unit>/<path>``: a file made by a report."""

    @allow_unauthenticated
    async def get(self, campaign_id: str, period_id: str, report_id: str, unit_code: str, inner: str) -> None:
        """Send the file if the unit is one that the visitor may see."""
        account, lang = self.account(), spoken_language(self.get_query_argument("lang", ""))

        def find() -> ServedFile | str | None:
            try:
                opened = self.workspace.opened(campaign_id, period_id)
                desk = Desk(self.workspace, find_actor(self.workspace, account), opened, lang)
                return find_result_file(desk, report_id, unit_code, inner)
            except PbError as error:
                return error.words(lang) if error.code == HELD_BACK else None

        found = await asyncio.to_thread(find)
        if isinstance(found, str):
            self.set_status(409)
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(found)
        else:
            await self.send(found)


def _thumb(file: ServedFile, folder: Path) -> ServedFile:
    """Thumbnail of a photo, made once and kept beside the store."""
    from PIL import Image

    path = folder / f"{file.path.name}.jpg"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with Image.open(file.path) as photo:
            photo.draft("RGB", (_THUMB_PIXELS * 2, _THUMB_PIXELS * 2))
            small = photo.convert("RGB")
        small.thumbnail((_THUMB_PIXELS, _THUMB_PIXELS))
        out = io.BytesIO()
        small.save(out, "JPEG", quality=80)
        put_file(path, out.getvalue())
    return ServedFile(path, "image/jpeg", f"{file.path.name}.jpg")
