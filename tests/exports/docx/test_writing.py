"""Documents according to GB/T 9704-2012."""

from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.exports import Figure, Heading, Paragraph, Table, build_document
from pbwidgets.exports.docx import to_chinese_numeral

pytestmark = pytest.mark.xdist_group("office")


@pytest.fixture(scope="module")
def file(ranking, columns, png, tmp_path_factory) -> Path:
    blocks = [
        Heading(0, "关于三级联争活动情况的报告"),
        Paragraph("现将有关情况报告如下。"),
        Heading(1, "基本情况"),
        Heading(2, "组织领导"),
        Heading(3, "任务分解"),
        Heading(4, "具体做法"),
        Heading(2, "工作进展"),
        Heading(3, "检查考核"),
        Heading(1, "评选结果"),
        Table(ranking, "表1 排名", columns),
        Figure(png, "图1 各项得分", "条形图：各项得分"),
        Table(ranking.head(0), "表2 后进单位", columns),
    ]
    return build_document(blocks, tmp_path_factory.mktemp("document") / "report.docx")


@pytest.fixture(scope="module")
def document(file):
    return Document(file)


def test_paper_margins_and_type_area_are_those_of_the_standard(document) -> None:
    section = document.sections[0]
    near = lambda length, mm: abs(length - Mm(mm)) < Mm(0.1)  # noqa: E731 - lengths are stored in twips
    assert near(section.page_width, 210)
    assert near(section.page_height, 297)
    assert near(section.top_margin, 37)
    assert near(section.left_margin, 28)
    assert near(section.page_width - section.left_margin - section.right_margin, 156)
    assert near(section.page_height - section.top_margin - section.bottom_margin, 225)


def test_body_and_headings_have_the_fonts_and_pitch_of_the_standard(document) -> None:
    def face(style: str) -> tuple[str, float]:
        made = document.styles[style]
        return made.element.rPr.rFonts.get(qn("w:eastAsia")), made.font.size.pt

    assert face("Normal") == ("仿宋_GB2312", 16)
    assert face("Title") == ("方正小标宋简体", 22)
    assert face("Heading 1") == ("黑体", 16)
    assert face("Heading 2") == ("楷体_GB2312", 16)
    assert face("Heading 3") == ("仿宋_GB2312", 16)
    assert document.styles["Normal"].paragraph_format.line_spacing == Pt(28)


def test_22_lines_of_28_characters_fit_the_type_area(document) -> None:
    normal = document.styles["Normal"]
    spacing = int(normal.element.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20
    assert int(Mm(225).pt // normal.paragraph_format.line_spacing.pt) == 22
    assert int(Mm(156).pt // (normal.font.size.pt + spacing)) == 28


def test_headings_are_numbered_and_restart_under_each_new_heading(document) -> None:
    texts = [
        paragraph.text for paragraph in document.paragraphs if paragraph.style.name.startswith("Heading")
    ]
    assert texts == [
        "一、基本情况",
        "（一）组织领导",
        "1.任务分解",
        "（1）具体做法",
        "（二）工作进展",
        "1.检查考核",
        "二、评选结果",
    ]


def test_paragraphs_are_indented_by_two_characters(document) -> None:
    body = next(paragraph for paragraph in document.paragraphs if paragraph.text.startswith("现将"))
    assert body._p.pPr.ind.get(qn("w:firstLineChars")) == "200"


def test_page_numbers_are_outside_on_odd_and_even_pages(document) -> None:
    section = document.sections[0]
    assert document.settings.odd_and_even_pages_header_footer
    odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
    assert (odd.alignment, even.alignment) == (2, 0)
    for paragraph in (odd, even):
        assert paragraph.text == "— 1 —"
        assert " PAGE " in [code.text for code in paragraph._p.iter(qn("w:instrText"))]


def test_tables_repeat_their_header_and_show_missing_numbers_as_missing(document) -> None:
    table = document.tables[0]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert [cell.text for cell in table.rows[0].cells] == ["名次", "代码", "村名", "总分", "结果"]
    assert table.rows[30].cells[3].text == "缺"
    assert table.rows[1].cells[1].text == "990000000000"


def test_an_empty_table_says_so(document) -> None:
    assert "（无）" in [paragraph.text for paragraph in document.paragraphs]


def test_figures_have_a_caption_and_an_alt_text(document) -> None:
    assert document.inline_shapes[0]._inline.docPr.get("descr") == "条形图：各项得分"
    assert "图1 各项得分" in [paragraph.text for paragraph in document.paragraphs]


@given(st.integers(min_value=1, max_value=99))
def test_chinese_numerals_read_back_as_the_same_number(value) -> None:
    text = to_chinese_numeral(value)
    digits = "零一二三四五六七八九"
    front, ten, back = text.partition("十")
    read = (
        (digits.index(front) if front else 1) * 10 + (digits.index(back) if back else 0)
        if ten
        else digits.index(text)
    )
    assert read == value


@pytest.mark.parametrize("value", [0, 100])
def test_a_numeral_out_of_range_is_refused(value) -> None:
    with pytest.raises(ValueError, match="not between 1 and 99"):
        to_chinese_numeral(value)


def test_the_same_input_gives_the_same_bytes(ranking, columns, png, tmp_path: Path) -> None:
    blocks = [Heading(0, "报告"), Table(ranking, "表", columns), Figure(png, "图")]
    assert (
        build_document(blocks, tmp_path / "a.docx").read_bytes()
        == build_document(blocks, tmp_path / "b.docx").read_bytes()
    )


def test_libreoffice_opens_the_document_with_its_chinese_text(file, to_pages) -> None:
    pages = [page.replace(" ", "").replace("\n", "") for page in to_pages(file)]
    assert 2 <= len(pages) <= 5
    assert "关于三级联争活动情况的报告" in pages[0]
    assert "—1—" in pages[0]
    assert "虚构青石岭民族团结进步示范29村" in "".join(pages)
    # the table's header is repeated on its next page
    assert sum("名次代码村名总分结果" in page for page in pages) >= 2
