"""Making reports again from a page: the command ``pbwidgets report`` in its own process.

The package that runs reports is a layer above this one, and a run must outlive the page that asked for it.
So this starts the command line, with one worker because people are using the same machine. The process
holds a lock on its log until it ends, however it ends: that is how we know whether it is still running.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pbwidgets.errors import ConflictError, UsageError
from pbwidgets.files import put_file, take_lock
from pbwidgets.forking import signal_group
from pbwidgets.workflows.ground.desk import Desk, authorise_tops
from pbwidgets.workflows.ground.lookup import nearest
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.ground.workspace import ZONE, Opened, Workspace
from pbwidgets.workflows.reports.results import authorise_results, list_results, plan_reports
from pbwidgets.workflows.reports.runs.manifest import DONE, FAILED

_TAIL = 4
"""Number of output lines shown."""
_RENEWAL: Final = ".all"
"""Name under which the run of all reports is kept; no report can have it."""


@dataclass(frozen=True)
class RunState:
    """State of the last run of a report requested from a page.

    Attributes
    ----------
    is_running
        Whether it has not ended yet.
    begun_at
        When it was requested.
    lines
        Last lines of its output.
    """

    is_running: bool
    begun_at: datetime
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Renewal:
    """State of the last run that made all outdated reports again.

    Attributes
    ----------
    is_running
        Whether it has not ended yet.
    begun_at
        When it was requested.
    done, total
        How many reports have ended, of how many that were outdated.
    failures
        Of each report that failed: its title, its unit, and why.
    """

    is_running: bool
    begun_at: datetime
    done: int
    total: int
    failures: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class _Note:
    """What is known of the run of all reports: its process, when it began, and how many were outdated."""

    process: int
    begun: str
    total: int


def renew_reports(desk: Desk) -> int:
    """Start making all reports again that are outdated, failed or were never made; returns how many they are.

    It returns at once; :func:`find_renewal` tells the progress and :func:`stop_renewal` stops it.

    Raises
    ------
    RightsError
        If the actor may not have reports made for the whole campaign.
    ConflictError
        ``results.already_running`` if this run or one of a single report is under way.
    """
    _authorise_renewal(desk)
    for plan in plan_reports(desk):
        state = find_run(desk.workspace, desk.opened, plan.report_id)
        if state is not None and state.is_running:
            raise ConflictError("results.already_running", report=plan.report_id)
    take_snapshot(desk.workspace, desk.opened)
    due = int((list_results(desk)["status"] != DONE).sum())
    if due:
        begun = datetime.now(UTC).isoformat(timespec="seconds")
        process = _start(_command(desk, "--all"), desk.workspace, _renewal_log(desk), "--all")
        note = json.dumps(asdict(_Note(process, begun, due)))
        put_file(_note_file(_renewal_log(desk)), note.encode())
    return due


def stop_renewal(desk: Desk) -> None:
    """Ask the run of all reports to stop; what it has made stays. Without a run nothing happens.

    Raises
    ------
    RightsError
        As :func:`renew_reports`.
    """
    _authorise_renewal(desk)
    state = find_run(desk.workspace, desk.opened, _RENEWAL)
    note = _find_note(desk)
    # it holds its lock, so the number is still its own
    if note is not None and state is not None and state.is_running:
        signal_group(note.process, signal.SIGTERM)


def find_renewal(desk: Desk) -> Renewal | None:
    """State of the last run of all reports; None if there was none.

    Raises
    ------
    RightsError
        As :func:`renew_reports`.
    """
    _authorise_renewal(desk)
    state = find_run(desk.workspace, desk.opened, _RENEWAL)
    note = _find_note(desk)
    if state is None or note is None:
        return None
    results = list_results(desk)
    ended = results[results["ran_at"].fillna("") >= note.begun]
    failed = ended.loc[ended["status"] == FAILED, ["title", "unit_name", "error"]]
    failures = tuple((str(title), str(unit), str(error)) for title, unit, error in failed.to_numpy())
    begun_at = datetime.fromisoformat(note.begun).astimezone(ZONE)
    return Renewal(state.is_running, begun_at, min(len(ended), note.total), note.total, failures)


def _authorise_renewal(desk: Desk) -> None:
    authorise_tops(desk, "report")


def _renewal_log(desk: Desk) -> Path:
    return _log_file(desk.workspace, desk.opened, _RENEWAL)


def _note_file(log: Path) -> Path:
    return log.with_suffix(".json")


def _find_note(desk: Desk) -> _Note | None:
    try:
        return _Note(**json.loads(_note_file(_renewal_log(desk)).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def start_reports(desk: Desk, report_id: str, unit_codes: Sequence[str]) -> None:
    """Start making the report of some units; returns at once, :func:`find_run` tells the progress.

    Raises
    ------
    RightsError
        If the actor may not have reports made for one of the units.
    UsageError
        ``results.unknown_report``, ``results.no_units``, ``workflows.unknown_unit``.
    ConflictError
        ``results.already_running``.
    """
    plans = {plan.report_id: plan for plan in plan_reports(desk)}
    if report_id not in plans:
        raise UsageError("results.unknown_report", **nearest(report_id, sorted(plans)))
    if not unit_codes:
        raise UsageError("results.no_units")
    for code in unit_codes:
        if code not in plans[report_id].unit_codes:
            near = nearest(code, list(plans[report_id].unit_codes))["nearest"]
            raise UsageError("workflows.unknown_unit", unit=code, nearest=near)
        desk.authorise("report", code)
        authorise_results(desk, code)
    asked = [part for code in unit_codes for part in ("--unit", code)]
    log = _log_file(desk.workspace, desk.opened, report_id)
    _start(_command(desk, report_id, *asked), desk.workspace, log, report_id)


def find_run(workspace: Workspace, opened: Opened, report_id: str) -> RunState | None:
    """The last run of a report requested from a page; None if there was none."""
    path = _log_file(workspace, opened, report_id)
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
        begun = datetime.fromtimestamp(path.stat().st_ctime, ZONE)
        with path.open("a") as file:
            running = not take_lock(file)
    except OSError:
        return None
    lines = tuple(line.strip() for line in text.splitlines() if line.strip())
    return RunState(running, begun, lines[-_TAIL:])


def _command(desk: Desk, *asked: str) -> list[str]:
    return [
        sys.executable, "-m", "pbwidgets.cli.commands", "--as", desk.actor.name, "report", *asked,
        "--campaign", desk.opened.campaign.id, "--period", desk.opened.period_id, "--workers", "1",
    ]  # fmt: skip


def _start(command: Sequence[str], workspace: Workspace, log: Path, report_id: str) -> int:
    """Number of the process that was started."""
    log.parent.mkdir(parents=True, exist_ok=True)
    named = {
        "PBWIDGETS_WORKSPACE": str(workspace.settings.workspace),
        "PBWIDGETS_STORE": workspace.settings.store_url,
        "PBWIDGETS_LANG": workspace.settings.lang,
        "PYTHONIOENCODING": "utf-8",
    }
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PBWIDGETS_")}
    with log.open("a+", encoding="utf-8") as file:
        if not take_lock(file):
            raise ConflictError("results.already_running", report=report_id)
        _note_file(log).unlink(missing_ok=True)  # it tells of the run before
        file.truncate(0)
        process = subprocess.Popen(  # holds the lock on the log, its standard output, until it ends
            command, cwd=workspace.settings.workspace, env={**plain, **named}, stdin=subprocess.DEVNULL,
            stdout=file, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    # without a wait it would stay a zombie process for as long as this page is open
    threading.Thread(target=process.wait, name=f"report {report_id}", daemon=True).start()
    return process.pid


def _log_file(workspace: Workspace, opened: Opened, report_id: str) -> Path:
    name = f"{opened.campaign.id}-{opened.period_id}-{report_id}.log"
    return workspace.settings.private / "runs" / name
