"""Processes forked from a warm one: how it starts, and how its children begin and end.

The warm process is the standard library's fork server. It imports once what its children need
(:mod:`pbwidgets.batch.preload`, :mod:`pbwidgets.apps.preload`) and must keep to one thread, or a child may hang
on a lock held by a thread it does not have. One other thread is harmless: that of pyarrow's allocator
(jemalloc), which handles forks itself.
"""

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Mapping
from multiprocessing.connection import wait
from typing import Final

from pbwidgets.imports import hide_needless

HAS_FORK: Final = "forkserver" in multiprocessing.get_all_start_methods()
"""Whether processes can be forked here; not on Windows."""

_THREADS: Final = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def begin_preload() -> None:
    """Prepare the warm process for its imports; called before any of them.

    OpenBLAS starts threads when NumPy is imported unless told not to; with a child for each core, they
    would only get in each other's way.
    """
    for variable in _THREADS:
        os.environ.setdefault(variable, "1")
    hide_needless()


def end_preload() -> None:
    """Freeze what was imported: the garbage collector skips it, so its pages stay shared with the children."""
    gc.collect()
    gc.freeze()


def start_fork_server() -> None:
    """Start the warm process, with stop signals blocked: it ends when this process does.

    Ctrl-C during its imports would end it with a traceback, and its children would all be taken for dead.
    """
    if sys.platform == "win32":
        return
    from multiprocessing import forkserver, resource_tracker

    resource_tracker.ensure_running()  # if the server started it, it would unblock interrupts
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def begin_child(environment: Mapping[str, str]) -> None:
    """Make this new process the leader of a group that ends with the process it works for.

    It takes the given environment; a fork has its server's at the start. Stop signals are unblocked.
    """
    os.environ.clear()
    os.environ.update(environment)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(
            target=_end_with, args=(parent.sentinel,), name="pbwidgets-orphan", daemon=True
        ).start()
    if sys.platform == "win32":
        return
    os.setsid()
    # ends at once, even in C code; a Python handler would wait for the next line of Python
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})


def signal_group(pid: int, signum: int, *, has_ended: bool = False) -> None:
    """Send a signal to a child and all processes it has started; they may outlive the child."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signum)
        return
    if not has_ended:  # just forked, it does not lead a group yet
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signum)


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    if sys.platform != "win32":
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
