"""A list of bars: for each row a name, a bar from zero and its value in figures, in one panel or two."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt
import pandas as pd

from pbwidgets.charts import theme
from pbwidgets.charts.sheet import (
    Panel,
    across,
    bars,
    fit_text,
    panels,
    rows_of,
    rules_between_rows,
    split_rows,
    text_width,
    texts,
)

ROWS_PER_PAGE: Final = 26
_WIDEST_NAME: Final = {1: 520.0, 2: 320.0}
"""Maximum width of names, by the number of panels."""

_GAP: Final = 14


@dataclass(frozen=True)
class Bar:
    """A row of the list.

    Attributes
    ----------
    name
        Text before the bar.
    value
        Length of the bar, to the left if below zero; NaN: no bar.
    text
        The value in figures, or the word for a missing one.
    lead
        Text before the name, such as a rank.
    tail
        Text after the value, in grey.
    fill
        Colour of the bar.
    """

    name: str
    value: float
    text: str
    lead: str = ""
    tail: str = ""
    fill: str = theme.PALE


def bar_list(rows: Sequence[Bar]) -> list[alt.Chart]:
    """Layers of the list, all bars on one scale that includes zero; 26 rows fit on a sheet."""
    blocks = panels(len(rows))
    widths = {
        "lead": max([text_width(row.lead) for row in rows], default=0.0),
        "name": min(max([text_width(row.name) for row in rows], default=0.0), _WIDEST_NAME[len(blocks)]),
        "text": max([text_width(row.text) for row in rows], default=0.0),
        "tail": max([text_width(row.tail, theme.SMALL) for row in rows], default=0.0),
    }
    known = [row.value for row in rows if not pd.isna(row.value)]
    least, most = min([0.0, *known]), max([0.0, *known])
    domain = (least, most if most > least else least + 1.0)
    layers: list[alt.Chart] = []
    for panel, block in zip(blocks, split_rows(rows, len(blocks)), strict=True):
        layers += _draw_panel(panel, block, widths, domain)
    return layers


def _draw_panel(
    panel: Panel, block: Sequence[Bar], widths: dict[str, float], domain: tuple[float, float]
) -> list[alt.Chart]:
    lead_right = panel.left + widths["lead"]
    name_left = lead_right + (_GAP if widths["lead"] else 0)
    text_right = panel.right - widths["tail"] - (_GAP + 6 if widths["tail"] else 0)
    left, right = name_left + widths["name"] + _GAP, text_right - widths["text"] - _GAP

    def place(field: str) -> alt.X:
        return across(field, domain, left, right)

    lengths = [
        {"row": at, "value": row.value, "fill": row.fill}
        for at, row in enumerate(block)
        if not pd.isna(row.value)
    ]
    return [
        rules_between_rows(panel),
        bars(lengths, panel, place("value"), height=min(panel.pitch * 0.6, 34), stroke=theme.QUIET),
        *([_zero(panel, place("zero"))] if domain[0] < 0 else []),
        texts(_said(block, "lead"), panel, lead_right, align="right", bold=True),
        texts(
            [{"row": at, "text": fit_text(row.name, widths["name"] + 2)} for at, row in enumerate(block)],
            panel,
            name_left,
        ),
        texts(
            [
                {"row": at, "text": row.text, "ink": theme.ALERT if pd.isna(row.value) else theme.INK}
                for at, row in enumerate(block)
            ],
            panel,
            text_right,
            align="right",
            bold=True,
        ),
        texts(
            [{**row, "ink": theme.QUIET} for row in _said(block, "tail")],
            panel,
            panel.right,
            align="right",
            size=theme.SMALL,
        ),
    ]


def _said(block: Sequence[Bar], part: str) -> list[dict[str, Any]]:
    return [{"row": at, "text": getattr(row, part)} for at, row in enumerate(block) if getattr(row, part)]


def _zero(panel: Panel, place: alt.X) -> alt.Chart:
    end = panel.top + panel.pitch * max(panel.rows, 1)
    made: alt.Chart = (
        alt.Chart(rows_of([{"zero": 0}]))
        .mark_rule(color=theme.INK, strokeWidth=1.5)
        .encode(x=place, y=alt.YValue(panel.top), y2=alt.Y2Value(end))
    )
    return made
