"""The small county of ``counties.py``, its campaign opened, with nothing filled in."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from counties import CAMPAIGN, OPERATOR, ROOT, make_register

from pbwidgets.workflows.ground.workspace import Opened, Workspace, open_workspace
from pbwidgets.workflows.organise.campaigns import open_campaign
from pbwidgets.workflows.organise.register import save_units


@pytest.fixture(scope="session")
def opened_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace made once; tests copy it, which is quicker than migrating a store each time."""
    folder = tmp_path_factory.mktemp("opened")
    shutil.copytree(ROOT / "parameters", folder / "parameters")
    with open_workspace(folder) as workspace:
        save_units(workspace, OPERATOR, make_register())
        open_campaign(workspace, OPERATOR, CAMPAIGN)
    return folder


@pytest.fixture
def small(opened_folder: Path, tmp_path: Path) -> Iterator[Workspace]:
    folder = tmp_path / "small"
    shutil.copytree(opened_folder, folder)
    with open_workspace(folder) as workspace:
        yield workspace


@pytest.fixture
def contest(small: Workspace) -> Opened:
    """The opened campaign of the small county."""
    return small.opened()
