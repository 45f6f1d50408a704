"""Opening a page: the frame at once, while the kernel starts, and the widgets as soon as they are ready."""

import asyncio
import contextlib
import copy
import logging
import time
import uuid
from functools import lru_cache
from pathlib import Path
from queue import Empty
from typing import Any, Final

import nbformat
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import allow_unauthenticated
from nbclient.exceptions import CellExecutionError, DeadKernelError
from tornado import web
from tornado.iostream import StreamClosedError
from voila.execute import VoilaExecutor

from pbwidgets.apps.doors import code_key
from pbwidgets.apps.frame import Frame, load_frame, page_end, page_start, plain_page
from pbwidgets.apps.identity import must_change
from pbwidgets.apps.page_list import ANONYMOUS, PAGES
from pbwidgets.apps.survey_code import ANSWER, code_page, right_code
from pbwidgets.apps.visit import ANONYMOUS_ACCOUNT
from pbwidgets.apps.visitors import NoRoomError, Owner
from pbwidgets.apps.who import Guarded, account_key, plain_place, visitor_key
from pbwidgets.wording import spoken_language
from pbwidgets.workflows.ground.workspace import Workspace

PARAMETERS: Final = "parameters"
_WIDGET: Final = "application/vnd.jupyter.widget-view+json"
_STARTS_S: Final = 60.0
_log = logging.getLogger("pbwidgets.apps")


class HomeHandler(Guarded):
    """The bare address."""

    @allow_unauthenticated
    def get(self) -> None:
        """Redirect to the home page."""
        self.redirect("/home")


class NothingHandler(Guarded):
    """Every address that does not exist."""

    @allow_unauthenticated
    async def prepare(self) -> None:  # type: ignore[override]
        """Answer 404, the same for everybody."""
        raise web.HTTPError(404)

    def write_error(self, status_code: int, **kwargs: Any) -> None:  # noqa: ARG002  tornado's signature
        """Send a plain page."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(
            plain_page(
                "missing" if status_code == 404 else "broken",
                spoken_language(plain_place(self).get("lang", "")),
            )
        )


class PageHandler(Guarded):
    """A page: the notebook with its name, run for one visitor."""

    @allow_unauthenticated
    async def get(self, name: str) -> None:
        """Send the frame of the page, then the notebook's output."""
        place = plain_place(self)
        found = await self._find_visitor(name, place)
        if found is None:
            return None
        account, self._owner, told = found
        workspace: Workspace = self.settings["pbwidgets_workspace"]
        notebook = _load(workspace.settings.notebooks / "apps" / f"{name}.ipynb")
        shown = place | {key: told[key] for key in ("campaign", "period") if key in told}
        frame = await load_frame(workspace, account, name, shown, self.xsrf_token)
        if not frame.is_allowed:
            return self._plain(403, "not_allowed", frame)
        if not self.doors.may_arrive(self._owner.code):
            return self._plain(429, "too_fast", frame)
        kernel_id = str(uuid.uuid4())
        try:
            await self.kernels.admit(self._owner, kernel_id)
        except NoRoomError as error:
            self.set_header("Retry-After", "10")
            return self._plain(503 if error.why == "full" else 429, error.why, frame)
        name_visitor(notebook, account, {**place, **told})
        return await self._show(notebook, kernel_id, frame)

    async def _find_visitor(
        self, name: str, place: dict[str, str]
    ) -> tuple[str, Owner, dict[str, str]] | None:
        """Account that opens the page, its owner, and what only the page is told.

        None if an answer has already been sent. The survey needs no account but a right code, which is asked for
        on a page without a kernel; a code in the address only fills the field there.
        """
        user = self.current_user
        if name == ANONYMOUS and (user is None or "code" in place or ANSWER in place):
            visitor = visitor_key(self)
            told = {} if "code" in place else await right_code(self, visitor)
            if not told:
                self.redirect(code_page(place))
                return None
            return ANONYMOUS_ACCOUNT, Owner(visitor, "", name, code_key(told["code"])), told
        if user is None:
            web.authenticated(lambda _: None)(self)
            return None
        if must_change(self):
            self.redirect("/password")
            return None
        return str(user.username), Owner(account_key(self), session_of(self), name), {}

    def _plain(self, status: int, what: str, frame: Frame) -> None:
        self.set_status(status)
        self.finish(plain_page(what, frame.lang))

    async def _show(self, notebook: nbformat.NotebookNode, kernel_id: str, frame: Frame) -> None:
        starting = asyncio.create_task(self.kernels.start_for(self._owner, kernel_id))
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        try:
            self.write(page_start(frame, kernel_id))
            await self.flush()
            outputs = await self._run(notebook, await starting)
            self.finish(page_end(frame, outputs))
        except StreamClosedError:  # the visitor left before the page was ready
            with contextlib.suppress(DeadKernelError):
                await starting
            await self.kernels.end(kernel_id)
        except DeadKernelError:  # its place was given to a newer page of this visitor
            self.finish(page_end(frame, None))
        self.kernels.expect(kernel_id)

    async def _run(self, notebook: nbformat.NotebookNode, kernel_id: str) -> list[dict[str, Any]] | None:
        """Widgets that the notebook shows; None if it failed."""
        executor = VoilaExecutor(notebook, km=self.kernels.get_kernel(kernel_id), show_tracebacks=False)
        executor.kc = executor.km.client()
        executor.kc.start_channels()
        executor.kc.allow_stdin = False
        try:
            await self._wait_until_connected(kernel_id, executor.kc)
            shown = []
            for number, cell in enumerate(notebook.cells):
                if cell.cell_type == "code":
                    await executor.async_execute_cell(cell, number, store_history=False)
                    shown += [output["data"] for output in cell.outputs if _WIDGET in output.get("data", {})]
            return shown
        except (CellExecutionError, DeadKernelError, TimeoutError):
            _log.exception("the notebook of page %s failed", self._owner.page)
            await self.kernels.end(kernel_id)
            return None
        finally:
            await ensure_async(executor.kc.stop_channels())

    async def _wait_until_connected(self, kernel_id: str, client: AsyncKernelClient) -> None:
        """Wait until the kernel's messages arrive: send requests until an answer comes back.

        Replaces jupyter_client's ``wait_for_ready``, which asks five times a second and then waits for 0.2 s of
        silence; messages that answer no cell are skipped anyway.
        """
        began = time.monotonic()
        while time.monotonic() - began < _STARTS_S:
            client.kernel_info()
            with contextlib.suppress(Empty):
                await client.get_iopub_msg(timeout=0.02)
                return
            if not await self.kernels.is_running(kernel_id):
                break
        raise DeadKernelError("the kernel does not answer")

    def write_error(self, status_code: int, **kwargs: Any) -> None:  # noqa: ARG002  tornado's signature
        """Send a plain page without details of the error."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(
            plain_page(
                "missing" if status_code == 404 else "broken",
                spoken_language(plain_place(self).get("lang", "")),
            )
        )


def name_visitor(notebook: nbformat.NotebookNode, account: str, place: dict[str, str]) -> None:
    """Write the visitor and the address's parameters into a notebook, in a cell after the parameters cell.

    This runs before the kernel starts, so nothing in the browser can change who the visitor is.
    """
    plain = {str(name): str(value) for name, value in place.items()}
    told = nbformat.v4.new_code_cell(f"account = {str(account)!r}\nplace = {plain!r}")
    tagged = [n for n, cell in enumerate(notebook.cells) if PARAMETERS in cell.metadata.get("tags", [])]
    if not tagged:
        raise web.HTTPError(500, "a page's notebook needs a cell tagged 'parameters'")
    notebook.cells.insert(tagged[0] + 1, told)


def session_of(handler: Guarded) -> str:
    """Hash of the visitor's session; empty if a proxy signs people in."""
    found = getattr(handler.identity_provider, "session_of", None)
    return str(found(handler) or "") if found else ""


def _load(path: Path) -> nbformat.NotebookNode:
    if not path.is_file():
        raise web.HTTPError(404)
    return copy.deepcopy(_read(path, path.stat().st_mtime_ns))


@lru_cache(maxsize=32)
def _read(path: Path, changed: int) -> nbformat.NotebookNode:  # noqa: ARG001  part of the key
    notebook: nbformat.NotebookNode = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    return notebook


__all__ = ["PAGES", "HomeHandler", "NothingHandler", "PageHandler", "name_visitor", "session_of"]
