"""The small county with accounts, every phase open today; each test has its own copy."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from serving import make_small_county

from pbwidgets.apps.visit import Visit
from pbwidgets.store import Actor
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace

Visiting = Callable[..., Visit]


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_small_county(tmp_path_factory.mktemp("pages") / "county")


@pytest.fixture
def small(small_folder: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(small_folder, tmp_path / "small")
    with open_workspace(tmp_path / "small") as workspace:
        yield workspace


@pytest.fixture
def visiting(small: Workspace) -> Visiting:
    """Visit by an actor to an address, in Chinese."""

    def begin(actor: Actor, **place: str) -> Visit:
        return Visit(small, actor, place, "zh_CN")

    return begin
