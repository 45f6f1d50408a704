"""Charts that stay charts: their data, their letters, their workbook, and what another program draws of them."""

import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pptx import Presentation

from pbwidgets.charts.native import NativeChart, Series
from pbwidgets.exports.native_chart import save_chart_slide
from pbwidgets.exports.search import find_file
from pbwidgets.intake.identifying import Scrubber

NAMES = ("虚构青石岭民族团结进步示范一乡", "=1+1镇", "_x0041_村")
BARS = NativeChart(
    "bars",
    "乡镇",
    NAMES,
    (Series("得分", (9.5, None, 0.0), "#0072B2"), Series("中位数", (8.0, 7.25, 6.0), "#ECECEC")),
    unit="分",
    decimals=2,
    note="* 有未评分的项目",
)


def chart_of(path: Path):
    return next(shape for shape in Presentation(path).slides[0].shapes if shape.has_chart)


@pytest.fixture(scope="module")
def slide(tmp_path_factory) -> Path:
    return save_chart_slide(BARS, tmp_path_factory.mktemp("slide") / "bars.pptx", "得分", sentence="一镇缺分")


def test_the_chart_holds_its_categories_and_values_and_a_gap_is_no_zero(slide: Path) -> None:
    plot = chart_of(slide).chart.plots[0]
    assert tuple(plot.categories) == NAMES
    assert [(series.name, series.values) for series in plot.series] == [
        ("得分", (9.5, None, 0.0)),
        ("中位数", (8.0, 7.25, 6.0)),
    ]


def test_the_workbook_behind_it_has_readable_heads_and_no_formula(slide: Path) -> None:
    with zipfile.ZipFile(slide) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".xlsx")]
        sheet = load_workbook(io.BytesIO(archive.read(name))).worksheets[0]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["乡镇（分）", "得分", "中位数"],
        [NAMES[0], 9.5, 8],
        [NAMES[1], None, 7.25],
        ["_x005F_x0041_村", 0, 6],  # as a workbook writes it
    ]
    assert {cell.data_type for cell in sheet["A"]} == {"s"}


def test_a_name_in_the_workbook_of_a_chart_does_not_leave(slide: Path) -> None:
    assert find_file(slide, Scrubber.of([NAMES[0]])) == slide.name


def test_the_same_chart_gives_the_same_bytes(slide: Path, tmp_path: Path) -> None:
    again = save_chart_slide(BARS, tmp_path / "again.pptx", "得分", sentence="一镇缺分")
    assert again.read_bytes() == slide.read_bytes()


def test_every_letter_has_14_points_and_a_face_for_chinese(slide: Path) -> None:
    space = chart_of(slide).chart._chartSpace
    drawing = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
    fonts = list(space.iter(f"{drawing}defRPr"))
    assert len(fonts) >= 6
    assert {int(font.get("sz")) >= 1400 for font in fonts} == {True}
    faces = [[child.tag.removeprefix(drawing) for child in font if child.get("typeface")] for font in fonts]
    assert faces == [["latin", "ea", "cs"]] * len(fonts)


def test_those_who_do_not_see_it_are_told(slide: Path) -> None:
    assert chart_of(slide)._element.nvGraphicFramePr.cNvPr.get("descr") == "得分 一镇缺分"
