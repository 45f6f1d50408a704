"""A deck: a title slide, what is most important in a few sentences, then one message a slide."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from pbwidgets import palette
from pbwidgets.exports.archive import write_settled
from pbwidgets.exports.columns import Column
from pbwidgets.exports.lettering import LEAST_PT, Box, inches
from pbwidgets.exports.photo_pairs import PhotoPair
from pbwidgets.exports.pptx.adopting import adopt_theme
from pbwidgets.exports.pptx.pairs import put_pairs
from pbwidgets.exports.pptx.stage import Stage, open_stage
from pbwidgets.exports.pptx.tables import lay_out, put_table
from pbwidgets.exports.pptx.template import SlidesTemplate
from pbwidgets.exports.pptx.titles import letters_in, width_of
from pbwidgets.intake.text import drop_unfit
from pbwidgets.wording import say

if TYPE_CHECKING:
    import altair as alt

    from pbwidgets.charts.native import NativeChart, NativeTable

MOST_PAIRS: Final = 3
"""Most pairs of photos on a slide that can be made out."""
MOST_TABLE_SLIDES: Final = 6
"""Most slides of one table; what is beyond is referred to the workbook."""
_SUMMARY_SIZES: Final = (28, 26, 24, 22, 20, 18)
_SUMMARY_LINE: Final = 1.25
_REST_IN: Final = 0.34


@dataclass(frozen=True)
class Slide:
    """One message: a chart that stays editable, or its picture, or a table.

    Attributes
    ----------
    title
        Title of the slide.
    picture
        A chart, drawn without its own title; or a picture file; or nothing.
    table
        Frame of the native table, shown where there is no picture.
    columns
        Columns of the table; by default those of the frame under their own names.
    key_sentence
        Small line under the title.
    alt
        Text for people who cannot see the picture; by default title and line.
    cut
        Share of a picture file's height that is cut off at the top, where the picture has its own title.
    notes
        What the speaker sees; by default the line.
    native
        A chart or coloured table that stays editable; it is shown before a picture, and a picture before a table.
    pairs
        Photos before and after, on as many slides as they take.
    per_page
        Most pairs on a slide.
    """

    title: str
    picture: "alt.TopLevelMixin | Path | None" = None
    table: pd.DataFrame | None = None
    columns: Mapping[str, Column] = field(default_factory=dict)
    key_sentence: str = ""
    alt: str = ""
    cut: float = 0.0
    notes: str = ""
    native: "NativeChart | NativeTable | None" = None
    pairs: tuple[PhotoPair, ...] = ()
    per_page: int = 2

    @property
    def words(self) -> str:
        """What is on it, for those who do not see it."""
        return self.alt or " ".join(filter(None, (self.title, self.key_sentence)))


@dataclass(frozen=True)
class Deck:
    """What a deck says about itself.

    Attributes
    ----------
    title, subtitle
        Texts of the title slide.
    lang
        ``zh_CN`` or ``en``.
    note
        Small line on the title slide, for example that the data are made up.
    summary
        Sentences of the slide after it; none: there is no such slide.
    source
        Foot of every slide: where the data are from, and of which day.
    template
        Presentation whose layouts, fonts, colours and size are taken; by default our own.
    """

    title: str
    subtitle: str = ""
    lang: str = "zh_CN"
    note: str = ""
    summary: tuple[str, ...] = ()
    source: str = ""
    template: SlidesTemplate | None = None


def build_deck(slides: Sequence[Slide], path: Path, about: Deck) -> Path:
    """Write a presentation and return its path: a title slide, a summary, then a slide for each message.

    A table that does not fit goes on on further slides. The same input gives the same bytes.

    Parameters
    ----------
    slides
        In order.
    path
        The ``.pptx`` to write; folders are made.
    about
        What it says about itself, and what it is put on.

    Raises
    ------
    DataError
        ``charts.no_cjk_font`` if a chart must be drawn on a system without a Chinese font.
    """
    stage = open_stage(about.lang, about.template)
    stage.add_first_page(about.title, about.subtitle, about.note)
    if about.summary:
        _add_summary(stage, about)
    for slide in slides:
        _add(stage, slide, about.source)
    return _save(stage, about.title, path)


def save_slide(slide: Slide, path: Path, lang: str = "zh_CN", *, source: str = "") -> Path:
    """Write a presentation of one slide alone, with the source of its data at its foot, and return its path."""
    stage = open_stage(lang)
    _add(stage, slide, source)
    return _save(stage, slide.title, path)


def _save(stage: Stage, title: str, path: Path) -> Path:
    if not stage.is_ours:
        adopt_theme(stage.deck)
    properties = stage.deck.core_properties
    properties.title, properties.author, properties.last_modified_by = drop_unfit(title), "pbwidgets", ""
    content = io.BytesIO()
    stage.deck.save(content)
    return write_settled(content.getvalue(), path)


def _add(stage: Stage, slide: Slide, source: str) -> None:
    slide = _fit(slide)
    if slide.native is not None:
        from pbwidgets.exports.native_chart import add_native  # which brings Altair

        page, box = stage.add_page(slide.title, slide.key_sentence, source)
        add_native(page, slide.native, box, words=slide.words, lang=stage.lang).name = slide.title
        _put_notes(page, slide.notes or slide.key_sentence)
    elif slide.picture is not None:
        _add_picture(stage, slide, source)
    elif slide.pairs:
        _add_pairs(stage, slide, source)
    elif slide.table is not None:
        _add_table(stage, slide, slide.table, source)


def _fit(slide: Slide) -> Slide:
    """The slide with texts that a file can hold; those of its table become so in their cells."""
    return replace(
        slide,
        title=drop_unfit(slide.title),
        key_sentence=drop_unfit(slide.key_sentence),
        alt=drop_unfit(slide.alt),
        notes=drop_unfit(slide.notes),
    )


def _add_summary(stage: Stage, about: Deck) -> None:
    """The most important sentences, as large as they fit."""
    from pptx.util import Pt

    page, (left, top, width, height) = stage.add_page(say("slides.summary", about.lang), source=about.source)
    top, height, indent = top + 0.15, height - 0.15, 0.5
    size = next(
        (size for size in _SUMMARY_SIZES if _lines_high(about.summary, width - indent, size) <= height),
        _SUMMARY_SIZES[-1],
    )
    spare = height - _lines_high(about.summary, width - indent, size)
    frame = page.shapes.add_textbox(*inches((left, top, width, height))).text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = 0
    for place, sentence in enumerate(about.summary):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        _number(paragraph, indent)
        paragraph.line_spacing = 1.1
        paragraph.space_after = Pt(min(0.45 * size + spare * 72 / len(about.summary) / 2, size * 1.1))
        stage.add_run(paragraph, sentence, size=size, colour=palette.INK)
    _put_notes(page, "\n".join(about.summary))


def _lines_high(sentences: Sequence[str], width: float, size: int) -> float:
    """Inches that sentences take, with half a line after each."""
    lines = sum(-(-width_of(sentence) // letters_in(width, size)) + 0.4 for sentence in sentences)
    return float(lines * size * _SUMMARY_LINE / 72)


def _number(paragraph: Any, indent: float) -> None:
    """Give a paragraph a number, hanging to its left."""
    from pptx.oxml.ns import qn

    properties = paragraph._p.get_or_add_pPr()
    edge = str(inches((indent,))[0])  # type: ignore[arg-type]  # one of them
    properties.set("marL", edge)
    properties.set("indent", f"-{edge}")
    properties.append(properties.makeelement(qn("a:buFont"), {"typeface": "+mj-lt"}))
    properties.append(properties.makeelement(qn("a:buAutoNum"), {"type": "arabicPeriod"}))


def _add_picture(stage: Stage, slide: Slide, source: str) -> None:
    page, box = stage.add_page(slide.title, slide.key_sentence, source)
    picture = page.shapes.add_picture(_picture_source(slide.picture), 0, 0)
    if isinstance(slide.picture, Path) and slide.cut:
        picture.crop_top, picture.height = slide.cut, round(picture.height * (1 - slide.cut))
    picture.left, picture.top, picture.width, picture.height = inches(
        _within(box, picture.width / picture.height)
    )
    picture.name = slide.title
    picture._element.nvPicPr.cNvPr.set("descr", slide.words)
    _put_notes(page, slide.notes or slide.key_sentence)


def _within(box: Box, shape: float) -> Box:
    """The largest box of a shape (width by height) in another, in its middle and at its top."""
    left, top, width, height = box
    wide = min(width, height * shape)
    return left + (width - wide) / 2, top, wide, wide / shape


def _picture_source(picture: Any) -> Any:
    if isinstance(picture, Path):
        return str(picture)
    from pbwidgets.charts.render import draw_png
    from pbwidgets.charts.sheet import drop_title

    return io.BytesIO(draw_png(drop_title(picture)))


def _add_table(stage: Stage, slide: Slide, table: pd.DataFrame, source: str) -> None:
    """Slides of a table, each with its heads; their titles say which part it is."""
    box = stage.content_box(
        slide.title + _part(stage, MOST_TABLE_SLIDES, MOST_TABLE_SLIDES), slide.key_sentence
    )
    layout = lay_out(table, slide.columns, stage.lang, (*box[:3], box[3] - _REST_IN))
    pages = min(len(layout.pages), MOST_TABLE_SLIDES)
    for number in range(pages):
        page, box = stage.add_page(slide.title + _part(stage, number + 1, pages), slide.key_sentence, source)
        put_table(stage, page, layout, number, box, slide.title)
        _put_notes(page, slide.notes or slide.key_sentence)
    if pages < len(layout.pages):
        shown = sum(map(len, layout.pages[:pages]))
        rest = say("slides.rest", stage.lang, shown=shown, rows=layout.rows)
        left, top, width, height = box
        stage.write(page, rest, (left, top + height - _REST_IN, width, _REST_IN), size=LEAST_PT)


def _add_pairs(stage: Stage, slide: Slide, source: str) -> None:
    """Slides of pairs of photos; their titles say which part it is."""
    most = min(slide.per_page, MOST_PAIRS)
    pages = -(-len(slide.pairs) // most)
    for number in range(pages):
        page, box = stage.add_page(slide.title + _part(stage, number + 1, pages), slide.key_sentence, source)
        put_pairs(
            stage, page, slide.pairs[number * most : (number + 1) * most], min(most, len(slide.pairs)), box
        )
        _put_notes(page, slide.notes or slide.key_sentence)


def _part(stage: Stage, part: int, parts: int) -> str:
    return say("slides.part", stage.lang, part=part, parts=parts) if parts > 1 else ""


def _put_notes(page: Any, text: str) -> None:
    if text:
        page.notes_slide.notes_text_frame.text = drop_unfit(text)
