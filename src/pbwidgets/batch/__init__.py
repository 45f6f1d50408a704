"""Notebooks run for many units: in parallel, independently, and only where needed."""

from pbwidgets.batch.jobs import Job
from pbwidgets.batch.progress import show_progress
from pbwidgets.batch.runner import Progress, run_jobs
from pbwidgets.workflows.reports.runs.manifest import (
    Failure,
    Manifest,
    Provenance,
    UnitRun,
    load_manifest,
    word_failure,
    word_why,
)

__all__ = [
    "Failure",
    "Job",
    "Manifest",
    "Progress",
    "Provenance",
    "UnitRun",
    "load_manifest",
    "run_jobs",
    "show_progress",
    "word_failure",
    "word_why",
]
