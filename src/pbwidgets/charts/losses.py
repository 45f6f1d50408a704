"""Points lost, by criterion and unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import altair as alt
import pandas as pd

from pbwidgets import palette
from pbwidgets.charts import theme
from pbwidgets.charts.cells import Cells, place_cell
from pbwidgets.charts.headings import agg_losses
from pbwidgets.charts.native import HEAD_LINES, Cell, NativeTable, are_heads, fit_tables, rows_beside
from pbwidgets.charts.sheet import (
    BODY_BOTTOM,
    SINGLE,
    Panel,
    fit_text,
    heading_text,
    mark_text,
    page_note,
    panels,
    part_note,
    put_on_sheet,
    split_rows,
    take_page,
    text_width,
    texts,
)
from pbwidgets.charts.view import View

ROWS_PER_PAGE = 26
_KEY_COLUMNS = 4
_WIDE_CELL, _NARROW_CELL = 42.0, 27.0
"""Cell widths for a number with one decimal and for a whole number."""

_PART = 14
"""Letters of the note that says which part is shown."""


def lost_points_heatmap(
    points: pd.DataFrame,
    names: Mapping[str, str],
    view: View,
    *,
    layer: str | None = None,
    groups: Mapping[str, str] | None = None,
    page: int = 1,
) -> alt.LayerChart:
    """Points lost by criterion and unit, most lost first.

    Parameters
    ----------
    points
        Points frame; only rows of the view's track are used.
    names
        Name of each row by code: of the units, or of the groups if ``groups`` is given.
    view
        What the chart is about.
    layer
        Layer shown; by default the last one of the track.
    groups
        Group of each unit by code (its nominating unit, for example): each row is then the mean of a group.
    page
        Sheet, from 1, if there are more than 26 rows.
    """
    layer = layer or view.track.layers[-1].id
    lost = _lost(points, view, layer, groups, names)
    plan = _plan(view, lost)
    shown = take_page(lost, page, plan.per_page)
    title = _title(view, layer, groups)
    notes = [view.say("lost_points_heatmap.whole") if not plan.digits else "", _note_missing(view, lost)]
    notes.append(page_note(view, page, len(lost), plan.per_page))
    return put_on_sheet(
        _draw(view, shown, plan), view, title, measure=view.say("points"), note="  ".join(filter(None, notes))
    )


def lost_points_heatmap_native(
    points: pd.DataFrame,
    names: Mapping[str, str],
    view: View,
    *,
    layer: str | None = None,
    groups: Mapping[str, str] | None = None,
    page: int = 1,
) -> NativeTable | None:
    """The same for a presentation: a table with coloured cells.

    None if there is no row. Where their names are too long for heads, the columns are numbered, and the note says what
    the numbers stand for.

    Parameters
    ----------
    points, names, view, layer, groups
        As for :func:`lost_points_heatmap`.
    page
        Sheet, from 1, of as many rows as fit on a slide.
    """
    layer = layer or view.track.layers[-1].id
    lost = _lost(points, view, layer, groups, names)
    words = [heading.name.words(view.lang) for heading in view.track.criteria]
    names_shown, texts_of = [row["name"] for row in lost], partial(_texts, view, lost)
    is_twice = len(lost) > rows_beside("") and fit_tables(names_shown, texts_of(0), len(words), tables=2)
    digits = 1 if fit_tables(names_shown, texts_of(1), len(words), tables=2 if is_twice else 1) else 0
    named = are_heads(words) and not is_twice
    notes = [
        view.say("lost_points_heatmap.whole") if not digits else "",
        ""
        if named
        else view.say("key_glue").join(f"{place} {word}" for place, word in enumerate(words, start=1)),
        _note_missing(view, lost),
    ]
    lines, tables = HEAD_LINES if named else 1, 2 if is_twice else 1
    per_page = rows_beside("　".join(notes), head_lines=lines) * tables
    if len(lost) > per_page:  # which the note then says
        per_page = rows_beside("　".join([*notes, "　" * _PART]), head_lines=lines) * tables
    rows, most = take_page(lost, page, per_page), _most(lost)
    if not rows:
        return None
    notes.append(part_note(view, page, len(lost), per_page))
    return NativeTable(
        corner=view.nominator if groups else view.kind,
        rows=tuple(row["name"] for row in rows),
        columns=tuple(words) if named else tuple(str(place + 1) for place in range(len(words))),
        values=tuple(tuple(_known(cell) for cell in row["cells"]) for row in rows),
        cells=tuple(tuple(_cell(view, cell, most, digits) for cell in row["cells"]) for row in rows),
        sums=tuple(mark_text(view, row["sum"], 1) for row in rows),
        sum_name=view.say("lost_points_heatmap.sum"),
        legend=view.say("lost_points_heatmap.legend", most=mark_text(view, most, 1)),
        note="  ".join(filter(None, notes)),
        title=_title(view, layer, groups),
    )


def _title(view: View, layer: str, groups: Mapping[str, str] | None) -> str:
    code = "lost_points_heatmap.title_mean" if groups else "lost_points_heatmap.title"
    return view.say(code, layer=view.layer_name(layer), kind=view.nominator if groups else view.kind)


def _note_missing(view: View, rows: Sequence[Mapping[str, Any]]) -> str:
    """Why some rows have no sum; an empty text if all have one."""
    missing = any(pd.isna(row["sum"]) for row in rows)
    return view.say("lost_points_heatmap.missing", missing=view.say("missing")) if missing else ""


def _most(rows: Sequence[Mapping[str, Any]]) -> float:
    """Most points lost in a cell: the darkest colour."""
    cells = (_known(cell) for row in rows for cell in row["cells"])
    return max([0.5, *(cell for cell in cells if cell is not None)])


def _texts(view: View, rows: Sequence[Mapping[str, Any]], digits: int) -> list[str]:
    """What stands in the cells."""
    return [_cell(view, cell, _most(rows), digits).text for row in rows for cell in row["cells"]]


def _known(cell: float | None) -> float | None:
    return None if cell is None or pd.isna(cell) else float(cell)


def _cell(view: View, cell: float | None, most: float, digits: int) -> Cell:
    if cell is None:
        return Cell("", palette.WHITE, theme.INK)
    if pd.isna(cell):
        return Cell(view.say("missing_short"), palette.WHITE, theme.ALERT)
    return Cell.filled(mark_text(view, cell, digits), theme.LOSS_COLOURS, cell / most)


@dataclass(frozen=True)
class _Plan:
    """Rows per sheet and decimals, chosen so that every number fits its cell."""

    per_page: int
    digits: int
    name_width: float


def _plan(view: View, rows: Sequence[Mapping[str, Any]]) -> _Plan:
    name_width = min(max([text_width(row["name"]) for row in rows], default=0.0), 320.0)
    if len(rows) <= SINGLE:
        return _Plan(SINGLE, 1, name_width)
    left, right = _cell_edges(view, panels(len(rows))[0], name_width)
    cell = (right - left) / max(len(view.track.criteria), 1)
    if cell < _NARROW_CELL:
        return _Plan(SINGLE, 1, name_width)
    return _Plan(ROWS_PER_PAGE, 1 if cell >= _WIDE_CELL else 0, name_width)


def _cell_edges(view: View, panel: Panel, name_width: float) -> tuple[float, float]:
    sum_width = max(text_width(view.say("lost_points_heatmap.sum"), theme.SMALL), 54)
    return panel.left + name_width + 14, panel.right - sum_width - 10


def _lost(
    points: pd.DataFrame, view: View, layer: str, groups: Mapping[str, str] | None, names: Mapping[str, str]
) -> list[dict[str, Any]]:
    lost = agg_losses(points[points["layer"] == layer], view.track, groups)
    means = {(row, heading): float(value) for row, heading, value in lost.iloc[:, :3].itertuples(index=False)}
    whole = set(lost.loc[lost["whole"], "row"])
    rows: list[dict[str, Any]] = []
    for code, name in names.items():
        # a heading of another kind or domain is not the unit's: its cell stays empty; NaN is a missing mark
        cells = [means.get((code, heading.id)) for heading in view.track.criteria]
        known = sum(cell for cell in cells if cell is not None and not pd.isna(cell))
        total = known if code in whole else float("nan")
        rows.append({"name": name, "cells": cells, "sum": total, "known": known, "code": code})
    return sorted(rows, key=lambda row: (pd.isna(row["sum"]), -row["known"], row["code"]))


def _draw(view: View, rows: Sequence[dict[str, Any]], plan: _Plan) -> list[alt.Chart]:
    headings = view.track.criteria
    lines = -(-len(headings) // _KEY_COLUMNS)
    bottom = BODY_BOTTOM - 30 * lines - 4
    most = _most(rows)
    layers: list[alt.Chart] = []
    blocks = panels(len(rows), bottom=bottom)
    for panel, block in zip(blocks, split_rows(rows, len(blocks)), strict=True):
        layers += _draw_panel(
            view, panel, [{**row, "row": place} for place, row in enumerate(block)], plan, most
        )
    return [*layers, *_key(view, bottom)]


def _draw_panel(
    view: View, panel: Panel, block: list[dict[str, Any]], plan: _Plan, most: float
) -> list[alt.Chart]:
    count = len(view.track.criteria)
    left, right = _cell_edges(view, panel, plan.name_width)
    grid = Cells(panel, count, left, right)
    cells = [
        {**place_cell(row["row"], column), "lost": cell}
        for row in block
        for column, cell in enumerate(row["cells"])
        if cell is not None
    ]
    known = [cell for cell in cells if not pd.isna(cell["lost"])]
    unknown = [
        {key: value for key, value in cell.items() if key != "lost"}
        for cell in cells
        if pd.isna(cell["lost"])
    ]

    def label_of(cell: Mapping[str, Any]) -> dict[str, Any]:
        ink = "white" if cell["lost"] > 0.62 * most else theme.INK
        return {
            "row": cell["row"],
            "middle": cell["middle"],
            "text": mark_text(view, cell["lost"], plan.digits),
            "ink": ink,
        }

    colour = alt.Scale(domain=[0, most / 2, most], range=list(theme.LOSS_COLOURS))
    return [
        grid.coloured(known, "lost", colour),
        grid.missing(unknown),
        grid.labels([label_of(cell) for cell in known]),
        grid.labels(
            [
                {
                    "row": cell["row"],
                    "middle": cell["middle"],
                    "text": view.say("missing_short"),
                    "ink": theme.ALERT,
                }
                for cell in unknown
            ]
        ),
        texts(
            [{"row": row["row"], "text": fit_text(row["name"], plan.name_width + 2)} for row in block],
            panel,
            panel.left,
        ),
        texts(
            [{"row": row["row"], "text": mark_text(view, row["sum"], 1)} for row in block],
            panel,
            panel.right,
            align="right",
            bold=True,
        ),
        heading_text(view.say("lost_points_heatmap.sum"), panel.right, align="right"),
        *grid.heads([str(column + 1) for column in range(count)]),
    ]


def _key(view: View, bottom: float) -> list[alt.Chart]:
    """Names of the numbered columns, below the rows."""
    width = (theme.WIDTH - 2 * theme.MARGIN) / _KEY_COLUMNS
    return [
        heading_text(
            fit_text(f"{place + 1} {heading.name.words(view.lang)}", width - 16, theme.SMALL),
            theme.MARGIN + place % _KEY_COLUMNS * width,
            y=bottom + 24 + place // _KEY_COLUMNS * 30,
        )
        for place, heading in enumerate(view.track.criteria)
    ]
