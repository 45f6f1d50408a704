"""The demonstration county, made once for a test run and never changed; tests that write take a copy."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from counties import copy_county, lay_out, run_pbwidgets

# Each awkward case lies in a township of its own; 990101016 is tied at the cut.
REPORTED = (*(f"990101{number:03d}" for number in range(2, 12)), "990101016", "990101019")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PBWIDGETS_LANG", "PBWIDGETS_STORE", "PBWIDGETS_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)


def make_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Folder that is made once for all workers of a run: the second one waits for the first."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, made = shared / name, shared / f"{name}.made"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)  # half made by a worker that failed
            make(folder)
            made.touch()
    return folder


def make_county(folder: Path) -> None:
    lay_out(folder)
    done = run_pbwidgets("demo", "--seed", "1", cwd=folder)
    assert done.returncode == 0, done.stderr
    done = run_pbwidgets("score", "sanji_lianzheng", "--format", "json", cwd=folder)  # takes the snapshot
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the demonstration county; do not write to it."""
    return make_once(tmp_path_factory, "county", make_county)


@pytest.fixture(scope="session")
def reports(county: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports of all townships that hold an awkward case, one folder each; do not write to it."""

    def make_reports(folder: Path) -> None:
        copy_county(county, folder)
        units = [part for code in REPORTED for part in ("--unit", code)]
        done = run_pbwidgets("report", "unit", *units, cwd=folder)
        assert done.returncode == 0, done.stderr

    folder = make_once(tmp_path_factory, "reported", make_reports)
    return folder / "outputs" / "sanji_lianzheng" / "2026" / "unit"


@pytest.fixture
def own_county(county: Path, tmp_path: Path) -> Path:
    """A copy of the county that a test may change."""
    return copy_county(county, tmp_path / "county")
