"""Kernels forked from a process that has already imported everything.

Jupyter finds :class:`ForkedProvisioner` by the entry point ``pbwidgets-forked`` of a kernelspec's
``metadata.kernel_provisioner``. Without fork (Windows) it starts ordinary kernels.

The standard library's fork server reports the end of each child, even a killed one, through a pipe, so a
dead kernel is noticed although this process is not its parent.
"""

import asyncio
import contextlib
import logging
import multiprocessing
import os
import signal
import sys
import types
from collections.abc import Iterator, Sequence
from importlib.metadata import entry_points
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from pbwidgets.apps.limits import Bucket
from pbwidgets.forking import HAS_FORK, begin_child, signal_group, start_fork_server

PROVISIONER: Final = "pbwidgets-forked"
"""Name of the entry point by which Jupyter finds the provisioner."""

KERNELSPEC: Final = Path(__file__).with_name("kernelspec")
"""Folder of the kernelspec, for ``jupyter kernelspec install``."""

_LAUNCHER: Final = "ipykernel_launcher"
_LISTENS_S: Final = 20.0


class ForkedProvisioner(LocalProvisioner):
    """Starts a kernel as a fork of the warm process, in the environment given by the caller.

    jupyter_client's ``KernelManager`` calls ``launch_kernel`` when it starts a kernel, and the other methods
    while it manages one, exactly as with its own ``LocalProvisioner``.
    """

    _forked: BaseProcess | None = None

    @property
    def has_process(self) -> bool:
        """Whether there is a process to manage; asked right after the launch."""
        return self._forked is not None or bool(super().has_process)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Connection of the new kernel."""
        if not HAS_FORK or _LAUNCHER not in cmd:
            return await super().launch_kernel(cmd, **kwargs)
        arguments = cmd[cmd.index(_LAUNCHER) + 1 :]
        env, cwd = dict(kwargs["env"]), str(kwargs.get("cwd") or Path.cwd())
        loop = asyncio.get_running_loop()
        # the first kernel waits until the warm process has imported everything
        self._forked = await loop.run_in_executor(None, _fork, arguments, env, cwd)
        self.pid = self.pgid = self._forked.pid
        self.cwd = cwd
        return self.connection_info

    async def poll(self) -> int | None:
        """None while the kernel runs, else its exit code; asked every second or so."""
        if self._forked is None:
            return await super().poll()
        return self._forked.exitcode

    async def wait(self) -> int | None:
        """Exit code of the kernel, once it has ended."""
        if self._forked is None:
            return await super().wait()
        while self._forked.exitcode is None:
            await asyncio.sleep(0.05)
        code = self._forked.exitcode
        _signal(self._forked, signal.SIGKILL)  # child processes end with the kernel
        self._forked.join()
        self._forked.close()
        self._forked = None
        return code

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel and its child processes."""
        if self._forked is None:
            await super().send_signal(signum)
        else:
            _signal(self._forked, signum)

    async def kill(self, restart: bool = False) -> None:  # noqa: ARG002  Jupyter's signature
        """End the kernel at once."""
        await self.send_signal(signal.SIGKILL)

    async def terminate(self, restart: bool = False) -> None:  # noqa: ARG002  Jupyter's signature
        """Ask the kernel to end."""
        await self.send_signal(signal.SIGTERM)


def find_provisioner() -> bool:
    """Whether Jupyter finds the provisioner; not if the package was updated without being reinstalled."""
    return bool(entry_points(group="jupyter_client.kernel_provisioners", name=PROVISIONER))


def warm_up() -> None:
    """Start the process that kernels are forked from; it ignores stop signals and ends with this process.

    Returns once it has imported everything.
    """
    if not HAS_FORK:
        return
    _context()
    start_fork_server()
    with _without_main():
        first = _context().Process(target=_do_nothing, name="pbwidgets-first")
        first.start()
    first.join()
    first.close()


def cool_down() -> None:
    """End the process that kernels are forked from."""
    from multiprocessing import forkserver, resource_tracker

    if HAS_FORK:
        forkserver._forkserver._stop()  # type: ignore[attr-defined]
        resource_tracker._resource_tracker._stop()  # type: ignore[attr-defined]


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pbwidgets.apps.preload"])
    return context


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """Hide the running script, which every multiprocessing child would otherwise import again.

    JupyterLab's takes a second.
    """
    script = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


def _fork(arguments: Sequence[str], env: dict[str, str], cwd: str) -> BaseProcess:
    """Process of a kernel that is already listening: clients that connect too early would have to retry."""
    listening, told = _context().Pipe(duplex=False)
    with _without_main(), told, listening:
        process = _context().Process(
            target=_run_kernel, args=(tuple(arguments), env, cwd, told), name="pbwidgets-kernel", daemon=True
        )
        process.start()
        told.close()
        listening.poll(_LISTENS_S)  # or it has ended, which the kernel manager finds out
    return process


def _signal(process: BaseProcess, signum: int) -> None:
    if process.pid is not None:
        signal_group(process.pid, signum, has_ended=process.exitcode is not None)


def _do_nothing() -> None:
    """Do nothing: the process exists only to be waited for."""


def _run_kernel(arguments: tuple[str, ...], env: dict[str, str], cwd: str, told: Connection) -> None:
    """Run a kernel in the given environment."""
    begin_child(env)
    os.chdir(cwd)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    multiprocessing.current_process().daemon = False  # it may have children; daemon was for our exit
    logging.basicConfig(stream=sys.__stderr__, level=logging.WARNING)
    few = Bucket(0.1, 20)
    logging.getLogger("Comm").addFilter(lambda _: few.try_take())  # a browser must not fill the server's log
    sys.argv = [_LAUNCHER, *arguments]
    import ipywidgets
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance(parent_handle=os.getppid())  # with a parent it prints no banner
    app.initialize(list(arguments))  # type: ignore[no-untyped-call]
    ipywidgets.register_comm_target()  # widgets were imported before there was a kernel
    told.close()
    app.start()  # type: ignore[no-untyped-call]
