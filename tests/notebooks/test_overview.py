"""The report on the whole contest runs and holds every list and chart."""

from pathlib import Path

import openpyxl
import pytest
from counties import copy_county, run_pbwidgets
from pptx import Presentation


@pytest.fixture(scope="module")
def overview(county: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copy_county(county, tmp_path_factory.mktemp("overview") / "county")
    done = run_pbwidgets("report", "overview", cwd=folder)
    assert done.returncode == 0, done.stderr
    return next((folder / "outputs").glob("*/*/overview/*/"))


def test_the_county_has_at_most_fifteen_slides_one_for_each_message(overview: Path) -> None:
    charts = {path.stem for path in (overview / "charts").glob("*.png")}
    slides = list(Presentation(str(overview / "slides.pptx")).slides)
    native = [slide for slide in slides if any(shape.has_chart or shape.has_table for shape in slide.shapes)]

    for track in ("township", "village", "pioneer"):
        assert {f"{track}_ranking", f"{track}_lost", f"{track}_firmness"} <= charts
    assert 10 < len(slides) <= 15
    assert len(native) >= 8  # rankings, heat maps, allotments


def test_the_workbook_lists_every_unit_of_every_track(overview: Path) -> None:
    tables = openpyxl.load_workbook(overview / "tables.xlsx", read_only=True)
    rows = {sheet.title: sheet.max_row - 1 for sheet in tables}

    assert rows["党建工作特色乡镇评定情况"] == 25
    assert rows["党建工作示范村评定情况"] == 499  # one of 500 was merged into another
    assert rows["党员干部创业先锋评定情况"] == 180
