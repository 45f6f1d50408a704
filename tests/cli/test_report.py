"""`pbwidgets report`: what has changed is made again, and one unit's failure affects no other."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from counties import CAMPAIGN, PERIOD, mark_again, run_pbwidgets

FIRST, SECOND = "990101003", "990101008"


def run_quick(folder: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return run_pbwidgets("report", "quick", "--unit", FIRST, "--unit", SECOND, *args, cwd=folder, **env)


def outputs_of(folder: Path) -> Path:
    return folder / "outputs" / CAMPAIGN / PERIOD / "quick"


def read_units(folder: Path) -> dict[str, dict[str, Any]]:
    manifest = json.loads((outputs_of(folder) / "manifest.json").read_text(encoding="utf-8"))
    units: dict[str, dict[str, Any]] = manifest["units"]
    return units


def statuses(folder: Path) -> dict[str, str]:
    return {code: unit["status"] for code, unit in read_units(folder).items()}


def why(folder: Path, code: str) -> set[str]:
    return set(read_units(folder)[code]["why"])


@pytest.fixture
def made(quick_county: Path) -> Path:
    """A county where the quick report of two townships has been made."""
    done = run_quick(quick_county)
    assert done.returncode == 0, done.stderr
    assert statuses(quick_county) == {FIRST: "done", SECOND: "done"}
    return quick_county


def test_only_what_changed_is_made_again_and_the_run_says_why(made: Path) -> None:
    page = outputs_of(made) / SECOND / "page.txt"
    written = page.stat().st_mtime_ns

    again = run_quick(made)
    assert (again.returncode, again.stdout) == (0, "")
    assert "完成 0 份，未变化 2 份，失败 0 份" in again.stderr
    assert statuses(made) == {FIRST: "unchanged", SECOND: "unchanged"}

    mark_again(made, f"{FIRST}001", f"demo-{FIRST}-township-1", comment="分不变，另写一句评语")
    commented = run_quick(made)
    assert statuses(made) == {FIRST: "done", SECOND: "unchanged"}
    assert why(made, FIRST) == {"rows:ratings", "rows:points"}  # the reason of the line quotes the comment
    assert "完成 1 份，未变化 1 份，失败 0 份" in commented.stderr
    assert "1 个单位重新生成" in commented.stderr

    overrides = made / "parameters" / "overrides"
    overrides.mkdir(exist_ok=True)
    (overrides / f"{FIRST}.yaml").write_text("quick: {shown: 44}\n", encoding="utf-8")
    overridden = run_quick(made)
    assert overridden.returncode == 0, overridden.stderr
    assert statuses(made) == {FIRST: "done", SECOND: "unchanged"}
    assert why(made, FIRST) == {"parameters"}
    assert "活动报告44" in (outputs_of(made) / FIRST / "page.txt").read_text(encoding="utf-8")
    assert page.stat().st_mtime_ns == written

    # the county's median of a line changes: every report shows it next to its own
    nominated = "990101009002"
    for number in (1, 2):
        mark_again(made, nominated, f"demo-990101-on_site-{number}", share=0.5)
    moved = run_quick(made)
    assert statuses(made) == {FIRST: "done", SECOND: "done"}
    assert "reference" in why(made, SECOND)
    assert why(made, SECOND) <= {
        "reference",
        "rows:ranking",
        "rows:selection",
        "rows:balance",
    }  # its own ranks
    assert "全县" in moved.stderr or "中位数" in moved.stderr or "参照" in moved.stderr


def test_a_township_not_requested_keeps_its_report_and_is_not_counted(made: Path) -> None:
    done = run_pbwidgets("report", "quick", "--unit", SECOND, "--force", cwd=made)
    assert "完成 1 份，未变化 0 份，失败 0 份" in done.stderr
    assert why(made, SECOND) == {"forced"}
    assert statuses(made)[FIRST] == "done"


@pytest.mark.parametrize(
    ("breaking", "said"),
    [
        (f"if unit_code == {FIRST!r}:\n    raise ValueError('表格无法读取')", "表格无法读取"),
        (
            f"import os, signal\nif unit_code == {FIRST!r}:\n    os.kill(os.getpid(), signal.SIGKILL)",
            "SIGKILL",
        ),
    ],
    ids=["an exception", "a killed worker"],
)
def test_a_notebook_that_fails_for_one_township_leaves_the_others_good(
    quick_county: Path, breaking: str, said: str
) -> None:
    notebook = quick_county / "notebooks" / "reports" / "quick.ipynb"
    content = json.loads(notebook.read_text(encoding="utf-8"))
    content["cells"].insert(2, {**content["cells"][1], "id": "breaking", "source": breaking})
    notebook.write_text(json.dumps(content), encoding="utf-8")
    done = run_quick(quick_county)
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert statuses(quick_county) == {FIRST: "failed", SECOND: "done"}
    assert said in read_units(quick_county)[FIRST]["error"]["zh"]
    assert FIRST in done.stderr
    assert "完成 1 份，未变化 0 份，失败 1 份" in done.stderr
    assert (outputs_of(quick_county) / SECOND / "report.html").is_file()
    assert not (outputs_of(quick_county) / FIRST / "page.txt").exists()
    left = {path.name for path in outputs_of(quick_county).iterdir()}
    assert left <= {FIRST, SECOND, "manifest.json", ".lock"}, left


def test_a_failed_township_is_made_again_once_the_notebook_is_right(made: Path) -> None:
    notebook = made / "notebooks" / "reports" / "quick.ipynb"
    right = notebook.read_text(encoding="utf-8")
    notebook.write_text(right.replace("report.title +", "report.tittle +"), encoding="utf-8")
    broken = run_pbwidgets("report", "quick", "--unit", FIRST, cwd=made)
    assert broken.returncode == 1
    assert "tittle" in read_units(made)[FIRST]["error"]["zh"]
    notebook.write_text(right, encoding="utf-8")
    assert run_quick(made).returncode == 0
    assert statuses(made) == {FIRST: "done", SECOND: "unchanged"}
    assert "failed_before" in why(made, FIRST)


def test_an_unknown_parameter_is_named_with_the_nearest_and_nothing_runs(quick_county: Path) -> None:
    file = quick_county / "parameters" / "reports" / "quick.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("{shown: 3}", "{showm: 3}"), encoding="utf-8")
    done = run_quick(quick_county)
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert "showm" in done.stderr
    assert "shown" in done.stderr
    assert "quick.yaml:6" in done.stderr
    assert not outputs_of(quick_county).exists()


def test_an_override_for_an_unknown_unit_or_parameter_is_named(quick_county: Path) -> None:
    overrides = quick_county / "parameters" / "overrides"
    overrides.mkdir(exist_ok=True)
    (overrides / "990101099.yaml").write_text("quick: {shown: 4}\n", encoding="utf-8")
    (overrides / f"{FIRST}.yaml").write_text("quick: {shwn: 4}\n", encoding="utf-8")
    done = run_quick(quick_county)
    assert done.returncode == 1
    assert "990101099" in done.stderr
    assert "shwn" in done.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("report", "quik", "--unit", FIRST), "quick"),
        (("report", "quick", "--unit", "990101033"), "990101003"),
        (("report",), "--all"),
        (("report", "quick", "--all"), "--all"),
        (("report", "quick", "--workers", "0"), "--workers"),
        (("report", "quick", "--campaign", "sanji_lianzen"), "sanji_lianzheng"),
    ],
)
def test_wrong_usage_is_reported_with_the_nearest_spelling(
    quick_county: Path, args: tuple[str, ...], said: str
) -> None:
    done = run_pbwidgets(*args, cwd=quick_county)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert said in done.stderr
