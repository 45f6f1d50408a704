"""What an official document is made of: its text, what stands around the text, its attachments, its properties."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal, TypeAlias

import pandas as pd

from pbwidgets.exports.columns import Column
from pbwidgets.exports.photo_pairs import PhotoPair


@dataclass(frozen=True)
class Heading:
    """A heading; level 0 is a title, levels 1 to 4 are numbered 一、（一）1.（1）.

    A title after the first begins a page and the numbers of the headings anew.
    """

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph: with its first line indented by two characters, from the left edge, in the middle, or at the right.

    Attributes
    ----------
    text
        Its text; line breaks stand.
    place
        Where its lines are; one in the middle below a title is in 楷体.
    keep
        Whether it stays on the page of what follows.
    """

    text: str
    place: Literal["indent", "left", "middle", "right"] = "indent"
    keep: bool = False


@dataclass(frozen=True)
class Table:
    """A table with its caption; its header is repeated on every page.

    Attributes
    ----------
    frame
        Its rows, all of which are written.
    caption
        Text above it.
    columns
        How its columns are shown; by default as they are called.
    row_mm
        Least height of a row, in millimetres: room to write in.
    head
        Whether it has a header; one of names and values has none.
    """

    frame: pd.DataFrame
    caption: str = ""
    columns: Mapping[str, Column] = field(default_factory=dict)
    row_mm: float = 0.0
    head: bool = True

    def shown(self) -> Mapping[str, Column]:
        """How its columns are shown."""
        return dict(self.columns) or {str(name): Column(str(name)) for name in self.frame.columns}


@dataclass(frozen=True)
class Figure:
    """A picture with its caption, and a text for people who cannot see it."""

    png: Path
    caption: str = ""
    alt: str = ""


@dataclass(frozen=True)
class Pairs:
    """Photos before and after, side by side, so many pairs on a page."""

    pairs: tuple[PhotoPair, ...]
    per_page: int = 2


Block: TypeAlias = Heading | Paragraph | Table | Figure | Pairs
"""What a text is made of."""


@dataclass(frozen=True)
class Attachment:
    """What follows the text on pages of its own, listed below it by its title."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Letter:
    """What stands around the text of an official document; what is empty is left out.

    Attributes
    ----------
    sender
        发文机关署名: who signs.
    number
        发文字号: 云组发〔2026〕12号.
    recipients
        主送机关, in order.
    copies
        抄送机关, in order.
    day
        成文日期.
    contact, phone
        附注: whom to ask.
    red_head
        Whether the sender stands above it in red.
    """

    sender: str = ""
    number: str = ""
    recipients: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    day: date | None = None
    contact: str = ""
    phone: str = ""
    red_head: bool = False


@dataclass(frozen=True)
class Properties:
    """What a document says of itself where its text does not: in the file's properties.

    Attributes
    ----------
    title
        By default its first title.
    subject
        Campaign and period.
    version
        Version of the campaign.
    snapshot
        Id of the snapshot that its numbers are from.
    remark
        What it is based on, in a sentence.
    """

    title: str = ""
    subject: str = ""
    version: str = ""
    snapshot: str = ""
    remark: str = ""


@dataclass(frozen=True)
class OfficialDocument:
    """A document before it is written: by us, or from an organiser's template."""

    blocks: tuple[Block, ...]
    letter: Letter = Letter()
    attachments: tuple[Attachment, ...] = ()
    properties: Properties = Properties()
    lang: str = "zh_CN"
