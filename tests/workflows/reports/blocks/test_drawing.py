"""Every chart of every block is drawn by its name: with unit, source and day on it, in every format."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image
from pptx import Presentation
from pypdf import PdfReader

from pbwidgets.charts import PAGES
from pbwidgets.cli import commands
from pbwidgets.errors import UsageError
from pbwidgets.workflows.ground.snapshots import find_snapshot
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.reports.blocks.drawing import FORMATS, Wanted, draw_chart, find_figure, list_charts
from pbwidgets.workflows.reports.blocks.library import Library
from pbwidgets.workflows.reports.report import Report, open_report

OURS = Library(Path("no blocks of its own"))
OF_A_TOWNSHIP = ("criterion_bars", "layer_gaps", "nomination_balance")
ELSEWHERE = ("class_moves", "counts_by_month", "standings")
"""Drawn where a campaign has what they show."""
DRAWN = sorted(set(list_charts(OURS)) - set(ELSEWHERE))


@pytest.fixture(scope="module")
def seen(county: Path) -> Mapping[str, Report]:
    """The county's report and a township's, and the county's in English."""
    with open_workspace(county) as workspace:
        folder = find_snapshot(workspace, workspace.opened(), None).folder
    return {
        "county": open_report(folder),
        "township": open_report(folder, "990101001"),
        "en": open_report(folder, lang="en"),
    }


def report_for(seen: Mapping[str, Report], name: str) -> Report:
    return seen["township" if name in OF_A_TOWNSHIP else "county"]


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_is_drawn_as_picture_and_as_slide(
    seen: Mapping[str, Report], name: str, tmp_path: Path
) -> None:
    report = report_for(seen, name)
    svg = draw_chart(report, name, tmp_path / "chart.svg", library=OURS).read_text(encoding="utf-8")
    day = report.snapshot.day
    for said in ("单位：", "来源：“三级联争”活动数据（2026）", f"截至{day.year}年{day.month}月{day.day}日"):
        assert said in svg
    (slide,) = Presentation(str(draw_chart(report, name, tmp_path / "chart.pptx", library=OURS))).slides
    shapes = list(slide.shapes)
    assert any(shape.has_text_frame and str(day) in shape.text_frame.text for shape in shapes)
    is_native = find_figure(report, name, library=OURS).native is not None
    assert any(shape.has_chart or shape.has_table for shape in shapes) == is_native
    assert any(hasattr(shape, "image") for shape in shapes) != is_native


def test_a_chart_is_drawn_for_slide_screen_and_paper_in_either_language(
    seen: Mapping[str, Report], tmp_path: Path
) -> None:
    made = {
        page: draw_chart(seen["en"], "rank_strip", tmp_path / f"{page}.png", Wanted(page=page), OURS)
        for page in ("slide", "screen")
    }
    sizes = {}
    for page, png in made.items():
        with Image.open(png) as picture:
            sizes[page] = picture.size
    assert sizes == {"slide": (2560, 1440), "screen": (1280, 720)}
    file = draw_chart(seen["en"], "rank_strip", tmp_path / "a.PDF", Wanted("village", page="a4"), OURS)
    (sheet,) = PdfReader(file).pages
    assert list(map(float, sheet.mediabox[2:])) == [842, 595]
    words = sheet.extract_text()
    assert f"As of {seen['en'].snapshot.day}" in words
    assert "Village: 117 in the contest" in words


def test_one_of_several_sheets_is_drawn_and_one_too_many_refused(seen: Mapping[str, Report]) -> None:
    first, second = (
        find_figure(seen["county"], "ranking_bars", Wanted(sheet=sheet), OURS) for sheet in (1, 2)
    )
    assert (first.name, second.name) == ("township_ranking", "village_ranking")
    with pytest.raises(UsageError, match="ranking_bars 只有3张，没有第4张"):
        find_figure(seen["county"], "ranking_bars", Wanted(sheet=4), OURS)


@pytest.mark.parametrize(
    ("name", "file", "wanted", "said"),
    [
        ("ranking_bar", "a.png", Wanted(), "ranking_bars"),
        ("notice", "a.png", Wanted(), "没有名为“notice”的图"),
        ("ranking_bars", "a.gif", Wanted(), "png、svg、pdf、pptx"),
        ("ranking_bars", "a.png", Wanted(page="a3"), "是否想写“a4”"),
        ("ranking_bars", "a.png", Wanted("vilage"), "village"),
        ("criterion_bars", "a.png", Wanted(), "没有图 criterion_bars 可画"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    seen: Mapping[str, Report], tmp_path: Path, name: str, file: str, wanted: Wanted, said: str
) -> None:
    with pytest.raises(UsageError) as refused:
        draw_chart(seen["county"], name, tmp_path / file, wanted, OURS)
    assert said in f"{refused.value} {refused.value.remedy('zh_CN')}"
    assert not list(tmp_path.iterdir())


def test_the_command_offers_the_pages_and_formats_that_there_are() -> None:
    assert list(commands.PAGES.choices) == list(PAGES)
    assert list(commands.PICTURES.choices) == list(FORMATS)


def test_the_list_says_in_words_what_each_chart_shows() -> None:
    listed = list_charts(OURS)
    assert {*DRAWN, *ELSEWHERE} == set(listed)
    assert listed["ranking_bars"] == "总分排名"
    assert list_charts(OURS, "en").keys() == listed.keys()
