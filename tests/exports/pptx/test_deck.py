"""A deck: one message a slide, a summary first, tables whole, notes, footers; opened again and drawn by an Office."""

import dataclasses
from pathlib import Path

import altair as alt
import pytest
from pptx import Presentation
from pptx.util import Inches, Pt

from pbwidgets.charts.native import NativeChart, Series
from pbwidgets.exports import Deck, Slide, build_deck
from pbwidgets.exports.columns import char_width

pytestmark = pytest.mark.xdist_group("office")

KEY = "示范村总分排名"
HEADLINE = "前十名总分均在九十分以上，后三名失分最多的都是“村级组织规范化建设与制度落实”"
SOURCE = "来源：“三级联争”活动，2026，数据截至2026-12-01"
ABOUT = Deck(
    "评审汇报",
    "三级联争 2026年",
    note="演示数据",
    summary=(HEADLINE, "分配名额20个，已用17个"),
    source=SOURCE,
)
BARS = NativeChart("bars", "村", ("甲村", "乙村"), (Series("总分", (92.5, 88.0), "#0072B2"),), "分", 1)


@pytest.fixture(scope="module")
def deck_file(ranking, columns, png, tmp_path_factory) -> Path:
    slides = [
        Slide(HEADLINE, png, key_sentence=KEY, notes=f"{HEADLINE}。\n{SOURCE}"),
        Slide("两个村", png, key_sentence="总分", native=BARS),
        Slide("全部名单", table=ranking, columns=columns),
        Slide("前三名", table=ranking.head(3), columns=columns),
    ]
    return build_deck(slides, tmp_path_factory.mktemp("deck") / "slides.pptx", ABOUT)


@pytest.fixture(scope="module")
def deck(deck_file):
    return Presentation(deck_file)


def tables(deck) -> list:
    return [shape.table for page in deck.slides for shape in page.shapes if shape.has_table]


def titles(deck) -> list[str]:
    return [page.shapes.title.text_frame.text.replace("\v", "") for page in deck.slides]


def test_a_title_is_followed_by_the_summary_and_by_one_slide_for_each_message(deck) -> None:
    assert round(deck.slide_width / Inches(1), 2) == 13.33
    parts = [f"全部名单（{part}/3）" for part in (1, 2, 3)]
    assert titles(deck) == ["评审汇报", "要点", HEADLINE, "两个村", *parts, "前三名"]


def test_the_summary_has_the_sentences_in_big_type_and_without_them_there_is_none(
    deck, png, tmp_path: Path
) -> None:
    page = deck.slides[1]
    (box,) = (shape for shape in page.shapes if HEADLINE in shape.text_frame.text)
    assert [paragraph.text for paragraph in box.text_frame.paragraphs] == list(ABOUT.summary)
    assert {run.font.size for paragraph in box.text_frame.paragraphs for run in paragraph.runs} == {Pt(28)}
    bare = build_deck([Slide("图", png)], tmp_path / "a.pptx", dataclasses.replace(ABOUT, summary=()))
    assert titles(Presentation(bare)) == ["评审汇报", "图"]


def test_a_summary_that_is_long_gets_smaller_letters_and_stays_above_the_footer(tmp_path: Path) -> None:
    about = dataclasses.replace(ABOUT, summary=(HEADLINE * 2,) * 5)
    page = Presentation(build_deck([], tmp_path / "a.pptx", about)).slides[1]
    (box,) = (shape for shape in page.shapes if HEADLINE in shape.text_frame.text)
    (size,) = {run.font.size for paragraph in box.text_frame.paragraphs for run in paragraph.runs}
    lines = sum(-(-char_width(text) * size.inches / 2 // box.width.inches) for text in about.summary)
    assert Pt(18) <= size < Pt(28)
    assert lines * size.inches * 1.2 < box.height.inches


def test_a_long_title_has_two_lines_of_at_least_24_points_that_break_after_a_clause(deck) -> None:
    (paragraph,) = deck.slides[2].shapes.title.text_frame.paragraphs
    first, second = paragraph.runs
    assert first.text == "前十名总分均在九十分以上，"
    assert second.text.startswith("后三名")
    assert first.font.size == second.font.size >= Pt(24)


def test_every_text_has_at_least_14_points_and_an_east_asian_font_and_its_language(deck) -> None:
    names = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
    kept = [run for page in deck.slides for run in page.element.iter(f"{names}rPr") if run.get("sz")]
    assert len(kept) > 50
    assert min(int(run.get("sz")) for run in kept) >= 1400
    assert {child.get("typeface") for run in kept for child in run if child.tag == f"{names}ea"} == {
        "Microsoft YaHei"
    }
    assert {run.get("lang") for run in kept} == {"zh-CN"}


def test_nothing_leaves_the_slide_and_no_content_lies_on_title_or_footer(deck) -> None:
    for page in deck.slides:
        for shape in page.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= deck.slide_width + Pt(1)
            assert shape.top + shape.height <= deck.slide_height
    for page in list(deck.slides)[2:]:
        title = page.shapes.title
        content = [
            shape for shape in page.shapes if shape.has_chart or shape.has_table or shape.shape_type == 13
        ]
        footer = next(
            shape for shape in page.shapes if shape.has_text_frame and SOURCE in shape.text_frame.text
        )
        for shape in content:
            assert shape.top >= title.top + title.height
            assert shape.top + shape.height <= footer.top


def test_a_chart_stays_editable_where_it_is_given_as_data(deck) -> None:
    (chart,) = (shape.chart for shape in deck.slides[3].shapes if shape.has_chart)
    assert list(chart.plots[0].categories) == ["甲村", "乙村"]
    assert not [shape for shape in deck.slides[3].shapes if shape.shape_type == 13]


def test_a_table_goes_on_with_its_heads_until_the_last_row_and_has_only_the_named_columns(
    deck, ranking
) -> None:
    *parts, first_three = tables(deck)
    heads = {tuple(cell.text for cell in table.rows[0].cells) for table in parts}
    codes = [row.cells[1].text for table in parts for row in list(table.rows)[1:]]
    assert heads == {("名次", "代码", "村名", "总分", "结果")}
    assert codes == list(ranking["unit_code"])
    assert len(first_three.rows) == 4


def test_a_table_beyond_six_slides_refers_to_the_workbook(ranking, columns, tmp_path: Path) -> None:
    import pandas as pd

    long = pd.concat([ranking] * 4)
    deck = Presentation(
        build_deck([Slide("名单", table=long, columns=columns)], tmp_path / "a.pptx", Deck("汇报"))
    )
    shown = sum(len(table.rows) - 1 for table in tables(deck))
    words = " ".join(shape.text_frame.text for shape in deck.slides[-1].shapes if shape.has_text_frame)
    assert titles(deck)[1:] == [f"名单（{part}/6）" for part in range(1, 7)]
    assert f"表中列出前{shown}行，共120行，其余见附表" in words


def test_a_cell_that_is_long_takes_lines_and_its_table_ends_above_the_footer(tmp_path: Path) -> None:
    import pandas as pd

    wide = pd.DataFrame(
        {"单位": ["青禾镇"] * 12, "原因": ["按分配名额申报，材料齐全，现场核查与上报一致。" * 6] * 12}
    )
    deck = Presentation(build_deck([Slide("原因", table=wide)], tmp_path / "a.pptx", Deck("汇报")))
    assert len(deck.slides) > 2
    for page in list(deck.slides)[1:]:
        (frame,) = (shape for shape in page.shapes if shape.has_table)
        reason = frame.table.columns[1].width.inches - 0.2
        lines = -(-char_width(wide["原因"][0]) * 14 / 72 / 2 // reason)
        assert frame.top.inches + (len(frame.table.rows) - 1) * (0.09 + lines * 0.28) < 7.0


def test_pictures_have_alt_text_and_notes_say_what_to_say_and_where_it_is_from(deck) -> None:
    page = deck.slides[2]
    picture = next(shape for shape in page.shapes if shape.shape_type == 13)
    assert picture._element.nvPicPr.cNvPr.get("descr") == f"{HEADLINE} {KEY}"
    assert page.notes_slide.notes_text_frame.text == f"{HEADLINE}。\n{SOURCE}"


def test_pages_after_the_title_have_their_source_and_a_page_number_field(deck) -> None:
    numbered = ['type="slidenum"' in page.part.blob.decode("utf-8") for page in deck.slides]
    sources = [SOURCE in page.part.blob.decode("utf-8") for page in deck.slides]
    assert numbered == sources == [False] + [True] * 7


def test_a_chart_is_drawn_without_its_own_title(tmp_path: Path) -> None:
    chart = alt.layer(alt.Chart(alt.InlineData(values=[{"x": 1}])).mark_point().encode(x="x:Q")).properties(
        width=1280, height=616, title="图自己的标题", padding={"top": 104, "left": 0, "right": 0, "bottom": 0}
    )
    path = build_deck([Slide("幻灯片的标题", chart)], tmp_path / "a.pptx", Deck("汇报"))
    picture = next(shape for shape in Presentation(path).slides[1].shapes if shape.shape_type == 13)
    assert picture.width / picture.height > 1.8
    assert chart.title == "图自己的标题"


def test_the_same_input_gives_the_same_bytes(ranking, png, tmp_path: Path) -> None:
    def make(name: str) -> bytes:
        slides = [Slide("图", png), Slide("排名", native=BARS), Slide("表", table=ranking)]
        return build_deck(slides, tmp_path / name, ABOUT).read_bytes()

    assert make("a.pptx") == make("b.pptx")


def test_an_english_deck_says_its_own_words_in_english(ranking, tmp_path: Path) -> None:
    about = Deck("Review", lang="en", summary=("One", "Two"))
    deck = Presentation(build_deck([Slide("Units", table=ranking)], tmp_path / "a.pptx", about))
    assert titles(deck)[1:3] == ["Main points", "Units (1/3)"]
    runs = deck.slides[1].element.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}rPr")
    assert "en-US" in {run.get("lang") for run in runs}


def test_a_source_that_is_long_gets_smaller_and_keeps_to_one_line_beside_the_number(
    png, tmp_path: Path
) -> None:
    long = (
        "Source: Three-level contest, 2026, data as of 2026-12-01　demonstration data: all units and scores"
        " are made up for tests"
    )
    about = dataclasses.replace(ABOUT, source=long, lang="en", summary=())
    page = Presentation(build_deck([Slide("图", png)], tmp_path / "a.pptx", about)).slides[1]
    source = next(shape for shape in page.shapes if shape.has_text_frame and shape.text_frame.text == long)
    number = next(shape for shape in page.shapes if shape.name == "page number")
    (run,) = source.text_frame.paragraphs[0].runs
    assert Pt(10) <= run.font.size < Pt(14)
    assert char_width(long) * run.font.size.inches / 2 < source.width.inches
    assert source.left + source.width <= number.left


def test_libreoffice_opens_the_deck_with_its_chinese_text(deck_file, to_pages) -> None:
    pages = [page.replace(" ", "").replace("\n", "") for page in to_pages(deck_file)]
    assert len(pages) == 8
    assert "评审汇报" in pages[0]
    assert "分配名额20个，已用17个" in pages[1]
    assert "甲村" in pages[3]
    assert "虚构青石岭民族团结进步示范00村" in pages[4]
