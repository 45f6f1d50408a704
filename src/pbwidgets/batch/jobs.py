"""A job: one run of one notebook for one unit, with all that a worker on another machine needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pbwidgets.workflows.reports.runs.manifest import Failure


@dataclass(frozen=True)
class Job:
    """One notebook run for one unit. It can be pickled.

    Attributes
    ----------
    report
        Id of the report.
    unit_code
        Code of the unit; the name of its folder.
    notebook
        Notebook to run; it is not changed.
    parameters
        Values for its parameters cell: JSON values only. The runner adds ``output_dir``.
    folder
        Folder of the finished report: ``outputs/<campaign>/<period>/<report>/<unit code>``. The jobs of
        one run share the parent, where ``manifest.json`` is kept.
    fingerprint
        Hash of each thing that the report is made from, by name: ``rows:<frame>``, ``reference``,
        ``campaign``, ``notebook``, ``parameters``, ``package``. The report is redone when one differs.
    files
        Files that must exist at the end, as patterns inside the folder: ``report.html``, ``charts/*.png``.
    together
        Files that must exist if one of them does: those of figures, where a list may draw none.
    title
        Title of the report.
    lang
        Language of the report, ``zh_CN`` or ``en``.
    timeout_s
        Seconds after which it is stopped and counts as failed; None: never.
    """

    report: str
    unit_code: str
    notebook: Path
    parameters: Mapping[str, Any]
    folder: Path
    fingerprint: Mapping[str, str]
    files: tuple[str, ...] = ("report.ipynb",)
    together: tuple[str, ...] = ()
    title: str = ""
    lang: str = "zh_CN"
    timeout_s: float | None = None


@dataclass(frozen=True)
class Outcome:
    """Result of a job.

    Attributes
    ----------
    seconds
        How long it took.
    failure
        Why it failed, if it did.
    left_out
        Characters that its notebook printed beyond what a report keeps.
    """

    seconds: float
    failure: Failure | None = None
    left_out: int = 0
