"""What slides and their charts are lettered and measured with: font, sizes, colours and boxes of python-pptx."""

from typing import Any, Final

from pbwidgets.palette import office_colour

FONT: Final = "Microsoft YaHei"
LEAST_PT: Final = 14
"""Smallest text on a slide: what the back row can read."""

Box = tuple[float, float, float, float]
"""Left, top, width and height in inches."""

_SCRIPTS: Final = ("a:latin", "a:ea", "a:cs")


def language_of(lang: str) -> str:
    """Language of a text as Office names it.

    >>> language_of("zh_CN"), language_of("en")
    ('zh-CN', 'en-US')
    """
    return "en-US" if lang == "en" else "zh-CN"


def inches(box: Box) -> tuple[Any, ...]:
    """A box as python-pptx takes it."""
    from pptx.util import Inches

    return tuple(Inches(part) for part in box)


def rgb(colour: str) -> Any:
    """A colour as python-pptx takes it."""
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(office_colour(colour))  # type: ignore[no-untyped-call]  # python-pptx has few types


def set_font(font: Any, size: float, colour: str, *, bold: bool | None = False) -> None:
    """Set size in points, colour and weight of a font of python-pptx, and its face for every script.

    A weight of None is that of its surroundings.

    python-pptx names the Latin face only; Chinese text then has whatever the program takes.
    """
    from pptx.oxml.ns import qn
    from pptx.util import Pt

    font.size, font.bold, font.name = Pt(size), bold, FONT
    font.color.rgb = rgb(colour)
    properties = font._rPr
    before = properties.find(qn(_SCRIPTS[0]))
    for script in _SCRIPTS[1:]:
        for old in properties.findall(qn(script)):
            properties.remove(old)
        face = properties.makeelement(qn(script), {"typeface": FONT})
        before.addnext(face)
        before = face
