"""Report notebooks under the plain `papermill` command, with codes as people type them."""

import json
from pathlib import Path

import nbformat
import papermill
import pytest
from click.testing import CliRunner, Result
from counties import ROOT
from papermill.cli import papermill as command

from pbwidgets.batch.engine import ENGINE_NAME
from pbwidgets.errors import UsageError
from pbwidgets.workflows import open_report
from pbwidgets.workflows.reports.definitions import notebook_parameters

REPORTS = ROOT / "notebooks" / "reports"
TOP, TOWN = "990101", "990101003"
IN_PROCESS = ("--engine", ENGINE_NAME)  # the ordinary kernel takes ten seconds: one test uses it


def run(notebook: str, made: Path, *args: str) -> Result:
    return CliRunner().invoke(command, [str(REPORTS / f"{notebook}.ipynb"), str(made), *args])


def shown(made: Path) -> str:
    """Everything that an executed notebook shows."""
    cells = nbformat.read(made, as_version=4).cells
    return "\n".join(json.dumps(cell.get("outputs", []), ensure_ascii=False) for cell in cells)


def injected(made: Path) -> str:
    cells = nbformat.read(made, as_version=4).cells
    return next(cell.source for cell in cells if "injected-parameters" in cell.metadata.get("tags", []))


@pytest.fixture(scope="module")
def snapshot(county: Path) -> str:
    return str(next(county.glob(".pbwidgets/snapshots/*/*/snapshot.json")).parent)


def test_a_code_typed_after_p_makes_the_report_in_an_ordinary_kernel(snapshot, tmp_path) -> None:
    made = tmp_path / "out.ipynb"
    done = run("report", made, "-p", "report_id", "unit", "-p", "unit_code", TOWN, "-p", "snapshot", snapshot)
    assert done.exception is None, done.output
    assert f"unit_code = {TOWN}\n" in injected(made)  # the number that Papermill makes of it
    assert open_report(snapshot, TOWN).title in shown(made)


@pytest.mark.parametrize(
    "args", [("-f", "{file}"), ("-y", "unit_code: {code}"), ("-r", "unit_code", "{code}")]
)
def test_a_code_is_taken_as_a_number_and_as_a_text(args, snapshot, tmp_path) -> None:
    made, file = tmp_path / "out.ipynb", tmp_path / "params.yaml"
    file.write_text(f"unit_code: {TOP}\n", encoding="utf-8")
    filled = [arg.format(file=file, code=TOP) for arg in args]
    done = run("report", made, *filled, "-p", "report_id", "closing", "-r", "snapshot", snapshot, *IN_PROCESS)
    assert done.exception is None, done.output
    assert open_report(snapshot, TOP).unit_name in shown(made)


def test_a_unit_of_an_index_is_taken_as_a_number(tmp_path) -> None:
    rows = "".join(f"9901{at:02d},{at},{at * 7 % 5}\n" for at in range(1, 9))
    (tmp_path / "data.csv").write_text(f"unit,a,b\n{rows}", encoding="utf-8")
    (tmp_path / "lines.csv").write_text("code,parent\na,top\nb,top\ntop,\n", encoding="utf-8")
    made = tmp_path / "out.ipynb"
    files = ("-p", "data", str(tmp_path / "data.csv"), "-p", "dictionary", str(tmp_path / "lines.csv"))
    done = run("index", made, *files, "-p", "unit", "990105", *IN_PROCESS)
    assert done.exception is None, done.output
    assert "990105的强项和弱项" in shown(made)


def test_an_unknown_code_is_answered_with_the_nearest(snapshot) -> None:
    with pytest.raises(UsageError, match=r"99010100\b.*990101") as refused:
        open_report(snapshot, 99010100)
    assert refused.value.code == "workflows.unknown_unit"


@pytest.mark.parametrize("notebook", sorted(REPORTS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_papermill_knows_type_and_meaning_of_every_parameter(notebook: Path) -> None:
    known = papermill.inspect_notebook(str(notebook))
    assert tuple(known) == notebook_parameters(notebook)
    assert {about["inferred_type_name"] for about in known.values()} <= {
        "str",
        "int",
        "float",
        "bool",
        "dict",
        "list",
    }
    assert all(" · " in about["help"] for about in known.values())  # in both languages
