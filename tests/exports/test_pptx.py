"""Slides: size, real tables, East Asian fonts, alt texts, notes, page numbers."""

from pathlib import Path

import altair as alt
import pytest
from pptx import Presentation
from pptx.util import Inches, Pt

from pbwidgets.exports import Slide, build_deck

pytestmark = pytest.mark.xdist_group("office")

KEY = "前十名总分均在九十分以上。"


@pytest.fixture(scope="module")
def deck_file(ranking, columns, png, tmp_path_factory) -> Path:
    slides = [
        Slide("示范村总分排名", png, ranking, columns, KEY),
        Slide("前三名", png, ranking.head(3), columns),
        Slide("只有图", png),
    ]
    path = tmp_path_factory.mktemp("deck") / "slides.pptx"
    return build_deck(slides, path, title="评审汇报", subtitle="三级联争 2026年", note="演示数据")


@pytest.fixture(scope="module")
def deck(deck_file):
    return Presentation(deck_file)


def tables(deck) -> list:
    return [shape.table for page in deck.slides for shape in page.shapes if shape.has_table]


def runs(deck) -> list:
    return [
        run
        for page in deck.slides
        for run in page.element.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}rPr")
    ]


def test_the_deck_is_13_by_7_and_a_half_inches_with_a_title_and_a_slide_for_each_chart_and_table(
    deck,
) -> None:
    assert round(deck.slide_width / Inches(1), 2) == 13.33
    assert deck.slide_height == Inches(7.5)
    titles = [page.shapes.title.text_frame.text for page in deck.slides]
    assert titles == [
        "评审汇报",
        "示范村总分排名",
        "示范村总分排名（数据表）",
        "前三名",
        "前三名（数据表）",
        "只有图",
    ]


def test_every_text_has_at_least_14_points_and_an_east_asian_font(deck) -> None:
    kept = [properties for properties in runs(deck) if properties.get("sz")]
    assert len(kept) > 50
    assert min(int(properties.get("sz")) for properties in kept) >= 1400
    fonts = {
        child.get("typeface") for properties in kept for child in properties if child.tag.endswith("}ea")
    }
    assert fonts == {"Microsoft YaHei"}


def test_nothing_leaves_the_slide(deck) -> None:
    for page in deck.slides:
        for shape in page.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= deck.slide_width + Pt(1)
            assert shape.top + shape.height <= deck.slide_height


def test_tables_are_native_and_have_only_the_named_columns(deck) -> None:
    first = tables(deck)[0]
    assert [cell.text for cell in first.rows[0].cells] == ["名次", "代码", "村名", "总分", "结果"]
    assert [cell.text for cell in first.rows[1].cells][:2] == ["1", "990000000000"]
    assert not any(
        "不应出现" in cell.text for table in tables(deck) for row in table.rows for cell in row.cells
    )


def test_a_table_that_does_not_fit_is_cut_and_says_so(deck) -> None:
    rows = len(tables(deck)[0].rows) - 1
    words = " ".join(shape.text_frame.text for shape in deck.slides[2].shapes if shape.has_text_frame)
    assert 10 <= rows < 30
    assert f"表中列出前{rows}行，共30行，其余见附表" in words
    assert len(tables(deck)[1].rows) == 4


def test_pictures_have_alt_text_and_notes_have_the_key_sentence(deck) -> None:
    page = deck.slides[1]
    picture = next(shape for shape in page.shapes if shape.shape_type == 13)
    assert picture._element.nvPicPr.cNvPr.get("descr") == f"示范村总分排名 {KEY}"
    assert page.notes_slide.notes_text_frame.text == KEY


def test_pages_after_the_title_have_a_page_number_field(deck) -> None:
    numbered = ['type="slidenum"' in page.part.blob.decode("utf-8") for page in deck.slides]
    assert numbered == [False, True, True, True, True, True]


def test_a_chart_is_drawn_without_its_own_title(tmp_path: Path) -> None:
    chart = alt.layer(alt.Chart(alt.InlineData(values=[{"x": 1}])).mark_point().encode(x="x:Q")).properties(
        width=1280, height=616, title="图自己的标题", padding={"top": 104, "left": 0, "right": 0, "bottom": 0}
    )
    path = build_deck([Slide("幻灯片的标题", chart)], tmp_path / "a.pptx", title="汇报")
    picture = next(shape for shape in Presentation(path).slides[1].shapes if shape.shape_type == 13)
    assert picture.width / picture.height > 1.8
    assert chart.title == "图自己的标题"


def test_the_same_input_gives_the_same_bytes(ranking, columns, png, deck_file, tmp_path: Path) -> None:
    def make(name: str) -> bytes:
        return build_deck(
            [Slide("排名", png, ranking, columns, KEY)], tmp_path / name, title="汇报"
        ).read_bytes()

    assert make("a.pptx") == make("b.pptx")


def test_libreoffice_opens_the_deck_with_its_chinese_text(deck_file, to_pages) -> None:
    pages = to_pages(deck_file)
    assert len(pages) == 6
    assert "评审汇报" in pages[0].replace(" ", "")
    assert "虚构青石岭民族团结进步示范00村" in pages[2].replace(" ", "").replace("\n", "")
