"""The files that reports have made: which there are for whom, which failed or are out of date, and as a zip.

Reports run in a room above this one, so what happened is read from the ``manifest.json`` that each run leaves
behind; it is the record of the runner and the only thing that is believed here.
"""

import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pandas as pd

from pbwidgets.errors import DataError, RightsError
from pbwidgets.scoring.frames import Columns, to_frame
from pbwidgets.store import Actor, load_decisions
from pbwidgets.units import subtree
from pbwidgets.workflows.fingerprints import fingerprint_report
from pbwidgets.workflows.listing import explain_score
from pbwidgets.workflows.rights import authorise
from pbwidgets.workflows.snapshots import Snapshot, has_changed, newest_snapshot
from pbwidgets.workflows.workspace import Opened, Workspace, today

DONE, FAILED, STALE, NOT_MADE = "done", "failed", "stale", "not_made"

ALL_REPORTS: Final = ("all", "all.zip")
"""Report and path under which the zip of a unit is asked for."""

RESULTS: Final[Columns] = {
    "report_id": "string",
    "title": "string",
    "unit_code": "string",
    "unit_name": "string",
    "status": "string",  # done, stale, failed, not_made
    "ran_at": "string",  # ISO time in UTC
    "error": "string",  # why it failed and what to do, in the language of the settings
    "files": "string",  # paths within the folder, one a line
}
"""One row is a report of a unit."""

_HIDDEN: Final = ("error.txt",)


@dataclass(frozen=True)
class ReportPlan:
    """What a report's file says of it: its title and the units it is made for."""

    report_id: str
    title: str
    unit_codes: tuple[str, ...]


def authorise_results(actor: Actor, unit_code: str, units: pd.DataFrame) -> None:
    """Let an actor pass who may read the reports of a unit, which hold the rows of all units below it.

    Raises
    ------
    RightsError
        If not: who fills in sees the unit's own score sheet instead (:func:`own_score_sheet`).
    """
    authorise(actor, "view" if actor.role == "analyst" else "inspect", unit_code, units)


def plan_reports(workspace: Workspace, opened: Opened, units: pd.DataFrame) -> tuple[ReportPlan, ...]:
    """Reports of ``parameters/reports``, by id; a file that cannot be read is left out, ``check`` says why."""
    return tuple(_plans(workspace, opened, units))


def list_results(workspace: Workspace, actor: Actor, opened: Opened) -> pd.DataFrame:
    """Reports of all units that the actor may read, columns ``RESULTS``: per report in the order of codes.

    A report is ``stale`` when what it is made of has changed since, as far as the newest snapshot knows;
    :func:`records_changed` says whether there are newer records than that.

    Raises
    ------
    RightsError
        If the actor's role reads no reports.
    """
    units = workspace.units(opened.day(today()))
    snapshot = newest_snapshot(workspace, opened)
    names = dict(zip(units["unit_code"], units["unit_name"], strict=True))
    readable = _readable(actor, units)
    rows = []
    for plan in _plans(workspace, opened, units):
        runs = _runs(_folder(workspace, opened) / plan.report_id)
        for code in plan.unit_codes:
            if code in readable:
                folder = _folder(workspace, opened) / plan.report_id / code
                row = _row(workspace, opened, snapshot, units, runs.get(code), folder, code)
                about = {"report_id": plan.report_id, "title": plan.title}
                rows.append({**about, "unit_code": code, "unit_name": names.get(code, code), **row})
    return to_frame(rows, RESULTS)


def records_changed(workspace: Workspace, opened: Opened) -> bool:
    """Whether anything was written into the store since the newest snapshot, or there is none yet."""
    return has_changed(workspace, opened)


def find_result(
    workspace: Workspace, actor: Actor, opened: Opened, report_id: str, unit_code: str, path: str
) -> Path:
    """File of a report, within the folder of its unit.

    Raises
    ------
    RightsError
        If the actor may not read the unit's reports.
    DataError
        ``results.no_file`` if there is none, or the path leads elsewhere.
    """
    authorise_results(actor, unit_code, workspace.units())
    base = _folder(workspace, opened).resolve()
    folder = (base / report_id / unit_code).resolve()
    wanted = (folder / path).resolve()
    inside = folder.parent.parent == base and wanted.is_relative_to(folder) and wanted.is_file()
    hidden = any(part.startswith(".") for part in (report_id, unit_code, *Path(path).parts))
    if hidden or not inside:
        raise DataError("results.no_file", file=path)
    return wanted


def zip_results(workspace: Workspace, actor: Actor, opened: Opened, unit_code: str) -> Path:
    """Zip of all reports of one unit, a folder for each report named by its title.

    Raises
    ------
    RightsError
        If the actor may not read the unit's reports.
    DataError
        ``results.nothing_made`` if there is no file yet.
    """
    units = workspace.units(opened.day(today()))
    authorise_results(actor, unit_code, units)
    packed = [
        (folder / path, f"{plan.title}/{path}")
        for plan in _plans(workspace, opened, units)
        for folder in [_folder(workspace, opened) / plan.report_id / unit_code]
        for path in _files(folder)
    ]
    if not packed:
        raise DataError("results.nothing_made", unit=unit_code)
    folder = workspace.settings.private / "zips"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"{opened.campaign.id}-{opened.period_id}-{unit_code}.zip"
    beside = target.with_suffix(f".{uuid4().hex[:8]}.tmp")
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, name in packed:
            archive.write(path, name)
    beside.replace(target)
    return target


def own_score_sheet(workspace: Workspace, actor: Actor, opened: Opened, *, day: date | None = None) -> str:
    """Score sheet of the actor's own unit in words; an empty text as long as it is not to be seen.

    Raises
    ------
    RightsError
        ``workflows.not_allowed`` for an account without a unit.
    """
    if not sees_own_sheet(workspace, actor, opened, day=day):
        return ""
    return explain_score(workspace, opened, str(actor.unit_code))


def sees_own_sheet(workspace: Workspace, actor: Actor, opened: Opened, *, day: date | None = None) -> bool:
    """Whether a unit may see its own score sheet on a day, by default today.

    It may from ``visible_from`` of the period on; where the campaign sets no such day, once the unit is decided
    on.

    Raises
    ------
    RightsError
        ``workflows.not_allowed`` for an account without a unit.
    """
    if actor.unit_code is None:
        raise RightsError("workflows.not_allowed", role=actor.role, action="view")
    units = workspace.units(opened.day(today()))
    authorise(actor, "view", actor.unit_code, units)
    kinds = set(units.loc[units["unit_code"] == actor.unit_code, "kind"])
    if not any(track.kind == "score" and track.unit_kind in kinds for track in opened.campaign.tracks):
        return False
    begins = visible_from(opened)
    if begins is not None:
        return (day or today()) >= begins
    with workspace.store.read() as reader:
        decided = load_decisions(reader, opened.campaign.id, opened.period_id)
    return bool((decided["unit_code"] == actor.unit_code).any())


def visible_from(opened: Opened) -> date | None:
    """First day on which units see their own score sheets; None if that hangs on the decision."""
    return opened.campaign.period(opened.period_id).visible_from


def _row(
    workspace: Workspace,
    opened: Opened,
    snapshot: Snapshot | None,
    units: pd.DataFrame,
    run: Mapping[str, Any] | None,
    folder: Path,
    code: str,
) -> dict[str, object]:
    files = _files(folder)
    if run is None:
        return {"status": NOT_MADE, "files": ""}
    error = run.get("error") or {}
    status = DONE
    if run.get("status") == FAILED:
        status = FAILED
    elif snapshot is None or _is_stale(snapshot, opened, units, run, code):
        status = STALE
    return {
        "status": status,
        "ran_at": run.get("ran_at"),
        "error": error.get("en" if workspace.settings.lang == "en" else "zh"),
        "files": "\n".join(files),
    }


def _is_stale(
    snapshot: Snapshot, opened: Opened, units: pd.DataFrame, run: Mapping[str, Any], code: str
) -> bool:
    rests_on = run.get("fingerprint", {})
    wanted = fingerprint_report(snapshot, opened, units, code)
    return any(rests_on.get(name) != value for name, value in wanted.items())


def _readable(actor: Actor, units: pd.DataFrame) -> set[str]:
    codes = {str(code) for code in units["unit_code"]}
    if actor.role in ("analyst", "organiser", "operator"):
        for code in sorted(codes)[:1]:
            authorise_results(actor, code, units)
        return codes
    authorise_results(actor, actor.unit_code or "", units)
    return {str(code) for code in subtree(units, actor.unit_code or "")["unit_code"]}


def _plans(workspace: Workspace, opened: Opened, units: pd.DataFrame) -> Iterator[ReportPlan]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    for path in sorted((workspace.settings.parameters / "reports").glob("*.yaml")):
        try:
            told = YAML(typ="safe").load(path)
            title = told["title"]["en" if workspace.settings.lang == "en" else "zh"]
            codes = _targets(told["for_each"], opened, units)
        except (OSError, YAMLError, KeyError, TypeError):
            continue
        yield ReportPlan(path.stem, str(title), codes)


def _targets(for_each: object, opened: Opened, units: pd.DataFrame) -> tuple[str, ...]:
    if for_each == "root":
        chosen = units["parent_code"].isna()
    else:
        kind = for_each["kind"] if isinstance(for_each, dict) else opened.campaign.partition_by
        chosen = units["kind"] == kind
    return tuple(sorted(str(code) for code in units.loc[chosen, "unit_code"]))


def _runs(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    try:
        told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return dict(told["units"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _files(folder: Path) -> list[str]:
    """Files of a report folder, what people open first; a failed one holds the last good ones in ``previous``."""
    if not folder.is_dir():
        return []
    found = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    shown = [path for path in found if not path.name.startswith(".") and path.name not in _HIDDEN]
    return sorted(map(Path.as_posix, shown), key=lambda name: (name.count("/"), _order(name), name))


def _order(name: str) -> int:
    endings = (".html", ".pptx", ".docx", ".xlsx", ".png", ".svg")
    return next((at for at, ending in enumerate(endings) if name.endswith(ending)), len(endings))


def _folder(workspace: Workspace, opened: Opened) -> Path:
    return workspace.settings.outputs / opened.campaign.id / opened.period_id
