"""Reports made again from a page: the command ``pbwidgets report`` in a process of its own.

The room that runs reports stands above this one, and a run must outlive the page that asked for it. So the
command line is started, as somebody with a shell would, with one worker: people are at work on the same
machine. Whether it still runs is asked of the operating system: the process holds a lock on its log until it
ends, however it ends.
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
from pbwidgets.store import Actor
from pbwidgets.workflows.results import authorise_results, plan_reports
from pbwidgets.workflows.rights import authorise
from pbwidgets.workflows.workspace import ZONE, Opened, Workspace, nearest, today

_TAIL = 4
"""Lines of its output that are shown."""


@dataclass(frozen=True)
class RunState:
    """How the last run of a report that was asked for from a page goes.

    Attributes
    ----------
    is_running
        It has not ended.
    begun_at
        When it was asked for.
    lines
        The last lines that it said.
    """

    is_running: bool
    begun_at: datetime
    lines: tuple[str, ...]


def start_reports(
    workspace: Workspace, actor: Actor, opened: Opened, report_id: str, unit_codes: Sequence[str]
) -> None:
    """Begin to make the report of some units; returns at once, :func:`find_run` says how it goes.

    Raises
    ------
    RightsError
        If the actor may not have reports made for one of the units.
    UsageError
        ``results.unknown_report``, ``results.no_units``, ``workflows.unknown_unit``.
    ConflictError
        ``results.already_running``.
    """
    units = workspace.units(opened.day(today()))
    plans = {plan.report_id: plan for plan in plan_reports(workspace, opened, units)}
    if report_id not in plans:
        raise UsageError("results.unknown_report", **nearest(report_id, sorted(plans)))
    if not unit_codes:
        raise UsageError("results.no_units")
    for code in unit_codes:
        if code not in plans[report_id].unit_codes:
            near = nearest(code, list(plans[report_id].unit_codes))["nearest"]
            raise UsageError("workflows.unknown_unit", unit=code, nearest=near)
        authorise(actor, "report", code, units)
        authorise_results(actor, code, units)
    asked = [part for code in unit_codes for part in ("--unit", code)]
    command = [
        sys.executable, "-m", "pbwidgets.cli.commands", "--as", actor.name, "report", report_id,
        "--campaign", opened.campaign.id, "--period", opened.period_id, "--workers", "1", *asked,
    ]  # fmt: skip
    _start(command, workspace, _log_file(workspace, opened, report_id), report_id)


def find_run(workspace: Workspace, opened: Opened, report_id: str) -> RunState | None:
    """The last run of a report that a page asked for; None if there was none."""
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
        process = subprocess.Popen(  # its end is asked of the lock on the log, which it holds as its standard output
            command, cwd=workspace.settings.workspace, env={**plain, **named}, stdin=subprocess.DEVNULL,
            stdout=file, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    # somebody has to take note of its end, or it stays in the system's list for as long as this page is open
    threading.Thread(target=process.wait, name=f"report {report_id}", daemon=True).start()


def _try_lock(file: IO[str]) -> bool:
    """Whether the lock is ours now; on systems without such locks the runner's own decides."""
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
