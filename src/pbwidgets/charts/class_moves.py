"""Moves between classes: how many units went from which class to which."""

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import pandas as pd

from pbwidgets import palette
from pbwidgets.charts import theme
from pbwidgets.charts.native import NativeChart, Series, blend
from pbwidgets.charts.sheet import (
    BODY_TOP,
    Panel,
    across,
    fit_text,
    heading_text,
    key,
    put_on_sheet,
    rows_of,
    text_width,
    texts,
)
from pbwidgets.charts.view import View

_FILLS: Final = {
    "up": palette.BLUE,
    "same": palette.BAND,
    "down": palette.RUSTS[-1],
    "new": palette.PALE_BLUE,
}
_SIGNS: Final = {"up": "↑", "down": "↓"}
"""Sign before the count, so that up and down differ in grey print too."""
_DARK: Final = ("up", "down")


def class_moves(moves: pd.DataFrame, days: tuple[str, str], view: View) -> alt.LayerChart:
    """Classes before and now: how many units went each way.

    Parameters
    ----------
    moves
        Columns ``MOVES``; only rows of the view's track are used.
    days
        The two days compared, in words.
    view
        What the chart is about; its track has classes.

    Raises
    ------
    ValueError
        If the track has no classes.
    """
    own, rows, names = _prepare(moves, view)
    note = view.say("class_moves.days", since=days[0], until=days[1])
    if own.empty:
        return put_on_sheet(
            [heading_text(view.say("class_moves.nothing"), theme.MARGIN, y=200)],
            view, view.say("class_moves.title_nothing"), measure="",
        )  # fmt: skip
    title = _title(own, view)
    return put_on_sheet(_draw(view, rows, names), view, title, measure=view.say("units"), note=note)


def class_moves_native(moves: pd.DataFrame, days: tuple[str, str], view: View) -> NativeChart | None:
    """The same for a presentation: a bar for each class before, parted into the classes now.

    None if no class has been decided.

    Parameters
    ----------
    moves, days, view
        As for :func:`class_moves`.

    Raises
    ------
    ValueError
        If the track has no classes.
    """
    own, rows, names = _prepare(moves, view)
    if own.empty:
        return None
    return NativeChart(
        "stacked_bars",
        view.say("class_moves.before"),
        tuple(row["name"] for row in rows),
        tuple(
            Series.of(
                view.say("class_moves.now", name=name),
                [row["cells"][at] for row in rows],
                blend(palette.BLUES, 1 - at / max(len(names) - 1, 1)),
            )
            for at, name in enumerate(names)
        ),
        zeros=False,
        note=view.say("class_moves.days", since=days[0], until=days[1]),
        title=_title(own, view),
    )


def _title(own: pd.DataFrame, view: View) -> str:
    counts = {move: int((own["move"] == move).sum()) for move in ("up", "down", "same")}
    return view.say("class_moves.title", kind=view.kind, **counts)


def _prepare(moves: pd.DataFrame, view: View) -> tuple[pd.DataFrame, list[dict[str, Any]], list[str]]:
    """Moves of the track, a row for each class before with its count in each class now, and the classes."""
    classes = view.track.class_names(view.lang)
    if not classes:
        raise ValueError(f"track {view.track_id} has no classes")
    own = moves[moves["track_id"] == view.track_id]
    counted = own.groupby(["class_before", "class_after"]).size().to_dict()
    before = [*range(1, len(classes) + 1), *([0] if (own["class_before"] == 0).any() else [])]
    labels = {**classes, 0: view.say("class_moves.none_yet")}
    rows = [
        {
            "row": row,
            "name": labels[was],
            "cells": [counted.get((was, now), 0) for now in range(1, len(classes) + 1)],
            "was": was,
        }
        for row, was in enumerate(before)
    ]
    return own, rows, list(classes.values())


def _draw(view: View, rows: Sequence[dict[str, Any]], names: Sequence[str]) -> list[alt.Chart]:
    panel = Panel(theme.MARGIN, theme.WIDTH - theme.MARGIN, len(rows), top=BODY_TOP + 76, tallest=96)
    width = min(max(text_width(row["name"]) for row in rows), 260.0)
    sum_word = view.say("class_moves.sum")
    left = panel.left + max(width, text_width(view.say("class_moves.before"), theme.SMALL)) + 20
    right = panel.right - max(text_width(sum_word, theme.SMALL), 70) - 16
    column = (right - left) / len(names)

    def place(field: str) -> alt.X:
        return across(field, (0, len(names)), left, right)

    cells = [_cell(row, at, count) for row in rows for at, count in enumerate(row["cells"])]
    return [
        *_key(view, rows),
        heading_text(view.say("class_moves.before"), panel.left, y=BODY_TOP + 56),
        heading_text(sum_word, panel.right, align="right", y=BODY_TOP + 56),
        *(
            heading_text(
                fit_text(view.say("class_moves.now", name=name), column - 12, theme.SMALL),
                left + (at + 0.5) * column, align="center", y=BODY_TOP + 56, colour=theme.INK,
            )
            for at, name in enumerate(names)
        ),
        alt.Chart(rows_of(cells))
        .mark_rect(stroke=theme.RULE)
        .encode(
            x=place("from"), x2=alt.X2("to:Q"), y=panel.y("top"), y2=alt.Y2("low:Q"),
            fill=alt.Fill("fill:N", scale=None), strokeOpacity=alt.StrokeOpacity("outline:Q", scale=None),
        ),
        texts(cells, panel, place("middle"), align="center", bold=True),
        texts([{"row": row["row"], "text": fit_text(row["name"], width + 2)} for row in rows], panel, panel.left),
        texts(
            [{"row": row["row"], "text": str(sum(row["cells"]))} for row in rows],
            panel, panel.right, align="right", bold=True,
        ),
    ]  # fmt: skip


def _cell(row: dict[str, Any], at: int, count: int) -> dict[str, Any]:
    move = _name_move(row["was"], at + 1)
    return {
        "row": row["row"],
        "top": row["row"] - 0.44,
        "low": row["row"] + 0.44,
        "from": at + 0.02,
        "to": at + 0.98,
        "middle": at + 0.5,
        "fill": _FILLS[move] if count else "white",
        "outline": 1.0 if count else 0.35,
        "text": f"{_SIGNS.get(move, '')}{count}" if count else "0",
        "ink": ("white" if move in _DARK else theme.INK) if count else theme.QUIET,
    }


def _name_move(was: int, now: int) -> str:
    if was == 0:
        return "new"
    return "same" if was == now else "up" if now < was else "down"


def _key(view: View, rows: Sequence[dict[str, Any]]) -> list[alt.Chart]:
    shown = [move for move in _FILLS if move != "new" or any(row["was"] == 0 for row in rows)]
    return key(
        [("square", _FILLS[move], view.say(f"class_moves.{move}")) for move in shown], left=theme.MARGIN
    )
