"""A name is found in every kind of file, however it is written there; what only looks like one is not."""

import base64
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pandas as pd
import pytest
from docx import Document
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from pbwidgets.exports.search import find_file, holds
from pbwidgets.intake.identifying import Scrubber

NAME = "王平安"
SCRUBBER = Scrubber.of([NAME, "lina", "73021"])


def zipped(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    made = io.BytesIO()
    save(made)
    return made.getvalue()


def word(*runs: str) -> bytes:
    document = Document()
    paragraph = document.add_paragraph("走访")
    for run in runs:
        paragraph.add_run(run).bold = True
    return saved(document.save)


def slides(*runs: str) -> bytes:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    frame = slide.shapes.add_textbox(Inches(1), Inches(1), Inches(4), Inches(1)).text_frame
    for run in runs:
        frame.paragraphs[0].add_run().text = run
    return saved(deck.save)


def embedded_workbook(label: str) -> bytes:
    """Slides with a chart, whose numbers lie in a workbook within the deck; the chart's own copy is emptied."""
    deck = Presentation()
    data = CategoryChartData()
    data.categories = [label]
    data.add_series("值", [1])
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, 0, 0, Inches(4), Inches(3), data)
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(deck.save))) as source, zipfile.ZipFile(kept, "w") as target:
        for item in source.infolist():
            content = source.read(item)
            target.writestr(
                item, content.replace(label.encode(), b"") if item.filename.endswith(".xml") else content
            )
    return kept.getvalue()


def workbook(value: object) -> bytes:
    book = Workbook()
    book.active["A1"] = value
    return saved(book.save)


def picture(**texts: str) -> bytes:
    info = PngInfo()
    for name, text in texts.items():
        info.add_itxt(name, text, zip=name.startswith("z"))
    return saved(lambda made: Image.new("L", (2, 2)).save(made, "PNG", pnginfo=info))


def parquet(values: list[str], kind: str = "string") -> bytes:
    return saved(lambda made: pd.DataFrame({"text": pd.Series(values, dtype=kind)}).to_parquet(made))


def coded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def page(body: str) -> bytes:
    return f"<!doctype html><html><body><h1>报告</h1>{body}</body></html>".encode()


def notebook(output: dict[str, object]) -> bytes:
    cell = {"cell_type": "code", "source": ["说明"], "outputs": [{"data": output}]}
    return json.dumps({"cells": [cell]}, ensure_ascii=True).encode()


PLANTED = {
    "page.html": page(f"<p>走访{NAME}家</p>"),
    "apart.html": page("<p>走访<b>王</b><i>平</i><span class='x'>安</span>家</p>"),
    "attribute.html": page(f'<img alt="{NAME}">'),
    "numbered.html": page("<p>&#29579;&#24179;&#x5b89;</p>"),
    "twice.html": page("<p>&amp;#29579;&amp;#24179;&amp;#23433;</p>"),
    "data.html": page(f'<a href="data:text/html;base64,{coded(page(NAME))}">x</a>'),
    "packed.html": page(f'<script>load("{coded(gzip.compress(NAME.encode() * 3))}")</script>'),
    "percent.html": page(f'<a href="?q={quote(NAME)}">x</a>'),
    "script.html": page(r'<script>var a = "\u738b\u5e73\u5b89"</script>'),
    "short.html": page(f"<p>{coded(NAME.encode())}</p>"),
    "spaced.html": page("<p>王 平　安</p>"),
    "latin.html": page("<p>met Ｌi&nbsp;Na.</p>"),
    "picture.html": page(f'<img src="data:image/png;base64,{coded(picture(note=NAME))}">'),
    "report.ipynb": notebook({"text/plain": [f"走访{NAME}"]}),
    "svg.ipynb": notebook({"image/svg+xml": [f"<svg><text>{NAME}</text></svg>"]}),
    "image.ipynb": notebook({"image/png": coded(picture(znote=NAME))}),
    "chart.svg": "<svg><text><tspan>王平</tspan><tspan>安</tspan></text></svg>".encode(),
    "report.docx": word(NAME),
    "runs.docx": word("王", "平", "安"),
    "slides.pptx": slides(NAME),
    "runs.pptx": slides("王", "平安"),
    "chart.pptx": embedded_workbook(NAME),
    "tables.xlsx": workbook(NAME),
    "rich.xlsx": workbook(CellRichText("走访", TextBlock(InlineFont(b=True), "王"), "平安")),
    "frame.parquet": parquet(["甲", NAME]),
    "category.parquet": parquet([NAME, NAME], "category"),
    "picture.png": picture(note=NAME),
    "zipped.png": picture(znote=NAME),
    "all.zip": zipped(**{"in/report.docx": word("王平", "安")}),
    "named.zip": zipped(**{f"{NAME}.txt": b""}),
    "within.zip": zipped(**{"in.zip": zipped(**{"a.csv": NAME.encode()})}),
    "wide.csv": f"姓名\n{NAME}\n".encode("utf-16"),
    "old.csv": f"姓名\n{NAME}\n".encode("gb18030"),
    "run.log": f"wrote {NAME}".encode(),
    "packed.gz": gzip.compress(NAME.encode()),
    "number.html": page("<p>与<b>73021</b>部队共建</p>"),
    "number.docx": word("与", "73021", "共建"),
    "number.xlsx": workbook("73021"),
    "number.ipynb": notebook({"text/plain": ["番号 73021"]}),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_a_name_is_found_in_every_kind_of_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "clean.html").write_bytes(page("<p>平安建设</p>"))
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / name).write_bytes(PLANTED[name])
    assert find_file(tmp_path, SCRUBBER) == f"deep/{name}"


def paragraphs(*texts: str) -> bytes:
    document = Document()
    for text in texts:
        document.add_paragraph(text)
    return saved(document.save)


def cells(*texts: str | int) -> bytes:
    book = Workbook()
    for column, text in enumerate(texts, start=1):
        book.active.cell(1, column, text)
    return saved(book.save)


CLEAN = {
    "words.html": page("<p>平安建设，走访〔略〕家</p>"),
    "cells.html": page("<table><tr><td>姓王</td><td>平安建设</td></tr></table><p>大王</p><p>平安</p>"),
    "lines.csv": "甲,王\n平安,乙\n".encode(),
    "letters.html": page("<p>Carolina, mali Nan, call in a day</p>"),
    "paragraphs.docx": paragraphs("姓王", "平安"),
    "cells.xlsx": cells("姓王", "平安"),
    "numbers.xlsx": cells(73021, "1,73021.5", "173021"),
    "numbers.html": page('<svg width="73021"><path d="73021,1 2"/></svg><p>0.73021，990173021</p>'),
    "numbers.json": b'{"cx": 73021, "y": 73021}',
    "rows.parquet": parquet(["姓王", "平安"]),
    "broken.zip": b"PK\x03\x04 this is no archive",
    "broken.gz": b"\x1f\x8b\x08 nor this",
    "broken.parquet": b"PAR1 nor this",
    "broken.png": b"\x89PNG\r\n\x1a\n\x00\x00",
    "empty.txt": b"",
}


@pytest.mark.parametrize("name", CLEAN)
def test_words_beside_each_other_are_no_name_and_a_broken_file_is_none(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(CLEAN[name])
    assert find_file(tmp_path, SCRUBBER) is None
    assert not holds(CLEAN[name], SCRUBBER)


def test_a_file_named_after_somebody_is_found_and_not_named(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}家.txt").write_bytes(b"x")
    assert find_file(tmp_path, SCRUBBER) == "〔略〕家.txt"
