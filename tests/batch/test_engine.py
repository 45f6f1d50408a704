import base64
import builtins
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import altair as alt
import nbformat
import papermill
import pytest
from IPython.core.interactiveshell import InteractiveShell
from papermill.exceptions import PapermillExecutionError

from pbwidgets.batch.engine import ENGINE_NAME, LEFT_OUT
from pbwidgets.batch.shell import MOST_IN_ALL, MOST_PRINTED, Outputs, open_session

NOTEBOOKS = Path(__file__).parent / "notebooks"


def run(name: str, tmp_path: Path, **parameters: Any) -> nbformat.NotebookNode:
    target = tmp_path / f"{name}.ipynb"
    papermill.execute_notebook(
        str(NOTEBOOKS / f"{name}.ipynb"),
        str(target),
        parameters=parameters,
        engine_name=ENGINE_NAME,
        progress_bar=False,
    )
    return nbformat.read(target, as_version=4)


def outputs(notebook: nbformat.NotebookNode, at: int) -> list[nbformat.NotebookNode]:
    """Outputs of the code cell at an index, not counting parameters cells."""
    cells = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and not {"parameters", "injected-parameters"} & set(cell.metadata.tags)
    ]
    made: list[nbformat.NotebookNode] = cells[at].outputs
    return made


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    return run("prints_and_displays", tmp_path_factory.mktemp("shown"))


def test_streams_keep_their_order_and_consecutive_text_is_joined(shown: nbformat.NotebookNode) -> None:
    assert [(made.name, made.text) for made in outputs(shown, 0)] == [
        ("stdout", "one\ntwo\n"),
        ("stderr", "problem\n"),
        ("stdout", "three\n"),
    ]


def test_displays_and_the_last_value_become_rich_outputs(shown: nbformat.NotebookNode) -> None:
    png, svg, html, value = outputs(shown, 1)
    assert [made.output_type for made in (png, svg, html)] == ["display_data"] * 3
    assert "image/png" in png.data
    assert "image/svg+xml" in svg.data
    assert html.data["text/html"] == "<b>bold</b>"
    assert (value.output_type, value.data["text/plain"]) == ("execute_result", "42")


def test_a_display_is_updated_across_cells(shown: nbformat.NotebookNode) -> None:
    assert outputs(shown, 2)[0].data["text/plain"] == "'after'"
    assert outputs(shown, 3) == []


def test_cleared_output_is_gone(shown: nbformat.NotebookNode) -> None:
    assert [made.text for made in outputs(shown, 4)] == ["stays\n"]


def test_get_ipython_gives_the_shell(shown: nbformat.NotebookNode) -> None:
    assert outputs(shown, 5)[0].data["text/plain"] == "'CellShell'"


def test_a_semicolon_hides_the_last_value(shown: nbformat.NotebookNode) -> None:
    assert outputs(shown, 6) == []


def test_execution_counts_rise_by_one(shown: nbformat.NotebookNode) -> None:
    counts = [cell.execution_count for cell in shown.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))


def test_outputs_are_valid_notebook_format(shown: nbformat.NotebookNode) -> None:
    nbformat.validate(shown)


def test_parameters_reach_the_notebook(tmp_path: Path) -> None:
    executed = run("ok", tmp_path, output_dir=str(tmp_path), greeting="你好", unit_code="9907")
    assert outputs(executed, 1)[0].data["text/plain"] == "'你好, 9907'"
    assert (tmp_path / "made.txt").read_text(encoding="utf-8") == "你好, 9907"


def test_a_notebook_leaves_nothing_for_the_next(tmp_path: Path) -> None:
    before = (dict(os.environ), list(sys.path), Path.cwd(), sys.modules["__main__"], sys.stdout)
    first = run("leaves_traces", tmp_path)
    second = run("leaves_traces", tmp_path)
    clean = "{'name': False, 'environment': False, 'path': False, 'hook': False, 'filter': False}"
    assert outputs(first, 0)[0].data["text/plain"].replace("\n", "") == clean
    assert outputs(second, 0)[0].data["text/plain"].replace("\n", "") == clean
    assert before == (dict(os.environ), list(sys.path), Path.cwd(), sys.modules["__main__"], sys.stdout)
    assert InteractiveShell._instance is None
    assert not hasattr(builtins, "display")


def test_an_error_stops_the_run_and_is_kept_in_the_unfinished_notebook(tmp_path: Path) -> None:
    with pytest.raises(PapermillExecutionError, match="no figures for 9902"):
        run("broken_for_one_unit", tmp_path, output_dir=str(tmp_path), unit_code="9902")
    half_done = nbformat.read(tmp_path / "broken_for_one_unit.ipynb", as_version=4)
    assert outputs(half_done, 0)[0].text == "so far so good\n"
    error = outputs(half_done, 1)[0]
    assert (error.ename, error.evalue) == ("ValueError", "no figures for 9902")
    assert any("raise ValueError" in line for line in error.traceback)
    assert not (tmp_path / "made.txt").exists()


def test_a_syntax_error_is_an_error_of_its_cell(tmp_path: Path) -> None:
    notebook = nbformat.read(NOTEBOOKS / "no_parameters.ipynb", as_version=4)
    notebook.cells[1].source = "1 +"
    nbformat.write(notebook, tmp_path / "wrong.ipynb")
    with pytest.raises(PapermillExecutionError, match="SyntaxError"):
        papermill.execute_notebook(
            str(tmp_path / "wrong.ipynb"), None, engine_name=ENGINE_NAME, progress_bar=False
        )


def test_a_normal_exit_is_no_failure_and_ends_the_notebook(tmp_path: Path) -> None:
    executed = run("exits_early", tmp_path)
    assert outputs(executed, 1) == []


def test_an_interrupt_is_passed_on(tmp_path: Path) -> None:
    notebook = nbformat.read(NOTEBOOKS / "no_parameters.ipynb", as_version=4)
    notebook.cells[1].source = "raise KeyboardInterrupt"
    nbformat.write(notebook, tmp_path / "stopped.ipynb")
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        papermill.execute_notebook(
            str(tmp_path / "stopped.ipynb"), None, engine_name=ENGINE_NAME, progress_bar=False
        )


def test_output_beyond_the_limit_is_counted_instead_of_kept_and_the_cell_says_so(tmp_path: Path) -> None:
    executed = run("writes_big_output", tmp_path)
    printed, said = outputs(executed, 0)
    assert len(printed.text) == MOST_PRINTED
    assert "另有 1500000 字没有保留" in said.data["text/plain"]
    assert executed.metadata[LEFT_OUT] == 2_000_000 - MOST_PRINTED


def test_all_outputs_together_have_a_limit_and_an_error_is_always_kept() -> None:
    made = Outputs()
    for _ in range(50):
        made.begin_cell()
        made.write("stdout", "x" * MOST_PRINTED)
    made.begin_cell()
    made.add("display_data", data={"text/html": "x"}, metadata={})
    made.update("id", {"text/plain": "x"}, {})
    made.add("error", ename="ValueError", evalue="x", traceback=[])
    assert made.left_out == 50 * MOST_PRINTED - MOST_IN_ALL + 2
    assert [node.output_type for node in made.nodes()] == ["error", "display_data"]


def test_what_is_cleared_makes_room_again() -> None:
    made = Outputs()
    for _ in range(100):
        made.write("stdout", "x" * MOST_PRINTED)
        made.clear(wait=True)
    made.write("stdout", "done")
    assert (made.left_out, made.nodes()[0].text) == (0, "done")


def test_a_shell_writes_nothing_to_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("IPYTHONDIR", raising=False)
    run("no_parameters", tmp_path)
    assert list(home.iterdir()) == []


# -- charts ------------------------------------------------------------------------------------------------


CHART = """
import altair as alt, pandas as pd
chart = alt.Chart(pd.DataFrame({"走访": [12, 9]}), title="走访").mark_bar().encode(x="走访")
"""


def shown_by(*sources: str) -> list[list[nbformat.NotebookNode]]:
    """Outputs of the cells of a notebook."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    with open_session() as session:
        for cell in cells:
            session.run(cell)
    return [cell.outputs for cell in cells]


def test_an_own_chart_is_shown_as_svg_as_last_value_and_by_display() -> None:
    _, (value,), (displayed,) = shown_by(CHART, "chart | chart", "chart.display()")
    assert (value.output_type, displayed.output_type) == ("execute_result", "display_data")
    assert set(value.data) == set(displayed.data) == {"image/svg+xml", "text/html", "text/plain"}


def test_a_renderer_that_the_notebook_chooses_is_kept() -> None:
    with alt.renderers.enable("default"):  # put back afterwards
        _, (value,) = shown_by(CHART, "alt.renderers.enable('png')\nchart")
    assert base64.b64decode(value.data["image/png"]).startswith(b"\x89PNG")


def test_a_chart_that_cannot_be_drawn_is_an_error_of_its_cell() -> None:
    *_, (error, _) = shown_by(CHART, "alt.Chart('https://data.example.org/a.csv').mark_bar()")
    assert error.output_type == "error"
    assert "data.example.org" in error.evalue


def test_a_notebook_without_a_chart_does_not_import_altair() -> None:
    code = """
import sys, nbformat
from pbwidgets.batch.shell import MOST_IN_ALL, MOST_PRINTED, Outputs, open_session
with open_session() as session:
    assert session.run(nbformat.v4.new_code_cell("import pandas as pd; pd.DataFrame({'a': [1]})"))
sys.exit("altair" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
