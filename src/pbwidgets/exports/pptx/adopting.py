"""Texts and charts in the fonts and the ink of a template, whatever they were written in."""

from collections.abc import Iterator
from typing import Any, Final

from pbwidgets import palette

_FACES: Final = ("latin", "ea", "cs")
_INKS: Final = {palette.office_colour(colour) for colour in (palette.INK, palette.QUIET, palette.NAVY)}
_LETTERS: Final = ("a:rPr", "a:defRPr", "a:endParaRPr")


def adopt_theme(deck: Any) -> None:
    """Name the theme's fonts on all slides and in their charts, and its ink where text lies on the ground itself.

    Text on a fill of our own (cells of a table, numbers in bars) keeps its colour; a title that of its layout.
    """
    from pptx.oxml.ns import qn

    for page in deck.slides:
        title = page.shapes.title
        named = "mn" if title is None else ""
        for shape in page.shapes:
            is_title = title is not None and shape.shape_id == title.shape_id
            for part in _parts_of(shape):
                for letters in part.iter(*map(qn, _LETTERS)):
                    _name_faces(letters, "mj" if is_title else named or "mn")
                    if not _lies_on_fill(letters):
                        _take_ink(letters, drop=is_title)


def _parts_of(shape: Any) -> Iterator[Any]:
    """Its XML, and that of its chart."""
    yield shape._element
    if getattr(shape, "has_chart", False):
        yield shape.chart._chartSpace


def _name_faces(letters: Any, font: str) -> None:
    from pptx.oxml.ns import qn

    for face in _FACES:
        for element in letters.findall(qn(f"a:{face}")):
            element.set("typeface", f"+{font}-{'lt' if face == 'latin' else face}")


def _lies_on_fill(letters: Any) -> bool:
    """Whether it is in a cell with a fill, or written on a bar."""
    from pptx.oxml.ns import qn

    for parent in letters.iterancestors(qn("a:tc"), qn("c:dLbls")):
        place = parent.find(qn("c:dLblPos"))
        inside = place is not None and place.get("val") == "ctr"
        return inside or (
            parent.tag == qn("a:tc") and parent.find(f"{qn('a:tcPr')}/{qn('a:solidFill')}") is not None
        )
    return False


def _take_ink(letters: Any, *, drop: bool) -> None:
    from pptx.oxml.ns import qn

    fill = letters.find(qn("a:solidFill"))
    colour = None if fill is None else fill.find(qn("a:srgbClr"))
    if fill is None or colour is None or colour.get("val") not in _INKS:
        return
    if drop:
        letters.remove(fill)
        return
    fill.remove(colour)
    fill.append(fill.makeelement(qn("a:schemeClr"), {"val": "tx1"}))
