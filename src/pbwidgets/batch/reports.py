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
from pbwidgets.errors import Problem, ProblemsError, UsageError
from pbwidgets.units import unit_names
from pbwidgets.wording import say
from pbwidgets.workflows.ground.snapshots import Snapshot, take_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace, open_campaigns
from pbwidgets.workflows.reports.blocks.library import library_of
from pbwidgets.workflows.reports.definitions import (
    Ground,
    Overrides,
    ReportDefinition,
    find_targets,
    load_overrides,
    read_reports,
)
from pbwidgets.workflows.reports.fingerprints import fingerprint_reports
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
    problems
        Problems of its file; then nothing was run.
    """

    title: str
    folder: Path
    manifest: Manifest
    codes: tuple[str, ...]
    problems: tuple[Problem, ...] = ()

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


def find_reported(
    workspace: Workspace,
    campaign_id: str | None = None,
    period_id: str | None = None,
    name: str | None = None,
    unit_codes: Sequence[str] = (),
) -> tuple[Opened, ...]:
    """Open campaigns of which a report, or all, are made.

    Without a campaign, all reports are made of every open campaign in which the given units take part; one report is
    made of the campaign opened last of those.

    Raises
    ------
    UsageError
        ``workflows.nothing_open``, ``workflows.unknown_campaign``, ``workflows.unknown_period``.
    """
    settings = workspace.settings
    meant = workspace.opened(campaign_id, period_id)
    if campaign_id is not None:
        return (meant,)
    reports, _ = read_reports(settings.parameters / "reports", Ground(settings.notebooks))
    fitting = [
        opened
        for opened in open_campaigns(workspace)
        if period_id in (None, opened.period_id)
        and (name not in reports or reports[name].is_for(opened.campaign))
        and set(unit_codes) <= set(opened.take_part(workspace.units())["unit_code"])
    ]
    return tuple(fitting if name is None else fitting[-1:]) or (meant,)


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
    ground = Ground(settings.notebooks, (opened.campaign,))
    folder = settings.parameters / "reports"
    reports, problems = read_reports(folder, ground)
    if name is not None and name not in (known := {*reports, *(path.stem for path in folder.glob("*.yaml"))}):
        raise UsageError("batch.unknown_report", **spelling(name, sorted(known)))
    wrong = {Path(problem.file).stem for problem in problems}
    if name in wrong or (wrong and not reports.keys() - wrong):
        raise ProblemsError([problem for problem in problems if name in (None, Path(problem.file).stem)])
    snapshot = take_snapshot(workspace, opened)
    units = snapshot.frames(["units"])["units"]
    sound = {report_id: report for report_id, report in reports.items() if report_id not in wrong}
    overrides = load_overrides(settings.parameters / "overrides", sound, ground, units["unit_code"])
    targets = {
        report_id: find_targets(report, opened.campaign, units)
        for report_id, report in sound.items()
        if name == report_id or (name is None and report.is_due(opened.period, snapshot.day))
    }
    _check_units(unit_codes, targets)
    runs = []
    for report_id, codes in targets.items():
        wanted = [code for code in codes if not unit_codes or code in unit_codes]
        if wanted:
            report = reports[report_id]
            runs.append(_run(workspace, opened, report, snapshot, units, wanted, overrides, force, workers))
    runs += [
        ReportRun(stem, folder, Manifest(stem), (), found)
        for stem in sorted(wrong)
        if name is None and (found := tuple(item for item in problems if Path(item.file).stem == stem))
    ]
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
        fingerprints=fingerprint_reports(snapshot, opened, units, report, library_of(settings), codes),
        given={
            code: {"snapshot": str(snapshot.folder), "unit_code": code, "lang": settings.lang}
            for code in codes
        },
        overrides=overrides,
        lang=settings.lang,
    )
    provenance = Provenance(opened.campaign.id, opened.period_id, snapshot.version, snapshot.snapshot_id)
    with show_progress(title) as tell:
        manifest = run_jobs(
            jobs, workers=workers, force=force, finish=PAGE_MAKER, provenance=provenance, on_progress=tell
        )
    return ReportRun(title, outputs / report.id, manifest, tuple(codes))


def _check_units(unit_codes: Sequence[str], targets: Mapping[str, Sequence[str]]) -> None:
    known = {code for codes in targets.values() for code in codes}
    wrong = [code for code in unit_codes if code not in known]
    if wrong:
        near = spelling(wrong[0], sorted(known))["nearest"]
        raise UsageError("batch.unknown_units", units="、".join(wrong), nearest=near)
