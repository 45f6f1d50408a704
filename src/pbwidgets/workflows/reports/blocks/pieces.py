"""The pieces of a report: what a block gives, and every file is made of."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import pandas as pd
from pandas.api.types import is_numeric_dtype

from pbwidgets.exports.columns import Column
from pbwidgets.exports.photo_pairs import PhotoPair
from pbwidgets.exports.tables import LabelledTable

if TYPE_CHECKING:
    import altair as alt

    from pbwidgets.charts.native import NativeChart, NativeTable

SlideAs: TypeAlias = Literal["native", "picture", "table", "none"]
"""What a slide shows of a figure: a chart that stays editable, its picture, its table; or there is no slide."""


DocumentKind: TypeAlias = Literal["report", "circular"]
"""What the document of a report is."""


@dataclass(frozen=True)
class Title:
    """The title of the report, without one it has that of its cover; a circular is sent, with sender and recipients."""

    text: str
    kind: DocumentKind = "report"


@dataclass(frozen=True)
class Heading:
    """A heading, of level 1 to 3."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Sentence:
    """A paragraph of text."""

    text: str


@dataclass(frozen=True)
class Figure:
    """A chart: a picture on the page and in the document, and a slide.

    Attributes
    ----------
    name
        File name in ``charts/``, without extension.
    title
        What is shown.
    chart
        The chart: any of Altair's.
    sentence
        More of what the chart says, in a sentence.
    table
        The same as a table; short, with few columns.
    native
        The same as a presentation draws it by itself, so that it can be edited; None where it has no such chart.
    headline
        The one thing that a meeting should take from it, in a sentence: the title of its slide.
    slide
        What its slide shows; None: the best there is.
    about
        Name of the track that it is about; empty if it is about none, or several.
    frames
        Frames of the snapshot that it is made from, if they are known.
    """

    name: str
    title: str
    chart: "alt.TopLevelMixin"
    sentence: str = ""
    table: LabelledTable | None = None
    native: "NativeChart | NativeTable | None" = None
    headline: str = ""
    slide: SlideAs | None = None
    about: str = ""
    frames: tuple[str, ...] = ()

    @property
    def told(self) -> "alt.TopLevelMixin":
        """The chart with its headline on it, if it has one."""
        from pbwidgets.charts import put_headline

        return put_headline(self.chart, self.headline)


@dataclass(frozen=True)
class Table:
    """A table; the workbook always gets it in full.

    Attributes
    ----------
    table
        The table.
    rows
        Most rows on the page and in the document; 0 for the workbook only, None for all.
    document
        Whether the document gets it too; or a version with only the columns that fit a page.
    slide
        Whether it has slides as well.
    headline
        Title of its slides; by default its own.
    attachment
        Its title where it is attached to a document; by default its own.
    """

    table: LabelledTable
    rows: int | None = None
    document: LabelledTable | bool = True
    slide: bool = False
    headline: str = ""
    attachment: str = ""

    @property
    def rest(self) -> int:
        """Number of its rows that are not shown."""
        return 0 if self.rows is None else max(0, len(self.table.frame) - self.rows)

    @classmethod
    def of(cls, title: str, frame: pd.DataFrame, rows: int | None = None) -> "Table":
        """Table of any frame: its columns under their own names, numbers as numbers.

        >>> import pandas as pd
        >>> made = Table.of("走访", pd.DataFrame({"单位": ["青禾村"], "次数": [12]}))
        >>> [(column.label, column.format) for column in made.table.columns.values()]
        [('单位', 'text'), ('次数', 'number')]
        """
        columns = {
            str(name): Column(str(name), format="number" if is_numeric_dtype(frame[name]) else "text")
            for name in frame.columns
        }
        return cls(LabelledTable(title, frame.rename(columns=str), columns), rows)


@dataclass(frozen=True)
class Photos:
    """Photos before and after, side by side: on the page, in the document, and on slides.

    Attributes
    ----------
    title
        What is shown.
    pairs
        The pairs, in order.
    per_page
        Most pairs on a page of the document and on a slide.
    headline
        Title of the slides; by default its own.
    slide
        Whether it has slides.
    """

    title: str
    pairs: tuple[PhotoPair, ...]
    per_page: int = 2
    headline: str = ""
    slide: bool = True


Piece: TypeAlias = Title | Heading | Sentence | Figure | Table | Photos
"""What a block yields."""


def is_bare(pieces: tuple[Piece, ...]) -> bool:
    """Whether pieces show nothing: no figure, no sentence, and no table with a row."""
    return not any(
        isinstance(piece, Figure | Sentence | Photos) or (isinstance(piece, Table) and len(piece.table.frame))
        for piece in pieces
    )
