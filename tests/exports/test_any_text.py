"""Any text gives files that open, and comes back but for what no file can hold."""

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import altair as alt
import pandas as pd
import pytest
from docx import Document
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pptx import Presentation

from pbwidgets.charts.render import draw_svg
from pbwidgets.exports import (
    About,
    Column,
    Deck,
    Figure,
    Heading,
    Paragraph,
    Sheet,
    Slide,
    Table,
    build_deck,
    build_document,
    build_html,
    build_workbook,
)
from pbwidgets.exports.slips import Slip, save_slips
from pbwidgets.intake.files import open_sheets
from pbwidgets.intake.text import drop_unfit

pytestmark = pytest.mark.xdist_group("office")

ToPages = Callable[[Path], list[str]]
UNFIT = "台账不全\x0b未归档\x00\x1b\x7f\x85\ud83d\ufdd0\ufffe\uffff\U0010fffe"
ANY = st.text(
    st.characters() | st.sampled_from(UNFIT + "=+-@\t_x0041_&<>\u202e\u2028"), min_size=1, max_size=12
)
OFTEN = settings(
    max_examples=settings.default.max_examples // 5,  # each writes and opens files of Office
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def flat(text: str) -> str:
    """The text but for line ends, which XML writes in one way."""
    return drop_unfit(text).replace("\r\n", "\n").replace("\r", "\n")


def frame_of(text: str) -> pd.DataFrame:
    """A frame with the text, which pandas' own type for texts would refuse."""
    return pd.DataFrame({"a": [text]}, dtype=object)


@OFTEN
@given(text=ANY)
@example(text=UNFIT)
def test_a_document_holds_any_text(text: str, png: Path, tmp_path: Path) -> None:
    table = Table(frame_of(text), text, {"a": Column(text)})
    blocks = [Heading(0, text), Heading(1, text), Paragraph(text), table, Figure(png, text, text)]
    document = Document(str(build_document(blocks, tmp_path / "any.docx")))
    assert document.paragraphs[0].text == flat(text)
    (made,) = document.tables
    assert [cell.text for row in made.rows for cell in row.cells] == [flat(text)] * 2


@OFTEN
@given(text=ANY)
@example(text=UNFIT)
def test_slips_hold_any_text(text: str, tmp_path: Path) -> None:
    slip = Slip(text, ((text, text),), (text, text), text)
    (table,) = Document(str(save_slips([slip], tmp_path / "any.docx"))).tables
    assert table.rows[0].cells[0].paragraphs[0].text == flat(text)


@OFTEN
@given(text=ANY)
@example(text=UNFIT)
def test_slides_hold_any_text(text: str, png: Path, tmp_path: Path) -> None:
    slides = [
        Slide(text, png, key_sentence=text),
        Slide(text, table=frame_of(text), columns={"a": Column(text)}, notes=text),
    ]
    about = Deck(text, text, note=text, summary=(text, text), source=text)
    deck = Presentation(str(build_deck(slides, tmp_path / "any.pptx", about)))
    (table,) = [shape.table for page in deck.slides for shape in page.shapes if shape.has_table]
    assert [cell.text for row in table.rows for cell in row.cells] == [flat(text)] * 2


@OFTEN
@given(text=ANY)
@example(text=UNFIT)
@example(text="_x0041_")
def test_a_workbook_holds_any_text(text: str, tmp_path: Path) -> None:
    sheet = Sheet(text, frame_of(text), {"a": Column(text)})
    path = build_workbook([sheet], tmp_path / "any.xlsx", about=About(text, text, text, note=text))
    cell = load_workbook(path).worksheets[1]["A2"]
    assert cell.data_type == "s" or cell.value is None
    values = open_sheets(path)[1].rows
    if text.strip() and drop_unfit(text).strip():
        assert values[1][0] == drop_unfit(text)


@OFTEN
@given(text=ANY)
@example(text=UNFIT)
def test_a_web_page_holds_any_text(text: str, tmp_path: Path) -> None:
    import nbformat.v4 as v4

    cells = [v4.new_markdown_cell(f"<p>{text}</p>")]
    path = build_html(v4.new_notebook(cells=cells), tmp_path / "any.html", title=text)
    page = path.read_text(encoding="utf-8")
    assert page == drop_unfit(page)


@settings(max_examples=2)  # a picture takes a tenth of a second
@given(texts=st.lists(ANY, min_size=20, max_size=20))
@example(texts=list(UNFIT))
def test_a_chart_holds_any_text(texts: list[str]) -> None:
    rows = [{"name": text, "n": at} for at, text in enumerate(texts)]
    chart = alt.Chart(alt.Data(values=rows), title=texts[0]).mark_text().encode(x="n:Q", text="name:N")
    svg = draw_svg(chart)
    ElementTree.fromstring(svg)
    assert svg == drop_unfit(svg)


@pytest.mark.skipif(settings.default.max_examples < 100, reason="LibreOffice takes seconds: `make test-long`")
def test_libreoffice_opens_what_holds_any_text(png: Path, tmp_path: Path, to_pages: ToPages) -> None:
    text = UNFIT + "=1+1_x0041_&<"
    table = frame_of(text)
    made = [
        build_document([Heading(0, text), Paragraph(text), Table(table, text)], tmp_path / "any.docx"),
        build_deck([Slide(text, table=table)], tmp_path / "any.pptx", Deck(text)),
        build_workbook(
            [Sheet(text, table, {"a": Column(text)})], tmp_path / "any.xlsx", about=About(text, "", "")
        ),
    ]
    for path in made:
        assert "台账不全 未归档" in "".join(to_pages(path)), path.name
