"""Paths of this machine, taken out of what a report leaves behind: reports and manifests are passed on.

What lies in the workspace keeps its path within the workspace, so that a reader still knows which file is meant.
"""

import json
import os
import sysconfig
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

from pbwidgets.batch.jobs import Job
from pbwidgets.workflows.reports.runs.manifest import Failure

Hide = Callable[[str], str]
"""Gives a text without absolute paths."""


def hiding(job: Job, work: Path | None = None) -> Hide:
    """Function that takes the paths of a job out of a text.

    Parameters
    ----------
    work
        Folder that it works in, which becomes its report folder.

    Examples
    --------
    >>> from pathlib import Path
    >>> folder = Path("/srv/county/outputs/contest/2026/unit/9901")
    >>> job = Job("unit", "9901", Path("/srv/county/notebooks/reports/unit.ipynb"), {}, folder, {})
    >>> hiding(job)("in /srv/county/outputs/x.txt, from '/srv/county'")
    "in outputs/x.txt, from '.'"
    """
    notebook, report = job.notebook.absolute(), job.folder.absolute()
    shared = [folder for folder in report.parents if notebook.is_relative_to(folder)]
    own = shared[:1] if len(shared) > 1 else [report.parent, notebook.parent]
    given = [
        Path(value)
        for value in job.parameters.values()
        if isinstance(value, str) and Path(value).is_absolute()
    ]
    elsewhere = [path.parent for path in given if not any(path.is_relative_to(folder) for folder in own)]
    replaced = [] if work is None else [(work.name, report.name)]
    for folder in (*sorted((*own, *elsewhere), key=lambda path: -len(str(path))), *_python()):
        replaced += [(f"{folder}{os.sep}", ""), *((f"{folder}{end}", f".{end}") for end in ("'", '"', '\\"'))]
    replaced.append((f"{Path.home()}{os.sep}", f"~{os.sep}"))
    return partial(_replace, tuple(replaced))


def hide_in(value: Any, hide: Hide) -> Any:
    """A JSON value, none of its texts with an absolute path."""
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, dict):
        return {name: hide_in(part, hide) for name, part in value.items()}
    return [hide_in(part, hide) for part in value] if isinstance(value, list | tuple) else value


def hide_in_failure(failure: Failure | None, hide: Hide) -> Failure | None:
    """A failure whose words and traceback name no absolute path."""
    if failure is None:
        return None
    return Failure(failure.code, hide_in(dict(failure.args), hide), hide(failure.details))


def _replace(replaced: tuple[tuple[str, str], ...], text: str) -> str:
    for path, word in replaced:
        text = text.replace(path, word)
        if (
            escaped := json.dumps(path)[1:-1]
        ) != path:  # as it stands in a notebook, where it has backslashes
            text = text.replace(escaped, json.dumps(word)[1:-1])
    return text


@cache
def _python() -> tuple[Path, ...]:
    """Folders of the packages, the longest first."""
    found = {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    found.add(Path(__file__).parents[2])  # where this package lies
    return tuple(sorted(found, key=lambda path: -len(str(path))))
