"""A report book with any cover: its files give the title, the basis and whether data are synthetic."""

import dataclasses
from pathlib import Path

import altair as alt
import docx
import openpyxl
import pandas as pd
import pytest
from PIL import Image
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE

from pbwidgets.charts import IndexView, weight_bars
from pbwidgets.charts.theme import HEIGHT, TITLE_BAND
from pbwidgets.exports import About, Column
from pbwidgets.exports.tables import LabelledTable
from pbwidgets.workflows.reports.blocks import Figure
from pbwidgets.workflows.reports.files.book import ReportBook
from pbwidgets.workflows.reports.files.content import Cover

TITLE, BASIS = "虚构指数报告", "由两张表算出。"
COVER = Cover(TITLE, BASIS, "3个单位", "zh_CN", About("", "", "", title=TITLE, note=BASIS))
TABLE = LabelledTable("权重", pd.DataFrame({"name": ["甲", "乙", "丙"]}), {"name": Column("指标")})


@pytest.fixture(autouse=True)
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the book displays, as HTML."""
    made: list[str] = []
    monkeypatch.setattr("IPython.display.display", lambda piece: made.append(piece.data))
    return made


def make_book(cover: Cover, folder: Path | None) -> None:
    book = ReportBook(cover, folder)
    book.add_title()
    book.add_heading("权重")
    book.add_table(TABLE, rows=2)
    weights = pd.DataFrame({"name": ["甲", "乙"], "share_pct": [60.0, 40.0]})
    book.add_figure("weights", "权重", weight_bars(weights, IndexView("虚构指数")), table=TABLE)
    book.save()


def about(folder: Path) -> dict[str, str]:
    first = openpyxl.load_workbook(folder / "tables.xlsx").worksheets[0]
    return {row[0]: row[1] for row in first.iter_rows(values_only=True)}


def test_every_file_has_the_title_and_the_workbook_its_basis(tmp_path: Path) -> None:
    make_book(COVER, tmp_path)
    words = [paragraph.text for paragraph in docx.Document(str(tmp_path / "report.docx")).paragraphs]
    assert {"虚构指数报告", "由两张表算出。"} <= set(words)
    title = next(iter(Presentation(str(tmp_path / "slides.pptx")).slides))
    assert [shape.text_frame.text for shape in title.shapes if shape.has_text_frame and shape.text_frame.text] == [
        "虚构指数报告", "3个单位",
    ]  # fmt: skip
    assert about(tmp_path)["名称"] == "虚构指数报告"
    assert about(tmp_path)["备注"] == "由两张表算出。"
    assert "活动" not in about(tmp_path)


def test_synthetic_data_are_labelled_in_every_file(tmp_path: Path, shown: list[str]) -> None:
    marked = dataclasses.replace(
        COVER, synthetic=True, about=dataclasses.replace(COVER.about, synthetic=True)
    )
    make_book(marked, tmp_path)
    said = "演示数据：单位、人员和分数均为虚构。"
    assert any(said in piece for piece in shown)
    assert said in [paragraph.text for paragraph in docx.Document(str(tmp_path / "report.docx")).paragraphs]
    title = next(iter(Presentation(str(tmp_path / "slides.pptx")).slides))
    assert any(said in shape.text_frame.text for shape in title.shapes if shape.has_text_frame)
    assert "数据性质" in about(tmp_path)


def test_a_book_without_a_folder_shows_its_parts_and_saves_nothing(
    tmp_path: Path, shown: list[str], monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make_book(COVER, None)
    assert any("其余1行见附表" in piece for piece in shown)
    assert not list(tmp_path.iterdir())


def test_the_slide_has_the_same_picture_as_the_folder_with_its_title_cut_off(tmp_path: Path) -> None:
    make_book(COVER, tmp_path)
    slide = Presentation(str(tmp_path / "slides.pptx")).slides[1]
    (picture,) = (shape for shape in slide.shapes if shape.shape_type == MSO_SHAPE_TYPE.PICTURE)
    assert picture.image.blob == (tmp_path / "charts" / "weights.png").read_bytes()
    assert picture.crop_top == pytest.approx(TITLE_BAND / HEIGHT, abs=1e-4)


def test_a_chart_that_is_not_on_our_sheet_is_drawn_without_its_title_for_the_slide(tmp_path: Path) -> None:
    visits = pd.DataFrame({"村": ["甲", "乙"], "次": [3, 1]})
    chart = alt.Chart(visits, title="自己的图").mark_bar().encode(x="次", y="村")
    book = ReportBook(COVER, tmp_path)
    book.add([Figure("own", "自己的图", chart)])
    book.save()
    slide = Presentation(str(tmp_path / "slides.pptx")).slides[1]
    (picture,) = (shape for shape in slide.shapes if shape.shape_type == MSO_SHAPE_TYPE.PICTURE)
    assert picture.crop_top == 0
    with Image.open(tmp_path / "charts" / "own.png") as titled:
        assert picture.image.size[1] < titled.size[1]
    assert TITLE in [paragraph.text for paragraph in docx.Document(str(tmp_path / "report.docx")).paragraphs]
