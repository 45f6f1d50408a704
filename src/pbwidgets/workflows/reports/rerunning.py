"""Making reports again from a page: the command ``pbwidgets report`` in its own process.

The package that runs reports is a layer above this one, and a run must outlive the page that asked for it.
So this starts the command line, with one worker because people are using the same machine. The process
holds a lock on its log until it ends, however it ends: that is how we know whether it is still running.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from pbwidgets.errors import ConflictError, UsageError
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.lookup import nearest
from pbwidgets.workflows.ground.workspace import ZONE, Opened, Workspace
from pbwidgets.workflows.reports.results import authorise_results, plan_reports

_TAIL = 4
"""Number of output lines shown."""


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
    plans = {plan.report_id: plan for plan in plan_reports(desk)[0]}
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
    command = [
        sys.executable, "-m", "pbwidgets.cli.commands", "--as", desk.actor.name, "report", report_id,
        "--campaign", desk.opened.campaign.id, "--period", desk.opened.period_id, "--workers", "1", *asked,
    ]  # fmt: skip
    _start(command, desk.workspace, _log_file(desk.workspace, desk.opened, report_id), report_id)


def find_run(workspace: Workspace, opened: Opened, report_id: str) -> RunState | None:
    """The last run of a report requested from a page; None if there was none."""
    path = _log_file(workspace, opened, report_id)
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
        begun = datetime.fromtimestamp(path.stat().st_ctime, ZONE)
        with path.open("a") as file:
            running = not _try_lock(file)
    except OSError:
        return None
    lines = tuple(line.strip() for line in text.splitlines() if line.strip())
    return RunState(running, begun, lines[-_TAIL:])


def _start(command: Sequence[str], workspace: Workspace, log: Path, report_id: str) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    named = {
        "PBWIDGETS_WORKSPACE": str(workspace.settings.workspace),
        "PBWIDGETS_STORE": workspace.settings.store_url,
        "PBWIDGETS_LANG": workspace.settings.lang,
        "PYTHONIOENCODING": "utf-8",
    }
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PBWIDGETS_")}
    with log.open("a+", encoding="utf-8") as file:
        if not _try_lock(file):
            raise ConflictError("results.already_running", report=report_id)
        file.truncate(0)
        process = subprocess.Popen(  # holds the lock on the log, its standard output, until it ends
            command, cwd=workspace.settings.workspace, env={**plain, **named}, stdin=subprocess.DEVNULL,
            stdout=file, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    # without a wait it would stay a zombie process for as long as this page is open
    threading.Thread(target=process.wait, name=f"report {report_id}", daemon=True).start()


def _try_lock(file: IO[str]) -> bool:
    """Whether the lock was acquired; on systems without such locks the runner's own lock decides."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _log_file(workspace: Workspace, opened: Opened, report_id: str) -> Path:
    name = f"{opened.campaign.id}-{opened.period_id}-{report_id}.log"
    return workspace.settings.private / "runs" / name
