"""An organiser's presentation as the ground of a deck: what is taken of it, what is left behind, what is refused."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from pptx import Presentation
from pptx.util import Inches

from pbwidgets.charts.native import NativeChart, Series
from pbwidgets.errors import DataError
from pbwidgets.exports import Deck, Slide, build_deck, open_template
from pbwidgets.exports.lettering import FONT
from pbwidgets.exports.pptx import template

pytestmark = pytest.mark.xdist_group("office")

SAMPLE = "示例页上的旧数字"
HEADLINE = "县级考评比自评平均低4.2分，差距最大的是云顶山生态旅游示范园区（低12.5分）"
SOURCE = "来源：“三级联争”活动，2026，数据截至2026-12-01　演示数据，单位和分数均为虚构"
BARS = NativeChart("bars", "村", ("甲村", "乙村"), (Series("总分", (92.5, 88.0), "#0072B2"),), "分", 1)
UNITS = pd.DataFrame({"单位": ["甲村", "乙村"], "总分": ["92.5", "88.0"]})
RELATIONS = "ppt/slideLayouts/_rels/slideLayout1.xml.rels"
TYPES = "[Content_Types].xml"
OUTSIDE = (
    b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" '
    b'Target="http://example.org/pixel.png" TargetMode="External"/></Relationships>'
)


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def deck_file(template_file: Path, png: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    slides = [
        Slide(HEADLINE, native=BARS, key_sentence="各层评分对比"),
        Slide("图", png),
        Slide("名单", table=UNITS, notes="这一页看名单。"),
    ]
    about = Deck(
        "评审汇报",
        "2026",
        "zh_CN",
        "演示数据",
        (HEADLINE, "分配名额20个"),
        SOURCE,
        open_template(template_file),
    )
    return build_deck(slides, tmp_path_factory.mktemp("deck") / "slides.pptx", about)


def test_the_size_the_layouts_and_their_titles_are_those_of_the_template(deck_file: Path) -> None:
    deck = Presentation(deck_file)
    assert (deck.slide_width, deck.slide_height) == (Inches(10), Inches(7.5))
    assert [page.slide_layout.name for page in deck.slides] == ["Title Slide", *["Title Only"] * 4]
    assert all(page.shapes.title.is_placeholder for page in deck.slides)
    assert deck.slides[2].shapes.title.left == Inches(0.6)
    assert [
        shape.name for page in deck.slides for shape in page.placeholders if not shape.has_text_frame
    ] == []


def test_its_sample_slides_are_gone_with_their_charts_notes_links_and_makers(deck_file: Path) -> None:
    parts = parts_of(deck_file)
    assert len([name for name in parts if re.fullmatch(r"ppt/slides/slide\d+\.xml", name)]) == 5
    assert len([name for name in parts if re.fullmatch(r"ppt/charts/chart[^/]*\.xml", name)]) == 1
    for name, content in parts.items():
        assert SAMPLE.encode() not in content, name
        assert b"example.org" not in content, name
        assert b"sectionLst" not in content, name
        assert "某个作者".encode() not in content, name
        assert b"hlinksldjump" not in content, name
    assert not [name for name in parts if "thumbnail" in name or "printer" in name]


def test_every_part_is_reached_and_every_relation_leads_to_a_part(deck_file: Path) -> None:
    parts = parts_of(deck_file)
    reached = {TYPES}
    for name, content in parts.items():
        if name.endswith(".rels"):
            home = Path(name).parent.parent
            for target in re.findall(rb'Target="([^"]+)"', content):
                path = target.decode()
                whole = (
                    path[1:] if path.startswith("/") else (Path("/") / home / path).resolve().as_posix()[1:]
                )
                reached |= {whole, name}
    assert set(parts) == reached


def test_texts_and_charts_have_the_fonts_and_the_ink_of_the_template(deck_file: Path) -> None:
    shown = {
        name: content
        for name, content in parts_of(deck_file).items()
        if re.match(r"ppt/(slides|charts)/[^/]*xml$", name)
    }
    assert len(shown) == 6
    for name, content in shown.items():
        assert FONT.encode() not in content, name
    chart = next(content for name, content in shown.items() if "chart" in name)
    assert b"+mn-ea" in chart
    assert b'schemeClr val="tx1"' in chart
    title = Presentation(deck_file).slides[2].shapes.title._element
    assert not list(title.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}solidFill"))


def test_content_lies_between_title_and_footer_and_titles_keep_24_points(deck_file: Path) -> None:
    deck = Presentation(deck_file)
    for page in list(deck.slides)[2:]:
        title = page.shapes.title
        assert all(run.font.size.pt >= 24 for run in title.text_frame.paragraphs[0].runs)
        content = [
            shape for shape in page.shapes if shape.has_chart or shape.has_table or shape.shape_type == 13
        ]
        (source,) = (
            shape for shape in page.shapes if shape.has_text_frame and SOURCE in shape.text_frame.text
        )
        for shape in content:
            assert shape.top >= max(title.top + title.height, Inches(1.5))
            assert shape.top + shape.height <= source.top
            assert shape.left >= Inches(0.6)
            assert shape.left + shape.width <= Inches(9.41)


def test_the_same_template_gives_the_same_bytes_and_its_own_hash(
    template_file: Path, png: Path, tmp_path: Path
) -> None:
    def make(name: str) -> bytes:
        about = Deck("汇报", template=open_template(template_file))
        return build_deck([Slide("图", png), Slide("数", native=BARS)], tmp_path / name, about).read_bytes()

    assert make("a.pptx") == make("b.pptx")


def test_libreoffice_shows_the_deck_on_the_template(deck_file: Path, to_pages) -> None:
    pages = [page.replace(" ", "").replace("\n", "") for page in to_pages(deck_file)]
    assert len(pages) == 5
    assert "评审汇报" in pages[0]
    assert "差距最大的是云顶山" in pages[2]
    assert "甲村" in pages[2]


def test_a_template_without_a_layout_for_titles_only_takes_the_one_with_the_least_besides(
    template_file: Path, png: Path, tmp_path: Path
) -> None:
    deck = Presentation(template_file)
    for layout in list(deck.slide_layouts):
        if layout.name in ("Title Only", "Blank"):
            deck.slide_layouts.remove(layout)
    deck.save(tmp_path / "bare.pptx")
    about = Deck("汇报", template=open_template(tmp_path / "bare.pptx"))
    made = Presentation(build_deck([Slide("图", png)], tmp_path / "a.pptx", about))
    page = made.slides[1]
    assert page.shapes.title.text_frame.text == "图"
    assert [shape.placeholder_format.type for shape in page.placeholders if not shape.text_frame.text] == []


# -- what is refused -----------------------------------------------------------------------------------------

Damage = Callable[[bytes], bytes]
OLE = "application/vnd.openxmlformats-officedocument.oleObject"
MACROS = "application/vnd.ms-word.document.macroEnabled.12"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def relate(kind: str, name: str) -> Damage:
    line = f'<Relationship Id="rId99" Type="{OFFICE}/{kind}" Target="../media/{name}"/></Relationships>'
    return lambda old: old.replace(b"</Relationships>", line.encode())


def name_type(ending: str, kind: str) -> Damage:
    def change(old: bytes) -> bytes:
        line = f'<Default Extension="{ending}" ContentType="{kind}"/></Types>'
        return old if f'"{ending}"'.encode() in old else old.replace(b"</Types>", line.encode())

    return change


REFUSED: dict[str, tuple[str, dict[str, Damage | bytes]]] = {
    "macros": ("template_active", {"ppt/vbaProject.bin": b"Attribute VB_Name"}),
    "types of macros": (
        "template_active",
        {TYPES: lambda old: old.replace(b"presentation.main+xml", b"presentation.macroEnabled.main+xml")},
    ),
    "controls": ("template_active", {"ppt/activeX/activeX1.xml": b"<x/>"}),
    "a linked picture": (
        "template_links",
        {RELATIONS: lambda old: old.replace(b"</Relationships>", OUTSIDE)},
    ),
    "entities": (
        "template_broken",
        {"ppt/presentation.xml": lambda old: b'<!DOCTYPE a [<!ENTITY b "c">]>' + old[old.index(b"<p:") :]},
    ),
    "entities in another encoding": (
        "template_broken",
        {"ppt/presProps.xml": '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16")},
    ),
    "an object among the pictures": (
        "template_active",
        {
            RELATIONS: relate("oleObject", "thing.dat"),
            TYPES: name_type("dat", OLE),
            "ppt/media/thing.dat": b"\xd0\xcf",
        },
    ),
    "a document of macros among the pictures": (
        "template_active",
        {RELATIONS: relate("package", "x.docm"), TYPES: name_type("docm", MACROS), "ppt/media/x.docm": b"PK"},
    ),
    "an object that is said to be a picture": (
        "template_active",
        {
            RELATIONS: relate("image", "x.png"),
            TYPES: name_type("png", "image/png"),
            "ppt/media/x.png": b"\xd0\xcf\x11\xe0",
        },
    ),
    "a picture that loads": (
        "template_links",
        {
            RELATIONS: relate("image", "x.svg"),
            TYPES: name_type("svg", "image/svg+xml"),
            "ppt/media/x.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="//server/x.png"/></svg>',
        },
    ),
    "many marks": ("template_too_big", {"ppt/presProps.xml": b"<a>" + b"<b/>" * 1_000_000 + b"</a>"}),
    "half a part": ("template_broken", {"ppt/presentation.xml": lambda old: old[: len(old) // 2]}),
    "a part that is missing": ("template_broken", {"ppt/_rels/presentation.xml.rels": b"<Relationships/>"}),
    "another kind of file": ("template_not_pptx", {TYPES: b""}),
    "a bomb": ("template_too_big", {"ppt/media/image99.png": b"\0" * 6_000_000}),
}


@pytest.mark.parametrize("damage", REFUSED)
def test_a_template_of_a_stranger_is_refused_in_words(
    damage: str, with_parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template, "LARGEST_UNPACKED", 5_000_000)
    code, parts = REFUSED[damage]
    path = with_parts(parts)
    if code == "template_not_pptx":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(DataError, match=r"made\.pptx") as refused:
        open_template(path)
    assert refused.value.code == f"slides.{code}"


def test_what_opens_or_runs_when_it_is_clicked_is_left_behind(with_parts) -> None:
    click = b'<a:hlinkClick r:id="rId98" action="ppaction://program?x"/>'
    line = f'<Relationship Id="rId98" Type="{OFFICE}/hyperlink" Target="cmd.exe" TargetMode="External"/>'
    path = with_parts(
        {
            RELATIONS: lambda old: old.replace(b"</Relationships>", line.encode() + b"</Relationships>"),
            "ppt/slideLayouts/slideLayout1.xml": lambda old: re.sub(
                rb"(<p:cNvPr [^>]*)/>", rb"\1>" + click + b"</p:cNvPr>", old, count=1
            ),
        }
    )
    assert any(b"ppaction://program" in part for part in parts_of(path).values())
    with zipfile.ZipFile(io.BytesIO(open_template(path).content)) as archive:
        for name in archive.namelist():
            assert not re.search(rb"ppaction|cmd\.exe|hlinkClick", archive.read(name)), name


def test_a_template_that_libreoffice_saved_again_is_still_one(
    template_file: Path, office, tmp_path: Path
) -> None:
    (saved,) = office.convert([template_file], "pptx", tmp_path)
    assert len(Presentation(io.BytesIO(open_template(saved).content)).slide_layouts) > 1


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0 an older or locked one"])
def test_what_is_no_archive_is_no_template(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.pptx"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.pptx"):
        open_template(path)


def test_a_template_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="找不到") as refused:
        open_template(tmp_path / "none.pptx")
    assert refused.value.code == "slides.template_missing"
