import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.batch import pace
from pbwidgets.batch.ledger import Ledger
from pbwidgets.errors import DataError
from pbwidgets.workflows.reports.runs.manifest import (
    DONE,
    FAILED,
    Failure,
    Manifest,
    Provenance,
    UnitRun,
    load_manifest,
    save_manifest,
    word_failure,
    word_why,
)

plain = st.dictionaries(
    st.text(min_size=1), st.none() | st.booleans() | st.integers() | st.text(), max_size=3
)
hashes = st.dictionaries(st.text(min_size=1), st.text(), max_size=3)
failures = st.builds(
    Failure, st.just("batch.cell_failed"), st.fixed_dictionaries({"cell": st.integers(), "error": st.text()})
)
runs = st.builds(
    UnitRun,
    status=st.sampled_from([DONE, FAILED]),
    why=st.lists(st.sampled_from(["rows:points", "reference", "first_run", "x"]), unique=True).map(tuple),
    seconds=st.integers(0, 10**6).map(lambda thousandths: thousandths / 1000),
    ran_at=st.just("2026-05-01T00:00:00+00:00"),
    fingerprint=hashes,
    parameters=plain,
    snapshot=st.text(),
    failure=st.none() | failures,
)
manifests = st.builds(
    Manifest,
    report=st.text(),
    provenance=st.builds(Provenance, st.text(), st.text(), st.text(), st.text()),
    notebook=st.text(),
    notebook_hash=st.text(),
    parameters=plain,
    versions=hashes,
    units=st.dictionaries(st.text(min_size=1), runs, max_size=3),
)


@given(manifest=manifests)
def test_a_manifest_read_back_is_the_same(
    manifest: Manifest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("manifest")
    save_manifest(manifest, folder)
    assert load_manifest(folder) == manifest


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 99}', '{"format": 1, "report": 2}'])
def test_an_unreadable_manifest_counts_as_missing(text: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    assert load_manifest(tmp_path) is None


def test_a_manifest_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").mkdir()
    with pytest.raises(DataError, match=r"manifest\.json"):
        save_manifest(Manifest("unit"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]  # nothing half written beside it


def test_a_ledger_that_is_saved_quickly_is_on_disk_after_every_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "_CHEAP_S", math.inf)  # however slow this machine is just now
    ledger = Ledger(Manifest("unit"), tmp_path)
    for code in ("9901", "9902"):
        ledger.record(code, UnitRun(DONE, ("first_run",), 1.0, "now", {}, {}))
        ledger.save_when_due()
        saved = load_manifest(tmp_path)
        assert saved is not None
        assert code in saved.units


def test_a_manifest_says_in_both_languages_why_it_ran_and_failed(tmp_path: Path) -> None:
    failure = Failure("batch.cell_failed", {"cell": 3, "error": "ValueError: x"})
    run = UnitRun(FAILED, ("rows:points", "parameters"), 1.0, "now", {}, {}, failure=failure)
    save_manifest(Manifest("unit", units={"9901": run}), tmp_path)
    unit = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["units"]["9901"]
    assert unit["why_zh"] == "本单位数据有变化（得分）；参数有变化"
    assert unit["why_en"] == "data of this unit have changed (points); parameters have changed"
    assert unit["error"]["code"] == "batch.cell_failed"
    assert "第 3 个单元格" in unit["error"]["zh"]


def test_changed_frames_are_named_together_and_unknown_names_verbatim() -> None:
    assert word_why(["rows:points", "rows:ranking", "rows:x", "weather"], "en") == (
        "data of this unit have changed (points, ranking, x); weather has changed"
    )


def test_a_failure_is_reported_with_what_to_do() -> None:
    assert word_failure(Failure("batch.worker_killed", {"signal": "SIGKILL"}), "en") == (
        "The process was killed while it ran (signal SIGKILL). "
        "The machine may have run out of memory: run again with fewer processes (--workers)."
    )
