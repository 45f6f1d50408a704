"""A template as an organiser may have it: 4:3, a dark ground, a band below the title, sample slides of all sorts."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.util import Inches

SAMPLE = "示例页上的旧数字"
SLIDE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/slide"
SECTIONS = (
    "<p:extLst xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main'>"
    "<p:ext uri='{521415D9-36F7-43E2-AB2F-B90AF26B5E84}'>"
    "<p14:sectionLst xmlns:p14='http://schemas.microsoft.com/office/powerpoint/2010/main'>"
    "<p14:section name='示例' id='{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}'><p14:sldIdLst>"
    "<p14:sldId id='256'/></p14:sldIdLst></p14:section></p14:sectionLst></p:ext></p:extLst>"
)


Part = bytes | Callable[[bytes], bytes]
WithParts = Callable[[dict[str, Part]], Path]


@pytest.fixture(scope="session")
def template_file(tmp_path_factory: pytest.TempPathFactory, png: Path) -> Path:
    deck = Presentation()
    master = deck.slide_master
    master.background.fill.solid()
    master.background.fill.fore_color.rgb = RGBColor(0x4A, 0x0E, 0x0E)
    colours = master._element.find(qn("p:clrMap"))
    for first, second in (("bg1", "dk1"), ("tx1", "lt1"), ("bg2", "dk2"), ("tx2", "lt2")):
        colours.set(first, second)
    title, body = master.placeholders[0], master.placeholders[1]
    title.left, title.top, title.width, title.height = (Inches(n) for n in (0.6, 0.4, 8.0, 0.8))
    body.left, body.top, body.width, body.height = (Inches(n) for n in (0.6, 1.5, 8.8, 4.9))
    for layout in list(deck.slide_layouts)[1:5]:  # the layout for titles only is no longer the sixth
        deck.slide_layouts.remove(layout)
    picture = deck.slide_layouts[1].part.get_or_add_image_part(str(png))
    assert picture  # a logo
    slide = deck.slides.add_slide(deck.slide_layouts[0])
    slide.shapes.title.text = SAMPLE
    slide.shapes.title.text_frame.paragraphs[0].runs[0].hyperlink.address = "https://example.org/"
    slide.notes_slide.notes_text_frame.text = SAMPLE
    data = CategoryChartData()
    data.categories, _ = [SAMPLE], data.add_series(SAMPLE, (1.0,))
    place = (Inches(1), Inches(2), Inches(4), Inches(3))
    slide.shapes.add_chart(XL_CHART_TYPE.PIE, *place, data)
    jump = deck.slide_layouts[0].placeholders[0]._element.nvSpPr.cNvPr
    key = deck.slide_layouts[0].part.relate_to(slide.part, SLIDE)
    jump.append(jump.makeelement(qn("a:hlinkClick"), {qn("r:id"): key, "action": "ppaction://hlinksldjump"}))
    deck.part._element.append(parse_xml(SECTIONS))
    deck.core_properties.author = deck.core_properties.last_modified_by = "某个作者"
    path = tmp_path_factory.mktemp("template") / "county.pptx"
    deck.save(path)
    return path


@pytest.fixture
def with_parts(template_file: Path, tmp_path: Path) -> "WithParts":
    """The template with some parts replaced or added: content by name, or a function of the old content."""

    def change(parts: dict[str, Part], name: str = "made.pptx") -> Path:
        made = io.BytesIO()
        with zipfile.ZipFile(template_file) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
            for item in old.namelist():
                given = parts.get(item)
                content = old.read(item)
                new.writestr(item, given(content) if callable(given) else given or content)
            for item in parts.keys() - set(old.namelist()):
                new.writestr(item, parts[item])
        path = tmp_path / name
        path.write_bytes(made.getvalue())
        return path

    return change
