"""Where things are: from the environment, the current folder, or what is named."""

from pathlib import Path

import pytest

from pbwidgets.errors import UsageError
from pbwidgets.settings import Quota, load_settings


def make_workspace(folder: Path) -> Path:
    (folder / "parameters" / "campaigns").mkdir(parents=True)
    return folder


def test_a_named_folder_wins_over_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PBWIDGETS_WORKSPACE", str(tmp_path / "other"))
    assert load_settings(tmp_path / "named").workspace == tmp_path / "named"


def test_the_environment_wins_over_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make_workspace(tmp_path / "here"))
    monkeypatch.setenv("PBWIDGETS_WORKSPACE", str(tmp_path / "other"))
    assert load_settings().workspace == tmp_path / "other"


def test_the_nearest_workspace_upwards_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = make_workspace(tmp_path / "county")
    deep = workspace / "notebooks" / "reports"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert load_settings().workspace == workspace


def test_outside_a_workspace_the_current_folder_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings().workspace == tmp_path


def test_the_store_is_a_file_in_the_workspace_unless_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(tmp_path)
    assert settings.store_url == f"sqlite:///{(tmp_path / '.pbwidgets' / 'store.sqlite').as_posix()}"
    monkeypatch.setenv("PBWIDGETS_STORE", "postgresql://db/pb")
    assert load_settings(tmp_path).store_url == "postgresql://db/pb"


def test_evidence_and_snapshots_are_in_the_private_folder_not_with_notebooks_or_outputs(
    tmp_path: Path,
) -> None:
    settings = load_settings(tmp_path)
    for folder in (settings.evidence, settings.snapshots):
        assert folder.is_relative_to(settings.private)
    for served in (settings.notebooks, settings.outputs, settings.parameters):
        assert not served.is_relative_to(settings.private)
        assert not settings.private.is_relative_to(served)


def test_the_language_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PBWIDGETS_LANG", "en")
    assert load_settings(tmp_path).lang == "en"


def test_the_address_comes_from_the_environment_and_can_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings(tmp_path).address == ""
    monkeypatch.setenv("PBWIDGETS_ADDRESS", "10.0.0.8:8866/")
    assert load_settings(tmp_path).address == "http://10.0.0.8:8866"


def test_a_quota_is_read_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PBWIDGETS_QUOTA_FILES", "12")
    assert load_settings(tmp_path).quota == Quota(files=12)
    monkeypatch.setenv("PBWIDGETS_QUOTA_MEGABYTES", "5 GB")
    with pytest.raises(UsageError, match=r"PBWIDGETS_QUOTA_MEGABYTES.*5 GB"):
        load_settings(tmp_path)
