"""One job in a worker: run the notebook, make the page, check that all files exist."""

import importlib
import logging
import time
import traceback
from pathlib import Path
from typing import Any

from pbwidgets.batch.engine import ENGINE_NAME, LEFT_OUT
from pbwidgets.batch.folders import NOTEBOOK, PAGE, missing_files
from pbwidgets.batch.jobs import Job, Outcome
from pbwidgets.batch.places import Hide, hide_in_failure, hiding
from pbwidgets.errors import PbError
from pbwidgets.workflows.reports.runs.manifest import Failure


def execute_job(job: Job, work: Path, finish: str | None = None) -> Outcome:
    """Run a job, writing its files into the folder ``work``; returns the outcome, even for a bad notebook.

    Parameters
    ----------
    job
        What to run.
    work
        Empty folder, which later becomes the report folder.
    finish
        ``module:function``, called after the notebook as
        ``function(ipynb_path, html_path, lang=…, title=…)``.
    """
    began = time.monotonic()
    hide = hiding(job, work)
    left_out: list[int] = []
    try:
        failure = (
            _run_notebook(job, work, hide, left_out) or _finish(job, work, finish) or _check_files(job, work)
        )
    except PbError as error:
        failure = Failure(error.code, error.args_of_message, traceback.format_exc())
    except Exception as error:  # the edge of a job: whatever it is, the other units continue
        failure = Failure(
            "batch.run_failed",
            {"error": traceback.format_exception_only(error)[-1].strip()},
            traceback.format_exc(),
        )
    return Outcome(time.monotonic() - began, hide_in_failure(failure, hide), sum(left_out))


def _run_notebook(job: Job, work: Path, hide: Hide, left_out: list[int]) -> Failure | None:
    import papermill
    from papermill.exceptions import PapermillExecutionError

    # it would warn about parameters annotated `float | None`, which it misses; names are already checked
    logging.getLogger("papermill").setLevel(logging.ERROR)
    notebook = work / NOTEBOOK
    try:
        executed = papermill.execute_notebook(
            str(job.notebook),
            str(notebook),
            parameters={**job.parameters, "output_dir": str(work)},
            engine_name=ENGINE_NAME,
            cwd=str(job.notebook.parent),
            progress_bar=False,
        )
        left_out.append(executed.metadata.get(LEFT_OUT, 0))
    except PapermillExecutionError as error:
        return _cell_failure(error)
    finally:
        if notebook.exists():
            notebook.write_text(hide(notebook.read_text(encoding="utf-8")), encoding="utf-8")
    return None


def _cell_failure(error: Any) -> Failure:
    message = f"{error.ename}: {error.evalue}" if error.evalue else str(error.ename)
    return Failure("batch.cell_failed", {"cell": error.exec_count or 0, "error": message}, str(error).strip())


def _finish(job: Job, work: Path, finish: str | None) -> Failure | None:
    if finish is None:
        return None
    module, _, function = finish.partition(":")
    make_page = getattr(importlib.import_module(module), function)
    make_page(work / NOTEBOOK, work / PAGE, lang=job.lang, title=job.title)
    return None


def _check_files(job: Job, work: Path) -> Failure | None:
    missing = missing_files(work, job.files, job.together)
    return Failure("batch.files_missing", {"files": ", ".join(missing)}) if missing else None
