"""The sheet that charts are drawn on: fixed size, rows, text columns, keys.

Charts are read from a wall, so nothing is left to automatic layout: every view has a fixed size, every
scale a fixed range, and names are measured before they are placed. What is drawn is still data:
a bar's length is its value through a scale, never a number of pixels.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import altair as alt
import pandas as pd

from pbwidgets.charts import theme
from pbwidgets.charts.display import OfflineChart
from pbwidgets.charts.view import Subject
from pbwidgets.wording import number

Align = Literal["left", "center", "right"]
Row = Mapping[str, Any]
Item = TypeVar("Item")

BODY_TOP, BODY_BOTTOM = 44, theme.HEIGHT - theme.TITLE_BAND - 68
"""Top and bottom of the rows, below a header line and above note and source, in drawing coordinates."""
_HEADLINES = (theme.TITLE, 30, 26)
"""Sizes of a headline, the largest that fits."""
_NOTE_Y, _SOURCE_Y = BODY_BOTTOM + 24, BODY_BOTTOM + 52

_KEY_LINE = 34

SINGLE = 13
"""Most rows of one panel; more are split into two side by side."""


# -- text ------------------------------------------------------------------------------------------------


def text_width(text: str, size: float = theme.TEXT) -> float:
    """Upper bound of a text's width, in units of the picture.

    >>> text_width("县级", 20)
    40.0
    """
    return sum(1.0 if unicodedata.east_asian_width(letter) in "WFA" else 0.62 for letter in text) * size


def fit_text(text: str, width: float, size: float = theme.TEXT) -> str:
    """The text, or if it is too wide, its beginning with ``…``.

    >>> fit_text("党建工作示范村", 80, 20)
    '党建工…'
    """
    if text_width(text, size) <= width:
        return text
    kept = text
    while kept and text_width(kept + "…", size) > width:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def wrap_text(text: str, width: float, size: float = theme.TEXT, lines: int = 2) -> list[str]:
    """Lines of at most this width, the last one shortened if the text needs more than ``lines``.

    Chinese breaks anywhere, other scripts between words.
    """
    pieces = text.split(" ") if text.isascii() else list(text)
    glue = " " if text.isascii() else ""
    made = [""]
    for piece in pieces:
        longer = made[-1] + glue + piece if made[-1] else piece
        if text_width(longer, size) <= width or not made[-1]:
            made[-1] = longer
        elif len(made) < lines:
            made.append(piece)
        else:
            made[-1] = longer
    return [fit_text(line, width, size) for line in made]


def mark_text(view: Subject, value: float, decimals: int | None = None) -> str:
    """Plain number, or the word for a missing mark, never 0; with the decimals of its column if they are given."""
    if pd.isna(value):
        return view.say("missing")
    return number(float(value)) if decimals is None else number(float(value), decimals, keep_zeros=True)


# -- geometry --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Panel:
    """A block of equal rows: its edges and its number of rows."""

    left: float
    right: float
    rows: int
    top: float = BODY_TOP
    bottom: float = BODY_BOTTOM
    tallest: float = 110.0

    @property
    def pitch(self) -> float:
        """Height of a row; limited, so that a single row does not fill the sheet."""
        return min((self.bottom - self.top) / max(self.rows, 1), self.tallest)

    def y(self, field: str = "row") -> alt.Y:
        """Vertical position of a row number, counted from 0."""
        end = self.top + self.pitch * max(self.rows, 1)
        scale = alt.Scale(
            domain=[-0.5, max(self.rows, 1) - 0.5], range=[self.top, end], nice=False, zero=False
        )
        return alt.Y(f"{field}:Q", scale=scale, axis=None)


def panels(count: int, *, bottom: float = BODY_BOTTOM) -> list[Panel]:
    """One panel of full width for few rows, two side by side for more."""
    left, right, gutter = theme.MARGIN, theme.WIDTH - theme.MARGIN, 36
    if count <= SINGLE:
        return [Panel(left, right, count, bottom=bottom)]
    half = (count + 1) // 2
    middle = (left + right) / 2
    return [
        Panel(left, middle - gutter / 2, half, bottom=bottom),
        Panel(middle + gutter / 2, right, half, bottom=bottom),
    ]


def split_rows(items: Sequence[Item], count: int) -> list[Sequence[Item]]:
    """Items split into ``count`` runs, the first ones the longest."""
    size = -(-len(items) // count) if items else 0
    return [items[start * size : (start + 1) * size] for start in range(count)]


def across(field: str, domain: tuple[float, float], left: float, right: float) -> alt.X:
    """Horizontal position of a value, drawn between two edges."""
    scale = alt.Scale(domain=list(domain), range=[left, right], nice=False, zero=False, padding=0)
    return alt.X(f"{field}:Q", scale=scale, axis=None)


def page_count(rows: int, per_page: int) -> int:
    """Number of sheets for the rows, at least one."""
    return max(1, -(-rows // per_page))


def page_note(view: Subject, page: int, rows: int, per_page: int) -> str:
    """Which of several sheets this is, or an empty text if there is only one."""
    return view.say("page", page=page, pages=page_count(rows, per_page)) if rows > per_page else ""


def bracket(view: Subject, text: str, more: str) -> str:
    """A text with more behind it in brackets, if there is more."""
    return view.say("bracketed", text=text, more=more) if more else text


def part_note(view: Subject, page: int, rows: int, per_page: int) -> str:
    """Which of all rows a sheet shows that may stand alone, or an empty text if it shows them all."""
    first, last = (page - 1) * per_page + 1, min(page * per_page, rows)
    return view.say("part", first=first, last=last, n=rows) if rows > per_page else ""


def take_page(items: Sequence[Item], page: int, per_page: int) -> Sequence[Item]:
    """Items of one sheet, counted from 1; IndexError if there is no such sheet."""
    if not 1 <= page <= page_count(len(items), per_page):
        raise IndexError(f"page {page} of {page_count(len(items), per_page)}")
    return items[(page - 1) * per_page : page * per_page]


# -- layers ----------------------------------------------------------------------------------------------


def rows_of(values: Iterable[Row]) -> alt.InlineData:
    """Inline data of one layer: only what is drawn."""
    return alt.InlineData(values=[dict(value) for value in values])


def texts(
    values: Iterable[Row],
    panel: Panel,
    x: float | alt.X,
    *,
    align: Align = "left",
    size: float = theme.TEXT,
    bold: bool = False,
    field: str = "text",
) -> alt.Chart:
    """Texts beside rows; a row may have its own ``ink``."""
    drawn = [{"ink": theme.INK, **value} for value in values]
    made: alt.Chart = (
        alt.Chart(rows_of(drawn))
        .mark_text(align=align, fontSize=size, fontWeight=700 if bold else 400, lineHeight=size * 1.15)
        .encode(
            x=alt.XValue(x) if isinstance(x, (int, float)) else x,
            y=panel.y(),
            text=alt.Text(f"{field}:N"),
            color=alt.Color("ink:N", scale=None),
        )
    )
    return made


def heading_text(
    text: str, x: float, *, align: Align = "left", y: float = 20, colour: str = theme.QUIET
) -> alt.Chart:
    """Text at a fixed position, such as a column header."""
    made: alt.Chart = (
        alt.Chart(rows_of([{"text": text}]))
        .mark_text(align=align, fontSize=theme.SMALL, color=colour)
        .encode(x=alt.XValue(x), y=alt.YValue(y), text=alt.Text("text:N"))
    )
    return made


def bars(
    values: Iterable[Row], panel: Panel, x: alt.X, *, height: float, x2: str = "zero", **style: Any
) -> alt.Chart:
    """Bars from ``x2`` (a field; 0 by default) to a value; each row has its own ``fill``."""
    half = height / 2 / panel.pitch
    # rectangles, not bar marks: Vega-Lite pads the scale of bars on a continuous axis by a few pixels
    drawn = [{"zero": 0, **value, "top": value["row"] - half, "low": value["row"] + half} for value in values]
    made: alt.Chart = (
        alt.Chart(rows_of(drawn))
        .mark_rect(**style)
        .encode(x, alt.X2(f"{x2}:Q"), panel.y("top"), alt.Y2("low:Q"), alt.Fill("fill:N", scale=None))
    )
    return made


def rules_between_rows(panel: Panel) -> alt.Chart:
    """Thin lines between rows that lead the eye from the name to the number."""
    made: alt.Chart = (
        alt.Chart(rows_of({"row": row + 0.5} for row in range(panel.rows)))
        .mark_rule(color=theme.BAND)
        .encode(y=panel.y(), x=alt.XValue(panel.left), x2=alt.X2Value(panel.right))
    )
    return made


def key(items: Sequence[tuple[str, str, str]], *, left: float, y: float = 20) -> list[alt.Chart]:
    """Key in one line: shape, colour and words of each symbol."""
    signs, words, x = [], [], left
    for shape, colour, text in items:
        signs.append({"x": x + 10, "shape": shape, "fill": colour})
        words.append({"x": x + 28, "text": text})
        x += 28 + text_width(text, theme.SMALL) + 26
    place = across("x", (0, theme.WIDTH), 0, theme.WIDTH)
    drawn = (
        alt.Chart(rows_of(signs))
        .mark_point(size=260, filled=True, stroke=theme.INK, strokeWidth=1, opacity=1)
        .encode(
            x=place,
            y=alt.YValue(y),
            shape=alt.Shape("shape:N", scale=None),
            fill=alt.Fill("fill:N", scale=None),
        )
    )
    written = (
        alt.Chart(rows_of(words))
        .mark_text(align="left", fontSize=theme.SMALL, color=theme.QUIET)
        .encode(x=place, y=alt.YValue(y), text=alt.Text("text:N"))
    )
    return [drawn, written]


def keys(items: Sequence[tuple[str, str, str]]) -> tuple[list[alt.Chart], float]:
    """Key in as many lines as it needs at the top of the sheet, and where what is below it begins."""
    lines: list[list[tuple[str, str, str]]] = [[]]
    used = 0.0
    for item in items:
        width = 54 + text_width(item[2], theme.SMALL)
        if lines[-1] and used + width > theme.WIDTH - 2 * theme.MARGIN:
            lines.append([])
            used = 0.0
        lines[-1].append(item)
        used += width
    drawn = [
        layer
        for at, line in enumerate(lines)
        for layer in key(line, left=theme.MARGIN, y=20 + _KEY_LINE * at)
    ]
    return drawn, BODY_TOP + _KEY_LINE * (len(lines) - 1)


# -- the whole -------------------------------------------------------------------------------------------


def put_on_sheet(
    layers: Sequence[alt.Chart], view: Subject, title: str, *, measure: str, note: str = ""
) -> alt.LayerChart:
    """Chart of 1280 × 720 with title, subtitle, a note, and at the foot unit of measure, source and day.

    For made-up data the note says so.

    Parameters
    ----------
    layers
        What is drawn.
    view
        What the chart is about.
    title
        Its title.
    measure
        Unit of the numbers, such as 分; empty where each says its own.
    note
        Which part is shown, what a sign means.
    """
    wide = theme.WIDTH - 2 * theme.MARGIN
    foot = "  ·  ".join(part for part in (note, view.say("synthetic") if view.synthetic else "") if part)
    lines = ((fit_text(foot, wide, theme.SMALL), _NOTE_Y), (source_line(view, measure), _SOURCE_Y))
    drawn = [*layers, *(heading_text(line, theme.MARGIN, y=y) for line, y in lines if line)]
    made: alt.LayerChart = (
        OfflineChart(layer=drawn)
        .resolve_scale(x="independent", y="independent")
        .properties(
            width=theme.WIDTH,
            height=theme.HEIGHT - theme.TITLE_BAND,
            autosize=alt.AutoSizeParams(type="none", contains="content"),
            padding={"left": 0, "right": 0, "bottom": 0, "top": theme.TITLE_BAND},
            title=alt.TitleParams(
                text=fit_text(title, wide, theme.TITLE),
                subtitle=fit_text(view.subtitle(), wide),
                anchor="start",
                frame="group",
                dx=theme.MARGIN,
                offset=10,
            ),
        )
        .configure(**theme.chart_config())
    )
    return made


def source_line(view: Subject, measure: str = "") -> str:
    """Unit of measure, source and day, as far as they are known, in one line of a sheet."""
    said = view.say("measure", measure=measure) if measure else ""
    day = view.day
    until = view.say("as_of", year=day.year, month=day.month, day=day.day) if day else ""
    source = view.say("source", source=view.origin) if view.origin else ""
    taken = sum(text_width(f"{part}　", theme.SMALL) for part in (said, until) if part)
    source = fit_text(source, theme.WIDTH - 2 * theme.MARGIN - taken, theme.SMALL)
    return "　".join(filter(None, (said, source, until)))


def put_headline(chart: alt.TopLevelMixin, headline: str) -> alt.TopLevelMixin:
    """The chart with a sentence as its title; what was its title stands below, with as much of its subtitle as fits.

    A chart that is not on our sheet, and any chart without a headline, is unchanged.
    """
    if not headline or not isinstance(chart, alt.LayerChart) or title_share(chart) is None:
        return chart
    told: alt.LayerChart = chart.copy()
    title = told.title.to_dict()
    wide = theme.WIDTH - 2 * theme.MARGIN
    below = f"{title['text']}  ·  {title['subtitle']}"
    below = below if text_width(below) <= wide else fit_text(title["text"], wide)
    size = next((size for size in _HEADLINES if text_width(headline, size) <= wide), _HEADLINES[-1])
    text = fit_text(headline, wide, size)
    told.title = alt.TitleParams(**{**title, "text": text, "subtitle": below, "fontSize": size})
    return told


def drop_title(chart: alt.LayerChart) -> alt.LayerChart:
    """Chart without title and subtitle and the space for them: a slide has its own title."""
    bare: alt.LayerChart = chart.copy()
    bare.title = alt.Undefined
    bare.padding = 0
    return bare


def title_share(chart: alt.TopLevelMixin) -> float | None:
    """Share of a picture's height that its title takes at the top; None for a chart that is not on our sheet."""
    padding = getattr(chart, "padding", None)
    ours = isinstance(padding, dict) and padding.get("top") == theme.TITLE_BAND
    return theme.TITLE_BAND / theme.HEIGHT if ours else None


def texts_of(rows: Iterable[Mapping[str, Any]], text: Callable[[Any], str]) -> list[dict[str, Any]]:
    """One text for each row of a panel."""
    return [{"row": row["row"], "text": text(row)} for row in rows]
