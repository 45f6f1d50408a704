import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from pbwidgets.batch.jobs import Job
from pbwidgets.batch.lock import hold_lock
from pbwidgets.batch.reports import PAGE_MAKER
from pbwidgets.batch.runner import Progress, run_jobs, why_run
from pbwidgets.errors import ConflictError, DataError
from pbwidgets.exports.search import find_file
from pbwidgets.intake.identifying import Scrubber
from pbwidgets.workflows.ground.files import Guard
from pbwidgets.workflows.reports.runs.manifest import (
    FAILED_BEFORE,
    FILES_MISSING,
    FIRST_RUN,
    FORCED,
    Manifest,
    Provenance,
    UnitRun,
    load_manifest,
)

MakeJob = Callable[..., Job]
NOTEBOOKS = Path(__file__).parent / "notebooks"


def statuses(manifest: Manifest) -> dict[str, str]:
    return {code: run.status for code, run in manifest.units.items()}


def ran(log: Path) -> list[str]:
    return sorted(log.read_text(encoding="utf-8").split()) if log.exists() else []


def test_all_units_are_run_once_and_none_the_second_time(make_job: MakeJob, tmp_path: Path) -> None:
    log = tmp_path / "log"
    jobs = [make_job("ok", f"990{i}", log=str(log), files=("report.ipynb", "made.txt")) for i in range(4)]
    news: list[Progress] = []
    first = run_jobs(jobs, workers=2, on_progress=news.append, provenance=Provenance(snapshot="s1"))
    assert statuses(first) == dict.fromkeys(["9900", "9901", "9902", "9903"], "done")
    assert {run.why for run in first.units.values()} == {(FIRST_RUN,)}
    assert [item.ended for item in news if item.status == "done"] == [1, 2, 3, 4]
    assert {item.unit_code for item in news if item.status == "started"} <= set(first.units)

    second = run_jobs(jobs, workers=2, provenance=Provenance(snapshot="s2"))
    assert statuses(second) == dict.fromkeys(first.units, "unchanged")
    assert second.units["9900"].seconds == pytest.approx(first.units["9900"].seconds, abs=0.001)
    assert (second.provenance.snapshot, second.units["9900"].snapshot) == ("s2", "s1")
    assert ran(log) == sorted(first.units)
    assert load_manifest(tmp_path / "outputs" / "unit") == second


def test_what_names_somebody_is_held_back_for_that_unit_alone(make_job: MakeJob, tmp_path: Path) -> None:
    name = "王平安"
    guard = Guard(Scrubber.of([name]), tmp_path / "private")
    jobs = [make_job("ok", "9901", greeting=f"走访{name}"), make_job("ok", "9902", greeting="宣传平安建设")]
    manifest = run_jobs(jobs, workers=1, guard=guard)
    assert statuses(manifest) == {"9901": "failed", "9902": "done"}
    assert find_file(jobs[0].folder.parent, guard.scrubber) is None
    failure = manifest.units["9901"].failure
    assert failure is not None
    assert (failure.code, failure.args) == ("batch.identifying_found", {"file": "made.txt"})
    left = {path.name: path.read_text(encoding="utf-8") for path in jobs[0].folder.iterdir()}
    assert set(left) == {"error.txt"}
    assert name not in left["error.txt"]
    (held,) = (tmp_path / "private" / "held_back").glob("9901*")
    assert {path.name for path in held.iterdir()} == {"report.ipynb", "made.txt"}


def test_a_run_has_its_callers_environment(make_job: MakeJob, monkeypatch: pytest.MonkeyPatch) -> None:
    job = make_job("reads_environment")
    for said in ("before", "after"):  # the fork server stays alive from the first run to the second
        monkeypatch.setenv("PBWIDGETS_CASE", said)
        run_jobs([job], force=True)
        assert (job.folder / "made.txt").read_text() == said


def test_what_a_report_leaves_behind_names_no_place_of_this_machine(
    make_job: MakeJob, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    job, chatty = make_job("ok", log=str(log)), make_job("writes_big_output", "9902")
    failed = replace(
        job, unit_code="9903", folder=job.folder.with_name("9903"), notebook=tmp_path / "x.ipynb"
    )
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    source = "from pathlib import Path\nprint(output_dir)\nopen(Path(output_dir) / 'none')"
    cell = nbformat.v4.new_code_cell("output_dir = log = unit_code = ''", metadata={"tags": ["parameters"]})
    nbformat.write(
        nbformat.v4.new_notebook(cells=[cell, nbformat.v4.new_code_cell(source)], metadata=kernel),
        tmp_path / "x.ipynb",
    )
    manifest = run_jobs([job, chatty, failed], finish=PAGE_MAKER)
    assert statuses(manifest) == {"9901": "done", "9902": "done", "9903": "failed"}
    assert (log.exists(), manifest.units["9902"].left_out) == (True, 1_500_000)
    written = [
        path for path in job.folder.parent.rglob("*") if path.suffix in (".ipynb", ".html", ".json", ".txt")
    ]
    assert len(written) >= 7
    for path in written:
        text = path.read_text(encoding="utf-8")
        found = [place for place in (str(tmp_path), str(NOTEBOOKS), sys.prefix, ".tmp-") if place in text]
        assert found == [], path
    injected = (failed.folder / "report.ipynb").read_text(encoding="utf-8")
    assert 'output_dir = \\"outputs/unit/9903\\"' in injected
    assert "outputs/unit/9903/none" in (failed.folder / "error.txt").read_text(encoding="utf-8")


def test_only_what_has_changed_is_run_and_it_says_why(make_job: MakeJob, tmp_path: Path) -> None:
    log = tmp_path / "log"
    jobs = [make_job("ok", f"990{i}", log=str(log)) for i in range(3)]
    run_jobs(jobs, workers=1)
    log.unlink()
    jobs[1] = replace(jobs[1], fingerprint={"rows:points": "2", "reference": "1"})
    manifest = run_jobs(jobs, workers=1)
    assert ran(log) == ["9901"]
    assert statuses(manifest) == {"9900": "unchanged", "9901": "done", "9902": "unchanged"}
    assert manifest.units["9901"].why == ("rows:points",)


def test_a_broken_unit_is_marked_and_the_others_continue(make_job: MakeJob) -> None:
    jobs = [
        make_job("broken_for_one_unit", f"990{i}", files=("report.ipynb", "made.txt")) for i in range(1, 5)
    ]
    manifest = run_jobs(jobs, workers=2)
    assert manifest.codes("failed") == ["9902"]
    assert manifest.codes("done") == ["9901", "9903", "9904"]
    failure = manifest.units["9902"].failure
    assert failure is not None
    assert failure.code == "batch.cell_failed"
    folder = jobs[1].folder
    assert {path.name for path in folder.iterdir()} == {"report.ipynb", "error.txt"}
    assert "ValueError: no figures for 9902" in (folder / "error.txt").read_text(encoding="utf-8")
    assert "so far so good" in (folder / "report.ipynb").read_text(encoding="utf-8")
    again = run_jobs(jobs, workers=1)
    assert again.units["9902"].why == (FAILED_BEFORE,)


def test_an_own_chart_is_in_the_page_and_one_that_asks_another_host_fails_its_unit(make_job: MakeJob) -> None:
    good, bad = (make_job("shows_own_chart", unit) for unit in ("9901", "9902"))
    manifest = run_jobs([good, bad], workers=1, finish=PAGE_MAKER)
    assert statuses(manifest) == {"9901": "done", "9902": "failed"}
    page = (good.folder / "report.html").read_text(encoding="utf-8")
    assert re.search(r"<svg .*青禾村.*</svg>", page, re.S)
    assert page.count("<script") == 1  # that of the page itself
    failure = manifest.units["9902"].failure
    assert failure is not None
    assert (failure.code, failure.args) == ("exports.html.fetches", {"places": "[4] cdn.jsdelivr.net"})
    assert "enable_offline" in (bad.folder / "error.txt").read_text(encoding="utf-8")
    assert not (bad.folder / "report.html").exists()


def test_a_failing_rerun_keeps_the_last_good_report(make_job: MakeJob) -> None:
    run_jobs([make_job("ok", "9902")])
    bad = replace(make_job("broken_for_one_unit", "9902"), fingerprint={"notebook": "new"})
    manifest = run_jobs([bad])
    assert manifest.codes("failed") == ["9902"]
    assert (bad.folder / "previous" / "made.txt").exists()
    assert not (bad.folder / "made.txt").exists()


def test_a_killed_worker_fails_only_its_own_job(make_job: MakeJob) -> None:
    jobs = [make_job("kills_itself", f"990{i}") for i in range(1, 6)]
    manifest = run_jobs(jobs, workers=2)
    assert manifest.codes("failed") == ["9902"]
    assert len(manifest.codes("done")) == 4
    failure = manifest.units["9902"].failure
    assert failure is not None
    assert (failure.code, failure.args) == ("batch.worker_killed", {"signal": "SIGKILL"})
    assert "last words" in (jobs[1].folder / "report.ipynb").read_text(encoding="utf-8")


def test_a_single_worker_that_is_killed_is_replaced(make_job: MakeJob) -> None:
    jobs = [make_job("kills_itself", f"990{i}") for i in range(1, 5)]
    manifest = run_jobs(jobs, workers=1)
    assert manifest.codes("failed") == ["9902"]
    assert manifest.codes("done") == ["9901", "9903", "9904"]


def test_a_job_that_takes_too_long_is_stopped(make_job: MakeJob) -> None:
    manifest = run_jobs([make_job("slow", "9901", timeout_s=0.5), make_job("ok", "9902")], workers=2)
    assert statuses(manifest) == {"9901": "failed", "9902": "done"}
    failure = manifest.units["9901"].failure
    assert failure is not None
    assert (failure.code, failure.args) == ("batch.timed_out", {"seconds": 0.5})


def test_missing_files_are_a_failure(make_job: MakeJob) -> None:
    manifest = run_jobs([make_job("ok", files=("report.ipynb", "slides.pptx", "charts/*.png"))])
    failure = manifest.units["9901"].failure
    assert failure is not None
    assert (failure.code, failure.args) == ("batch.files_missing", {"files": "slides.pptx, charts/*.png"})


def test_the_page_is_made_in_the_worker(
    make_job: MakeJob, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "page_for_test.py").write_text(
        "def build(notebook, page, *, lang, title):\n"
        "    page.write_text(f'{title} {lang} {notebook.exists()}')\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    job = make_job("ok", files=("report.ipynb", "report.html"))
    manifest = run_jobs([job], finish="page_for_test:build")
    assert statuses(manifest) == {"9901": "done"}
    assert (job.folder / "report.html").read_text(encoding="utf-8") == "Report 9901 en True"


def test_a_page_that_cannot_be_made_is_a_failure_with_its_traceback(make_job: MakeJob) -> None:
    job = make_job("ok")
    manifest = run_jobs([job], finish="pbwidgets.nothing:build")
    failure = manifest.units["9901"].failure
    assert failure is not None
    assert failure.code == "batch.run_failed"
    assert "Traceback" in (job.folder / "error.txt").read_text(encoding="utf-8")


def test_charts_are_drawn_in_forked_workers(make_job: MakeJob) -> None:
    files = ("report.ipynb", "charts/*.png", "charts/*.svg")
    manifest = run_jobs([make_job("uses_altair", f"990{i}", files=files) for i in range(3)], workers=2)
    assert set(statuses(manifest).values()) == {"done"}


def test_a_notebook_without_a_parameters_cell_runs(make_job: MakeJob) -> None:
    assert statuses(run_jobs([make_job("no_parameters")])) == {"9901": "done"}


def test_a_notebook_leaves_nothing_for_the_next_in_the_same_worker(make_job: MakeJob) -> None:
    jobs = [make_job("leaves_traces", f"990{i}") for i in range(2)]
    run_jobs(jobs, workers=1)
    for job in jobs:
        executed = nbformat.read(job.folder / "report.ipynb", as_version=4)
        found = next(cell.outputs[0].data["text/plain"] for cell in executed.cells if cell.get("outputs"))
        assert "True" not in found


def test_units_not_in_the_run_keep_their_entries(make_job: MakeJob) -> None:
    run_jobs([make_job("ok", "9901"), make_job("ok", "9902")])
    manifest = run_jobs([make_job("ok", "9902")], force=True)
    assert statuses(manifest) == {"9901": "done", "9902": "done"}
    assert manifest.units["9902"].why == (FORCED,)


def test_a_second_run_in_the_same_folder_is_refused(make_job: MakeJob) -> None:
    job = make_job("ok")
    with hold_lock(job.folder.parent), pytest.raises(ConflictError, match="unit"):
        run_jobs([job])


def test_running_no_jobs_is_an_error() -> None:
    with pytest.raises(DataError, match=r"没有需要运行的单位|no unit to run"):
        run_jobs([])


def test_jobs_of_two_reports_are_refused(make_job: MakeJob, tmp_path: Path) -> None:
    other = replace(make_job("ok", "9902"), report="overview", folder=tmp_path / "overview" / "9902")
    with pytest.raises(DataError, match="overview, unit"):
        run_jobs([make_job("ok"), other])


def test_a_unit_given_twice_is_an_error(make_job: MakeJob) -> None:
    with pytest.raises(DataError, match="9901"):
        run_jobs([make_job("ok"), make_job("ok", greeting="again")])


def done(job: Job) -> UnitRun:
    return UnitRun("done", (), 1.0, "now", job.fingerprint, job.parameters)


def test_each_reason_to_run_a_job_is_given(make_job: MakeJob) -> None:
    job = make_job("ok")
    job.folder.mkdir(parents=True)
    (job.folder / "report.ipynb").write_text("x", encoding="utf-8")
    last = done(job)
    assert why_run(job, None) == (FIRST_RUN,)
    assert why_run(job, last) == ()
    assert why_run(job, replace(last, status="unchanged")) == ()
    assert why_run(job, replace(last, status="failed")) == (FAILED_BEFORE,)
    assert why_run(job, last, force=True) == (FORCED,)
    assert why_run(replace(job, fingerprint={"rows:points": "2"}), last) == ("reference", "rows:points")
    (job.folder / "report.ipynb").unlink()
    assert why_run(job, last) == (FILES_MISSING,)


LIGHT = """
import json, sys, time
from pathlib import Path
began = time.monotonic()
from pbwidgets.batch import Job, run_jobs
root, notebook = Path(sys.argv[1]), Path(sys.argv[2])
fingerprint = {"reference": "1", "rows:points": "1"}
job = Job("unit", "9901", notebook, {"unit_code": "9901"}, root / "outputs/unit/9901", fingerprint)
manifest = run_jobs([job])
heavy = {"papermill", "pandas", "pebble", "IPython", "altair", "rich", "pydantic"} & set(sys.modules)
print(json.dumps([manifest.units["9901"].status, sorted(heavy)]))
"""


def test_a_run_with_nothing_to_do_imports_nothing_heavy(make_job: MakeJob, tmp_path: Path) -> None:
    job = make_job("ok")
    run_jobs([job])
    command = [sys.executable, "-c", LIGHT, str(tmp_path), str(job.notebook)]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(said.stdout) == ["unchanged", []]
