"""A township's report holds only its own rows and aggregates, in every file and every hidden part."""

import re
import zipfile
from pathlib import Path

import pytest

from pbwidgets.workflows.ground.workspace import open_workspace

TOWN = "990101003"


def contents(folder: Path) -> dict[str, str]:
    """Text of every file of a report, Office files opened part by part."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".docx", ".pptx", ".xlsx"):
            with zipfile.ZipFile(path) as archive:
                for part in archive.namelist():
                    found[f"{path.name}!{part}"] = archive.read(part).decode("utf-8", "replace")
        elif path.suffix in (".html", ".ipynb", ".svg", ".json", ".csv"):
            found[path.relative_to(folder).as_posix()] = path.read_text(encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def files(reports: Path) -> dict[str, str]:
    return contents(reports / TOWN)


def test_every_kind_of_file_is_checked(files: dict[str, str]) -> None:
    names = " ".join(files)
    for kind in ("report.html", "report.ipynb", "tables.xlsx!", "slides.pptx!", "report.docx!", ".svg"):
        assert kind in names
    assert any("990101003005" in text for text in files.values())


def test_no_code_of_another_township_or_its_units_occurs(files: dict[str, str]) -> None:
    for name, text in files.items():
        codes = set(re.findall(r"990101\d{3}(?:\d{3}(?:-P\d\d)?)?", text))
        assert {code for code in codes if not code.startswith(TOWN)} == set(), name


def test_no_name_of_another_township_or_its_units_occurs(files: dict[str, str], county: Path) -> None:
    with open_workspace(county) as workspace:
        units = workspace.units()
    own = units["unit_code"].str.startswith(TOWN) | units["parent_code"].isna()
    mine = set(units.loc[own, "unit_name"])
    others = {name for name in units.loc[~own, "unit_name"] if name not in mine}
    # a name that is part of one of the unit's own (向阳村 in a longer one) proves nothing
    others = {name for name in others if not any(name in other for other in mine)}
    assert len(others) > 100
    for file, text in files.items():
        assert {name for name in others if name in text} == set(), file


def test_no_account_of_a_rater_and_no_sensitive_answer_occurs(files: dict[str, str]) -> None:
    for name, text in files.items():
        assert not re.search(r"demo-\d", text), name
        assert "专职组织员两名" not in text, name
