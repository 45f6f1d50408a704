"""An organiser's own presentation as the ground of a deck: its masters, layouts, fonts, colours and size.

It comes from a stranger. What a deck does not need is left behind: its slides with all that hangs on them, notes of
who made it, printers, hidden data. What could act or reach out of the file is refused.
"""

import io
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, NoReturn

from pbwidgets.errors import DataError
from pbwidgets.exports.office_archive import PICTURES, Reason, Rules, check, unpack

LARGEST_BYTES: Final = 30_000_000
LARGEST_UNPACKED: Final = 60_000_000

_KEPT_OF_FILE: Final = ("officeDocument", "core-properties")
_KEPT_OF_DECK: Final = ("slideMaster", "theme", "presProps", "viewProps", "tableStyles", "notesMaster")
_NOT_KEPT: Final = (
    "p:handoutMasterIdLst", "p:embeddedFontLst", "p:custShowLst", "p:photoAlbum", "p:custDataLst", "p:modifyVerifier",
    "p:smartTags", "p:extLst",
)  # fmt: skip
"""Of the presentation itself: what refers to parts that are left behind."""
_CUT: Final = ("a:hlinkClick", "a:hlinkHover", "p:custDataLst")
"""In all that is kept: what jumps, opens or runs, and what add-ins left."""
_CUT_RELATIONS: Final = ("hyperlink", "slide", "tags")
_RELATIONS: Final = frozenset((*_KEPT_OF_FILE, *_KEPT_OF_DECK, "slideLayout", "image"))
_SLIDES: Final = "application/vnd.openxmlformats-officedocument.presentationml."
_TYPES: Final = frozenset(
    (
        *(
            f"{_SLIDES}{kind}+xml"
            for kind in (
                "presentation.main", "slideMaster", "slideLayout", "notesMaster", "presProps", "viewProps",
                "tableStyles",
            )
        ),
        "application/vnd.openxmlformats-officedocument.theme+xml",
        "application/vnd.openxmlformats-package.core-properties+xml",
        *PICTURES,
    )
)  # fmt: skip


@dataclass(frozen=True)
class SlidesTemplate:
    """A template that has been looked at, without slides of its own.

    Attributes
    ----------
    content
        The presentation as bytes.
    """

    content: bytes


def open_template(path: Path) -> SlidesTemplate:
    """Read a presentation that an organiser made, as the ground of others.

    Raises
    ------
    DataError
        ``slides.template_missing``, ``template_not_pptx``, ``template_broken``, ``template_too_big``,
        ``template_active`` (macros and embedded objects) or ``template_links`` (it refers to other files or pages).
    """
    content = _read(path)
    rules = Rules(partial(_refuse, path.name), _TYPES, _RELATIONS, unpacked=LARGEST_UNPACKED)
    names = unpack(content, rules).data
    if not any(name.startswith("ppt/") for name in names):
        raise DataError("slides.template_not_pptx", file=path.name)
    if any("vba" in name.lower() or "activex" in name.lower() for name in names):
        raise DataError("slides.template_active", file=path.name)
    made = _clean(content, path.name)
    check(unpack(made, rules), rules)
    return SlidesTemplate(made)


def _read(path: Path) -> bytes:
    """Content of the file, if it is small enough."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise DataError("slides.template_too_big", file=path.name, limit=LARGEST_BYTES // 1_000_000)
        return path.read_bytes()
    except OSError as error:
        raise DataError("slides.template_missing", file=path.name) from error


def _refuse(file: str, reason: Reason, what: str) -> NoReturn:
    if reason == "too_big":
        raise DataError("slides.template_too_big", file=file, limit=what)
    codes = {"no_archive": "not_pptx", "entities": "broken", "outside": "links"}
    raise DataError(f"slides.template_{codes.get(reason, 'active')}", file=file)


def _clean(content: bytes, name: str) -> bytes:
    """The presentation without its slides and all that a deck does not need."""
    from pptx import Presentation

    try:
        deck = Presentation(io.BytesIO(content))
        _leave_behind(deck)
        cleaned = io.BytesIO()
        deck.save(cleaned)
        layouts = [layout for master in deck.slide_masters for layout in master.slide_layouts]
    except Exception as error:  # whatever a stranger's file does to its reader, it is the file's fault
        raise DataError("slides.template_broken", file=name) from error
    if not layouts:
        raise DataError("slides.template_broken", file=name)
    return cleaned.getvalue()


def _leave_behind(deck: Any) -> None:
    """Take out the slides, and everything that no new deck needs; a part without a relation is not written."""
    from pptx.oxml.ns import qn

    root = deck.part._element
    slides = root.find(qn("p:sldIdLst"))
    for entry in [] if slides is None else list(slides):
        slides.remove(entry)
    for tag in _NOT_KEPT:
        for element in root.findall(qn(tag)):
            root.remove(element)
    _keep_relations(deck.part.package._rels, _KEPT_OF_FILE)
    _keep_relations(deck.part._rels, _KEPT_OF_DECK)
    for part in list(deck.part.package.iter_parts()):
        if hasattr(part, "_element"):
            _cut_jumps(part)
    properties = deck.core_properties
    for kept in ("title", "subject", "keywords", "comments", "category", "author", "last_modified_by"):
        setattr(properties, kept, "")


def _keep_relations(relations: Any, kinds: tuple[str, ...]) -> None:
    for key, relation in list(relations.items()):
        if relation.reltype.rpartition("/")[2] not in kinds:
            relations.pop(key)


def _cut_jumps(part: Any) -> None:
    """Take out what jumps to a slide of the template, which would bring the slide along, opens a page or runs."""
    from pptx.oxml.ns import qn

    for element in list(part._element.iter(*map(qn, _CUT))):
        element.getparent().remove(element)
    for key, relation in list(part._rels.items()):
        if relation.reltype.rpartition("/")[2] in _CUT_RELATIONS:
            part._rels.pop(key)
