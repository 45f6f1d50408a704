"""The demonstration county, made once for a test run and never changed; tests that write take a copy."""

import shutil
from pathlib import Path

import pytest
from counties import lay_out, run_pbwidgets

# Each awkward case lies in a township of its own; 990101016 is tied at the cut.
REPORTED = (*(f"990101{number:03d}" for number in range(2, 12)), "990101016", "990101019")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PBWIDGETS_LANG", "PBWIDGETS_STORE", "PBWIDGETS_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the demonstration county; do not write to it."""
    folder = lay_out(tmp_path_factory.mktemp("county"))
    done = run_pbwidgets("demo", "--seed", "1", cwd=folder)
    assert done.returncode == 0, done.stderr
    done = run_pbwidgets("score", "sanji_lianzheng", "--format", "json", cwd=folder)  # takes the snapshot
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def reports(county: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the county with the reports of all townships that hold an awkward case; do not write to it."""
    folder = tmp_path_factory.mktemp("reports") / "county"
    shutil.copytree(county, folder)
    units = [part for code in REPORTED for part in ("--unit", code)]
    done = run_pbwidgets("report", "unit", *units, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "outputs" / "sanji_lianzheng" / "2026" / "unit"


@pytest.fixture
def own_county(county: Path, tmp_path: Path) -> Path:
    """A copy of the county that a test may change."""
    folder = tmp_path / "county"
    shutil.copytree(county, folder)
    return folder
