"""The kernels of the visitors: their environment, their owners, and how many there may be."""

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_core.utils import ensure_async
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

from pbwidgets.apps.kernels import KERNELSPEC
from pbwidgets.apps.visit import SERVED, SESSION
from pbwidgets.forking import HAS_FORK
from pbwidgets.forms.inbox import INBOX, clear_inbox, inbox_of
from pbwidgets.settings import Settings

KERNEL: Final = "pbwidgets"
"""Name of the only kernel that the server starts."""

_KEPT: Final = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "TMP",
                "VIRTUAL_ENV", "SYSTEMROOT", "LD_LIBRARY_PATH", "JUPYTER_PATH")  # fmt: skip


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
    """

    key: str
    session: str
    page: str


class VisitorKernels(AsyncMappingKernelManager):
    """Kernels of the server: each belongs to the visitor who opened the page, and knows only the workspace."""

    max_visitors: int = 0
    settings: Settings

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self.owners: dict[str, Owner] = {}

    @property
    def notebook_data(self) -> dict[str, Any]:
        """Empty: Voilà asks for notebooks run in advance, and there are none."""
        return {}

    def get_pool_size(self, notebook: str) -> int:  # noqa: ARG002  Voilà's signature
        """Zero: no kernels are kept in stock."""
        return 0

    @property
    def is_full(self) -> bool:
        """Whether the server can take no further visitor."""
        return len(self.owners) >= self.max_visitors

    async def start_for(self, owner: Owner, kernel_id: str) -> str:
        """Start a kernel with this id for an owner."""
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
        return kernel_id

    async def sweep(self, still_signed_in: Callable[[Owner], bool], idle_s: float) -> None:
        """End kernels whose process is gone, whose session has ended, or which have long been idle."""
        for kernel_id, owner in list(self.owners.items()):
            if kernel_id not in self:
                continue  # it is still starting
            gone = not await self.is_running(kernel_id)
            if gone or self.idle_since(kernel_id) > idle_s or not still_signed_in(owner):
                await self.end(kernel_id)

    async def end(self, kernel_id: str) -> None:
        """End a kernel at once, if it still exists, and forget its owner."""
        self.owners.pop(kernel_id, None)
        if kernel_id in self:
            await ensure_async(self.shutdown_kernel(kernel_id, now=True))  # type: ignore[no-untyped-call]
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
        spec.argv = [*spec.argv, "--IPKernelApp.capture_fd_output=False", "--HistoryManager.enabled=False"]
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
