"""Processes that are forked from a warm one: how that one starts, how its children live and end.

The standard library's fork server is the warm process. It imports once what its children need
(:mod:`pbwidgets.batch.preload`, :mod:`pbwidgets.apps.preload`) and must stay with one thread, or a child may hang
on a lock that nobody in it holds. One more thread there is harmless: pyarrow's allocator (jemalloc) keeps it and
looks after it at a fork.
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
    """Prepare the warm process for its imports; called before all others.

    OpenBLAS starts threads when NumPy is imported, unless told not to; as there is a child for each core, they
    would only be in each other's way.
    """
    for variable in _THREADS:
        os.environ.setdefault(variable, "1")
    hide_needless()


def end_preload() -> None:
    """Freeze what was imported: the collector never looks at it again, so its pages stay shared with the children."""
    gc.collect()
    gc.freeze()


def start_fork_server() -> None:
    """Start the warm process, deaf to stops: it ends when this process does.

    Ctrl-C amidst its imports would end it with a traceback; without it all children would be taken for dead.
    """
    if sys.platform == "win32":
        return
    from multiprocessing import forkserver, resource_tracker

    resource_tracker.ensure_running()  # it would let interrupts through again when the server started it
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def begin_child(environment: Mapping[str, str]) -> None:
    """Make this new process the leader of a group that does not outlive the process it works for.

    It works in the environment given; a fork has the one its server began with. It hears stops again.
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
    # at once, also amidst foreign code; a handler in Python would wait for the next line of Python
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})


def signal_group(pid: int, signum: int, *, has_ended: bool = False) -> None:
    """Send a signal to a child and to all that it has started; one that has ended may have left those behind."""
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
