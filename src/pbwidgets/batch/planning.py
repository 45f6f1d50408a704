"""The jobs of a report, made of its definition: one for each unit."""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from pydantic import JsonValue

from pbwidgets.batch.jobs import Job
from pbwidgets.batch.runner import hash_file
from pbwidgets.errors import DataError
from pbwidgets.workflows.reports.blocks.library import Library
from pbwidgets.workflows.reports.blocks.lists import give_defaults, hashes_of_own
from pbwidgets.workflows.reports.definitions import (
    BLOCKS,
    WITH_FIGURES,
    Overrides,
    ReportDefinition,
    notebook_parameters,
)

_FOLDER_NAME = re.compile(r"^[^\W_][\w-]*$")


def make_jobs(
    report: ReportDefinition,
    titles: Mapping[str, str],
    *,
    notebooks: Path,
    outputs: Path,
    fingerprints: Mapping[str, Mapping[str, str]],
    given: Mapping[str, Mapping[str, JsonValue]],
    overrides: Overrides | None = None,
    lang: str = "zh_CN",
) -> tuple[Job, ...]:
    """Jobs of a report, one for each unit.

    Parameters
    ----------
    report
        The report.
    titles
        Title of each unit's report by unit code; it says for which units jobs are made.
    notebooks
        Folder of notebooks.
    outputs
        ``outputs/<campaign>/<period>``.
    fingerprints
        Hashes of what each unit's report is made of, by unit code. ``notebook``, ``parameters`` and, for each of
        the workspace's own blocks in the list, ``block:<name>`` are added.
    given
        Values that come with the run, by unit code: snapshot, campaign, unit. A notebook gets those that its
        parameters cell names; they win over all others. They are not part of the fingerprint: name what
        matters there.
    overrides
        As from :func:`load_overrides`.
    lang
        Language of the reports.

    Raises
    ------
    DataError
        If a unit code cannot be the name of a folder, or the notebook cannot be read.
    """
    notebook = notebooks / report.notebook
    known = set(notebook_parameters(notebook))
    library = Library(notebooks / "blocks")
    shared = {"notebook": hash_file(notebook), **hashes_of_own(report.blocks, library, report.parameters)}
    together = tuple(name for name in report.files if name in WITH_FIGURES and BLOCKS in known)
    jobs = []
    for code, title in titles.items():
        if not _FOLDER_NAME.match(code):
            raise DataError("batch.unit_code_no_folder", unit=code)
        chosen = {**report.parameters, **(overrides or {}).get(code, {}).get(report.id, {})}
        values = {name: value for name, value in chosen.items() if name in known}
        if BLOCKS in known:
            values[BLOCKS] = give_defaults(report.blocks, library, chosen)
        offered = {name: value for name, value in given.get(code, {}).items() if name in known}
        jobs.append(
            Job(
                report=report.id,
                unit_code=code,
                notebook=notebook,
                parameters={**values, **offered},
                folder=outputs / report.id / code,
                fingerprint={
                    **fingerprints.get(code, {}),
                    **shared,
                    "parameters": hash_values({**values, "lang": lang, "title": title}),
                },
                files=tuple(name for name in report.files if name not in together),
                together=together,
                title=title,
                lang=lang,
                timeout_s=report.timeout_s,
            )
        )
    return tuple(jobs)


def hash_values(values: Mapping[str, JsonValue]) -> str:
    """SHA-256 of plain values, whatever the order of their names."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()
