"""Slides of charts, ours and an analyst's own: opened again, and drawn by an Office."""

from pathlib import Path

import altair as alt
import pandas as pd
import pytest
from office import Office
from pptx import Presentation
from pptx.util import Inches
from pypdf import PdfReader

import pbwidgets as pb

pytestmark = pytest.mark.xdist_group("office")


@pytest.fixture
def deck(scored: pb.Scored, villages: pd.DataFrame, tmp_path: Path) -> Path:
    own = (
        alt.Chart(villages, title=alt.TitleParams("收缴率", subtitle="百分之几"))
        .mark_bar()
        .encode(x="走访", y="村名")
    )
    charts = [
        scored.plot.ranking_bars(),
        scored.plot.criterion_bars("青禾村"),
        own,
        own.properties(title="走访"),
    ]
    return pb.slides(charts, tmp_path / "会议" / "会议.pptx", title="季度评比")


def test_each_chart_is_a_slide_with_its_title_and_a_picture_of_the_whole_width(deck: Path) -> None:
    _, *pages = Presentation(str(deck)).slides
    assert [page.shapes.title.text_frame.text for page in pages] == [
        "5个单位总分排名，名额3个", "各项得分及在全部单位中的位置（评分）", "收缴率", "走访",
    ]  # fmt: skip
    below = [{shape.text_frame.text for shape in page.shapes if shape.has_text_frame} for page in pages[:3]]
    said = ("季度评比", "季度评比  ·  青禾村", "百分之几")
    assert [words in there for words, there in zip(said, below, strict=True)] == [True] * 3
    pictures = [shape for page in pages for shape in page.shapes if shape.shape_type == 13]
    assert len(pictures) == 4
    assert [picture.width > Inches(10.5) for picture in pictures[:2]] == [True, True]


def test_an_office_opens_the_slides_and_shows_their_titles(
    deck: Path, office: Office, tmp_path: Path
) -> None:
    (pdf,) = office.convert([deck], "pdf", tmp_path)
    pages = [page.extract_text().replace(" ", "") for page in PdfReader(pdf).pages]
    assert len(pages) == 5
    assert "季度评比" in pages[0]
    assert "5个单位总分排名" in pages[1]


def test_slides_without_a_title_are_named_as_their_file(scored: pb.Scored, tmp_path: Path) -> None:
    made = pb.slides([], tmp_path / "七月例会.pptx")
    assert [page.shapes.title.text_frame.text for page in Presentation(str(made)).slides] == ["七月例会"]


def test_what_a_presentation_draws_itself_stays_a_chart_there(scored: pb.Scored, tmp_path: Path) -> None:
    charts = [
        scored.plot.ranking_bars_native(),
        scored.plot.criterion_bars_native("青禾村"),
        scored.plot.lost_points_heatmap_native(),
    ]
    _, *pages = Presentation(str(pb.slides(charts, tmp_path / "会议.pptx"))).slides
    assert pages[0].shapes.title.text_frame.text == "5个单位总分排名，名额3个"
    shown = [[(shape.has_chart, shape.has_table) for shape in page.shapes] for page in pages]
    assert [(True, False) in page for page in shown] == [True, True, False]
    assert (False, True) in shown[2]
