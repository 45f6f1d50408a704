"""The position of a unit, or of the units below it, in the ranking."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt

from pbwidgets.charts import theme
from pbwidgets.charts.sheet import (
    BODY_BOTTOM,
    Align,
    Panel,
    across,
    bars,
    fit_text,
    heading_text,
    page_note,
    put_on_sheet,
    rows_of,
    take_page,
    text_width,
    texts,
)
from pbwidgets.charts.view import View

ROWS_PER_PAGE = 7
_TICKS_UP_TO = 60
_ALIGNED: tuple[tuple[Align, float, float], ...] = (
    ("left", 0.0, 0.06),
    ("center", 0.06, 0.94),
    ("right", 0.94, 1.1),
)
"""Alignment of the rank at its mark, by the part of the strip it is in, so that it stays on the sheet."""


def rank_strip(ranks: Mapping[str, int], n: int, view: View, *, page: int = 1) -> alt.LayerChart:
    """Ranks 1 to ``n`` as a strip, the unit's own marked, with the cut line.

    Parameters
    ----------
    ranks
        Name of the unit, or of each unit below it, with its rank; 0 for a unit without one. Values of no
        other unit are in the chart.
    n
        Number of ranked units.
    view
        What the chart is about; its track has the number of places.
    page
        Sheet, from 1, if there are more than 7 units.
    """
    named = sorted(ranks.items(), key=lambda item: (item[1] or n + 1, item[0]))
    shown = take_page(named, page, ROWS_PER_PAGE)
    note = page_note(view, page, len(named), ROWS_PER_PAGE)
    return put_on_sheet(
        _draw(view, list(shown), max(n, 1)),
        view,
        _title(view, named, n),
        measure=view.say("ranks"),
        note=note,
    )


def _title(view: View, named: list[tuple[str, int]], n: int) -> str:
    places = view.track.places
    if len(named) == 1 and not named[0][1]:
        return view.say("rank_strip.title_unranked", name=named[0][0], n=n, kind=view.kind)
    if len(named) == 1:
        return view.say("rank_strip.title_one", name=named[0][0], rank=named[0][1], n=n, kind=view.kind)
    inside = sum(1 for _, rank in named if 0 < rank <= view.cut)
    if named and places:
        return view.say(
            "rank_strip.title_many", count=len(named), inside=inside, places=places, kind=view.kind
        )
    return view.say("rank_strip.title", n=n, kind=view.kind)


def _draw(view: View, named: list[tuple[str, int]], n: int) -> list[alt.Chart]:
    alone = len(named) == 1  # its name is in the title, so the strip may fill the sheet
    top, tallest = (110.0, 240.0) if alone else (64.0, 84.0)
    panel = Panel(
        theme.MARGIN,
        theme.WIDTH - theme.MARGIN,
        len(named),
        top=top,
        bottom=BODY_BOTTOM - 40,
        tallest=tallest,
    )
    left = theme.MARGIN + (0 if alone else max([text_width(name) for name, _ in named], default=0) + 28)
    left = min(left, theme.WIDTH / 2)
    rows: list[dict[str, Any]] = [
        {
            "row": row + 0.18,
            "label_row": row - 0.24,
            "text": fit_text(name, left - theme.MARGIN - 20),
            "rank": rank,
        }
        for row, (name, rank) in enumerate(named)
    ]
    strip = _Strip(view, panel, n, left, thick=min(panel.pitch * 0.3, 64), size=48 if alone else theme.TEXT)
    end = panel.top + panel.pitch * max(len(named), 1)
    ranked = [row for row in rows if row["rank"]]
    striped = rows if alone else ranked  # a single strip shows the ranks even if the unit has none
    unranked = [
        {"row": row["label_row" if alone else "row"], "text": view.say("rank_strip.unranked")}
        for row in rows
        if not row["rank"]
    ]
    ends = [heading_text(view.say("rank", rank=1), left, y=end + 22)]
    if n > 1:
        ends.append(heading_text(view.say("rank", rank=n), panel.right, align="right", y=end + 22))
    return [
        *strip.ground(striped),
        *strip.places(striped),
        *strip.marks(ranked),
        texts(unranked, panel, left, size=theme.SMALL),
        *([] if alone else [texts(rows, panel, theme.MARGIN, bold=True)]),
        *ends,
    ]


@dataclass(frozen=True)
class _Strip:
    """One strip for each row, from the first rank to the last, all on one scale."""

    view: View
    panel: Panel
    n: int
    left: float
    thick: float
    size: float

    def place(self, field: str) -> alt.X:
        return across(field, (0.5, self.n + 0.5), self.left, self.panel.right)

    def ground(self, rows: list[dict[str, Any]]) -> list[alt.Chart]:
        whole = [{"row": row["row"], "from": 0.5, "to": self.n + 0.5, "fill": theme.BAND} for row in rows]
        return [bars(whole, self.panel, self.place("to"), height=self.thick, x2="from")]

    def places(self, rows: list[dict[str, Any]]) -> list[alt.Chart]:
        """Shading of the ranks within the places, the cut line after them, and ticks if ranks are few."""
        cut = self.view.cut
        layers: list[alt.Chart] = []
        if 0 < cut < self.n:
            inside = [{"row": row["row"], "from": 0.5, "to": cut + 0.5, "fill": theme.PALE} for row in rows]
            layers.append(bars(inside, self.panel, self.place("to"), height=self.thick, x2="from"))
        if self.n <= _TICKS_UP_TO:
            layers.append(
                self._ticks(
                    [{"row": row["row"], "at": rank} for row in rows for rank in range(1, self.n + 1)]
                )
            )
        if 0 < cut < self.n:
            layers += self._cut(rows, cut)
        return layers

    def _ticks(self, ticks: list[dict[str, Any]]) -> alt.Chart:
        made: alt.Chart = (
            alt.Chart(rows_of(ticks))
            .mark_tick(orient="vertical", size=self.thick, thickness=2, color=theme.RULE, opacity=1)
            .encode(x=self.place("at"), y=self.panel.y())
        )
        return made

    def _cut(self, rows: list[dict[str, Any]], cut: int) -> list[alt.Chart]:
        half = 0.7 * self.thick / self.panel.pitch
        line = [{"cut": cut + 0.5, "from": row["row"] - half, "to": row["row"] + half} for row in rows]
        near_right = cut > self.n * 0.8
        labels = [{"cut": cut + 0.5, "text": self.view.say("places", places=self.view.track.places or cut)}]
        return [
            alt.Chart(rows_of(line))
            .mark_rule(color=theme.INK, strokeWidth=4)
            .encode(x=self.place("cut"), y=self.panel.y("from"), y2=alt.Y2("to:Q")),
            alt.Chart(rows_of(labels))
            .mark_rule(color=theme.INK, strokeWidth=2, strokeDash=[8, 5])
            .encode(x=self.place("cut"), y=alt.YValue(8), y2=alt.Y2Value(40)),
            alt.Chart(rows_of(labels))
            .mark_text(
                fontSize=theme.TEXT, align="right" if near_right else "left", dx=-8 if near_right else 8
            )
            .encode(x=self.place("cut"), y=alt.YValue(20), text=alt.Text("text:N")),
        ]

    def marks(self, rows: list[dict[str, Any]]) -> list[alt.Chart]:
        labels = [
            {"row": row["label_row"], "rank": row["rank"], "text": self.view.say("rank", rank=row["rank"])}
            for row in rows
        ]
        drawn = [{"row": row["row"], "rank": row["rank"]} for row in rows]
        layers = [
            alt.Chart(rows_of(drawn))
            .mark_point(
                shape="circle",
                size=min(self.thick * self.thick * 1.5, 2600),
                filled=True,
                fill=theme.OWN,
                stroke="white",
                strokeWidth=2,
                opacity=1,
            )
            .encode(x=self.place("rank"), y=self.panel.y())
        ]
        for align, low, high in _ALIGNED:
            part = [item for item in labels if low <= (item["rank"] - 1) / max(self.n - 1, 1) < high]
            if part:
                layers.append(
                    texts(part, self.panel, self.place("rank"), align=align, bold=True, size=self.size)
                )
        return layers
