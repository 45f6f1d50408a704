"""The small campaign as a workbook, written once; tests change their own copy."""

import shutil
from pathlib import Path

import pytest

from pbwidgets.campaign import read_campaign
from pbwidgets.campaign.workbook import write_blank_workbook, write_campaign_workbook


@pytest.fixture(scope="session")
def small_book(small_text: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small campaign as a workbook in Chinese; do not write to it."""
    folder = tmp_path_factory.mktemp("workbook")
    source = folder / "small.yaml"
    source.write_text(small_text, encoding="utf-8")
    return write_campaign_workbook(read_campaign(source), folder / "small.xlsx", lang="zh_CN")


@pytest.fixture(scope="session")
def blank_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A blank workbook in Chinese; do not write to it."""
    return write_blank_workbook(tmp_path_factory.mktemp("workbook") / "blank.xlsx", lang="zh_CN")


@pytest.fixture
def book(small_book: Path, tmp_path: Path) -> Path:
    """A copy of the small workbook that a test may change."""
    return shutil.copyfile(small_book, tmp_path / "small.xlsx")
