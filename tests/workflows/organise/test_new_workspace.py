"""A new workspace, created from the package."""

from pathlib import Path

import pytest
from counties import ROOT

from pbwidgets.errors import UsageError
from pbwidgets.workflows.organise.new_workspace import lay_out_workspace, packaged_workspace


def test_a_workspace_holds_the_notebooks_and_parameters_of_the_package(tmp_path: Path) -> None:
    lay_out_workspace(tmp_path / "new" / "county")
    for part in ("notebooks/reports/report.ipynb", "parameters/campaigns/sanji_lianzheng.yaml"):
        assert (tmp_path / "new" / "county" / part).read_bytes() == (ROOT / part).read_bytes()


@pytest.mark.parametrize("taken", ["notebooks", "parameters"])
def test_a_folder_in_use_is_refused_and_left_as_it_is(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).mkdir()
    (tmp_path / taken / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=taken):
        lay_out_workspace(tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["mine.txt"]


def test_in_a_checkout_its_own_folders_are_used() -> None:
    assert packaged_workspace() == ROOT
