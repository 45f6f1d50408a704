"""Charts that stay charts: their data, their letters, their workbook, and what another program draws of them."""

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pptx import Presentation
from pptx.util import Inches

from pbwidgets.charts.native import Cell, NativeChart, NativeTable, Series
from pbwidgets.exports.native_chart import CHART_BOX, add_native, save_chart_slide
from pbwidgets.exports.pptx import Slide, save_slide
from pbwidgets.exports.search import find_file
from pbwidgets.intake.identifying import Scrubber

pytestmark = pytest.mark.xdist_group("office")

LONG = "虚构青石岭民族团结进步示范"
NAMES = (f"{LONG}一乡", "=1+1镇", "_x0041_村")
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def series(*values: tuple[float | None, ...]) -> tuple[Series, ...]:
    colours = ("#0072B2", "#ECECEC", "#E69F00")
    return tuple(Series(f"第{at}组", each, colours[at]) for at, each in enumerate(values))


def many(count: int) -> tuple[str, ...]:
    return tuple(f"{at}  {LONG}{'甲乙丙丁戊己庚辛壬癸'[at % 10]}村" for at in range(count))


BARS = NativeChart(
    "bars",
    "乡镇（分）",
    NAMES,
    series((9.5, None, 0.0), (8.0, 7.25, 6.0)),
    decimals=2,
    note="* 有未评分的项目",
)
EVERY = {
    "ranking": NativeChart(
        "bars", "村", many(26), series((90.5,) * 10 + (None,) * 16, (None,) * 10 + (80.25,) * 16), decimals=2
    ),
    "groups": BARS,
    "shares": NativeChart("bars", "项目", many(11), series((88.5,) * 11, (70.0,) * 11), "%", 1),
    "stacked": NativeChart(
        "stacked_bars", "乡镇", many(25), series((3.0,) * 25, (0.0,) * 25, (2.0,) * 25), zeros=False
    ),
    "crowded": NativeChart("bars", "村", many(16), series((1.0,) * 16, (2.0,) * 16, (3.0,) * 16)),
    "results": NativeChart("share_bars", "类别", many(2), series((100.0, 9.0), (3.0, 2.0), (397.0, 11.0)), zeros=False),
    "columns": NativeChart("columns", "月份", ("1月", "2月"), series((3.0, 4.0))),
    "lines": NativeChart("lines", "月份", ("1月", "2月", "3月"), series((3.0, None, 4.0), (1.0, 2.0, 3.0))),
}  # fmt: skip
TABLE = NativeTable(
    "村",
    many(3),
    ("组织健全", "2"),
    ((0.0, 5.5), (None, 1.0), (2.0, 3.0)),
    tuple((Cell("0.0", "#FFF7EC", "#000000"), Cell("5.5", "#8A3500", "#FFFFFF")) for _ in range(3)),
    ("5.5", "1.0", "5.0"),
    "合计",
    "颜色越深失分越多",
    "2 主导产业与党组织设置",
)


TALL = replace(
    TABLE, rows=many(20), values=TABLE.values[:1] * 20, cells=TABLE.cells[:1] * 20, sums=("5.5",) * 20
)
DRAWN = {**EVERY, "table": TABLE, "tall": TALL}


def chart_of(path: Path):
    return next(shape for shape in Presentation(path).slides[0].shapes if shape.has_chart)


@pytest.fixture(scope="module")
def slide(tmp_path_factory) -> Path:
    return save_chart_slide(BARS, tmp_path_factory.mktemp("slide") / "bars.pptx", "得分", sentence="一镇缺分")


@pytest.fixture(scope="module")
def deck_file(tmp_path_factory) -> Path:
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    for name, native in DRAWN.items():
        add_native(deck.slides.add_slide(deck.slide_layouts[6]), native, words=name)
    path = tmp_path_factory.mktemp("deck") / "every.pptx"
    deck.save(path)
    return path


@pytest.fixture(scope="module")
def shapes(deck_file: Path) -> dict[str, list]:
    """Charts and tables by the words of those who do not see them."""
    found: dict[str, list] = {}
    for page in Presentation(deck_file).slides:
        for shape in page.shapes:
            if shape.has_chart or shape.has_table:
                found.setdefault(shape._element.nvGraphicFramePr.cNvPr.get("descr"), []).append(shape)
    return found


@pytest.mark.parametrize("name", EVERY)
def test_a_chart_holds_its_categories_and_values_and_a_gap_is_no_zero(name: str, shapes) -> None:
    plots = [plot for shape in shapes[name] for plot in shape.chart.plots]
    assert [category for plot in plots for category in plot.categories] == list(EVERY[name].categories)
    for at, one in enumerate(EVERY[name].series):
        assert {plot.series[at].name for plot in plots} == {one.name}
        assert [value for plot in plots for value in plot.series[at].values] == list(one.values)


@pytest.mark.parametrize(("lang", "office"), [("zh_CN", "zh-CN"), ("en", "en-US")])
def test_texts_and_charts_of_a_deck_are_in_its_language(lang: str, office: str, tmp_path) -> None:
    path = save_slide(Slide("Points", native=BARS), tmp_path / "one.pptx", lang)
    with zipfile.ZipFile(path) as parts:
        chart, page = (
            parts.read(name).decode() for name in ("ppt/charts/chart1.xml", "ppt/slides/slide1.xml")
        )
    found = re.findall('<c:lang val="([^"]+)"', chart), re.findall(' lang="([^"]+)"', page)
    assert [set(each) for each in found] == [{office}] * 2


def test_bars_without_room_are_parted_into_two_charts_with_one_scale(shapes) -> None:
    parted = {
        name: [shape.has_chart and shape.chart for shape in found]
        for name, found in shapes.items()
        if len(found) > 1
    }
    assert list(parted) == ["ranking", "stacked", "crowded", "tall"]
    for name, charts in list(parted.items())[:-1]:
        lengths = [len(chart.plots[0].categories) for chart in charts]
        assert lengths == [-(-len(EVERY[name].categories) // 2), len(EVERY[name].categories) // 2]
        assert len({chart.value_axis.maximum_scale for chart in charts}) == 1
        assert [chart.has_legend for chart in charts] == [True, False]
    assert parted["ranking"][0].value_axis.maximum_scale == pytest.approx(90.5 * 1.05)
    assert parted["stacked"][0].value_axis.maximum_scale == pytest.approx(5 * 1.05)


def test_the_workbook_behind_it_has_readable_heads_and_no_formula(slide: Path) -> None:
    with zipfile.ZipFile(slide) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".xlsx")]
        (sheet,) = load_workbook(io.BytesIO(archive.read(name))).worksheets
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["乡镇（分）", "第0组", "第1组"],
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


@pytest.mark.parametrize("name", [*EVERY, "table", "tall"])
def test_every_letter_has_14_points_and_a_face_for_chinese(name: str, shapes) -> None:
    (shape, *_) = shapes[name]
    tree = shape.chart._chartSpace if shape.has_chart else shape._element
    fonts = [font for tag in ("defRPr", "rPr") for font in tree.iter(f"{DRAWING}{tag}")]
    assert len(fonts) >= 3
    assert {int(font.get("sz")) >= 1400 for font in fonts} == {True}
    faces = [[child.tag.removeprefix(DRAWING) for child in font if child.get("typeface")] for font in fonts]
    assert faces == [["latin", "ea", "cs"]] * len(fonts)


ORDER = {
    "chartSpace": "date1904 lang roundedCorners style clrMapOvr chart spPr txPr externalData",
    "chart": "title autoTitleDeleted plotArea legend plotVisOnly dispBlanksAs showDLblsOverMax",
    "plotArea": "layout barChart lineChart catAx valAx spPr",
    "barChart": "barDir grouping varyColors ser dLbls gapWidth overlap serLines axId",
    "lineChart": "grouping varyColors ser dLbls dropLines marker smooth axId",
    "ser": "idx order tx spPr invertIfNegative marker dPt dLbls trendline errBars cat val smooth",
    "dLbls": "dLbl numFmt spPr txPr dLblPos showLegendKey showVal showCatName showSerName showPercent"
    " showBubbleSize separator showLeaderLines leaderLines",
    "catAx": "axId scaling delete axPos majorGridlines title numFmt majorTickMark minorTickMark tickLblPos spPr txPr"
    " crossAx crosses auto lblAlgn lblOffset tickLblSkip tickMarkSkip noMultiLvlLbl",
    "valAx": "axId scaling delete axPos majorGridlines title numFmt majorTickMark minorTickMark tickLblPos spPr txPr"
    " crossAx crosses crossBetween majorUnit",
    "scaling": "logBase orientation max min",
    "legend": "legendPos layout overlay spPr txPr",
    "manualLayout": "layoutTarget xMode yMode wMode hMode x y w h",
    "marker": "symbol size spPr",
}
"""Elements within others in the order of the schema (ECMA-376, 21.2); PowerPoint repairs any other."""


@pytest.mark.parametrize("name", EVERY)
def test_the_elements_of_a_chart_stand_in_the_order_of_the_schema(name: str, shapes) -> None:
    seen = set()
    for element in shapes[name][0].chart._chartSpace.iter(f"{CHART}*"):
        kind = element.tag.removeprefix(CHART)
        if kind in ORDER and len(element):
            order = ORDER[kind].split()
            places = [order.index(child.tag.removeprefix(CHART)) for child in element]
            assert places == sorted(places), kind
            seen.add(kind)
    assert seen >= {"chartSpace", "chart", "plotArea", "ser", "catAx", "valAx", "manualLayout"}


def test_a_chart_names_no_part_but_its_own_workbook(deck_file: Path) -> None:
    with zipfile.ZipFile(deck_file) as archive:
        names = archive.namelist()
        relations = [archive.read(name).decode() for name in names if name.startswith("ppt/charts/_rels/")]
    targets = [text.partition('Target="../')[2].partition('"')[0] for text in relations]
    assert sorted(f"ppt/{target}" for target in targets) == sorted(n for n in names if n.endswith(".xlsx"))
    assert len(targets) == len(EVERY) + 3
    assert not any("External" in text for text in relations)


def test_numbers_stand_at_their_bars_as_long_as_they_have_room(shapes) -> None:
    charts = {name: shapes[name][-1].chart for name in EVERY}
    labelled = {name: f"{CHART}showVal" in {e.tag for e in charts[name]._chartSpace.iter()} for name in EVERY}
    assert [name for name, is_labelled in labelled.items() if not is_labelled] == ["crowded", "lines"]
    assert {name: not chart.value_axis.visible for name, chart in charts.items()} == labelled


def test_a_number_that_does_not_fit_its_part_of_a_bar_is_left_out(shapes) -> None:
    (plot,) = shapes["results"][0].chart.plots
    left_out = [
        [e.find(f"{CHART}idx").get("val") for e in one._element.iter(f"{CHART}dLbl")] for one in plot.series
    ]
    assert left_out == [[], ["0"], []]


def test_bars_begin_at_zero_and_stand_in_reading_order(shapes) -> None:
    for name, native in EVERY.items():
        for shape in shapes[name]:
            assert shape.chart.value_axis.minimum_scale == 0
            assert shape.chart.category_axis.reverse_order == (native.kind not in ("columns", "lines"))


def test_a_heat_map_is_a_table_with_coloured_cells(shapes) -> None:
    table = shapes["table"][0].table
    assert [[cell.text for cell in row.cells] for row in table.rows][:2] == [
        ["村", "组织健全", "2", "合计"],
        [TABLE.rows[0], "0.0", "5.5", "5.5"],
    ]
    assert str(table.cell(1, 2).fill.fore_color.rgb) == "8A3500"


def test_a_heat_map_with_many_rows_is_two_tables_with_the_same_head(shapes) -> None:
    first, second = (shape.table for shape in shapes["tall"])
    names = [[row.cells[0].text for row in table.rows] for table in (first, second)]
    assert names == [["村", *TALL.rows[:10]], ["村", *TALL.rows[10:]]]
    assert [[cell.text for cell in table.rows[0].cells] for table in (first, second)] == [
        ["村", "组织健全", "2", "合计"]
    ] * 2


@pytest.mark.parametrize(("cell", "tables"), [("9", 2), ("19.3", 1)])
def test_tables_stand_side_by_side_only_if_every_number_stays_whole(cell: str, tables: int) -> None:
    """Seven columns, 22 rows: what does not fit is left out, and the slide says so."""
    filled = tuple(Cell(cell, "#FFFFFF", "#000000") for _ in range(7))
    names = tuple(f"云顶山示范区公司{at:02}" for at in range(22))
    native = NativeTable(
        "村",
        names,
        tuple("1234567"),
        ((1.0,) * 7,) * 22,
        (filled,) * 22,
        ("53.6",) * 22,
        "合计",
        "颜色",
        "说明",
    )
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    page = deck.slides.add_slide(deck.slide_layouts[6])
    add_native(page, native)
    shown = [shape.table for shape in page.shapes if shape.has_table]
    said = "".join(shape.text_frame.text for shape in page.shapes if shape.has_text_frame)
    assert len(shown) == tables
    rows = sum(len(table.rows) - 1 for table in shown)
    assert (rows == 22, f"前{rows}行，共22行" in said) == (tables == 2, tables == 1)


def test_nothing_leaves_its_box(deck_file: Path) -> None:
    left, top, width, height = (Inches(part) for part in CHART_BOX)
    for page in Presentation(deck_file).slides:
        for shape in page.shapes:
            assert left <= shape.left
            assert shape.left + shape.width <= left + width + 9
            assert top <= shape.top
            assert shape.top + shape.height <= top + height + 9


def test_another_program_draws_every_name_of_every_chart(deck_file: Path, to_pages) -> None:
    pages = [page.translate({ord(blank): None for blank in " \n\u3000"}) for page in to_pages(deck_file)]
    assert len(pages) == len(DRAWN)
    for page, native in zip(pages, DRAWN.values(), strict=True):
        names = native.rows if isinstance(native, NativeTable) else native.categories
        assert [name for name in names if name.replace(" ", "") not in page] == []
        assert native.note.replace(" ", "") in page
        if isinstance(native, NativeChart) and len(native.series) > 1:
            assert [one.name for one in native.series if one.name not in page] == []
