"""Guides run as they stand, through the same engine as reports."""

import json
from pathlib import Path

import pytest

from pbwidgets.batch import Job, run_jobs

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))
GUIDES = sorted((ROOT / "notebooks" / "guides").glob("*.ipynb"))


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_a_guide_runs_from_top_to_bottom(
    guide: Path, own_county: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PBWIDGETS_WORKSPACE", str(own_county))
    job = Job("guides", guide.stem, guide, {}, own_county / "outputs" / "guides" / guide.stem, {})

    manifest = run_jobs([job], workers=1)

    assert manifest.units[guide.stem].failure is None
    made = json.loads((job.folder / "report.ipynb").read_text(encoding="utf-8"))
    outputs = [cell for cell in made["cells"] if cell["cell_type"] == "code" and cell["outputs"]]
    assert len(outputs) >= 6


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_committed_without_outputs(notebook: Path) -> None:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]

    assert not [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_has_one_parameters_cell(notebook: Path) -> None:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]

    assert sum("parameters" in cell["metadata"].get("tags", []) for cell in cells) == 1
