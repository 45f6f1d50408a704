"""Scores of a composite index: the ranking, and each unit's scores in the parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import altair as alt
import pandas as pd

from pbwidgets import palette
from pbwidgets.charts import theme
from pbwidgets.charts.bar_list import ROWS_PER_PAGE, Bar, bar_list
from pbwidgets.charts.cells import Cells, place_cell
from pbwidgets.charts.sheet import (
    BODY_BOTTOM,
    SINGLE,
    Panel,
    fit_text,
    heading_text,
    page_note,
    panels,
    put_on_sheet,
    split_rows,
    take_page,
    text_width,
    texts,
)
from pbwidgets.charts.view import IndexView
from pbwidgets.wording import count_decimals, number

PARTS_PER_SHEET: Final = 12
"""Most columns of a heat map."""

_KEY_COLUMNS: Final = 4
_COLOURS: Final = palette.BLUES


# -- the ranking ---------------------------------------------------------------------------------------


def index_ranking(scores: pd.DataFrame, view: IndexView, *, unit: str = "", page: int = 1) -> alt.LayerChart:
    """Ranking of the units by a score, the best first.

    Parameters
    ----------
    scores
        ``unit``, ``name``, ``score`` and ``rank``; units without a score are counted in the note.
    view
        What the chart is about.
    unit
        Unit highlighted by its colour.
    page
        Sheet, from 1, of 26 units each.

    Raises
    ------
    IndexError
        If there is no such sheet.
    """
    ranked = scores[scores["score"].notna()].sort_values(["rank", "unit"]).to_dict("records")
    shown = take_page(ranked, page, ROWS_PER_PAGE)
    decimals = count_decimals((float(row["score"]) for row in ranked), view.digits)
    rows = [
        Bar(
            str(row["name"]),
            float(row["score"]),
            number(float(row["score"]), decimals, keep_zeros=True),
            lead=str(int(row["rank"])),
            fill=theme.OWN if row["unit"] == unit else theme.PALE,
        )
        for row in shown
    ]
    title = view.say("index_ranking.title", n=len(ranked), name=view.name)
    left_out = len(scores) - len(ranked)
    notes = [
        page_note(view, page, len(ranked), ROWS_PER_PAGE),
        view.say("index_ranking.without_score", n=left_out) if left_out else "",
    ]
    empty = [] if rows else [heading_text(view.say("index_ranking.none"), theme.MARGIN, y=200)]
    return put_on_sheet(
        [*bar_list(rows), *empty],
        view,
        title,
        measure=view.say("points"),
        note="  ".join(filter(None, notes)),
    )


# -- the parts -----------------------------------------------------------------------------------------


def index_heatmap(
    parts: pd.DataFrame,
    names: Mapping[str, str],
    headings: Mapping[str, str],
    view: IndexView,
    *,
    page: int = 1,
) -> alt.LayerChart:
    """Scores of the units in the parts of an index; darker is better.

    Parameters
    ----------
    parts
        Units × parts in the order shown, float64, NaN where missing.
    names
        Names of units.
    headings
        Names of parts; the first twelve are shown, or fewer if their figures need more room.
    view
        What the chart is about.
    page
        Sheet, from 1, if there are more units than fit.

    Raises
    ------
    IndexError
        If there is no such sheet.
    """
    plan = _plan(view, parts, names, headings)
    rows = [
        {"name": names[str(unit)], "cells": cells}
        for unit, cells in zip(
            parts.index, parts[list(plan.headings)].to_numpy(dtype=float).tolist(), strict=True
        )
    ]
    notes = [page_note(view, page, len(rows), plan.per_page)]
    if len(plan.headings) < len(headings):
        notes.append(view.say("index_heatmap.heaviest", shown=len(plan.headings), n=len(headings)))
    title = view.say("index_heatmap.title", n=len(headings), name=view.name)
    layers = _draw(view, take_page(rows, page, plan.per_page), plan)
    return put_on_sheet(layers, view, title, measure=view.say("points"), note="  ".join(filter(None, notes)))


@dataclass(frozen=True)
class _Plan:
    """Layout of a heat map, the same on all its sheets."""

    headings: Mapping[str, str]
    per_page: int
    name_width: float
    digits: int
    low: float
    high: float

    def left(self, panel: Panel) -> float:
        """Left edge of the cells of a panel."""
        return panel.left + self.name_width + 14


def _plan(
    view: IndexView, parts: pd.DataFrame, names: Mapping[str, str], headings: Mapping[str, str]
) -> _Plan:
    known = [float(value) for value in parts.to_numpy(dtype=float).ravel() if not pd.isna(value)]
    largest = max((abs(value) for value in known), default=0.0)
    digits = count_decimals(known, min(view.digits, 0 if largest >= 1000 else 1 if largest >= 10 else 2))
    figures = {view.say("missing_short"), *(number(value, digits, keep_zeros=True) for value in known)}
    cell = max(text_width(text, theme.SMALL) for text in figures) + 8
    low, high = min(known, default=0.0), max(known, default=1.0)
    low, high = (low, high) if high > low else (low - 0.5, high + 0.5)
    width = min(max([text_width(names[str(unit)]) for unit in parts.index], default=0.0), 320.0)
    plan = _Plan(headings, SINGLE, width, digits, low, high)
    whole, half = panels(1)[0], panels(SINGLE + 1)[0]
    most = max(1, min(PARTS_PER_SHEET, int((whole.right - plan.left(whole)) // cell)))
    kept = dict(list(headings.items())[:most])
    fits = (half.right - plan.left(half)) / max(len(kept), 1) >= cell
    return replace(plan, headings=kept, per_page=ROWS_PER_PAGE if fits else SINGLE)


def _draw(view: IndexView, rows: Sequence[Mapping[str, Any]], plan: _Plan) -> list[alt.Chart]:
    lines = -(-len(plan.headings) // _KEY_COLUMNS)
    bottom = BODY_BOTTOM - 30 * lines - 4
    layers: list[alt.Chart] = []
    blocks = panels(len(rows), bottom=bottom)
    for panel, block in zip(blocks, split_rows(rows, len(blocks)), strict=True):
        layers += _draw_panel(view, panel, block, plan)
    return [*layers, *_key(list(plan.headings.values()), bottom)]


def _draw_panel(
    view: IndexView, panel: Panel, block: Sequence[Mapping[str, Any]], plan: _Plan
) -> list[alt.Chart]:
    grid = Cells(panel, len(plan.headings), plan.left(panel), panel.right)
    cells = [
        {
            **place_cell(at, column),
            **({} if pd.isna(cell) else {"score": cell}),
            "text": view.say("missing_short")
            if pd.isna(cell)
            else number(cell, plan.digits, keep_zeros=True),
            "ink": _ink(cell, plan),
        }
        for at, row in enumerate(block)
        for column, cell in enumerate(row["cells"])
    ]

    colour = alt.Scale(domain=[plan.low, (plan.low + plan.high) / 2, plan.high], range=list(_COLOURS))
    return [
        grid.coloured((cell for cell in cells if "score" in cell), "score", colour),
        grid.missing(cell for cell in cells if "score" not in cell),
        grid.labels(cells),
        texts(
            [{"row": at, "text": fit_text(row["name"], plan.name_width + 2)} for at, row in enumerate(block)],
            panel,
            panel.left,
        ),
        *grid.heads([str(column + 1) for column in range(grid.count)]),
    ]


def _ink(cell: float, plan: _Plan) -> str:
    if pd.isna(cell):
        return theme.ALERT
    return "white" if (cell - plan.low) / (plan.high - plan.low) > 0.8 else theme.INK


def _key(headings: Sequence[str], bottom: float) -> list[alt.Chart]:
    """Names of the numbered columns, below the rows."""
    width = (theme.WIDTH - 2 * theme.MARGIN) / _KEY_COLUMNS
    return [
        heading_text(
            fit_text(f"{place + 1} {name}", width - 16, theme.SMALL),
            theme.MARGIN + place % _KEY_COLUMNS * width,
            y=bottom + 24 + place // _KEY_COLUMNS * 30,
        )
        for place, name in enumerate(headings)
    ]
