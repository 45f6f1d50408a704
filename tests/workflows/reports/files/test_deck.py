"""The slides of a report: what each shows, what is said first, and what stands below and in the notes."""

import dataclasses
from pathlib import Path

import altair as alt
import pandas as pd
import pytest
from PIL import Image
from pptx import Presentation

from pbwidgets.charts.native import NativeChart, Series
from pbwidgets.exports import About, Column
from pbwidgets.exports.tables import LabelledTable
from pbwidgets.workflows.reports.blocks import Figure, Table
from pbwidgets.workflows.reports.files.content import Cover, DrawnFigure
from pbwidgets.workflows.reports.files.deck import summarise, write_deck

SOURCE = "来源：虚构，2026，数据截至2026-12-01"
COVER = Cover("虚构报告", "周期 2026。", "2026", "zh_CN", About("", "", ""), source=SOURCE)
TABLE = LabelledTable("名单", pd.DataFrame({"name": ["甲村", "乙村"]}), {"name": Column("村")})
BARS = NativeChart("bars", "村", ("甲村", "乙村"), (Series("总分", (92.5, 88.0), "#0072B2"),), "分", 1)
CHART = alt.Chart(pd.DataFrame({"x": [1]})).mark_bar().encode(x="x")
RANKING = Figure(
    "ranking",
    "示范村：排名",
    CHART,
    "共2个村。",
    TABLE,
    BARS,
    "2个村全部超过80分",
    about="示范村",
    frames=("points", "totals"),
)


@pytest.fixture
def drawn(tmp_path: Path):
    png = tmp_path / "chart.png"
    Image.new("RGB", (1280, 720), "#0072B2").save(png)
    return lambda figure: DrawnFigure(figure, "<svg/>", png)


def write(contents, tmp_path: Path, cover: Cover = COVER) -> list:
    path = tmp_path / "slides.pptx"
    write_deck(tuple(contents), cover, path)
    return list(Presentation(str(path)).slides)


def shown_on(slide) -> str:
    kinds = {"chart": "has_chart", "table": "has_table"}
    for kind, has in kinds.items():
        if any(getattr(shape, has) for shape in slide.shapes):
            return kind
    return "picture" if any(shape.shape_type == 13 for shape in slide.shapes) else "text"


@pytest.mark.parametrize(
    ("slide", "native", "shown"),
    [
        (None, BARS, "chart"),
        ("native", BARS, "chart"),
        ("native", None, "picture"),
        ("picture", BARS, "picture"),
        ("table", BARS, "table"),
    ],
)
def test_a_slide_shows_what_the_list_asks_for_as_far_as_there_is_such_a_thing(
    drawn, tmp_path: Path, slide, native, shown
) -> None:
    figure = dataclasses.replace(RANKING, slide=slide, native=native)
    assert [shown_on(page) for page in write([drawn(figure)], tmp_path)] == ["text", shown]


def test_without_a_slide_the_title_is_left_and_without_figures_there_is_no_file(
    drawn, tmp_path: Path
) -> None:
    assert len(write([drawn(dataclasses.replace(RANKING, slide="none"))], tmp_path)) == 1
    write_deck((Table(TABLE),), COVER, tmp_path / "none.pptx")
    assert not (tmp_path / "none.pptx").exists()


def test_the_headline_is_the_title_and_what_is_shown_stands_below_it(drawn, tmp_path: Path) -> None:
    bare = dataclasses.replace(RANKING, name="bare", headline="")
    _, first, second = write([drawn(RANKING), drawn(bare)], tmp_path)
    texts = [
        [shape.text_frame.text for shape in page.shapes if shape.has_text_frame][:2]
        for page in (first, second)
    ]
    assert texts == [["2个村全部超过80分", "示范村：排名"], ["示范村：排名", "共2个村。"]]


def test_notes_say_what_to_say_and_the_source_and_the_foot_says_when_data_are_made_up(
    drawn, tmp_path: Path
) -> None:
    _, slide = write([drawn(RANKING)], tmp_path, dataclasses.replace(COVER, synthetic=True))
    assert (
        slide.notes_slide.notes_text_frame.text
        == f"示范村：排名：2个村全部超过80分。共2个村。\n{SOURCE}\n所用数据：得分、总分"
    )
    words = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    assert f"{SOURCE}　演示数据，单位和分数均为虚构" in words


def test_a_figure_drawn_for_two_sides_has_one_slide(drawn, tmp_path: Path) -> None:
    assert len(write([drawn(RANKING), drawn(RANKING)], tmp_path)) == 2


def test_a_table_that_is_asked_for_has_slides_of_its_own(tmp_path: Path) -> None:
    _, slide = write([Table(TABLE, slide=True, headline="两个村入选")], tmp_path)
    assert shown_on(slide) == "table"
    assert [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame][:2] == [
        "两个村入选",
        "名单",
    ]


def figures(*told: tuple[str, str]) -> list[Figure]:
    return [dataclasses.replace(RANKING, about=about, headline=headline) for about, headline in told]


def test_the_summary_takes_first_sentences_of_all_tracks_before_second_ones_and_keeps_the_order() -> None:
    told = (
        [("乡镇", f"甲{at}") for at in range(4)] + [("村", f"乙{at}") for at in range(3)] + [("人员", "丙0")]
    )
    assert summarise(figures(*told), "zh_CN") == ("乡镇：甲0", "乡镇：甲1", "村：乙0", "村：乙1", "人员：丙0")


def test_the_summary_names_what_a_figure_shows_if_it_is_about_no_track() -> None:
    assert summarise(figures(("", "名额用完"), ("村", "乙")), "en") == ("示范村：排名: 名额用完", "村: 乙")


def test_the_summary_leaves_out_what_has_no_slide_no_headline_or_is_said_already() -> None:
    same, none = figures(("村", "乙")), dataclasses.replace(RANKING, headline="")
    hidden = dataclasses.replace(RANKING, headline="藏", slide="none")
    assert summarise([*same, *same, none, hidden], "zh_CN") == ()
