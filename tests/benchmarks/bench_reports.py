"""Times report runs against ``papermill.execute_notebook`` in a loop with ordinary kernels.

Both ways run the same small notebook (one Altair chart as PNG and SVG) for the same units, in turns within
one process, so that a slow spell of the machine hits both. Run by ``make bench``.
"""

import argparse
import logging
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

from pbwidgets.batch import Job, run_jobs

NOTEBOOK = Path(__file__).parents[1] / "batch" / "notebooks" / "uses_altair.ipynb"


def time_run_jobs(root: Path, jobs: int, workers: int) -> float:
    """Seconds for all jobs by the runner."""
    began = time.perf_counter()
    manifest = run_jobs(
        [
            Job("unit", unit, NOTEBOOK, {"unit_code": unit}, root / "unit" / unit, {"reference": "1"}, files)
            for unit in (f"99{number:04d}" for number in range(jobs))
            for files in [("report.ipynb", "charts/*.png", "charts/*.svg")]
        ],
        workers=workers,
    )
    seconds = time.perf_counter() - began
    if len(manifest.codes("done")) != jobs:
        raise SystemExit(f"jobs failed: {manifest.codes('failed')}")
    return seconds


def time_papermill(root: Path, jobs: int) -> float:
    """Seconds for all jobs by Papermill with a new kernel for each."""
    import papermill

    logging.getLogger("papermill").setLevel(logging.ERROR)
    began = time.perf_counter()
    for number in range(jobs):
        folder = root / "papermill" / f"99{number:04d}"
        folder.mkdir(parents=True)
        papermill.execute_notebook(
            str(NOTEBOOK),
            str(folder / "report.ipynb"),
            parameters={"unit_code": folder.name, "output_dir": str(folder)},
            kernel_name="python3",
            progress_bar=False,
        )
    return time.perf_counter() - began


def describe(name: str, seconds: list[float], jobs: int) -> str:
    """Line of the table."""
    each = [value / jobs for value in seconds]
    return f"{name:<34}{statistics.median(each):8.3f}{min(each):8.3f}{max(each):8.3f}"


def main() -> None:
    """Print medians, their ratio, and the machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=6, help="notebooks in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    import papermill

    ours, theirs = [], []
    for number in range(asked.rounds):
        with tempfile.TemporaryDirectory() as folder:
            ours.append(time_run_jobs(Path(folder), asked.jobs, asked.workers))
            theirs.append(time_papermill(Path(folder), asked.jobs))
        print(f"round {number + 1}: {ours[-1]:.2f} s, {theirs[-1]:.2f} s", file=sys.stderr, flush=True)
    print(f"{'seconds for a notebook':<34}{'median':>8}{'min':>8}{'max':>8}")
    print(describe(f"pbwidgets run_jobs, {asked.workers} workers", ours, asked.jobs))
    print(describe("papermill.execute_notebook, a loop", theirs, asked.jobs))
    print(f"ratio of medians: {statistics.median(theirs) / statistics.median(ours):.1f}")
    print(
        f"{asked.jobs} notebooks a round, {asked.rounds} rounds; the first round starts the workers' "
        f"server. Python {platform.python_version()}, papermill {papermill.__version__}, "
        f"{platform.machine()}, {os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main()
