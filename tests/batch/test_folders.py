from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.batch.folders import (
    missing_files,
    new_work_folder,
    put_failed_in_place,
    put_in_place,
    tidy_up,
)


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def work_with(folder: Path, *files: str) -> Path:
    work = new_work_folder(folder)
    for name in files:
        path = work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return work


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A unit's folder that holds a good report."""
    made = tmp_path / "9901"
    put_in_place(work_with(made, "report.ipynb", "old.txt"), made)
    return made


def test_a_new_report_replaces_the_old_one_completely(folder: Path) -> None:
    put_in_place(work_with(folder, "report.ipynb", "new.txt"), folder)
    assert names(folder) == {"report.ipynb", "new.txt"}
    assert [path.name for path in folder.parent.iterdir()] == ["9901"]


def test_a_failed_run_leaves_its_notebook_its_error_and_the_last_good_report(folder: Path) -> None:
    put_failed_in_place(work_with(folder, "report.ipynb", "charts/half.png"), folder, "why")
    assert names(folder) == {"report.ipynb", "error.txt", "previous/report.ipynb", "previous/old.txt"}
    assert (folder / "error.txt").read_text(encoding="utf-8") == "why"


def test_failing_again_keeps_the_last_good_report(folder: Path) -> None:
    for _ in range(3):
        put_failed_in_place(work_with(folder, "report.ipynb"), folder, "why")
    assert names(folder) == {"report.ipynb", "error.txt", "previous/report.ipynb", "previous/old.txt"}
    assert [path.name for path in folder.parent.iterdir()] == ["9901"]


def test_a_good_report_after_a_failed_one_leaves_nothing_of_either(folder: Path) -> None:
    put_failed_in_place(work_with(folder, "report.ipynb"), folder, "why")
    put_in_place(work_with(folder, "report.ipynb"), folder)
    assert names(folder) == {"report.ipynb"}


def test_a_first_run_that_fails_has_no_previous_report(tmp_path: Path) -> None:
    folder = tmp_path / "9901"
    put_failed_in_place(work_with(folder), folder, "why")
    assert names(folder) == {"error.txt"}


def test_work_folders_of_an_interrupted_run_are_removed(folder: Path) -> None:
    work_with(folder, "report.ipynb")
    tidy_up(folder.parent)
    assert [path.name for path in folder.parent.iterdir()] == ["9901"]
    assert names(folder) == {"report.ipynb", "old.txt"}


def test_a_stop_between_the_two_renames_brings_the_old_report_back(folder: Path) -> None:
    work_with(folder, "report.ipynb", "new.txt")
    folder.rename(folder.parent / ".9901.old-0123456789ab")
    tidy_up(folder.parent)
    assert [path.name for path in folder.parent.iterdir()] == ["9901"]
    assert names(folder) == {"report.ipynb", "old.txt"}


def test_a_stop_after_both_renames_keeps_the_new_report(folder: Path) -> None:
    folder.rename(folder.parent / ".9901.old-0123456789ab")
    work_with(folder, "report.ipynb", "new.txt").rename(folder)
    tidy_up(folder.parent)
    assert names(folder) == {"report.ipynb", "new.txt"}


def test_a_stop_before_the_good_report_moved_into_the_failed_one_loses_nothing(folder: Path) -> None:
    folder.rename(folder.parent / ".9901.old-0123456789ab")
    work_with(folder, "report.ipynb", "error.txt").rename(folder)
    tidy_up(folder.parent)
    assert names(folder) == {"report.ipynb", "error.txt", "previous/report.ipynb", "previous/old.txt"}


def test_tidying_up_leaves_other_files_alone(tmp_path: Path) -> None:
    (tmp_path / ".lock").write_text("", encoding="utf-8")
    (tmp_path / ".9901.tmp-mine").mkdir()
    tidy_up(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {".lock", ".9901.tmp-mine"}


def test_empty_files_count_as_missing(tmp_path: Path) -> None:
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts" / "a.png").write_bytes(b"x")
    (tmp_path / "report.html").write_bytes(b"")
    assert missing_files(tmp_path, ["charts/*.png", "charts/*.svg", "report.html"]) == [
        "charts/*.svg",
        "report.html",
    ]


@given(steps=st.lists(st.sampled_from(["good", "failed", "stopped"]), max_size=8))
def test_after_any_steps_there_is_one_folder_with_the_last_good_report(
    steps: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("law") / "9901"
    last_good = None
    for at, step in enumerate(steps):
        tidy_up(folder.parent)
        work = work_with(folder, f"good-{at}.txt" if step == "good" else "report.ipynb")
        if step == "good":
            put_in_place(work, folder)
            last_good = f"good-{at}.txt"
        elif step == "failed":
            put_failed_in_place(work, folder, "why")
    tidy_up(folder.parent)
    there = names(folder) if folder.exists() else set()
    assert {path.name for path in folder.parent.iterdir()} <= {"9901"}
    good = {Path(name).name for name in there if "good-" in name}
    assert good == ({last_good} if last_good else set())
