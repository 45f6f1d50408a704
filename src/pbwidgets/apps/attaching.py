"""Traffic between a page and its kernel, for its owner only: messages, heartbeat, shutdown."""

import asyncio
import json
import logging
import re
from typing import Any, Final

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado import web
from tornado.iostream import StreamBufferFullError
from tornado.websocket import WebSocketClosedError, WebSocketHandler
from voila.tornado.kernel_websocket_handler import (
    VoilaKernelWebsocketHandler,
    read_header_from_binary_message,
)

from pbwidgets.apps.budgets import PageBudget
from pbwidgets.apps.messages import CHANNEL, CLOSE_POLICY, FrameError, read_message
from pbwidgets.apps.who import Guarded, account_key, visitor_key

MAX_MESSAGE_BYTES: Final = 2 * 2**20
"""Maximum size of a message from a page; files are not sent as messages."""

MAX_WAITING_BYTES: Final = 16 * 2**20
"""Maximum size of what waits to be sent to a page that does not take it."""

_SESSION_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_log = logging.getLogger("pbwidgets.apps")

_NOT_FOR_PAGES: Final = frozenset({"execute_input", "execute_result", "stream", "error"})
"""Kinds of messages that stay on the server: they may hold source, tracebacks or answers."""


class KernelHandler(Guarded):
    """Tells the front end, before it connects, whether its kernel exists."""

    @allow_unauthenticated
    async def get(self, kernel_id: str) -> None:
        """Model of the kernel."""
        self.check_owner(kernel_id)
        model = self.kernels.kernel_model(kernel_id)  # type: ignore[no-untyped-call]
        self.finish(json.dumps(model, default=str))


class ShutdownHandler(Guarded):
    """Ends the kernel of a page that is closed."""

    @allow_unauthenticated
    async def post(self, kernel_id: str) -> None:
        """End the kernel; a missing kernel and somebody else's get the same answer."""
        self.check_owner(kernel_id)
        await self.kernels.end(kernel_id)
        self.set_status(204)


class PageConnection(ZMQChannelsWebsocketConnection):
    """Takes messages of a page to its kernel, if they are such as our pages send, and the answers back.

    Attributes
    ----------
    budget
        Of the page, shared by all its connections.
    """

    budget: PageBudget

    def handle_incoming_message(self, incoming_msg: bytes | str) -> None:
        """Send a message on to the kernel.

        Raises
        ------
        FrameError
            If our pages send nothing like it.
        """
        parts = read_message(incoming_msg, self.subprotocol, self.budget.admit)
        if self.channels:  # else the connection has been closed
            self.session.send_raw(self.channels[CHANNEL], parts)

    def handle_outgoing_message(self, stream: Any, outgoing_msg: list[Any]) -> None:
        """Send a message on to the page; a kernel that sends more than any page shows is ended."""
        if self.budget.may_answer(sum(map(len, outgoing_msg))):
            super().handle_outgoing_message(stream, outgoing_msg)
        else:
            self.websocket_handler.end_page()  # type: ignore[attr-defined]


class ChannelsHandler(VoilaKernelWebsocketHandler, Guarded):
    """The messages between a page and its kernel.

    What comes too fast waits, and meanwhile nothing more is read from that connection: nobody who types or
    pastes loses anything. What no page sends closes the connection.
    """

    is_refused = False

    @allow_unauthenticated
    async def get(self, kernel_id: str) -> None:
        """Connect, if the kernel belongs to the visitor, who has not too many connections yet."""
        self.check_owner(kernel_id)
        session_id = self.get_query_argument("session_id", "")
        if not _SESSION_ID.fullmatch(session_id):  # it names the sockets of the kernel
            raise web.HTTPError(400)
        await self._connect(kernel_id, session_id)

    async def _connect(self, kernel_id: str, session_id: str) -> None:
        owner = self.kernels.owners[kernel_id]
        self._seen_from = self.address
        anonymous = self.counted_address if owner.is_anonymous else ""
        most = self.doors.socket_limits(kernel_id, owner.key, owner.session, anonymous)
        if not self.doors.may_arrive(owner.code) or not self.doors.sockets.enter(most):
            raise web.HTTPError(429)
        self.kernel_id = kernel_id
        self._counted = owner.counted
        try:
            self.connection = PageConnection(
                parent=self.kernels.get_kernel(kernel_id), websocket_handler=self, config=self.config
            )
            self.connection.budget = self.kernels.budgets[kernel_id]
            self.connection.session.session = session_id
            await self.connection.prepare()  # type: ignore[no-untyped-call]
            await WebSocketHandler.get(self, kernel_id=kernel_id)  # returns when the connection is closed
        finally:
            self.doors.sockets.leave(most)

    @property
    def ping_interval(self) -> float:
        """Milliseconds between Jupyter's pings; tornado, which asks first and would take seconds, sends none."""
        return float(super().ping_interval) if self.ws_connection else 0.0

    def get_compression_options(self) -> None:
        """No compression: a small frame must not become a big message."""

    async def open(self, kernel_id: str) -> None:
        """Begin to pass messages on."""
        assert self.ws_connection is not None
        self.ws_connection.stream.max_write_buffer_size = MAX_WAITING_BYTES
        await super().open(kernel_id)

    async def on_message(self, message: bytes | str) -> None:
        """Pass a message on to the kernel, or close the connection."""
        sent_bytes = self.doors.sent_bytes.take(self._counted, len(message))
        await asyncio.sleep(max(self.doors.messages.take(self._counted), sent_bytes))
        if self.is_refused or self.connection is None:
            return
        try:
            self.connection.handle_incoming_message(message)
        except FrameError as error:
            self._refuse(error.reason, error.close_code)

    def on_ping(self, data: bytes) -> None:  # noqa: ARG002  tornado's signature
        """Count what no browser sends of itself."""
        if self.doors.messages.take(self._counted):
            self._refuse("too many pings", CLOSE_POLICY)

    async def on_pong(self, data: bytes) -> None:
        """Note that the page is there."""
        await asyncio.sleep(self.doors.messages.take(self._counted))
        super().on_pong(data)

    def _refuse(self, reason: str, close_code: int) -> None:
        """Close the connection; the log says once why."""
        if not self.is_refused:
            self.is_refused = True
            _log.warning("a connection from %s was closed: %s", self._seen_from, reason)
            self.close(close_code, reason)

    def end_page(self) -> None:
        """Close the connection and end the kernel: it sends more than any page shows."""
        self._refuse("its kernel sends too much", CLOSE_POLICY)
        self.kernels.overrun(self.kernel_id)

    def write_message(self, message: bytes | str | dict[str, Any], binary: bool = False) -> Any:
        """Pass a message on to the page, unless it is of a kind that stays on the server."""
        if _kind(message) in _NOT_FOR_PAGES or self.is_refused:
            return None
        try:
            sent = super().write_message(message, binary)
        except StreamBufferFullError:
            self.is_refused = True
            _log.warning("a connection from %s was closed: it takes no messages", self._seen_from)
            self.ws_connection._abort()
        except WebSocketClosedError:
            pass
        else:
            sent.add_done_callback(_look_at)  # the page may be gone before it is sent
            return sent
        return None


def _look_at(sent: "asyncio.Future[None]") -> None:
    """Take note of a failure, which asyncio would otherwise log with a traceback."""
    if not sent.cancelled():
        sent.exception()


def _kind(message: bytes | str | dict[str, Any]) -> str:
    """Kind of a message, in either protocol that the page may have asked for."""
    if isinstance(message, bytes):
        header = read_header_from_binary_message(message)
    else:
        whole = json.loads(message) if isinstance(message, str) else message
        header = whole.get("header")
    return str((header or {}).get("msg_type", ""))


class AliveHandler(Guarded):
    """The heartbeat of a page: whether its kernel is alive and its visitor still signed in."""

    @property
    def is_in_use(self) -> bool:
        """Whether the visitor typed or clicked since the last beat; if not, the session counts as idle."""
        return bool(self.get_query_argument("used", ""))

    @allow_unauthenticated
    async def get(self) -> None:
        """State of the page: ``ok``, ``gone`` (the kernel) or ``signed_out``."""
        self.set_header("Cache-Control", "no-store")
        kernel_id = self.get_query_argument("kernel", "")
        owner = self.kernels.owners.get(kernel_id)
        mine = {account_key(self), visitor_key(self)} - {""}
        if owner is not None and owner.key in mine:
            state = "ok" if await self.kernels.is_running(kernel_id) else "gone"
        else:
            state = "gone" if mine else "signed_out"
        self.finish({"state": state})
