"""Bars of one length, each parted by the shares of what it counts: a name, the parts with their numbers, a sum."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import altair as alt
import pandas as pd

from pbwidgets.charts import theme
from pbwidgets.charts.native import NativeChart, Series, ink_on
from pbwidgets.charts.sheet import (
    Panel,
    across,
    bars,
    keys,
    panels,
    rules_between_rows,
    split_rows,
    text_width,
    texts,
    wrap_text,
)

ROWS_PER_PAGE: Final = 26
_WIDEST_NAME: Final = {1: 330.0, 2: 210.0}
"""Maximum width of names, by the number of panels."""
_TWO_LINES: Final = 56.0
"""Height of a row from which on its name may take two lines."""


@dataclass(frozen=True)
class Parts:
    """What the bars are made of.

    Attributes
    ----------
    counts
        A row for each bar under its name, a column for each part under its id; whole numbers.
    names, colours
        Words and fill of each part by its id.
    tails
        What stands behind each bar; by default the sum of its parts.
    signs
        A letter for each part by its id, before its number where there is room: told apart in black and white, too.
    """

    counts: pd.DataFrame
    names: Mapping[str, str]
    colours: Mapping[str, str]
    tails: Sequence[str] = ()
    signs: Mapping[str, str] = field(default_factory=dict)

    @property
    def said(self) -> list[str]:
        """What stands behind each bar."""
        return list(self.tails) or [str(int(total)) for total in self.counts.sum(axis=1)]

    def rows(self, begin: int, end: int) -> "Parts":
        """Some of the bars."""
        return replace(self, counts=self.counts.iloc[begin:end], tails=self.said[begin:end])

    def native(self, heading: str, title: str, note: str = "") -> NativeChart | None:
        """The same for a presentation; None without a bar."""
        if self.counts.empty:
            return None
        return NativeChart(
            "share_bars",
            heading,
            tuple(map(str, self.counts.index)),
            tuple(
                Series.of(words, self.counts[part], self.colours[part]) for part, words in self.names.items()
            ),
            zeros=False,
            note=note,
            title=title,
        )


def share_bars(parts: Parts) -> list[alt.Chart]:
    """Layers of the bars, under a key of their parts; 26 rows fit on a sheet."""
    if parts.counts.empty:
        return []
    layers, below = keys(
        [
            ("square", parts.colours[part], f"{parts.signs.get(part, '')} {words}".strip())
            for part, words in parts.names.items()
        ]
    )
    blocks = panels(len(parts.counts))
    ends = [0, *pd.Series([len(one) for one in split_rows(parts.said, len(blocks))]).cumsum()]
    names = max(text_width(str(name)) for name in parts.counts.index)
    tails = max(map(text_width, parts.said))
    for panel, begin, end in zip(blocks, ends, ends[1:], strict=False):
        shown = replace(panel, top=below)
        layers += _draw_panel(shown, parts.rows(begin, end), min(names, _WIDEST_NAME[len(blocks)]), tails)
    return layers


def _draw_panel(panel: Panel, parts: Parts, name_width: float, tail_width: float) -> list[alt.Chart]:
    named = [str(name) for name in parts.counts.index]
    left, right = panel.left + name_width + 20, panel.right - tail_width - 16
    place = (0.0, 1.0), left, right
    drawn = _cut(parts)
    lines = 2 if panel.pitch >= _TWO_LINES else 1
    return [
        rules_between_rows(panel),
        bars(drawn, panel, across("to", *place), height=min(panel.pitch * 0.6 if lines == 2 else panel.pitch - 10, 60),
             x2="from", stroke=theme.QUIET),
        texts(_fitting(drawn, right - left), panel, across("middle", *place), align="center"),
        texts(
            [{"row": row, "text": wrap_text(name, name_width + 4, lines=lines)} for row, name in enumerate(named)],
            panel, panel.left,
        ),
        texts([{"row": row, "text": tail} for row, tail in enumerate(parts.said)],
              panel, panel.right, align="right", bold=True),
    ]  # fmt: skip


def _fitting(drawn: Sequence[dict[str, Any]], width: float) -> list[dict[str, Any]]:
    """The parts that have room for their number, with their sign if that has room, too."""
    made = []
    for part in drawn:
        room = width * (part["to"] - part["from"]) - 6
        text = next((text for text in (part["signed"], part["text"]) if text_width(text) < room), None)
        made += [] if text is None else [{**part, "text": text}]
    return made


def _cut(parts: Parts) -> list[dict[str, Any]]:
    """Each part of each bar: where it begins and ends as a share of the bar, and its number."""
    made: list[dict[str, Any]] = []
    for row, of_row in enumerate(parts.counts.to_dict("records")):
        whole, end = sum(of_row.values()), 0
        for part, n in of_row.items():
            fill = parts.colours[str(part)]
            if n:
                made.append(
                    {
                        "row": row,
                        "from": end / whole,
                        "to": (end + n) / whole,
                        "middle": (end + n / 2) / whole,
                        "n": n,
                        "text": str(n),
                        "signed": f"{parts.signs.get(str(part), '')}{n}",
                        "fill": fill,
                        "ink": ink_on(fill),
                    }
                )
            end += n
    return made
