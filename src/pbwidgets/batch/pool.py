"""Warm worker processes on this machine.

The workers are forked from a server process that has already imported everything (``forkserver``, see
:mod:`pbwidgets.batch.preload`) and run many jobs, so that V8 starts once in each. Where there is no
fork (Windows), they are spawned instead, which is slower.

Each worker leads its own process group (:mod:`pbwidgets.forking`): what a notebook starts is stopped with it,
and Ctrl-C in a terminal reaches only this process, which then stops the workers.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TimedOutError
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any, Final

from pbwidgets.batch.execution import execute_job
from pbwidgets.batch.jobs import Job, Outcome
from pbwidgets.errors import DataError
from pbwidgets.forking import HAS_FORK, begin_child, signal_group, start_fork_server
from pbwidgets.workflows.reports.runs.manifest import Failure

JOBS_PER_WORKER: Final = 300
"""After this many jobs a worker is replaced, so that leftovers of notebooks do not accumulate in memory."""

LOST: Final = frozenset({"batch.worker_killed", "batch.worker_ended", "batch.pool_broken"})
"""Failures of a job whose worker was lost, whether or not the job caused it."""

_PRELOAD: Final = ["__main__", "pbwidgets.batch.preload"]


class LocalPool:
    """A pool of warm workers. Call :meth:`start`, wait for :meth:`is_ready`, submit jobs, and :meth:`stop` it.

    Parameters
    ----------
    workers
        Number of processes.
    """

    def __init__(self, workers: int) -> None:
        from pebble import ProcessPool

        self._context = _context()
        self._pool: Any = ProcessPool(
            max_workers=workers,
            max_tasks=JOBS_PER_WORKER,
            initializer=_begin_worker,
            initargs=(dict(os.environ),),
            context=self._context,
        )
        self._starter = threading.Thread(target=self._start, name="pbwidgets-pool-start", daemon=True)
        self._start_error: BaseException | None = None

    def start(self) -> None:
        """Begin to start the workers. This takes seconds, during which the caller can be interrupted."""
        if HAS_FORK:
            start_fork_server()
        self._starter.start()

    def is_ready(self, timeout_s: float) -> bool:
        """Whether the workers are running, after waiting at most ``timeout_s`` seconds.

        Raises
        ------
        DataError
            If they cannot be started (``batch.workers_not_started``).
        """
        self._starter.join(timeout_s)
        if self._start_error is not None:
            raise DataError(
                "batch.workers_not_started", cause=str(self._start_error) or type(self._start_error).__name__
            )
        return not self._starter.is_alive()

    def submit(self, job: Job, work: Path, finish: str | None) -> "Future[Outcome]":
        """Future of a job's outcome; pass its exception, if any, to :func:`failure_of`.

        Raises
        ------
        BrokenProcessPool
            If the pool has lost its workers; a new one can be started.
        """
        try:
            future: Future[Outcome] = self._pool.schedule(
                execute_job, args=(job, work, finish), timeout=job.timeout_s
            )
        except RuntimeError as error:
            raise BrokenProcessPool(str(error)) from error
        return future

    def stop(self) -> None:
        """Stop all workers and the processes they have started, at once."""
        _kill_groups()
        if self._starter.is_alive():
            # the server is still importing and the starting thread waits for it
            _kill_fork_server()
            self._starter.join()
        self._pool.stop()
        self._pool.join()
        _kill_groups()

    def _start(self) -> None:
        try:
            self._pool.schedule(os.getpid).result()
        except BaseException as error:  # kept for the waiting thread
            self._start_error = error


def failure_of(error: BaseException) -> Failure:
    """Failure of a job whose future has an exception: killed, timed out, or lost with the pool."""
    from pebble import ProcessExpired

    if isinstance(error, ProcessExpired):
        if error.pid:
            signal_group(error.pid, signal.SIGKILL, has_ended=True)
        code = error.exitcode if error.exitcode is not None else 0
        if code < 0:
            return Failure("batch.worker_killed", {"signal": _signal_name(-code)})
        return Failure("batch.worker_ended", {"exit_code": code})
    if isinstance(error, TimedOutError | TimeoutError):
        return Failure("batch.timed_out", {"seconds": error.args[-1] if error.args else 0})
    if isinstance(error, BrokenProcessPool):
        return Failure("batch.pool_broken", {"error": str(error) or type(error).__name__})
    summary = traceback.format_exception_only(error)[-1].strip()
    return Failure("batch.run_failed", {"error": summary}, "".join(traceback.format_exception(error)))


def _context() -> BaseContext:
    context = multiprocessing.get_context("forkserver" if HAS_FORK else "spawn")
    if HAS_FORK:
        # "__main__" works only from Python 3.13 on; before, the workers import the starting script again
        context.set_forkserver_preload(_PRELOAD)
    return context


def _begin_worker(environment: dict[str, str]) -> None:
    """Set up a worker, in the caller's current environment."""
    begin_child(environment)
    # standard output is only for results: what libraries print there goes to standard error
    os.dup2(2, 1)


def _kill_groups() -> None:
    from pebble.pool.process import WORKERS_NAME

    for process in multiprocessing.active_children():
        if process.name == WORKERS_NAME and process.pid:
            signal_group(process.pid, signal.SIGKILL)


def _kill_fork_server() -> None:
    from multiprocessing import forkserver

    pid = getattr(getattr(forkserver, "_forkserver", None), "_forkserver_pid", None)
    if pid and sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
