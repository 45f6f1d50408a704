"""Runs the jobs of one report: those with changes, in parallel, independently.

What has not changed is not run and costs nothing: Papermill, pandas and the pool are imported only when there
is something to do. A stop (Ctrl-C, SIGTERM) takes effect between two steps, never within one, so that no folder
is left unfinished; what has ended by then is in the manifest and is not run again.
"""

import contextlib
import os
import shutil
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from pbwidgets.batch.folders import missing_files, new_work_folder, put_failed_in_place, put_in_place, tidy_up
from pbwidgets.batch.jobs import Job, Outcome
from pbwidgets.batch.ledger import Ledger, now, package_versions
from pbwidgets.batch.lock import hold_lock
from pbwidgets.batch.places import hide_in, hide_in_failure, hiding
from pbwidgets.errors import DataError
from pbwidgets.workflows.reports.runs.manifest import (
    DONE,
    FAILED,
    FAILED_BEFORE,
    FILES_MISSING,
    FIRST_RUN,
    FORCED,
    UNCHANGED,
    Failure,
    Manifest,
    Provenance,
    UnitRun,
    load_manifest,
    word_failure,
)

if TYPE_CHECKING:
    from pbwidgets.batch.pool import LocalPool
    from pbwidgets.workflows.ground.files import Guard

STARTED: Final = "started"
_POLL_S: Final = 0.1
_PATIENCE: Final = 3
"""Up to this many requests lead to an orderly stop; one more stops at once."""


@dataclass(frozen=True)
class Progress:
    """News about a run.

    Attributes
    ----------
    unit_code
        Unit the news is about.
    status
        ``started``, ``done``, ``unchanged`` or ``failed``.
    why
        Why it is run, as in :class:`pbwidgets.workflows.reports.runs.manifest.UnitRun`.
    seconds
        Seconds its run took.
    failure
        Why it failed.
    ended, failed, total
        Jobs ended so far, whatever their status; failed ones among them; all jobs of the run.
    """

    unit_code: str
    status: str
    why: tuple[str, ...]
    seconds: float
    failure: Failure | None
    ended: int
    failed: int
    total: int


def run_jobs(
    jobs: Sequence[Job],
    *,
    workers: int | None = None,
    force: bool = False,
    finish: str | None = None,
    provenance: Provenance | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    guard: "Guard | None" = None,
) -> Manifest:
    """Run the jobs of a report that are due, and return its manifest.

    A failed job is recorded and the others continue: see ``manifest.codes("failed")``. Units that are in the
    manifest but not among the jobs keep their entries.

    Parameters
    ----------
    jobs
        Jobs of one report, one for each unit, with a common parent folder.
    workers
        Number of processes; by default as many as this process has cores.
    force
        Run all, even those without changes.
    finish
        ``module:function`` that makes the page in the worker: ``function(ipynb_path, html_path, lang=…,
        title=…)``. None: no page is made.
    provenance
        Campaign, period, campaign version and snapshot, for the manifest.
    on_progress
        Called in this thread whenever a job starts or ends.
    guard
        Looks at what a job has written before it is put in place, in this process; what it finds fails the job.

    Raises
    ------
    DataError
        If there is no job, jobs do not belong together, or the manifest cannot be written.
    ConflictError
        If another run is using the folder (``batch.already_running``).
    KeyboardInterrupt, SystemExit
        After Ctrl-C and SIGTERM, once workers are stopped and work folders are removed.
    """
    folder = _common_folder(jobs)
    with _stop_requests() as stop, hold_lock(folder):
        tidy_up(folder)
        before = load_manifest(folder)
        provenance = provenance or Provenance()
        ledger = Ledger(_head(jobs, before, provenance, guard), folder)
        run = _Run(ledger, provenance, finish, on_progress, len(jobs), stop, guard)
        due = run.sort_out(jobs, before, force)
        try:
            if due:
                run.work_off(due, min(workers or _cores(), len(due)))
        finally:
            ledger.save()
        stop.raise_if_asked()
    return ledger.manifest


def why_run(job: Job, last: UnitRun | None, *, force: bool = False) -> tuple[str, ...]:
    """Reasons to run a job, given its last run; empty if there are none.

    Looks at the folder only if the fingerprint gives no reason.
    """
    if last is None:
        return (FIRST_RUN,)
    names = sorted({*job.fingerprint, *last.fingerprint})
    differ = tuple(name for name in names if job.fingerprint.get(name) != last.fingerprint.get(name))
    if last.status == FAILED:
        differ = (FAILED_BEFORE, *differ)
    if force:
        differ = (FORCED, *differ)
    if not differ and missing_files(job.folder, job.files, job.together):
        return (FILES_MISSING,)
    return differ


class _Run:
    """One run: the jobs due, those in progress, and the results of the others."""

    def __init__(
        self,
        ledger: Ledger,
        provenance: Provenance,
        finish: str | None,
        on_progress: Callable[[Progress], None] | None,
        total: int,
        stop: "_StopRequests",
        guard: "Guard | None",
    ) -> None:
        self._ledger = ledger
        self._provenance = provenance
        self._finish = finish
        self._on_progress = on_progress
        self._total = total
        self._ended = 0
        self._failed = 0
        self._stop = stop
        self._guard = guard
        self._why: dict[str, tuple[str, ...]] = {}
        self._in_progress: dict[Future[Outcome], tuple[Job, Path]] = {}
        self._told: set[str] = set()

    def sort_out(self, jobs: Sequence[Job], before: Manifest | None, force: bool) -> deque[Job]:
        """Record what has not changed, and return what is due."""
        due: deque[Job] = deque()
        last_runs: Mapping[str, UnitRun] = before.units if before else {}
        for job in jobs:
            last = last_runs.get(job.unit_code)
            why = why_run(job, last, force=force)
            if why or last is None:
                self._why[job.unit_code] = why
                due.append(job)
            else:
                kept = replace(last, status=UNCHANGED, why=())
                self._ledger.record(job.unit_code, kept)
                self._ended += 1
                self._tell(job, UNCHANGED, kept)
        return due

    def work_off(self, due: deque[Job], workers: int) -> None:
        """Run what is due; a broken pool is replaced if it got something done."""
        from pbwidgets.batch.pool import LocalPool

        while due and not self._stop.asked:
            ended_before = self._ended
            pool = LocalPool(workers)
            try:
                self._run_in(pool, due, workers)
            finally:
                pool.stop()
                self._drop_in_progress()
            if due and self._ended == ended_before:
                break
        if not self._stop.asked:
            for job in due:
                self._fail(job, None, Outcome(0.0, Failure("batch.pool_broken", {"error": ""})))

    def _run_in(self, pool: "LocalPool", due: deque[Job], workers: int) -> None:
        pool.start()
        while not pool.is_ready(_POLL_S):
            if self._stop.asked:
                return
        # one more job than can run, so that no worker waits for the next
        while (due or self._in_progress) and not self._stop.asked:
            try:
                while due and len(self._in_progress) <= workers:
                    self._submit(pool, due)
            except BrokenProcessPool:
                self._collect()
                return
            self._tell_started()
            self._collect()

    def _submit(self, pool: "LocalPool", due: deque[Job]) -> None:
        job = due[0]
        work = new_work_folder(job.folder)
        try:
            future = pool.submit(job, work, self._finish)
        except BrokenProcessPool:
            shutil.rmtree(work, ignore_errors=True)
            raise
        due.popleft()
        self._in_progress[future] = (job, work)

    def _collect(self) -> None:
        ended, _ = wait(self._in_progress, timeout=_POLL_S, return_when=FIRST_COMPLETED)
        for future in ended:
            outcome = _outcome(future)
            if outcome.failure and self._is_stop(outcome.failure):
                continue  # it stays in progress, and is dropped with the rest
            job, work = self._in_progress.pop(future)
            self._settle(job, work, outcome)

    def _is_stop(self, failure: Failure) -> bool:
        """Whether a worker was lost because the run is being stopped: the signal may reach the worker first."""
        from pbwidgets.batch.pool import LOST

        if failure.code not in LOST:
            return False
        time.sleep(_POLL_S)
        return self._stop.asked

    def _settle(self, job: Job, work: Path, outcome: Outcome) -> None:
        outcome = self._guarded(work, outcome)
        if outcome.failure is None:
            try:
                put_in_place(work, job.folder)
            except OSError as error:
                outcome = replace(outcome, failure=_folder_failure(error))
        if outcome.failure is not None:
            self._fail(job, work, outcome)
            return
        self._enter(job, DONE, outcome)

    def _guarded(self, work: Path, outcome: Outcome) -> Outcome:
        """The outcome, which is a failure if what was written names somebody; its words never do."""
        if self._guard is None:
            return outcome
        if (found := self._guard.hold_back(work)) is not None:
            return replace(outcome, failure=Failure("batch.identifying_found", {"file": found}))
        return replace(outcome, failure=hide_in_failure(outcome.failure, self._guard.hide))

    def _fail(self, job: Job, work: Path | None, outcome: Outcome) -> None:
        failure = outcome.failure or Failure("batch.run_failed", {"error": ""})
        try:
            put_failed_in_place(work or new_work_folder(job.folder), job.folder, _error_text(failure))
        except OSError as error:  # a full disk must not keep the failure itself from being recorded
            failure = failure if failure.code != "batch.run_failed" else _folder_failure(error)
        self._failed += 1
        self._enter(job, FAILED, replace(outcome, failure=failure))

    def _enter(self, job: Job, status: str, outcome: Outcome) -> None:
        run = UnitRun(
            status=status,
            why=self._why[job.unit_code],
            seconds=outcome.seconds,
            ran_at=now(),
            fingerprint=dict(job.fingerprint),
            parameters=_shown(job.parameters, job, self._guard),
            campaign_version=self._provenance.campaign_version,
            snapshot=self._provenance.snapshot,
            failure=hide_in_failure(outcome.failure, hiding(job)),
            left_out=outcome.left_out,
        )
        self._ended += 1
        self._ledger.record(job.unit_code, run)
        self._ledger.save_when_due()
        self._tell(job, status, run)

    def _drop_in_progress(self) -> None:
        for _, work in self._in_progress.values():
            shutil.rmtree(work, ignore_errors=True)
        self._in_progress.clear()

    def _tell_started(self) -> None:
        for future, (job, _) in self._in_progress.items():
            if future.running() and job.unit_code not in self._told:
                self._told.add(job.unit_code)
                self._tell(job, STARTED, None)

    def _tell(self, job: Job, status: str, run: UnitRun | None) -> None:
        if self._on_progress is None:
            return
        self._on_progress(
            Progress(
                unit_code=job.unit_code,
                status=status,
                why=self._why.get(job.unit_code, ()),
                seconds=run.seconds if run else 0.0,
                failure=run.failure if run else None,
                ended=self._ended,
                failed=self._failed,
                total=self._total,
            )
        )


def _outcome(future: "Future[Outcome]") -> Outcome:
    error = future.exception()
    if error is None:
        return future.result()
    from pbwidgets.batch.pool import failure_of

    return Outcome(0.0, failure_of(error))


def _error_text(failure: Failure) -> str:
    texts = [failure.code, word_failure(failure, "zh_CN"), word_failure(failure, "en"), failure.details]
    return "\n\n".join(text for text in texts if text) + "\n"


def _folder_failure(error: OSError) -> Failure:
    return Failure("batch.folder_not_written", {"cause": error.strerror or str(error)})


def _common_folder(jobs: Sequence[Job]) -> Path:
    if not jobs:
        raise DataError("batch.nothing_to_run")
    folders = {job.folder for job in jobs}
    if len({folder.parent for folder in folders}) > 1 or len({job.report for job in jobs}) > 1:
        raise DataError(
            "batch.jobs_of_several_reports", reports=", ".join(sorted({job.report for job in jobs}))
        )
    if len(folders) < len(jobs):
        times = Counter(job.unit_code for job in jobs)
        twice = sorted(code for code, count in times.items() if count > 1)
        raise DataError("batch.unit_twice", units=", ".join(twice))
    return jobs[0].folder.parent


def _head(
    jobs: Sequence[Job], before: Manifest | None, provenance: Provenance, guard: "Guard | None"
) -> Manifest:
    first = jobs[0]
    shared = {
        name: value
        for name, value in first.parameters.items()
        if all(name in job.parameters and job.parameters[name] == value for job in jobs)
    }
    return Manifest(
        report=first.report,
        provenance=provenance,
        notebook=first.notebook.name,
        notebook_hash=hash_file(first.notebook),
        parameters=_shown(shared, first, guard),
        versions=package_versions(),
        units=before.units if before else {},
    )


def _shown(parameters: Mapping[str, Any], job: Job, guard: "Guard | None") -> dict[str, Any]:
    """Parameters as a manifest names them: without paths of this machine, and without names of people."""
    plain: dict[str, Any] = hide_in(dict(parameters), hiding(job))
    return plain if guard is None else hide_in(plain, guard.hide)


def hash_file(path: Path) -> str:
    """SHA-256 of a file's content in hexadecimal digits; empty if it cannot be read."""
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _StopRequests:
    """Whether the run was asked to stop, and by which signal."""

    def __init__(self) -> None:
        self._signal = 0
        self._times = 0

    @property
    def asked(self) -> bool:
        return self._signal != 0

    def ask(self, number: int, _frame: FrameType | None = None) -> None:
        self._signal = self._signal or number
        self._times += 1
        if self._times > _PATIENCE:
            raise KeyboardInterrupt

    def raise_if_asked(self) -> None:
        if self._signal == signal.SIGINT:
            raise KeyboardInterrupt
        if self._signal:
            raise SystemExit(128 + self._signal)


@contextlib.contextmanager
def _stop_requests() -> Iterator[_StopRequests]:
    """Turn Ctrl-C and SIGTERM into requests for the duration of a ``with`` block."""
    stop = _StopRequests()
    # only the main thread can set handlers, and only it is interrupted
    is_main = threading.current_thread() is threading.main_thread()
    numbers = [signal.SIGINT, signal.SIGTERM] if is_main else []
    before: dict[int, Any] = {number: signal.signal(number, stop.ask) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
