"""Traffic between a page and its kernel, for its owner only: messages, heartbeat, shutdown."""

import json
from typing import Any, Final

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado.websocket import WebSocketHandler
from voila.tornado.kernel_websocket_handler import (
    VoilaKernelWebsocketHandler,
    read_header_from_binary_message,
)

from pbwidgets.apps.who import Guarded, account_key, visitor_key

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


class ChannelsHandler(VoilaKernelWebsocketHandler, Guarded):
    """The messages between a page and its kernel."""

    @allow_unauthenticated
    async def get(self, kernel_id: str) -> None:
        """Connect, if the kernel belongs to the visitor."""
        self.check_owner(kernel_id)
        self.kernel_id = kernel_id
        self.connection = ZMQChannelsWebsocketConnection(
            parent=self.kernels.get_kernel(kernel_id), websocket_handler=self, config=self.config
        )
        self.connection.session.session = self.get_argument("session_id", "")
        await self.connection.prepare()  # type: ignore[no-untyped-call]
        await WebSocketHandler.get(self, kernel_id=kernel_id)

    def write_message(self, message: bytes | str | dict[str, Any], binary: bool = False) -> Any:
        """Pass a message on to the page, unless it is of a kind that stays on the server."""
        if _kind(message) in _NOT_FOR_PAGES:
            return None
        return super().write_message(message, binary)


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
