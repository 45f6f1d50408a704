"""A run in its own process, stopped from outside, as by a person or the system."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pbwidgets.batch.jobs import Job
from pbwidgets.batch.runner import run_jobs
from pbwidgets.workflows.reports.runs.manifest import load_manifest

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="looks for processes in /proc"
)

MARK = "PBWIDGETS_TEST_RUN"
UNITS = ("9901", "9902", "9903", "9904")

SCRIPT = """
import signal
import sys
from pathlib import Path
from pbwidgets.batch import Job, run_jobs

notebook, root, seconds, units = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), sys.argv[4].split()

def job(unit):
    quick = unit == units[0]
    parameters = {"unit_code": unit, "log": str(root / "log"), "seconds": 0 if quick else seconds}
    return Job("unit", unit, notebook, parameters, root / "outputs" / "unit" / unit, {"reference": "1"})

def tell(news):
    with (root / "news").open("a") as file:
        print(news.unit_code, news.status, file=file)

if __name__ == "__main__":
    # as at a terminal: what a shell starts in the background inherits that Ctrl-C is ignored
    signal.signal(signal.SIGINT, signal.default_int_handler)
    print("begins", file=sys.stderr, flush=True)
    run_jobs([job(unit) for unit in units], workers=2, on_progress=tell)
"""


@dataclass
class Run:
    """A run in its own process; ``mark`` is in the environment of every process it starts."""

    process: subprocess.Popen[str]
    root: Path
    mark: str

    def wait_for(self, file: str, text: str, timeout_s: float = 60) -> None:
        ends = time.monotonic() + timeout_s
        while time.monotonic() < ends:
            path = self.root / file
            if path.exists() and text in path.read_text(encoding="utf-8"):
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"no {text!r} in {file}; it said {self.process.communicate()}")

    def strays(self) -> list[str]:
        """Processes of the run still alive after two seconds."""
        ends = time.monotonic() + 2
        while (found := self._alive()) and time.monotonic() < ends:
            time.sleep(0.05)
        return found

    def _alive(self) -> list[str]:
        needle = f"{MARK}={self.mark}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if needle in (folder / "environ").read_bytes().split(b"\0"):
                    found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
        return found

    def leftovers(self) -> list[str]:
        return [path.name for path in (self.root / "outputs" / "unit").glob(".*") if path.name != ".lock"]


StartRun = Callable[..., Run]


@pytest.fixture
def start_run(tmp_path: Path, notebooks: Path) -> Iterator[StartRun]:
    runs: list[Run] = []
    (tmp_path / "run.py").write_text(SCRIPT, encoding="utf-8")

    def start(notebook: str = "slow", seconds: float = 60) -> Run:
        mark = uuid.uuid4().hex
        process = subprocess.Popen(
            [
                sys.executable, str(tmp_path / "run.py"),
                str(notebooks / f"{notebook}.ipynb"), str(tmp_path), str(seconds), " ".join(UNITS),
            ],
            env={**os.environ, MARK: mark},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )  # fmt: skip
        runs.append(Run(process, tmp_path, mark))
        return runs[-1]

    yield start
    for run in runs:
        if run.process.poll() is None:
            run.process.kill()
        run.process.communicate()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, 143)])
def test_a_stop_keeps_what_was_done_and_leaves_no_process_or_work_folder(
    start_run: StartRun, tmp_path: Path, notebooks: Path, number: signal.Signals, code: int
) -> None:
    run = start_run()
    run.wait_for("news", "9901 done")
    run.wait_for("log", "9903")  # two are in the middle of a cell
    os.killpg(run.process.pid, number)  # like a terminal, to the whole group
    run.process.communicate(timeout=60)
    assert run.process.returncode == code
    assert run.strays() == []
    assert run.leftovers() == []
    manifest = load_manifest(tmp_path / "outputs" / "unit")
    assert manifest is not None
    assert manifest.codes("done") == ["9901"]
    assert list(manifest.units) == ["9901"]

    (tmp_path / "log").unlink()
    jobs = [
        Job(
            "unit",
            unit,
            notebooks / "slow.ipynb",
            {"unit_code": unit, "log": str(tmp_path / "log"), "seconds": 0},
            tmp_path / "outputs" / "unit" / unit,
            {"reference": "1"},
        )
        for unit in UNITS
    ]
    after = run_jobs(jobs, workers=2)
    assert {code: item.status for code, item in after.units.items()} == {
        "9901": "unchanged",
        "9902": "done",
        "9903": "done",
        "9904": "done",
    }
    assert sorted((tmp_path / "log").read_text(encoding="utf-8").split()) == ["9902", "9903", "9904"]


@pytest.mark.parametrize("after_s", [0.0, 0.3, 0.9])
def test_a_stop_while_workers_start_leaves_nothing_behind(start_run: StartRun, after_s: float) -> None:
    run = start_run()
    assert run.process.stderr is not None
    assert run.process.stderr.readline() == "begins\n"
    time.sleep(after_s)
    os.killpg(run.process.pid, signal.SIGINT)
    _, said = run.process.communicate(timeout=60)
    assert run.process.returncode == -signal.SIGINT
    assert "forkserver" not in said
    assert run.strays() == []
    assert run.leftovers() == []


def test_what_a_notebook_has_started_is_stopped_with_it(start_run: StartRun) -> None:
    run = start_run("starts_a_process")
    run.wait_for("log", "9902")
    os.kill(run.process.pid, signal.SIGINT)
    run.process.communicate(timeout=60)
    assert run.strays() == []


def test_a_killed_run_ends_its_workers_and_the_next_run_tidies_up(
    start_run: StartRun, tmp_path: Path, make_job: Callable[..., Job]
) -> None:
    run = start_run()
    run.wait_for("news", "9901 done")
    run.wait_for("log", "9902")
    run.process.kill()
    run.process.communicate(timeout=60)
    assert run.strays() == []
    assert run.leftovers() != []
    manifest = run_jobs([make_job("ok", "9902")])
    assert run.leftovers() == []
    assert manifest.codes("done") == ["9901", "9902"]


def test_standard_output_stays_free_for_results(start_run: StartRun, tmp_path: Path) -> None:
    import nbformat

    notebook = nbformat.read(Path(__file__).parent / "notebooks" / "no_parameters.ipynb", as_version=4)
    notebook.cells[1].source = "import os\n\nos.write(1, b'stray')\nprint('shown in the notebook')"
    nbformat.write(notebook, tmp_path / "stray.ipynb")
    run = start_run(str(tmp_path / "stray"), 0)
    out, said = run.process.communicate(timeout=90)
    assert run.process.returncode == 0
    assert out == ""
    assert "stray" in said
