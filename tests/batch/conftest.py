"""Jobs on the notebooks of ``notebooks/``."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pbwidgets.batch.jobs import Job

NOTEBOOKS = Path(__file__).parent / "notebooks"

MakeJob = Callable[..., Job]


@pytest.fixture
def notebooks() -> Path:
    return NOTEBOOKS


@pytest.fixture
def make_job(tmp_path: Path) -> MakeJob:
    """Function that makes a job for a unit, given its notebook and what differs from the defaults."""

    def make(
        notebook: str,
        unit: str = "9901",
        *,
        fingerprint: Mapping[str, str] | None = None,
        files: tuple[str, ...] = ("report.ipynb",),
        timeout_s: float | None = None,
        **parameters: Any,
    ) -> Job:
        return Job(
            report="unit",
            unit_code=unit,
            notebook=NOTEBOOKS / f"{notebook}.ipynb",
            parameters={"unit_code": unit, **parameters},
            folder=tmp_path / "outputs" / "unit" / unit,
            fingerprint=fingerprint or {"rows:points": "1", "reference": "1"},
            files=files,
            title=f"Report {unit}",
            lang="en",
            timeout_s=timeout_s,
        )

    return make
