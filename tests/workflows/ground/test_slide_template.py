"""Which presentation slides are put on: the one given by hand, the campaign's, the workspace's, or none."""

import dataclasses
from pathlib import Path

from pbwidgets.campaign.model import Office
from pbwidgets.workflows.ground.slide_template import find_slide_template, hash_template
from pbwidgets.workflows.ground.workspace import Opened, Workspace


def test_one_given_by_hand_comes_before_the_campaigns_and_that_before_the_workspaces(
    small: Workspace, contest: Opened
) -> None:
    settings, folder = small.settings, small.settings.parameters / "templates"
    assert find_slide_template(contest, settings) is None
    folder.mkdir()
    (folder / "slides.pptx").write_bytes(b"of the workspace")
    assert find_slide_template(contest, settings) == folder / "slides.pptx"
    office = Office(templates={"slides": "templates/county.pptx"})
    named = dataclasses.replace(contest, campaign=contest.campaign.model_copy(update={"office": office}))
    assert find_slide_template(named, settings) == folder / "county.pptx"
    assert find_slide_template(named, settings, Path("mine.pptx")) == Path.cwd() / "mine.pptx"


def test_the_hash_changes_with_the_file_and_is_empty_without_one(tmp_path: Path) -> None:
    file = tmp_path / "a.pptx"
    assert hash_template(None) == hash_template(file) == ""
    file.write_bytes(b"one")
    first = hash_template(file)
    file.write_bytes(b"two")
    assert first != hash_template(file) != ""
