"""Allotments, nominations and selections of nominating units."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import altair as alt
import pandas as pd

from pbwidgets.charts import theme
from pbwidgets.charts.native import NativeChart, Series
from pbwidgets.charts.sheet import (
    BODY_BOTTOM,
    Panel,
    across,
    bars,
    bracket,
    fit_text,
    heading_text,
    key,
    page_note,
    panels,
    part_note,
    put_on_sheet,
    rules_between_rows,
    split_rows,
    take_page,
    text_width,
    texts,
    texts_of,
)
from pbwidgets.charts.view import View

ROWS_PER_PAGE = 26
_SHORTEST_BAR = 60.0
COUNTS = ("allotted", "nominated", "selected")
_PART_COLOURS = tuple(theme.BALANCE_COLOURS[count] for count in reversed(COUNTS))


def nomination_balance(balance: pd.DataFrame, view: View) -> alt.LayerChart:
    """Allotted, nominated and selected units of one nominating unit, a row for each track it nominates in.

    Parameters
    ----------
    balance
        Balance frame; only rows of the view's unit are used.
    view
        What the chart is about.
    """
    rows = _rows_of_unit(balance, view)
    title = _title(view, "nomination_balance", rows)
    return put_on_sheet(_draw(view, rows), view, title, measure=view.say("units"))


def nomination_balance_native(balance: pd.DataFrame, view: View) -> NativeChart | None:
    """The same for a presentation, as :func:`allotment_balance_native`.

    Parameters
    ----------
    balance, view
        As for :func:`nomination_balance`.
    """
    rows = _rows_of_unit(balance, view)
    made = _stack(view, rows, view.say("balance.track"))
    return made and replace(made, title=_title(view, "nomination_balance", rows))


def allotment_balance(
    balance: pd.DataFrame, names: Mapping[str, str], view: View, *, page: int = 1
) -> alt.LayerChart:
    """Allotted, nominated and selected units of every nominating unit of a track.

    Parameters
    ----------
    balance
        Balance frame; only rows of the view's track are used.
    names
        Name of each nominating unit by code.
    view
        What the chart is about.
    page
        Sheet, from 1, if there are more than 26 units.
    """
    rows = _rows_of_track(balance, names, view)
    shown = take_page(rows, page, ROWS_PER_PAGE)
    title = _title(view, "allotment_balance", rows)
    notes = (page_note(view, page, len(rows), ROWS_PER_PAGE), _star_note(view, shown))
    note = view.say("list_glue").join(filter(None, notes))
    return put_on_sheet(_draw(view, shown), view, title, measure=view.say("units"), note=note)


def allotment_balance_native(
    balance: pd.DataFrame, names: Mapping[str, str], view: View, *, page: int = 1
) -> NativeChart | None:
    """The same for a presentation: each allotment as one bar of selected, other nominated and unused places.

    None if there is no row. What the picture remarks beside a row stands behind its name.

    Parameters
    ----------
    balance, names, view, page
        As for :func:`allotment_balance`.
    """
    rows = _rows_of_track(balance, names, view)
    made = _stack(view, take_page(rows, page, ROWS_PER_PAGE), view.nominator)
    note = part_note(view, page, len(rows), ROWS_PER_PAGE)
    return made and replace(made, title=_title(view, "allotment_balance", rows), note=note)


def _stack(view: View, rows: Sequence[Mapping[Any, Any]], heading: str) -> NativeChart | None:
    if not rows:
        return None
    parts = {
        "selected": [row["selected"] for row in rows],
        "others": [max(row["nominated"] - row["selected"], 0) for row in rows],
        "unused": [max(row["allotted"] - row["nominated"], 0) for row in rows],
    }
    return NativeChart(
        "stacked_bars",
        heading,
        tuple(bracket(view, str(row["name"]), _remark(view, row)) for row in rows),
        tuple(
            Series.of(view.say(f"balance.{part}_part"), counts, colour)
            for (part, counts), colour in zip(parts.items(), _PART_COLOURS, strict=True)
            if part != "unused" or any(row["limited"] for row in rows)
        ),
        zeros=False,
    )


def _rows_of_unit(balance: pd.DataFrame, view: View) -> list[dict[Any, Any]]:
    """Rows of the view's unit, in the order of the tracks."""
    tracks = {track.id: track.name.words(view.lang) for track in view.campaign.tracks}
    own = balance[(balance["by_unit"] == view.unit_code) & balance["track_id"].isin(list(tracks))]
    rows = [{**_with_allotment(view, row), "name": tracks[row["track_id"]]} for row in own.to_dict("records")]
    return sorted(rows, key=lambda row: list(tracks).index(row["track_id"]))


def _rows_of_track(balance: pd.DataFrame, names: Mapping[str, str], view: View) -> list[dict[Any, Any]]:
    """Rows of the view's track, in the order of the units' codes."""
    own = balance[balance["track_id"] == view.track_id].sort_values("by_unit")
    return [
        {**_with_allotment(view, row), "name": names.get(row["by_unit"], row["by_unit"])}
        for row in own.to_dict("records")
    ]


def _with_allotment(view: View, row: Mapping[Any, Any]) -> dict[Any, Any]:
    """Row of the balance; not ``limited`` if the track has no allotment."""
    nomination = view.campaign.track(row["track_id"]).nomination
    limited = nomination is not None and nomination.allotment is not None
    return {**row, "allotted": row["allotted"] if limited else 0, "limited": limited}


def _title(view: View, chart: str, rows: Sequence[Mapping[Any, Any]]) -> str:
    code = "title" if all(row["limited"] for row in rows) else "title_open"
    return view.say(f"{chart}.{code}", kind=view.nominator, **_sums(rows))


def _sums(rows: Sequence[Mapping[Any, Any]]) -> dict[str, int]:
    return {count: sum(int(row[count]) for row in rows) for count in COUNTS}


def _draw(view: View, rows: Sequence[Mapping[Any, Any]]) -> list[alt.Chart]:
    most = max([1, *(int(row[count]) for row in rows for count in COUNTS)])
    layers: list[alt.Chart] = []
    blocks = [replace(panel, top=84.0) for panel in panels(len(rows))]
    for panel, block in zip(blocks, split_rows(rows, len(blocks)), strict=True):
        layers += _draw_panel(
            view, panel, [{**row, "row": place} for place, row in enumerate(block)], rows, most
        )
    shown = [("square", theme.BALANCE_COLOURS[count], view.say(f"balance.{count}_key")) for count in COUNTS]
    remarks = [heading_text(view.say("balance.none"), theme.MARGIN, y=BODY_BOTTOM / 2)] if not rows else []
    return [*layers, *key(shown, left=theme.MARGIN), *remarks]


def _draw_panel(
    view: View, panel: Panel, block: list[dict[str, Any]], rows: Sequence[Mapping[Any, Any]], most: int
) -> list[alt.Chart]:
    beside = _has_room(view, rows)
    name_width = _name_width(rows)
    columns, edge = _columns(view, panel, rows if beside else ())

    def place(field: str) -> alt.X:
        return across(field, (0, most), panel.left + name_width + 16, edge)

    heights = {"allotted": 0.66, "nominated": 0.46, "selected": 0.22}
    drawn = [rules_between_rows(panel)]
    for count, part in heights.items():
        values = [
            {"row": row["row"], count: row[count], "fill": theme.BALANCE_COLOURS[count]}
            for row in block
            if row[count]
        ]
        drawn.append(
            bars(
                values,
                panel,
                place(count),
                height=min(panel.pitch, 64) * part,
                stroke=theme.RULE,
                strokeWidth=1,
            )
        )
    drawn.append(texts(texts_of(block, lambda row: fit_text(row["name"], name_width + 2)), panel, panel.left))
    for count, at in columns.items():
        drawn.append(heading_text(view.say(f"balance.{count}"), at, align="right", y=62))
        drawn.append(
            texts(
                texts_of(block, partial(_count, count=count, star=not beside and count == "nominated")),
                panel,
                at,
                align="right",
                bold=count == "selected",
            )
        )
    labels = [
        {**item, "ink": theme.ALERT}
        for item in texts_of(block, lambda row: _remark(view, row))
        if beside and item["text"]
    ]
    return [*drawn, texts(labels, panel, panel.right, align="right", size=theme.SMALL)]


def _name_width(rows: Sequence[Mapping[Any, Any]]) -> float:
    return min(max([text_width(row["name"]) for row in rows], default=0.0), 320.0)


def _columns(
    view: View, panel: Panel, remarked: Sequence[Mapping[Any, Any]]
) -> tuple[dict[str, float], float]:
    """Right edge of each column of numbers, and of the bars, beside the remarks of some rows."""
    remark_width = max([0.0, *(text_width(_remark(view, row), theme.SMALL) for row in remarked)])
    columns: dict[str, float] = {}
    right = panel.right - remark_width - (10 if remark_width else 0)
    for count in reversed(COUNTS):
        columns[count] = right
        right -= max(text_width(view.say(f"balance.{count}"), theme.SMALL), 28) + 12
    return columns, right


def _has_room(view: View, rows: Sequence[Mapping[Any, Any]]) -> bool:
    """Whether bars are still to be seen beside the remarks; if not, a star stands for each."""
    panel = panels(len(rows))[0]
    return _columns(view, panel, rows)[1] - panel.left - _name_width(rows) - 16 >= _SHORTEST_BAR


def _star_note(view: View, rows: Sequence[Mapping[Any, Any]]) -> str:
    return "" if _has_room(view, rows) else view.say("balance.star")


def _count(row: Mapping[Any, Any], count: str, *, star: bool = False) -> str:
    if count == "allotted" and not row["limited"]:
        return "—"
    said = row["refused"] or row["short"] or (row["vetoed"] and row["limited"])
    return f"{row[count]}*" if star and said else str(row[count])


def _remark(view: View, row: Mapping[Any, Any]) -> str:
    if row["refused"]:
        return view.say("balance.refused", refused=int(row["refused"]))
    if row["vetoed"] and row["limited"]:
        return view.say("balance.vetoed", vetoed=int(row["vetoed"]), vacant=int(row["vacant"]))
    if row["short"]:
        return view.say("balance.short", short=int(row["short"]))
    return ""
