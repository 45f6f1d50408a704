"""The small county of ``counties.py``, its campaign opened, with nothing filled in."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from counties import CAMPAIGN, OPERATOR, ROOT, TOWN, VILLAGE, VILLAGE_ANSWERS, key_of, make_register

from pbwidgets import store
from pbwidgets.store import Actor
from pbwidgets.workflows.ground.desk import Desk
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


@pytest.fixture
def rating_desk(small: Workspace, contest: Opened) -> Desk:
    """The township, whose marks need a reason where they differ by a point from the village's own."""
    with small.store.write(OPERATOR) as w:
        store.submit_many(w, [(key_of("village_application", VILLAGE), VILLAGE_ANSWERS)])
    tracks = []
    for track in contest.campaign.tracks:
        layers = tuple(
            layer.model_copy(update={"difference_needs_reason": 1.0}) if layer.id == "township" else layer
            for layer in track.layers
        )
        tracks.append(track.model_copy(update={"layers": layers}) if track.id == "village" else track)
    campaign = contest.campaign.model_copy(update={"tracks": tuple(tracks)})
    return Desk(small, Actor("li", "reviewer", TOWN), replace(contest, campaign=campaign))
