"""What the files of a report are made from: its cover and its pieces, the figures drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeAlias

from pbwidgets.exports import About
from pbwidgets.exports.docx import Letter
from pbwidgets.wording import say
from pbwidgets.workflows.reports.blocks.pieces import (
    DocumentKind,
    Figure,
    Heading,
    Photos,
    Sentence,
    Table,
    Title,
)


@dataclass(frozen=True)
class Cover:
    """What a report says about itself.

    Attributes
    ----------
    title
        Title of the page, document and slides.
    basis
        What it is based on, in a sentence.
    subtitle
        Second line of the title slide.
    lang
        ``zh_CN`` or ``en``.
    about
        First sheet of the workbook.
    synthetic
        Whether the data are invented for a demonstration; every file then says so.
    source
        Where the data are from, and of which day: the foot of slides.
    day
        Day of the data.
    version
        Version of the campaign.
    letter
        Sender, recipients and date of a document that is sent.
    templates
        Files that the campaign names as templates, by what is made of them.
    """

    title: str
    basis: str
    subtitle: str
    lang: str
    about: About
    synthetic: bool = False
    source: str = ""
    day: date | None = None
    version: str = ""
    letter: Letter | None = None
    templates: Mapping[str, str] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """Words of a demonstration's label; empty for real data."""
        return say("reports.synthetic", self.lang) if self.synthetic else ""


@dataclass(frozen=True)
class DrawnFigure:
    """A figure with its picture.

    Attributes
    ----------
    figure
        The figure.
    svg
        Its picture as text.
    png
        The file of its picture.
    """

    figure: Figure
    svg: str
    png: Path


Content: TypeAlias = Title | Heading | Sentence | DrawnFigure | Table | Photos
"""What a file is made from, in order; a title has its words."""


def kind_in(contents: tuple[Content, ...]) -> DocumentKind:
    """What kind of document the contents are, by their title."""
    return next((piece.kind for piece in reversed(contents) if isinstance(piece, Title)), "report")


def title_in(contents: tuple[Content, ...], cover: Cover) -> str:
    """Title of a file: the last that its contents give, or else that of its cover."""
    return next((piece.text for piece in reversed(contents) if isinstance(piece, Title)), cover.title)
