"""Uploads: a file goes from the browser to a temporary file, piece by piece, and waits there for the page's kernel.

The server looks at nothing in it: kind, pictures and rights are the kernel's business, which takes the file as the
visitor. Here it is only checked that the visitor is signed in and owns the page, and that the page asked for a
file no larger than this.
"""

from typing import Any, Final

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado import web

from pbwidgets.apps.identity import must_change
from pbwidgets.apps.who import Guarded
from pbwidgets.files import NO_SPACE
from pbwidgets.forms.inbox import Arriving, find_slot, inbox_of
from pbwidgets.workflows.ground.workspace import Workspace

LONGEST_S: Final = 1800.0
"""Seconds that one file may take; a phone on a weak signal sends a photo of 25 MB in some minutes."""


@web.stream_request_body
class UploadHandler(Guarded):
    """``POST /upload/<kernel>/<slot>`` with the bytes of one file; the answer has its token.

    ==== ==============================================================
    403  nobody is signed in, or the XSRF token is missing
    404  the page is gone, or somebody else's, or asked for no file here
    411  the size is not given
    413  larger than the page accepts
    429  too many files wait to be taken, or too large ones
    507  the disk is full
    ==== ==============================================================
    """

    _arriving: Arriving | None = None
    _failed: OSError | None = None

    @allow_unauthenticated
    async def prepare(self) -> None:  # type: ignore[override]
        """Check who sends what, before any of it is read."""
        await super().prepare()
        if self.request.method != "POST":
            raise web.HTTPError(405)
        if self.current_user is None or must_change(self):
            raise web.HTTPError(403)
        self.check_owner(self.path_kwargs["kernel_id"])
        workspace: Workspace = self.settings["pbwidgets_workspace"]
        inbox = inbox_of(workspace.settings.private, self.path_kwargs["kernel_id"])
        slot = find_slot(inbox, self.path_kwargs["slot_id"])
        if slot is None:
            raise web.HTTPError(404)
        size = self.request.headers.get("Content-Length", "")
        if not size.isdecimal():
            raise web.HTTPError(411)
        if int(size) > slot.max_bytes:
            raise web.HTTPError(413)
        if not slot.has_room(int(size)):
            raise web.HTTPError(429)
        connection: Any = self.request.connection
        connection.set_max_body_size(slot.max_bytes)
        connection.set_body_timeout(LONGEST_S)
        try:
            self._arriving = slot.begin(int(size))
        except OSError as error:
            raise _refusal(error) from error

    def data_received(self, chunk: bytes) -> None:
        """Write a piece of the file."""
        if self._arriving is None or self._failed is not None:
            return
        try:
            self._arriving.out.write(chunk)
        except OSError as error:  # the rest must still be read, or the browser would not read the answer
            self._failed = error
            self._arriving.discard()

    @allow_unauthenticated
    async def post(self, kernel_id: str, slot_id: str) -> None:  # noqa: ARG002  checked in prepare
        """Answer with the token of the file, which is now complete."""
        assert self._arriving is not None
        if self._failed is not None:
            raise _refusal(self._failed)
        try:
            token = self._arriving.complete()
        except OSError as error:
            self._arriving.discard()
            raise _refusal(error) from error
        self.finish({"token": token})

    def on_connection_close(self) -> None:
        """Remove what has arrived of a file that was cut off."""
        super().on_connection_close()
        if self._arriving is not None:
            self._arriving.discard()


def _refusal(error: OSError) -> web.HTTPError:
    if error.errno in NO_SPACE:
        return web.HTTPError(507)
    return web.HTTPError(404 if isinstance(error, FileNotFoundError) else 500)
