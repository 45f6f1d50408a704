"""An organiser's own presentation as the ground of a deck: its masters, layouts, fonts, colours and size.

It comes from a stranger. What a deck does not need is left behind: its slides with all that hangs on them, notes of
who made it, printers, hidden data. What could act or reach out of the file is refused.
"""

import io
import re
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pbwidgets.errors import DataError

LARGEST_BYTES: Final = 30_000_000
LARGEST_UNPACKED: Final = 200_000_000
MOST_PARTS: Final = 3000

_KEPT_OF_FILE: Final = ("officeDocument", "core-properties")
_KEPT_OF_DECK: Final = ("slideMaster", "theme", "presProps", "viewProps", "tableStyles", "notesMaster")
_NOT_KEPT: Final = (
    "p:handoutMasterIdLst", "p:embeddedFontLst", "p:custShowLst", "p:photoAlbum", "p:custDataLst", "p:modifyVerifier",
    "p:smartTags", "p:extLst",
)  # fmt: skip
"""Of the presentation itself: what refers to parts that are left behind."""
_ACTIVE: Final = re.compile(r"vbaProject|vbaData|activeX|\.bin$|\.exe$|/embeddings/", re.IGNORECASE)
_MACROS: Final = b"macroEnabled"
_DOCTYPE: Final = b"<!DOCTYPE"
_OUTSIDE: Final = b'TargetMode="External"'


@dataclass(frozen=True)
class SlidesTemplate:
    """A template that has been looked at, without slides of its own.

    Attributes
    ----------
    content
        The presentation as bytes.
    """

    content: bytes

    @property
    def hash(self) -> str:
        """Hash of what a deck takes from it."""
        return sha256(self.content).hexdigest()[:16]


def open_template(path: Path) -> SlidesTemplate:
    """Read a presentation that an organiser made, as the ground of others.

    Raises
    ------
    DataError
        ``slides.template_missing``, ``template_not_pptx``, ``template_broken``, ``template_too_big``,
        ``template_active`` (macros and embedded objects) or ``template_links`` (it refers to other files or pages).
    """
    from pptx import Presentation

    name = path.name
    content = _read(path)
    try:
        deck = Presentation(io.BytesIO(content))
        _leave_behind(deck)
        cleaned = io.BytesIO()
        deck.save(cleaned)
        made = cleaned.getvalue()
        with zipfile.ZipFile(io.BytesIO(made)) as archive:
            parts = {item: archive.read(item) for item in archive.namelist()}
    except Exception as error:  # whatever a stranger's file does to its reader, it is the file's fault
        raise DataError("slides.template_broken", file=name) from error
    if any(_ACTIVE.search(part) for part in parts):
        raise DataError("slides.template_active", file=name)
    if any(_OUTSIDE in part for item, part in parts.items() if item.endswith(".rels")):
        raise DataError("slides.template_links", file=name)
    if not any(master.slide_layouts for master in deck.slide_masters):
        raise DataError("slides.template_broken", file=name)
    return SlidesTemplate(made)


def _read(path: Path) -> bytes:
    """Content of the file, if it is small enough, an archive, and holds no macros."""
    name = path.name
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise DataError("slides.template_too_big", file=name, limit=LARGEST_BYTES // 1_000_000)
        content = path.read_bytes()
    except OSError as error:
        raise DataError("slides.template_missing", file=name) from error
    if path.suffix.lower() != ".pptx" and not zipfile.is_zipfile(io.BytesIO(content)):
        raise DataError("slides.template_not_pptx", file=name)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_archive(archive, name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise DataError("slides.template_not_pptx", file=name) from error
    return content


def _check_archive(archive: zipfile.ZipFile, name: str) -> None:
    items = archive.infolist()
    if len(items) > MOST_PARTS or sum(item.file_size for item in items) > LARGEST_UNPACKED:
        raise DataError("slides.template_too_big", file=name, limit=LARGEST_BYTES // 1_000_000)
    names = {item.filename for item in items}
    if "[Content_Types].xml" not in names or not any(item.startswith("ppt/") for item in names):
        raise DataError("slides.template_not_pptx", file=name)
    if any("vba" in item.lower() or "activex" in item.lower() for item in names):
        raise DataError("slides.template_active", file=name)
    if _MACROS in archive.read("[Content_Types].xml"):
        raise DataError("slides.template_active", file=name)
    if any(_DOCTYPE in archive.read(item) for item in names if item.endswith((".xml", ".rels"))):
        raise DataError("slides.template_broken", file=name)


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
    for master in deck.slide_masters:
        for page in (master, *master.slide_layouts):
            _cut_jumps(page.part)
    properties = deck.core_properties
    for kept in ("title", "subject", "keywords", "comments", "category", "author", "last_modified_by"):
        setattr(properties, kept, "")


def _keep_relations(relations: Any, kinds: tuple[str, ...]) -> None:
    for key, relation in list(relations.items()):
        if relation.reltype.rpartition("/")[2] not in kinds:
            relations.pop(key)


def _cut_jumps(part: Any) -> None:
    """Take out what jumps to a slide of the template: it would bring the slide along."""
    from pptx.oxml.ns import qn

    for key, relation in list(part._rels.items()):
        if relation.reltype.endswith("/slide"):
            part._rels.pop(key)
            for element in list(part._element.iter(qn("a:hlinkClick"), qn("a:hlinkHover"))):
                if element.get(qn("r:id")) == key:
                    element.getparent().remove(element)
