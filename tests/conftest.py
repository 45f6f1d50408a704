"""The demonstration county, made once for a test run and never changed; tests that write take a copy."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pbwidgets.store import Actor
from pbwidgets.workflows import Workspace, open_workspace

ROOT = Path(__file__).resolve().parent.parent
OPERATOR = Actor("cli:tests", "operator")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PBWIDGETS_LANG", "PBWIDGETS_STORE", "PBWIDGETS_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)


def lay_out(folder: Path) -> Path:
    for part in ("notebooks", "parameters"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return folder


def run_pbwidgets(*args: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """The real command, in a process of its own."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PBWIDGETS_")}
    return subprocess.run(
        [sys.executable, "-m", "pbwidgets.cli.commands", *args],
        cwd=cwd, env={**plain, **env}, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip


@contextmanager
def opened(folder: Path) -> Iterator[Workspace]:
    with open_workspace(folder) as workspace:
        yield workspace


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the demonstration county; do not write to it."""
    folder = lay_out(tmp_path_factory.mktemp("county"))
    done = run_pbwidgets("demo", "--seed", "1", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def reports(county: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the county with all its reports; do not write to it."""
    folder = tmp_path_factory.mktemp("reports") / "county"
    shutil.copytree(county, folder)
    done = run_pbwidgets("report", "--all", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def own_county(county: Path, tmp_path: Path) -> Path:
    """A copy of the county that a test may change."""
    folder = tmp_path / "county"
    shutil.copytree(county, folder)
    return folder
