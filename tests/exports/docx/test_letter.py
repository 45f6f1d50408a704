"""What stands around the text: head, recipients, attachments, signature and note, in the order of the standard."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from pypdf import PdfReader

from pbwidgets.exports.columns import Column
from pbwidgets.exports.docx import (
    Attachment,
    Heading,
    Letter,
    OfficialDocument,
    Paragraph,
    Properties,
    Table,
    write_official,
    write_starting_template,
)

pytestmark = pytest.mark.xdist_group("office")

LETTER = Letter(
    sender="中共云溪演示县委员会",
    number="云组发〔2026〕12号",
    recipients=("各乡镇党委",),
    copies=("县委办公室", "县纪委"),
    day=date(2026, 12, 3),
    contact="组织科",
    phone="0000-0000000",
)
VILLAGES = [f"虚构{at:03d}村" for at in range(1, 101)]
PERSONS = [f"虚构人员{at:03d}" for at in range(1, 101)]


def named(kind: str, names: list[str]) -> Table:
    frame = pd.DataFrame({"rank": range(1, len(names) + 1), "name": names})
    return Table(frame, columns={"rank": Column("名次", format="integer"), "name": Column(kind)})


WIDE = Table(pd.DataFrame({f"第{at}项评定内容": ["较长的说明文字"] * 3 for at in range(10)}))
CIRCULAR = OfficialDocument(
    (
        Heading(0, "关于“三级联争”活动评定结果的通报"),
        Paragraph("现将评定结果予以通报。"),
        Heading(1, "命名"),
        Paragraph("详见附件1。"),
    ),
    LETTER,
    (
        Attachment("党建工作示范村名单", (named("村", VILLAGES),)),
        Attachment("党员干部创业先锋名单", (named("姓名", PERSONS),)),
        Attachment("评定情况", (WIDE,)),
    ),
    Properties(
        subject="三级联争 2026", version="6aebc6d895a4", snapshot="s-20261203", remark="数据截至2026年12月3日"
    ),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("letters")


@pytest.fixture(scope="module")
def file(folder: Path) -> Path:
    return write_official(CIRCULAR, folder / "circular.docx")


@pytest.fixture(scope="module")
def pages(file: Path, folder: Path, office) -> dict[str, list[str]]:  # type: ignore[no-untyped-def]
    """Text of each page of our own circular and of one from a template, drawn by LibreOffice in one call."""
    template = write_starting_template(folder / "template.docx")
    filled = write_official(CIRCULAR, folder / "filled.docx", template)
    made = office.convert([file, filled], "pdf", folder)
    return {
        path.stem: [page.extract_text().replace(" ", "").replace("\n", "") for page in PdfReader(path).pages]
        for path in made
    }


def test_everything_stands_in_the_order_of_the_standard(pages: dict[str, list[str]]) -> None:
    text = "".join(pages["circular"])
    parts = [
        "云组发〔2026〕12号", "关于“三级联争”活动评定结果的通报", "各乡镇党委：", "现将评定结果予以通报。", "一、命名",
        "附件：1.党建工作示范村名单2.党员干部创业先锋名单3.评定情况", "中共云溪演示县委员会", "2026年12月3日",
        "（联系人：组织科；联系电话：0000-0000000）", "附件1党建工作示范村名单", "附件2党员干部创业先锋名单",
        "附件3评定情况", "抄送：县委办公室，县纪委。",
    ]  # fmt: skip
    places = [text.find(part) for part in parts]
    assert -1 not in places, [part for part, place in zip(parts, places, strict=True) if place < 0]
    assert places == sorted(places)


@pytest.mark.parametrize("name", ["circular", "filled"])
def test_a_hundred_villages_and_a_hundred_persons_are_all_there(
    name: str, pages: dict[str, list[str]]
) -> None:
    text = "".join(pages[name])
    assert [one for one in (*VILLAGES, *PERSONS) if one not in text] == []


def test_each_attachment_begins_a_page_and_repeats_its_header(pages: dict[str, list[str]]) -> None:
    firsts = [at for at, page in enumerate(pages["circular"]) if page.startswith("附件")]
    assert len(firsts) == 3
    assert sum("名次村" in page for page in pages["circular"]) == firsts[1] - firsts[0]


def test_only_the_wide_table_is_turned(file: Path) -> None:
    ways = [section.orientation for section in Document(str(file)).sections]
    assert ways == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE]


def test_the_sender_stands_in_the_middle_above_the_date_four_characters_from_the_edge(file: Path) -> None:
    lines = {paragraph.text: paragraph for paragraph in Document(str(file)).paragraphs}
    chars = {
        name: int(lines[name]._p.pPr.ind.get(qn("w:rightChars"))) / 100
        for name in ("中共云溪演示县委员会", "2026年12月3日")
    }
    assert chars["2026年12月3日"] == 4
    middle = {"中共云溪演示县委员会": 10 / 2, "2026年12月3日": (3 + 7 / 2) / 2}
    assert chars["中共云溪演示县委员会"] + middle["中共云溪演示县委员会"] == pytest.approx(
        4 + middle["2026年12月3日"], abs=0.01
    )


def test_what_is_not_given_leaves_no_trace(tmp_path: Path) -> None:
    bare = replace(CIRCULAR, letter=Letter(), attachments=())
    document = Document(str(write_official(bare, tmp_path / "bare.docx")))
    assert [paragraph.text for paragraph in document.paragraphs] == [
        "关于“三级联争”活动评定结果的通报", "现将评定结果予以通报。", "一、命名", "详见附件1。",
    ]  # fmt: skip


def test_version_and_snapshot_are_properties_and_the_text_is_chinese(file: Path) -> None:
    document = Document(str(file))
    about = document.core_properties
    assert (about.version, about.identifier, about.language) == ("6aebc6d895a4", "s-20261203", "zh-CN")
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "6aebc6d895a4" not in text
    with ZipFile(file) as archive:
        styles = archive.read("word/styles.xml").decode()
    assert 'w:eastAsia="zh-CN"' in styles
    assert 'w:eastAsia="en-US"' not in styles


def test_a_red_head_is_there_only_if_asked_for(tmp_path: Path) -> None:
    red = write_official(replace(CIRCULAR, letter=replace(LETTER, red_head=True)), tmp_path / "red.docx")
    first = Document(str(red)).paragraphs[0]
    assert (first.text, str(first.runs[0].font.color.rgb)) == ("中共云溪演示县委员会文件", "E60012")


@pytest.mark.parametrize(
    ("sender", "lines", "points"),
    [
        ("中共云溪演示县委", 1, 36),
        ("中共云溪演示县委组织部", 1, 34),
        ("中共云溪演示县委员会基层组织建设联席会议办公室", 2, 34),
    ],
)
def test_a_red_head_stands_on_one_line_or_breaks_by_sense(
    tmp_path: Path, sender: str, lines: int, points: int
) -> None:
    letter = Letter(sender=sender, red_head=True)
    made = write_official(replace(CIRCULAR, letter=letter), tmp_path / "red.docx")
    head = Document(str(made)).paragraphs[0]
    parts = head.text.split("\n")
    assert (len(parts), "".join(parts)) == (lines, f"{sender}文件")
    assert head.runs[0].font.size.pt == points
    assert max(map(len, parts)) * points <= 156 / 25.4 * 72


def test_the_same_document_gives_the_same_bytes(folder: Path, file: Path, tmp_path: Path) -> None:
    assert write_official(CIRCULAR, tmp_path / "again.docx").read_bytes() == file.read_bytes()
    template = write_starting_template(tmp_path / "template.docx")
    made = [write_official(CIRCULAR, tmp_path / f"{at}.docx", template).read_bytes() for at in (1, 2)]
    assert made[0] == made[1]
