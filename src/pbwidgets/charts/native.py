"""Charts and filled tables as data, for a program that draws them itself: a presentation in which they stay editable.

Each chart that such programs have gives one beside its picture, made from the same rows. A heat map, which they have
not, is a table with coloured cells.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Final, Literal

from pbwidgets.charts.sheet import text_width
from pbwidgets.palette import BLACK, WHITE

Kind = Literal["bars", "stacked_bars", "share_bars", "columns", "lines"]

MOST_CATEGORIES: Final = 30
"""Most categories on a slide."""

MOST_BARS: Final = 40
"""Most bars on a slide, in two columns, whose numbers of 14 points stay apart."""

_TABLE_LINES: Final = 17
"""Lines of 14 points on a slide, for the rows of a table, its head, its legend and its note."""

_LETTERS: Final = 62
"""Chinese letters of 14 points beside each other on a slide."""

_TABLE_LETTERS: Final = {1: 58.0, 2: 27.0}
"""The same for names and cells of one table, or of each of two side by side."""
_CELL_EDGES: Final = 0.4
"""What a cell takes beside its text."""

_HEAD_LETTERS: Final = 44
"""Chinese letters of 14 points beside each other above all columns of such a table."""
HEAD_LINES: Final = 3
_WORDS: Final = re.compile(r"[ -\u2e7f]*?[!-\u2e7f]+ *|.", re.DOTALL)
"""Words that are not broken, with the blanks behind them; or one Chinese letter."""


@dataclass(frozen=True)
class Series:
    """One series: a value for each category.

    Attributes
    ----------
    name
        What its legend says, and the head of its column behind the chart.
    values
        One a category; None where there is none, which is drawn as a gap and never as 0.
    colour
        Fill of its bars, or colour of its line, as the palette has it.
    """

    name: str
    values: tuple[float | None, ...]
    colour: str

    @classmethod
    def of(cls, name: str, values: Iterable[float | None], colour: str) -> "Series":
        """Series of any numbers; NaN is none.

        >>> Series.of("得分", [9, float("nan")], "#0072B2").values
        (9.0, None)
        """
        return cls(
            name, tuple(None if value is None or isnan(value) else float(value) for value in values), colour
        )


@dataclass(frozen=True)
class NativeChart:
    """A chart that a presentation program draws from its data.

    Attributes
    ----------
    kind
        Bars to the right, one below the other; the same with the series of a category end to end, or also stretched
        to the whole width; columns; or lines with markers.
    heading
        What the categories are, and in what the values are counted: head of the names' column behind the chart.
    categories
        Names of the categories, in reading order.
    series
        The series, in the order of the legend; all as long as the categories.
    unit
        ``%`` if it stands behind every number.
    decimals
        Decimals of every number.
    limits
        Ends of the scale; None: as the program finds. Bars and columns begin at 0 by default.
    zeros
        Whether a 0 is written at its place.
    note
        Small line below: what part is shown, what a sign means.
    title
        That of the picture.
    """

    kind: Kind
    heading: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    decimals: int = 0
    limits: tuple[float | None, float | None] = (0.0, None)
    zeros: bool = True
    note: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        wrong = [one.name for one in self.series if len(one.values) != len(self.categories)]
        if wrong or not self.series or not self.categories:
            raise ValueError(f"series {wrong} have not a value for each of {len(self.categories)} categories")

    @property
    def takes_turns(self) -> bool:
        """Whether no category has a value in two series: then its one bar takes the whole of its row."""
        return self.kind in ("bars", "columns") and all(
            sum(one.values[at] is not None for one in self.series) < 2 for at in range(len(self.categories))
        )

    @property
    def is_stacked(self) -> bool:
        """Whether the series of a category stand end to end in one bar."""
        return self.kind in ("stacked_bars", "share_bars")

    def lengths(self) -> list[float]:
        """Length of the longest bar of each category: of all its series together if they are stacked."""
        join = sum if self.is_stacked else max
        columns = zip(*(one.values for one in self.series), strict=True)
        return [float(join([value for value in values if value is not None] or [0.0])) for values in columns]

    @property
    def rows(self) -> int:
        """Number of bars beside or below each other."""
        each = 1 if self.is_stacked or self.takes_turns else len(self.series)
        return each * len(self.categories)


@dataclass(frozen=True)
class Cell:
    """A cell of a filled table: its text, its fill and the colour of the text."""

    text: str
    fill: str
    ink: str

    @classmethod
    def filled(cls, text: str, colours: Sequence[str], share: float) -> "Cell":
        """Cell with the colour at a share of the way along a row of colours, and ink that is readable on it.

        >>> Cell.filled("3", ("#FFFFFF", "#000000"), 1.0)
        Cell(text='3', fill='#000000', ink='#FFFFFF')
        """
        fill = blend(colours, share)
        return cls(text, fill, ink_on(fill))


@dataclass(frozen=True)
class NativeTable:
    """A heat map as a table with coloured cells.

    Attributes
    ----------
    corner
        Head of the column of row names.
    rows, columns
        Names of the rows and of the columns, in reading order.
    values
        A line for each row, a number for each column; None where there is none.
    cells
        The same as they are shown.
    sums
        The sum of each row as it is shown, under its head ``sum_name``.
    legend
        What the colours mean, in words.
    note
        Small line below: what part is shown, what the numbers of the columns stand for.
    title
        That of the picture.
    groups
        Headings above the columns, each with over how many columns it stands; none: there are none.
    dense
        Whether rows lie close, so that more of them fit.
    heads
        How the names of columns stand: lying, letter below letter in columns as narrow, or turned.
    """

    corner: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    cells: tuple[tuple[Cell, ...], ...]
    sums: tuple[str, ...]
    sum_name: str
    legend: str = ""
    note: str = ""
    title: str = ""
    groups: tuple[tuple[str, int], ...] = ()
    dense: bool = False
    heads: Literal["lying", "stacked", "turned"] = "lying"


def are_heads(names: Sequence[str]) -> bool:
    """Whether names are short enough to stand above the columns of a table on a slide, in three lines at most.

    >>> are_heads(["组织健全", "主导产业"]), are_heads(["村级组织健全、班子团结有力"] * 12)
    (True, False)
    """
    letters = _HEAD_LETTERS // max(len(names), 1) - _CELL_EDGES
    words = (word.rstrip() for name in names for word in _WORDS.findall(name))
    return all(text_width(word, 1) <= letters for word in words) and all(
        count_lines(name, letters) <= HEAD_LINES for name in names
    )


def count_lines(text: str, letters: float) -> int:
    """Lines that a text takes: Chinese breaks anywhere, other words only where they are longer than a line.

    >>> count_lines("组织健全", 3), count_lines("Village organisation", 9), count_lines("19.3", 2)
    (2, 2, 2)
    """
    lines, width = 1, 0.0
    for word in _WORDS.findall(text):
        bare = text_width(word.rstrip(), 1)
        if width and width + bare > letters:
            lines, width = lines + 1, 0.0
        if bare > letters:
            lines += int(bare / max(letters, 0.5))
        width += text_width(word, 1)
    return lines


def fit_tables(names: Sequence[str], texts: Iterable[str], columns: int, *, tables: int) -> bool:
    """Whether one table or two side by side, with such names and texts in numbered columns, have room on a slide.

    >>> fit_tables(["云顶山生态旅游示范园区"], ["9"], 7, tables=2)
    True
    >>> fit_tables(["云顶山生态旅游示范园区"], ["19.3"], 7, tables=2)
    False
    """
    widest = max((text_width(name, 1) for name in names), default=0.0)
    cell = max(text_width(text, 1) for text in (*texts, str(columns))) + _CELL_EDGES
    return widest + cell * columns <= _TABLE_LETTERS[tables]


def rows_beside(note: str, *, head_lines: int = 1) -> int:
    """How many rows of a table fit on a slide with its head, a line of legend and a note below.

    >>> rows_beside(""), rows_beside("名" * 70), rows_beside("", head_lines=3)
    (15, 13, 13)
    """
    return max(_TABLE_LINES - head_lines - 1 - -(-int(text_width(note, 1)) // _LETTERS), 1)


def blend(colours: Sequence[str], share: float) -> str:
    """Colour at a share of the way along a row of colours.

    >>> blend(("#FFFFFF", "#000000"), 0.5), blend(("#FFFFFF", "#FF0000", "#000000"), 1.0)
    ('#808080', '#000000')
    """
    place = min(max(share, 0.0), 1.0) * (len(colours) - 1)
    at = min(int(place), len(colours) - 2)
    pairs = zip(_channels(colours[at]), _channels(colours[at + 1]), strict=True)
    mixed = [round(low + (high - low) * (place - at)) for low, high in pairs]
    return "#{:02X}{:02X}{:02X}".format(*mixed)


def ink_on(fill: str) -> str:
    """Black or white: the one that is easier to read on a fill; WCAG's contrast of 4.5 is kept on every one.

    >>> ink_on("#FFF7EC"), ink_on("#8A3500")
    ('#000000', '#FFFFFF')
    """
    light = sum(
        share * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
        for share, part in zip(
            (0.2126, 0.7152, 0.0722), (each / 255 for each in _channels(fill)), strict=True
        )
    )
    return WHITE if 1.05 / (light + 0.05) > (light + 0.05) / 0.05 else BLACK


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))
