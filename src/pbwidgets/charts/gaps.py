"""Marks of several layers side by side, by criterion or by unit."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import altair as alt
import pandas as pd

from pbwidgets.charts import theme
from pbwidgets.charts.headings import agg_headings, headings_of
from pbwidgets.charts.native import MOST_BARS, MOST_CATEGORIES, NativeChart, Series
from pbwidgets.charts.sheet import (
    Panel,
    across,
    bracket,
    heading_text,
    key,
    mark_text,
    page_note,
    part_note,
    put_on_sheet,
    rows_of,
    rules_between_rows,
    take_page,
    text_width,
    texts,
    wrap_text,
)
from pbwidgets.charts.view import View
from pbwidgets.scoring.sheet import drop_unmarked
from pbwidgets.wording import count_decimals

ROWS_PER_PAGE = 12


def layer_gaps(points: pd.DataFrame, view: View, *, page: int = 1) -> alt.LayerChart:
    """Points of one unit by criterion in every layer of its track, and the gaps between them.

    Parameters
    ----------
    points
        Points frame; only rows of the view's unit and track are used.
    view
        What the chart is about.
    page
        Sheet, from 1, if there are more than 12 criteria.
    """
    return _put(
        view, _rows_of_headings(points, view), page, view.say("layer_gaps.title", layers=_joined(view))
    )


def layer_gaps_native(points: pd.DataFrame, view: View, *, page: int = 1) -> NativeChart | None:
    """The same for a presentation: for each criterion a bar a layer, in per cent of its maximum.

    None if there is no criterion.

    Parameters
    ----------
    points, view
        As for :func:`layer_gaps`.
    page
        Sheet, from 1, of as many criteria as leave room for their numbers.
    """
    shares = [
        {**row, "marks": {layer: 100 * mark / row["most"] for layer, mark in row["marks"].items()}}
        for row in _rows_of_headings(points, view)
        if row["most"] > 0
    ]
    made = _to_native(view, shares, page, 1)
    title = view.say("layer_gaps.title", layers=_joined(view))
    heading = bracket(view, view.say("criterion_bars.criterion"), "%")
    return made and replace(made, title=title, heading=heading, unit="%")


def _rows_of_headings(points: pd.DataFrame, view: View) -> list[dict[str, Any]]:
    """Marks of every layer by heading."""
    own = drop_unmarked(view.campaign, points[points["unit_code"] == view.unit_code])
    sums = agg_headings(own, view.track)
    rows: list[dict[str, Any]] = []
    for heading in headings_of(own, view.track):
        mine = sums[sums["heading_id"] == heading.id]
        known = dict(zip(mine["layer"], mine["points"], strict=True))
        marks = {layer: float(known.get(layer, float("nan"))) for layer in _layers(view)}
        most = float(mine["max_points"].max()) if len(mine) else heading.max_points
        rows.append({"name": heading.name.words(view.lang), "marks": marks, "most": most})
    return rows


def unit_gaps(totals: pd.DataFrame, names: Mapping[str, str], view: View, *, page: int = 1) -> alt.LayerChart:
    """Totals of units by layer, and the gaps between them, the widest first.

    Parameters
    ----------
    totals
        Totals frame; only rows of the view's track and of the named units are used.
    names
        Names of the units shown, by code.
    view
        What the chart is about.
    page
        Sheet, from 1, if there are more than 12 units.
    """
    rows = _rows_of_units(totals, names, view)
    return _put(view, rows, page, _title_of_units(view))


def unit_gaps_native(
    totals: pd.DataFrame, names: Mapping[str, str], view: View, *, page: int = 1
) -> NativeChart | None:
    """The same for a presentation: for each unit a bar a layer, the widest gaps first.

    None if there is no unit.

    Parameters
    ----------
    totals, names, view
        As for :func:`unit_gaps`.
    page
        Sheet, from 1, of as many units as leave room for their numbers.
    """
    made = _to_native(view, _rows_of_units(totals, names, view), page, view.track.rounding.digits)
    return made and replace(
        made, title=_title_of_units(view), heading=bracket(view, view.kind, view.say("points"))
    )


def _title_of_units(view: View) -> str:
    return view.say("unit_gaps.title", layers=_joined(view), kind=view.kind)


def _rows_of_units(totals: pd.DataFrame, names: Mapping[str, str], view: View) -> list[dict[str, Any]]:
    """Totals of every layer by unit, the widest gap first."""
    own = totals[(totals["track_id"] == view.track_id) & totals["unit_code"].isin(list(names))]
    known = {(row["unit_code"], row["layer"]): float(row["total"]) for row in own.to_dict("records")}
    rows: list[dict[str, Any]] = []
    for code, name in names.items():
        marks = {layer: known.get((code, layer), float("nan")) for layer in _layers(view)}
        rows.append({"name": name, "marks": marks, "most": view.track.base_points, "code": code})
    return sorted(rows, key=lambda row: (-_width(row["marks"]), row["code"]))


def _to_native(view: View, rows: list[dict[str, Any]], page: int, digits: int) -> NativeChart | None:
    layers = _layers(view)
    per_page = min(max(MOST_BARS // len(layers), 1), MOST_CATEGORIES)
    shown = take_page(rows, page, per_page)
    if not shown:
        return None
    marks = {layer: [row["marks"][layer] for row in shown] for layer in layers}
    return NativeChart(
        "bars",
        view.kind,
        tuple(str(row["name"]) for row in shown),
        tuple(
            Series.of(view.layer_name(layer), marks[layer], _sign(at)[1]) for at, layer in enumerate(layers)
        ),
        decimals=count_decimals([mark for each in marks.values() for mark in each], digits),
        note=part_note(view, page, len(rows), per_page),
    )


def _layers(view: View) -> list[str]:
    return [layer.id for layer in view.track.layers]


def _joined(view: View) -> str:
    return view.say("list_glue").join(view.layer_name(layer) for layer in _layers(view))


def _width(marks: Mapping[str, float]) -> float:
    known = [mark for mark in marks.values() if not pd.isna(mark)]
    return max(known) - min(known) if known else -1.0


def _put(view: View, rows: list[dict[str, Any]], page: int, title: str) -> alt.LayerChart:
    shown = [{**item, "row": row} for row, item in enumerate(take_page(rows, page, ROWS_PER_PAGE))]
    note = page_note(view, page, len(rows), ROWS_PER_PAGE)
    return put_on_sheet(_draw(view, shown), view, title, measure=view.say("points"), note=note)


def _draw(view: View, rows: list[dict[str, Any]]) -> list[alt.Chart]:
    layers = _layers(view)
    panel = Panel(theme.MARGIN, theme.WIDTH - theme.MARGIN, len(rows))
    lines = 2 if panel.pitch >= 56 else 1
    name_width = min(max([text_width(row["name"]) for row in rows], default=0), 330)
    columns = _columns(view, layers, panel.right)
    plot_left = theme.MARGIN + name_width + 36
    plot_right = min(columns.values()) - max(text_width(view.layer_name(layers[0]), theme.SMALL), 90) - 34
    shares = _shares(rows, layers)
    low, high = _domain([item["share"] for item in shares])

    def place(field: str) -> alt.X:
        return across(field, (low, high), plot_left, plot_right)

    names = [{"row": row["row"], "text": wrap_text(row["name"], name_width + 4, lines=lines)} for row in rows]
    return [
        rules_between_rows(panel),
        *_edges(panel, plot_left, plot_right),
        texts(names, panel, theme.MARGIN),
        *_spans(panel, shares, place),
        *_signs(panel, layers, shares, place),
        *_numbers(view, panel, rows, columns),
        heading_text(view.say("share_axis", low=low), plot_left, y=20),
        heading_text(f"{high:.0f}%", plot_right, align="right", y=20),
    ]


def _edges(panel: Panel, left: float, right: float) -> list[alt.Chart]:
    """Lines at both ends of the scale."""
    end = panel.top + panel.pitch * max(panel.rows, 1)
    edges = ({"x": left}, {"x": right})
    return [
        alt.Chart(rows_of([edge]))
        .mark_rule(color=theme.BAND, strokeWidth=2)
        .encode(x=alt.XValue(edge["x"]), y=alt.YValue(panel.top - 8), y2=alt.Y2Value(end))
        for edge in edges
    ]


def _columns(view: View, layers: list[str], right: float) -> dict[str, float]:
    columns: dict[str, float] = {}
    for layer in reversed(layers):
        columns[layer] = right
        right -= max(text_width(view.layer_name(layer), theme.SMALL) + 30, 90) + 24
    return columns


def _shares(rows: list[dict[str, Any]], layers: list[str]) -> list[dict[str, Any]]:
    return [
        {"row": row["row"], "layer": layer, "share": 100 * row["marks"][layer] / row["most"]}
        for row in rows
        for layer in layers
        if row["most"] > 0 and not pd.isna(row["marks"][layer])
    ]


def _domain(shares: list[float]) -> tuple[float, float]:
    """Whole tens around the shares, at least 20 wide, with room for the symbols."""
    if not shares:
        return 0.0, 100.0
    low = max(0.0, (min(shares) - 3) // 10 * 10)
    high = (
        -(-(max(shares) + 1) // 10) * 10
        if max(shares) > 100
        else min(100.0, -(-(max(shares) + 1) // 10) * 10)
    )
    return min(low, high - 20), high


def _spans(panel: Panel, shares: list[dict[str, Any]], place: Any) -> list[alt.Chart]:
    rows = sorted({item["row"] for item in shares})
    spans = []
    for row in rows:
        own = [item["share"] for item in shares if item["row"] == row]
        spans.append({"row": row, "from": min(own), "to": max(own)})
    return [
        alt.Chart(rows_of(spans))
        .mark_rule(color=theme.RULE, strokeWidth=6)
        .encode(x=place("from"), x2=alt.X2("to:Q"), y=panel.y())
    ]


def _signs(panel: Panel, layers: list[str], shares: list[dict[str, Any]], place: Any) -> list[alt.Chart]:
    """Symbols of the layers, later ones smaller, so that equal marks stay visible under each other."""
    drawn = []
    for number, layer in enumerate(layers):
        own = [item for item in shares if item["layer"] == layer]
        shape, colour = _sign(number)
        drawn.append(
            alt.Chart(rows_of(own))
            .mark_point(
                shape=shape,
                size=max(460 - 150 * number, 90),
                filled=True,
                fill=colour,
                stroke="white",
                strokeWidth=1.5,
                opacity=1,
            )
            .encode(x=place("share"), y=panel.y())
        )
    return drawn


def _sign(number: int) -> tuple[str, str]:
    return theme.LAYER_SHAPES[number % len(theme.LAYER_SHAPES)], theme.LAYER_COLOURS[
        number % len(theme.LAYER_COLOURS)
    ]


def _numbers(
    view: View, panel: Panel, rows: list[dict[str, Any]], columns: dict[str, float]
) -> list[alt.Chart]:
    drawn: list[alt.Chart] = []
    decimals = count_decimals(
        (mark for row in rows for mark in row["marks"].values()), view.track.rounding.digits
    )
    for number, (layer, right) in enumerate(sorted(columns.items(), key=lambda item: item[1])):
        name = view.layer_name(layer)
        shape, colour = _sign(number)
        drawn += key([(shape, colour, name)], left=right - text_width(name, theme.SMALL) - 28)
        labels = [
            {
                "row": row["row"],
                "text": mark_text(view, row["marks"][layer], decimals),
                "ink": theme.ALERT if pd.isna(row["marks"][layer]) else theme.INK,
            }
            for row in rows
        ]
        drawn.append(texts(labels, panel, right, align="right", bold=number == len(columns) - 1))
    return drawn
