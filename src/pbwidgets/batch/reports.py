"""Running the reports of campaigns: for which units, from what, and how they went."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pbwidgets.batch.planning import make_jobs
from pbwidgets.batch.progress import show_progress
from pbwidgets.batch.runner import run_jobs
from pbwidgets.campaign.findings import spelling
from pbwidgets.errors import Problem, ProblemsError, UsageError
from pbwidgets.exports import open_template
from pbwidgets.exports.own_templates import find_template
from pbwidgets.units import unit_names
from pbwidgets.wording import say
from pbwidgets.workflows.ground.files import guard_of
from pbwidgets.workflows.ground.snapshots import Snapshot, take_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.reports.blocks.library import library_of
from pbwidgets.workflows.reports.definitions import (
    Ground,
    Overrides,
    ReportDefinition,
    find_targets,
    load_overrides,
    read_reports,
)
from pbwidgets.workflows.reports.runs.fingerprints import fingerprint_reports, hash_templates
from pbwidgets.workflows.reports.runs.manifest import DONE, Manifest, Provenance, word_why

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


@dataclass(frozen=True)
class _Plan:
    """What is to be run of one campaign: its reports with the units they are made for, and files that are wrong."""

    opened: Opened
    snapshot: Snapshot
    units: pd.DataFrame
    overrides: Overrides
    reports: Mapping[str, ReportDefinition]
    targets: Mapping[str, Sequence[str]]
    wrong: Mapping[str, tuple[Problem, ...]]
    one_of_many: bool
    template: Path | None


def run_reports(
    workspace: Workspace,
    campaigns: Sequence[Opened],
    name: str | None = None,
    unit_codes: Sequence[str] = (),
    *,
    force: bool = False,
    workers: int | None = None,
    template: Path | None = None,
) -> tuple[ReportRun, ...]:
    """Run one report of some campaigns, or all; what has not changed is not run again.

    Parameters
    ----------
    workspace, campaigns
        The workspace, and campaigns and periods in it.
    name
        Report of ``parameters/reports``; None for all.
    unit_codes
        Only these units.
    force
        Run even what has not changed.
    workers
        Number of processes.
    template
        Presentation whose layouts the slides take; by default that of the campaign or the workspace.

    Raises
    ------
    UsageError
        ``batch.unknown_report``, ``batch.unknown_units``, ``batch.no_units`` if the report has none here.
    DataError
        ``slides.template_…`` if the template cannot be used; nothing is run then.
    ProblemsError
        If a report or override file has problems.
    """
    plans = [_plan(workspace, opened, name, len(campaigns) > 1, template) for opened in campaigns]
    known = {code for plan in plans for codes in plan.targets.values() for code in codes}
    if name is not None and not known:
        raise UsageError("batch.no_units", report=name)
    _check_units(unit_codes, known)
    runs = []
    for plan in plans:
        for report_id, codes in plan.targets.items():
            wanted = [code for code in codes if not unit_codes or code in unit_codes]
            if wanted:
                runs.append(_run(workspace, plan, plan.reports[report_id], wanted, force, workers))
    wrong = {stem: problems for plan in plans for stem, problems in plan.wrong.items()}
    folder = workspace.settings.parameters / "reports"
    return (
        *runs,
        *(ReportRun(stem, folder, Manifest(stem), (), found) for stem, found in sorted(wrong.items())),
    )


def _plan(
    workspace: Workspace, opened: Opened, name: str | None, one_of_many: bool, given: Path | None
) -> _Plan:
    settings = workspace.settings
    template = (
        given.absolute() if given else find_template(settings.parameters, opened.campaign.templates, "slides")
    )
    if template is not None:
        open_template(template)  # what is wrong with it is said once, before anything is run
    ground = Ground(settings.notebooks, (opened.campaign,))
    folder = settings.parameters / "reports"
    reports, problems = read_reports(folder, ground)
    if name is not None and name not in (known := {*reports, *(path.stem for path in folder.glob("*.yaml"))}):
        raise UsageError("batch.unknown_report", **spelling(name, sorted(known)))
    wrong: dict[str, tuple[Problem, ...]] = {}
    for problem in problems:
        stem = Path(problem.file).stem
        wrong[stem] = (*wrong.get(stem, ()), problem)
    if name in wrong or (wrong and not reports.keys() - wrong):
        raise ProblemsError([problem for problem in problems if name in (None, Path(problem.file).stem)])
    snapshot = take_snapshot(workspace, opened)
    units = snapshot.frames(["units"])["units"]
    sound = {report_id: report for report_id, report in reports.items() if report_id not in wrong}
    registered = workspace.units()["unit_code"]  # also those that only take part in other campaigns
    overrides = load_overrides(settings.parameters / "overrides", sound, ground, registered)
    targets = {
        report_id: find_targets(report, opened.campaign, units)
        for report_id, report in sound.items()
        if name == report_id or (name is None and report.is_due(opened.period, snapshot.day))
    }
    skipped = wrong if name is None else {}
    return _Plan(opened, snapshot, units, overrides, sound, targets, skipped, one_of_many, template)


def _run(
    workspace: Workspace,
    plan: _Plan,
    report: ReportDefinition,
    codes: Sequence[str],
    force: bool,
    workers: int | None,
) -> ReportRun:
    settings, opened, snapshot, units = workspace.settings, plan.opened, plan.snapshot, plan.units
    names = unit_names(units)
    title = report.title.words(settings.lang)
    outputs = settings.outputs.joinpath(*opened.key)
    made = fingerprint_reports(snapshot, opened, units, report, library_of(settings), codes)
    templates = hash_templates(settings.parameters, opened.campaign.templates, plan.template)
    jobs = make_jobs(
        report,
        {code: f"{names[code]} {title}" for code in codes},
        notebooks=settings.notebooks,
        outputs=outputs,
        fingerprints={code: {**hashes, **templates} for code, hashes in made.items()},
        given={
            code: {
                "snapshot": str(snapshot.folder),
                "unit_code": code,
                "lang": settings.lang,
                "template": str(plan.template or ""),
            }
            for code in codes
        },
        overrides=plan.overrides,
        lang=settings.lang,
    )
    provenance = Provenance(
        opened.campaign.id, opened.period_id, snapshot.version, snapshot.snapshot_id, snapshot.hidden
    )
    shown = f"{opened.campaign.name.words(settings.lang)}·{title}" if plan.one_of_many else title
    with show_progress(shown) as tell:
        manifest = run_jobs(
            jobs,
            workers=workers,
            force=force,
            finish=PAGE_MAKER,
            provenance=provenance,
            on_progress=tell,
            guard=guard_of(workspace),
        )
    return ReportRun(shown, outputs / report.id, manifest, tuple(codes))


def _check_units(unit_codes: Sequence[str], known: Collection[str]) -> None:
    wrong = [code for code in unit_codes if code not in known]
    if wrong:
        near = spelling(wrong[0], sorted(known))["nearest"]
        raise UsageError("batch.unknown_units", units="、".join(wrong), nearest=near)
