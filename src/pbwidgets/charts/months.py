"""How often something happened, by kind and month."""

from collections.abc import Iterable, Mapping
from typing import Any

import altair as alt
import pandas as pd

from pbwidgets import palette
from pbwidgets.charts import theme
from pbwidgets.charts.cells import Cells, place_cell
from pbwidgets.charts.native import Cell, NativeChart, NativeTable, Series
from pbwidgets.charts.sheet import (
    SINGLE,
    Panel,
    fit_text,
    heading_text,
    page_count,
    page_note,
    panels,
    part_note,
    put_on_sheet,
    take_page,
    text_width,
    texts,
)
from pbwidgets.charts.view import View
from pbwidgets.wording import say

_WIDEST_NAME = 320.0
_SUM_WIDTH = 64.0
_LINES = (palette.DEEP_BLUE, palette.ORANGE, palette.INK, palette.PINK)
"""Colours of lines; more kinds than these cannot be told apart as lines."""


def month_heatmap(counts: pd.DataFrame, view: View, title: str, *, page: int = 1) -> alt.LayerChart:
    """Numbers by kind and month, a darker cell for more, with the sum of each kind; 0 stays an empty cell.

    Parameters
    ----------
    counts
        One row a kind, named by the index; one column a month, ``2026-05``; whole numbers.
    view
        What the chart is about.
    title
        What is counted.
    page
        Sheet, from 1, if there are more than 13 kinds.
    """
    rows, most = _prepare(counts)
    shown = [{**row, "row": place} for place, row in enumerate(take_page(rows, page, SINGLE))]
    panel = panels(len(shown))[0]
    months = name_months(map(str, counts.columns), view.lang)
    layers = _draw(panel, shown, list(months.values()), most)
    layers.append(heading_text(view.say("month_heatmap.sum"), panel.right, align="right"))
    return put_on_sheet(
        layers, view, title, measure=view.say("times"), note=page_note(view, page, len(rows), SINGLE)
    )


def month_heatmap_native(
    counts: pd.DataFrame, view: View, title: str, *, page: int = 1
) -> NativeChart | NativeTable | None:
    """The same for a presentation: columns or lines for a few kinds, a table with coloured cells for more.

    None if nothing is counted.

    Parameters
    ----------
    counts, view, title, page
        As for :func:`month_heatmap`.
    """
    rows, most = _prepare(counts)
    months = tuple(name_months(map(str, counts.columns), view.lang).values())
    if not rows or not months:
        return None
    if len(rows) <= len(_LINES):
        return NativeChart(
            "lines" if len(rows) > 1 and len(months) > 2 else "columns",  # two points make no course
            view.say("month_heatmap.month_head"),
            months,
            tuple(
                Series.of(row["name"], row["cells"], colour)
                for row, colour in zip(rows, _LINES, strict=False)
            ),
            title=title,
        )
    shown = take_page(rows, page, SINGLE)
    return NativeTable(
        corner=view.say("month_heatmap.kind"),
        rows=tuple(row["name"] for row in shown),
        columns=months,
        values=tuple(tuple(map(float, row["cells"])) for row in shown),
        cells=tuple(tuple(_cell(count, most) for count in row["cells"]) for row in shown),
        sums=tuple(str(row["sum"]) for row in shown),
        sum_name=view.say("month_heatmap.sum"),
        legend=view.say("month_heatmap.legend", most=most),
        note=part_note(view, page, len(rows), SINGLE),
        title=title,
    )


def _prepare(counts: pd.DataFrame) -> tuple[list[dict[str, Any]], int]:
    """A row for each kind, and the greatest number of a month."""
    rows: list[dict[str, Any]] = [
        {"name": str(name), "cells": [int(value) for value in values], "sum": int(sum(values))}
        for name, values in zip(counts.index, counts.to_numpy().tolist(), strict=True)
    ]
    return rows, max([1, *(cell for row in rows for cell in row["cells"])])


def _cell(count: int, most: int) -> Cell:
    return (
        Cell.filled(str(count), palette.BLUES, count / most) if count else Cell("", palette.WHITE, theme.INK)
    )


def pages_of(counts: pd.DataFrame) -> int:
    """Number of sheets that the chart of some counts takes."""
    return page_count(len(counts), SINGLE)


def _draw(panel: Panel, rows: list[dict[str, Any]], months: list[str], most: int) -> list[alt.Chart]:
    width = min(max([text_width(row["name"]) for row in rows], default=0.0), _WIDEST_NAME)
    left, right = panel.left + width + 14, panel.right - _SUM_WIDTH - 10
    grid = Cells(panel, len(months), left, right)
    cells = [
        {**place_cell(row["row"], column), "count": count}
        for row in rows
        for column, count in enumerate(row["cells"])
    ]

    def label_of(cell: Mapping[str, Any]) -> dict[str, Any]:
        ink = "white" if cell["count"] > 0.62 * most else theme.INK
        return {"row": cell["row"], "middle": cell["middle"], "text": str(cell["count"]), "ink": ink}

    colour = alt.Scale(domain=[0, most / 2, most], range=list(palette.BLUES))
    return [
        grid.coloured(cells, "count", colour, stroke=theme.RULE),
        grid.labels([label_of(cell) for cell in cells if cell["count"]]),
        texts(
            [{"row": row["row"], "text": fit_text(row["name"], width + 2)} for row in rows], panel, panel.left
        ),
        texts(
            [{"row": row["row"], "text": str(row["sum"])} for row in rows],
            panel,
            panel.right,
            align="right",
            bold=True,
        ),
        *grid.heads(months),
    ]


def name_months(months: Iterable[str], lang: str) -> dict[str, str]:
    """Months in words, or with their year where there are several.

    >>> name_months(["2026-05"], "zh_CN"), name_months(["2025-12", "2026-01"], "en")
    ({'2026-05': '5月'}, {'2025-12': '25-12', '2026-01': '26-01'})
    """
    every = list(months)
    if len({month[:4] for month in every}) > 1:
        return {month: month[2:] for month in every}
    return {month: say("charts.month_heatmap.month", lang, month=int(month[5:7])) for month in every}
