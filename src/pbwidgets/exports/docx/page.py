"""Paper, styles, fonts and page numbers of GB/T 9704-2012."""

from typing import Any, Final

BODY_PT, TITLE_PT, TABLE_PT, NUMBER_PT = 16, 22, 12, 14
LINE_PT: Final = 28
TITLE_FONT, BODY_FONT, LATIN_FONT, NUMBER_FONT = "方正小标宋简体", "仿宋_GB2312", "Times New Roman", "宋体"
HEADING_FONTS: Final = {1: "黑体", 2: "楷体_GB2312", 3: "仿宋_GB2312", 4: "仿宋_GB2312"}
CHAR_PT: Final = 15.75
"""Width of a character of the body, letter spacing included."""
TYPE_AREA_MM: Final = {"portrait": 156, "landscape": 225}

_MARGINS_MM: Final = {"portrait": (37, 26, 35, 28), "landscape": (28, 37, 26, 35)}
"""Top, right, bottom, left; a landscape page is a portrait one turned to the left."""
_LATENT: Final = ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme")


def set_page(section: Any, way: str = "portrait") -> None:
    """Give a section A4 with the margins of the standard, upright or turned."""
    from docx.enum.section import WD_ORIENT
    from docx.oxml.ns import qn
    from docx.shared import Mm

    sides = (Mm(210), Mm(297)) if way == "portrait" else (Mm(297), Mm(210))
    section.page_width, section.page_height = sides
    section.orientation = WD_ORIENT.PORTRAIT if way == "portrait" else WD_ORIENT.LANDSCAPE
    margins = [Mm(side) for side in _MARGINS_MM[way]]
    section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = margins
    # the number is 7 mm below the type area; its own line is 5 mm high
    section.footer_distance = section.bottom_margin - Mm(12)
    # the template's character grid would spread the text; the exact line pitch needs none
    for grid in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(grid)


def set_styles(document: Any) -> None:
    """Set fonts, sizes, pitch and language of all styles that are used."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    _set_language(document)
    normal = document.styles["Normal"]
    _set_style(normal, BODY_FONT, BODY_PT)
    normal.paragraph_format.line_spacing = Pt(LINE_PT)
    normal.paragraph_format.space_before = normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    _tighten(normal)
    title = document.styles["Title"]
    _set_style(title, TITLE_FONT, TITLE_PT)
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.line_spacing = Pt(36)
    title.paragraph_format.space_after = Pt(LINE_PT)
    title.paragraph_format.keep_with_next = True
    _drop_borders(title)
    for level, font in HEADING_FONTS.items():
        style = document.styles[f"Heading {level}"]
        _set_style(style, font, BODY_PT, bold=level == 3)
        style.paragraph_format.line_spacing = Pt(LINE_PT)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.keep_with_next = True
        indent_two(style)


def _set_language(document: Any) -> None:
    """Chinese for all Chinese text: the template's own default would have it checked as English."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    defaults = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    for element in (
        *defaults.findall(qn("w:lang")),
        *document.settings.element.findall(qn("w:themeFontLang")),
    ):
        element.set(qn("w:val"), "en-US")
        element.set(qn("w:eastAsia"), "zh-CN")
    if defaults.find(qn("w:lang")) is None:
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), "en-US")
        language.set(qn("w:eastAsia"), "zh-CN")
        defaults.append(language)


def _set_style(style: Any, font: str, size: int, *, bold: bool = False) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.name, style.font.size, style.font.bold, style.font.italic = LATIN_FONT, Pt(size), bold, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in _LATENT:
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), font)


def _tighten(style: Any) -> None:
    """Reduce letter spacing so that 28 characters of 16 points fit a line of 156 mm."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), "-5")  # twentieths of a point
    size = style.element.get_or_add_rPr().find(qn("w:sz"))
    size.addprevious(spacing)


def _drop_borders(style: Any) -> None:
    from docx.oxml.ns import qn

    properties = style.element.get_or_add_pPr()
    for border in properties.findall(qn("w:pBdr")):
        properties.remove(border)


def indent_two(styled: Any) -> None:
    """Indent by two characters, and in points for programs that do not support characters."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    styled.paragraph_format.first_line_indent = Pt(2 * BODY_PT)
    element = styled.element if hasattr(styled, "element") else styled._p
    element.get_or_add_pPr().get_or_add_ind().set(qn("w:firstLineChars"), "200")


def add_page_numbers(document: Any) -> None:
    """Number the pages outside at the foot: — 1 —."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    outside = (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT, "right"),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT, "left"),
    )
    for footer, alignment, side in outside:
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.alignment = alignment
        # one character from the edge of the type area
        setattr(paragraph.paragraph_format, f"{side}_indent", NUMBER_PT * 12700)
        _add_number(paragraph)


def _add_number(paragraph: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    def piece(text: str = "") -> Any:
        run = paragraph.add_run(text)
        set_run(run, NUMBER_FONT, NUMBER_PT, latin=NUMBER_FONT)
        return run

    piece("— ")
    for kind in ("begin", "instr", "separate", "text", "end"):
        run = piece("1" if kind == "text" else "")
        if kind == "instr":
            code = OxmlElement("w:instrText")
            code.text = " PAGE "
            run._r.append(code)
        elif kind != "text":
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
    piece(" —")


def set_run(run: Any, font: str, size: int, *, bold: bool = False, latin: str = LATIN_FONT) -> None:
    """Set the face of a run; its quotes are Chinese ones."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    run.font.name, run.font.size, run.font.bold = latin, Pt(size), bold
    fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    fonts.set(qn("w:hint"), "eastAsia")


def add_text(paragraph: Any, text: str) -> Any:
    """Run with a text in the face of its paragraph; its quotes are Chinese ones, as wide as a character."""
    from docx.oxml.ns import qn

    run = paragraph.add_run(text)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:hint"), "eastAsia")
    return run
