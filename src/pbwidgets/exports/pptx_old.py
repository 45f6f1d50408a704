"""Slides for a meeting: a title slide, and for each chart a picture slide and a table slide.

A picture fills the slide, because its text is 14 points high only at that width; the table follows on a
slide of its own. Tables are native tables, so that a figure can be corrected before the meeting.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from pbwidgets import palette
from pbwidgets.exports.archive import write_settled
from pbwidgets.exports.columns import Column, char_width, measure_columns, to_cell_texts
from pbwidgets.intake.text import drop_unfit
from pbwidgets.wording import say

if TYPE_CHECKING:
    import altair as alt

SLIDE_WIDTH_IN, SLIDE_HEIGHT_IN = 13.333, 7.5
PICTURE_WIDTH_IN: Final = 12.0
"""A chart without its title is 2.08 times as wide as high, so this leaves room for title and sentence."""
FONT: Final = "Microsoft YaHei"
TABLE_PT: Final = 14

_LEFT, _WIDE = 0.5, 12.333
_PICTURE_TOP, _PICTURE_HEIGHT = 1.27, 5.8
_TABLE_TOP, _TABLE_HEIGHT = 1.2, 5.55
_ROW_IN, _LINE_IN, _PAD_IN = 0.37, 0.28, 0.18


@dataclass(frozen=True)
class Slide:
    """A chart with its table.

    Attributes
    ----------
    title
        Title of the slide.
    picture
        A chart, drawn without its own title; or a picture file; or nothing.
    table
        Frame of the native table, or nothing.
    columns
        Columns of the table; by default those of the frame under their own names.
    key_sentence
        What the chart says, in one sentence: under the title, and in the notes.
    alt
        Text for people who cannot see the picture; by default title and key sentence.
    cut
        Share of a picture file's height that is cut off at the top, where the picture has its own title.
    """

    title: str
    picture: "alt.TopLevelMixin | Path | None" = None
    table: pd.DataFrame | None = None
    columns: Mapping[str, Column] = field(default_factory=dict)
    key_sentence: str = ""
    alt: str = ""
    cut: float = 0.0


def build_deck(
    slides: Sequence[Slide],
    path: Path,
    *,
    title: str,
    subtitle: str = "",
    lang: str = "zh_CN",
    note: str = "",
) -> Path:
    """Write a 13.33 × 7.5 inch presentation and return its path: a title slide, then a picture and a table each.

    Parameters
    ----------
    slides
        Charts in order.
    path
        The ``.pptx`` to write; folders are made.
    title, subtitle
        Texts of the title slide.
    lang
        ``zh_CN`` or ``en``.
    note
        Small line on the title slide, for example that the data are made up.

    Raises
    ------
    DataError
        ``charts.no_cjk_font`` if a chart must be drawn on a system without a Chinese font.

    Notes
    -----
    A table shows as many rows as fit at 14 points and refers to the attached table for the rest. The same
    input gives the same bytes.
    """
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(SLIDE_WIDTH_IN), Inches(SLIDE_HEIGHT_IN)
    _widen_layouts(deck)
    _set_theme_fonts(deck)
    _add_title_slide(deck, title, subtitle, note)
    for slide in map(_fit, slides):
        if slide.picture is not None:
            _add_picture_slide(deck, slide)
        if slide.table is not None:
            _add_table_slide(deck, slide, lang)
    for place, made in enumerate(deck.slides, start=1):
        if place > 1:
            _add_page_number(made, place)
    properties = deck.core_properties
    properties.title, properties.author, properties.last_modified_by = drop_unfit(title), "pbwidgets", ""
    content = io.BytesIO()
    deck.save(content)
    return write_settled(content.getvalue(), path)


def _fit(slide: Slide) -> Slide:
    """The slide with texts that a file can hold; those of its table become so in their cells."""
    return replace(
        slide,
        title=drop_unfit(slide.title),
        key_sentence=drop_unfit(slide.key_sentence),
        alt=drop_unfit(slide.alt),
    )


def _widen_layouts(deck: Any) -> None:
    """Stretch master and layouts, which are 4:3 in python-pptx, to the width of the slide."""
    stretch = SLIDE_WIDTH_IN / 10
    for page in (deck.slide_master, *deck.slide_layouts):
        for shape in page.placeholders:
            if shape.element.spPr.xfrm is not None:
                shape.left, shape.width = round(shape.left * stretch), round(shape.width * stretch)


def _set_theme_fonts(deck: Any) -> None:
    """Set the fonts of the theme, so that text typed later has them too."""
    for relation in deck.slide_master.part.rels.values():
        if relation.reltype.endswith("/theme"):
            part = relation.target_part
            for tag in (b"latin", b"ea"):
                part._blob = _first_typefaces(part.blob, tag)


def _first_typefaces(theme: bytes, tag: bytes) -> bytes:
    import re

    return re.sub(
        rb"(<a:(?:major|minor)Font>.*?<a:" + tag + rb' typeface=")[^"]*',
        rb"\1" + FONT.encode(),
        theme,
        flags=re.S,
    )


def _add_title_slide(deck: Any, title: str, subtitle: str, note: str) -> None:
    from pptx.util import Inches

    page = deck.slides.add_slide(deck.slide_layouts[5])
    _put_title(page, title, top=2.3, height=1.5, size=40, colour=palette.NAVY, centred=True)
    rule = page.shapes.add_shape(1, Inches(4.67), Inches(3.95), Inches(4.0), Inches(0.05))
    _fill(rule, palette.NAVY)
    if subtitle:
        _add_text(page, subtitle, (_LEFT, 4.2, _WIDE, 0.7), size=24, colour=palette.QUIET, centred=True)
    if note:
        _add_text(page, note, (_LEFT, 6.6, _WIDE, 0.5), size=16, colour=palette.QUIET, centred=True)


def _add_picture_slide(deck: Any, slide: Slide) -> None:
    from pptx.util import Inches

    page = deck.slides.add_slide(deck.slide_layouts[5])
    _put_title(page, slide.title)
    if slide.key_sentence:
        _add_text(page, slide.key_sentence, (_LEFT, 0.8, _WIDE, 0.45), size=18, colour=palette.QUIET)
    picture = page.shapes.add_picture(_picture_source(slide.picture), Inches(0), Inches(0))
    if isinstance(slide.picture, Path) and slide.cut:
        picture.crop_top, picture.height = slide.cut, round(picture.height * (1 - slide.cut))
    scale = min(PICTURE_WIDTH_IN / picture.width.inches, _PICTURE_HEIGHT / picture.height.inches)
    wide, high = picture.width.inches * scale, picture.height.inches * scale
    picture.width, picture.height = Inches(wide), Inches(high)
    picture.left, picture.top = Inches((SLIDE_WIDTH_IN - wide) / 2), Inches(_PICTURE_TOP)
    picture.name = slide.title
    picture._element.nvPicPr.cNvPr.set(
        "descr", slide.alt or " ".join(filter(None, (slide.title, slide.key_sentence)))
    )
    _put_notes(page, slide)


def _picture_source(picture: Any) -> Any:
    if isinstance(picture, Path):
        return str(picture)
    from pbwidgets.charts.render import draw_png
    from pbwidgets.charts.sheet import drop_title

    return io.BytesIO(draw_png(drop_title(picture)))


def _add_table_slide(deck: Any, slide: Slide, lang: str) -> None:
    from pptx.util import Inches

    if slide.table is None:
        return
    columns = dict(slide.columns) or {str(name): Column(str(name)) for name in slide.table.columns}
    texts = to_cell_texts(slide.table, columns, lang)
    widths = _column_inches(texts, columns)
    kept = _rows_that_fit(texts, widths)
    page = deck.slides.add_slide(deck.slide_layouts[5])
    _put_title(page, say("exports.pptx.table_title", lang, title=slide.title))
    frame = page.shapes.add_table(
        len(kept) + 1,
        len(columns),
        Inches(_LEFT),
        Inches(_TABLE_TOP),
        Inches(sum(widths)),
        Inches(_ROW_IN * (len(kept) + 1)),
    )
    frame.name = slide.title
    frame._element.nvGraphicFramePr.cNvPr.set("descr", slide.title)
    table = frame.table
    for place, width in enumerate(widths):
        table.columns[place].width = Inches(width)
    for row in table.rows:
        row.height = Inches(_ROW_IN)
    _fill_table(table, kept, columns)
    if len(kept) < len(texts):
        rest = say("exports.pptx.rest", lang, shown=len(kept), rows=len(texts))
        _add_text(page, rest, (_LEFT, 6.85, 10.5, 0.4), size=TABLE_PT, colour=palette.QUIET)
    _put_notes(page, slide)


def _column_inches(texts: list[list[str]], columns: Mapping[str, Column]) -> list[float]:
    """Widths that keep every text on one line if there is room, in total at most the slide's width."""
    wanted = [
        chars * TABLE_PT / 72 / 2 * 1.06 + 2 * _PAD_IN for chars in measure_columns(texts, columns, most=60)
    ]
    total = sum(wanted)
    if total <= _WIDE:
        # spread the spare width, but keep a small table small
        spare = min(_WIDE - total, total * 0.6)
        return [width * (1 + spare / total) for width in wanted]
    # narrow columns keep their width, wide ones share the rest
    fair = _WIDE / len(wanted)
    narrow = sum(width for width in wanted if width <= fair)
    wide = sum(width for width in wanted if width > fair)
    return [width if width <= fair else width / wide * (_WIDE - narrow) for width in wanted]


def _rows_that_fit(texts: list[list[str]], widths: Sequence[float]) -> list[list[str]]:
    left, kept = _TABLE_HEIGHT - _ROW_IN, []
    for row in texts:
        left -= _ROW_IN + _LINE_IN * (_line_count(row, widths) - 1)
        if left < 0:
            break
        kept.append(row)
    return kept


def _line_count(row: Sequence[str], widths: Sequence[float]) -> int:
    letters = [max(1.0, (width - 2 * _PAD_IN) * 72 / TABLE_PT * 2) for width in widths]
    return max([1, *(-(-char_width(text) // int(fit)) for text, fit in zip(row, letters, strict=True))])


def _fill_table(table: Any, rows: list[list[str]], columns: Mapping[str, Column]) -> None:
    from pptx.enum.text import PP_ALIGN

    for place, column in enumerate(columns.values()):
        right = column.format != "text"
        cells = [(table.cell(0, place), column.label)]
        cells += [(table.cell(row, place), texts[place]) for row, texts in enumerate(rows, start=1)]
        for row, (cell, text) in enumerate(cells):
            _fill(cell, palette.NAVY if row == 0 else (palette.WHITE if row % 2 else palette.SLIDE_BAND))
            paragraph = cell.text_frame.paragraphs[0]
            paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
            _write(
                paragraph,
                text,
                size=TABLE_PT,
                bold=row == 0,
                colour=palette.WHITE if row == 0 else palette.INK,
            )
            cell.vertical_anchor = 3
            cell.margin_top = cell.margin_bottom = 18000


def _put_title(
    page: Any,
    text: str,
    *,
    top: float = 0.22,
    height: float = 0.62,
    size: int = 28,
    colour: str = palette.NAVY,
    centred: bool = False,
) -> None:
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Inches, Pt

    title = page.shapes.title
    title.left, title.top, title.width, title.height = (Inches(part) for part in (_LEFT, top, _WIDE, height))
    frame = title.text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = 0
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    # a long title gets a smaller font, not a second line over the picture
    room = _WIDE * 72 / max(char_width(text) / 2, 1) * (2 if centred else 1)
    paragraph = frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.CENTER if centred else PP_ALIGN.LEFT
    _write(paragraph, text, size=max(18, min(size, int(room))), bold=True, colour=colour)
    paragraph.line_spacing = Pt(size * 1.2) if not centred else None


def _add_text(
    page: Any,
    text: str,
    place: tuple[float, float, float, float],
    *,
    size: int,
    colour: str,
    centred: bool = False,
) -> None:
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Inches

    box = page.shapes.add_textbox(*(Inches(part) for part in place))
    frame = box.text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = 0
    paragraph = frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.CENTER if centred else PP_ALIGN.LEFT
    _write(paragraph, text, size=size, colour=colour)


def _write(paragraph: Any, text: str, *, size: int, colour: str, bold: bool = False) -> None:
    from pptx.util import Pt

    run = paragraph.add_run()
    run.text = drop_unfit(text)
    run.font.size, run.font.bold, run.font.name = Pt(size), bold, FONT
    run.font.color.rgb = _colour(colour)
    _name_east_asian_font(run._r.get_or_add_rPr())


def _name_east_asian_font(properties: Any) -> None:
    """Set ``a:ea``, the font of Chinese text, which python-pptx does not set."""
    from pptx.oxml.ns import qn

    made = properties.makeelement(qn("a:ea"), {"typeface": FONT})
    latin = properties.find(qn("a:latin"))
    latin.addnext(made)


def _fill(shape: Any, colour: str) -> None:

    shape.fill.solid()
    shape.fill.fore_color.rgb = _colour(colour)
    if hasattr(shape, "line"):
        shape.line.fill.background()


def _colour(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(palette.office_colour(colour))  # type: ignore[no-untyped-call]  # python-pptx has few types


def _put_notes(page: Any, slide: Slide) -> None:
    if slide.key_sentence:
        page.notes_slide.notes_text_frame.text = slide.key_sentence


def _add_page_number(page: Any, place: int) -> None:
    from pptx.enum.text import PP_ALIGN
    from pptx.oxml.ns import qn
    from pptx.util import Inches

    box = page.shapes.add_textbox(Inches(11.8), Inches(7.08), Inches(1.033), Inches(0.34))
    box.name = "page number"
    paragraph = box.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT
    made = paragraph._p.makeelement
    number = made(qn("a:fld"), {"id": "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}", "type": "slidenum"})
    properties = made(qn("a:rPr"), {"lang": "zh-CN", "sz": str(TABLE_PT * 100)})
    properties.append(made(qn("a:latin"), {"typeface": FONT}))
    properties.append(made(qn("a:ea"), {"typeface": FONT}))
    shown = made(qn("a:t"), {})
    shown.text = str(place)
    number.append(properties)
    number.append(shown)
    paragraph._p.append(number)
