"""The report of a composite index: one notebook run into one folder.

It is not in ``parameters/reports``: those are made from a campaign's snapshot, for its units, by
``pbwidgets report``; an index is made from two tables, wherever they are.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from pbwidgets.batch.folders import ERROR, NOTEBOOK, PAGE
from pbwidgets.batch.jobs import Job
from pbwidgets.batch.progress import show_progress
from pbwidgets.batch.reports import PAGE_MAKER
from pbwidgets.batch.runner import hash_file, run_jobs
from pbwidgets.errors import UsageError
from pbwidgets.settings import Settings
from pbwidgets.workflows.organise.new_workspace import packaged_workspace
from pbwidgets.workflows.reports.runs.manifest import MANIFEST, Failure, load_manifest

NAME: Final = "index"
_NOTEBOOK: Final = "reports/index.ipynb"
_CHARTS: Final = "charts"
_FILES: Final = (NOTEBOOK, PAGE, "slides.pptx", "report.docx", "tables.xlsx")


def run_index_report(
    settings: Settings, folder: Path, parameters: Mapping[str, Any], files: Sequence[Path], *, title: str
) -> Failure | None:
    """Make the report in the folder, in place of an earlier one; returns why it failed, or None.

    Parameters
    ----------
    settings
        Settings of the workspace, whose notebook is run; if it has none, the package's.
    folder
        Where the report goes; folders are made.
    parameters
        Values for the notebook's parameters cell.
    files
        Tables that the index is made from; the manifest holds their hashes.
    title
        Title of the page.

    Raises
    ------
    UsageError
        ``batch.folder_in_use`` if the folder holds anything but an earlier report of an index.
    """
    check_folder(folder)
    own = settings.notebooks / _NOTEBOOK
    with TemporaryDirectory(prefix="pbwidgets-") as made:
        job = Job(
            report=NAME,
            unit_code=NAME,
            notebook=own if own.is_file() else packaged_workspace() / "notebooks" / _NOTEBOOK,
            parameters=parameters,
            folder=Path(made) / NAME,
            fingerprint={file.name: hash_file(file) for file in files},
            files=(*_FILES, f"{_CHARTS}/*.png", f"{_CHARTS}/*.svg"),
            title=title,
            lang=settings.lang,
        )
        with show_progress(title) as tell:
            manifest = run_jobs([job], workers=1, finish=PAGE_MAKER, on_progress=tell)
        _clear(folder)
        shutil.copytree(job.folder, folder, dirs_exist_ok=True)
        shutil.copy(Path(made) / MANIFEST, folder)
    return manifest.units[NAME].failure


def check_folder(folder: Path) -> None:
    """Check that a report may be put there.

    Raises
    ------
    UsageError
        ``batch.folder_in_use``.
    """
    if not folder.exists():
        return
    before = load_manifest(folder) if folder.is_dir() else None
    is_ours = before is not None and before.report == NAME
    if not folder.is_dir() or (any(folder.iterdir()) and not is_ours):
        raise UsageError("batch.folder_in_use", folder=str(folder))


def _clear(folder: Path) -> None:
    """Remove an earlier report; other files in the folder stay."""
    for name in (*_FILES, ERROR, MANIFEST):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / _CHARTS, ignore_errors=True)
