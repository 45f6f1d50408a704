"""What slides are put on: our own plain ground, or an organiser's template; where title, content and footer are.

Both are gone about in the same way: layouts are found by what they are for, and places are read from their
placeholders.
"""

import io
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from pbwidgets import palette
from pbwidgets.exports.lettering import FONT, LEAST_PT, Box, inches, language_of, rgb, set_font
from pbwidgets.exports.pptx.template import SlidesTemplate
from pbwidgets.exports.pptx.titles import SIZES, fit_lines, letters_in, width_of
from pbwidgets.intake.text import drop_unfit

_SIZE: Final = (13.333, 7.5)
_OURS: Final[dict[str, Box]] = {
    "title": (0.5, 0.22, 12.333, 0.92),
    "body": (0.5, 1.14, 12.333, 5.8),
    "ftr": (0.5, 6.99, 10.9, 0.36),
    "sldNum": (11.8, 6.99, 1.033, 0.36),
}
"""Where the placeholders of our own master are."""
_OURS_FIRST: Final[dict[str, Box]] = {
    "ctrTitle": (0.5, 2.0, 12.333, 1.7),
    "subTitle": (0.5, 4.2, 12.333, 0.8),
}
_FIRST_SIZES: Final = (40, 36, 32, 28)
_SECOND_SIZES: Final = (24, 20, 18, 16)
_FOOT_SIZES: Final = (LEAST_PT, 12, 11, 10)
"""Of the source; smaller ones only where a template leaves no room."""
_LINE = 1.2
_TOPIC_IN, _GAP_IN = 0.4, 0.05
_TITLES: Final = ("title", "ctrTitle")
_FOOTERS: Final = ("dt", "ftr", "sldNum")


@dataclass(frozen=True)
class TitlePlan:
    """Size, lines and box of a title, and whether the box is another than that of its layout."""

    size: int
    lines: tuple[str, ...]
    box: Box
    is_moved: bool


@dataclass(frozen=True)
class Stage:
    """A presentation in the making.

    Attributes
    ----------
    deck
        The presentation of python-pptx.
    lang
        Language of its texts.
    is_ours
        Whether it is our own ground; a template says itself how titles are aligned and weighted.
    """

    deck: Any
    lang: str
    is_ours: bool

    @property
    def language(self) -> str:
        """Language of its texts as Office names it."""
        return language_of(self.lang)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of a slide in inches."""
        return self.deck.slide_width / 914400, self.deck.slide_height / 914400

    # -- pages -----------------------------------------------------------------------------------------

    def add_first_page(self, title: str, subtitle: str, note: str) -> None:
        """The slide with the title of all."""
        layout = find_layout(self.deck, "title", "ctrTitle")
        plan = self._plan_title(layout, title, _FIRST_SIZES)
        page = self._add(layout, {*_TITLES, "subTitle"})
        self._put_title(page, plan, centred=True)
        left, top, width, height = plan.box
        below = _placeholder(page, "subTitle")
        wide = width if below is None else box_of(below)[2]
        second = next(
            (size for size in _SECOND_SIZES if width_of(subtitle) <= letters_in(wide - 0.2, size)), 16
        )
        if below is not None and subtitle:
            self._fill(below.text_frame, subtitle, size=second, colour=palette.QUIET, centred=self.is_ours)
        elif below is not None:
            below._element.getparent().remove(below._element)
        elif subtitle:
            self.write(page, subtitle, (left, top + height + 0.3, width, 0.7), size=second, centred=True)
        if self.is_ours:
            rule = page.shapes.add_shape(1, *inches((4.67, 3.95, 4.0, 0.05)))
            rule.fill.solid()
            rule.fill.fore_color.rgb = rgb(palette.NAVY)
            rule.line.fill.background()
        if note:
            self.write(page, note, (left, self.size[1] - 0.95, width, 0.45), size=16, centred=True)

    def add_page(self, title: str, topic: str = "", source: str = "") -> tuple[Any, Box]:
        """A slide with its title, what it is about, and its footer; and the box that is left for its content."""
        page = self._add(self._layout, {*_TITLES})
        self._put_title(page, self._plan_title(self._layout, title, SIZES))
        left, top, width, height = self.content_box(title)
        if topic:
            self.write(page, topic, (left, top, width, _TOPIC_IN), size=18)
            top, height = top + _TOPIC_IN + _GAP_IN, height - _TOPIC_IN - _GAP_IN
        self._put_footer(page, self._layout, source)
        return page, (left, top, width, height)

    def content_box(self, title: str, topic: str = "") -> Box:
        """From a title down to the footers, as wide as the text of the master."""
        layout, (_, high) = self._layout, self.size
        at = self._plan_title(layout, title, SIZES).box
        body = _placeholder(layout.slide_master, "body")
        left, _, width, _ = at if body is None else box_of(body)
        top = at[1] + at[3] if at[1] < high / 2 else 0.4
        if body is not None:
            top = max(top, min(box_of(body)[1], high * 0.3))
        tops = [box_of(shape)[1] for shape in _footers(layout) if shape is not None]
        bottom = min([one for one in tops if one > high / 2], default=high - 0.5)
        more = _TOPIC_IN + _GAP_IN if topic else 0.0
        return left, top + more, width, bottom - top - more - _GAP_IN

    @property
    def _layout(self) -> Any:
        """Layout of all slides but the first."""
        return find_layout(self.deck, "titleOnly", "title")

    def _add(self, layout: Any, kept: set[str]) -> Any:
        """A slide of a layout, without the placeholders that stay empty."""
        page = self.deck.slides.add_slide(layout)
        for shape in list(page.placeholders):
            if kind_of(shape) not in kept:
                shape._element.getparent().remove(shape._element)
        return page

    # -- texts -----------------------------------------------------------------------------------------

    def write(
        self, page: Any, text: str, box: Box, *, size: int, colour: str = palette.QUIET, centred: bool = False
    ) -> Any:
        """A box with one paragraph."""
        frame = page.shapes.add_textbox(*inches(box)).text_frame
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = 0
        self._fill(frame, text, size=size, colour=colour, centred=centred)
        return frame

    def _fill(self, frame: Any, text: str, *, size: int, colour: str, centred: bool = False) -> None:
        from pptx.enum.text import PP_ALIGN

        paragraph = frame.paragraphs[0]
        if centred or self.is_ours:
            paragraph.alignment = PP_ALIGN.CENTER if centred else PP_ALIGN.LEFT
        self.add_run(paragraph, text, size=size, colour=colour)

    def add_run(
        self, paragraph: Any, text: str, *, size: float, colour: str, bold: bool | None = False
    ) -> None:
        """Letters of a size and colour, in the language of the deck."""
        run = paragraph.add_run()
        run.text = drop_unfit(text)
        set_font(run.font, size, colour, bold=bold)
        run._r.get_or_add_rPr().set("lang", self.language)

    def _put_title(self, page: Any, plan: TitlePlan, *, centred: bool = False) -> None:
        """Write the title where it was planned."""
        from pptx.enum.text import MSO_ANCHOR, PP_ALIGN

        title = page.shapes.title or page.shapes.add_textbox(*inches(plan.box))
        if plan.is_moved:
            title.left, title.top, title.width, title.height = inches(plan.box)
        frame = title.text_frame
        frame.word_wrap, frame.auto_size = True, None
        paragraph = frame.paragraphs[0]
        if self.is_ours:
            frame.margin_left = frame.margin_right = 0
            frame.vertical_anchor = MSO_ANCHOR.MIDDLE
            paragraph.alignment = PP_ALIGN.CENTER if centred else PP_ALIGN.LEFT
        for place, line in enumerate(plan.lines):
            if place:
                paragraph.add_line_break()
            bold = True if self.is_ours else None
            self.add_run(paragraph, line, size=plan.size, colour=palette.NAVY, bold=bold)

    def _plan_title(self, layout: Any, text: str, sizes: tuple[int, ...]) -> TitlePlan:
        """Lines of a title and where they stand: two at most, in a box that is as high as they need."""
        placed = next((shape for shape in layout.placeholders if kind_of(shape) in _TITLES), None)
        left, top, width, height = (0.5, 0.3, self.size[0] - 1, 0.0) if placed is None else box_of(placed)
        inset = 0.0 if self.is_ours else 0.2
        size, lines = fit_lines(drop_unfit(text), width - inset, sizes)
        needed = len(lines) * size * _LINE / 72 + 0.1
        return TitlePlan(size, tuple(lines), (left, top, width, max(needed, height)), needed > height)

    # -- footer ----------------------------------------------------------------------------------------

    def _put_footer(self, page: Any, layout: Any, source: str) -> None:
        """Source and number of the page, in the placeholders of the layout or at the foot of the slide."""
        wide, high = self.size
        date, footer, number = _footers(layout)
        if source:
            made = _copy(page, footer) if footer is not None else None
            if made is None:
                made = page.shapes.add_textbox(*inches((0.5, high - 0.45, wide - 2, 0.36)))
            self._place_source(made, source, date, number)
            made.text_frame.word_wrap = True
            room = box_of(made)[2] - _inset(made.text_frame)
            size = next((size for size in _FOOT_SIZES if width_of(source) <= letters_in(room, size)), 10)
            self._fill(made.text_frame, source, size=size, colour=palette.QUIET)
        made = _copy(page, number) if number is not None else None
        if made is None:
            made = page.shapes.add_textbox(*inches((wide - 1.5, high - 0.45, 1.0, 0.36)))
        made.name = "page number"
        self._number(made.text_frame.paragraphs[0], len(self.deck.slides))

    def _place_source(self, made: Any, source: str, date: Any, number: Any) -> None:
        """Give the source the room of the date, which stays empty, up to the page number, if its own is too small."""
        left, top, width, height = box_of(made)
        if width_of(source) <= letters_in(width - _inset(made.text_frame), LEAST_PT):
            return
        ends = [left, left + width] if date is None else [left, left + width, *_ends(date)]
        first, last = min(ends), max(ends)
        if number is not None:
            before, after = _ends(number)
            first, last = (first, before) if before > left else (max(first, after), last)
        if last - first > width:
            made.left, made.top, made.width, made.height = inches((first, top, last - first, height))

    def _number(self, paragraph: Any, place: int) -> None:
        from pptx.enum.text import PP_ALIGN
        from pptx.oxml.ns import qn

        make = paragraph._p.makeelement
        field = make(qn("a:fld"), {"id": "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}", "type": "slidenum"})
        properties = make(qn("a:rPr"), {"lang": self.language})
        if self.is_ours:
            paragraph.alignment = PP_ALIGN.RIGHT
            properties.set("sz", str(LEAST_PT * 100))
            properties.extend([make(qn(tag), {"typeface": FONT}) for tag in ("a:latin", "a:ea")])
        shown = make(qn("a:t"), {})
        shown.text = str(place)
        field.extend((properties, shown))
        paragraph._p.append(field)


def open_stage(lang: str, template: SlidesTemplate | None = None) -> Stage:
    """Our own ground of 13.33 × 7.5 inches, or that of a template."""
    from pptx import Presentation
    from pptx.util import Inches

    if template is not None:
        return Stage(Presentation(io.BytesIO(template.content)), lang, is_ours=False)
    deck = Presentation()
    stretch = _SIZE[0] / (deck.slide_width / 914400)
    deck.slide_width, deck.slide_height = (Inches(part) for part in _SIZE)
    for page in (deck.slide_master, *deck.slide_layouts):
        places = {**_OURS, **_OURS_FIRST} if page is find_layout(deck, "title", "ctrTitle") else _OURS
        for shape in page.placeholders:
            if (
                shape.element.spPr.xfrm is not None
            ):  # those of a layout stand where the master's are, or are wider
                shape.left, shape.width = round(shape.left * stretch), round(shape.width * stretch)
                if kind_of(shape) in (places if page is deck.slide_master else _OURS_FIRST):
                    shape.left, shape.top, shape.width, shape.height = inches(places[kind_of(shape)])
    _set_theme_fonts(deck)
    return Stage(deck, lang, is_ours=True)


def find_layout(deck: Any, kind: str, placeholder: str) -> Any:
    """The layout that is for something; else that with the placeholder and the fewest others; else any."""
    layouts = [layout for master in deck.slide_masters for layout in master.slide_layouts]
    exact = [layout for layout in layouts if layout._element.get("type") == kind]
    wanted = {placeholder, "title"}
    titled = [layout for layout in layouts if any(kind_of(shape) in wanted for shape in layout.placeholders)]
    titled.sort(
        key=lambda layout: sum(kind_of(shape) not in (*_FOOTERS, *_TITLES) for shape in layout.placeholders)
    )
    return (exact or titled or layouts)[0]


def kind_of(shape: Any) -> str:
    """What a placeholder is for: ``title``, ``body``, ``ftr``."""
    return str(shape._element.ph.get("type", "obj"))


def box_of(shape: Any) -> Box:
    """Where a shape is, in inches."""
    return tuple((part or 0) / 914400 for part in (shape.left, shape.top, shape.width, shape.height))  # type: ignore[return-value]  # four of them


def _ends(shape: Any) -> tuple[float, float]:
    """Left and right end of a shape, in inches."""
    left, _, width, _ = box_of(shape)
    return left, left + width


def _placeholder(page: Any, kind: str) -> Any:
    return next((shape for shape in page.placeholders if kind_of(shape) == kind), None)


def _footers(layout: Any) -> tuple[Any, Any, Any]:
    """Placeholders of date, footer and page number of a layout, where it has them."""
    date, footer, number = (_placeholder(layout, kind) for kind in _FOOTERS)
    return date, footer, number


def _copy(page: Any, placeholder: Any) -> Any:
    """A layout's placeholder on a slide, without its text: python-pptx leaves out those of the footer."""
    from pptx.oxml.ns import qn

    made = deepcopy(placeholder._element)
    made.nvSpPr.cNvPr.set("id", str(max(shape.shape_id for shape in page.shapes) + 1))
    for child in list(made.spPr):
        made.spPr.remove(child)
    for paragraph in made.txBody.findall(qn("a:p"))[1:]:
        made.txBody.remove(paragraph)
    for child in list(made.txBody.find(qn("a:p"))):
        child.getparent().remove(child)
    page.shapes._spTree.append(made)
    return page.shapes[-1]


def _inset(frame: Any) -> float:
    """Room that the edges of a text frame take."""
    return float((frame.margin_left + frame.margin_right) / 914400)


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
