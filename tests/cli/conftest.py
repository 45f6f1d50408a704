"""A report that is quick to make, so that many runs can be tested."""

import json
from pathlib import Path

import pytest

QUICK = {"report": "quick", "first": "990101003", "second": "990101008"}


def code(source: str, *tags: str) -> dict[str, object]:
    return {
        "cell_type": "code", "id": f"cell{abs(hash(source)) % 10**6}", "metadata": {"tags": list(tags)},
        "source": source, "outputs": [], "execution_count": None,
    }  # fmt: skip


def write_notebook(path: Path, *sources: str) -> None:
    parameters = 'snapshot = ""\nunit_code = ""\nlang = ""\noutput_dir = ""\nshown = 3'
    cells = [code(parameters, "parameters"), *(code(source) for source in sources)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook), encoding="utf-8")


@pytest.fixture
def quick_county(own_county: Path) -> Path:
    """A writable county with the report `quick`: a page with the unit's title and totals, no charts."""
    write_notebook(
        own_county / "notebooks" / "reports" / "quick.ipynb",
        "from pathlib import Path\nfrom pbwidgets.workflows import open_report",
        "report = open_report(snapshot, unit_code, lang)",
        "text = report.title + str(shown) + report.scores.totals.to_csv()",
        "_ = (Path(output_dir) / 'page.txt').write_text(text, encoding='utf-8')",
    )
    (own_county / "parameters" / "reports" / "quick.yaml").write_text(
        "format: 1\nid: quick\ntitle: {zh: 简表, en: Quick}\nnotebook: reports/quick.ipynb\n"
        "for_each: partition\nparameters: {shown: 3}\nfiles: [report.ipynb, report.html, page.txt]\n",
        encoding="utf-8",
    )
    return own_county
