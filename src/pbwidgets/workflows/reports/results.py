"""The files that reports have made: their list, which failed or are out of date, and a zip of them.

Reports run in a layer above this one: what happened is read from the manifest of each run.
"""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from uuid import uuid4

import pandas as pd

from pbwidgets.errors import DataError, PbError, Problem, RightsError
from pbwidgets.exports.own_templates import find_template
from pbwidgets.scoring.frames import Columns, to_frame
from pbwidgets.store import load_decisions
from pbwidgets.units import unit_names
from pbwidgets.workflows.ground.desk import Desk, find_in_scope, reading_action
from pbwidgets.workflows.ground.files import HELD_BACK, ServedFile, check_kept
from pbwidgets.workflows.ground.snapshots import Snapshot, has_changed, newest_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace, day_of
from pbwidgets.workflows.reports.blocks.library import library_of
from pbwidgets.workflows.reports.definitions import (
    Ground,
    ReportDefinition,
    find_reports,
    find_targets,
    read_reports,
)
from pbwidgets.workflows.reports.runs.fingerprints import fingerprint_reports, hash_templates
from pbwidgets.workflows.reports.runs.manifest import DONE, FAILED, UnitRun, load_manifest, word_failure
from pbwidgets.workflows.reports.scores import explain_score

STALE, NOT_MADE = "stale", "not_made"
ALL_REPORTS: Final = ("all", "all.zip")
"""Report and path under which the zip of a unit is requested."""
RESULTS: Final[Columns] = {
    "report_id": "string",
    "title": "string",
    "unit_code": "string",
    "unit_name": "string",
    "status": "string",  # done, stale, failed, not_made
    "ran_at": "string",  # ISO time in UTC
    "error": "string",  # why it failed and what to do
    "files": "string",  # paths within the folder, one per line
}
"""One row per report and unit."""
_HIDDEN: Final = ("error.txt",)


@dataclass(frozen=True)
class ReportPlan:
    """A report's title and the units it is made for, from its file."""

    definition: ReportDefinition
    title: str
    unit_codes: tuple[str, ...]

    @property
    def report_id(self) -> str:
        """Its id."""
        return self.definition.id


def authorise_results(desk: Desk, unit_code: str) -> None:
    """Raise unless the actor may read a unit's reports, which hold the rows of all units below it.

    Raises
    ------
    RightsError
        Also for fillers, who see their unit's score sheet instead (:func:`own_score_sheet`).
    """
    desk.authorise(reading_action(desk), unit_code)


def report_problems(desk: Desk) -> tuple[Problem, ...]:
    """All problems of the files of ``parameters/reports``."""
    settings = desk.workspace.settings
    ground = Ground(settings.notebooks, (desk.opened.campaign,))
    return tuple(read_reports(settings.parameters / "reports", ground)[1])


def plan_reports(desk: Desk) -> tuple[ReportPlan, ...]:
    """Reports of ``parameters/reports`` that are due and have units, by id, if their files can be read."""
    opened = desk.opened
    plans = []
    for report in find_reports(desk.workspace.settings.parameters / "reports").values():
        codes = find_targets(report, opened.campaign, desk.units)
        if codes and report.is_due(opened.period, opened.day(day_of(desk.now))):
            plans.append(ReportPlan(report, report.title.words(desk.lang), tuple(codes)))
    return tuple(plans)


def list_results(desk: Desk) -> pd.DataFrame:
    """Reports of all units that the actor may read, by report and unit code; columns ``RESULTS``.

    A report is ``stale`` if its inputs have changed since, judged by the newest snapshot;
    :func:`records_changed` says whether there are newer records than that.

    Raises
    ------
    RightsError
        If the actor's role reads no reports.
    """
    snapshot = newest_snapshot(desk.workspace, desk.opened)
    names = unit_names(desk.units)
    readable = _readable(desk)
    rows = []
    for plan in plan_reports(desk):
        folder = _folder(desk) / plan.report_id
        manifest = load_manifest(folder)
        runs = manifest.units if manifest else {}
        codes = [code for code in plan.unit_codes if code in readable]
        wanted = _wanted(desk, snapshot, plan.definition, [code for code in codes if code in runs])
        for code in codes:
            about = {"report_id": plan.report_id, "title": plan.title}
            row = _row(desk, runs.get(code), wanted.get(code), folder / code)
            rows.append({**about, "unit_code": code, "unit_name": names.get(code, code), **row})
    return to_frame(rows, RESULTS)


def records_changed(workspace: Workspace, opened: Opened) -> bool:
    """Whether anything was written to the store since the newest snapshot, or there is none yet."""
    return has_changed(workspace, opened)


def find_result(desk: Desk, report_id: str, unit_code: str, path: str) -> Path:
    """File of a report, within the folder of its unit.

    Raises
    ------
    RightsError
        If the actor may not read the unit's reports.
    DataError
        ``results.no_file`` if there is none, or the path leads elsewhere; ``results.held_back`` if it names somebody.
    """
    authorise_results(desk, unit_code)
    base = _folder(desk).resolve()
    folder = (base / report_id / unit_code).resolve()
    wanted = (folder / path).resolve()
    inside = folder.parent.parent == base and wanted.is_relative_to(folder) and wanted.is_file()
    hidden = any(part.startswith(".") for part in (report_id, unit_code, *Path(path).parts))
    if hidden or not inside:
        raise DataError("results.no_file", file=path)
    return check_kept(desk.workspace, wanted)


def zip_results(desk: Desk, unit_code: str) -> Path:
    """Zip of all reports of one unit, with one folder per report, named by its title.

    Raises
    ------
    RightsError
        If the actor may not read the unit's reports.
    DataError
        ``results.nothing_made`` if there is no file yet; ``results.held_back`` if one of them names somebody.
    """
    authorise_results(desk, unit_code)
    packed = [
        (check_kept(desk.workspace, folder / path), f"{plan.title}/{path}")
        for plan in plan_reports(desk)
        for folder in [_folder(desk) / plan.report_id / unit_code]
        for path in _files(folder)
    ]
    if not packed:
        raise DataError("results.nothing_made", unit=unit_code)
    folder = desk.workspace.settings.private / "zips"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"{desk.opened.campaign.id}-{desk.opened.period_id}-{unit_code}.zip"
    beside = target.with_suffix(f".{uuid4().hex[:8]}.tmp")
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, name in packed:
            archive.write(path, name)
    beside.replace(target)
    return target


def own_score_sheet(desk: Desk) -> str:
    """Score sheet of the actor's own unit in words; empty until the unit may see it.

    Raises
    ------
    RightsError
        ``workflows.not_allowed`` for an account without a unit.
    """
    if not sees_own_sheet(desk):
        return ""
    return explain_score(desk.workspace, desk.opened, str(desk.actor.unit_code), lang=desk.lang)


def sees_own_sheet(desk: Desk) -> bool:
    """Whether the actor's unit may see its own score sheet yet.

    It may from the period's ``visible_from`` on or, if the campaign sets no such day, once the unit has been
    decided on; where there is no list to decide on, once the period is closed.

    Raises
    ------
    RightsError
        ``workflows.not_allowed`` for an account without a unit.
    """
    if desk.actor.unit_code is None:
        raise RightsError("workflows.not_allowed", role=desk.actor.role, action="view")
    units = desk.units
    desk.authorise("view", desk.actor.unit_code)
    kinds = set(units.loc[units["unit_code"] == desk.actor.unit_code, "kind"])
    tracks = [
        track
        for track in desk.opened.campaign.tracks
        if track.kind == "score" and not kinds.isdisjoint(track.unit_kind)
    ]
    if not tracks:
        return False
    begins = visible_from(desk.opened)
    if begins is not None:
        return day_of(desk.now) >= begins
    if not desk.opened.is_open and all(track.places is None for track in tracks):
        return True
    with desk.workspace.store.read() as reader:
        decided = load_decisions(reader, *desk.opened.key)
    ours = decided["track_id"].isin([track.id for track in tracks])  # not a list's
    return bool((ours & (decided["unit_code"] == desk.actor.unit_code)).any())


def visible_from(opened: Opened) -> date | None:
    """First day on which units see their own score sheets; None if that depends on the decision."""
    return opened.period.visible_from


def _wanted(
    desk: Desk, snapshot: Snapshot | None, report: ReportDefinition, codes: Sequence[str]
) -> dict[str, dict[str, str]]:
    """Fingerprints of up-to-date reports by unit code; empty without a snapshot."""
    if snapshot is None:
        return {}
    library = library_of(desk.workspace.settings)
    made = fingerprint_reports(snapshot, desk.opened, desk.units, report, library, codes)
    parameters = desk.workspace.settings.parameters
    named = desk.opened.campaign.templates
    templates = hash_templates(parameters, named, find_template(parameters, named, "slides"))
    return {code: {**hashes, **templates} for code, hashes in made.items()}


def _row(
    desk: Desk, run: UnitRun | None, wanted: Mapping[str, str] | None, folder: Path
) -> dict[str, object]:
    """Row of the list for a unit's report: its last run, its fingerprint if it were made now, its folder."""
    if run is None:
        return {"status": NOT_MADE, "files": ""}
    status = DONE
    if run.status == FAILED:
        status = FAILED
    elif wanted is None or any(run.fingerprint.get(name) != value for name, value in wanted.items()):
        status = STALE
    return {
        "status": status,
        "ran_at": run.ran_at,
        "error": word_failure(run.failure, desk.lang) if run.failure else None,
        "files": "\n".join(_files(folder)),
    }


def _readable(desk: Desk) -> set[str]:
    """Codes of the units whose reports the actor may read."""
    return set(find_in_scope(desk, reading_action(desk))["unit_code"])


def _files(folder: Path) -> list[str]:
    """Files of a report folder, most useful first; after a failure the last good ones are in ``previous``."""
    if not folder.is_dir():
        return []
    found = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    shown = [path for path in found if not path.name.startswith(".") and path.name not in _HIDDEN]
    return sorted(map(Path.as_posix, shown), key=lambda name: (name.count("/"), _order(name), name))


def _order(name: str) -> int:
    endings = (".html", ".pptx", ".docx", ".xlsx", ".png", ".svg")
    return next((at for at, ending in enumerate(endings) if name.endswith(ending)), len(endings))


def _folder(desk: Desk) -> Path:
    return desk.workspace.settings.outputs.joinpath(*desk.opened.key)


def find_result_file(desk: Desk, report_id: str, unit_code: str, inner: str) -> ServedFile | None:
    """File of a unit's report, or the zip of all; None if there is none or the actor may not read it.

    Raises
    ------
    DataError
        ``results.held_back`` if it names somebody.
    """
    try:
        if (report_id, inner) == ALL_REPORTS:
            packed = zip_results(desk, unit_code)
            return ServedFile(packed, "application/zip", f"{unit_code}.zip")
        path = find_result(desk, report_id, unit_code, inner)
    except (PbError, OSError, ValueError) as error:
        if isinstance(error, PbError) and error.code == HELD_BACK:
            raise
        return None
    kind = _RESULTS.get(path.suffix.lower())
    return None if kind is None else ServedFile(path, kind, f"{unit_code}_{path.name}")


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_RESULTS: Final = {
    ".html": "text/html; charset=utf-8",
    ".ipynb": "application/x-ipynb+json",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".pptx": f"{_OFFICE}.presentationml.presentation",
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".zip": "application/zip",
}
