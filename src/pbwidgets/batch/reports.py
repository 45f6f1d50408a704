"""Running a campaign's reports: for which units, from what, and how they went."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pbwidgets.batch.planning import make_jobs
from pbwidgets.batch.progress import show_progress
from pbwidgets.batch.runner import run_jobs
from pbwidgets.campaign.findings import spelling
from pbwidgets.errors import UsageError
from pbwidgets.units import unit_names
from pbwidgets.wording import say
from pbwidgets.workflows.ground.leaving import guard_of
from pbwidgets.workflows.ground.snapshots import Snapshot, take_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.reports.definitions import (
    Overrides,
    ReportDefinition,
    find_targets,
    load_overrides,
    load_reports,
)
from pbwidgets.workflows.reports.fingerprints import fingerprint_report
from pbwidgets.workflows.reports.manifest import DONE, Manifest, Provenance, word_why

PAGE_MAKER = "pbwidgets.exports.html:build_html"


@dataclass(frozen=True)
class ReportRun:
    """How one report went.

    Attributes
    ----------
    title
        Its title.
    folder
        Folder of the unit folders and the manifest.
    manifest
        State of all units ever run.
    codes
        Units of this run.
    """

    title: str
    folder: Path
    manifest: Manifest
    codes: tuple[str, ...]

    def count(self, status: str) -> int:
        """Number of units of this run with a status."""
        return sum(1 for code in self.codes if self.manifest.units[code].status == status)

    def why_lines(self) -> list[str]:
        """Reasons why units were run, with the number of units for each."""
        runs = [self.manifest.units[code] for code in self.codes]
        reasons = Counter(run.why for run in runs if run.status == DONE)
        return [
            say("batch.ran_because", count=count, why=word_why(why))
            for why, count in sorted(reasons.items(), key=lambda item: -item[1])
        ]


def run_reports(
    workspace: Workspace,
    opened: Opened,
    name: str | None = None,
    unit_codes: Sequence[str] = (),
    *,
    force: bool = False,
    workers: int | None = None,
) -> tuple[ReportRun, ...]:
    """Run one report of a campaign, or all; what has not changed is not run again.

    Parameters
    ----------
    workspace, opened
        The workspace, and the campaign and period in it.
    name
        Report of ``parameters/reports``; None for all.
    unit_codes
        Only these units.
    force
        Run even what has not changed.
    workers
        Number of processes.

    Raises
    ------
    UsageError
        ``batch.unknown_report``, ``batch.unknown_units``.
    ProblemsError
        If a report or override file has problems.
    """
    settings = workspace.settings
    reports = load_reports(settings.parameters / "reports", settings.notebooks)
    if name is not None and name not in reports:
        raise UsageError("batch.unknown_report", **spelling(name, reports))
    snapshot = take_snapshot(workspace, opened)
    units = snapshot.frames(["units"])["units"]
    overrides = load_overrides(
        settings.parameters / "overrides", reports, settings.notebooks, units["unit_code"]
    )
    targets = {
        report_id: find_targets(reports[report_id], opened.campaign, units)
        for report_id in ([name] if name else reports)
    }
    _check_units(unit_codes, targets)
    runs = []
    for report_id, codes in targets.items():
        wanted = [code for code in codes if not unit_codes or code in unit_codes]
        if wanted:
            report = reports[report_id]
            runs.append(_run(workspace, opened, report, snapshot, units, wanted, overrides, force, workers))
    return tuple(runs)


def _run(
    workspace: Workspace,
    opened: Opened,
    report: ReportDefinition,
    snapshot: Snapshot,
    units: pd.DataFrame,
    codes: Sequence[str],
    overrides: Overrides,
    force: bool,
    workers: int | None,
) -> ReportRun:
    settings = workspace.settings
    names = unit_names(units)
    title = report.title.words(settings.lang)
    outputs = settings.outputs.joinpath(*opened.key)
    jobs = make_jobs(
        report,
        {code: f"{names[code]} {title}" for code in codes},
        notebooks=settings.notebooks,
        outputs=outputs,
        fingerprints={code: fingerprint_report(snapshot, opened, units, code) for code in codes},
        given={
            code: {"snapshot": str(snapshot.folder), "unit_code": code, "lang": settings.lang}
            for code in codes
        },
        overrides=overrides,
        lang=settings.lang,
    )
    provenance = Provenance(
        opened.campaign.id, opened.period_id, snapshot.version, snapshot.snapshot_id, snapshot.hidden
    )
    with show_progress(title) as tell:
        manifest = run_jobs(
            jobs,
            workers=workers,
            force=force,
            finish=PAGE_MAKER,
            provenance=provenance,
            on_progress=tell,
            guard=guard_of(workspace),
        )
    return ReportRun(title, outputs / report.id, manifest, tuple(codes))


def _check_units(unit_codes: Sequence[str], targets: Mapping[str, Sequence[str]]) -> None:
    known = {code for codes in targets.values() for code in codes}
    wrong = [code for code in unit_codes if code not in known]
    if wrong:
        near = spelling(wrong[0], sorted(known))["nearest"]
        raise UsageError("batch.unknown_units", units="、".join(wrong), nearest=near)
