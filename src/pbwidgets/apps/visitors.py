"""The kernels of the visitors: their environment, their owners, and how many there may be."""

import asyncio
import logging
import os
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_core.utils import ensure_async
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from nbclient.exceptions import DeadKernelError

from pbwidgets.apps.budgets import PageBudget
from pbwidgets.apps.kernels import KERNELSPEC
from pbwidgets.apps.visit import SERVED, SESSION
from pbwidgets.forking import HAS_FORK
from pbwidgets.forms.inbox import INBOX, clear_inbox, inbox_of
from pbwidgets.settings import Settings

KERNEL: Final = "pbwidgets"
"""Name of the only kernel that the server starts."""

CONNECTS_S: Final = 60.0
"""Seconds within which the websocket of a page must come once the page was sent."""

_PAGES_OF_ACCOUNT: Final = 20
_PAGES_OF_ANONYMOUS: Final = 2  # of one visitor, and of one survey code
_KEPT: Final = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "TMP",
                "VIRTUAL_ENV", "SYSTEMROOT", "LD_LIBRARY_PATH", "JUPYTER_PATH")  # fmt: skip

_log = logging.getLogger("pbwidgets.apps")


@dataclass(frozen=True)
class Owner:
    """Owner of a kernel.

    Attributes
    ----------
    key
        Key of who may attach: an account, or one anonymous visitor.
    session
        Hash of the session in which the page was opened; empty for anonymous visitors.
    page
        The page.
    code
        Key of the survey code that opened it; empty for signed-in visitors.
    """

    key: str
    session: str
    page: str
    code: str = ""

    @property
    def counted(self) -> str:
        """Key under which messages are counted: one visitor of a code cannot become many."""
        return self.code or self.key

    @property
    def is_anonymous(self) -> bool:
        """Whether the page was opened by a survey code."""
        return bool(self.code)

    def shares(self, other: "Owner") -> bool:
        """Whether two pages belong to the same account, visitor or survey code."""
        return self.key == other.key or (self.is_anonymous and self.code == other.code)


@dataclass(frozen=True)
class Capacity:
    """How many pages may be open at once.

    Attributes
    ----------
    signed_in
        Pages of signed-in visitors.
    anonymous
        Pages of anonymous visitors, who never take the place of others.
    """

    signed_in: int
    anonymous: int

    @property
    def of_account(self) -> int:
        """Pages of one account, which must leave room for others."""
        return max(1, min(_PAGES_OF_ACCOUNT, 3 * self.signed_in // 4))


def find_capacity(signed_in: int | None = None, anonymous: int | None = None) -> Capacity:
    """Capacity of the server, by default what the machine can handle, and half as many anonymous pages.

    >>> find_capacity(4), find_capacity(100).anonymous
    (Capacity(signed_in=4, anonymous=4), 50)
    """
    found = signed_in or default_max_visitors()
    return Capacity(found, anonymous or max(4, found // 2))


class NoRoomError(Exception):
    """A page for which there is no room.

    Parameters
    ----------
    why
        ``full``: the server; ``too_many``: the account has too many pages open.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class VisitorKernels(AsyncMappingKernelManager):
    """Kernels of the server: each belongs to the visitor who opened the page, and knows only the workspace."""

    capacity: Capacity
    settings: Settings

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self.owners: dict[str, Owner] = {}
        self.budgets: defaultdict[str, PageBudget] = defaultdict(PageBudget)
        self._expected: dict[str, float] = {}  # pages whose websocket has not come yet, and since when
        self._ending: set[asyncio.Future[None]] = set()
        self._left: set[str] = set()  # pages whose websocket has gone

    @property
    def notebook_data(self) -> dict[str, Any]:
        """Empty: Voilà asks for notebooks run in advance, and there are none."""
        return {}

    def get_pool_size(self, notebook: str) -> int:  # noqa: ARG002  Voilà's signature
        """Zero: no kernels are kept in stock."""
        return 0

    async def admit(self, owner: Owner, kernel_id: str) -> None:
        """Keep a place for a page of an owner.

        An anonymous visitor's oldest page makes room for a new one, and if the places of anonymous visitors are
        taken, the oldest page that nobody looks at any more.

        Raises
        ------
        NoRoomError
            If there is no place.
        """
        if owner.is_anonymous:
            for old in self._in_the_way(owner):
                await self.end(old)
        others = [other for other in self.owners.values() if other.is_anonymous == owner.is_anonymous]
        if len(others) >= (self.capacity.anonymous if owner.is_anonymous else self.capacity.signed_in):
            raise NoRoomError("full")
        if not owner.is_anonymous and sum(map(owner.shares, others)) >= self.capacity.of_account:
            raise NoRoomError("too_many")
        self.owners[kernel_id] = owner

    def _in_the_way(self, owner: Owner) -> list[str]:
        """Kernels that end so that an anonymous visitor can open a page; oldest first."""
        open_now = {kernel_id: other for kernel_id, other in self.owners.items() if other.is_anonymous}
        own = [kernel_id for kernel_id, other in open_now.items() if other.shares(owner)]
        if len(own) >= _PAGES_OF_ANONYMOUS:
            return own[: len(own) - _PAGES_OF_ANONYMOUS + 1]
        if len(open_now) < self.capacity.anonymous:
            return []
        return [kernel_id for kernel_id in open_now if kernel_id in self._left][:1]

    async def start_for(self, owner: Owner, kernel_id: str) -> str:
        """Start a kernel with this id for an owner.

        Raises
        ------
        DeadKernelError
            If its place was given to another page meanwhile.
        """
        self.owners[kernel_id] = owner
        try:
            await self.start_kernel(
                kernel_id=kernel_id,
                kernel_name=KERNEL,
                env={
                    **kernel_environment(self.settings),
                    SESSION: owner.session,
                    INBOX: str(inbox_of(self.settings.private, kernel_id)),
                },
                cwd=str(self.settings.workspace),
            )
        except BaseException:
            self.owners.pop(kernel_id, None)
            raise
        if kernel_id not in self.owners:
            await self.end(kernel_id)
            raise DeadKernelError("the page was closed while it was opening")
        return kernel_id

    def expect(self, kernel_id: str) -> None:
        """Note that the page of a kernel was sent: its websocket must come soon."""
        if kernel_id in self.owners and not self._kernel_connections.get(kernel_id):
            self._expected[kernel_id] = time.monotonic()

    def notify_connect(self, kernel_id: str) -> None:
        """Note that the websocket of a page has come."""
        self._expected.pop(kernel_id, None)
        self._left.discard(kernel_id)
        super().notify_connect(kernel_id)  # type: ignore[no-untyped-call]

    def notify_disconnect(self, kernel_id: str) -> None:
        """Note that nobody may look at a page any more."""
        super().notify_disconnect(kernel_id)  # type: ignore[no-untyped-call]
        if self._kernel_connections.get(kernel_id) == 0:
            self._left.add(kernel_id)

    def start_buffering(self, kernel_id: str, session_key: str, channels: dict[str, Any]) -> None:
        """Keep what a kernel sends while its page is not connected; if that becomes too much, end the kernel."""
        super().start_buffering(kernel_id, session_key, channels)  # type: ignore[no-untyped-call]
        kept, budget = self._kernel_buffers[kernel_id]["buffer"], self.budgets[kernel_id]
        budget.forget_waiting()

        def keep(channel: str, parts: list[bytes]) -> None:
            if budget.may_wait(sum(map(len, parts))):
                kept.append((channel, parts))
            else:
                kept.clear()
                self.overrun(kernel_id)

        for channel, stream in channels.items():
            stream.on_recv(partial(keep, channel))

    def overrun(self, kernel_id: str) -> None:
        """End a kernel that sends more than the server keeps or passes on for one page; the log says so."""
        if kernel_id in self.owners:
            _log.warning("a page of %s was ended: its kernel sent too much", self.owners[kernel_id].page)
            self.owners.pop(kernel_id)
            ending = asyncio.ensure_future(self.end(kernel_id))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    def is_late(self, kernel_id: str, now: float) -> bool:
        """Whether a page was sent too long ago for a websocket that has not come; ``now`` is monotonic."""
        return now - self._expected.get(kernel_id, now) > CONNECTS_S

    async def sweep(self, still_signed_in: Callable[[Owner], bool], idle_s: float) -> None:
        """End kernels that nobody uses.

        Their process is gone, or their session has ended, or they have long been idle, or the page was sent and
        its websocket has not come.
        """
        now = time.monotonic()
        for kernel_id, owner in list(self.owners.items()):
            if kernel_id not in self:
                continue  # it is still starting
            gone = not await self.is_running(kernel_id) or self.is_late(kernel_id, now)
            if gone or self.idle_since(kernel_id) > idle_s or not still_signed_in(owner):
                await self.end(kernel_id)

    async def end(self, kernel_id: str) -> None:
        """End a kernel at once, if it still exists, and forget its owner."""
        self.owners.pop(kernel_id, None)
        self._expected.pop(kernel_id, None)
        self._left.discard(kernel_id)
        if kernel_id in self:
            await ensure_async(self.shutdown_kernel(kernel_id, now=True))  # type: ignore[no-untyped-call]
        self.budgets.pop(kernel_id, None)
        await asyncio.to_thread(clear_inbox, self.settings.private, kernel_id)

    async def is_running(self, kernel_id: str) -> bool:
        """Whether the kernel exists and its process is alive."""
        if kernel_id not in self:
            return False
        return bool(await ensure_async(self.get_kernel(kernel_id).is_alive()))

    def idle_since(self, kernel_id: str) -> float:
        """Seconds since the kernel's last activity."""
        last: datetime = self.get_kernel(kernel_id).last_activity  # type: ignore[attr-defined]
        return (datetime.now(UTC) - last).total_seconds()


def kernel_environment(settings: Settings, source: Mapping[str, str] | None = None) -> dict[str, str]:
    """Environment of a kernel: the workspace, and what any process needs; no address, header or secret."""
    environment = os.environ if source is None else source
    kept = {name: environment[name] for name in _KEPT if name in environment}
    return {
        **kept,
        SERVED: "1",
        "PBWIDGETS_WORKSPACE": str(settings.workspace),
        "PBWIDGETS_STORE": settings.store_url,
        "PBWIDGETS_LANG": settings.lang,
        "PBWIDGETS_ADDRESS": settings.address,
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


class WarmKernelSpecs(KernelSpecManager):
    """The one kernel that the server starts, wherever Jupyter is installed."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:  # noqa: ARG002  there is only one
        """Specification of the warm kernel, whose output goes to the server's log, not to the page."""
        spec = KernelSpec.from_resource_dir(str(KERNELSPEC))
        spec.argv = [
            *spec.argv,
            "--IPKernelApp.capture_fd_output=False",
            "--HistoryManager.enabled=False",
            "--Session.digest_history_size=0",  # a message that comes twice would be an error with a traceback
        ]
        if not HAS_FORK:
            spec.metadata.pop("kernel_provisioner")
        return spec

    def find_kernel_specs(self) -> dict[str, str]:
        """Name and folder of the warm kernel."""
        return {KERNEL: str(KERNELSPEC)}


def default_max_visitors() -> int:
    """Visitors that this machine can handle: 80 MiB each in half its memory, and 60 per core."""
    cores = os.cpu_count() or 1
    if not hasattr(os, "sysconf"):
        return 30 * cores
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return int(max(4, min(memory // 2 // (80 * 2**20), 120 * cores)))
