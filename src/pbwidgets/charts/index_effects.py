"""What moves a composite index: weights, strengths and weaknesses of a unit, ranks after a change."""

from typing import Any, Final

import altair as alt
import pandas as pd

from pbwidgets import palette
from pbwidgets.charts import theme
from pbwidgets.charts.bar_list import ROWS_PER_PAGE, Bar, bar_list
from pbwidgets.charts.sheet import (
    BODY_TOP,
    SINGLE,
    Panel,
    across,
    bars,
    fit_text,
    heading_text,
    key,
    mark_text,
    put_on_sheet,
    rows_of,
    rules_between_rows,
    text_width,
    texts,
)
from pbwidgets.charts.view import IndexView
from pbwidgets.wording import count_decimals, number

_WEAK: Final = palette.RUSTS[1]
_EACH_SIDE: Final = 6  # on a sheet of one panel


def weight_bars(weights: pd.DataFrame, view: IndexView) -> alt.LayerChart:
    """Effective weights of the indicators, the greatest first; at most 26, and the chart says of how many.

    Parameters
    ----------
    weights
        ``name`` and ``share_pct`` of each indicator.
    view
        What the chart is about.
    """
    ordered = weights.sort_values("share_pct", ascending=False, kind="stable")
    shown = ordered.head(ROWS_PER_PAGE)
    decimals = count_decimals(shown["share_pct"], 1)
    rows = [
        Bar(name, share, number(share, decimals, keep_zeros=True) + "%")
        for name, share in zip(shown["name"].astype(str), shown["share_pct"].astype(float), strict=True)
    ]
    title = view.say("weight_bars.title", n=len(weights), name=view.name)
    part = view.say("index_heatmap.heaviest", shown=len(shown), n=len(weights))
    return put_on_sheet(
        bar_list(rows), view, title, measure="%", note=part if len(shown) < len(weights) else ""
    )


def strength_bars(strengths: pd.DataFrame, name: str, view: IndexView) -> alt.LayerChart:
    """Strengths and weaknesses of one unit compared with the median unit: the six greatest of each.

    Parameters
    ----------
    strengths
        Frame of :func:`~pbwidgets.scoring.index.find_strengths`; indicators without an effect are left out.
    name
        Name of the unit.
    view
        What the chart is about.
    """
    shown = pick_greatest(strengths)
    decimals = count_decimals(shown["effect"], view.digits)
    rows = [
        Bar(
            str(row["name"]),
            float(row["effect"]),
            _signed(float(row["effect"]), decimals),
            tail=f"{mark_text(view, row['score'], 1)} / {mark_text(view, row['median'], 1)}",
            fill=theme.OWN if row["effect"] > 0 else _WEAK,
        )
        for row in shown.to_dict("records")
    ]
    layers = bar_list(rows)
    if rows:
        layers += key(
            [
                ("square", theme.OWN, view.say("strength_bars.strong")),
                ("square", _WEAK, view.say("strength_bars.weak")),
            ],
            left=theme.MARGIN,
        )
        layers.append(
            heading_text(view.say("strength_bars.beside"), theme.WIDTH - theme.MARGIN, align="right")
        )
    else:
        layers.append(heading_text(view.say("strength_bars.none"), theme.MARGIN, y=200))
    return put_on_sheet(layers, view, view.say("strength_bars.title", unit=name), measure=view.say("points"))


def pick_greatest(strengths: pd.DataFrame, each: int = _EACH_SIDE) -> pd.DataFrame:
    """The greatest strengths, then as many weaknesses, the greatest last."""
    moving = strengths[strengths["effect"].round(9) != 0].sort_values(
        "effect", ascending=False, kind="stable"
    )
    above, below = moving[moving["effect"] > 0], moving[moving["effect"] < 0]
    return pd.concat([above.head(each), below.tail(each)])


def _signed(value: float, digits: int) -> str:
    text = number(value, digits, keep_zeros=True)
    return f"+{text}" if value > 0 else text


def rank_moves(moves: pd.DataFrame, change: str, view: IndexView) -> alt.LayerChart:
    """Ranks before and after a step of the index is changed: the 13 units that move most.

    Parameters
    ----------
    moves
        ``name``, ``before`` and ``after`` (ranks); units without one of them are left out.
    change
        What was changed, in words.
    view
        What the chart is about.
    """
    ranked = moves[moves["before"].notna() & moves["after"].notna()]
    ranked = ranked.assign(before=ranked["before"].astype("int64"), after=ranked["after"].astype("int64"))
    ranked = ranked.assign(distance=(ranked["after"] - ranked["before"]).abs())
    moved = ranked[ranked["distance"] > 0]
    shown = moved.sort_values(["distance", "before"], ascending=[False, True], kind="stable").head(SINGLE)
    rows = shown.sort_values(["before", "after"], kind="stable").to_dict("records")
    last = int(ranked[["before", "after"]].max().max()) if len(ranked) else 1
    title = view.say("rank_moves.title", n=len(ranked), moved=len(moved))
    note = view.say("rank_moves.part", shown=len(rows)) if len(rows) < len(moved) else ""
    head = heading_text(
        fit_text(view.say("rank_moves.change", change=change), theme.WIDTH - 2 * theme.MARGIN, theme.SMALL),
        theme.MARGIN,
    )
    drawn = (
        _draw_moves(view, rows, last)
        if rows
        else [heading_text(view.say("rank_moves.none"), theme.MARGIN, y=200)]
    )
    return put_on_sheet([head, *drawn], view, title, measure=view.say("ranks"), note=note)


def _draw_moves(view: IndexView, rows: list[dict[Any, Any]], last: int) -> list[alt.Chart]:
    panel = Panel(theme.MARGIN, theme.WIDTH - theme.MARGIN, len(rows), top=BODY_TOP + 34, tallest=64)
    figures = [f"{row['before']} → {row['after']}" for row in rows]
    names = min(max(text_width(str(row["name"])) for row in rows), 420.0)
    left = panel.left + names + 30
    right = panel.right - max(text_width(text) for text in figures) - 30

    def place(field: str) -> alt.X:
        return across(field, (1, max(last, 2)), left, right)

    at = [{**_plain(row), "row": place, "fill": theme.RULE} for place, row in enumerate(rows)]
    signs = [
        ("circle", "white", view.say("rank_moves.before")),
        ("circle", theme.OWN, view.say("rank_moves.after")),
    ]
    return [
        *key(signs, left=theme.MARGIN, y=BODY_TOP + 10),
        heading_text(view.say("rank_moves.ranks"), panel.right, align="right", y=BODY_TOP + 10),
        rules_between_rows(panel),
        bars(at, panel, place("before"), height=5, x2="after"),
        *(
            alt.Chart(rows_of(at))
            .mark_point(shape="circle", size=230, filled=True, fill=fill, stroke=theme.INK, opacity=1)
            .encode(x=place(field), y=panel.y())
            for field, fill in (("before", "white"), ("after", theme.OWN))
        ),
        texts(
            [{"row": row["row"], "text": fit_text(row["name"], names + 2)} for row in at], panel, panel.left
        ),
        texts(
            [{"row": place, "text": text} for place, text in enumerate(figures)],
            panel,
            panel.right,
            align="right",
            bold=True,
        ),
    ]


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {"name": str(row["name"]), "before": int(row["before"]), "after": int(row["after"])}
