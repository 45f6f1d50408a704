"""Which template a file is made from: the campaign's, the workspace's, or none; and whether it has changed."""

from pathlib import Path

from pbwidgets.exports.own_templates import find_template, hash_files


def test_one_that_the_campaign_names_comes_before_the_workspaces(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    assert find_template(tmp_path, {}, "slides") is None
    folder.mkdir()
    (folder / "slides.pptx").write_bytes(b"of the workspace")
    assert find_template(tmp_path, {}, "slides") == folder / "slides.pptx"
    assert find_template(tmp_path, {}, "circular") is None
    assert find_template(tmp_path, {"slides": "templates/county.pptx"}, "slides") == folder / "county.pptx"


def test_a_template_lies_in_its_folder_whatever_the_campaign_says(tmp_path: Path) -> None:
    found = find_template(tmp_path, {"circular": "../../etc/circular.docx"}, "circular")
    assert found == tmp_path / "templates" / "circular.docx"


def test_the_hash_changes_with_the_file_and_is_empty_without_one(tmp_path: Path) -> None:
    file = tmp_path / "a.pptx"
    assert hash_files([]) == hash_files([file]) == ""
    file.write_bytes(b"one")
    first = hash_files([file])
    file.write_bytes(b"two")
    assert first != hash_files([file]) != ""
