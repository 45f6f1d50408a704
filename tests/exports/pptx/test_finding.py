"""Which presentation slides are put on: the one given by hand, the campaign's, the workspace's, or none."""

from pathlib import Path

from counties import CAMPAIGN, ROOT

from pbwidgets.campaign import read_campaign
from pbwidgets.campaign.model import Office
from pbwidgets.exports.pptx.finding import find_template, hash_template


def test_one_given_by_hand_comes_before_the_campaigns_and_that_before_the_workspaces(tmp_path: Path) -> None:
    contest = read_campaign(ROOT / "parameters" / "campaigns" / f"{CAMPAIGN}.yaml")
    folder = tmp_path / "templates"
    assert find_template(contest, tmp_path) is None
    folder.mkdir()
    (folder / "slides.pptx").write_bytes(b"of the workspace")
    assert find_template(contest, tmp_path) == folder / "slides.pptx"
    named = contest.model_copy(update={"office": Office(templates={"slides": "templates/county.pptx"})})
    assert find_template(named, tmp_path) == folder / "county.pptx"
    assert find_template(named, tmp_path, Path("mine.pptx")) == Path.cwd() / "mine.pptx"


def test_the_hash_changes_with_the_file_and_is_empty_without_one(tmp_path: Path) -> None:
    file = tmp_path / "a.pptx"
    assert hash_template(None) == hash_template(file) == ""
    file.write_bytes(b"one")
    first = hash_template(file)
    file.write_bytes(b"two")
    assert first != hash_template(file) != ""
