"""The inputs of a report folder and the outcome of each unit's run: ``manifest.json``."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from pbwidgets.errors import DataError
from pbwidgets.files import put_file
from pbwidgets.wording import has_words, say

MANIFEST: Final = "manifest.json"
DONE, UNCHANGED, FAILED = "done", "unchanged", "failed"

FIRST_RUN, FAILED_BEFORE, FILES_MISSING, FORCED = "first_run", "failed_before", "files_missing", "forced"
"""Reasons to run a job other than a changed fingerprint."""

_FORMAT: Final = 1


@dataclass(frozen=True)
class Provenance:
    """What a run is based on, as given by the caller."""

    campaign: str = ""
    period: str = ""
    campaign_version: str = ""
    snapshot: str = ""
    hidden: int = 0  # how often 〔略〕 stands in the snapshot for a value that identifies somebody


@dataclass(frozen=True)
class Failure:
    """Why a job failed.

    Attributes
    ----------
    code
        Code of the message, for example ``batch.cell_failed``.
    args
        Arguments of the message: strings and numbers.
    details
        The whole traceback, as text; empty if there is none.
    """

    code: str
    args: Mapping[str, str | int | float] = field(default_factory=dict)
    details: str = ""


@dataclass(frozen=True)
class UnitRun:
    """State of the report of one unit.

    Attributes
    ----------
    status
        ``done``, ``unchanged`` (not run because nothing has changed) or ``failed``.
    why
        Why it ran: parts of the fingerprint that differ (``rows:points``, ``reference``), or
        ``first_run``, ``failed_before``, ``files_missing``, ``forced``. Empty if unchanged.
    seconds
        Duration of the run; if unchanged, of the run that made the files.
    ran_at
        When that run ended, as ISO time in UTC.
    fingerprint, parameters
        Of that run.
    campaign_version, snapshot
        What that run was based on; an unchanged report may be older than the last snapshot.
    failure
        Why it failed.
    left_out
        Characters that its notebook printed beyond what a report keeps.
    """

    status: str
    why: tuple[str, ...]
    seconds: float
    ran_at: str
    fingerprint: Mapping[str, str]
    parameters: Mapping[str, Any]
    campaign_version: str = ""
    snapshot: str = ""
    failure: Failure | None = None
    left_out: int = 0


@dataclass(frozen=True)
class Manifest:
    """State of a report for all units ever run, by unit code.

    Provenance, notebook, parameters (those shared by all units) and package versions are those of the
    last run.
    """

    report: str
    provenance: Provenance = field(default_factory=Provenance)
    notebook: str = ""
    notebook_hash: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, UnitRun] = field(default_factory=dict)

    def codes(self, status: str) -> list[str]:
        """Units with a status, in the order of their codes."""
        return sorted(code for code, run in self.units.items() if run.status == status)


def word_why(why: Iterable[str], lang: str | None = None) -> str:
    """Why a job ran, in words: ``本单位数据有变化（得分、排名）；参数有变化``."""
    names = list(why)
    frames = dict.fromkeys(
        name.split(":")[1] for name in names if name.startswith("rows:")
    )  # of one track or all
    parts = []
    if frames:
        joined = say("batch.list_comma", lang).join(word_frame(frame, lang) for frame in frames)
        parts.append(say("batch.why.rows", lang, frames=joined))
    for name in names:
        if name.startswith("block:"):
            parts.append(say("batch.why.block", lang, name=name.removeprefix("block:")))
        elif not name.startswith("rows:"):
            known = has_words(f"batch.why.{name}")
            parts.append(say(f"batch.why.{name}", lang) if known else say("batch.why.other", lang, name=name))
    return say("batch.list_semicolon", lang).join(parts)


def word_failure(failure: Failure, lang: str | None = None) -> str:
    """Why a job failed and what to do, in words."""
    code, args = failure.code, dict(failure.args)
    parts = [say(code, lang, **args)]
    if has_words(f"{code}.remedy"):
        parts.append(say(f"{code}.remedy", lang, **args))
    return " ".join(parts)


def load_manifest(folder: Path) -> Manifest | None:
    """Manifest of a report folder; None if it is missing or unreadable, so that everything is run again."""
    try:
        read = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return _from_json(read) if read["format"] == _FORMAT else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def save_manifest(manifest: Manifest, folder: Path) -> None:
    """Write ``manifest.json`` atomically: a reader sees either the old file or the new one.

    Raises
    ------
    DataError
        If it cannot be written, for example because the disk is full (``batch.manifest_not_written``).
    """
    content = json.dumps(_to_json(manifest), ensure_ascii=False, indent=1).encode()
    try:
        put_file(folder / MANIFEST, content)
    except OSError as error:
        raise DataError(
            "batch.manifest_not_written", file=MANIFEST, cause=error.strerror or str(error)
        ) from error


def word_frame(frame: str, lang: str | None) -> str:
    """What people call a frame of the snapshot: ``得分``; one without words by its name."""
    code = f"batch.frame.{frame}"
    return say(code, lang) if has_words(code) else frame


def _to_json(manifest: Manifest) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "report": manifest.report,
        **asdict(manifest.provenance),
        "notebook": manifest.notebook,
        "notebook_hash": manifest.notebook_hash,
        "parameters": dict(manifest.parameters),
        "versions": dict(manifest.versions),
        "units": {code: _unit_to_json(run) for code, run in sorted(manifest.units.items())},
    }


def _unit_to_json(run: UnitRun) -> dict[str, Any]:
    return {
        "status": run.status,
        "why": list(run.why),
        "why_zh": word_why(run.why, "zh_CN") if run.why else "",
        "why_en": word_why(run.why, "en") if run.why else "",
        "seconds": round(run.seconds, 3),
        "ran_at": run.ran_at,
        "error": _failure_to_json(run.failure) if run.failure else None,
        "left_out": run.left_out,
        "campaign_version": run.campaign_version,
        "snapshot": run.snapshot,
        "parameters": dict(run.parameters),
        "fingerprint": dict(run.fingerprint),
    }


def _failure_to_json(failure: Failure) -> dict[str, Any]:
    return {
        "code": failure.code,
        "args": dict(failure.args),
        "zh": word_failure(failure, "zh_CN"),
        "en": word_failure(failure, "en"),
    }


def _from_json(read: Mapping[str, Any]) -> Manifest:
    return Manifest(
        report=read["report"],
        provenance=Provenance(
            **{item.name: read.get(item.name, item.default) for item in fields(Provenance)}
        ),
        notebook=read["notebook"],
        notebook_hash=read["notebook_hash"],
        parameters=read["parameters"],
        versions=read["versions"],
        units={code: _unit_from_json(unit) for code, unit in read["units"].items()},
    )


def _unit_from_json(read: Mapping[str, Any]) -> UnitRun:
    error = read["error"]
    return UnitRun(
        status=read["status"],
        why=tuple(read["why"]),
        seconds=float(read["seconds"]),
        ran_at=read["ran_at"],
        fingerprint=dict(read["fingerprint"]),
        parameters=dict(read["parameters"]),
        campaign_version=read["campaign_version"],
        snapshot=read["snapshot"],
        failure=Failure(error["code"], error["args"]) if error else None,
        left_out=int(read.get("left_out", 0)),
    )
