"""Score by criterion compared with the published reference."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from pbwidgets.charts import theme
from pbwidgets.charts.headings import agg_headings, headings_of
from pbwidgets.charts.native import NativeChart, Series
from pbwidgets.charts.sheet import (
    Panel,
    across,
    bars,
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
from pbwidgets.wording import count_decimals, number

ROWS_PER_PAGE = 11
_NAMES, _PLOT_LEFT = 330.0, 392.0


def criterion_bars(
    points: pd.DataFrame, reference: pd.DataFrame, view: View, *, layer: str | None = None, page: int = 1
) -> alt.LayerChart:
    """Score of one unit by criterion, compared with the reference's median and range.

    Parameters
    ----------
    points
        Points frame; only rows of the view's unit, track and layer are used.
    reference
        Reference frame: aggregates only.
    view
        What the chart is about.
    layer
        Layer shown; by default the last one of the track.
    page
        Sheet, from 1, if there are more than 11 criteria.
    """
    layer = layer or view.track.layers[-1].id
    rows = _prepare(points, reference, view, layer)
    shown = [{**item, "row": row} for row, item in enumerate(take_page(rows, page, ROWS_PER_PAGE))]
    note = page_note(view, page, len(rows), ROWS_PER_PAGE)
    title = _title(view, layer)
    return put_on_sheet(_draw(view, shown), view, title, measure=view.say("points"), note=note)


def criterion_bars_native(
    points: pd.DataFrame, reference: pd.DataFrame, view: View, *, layer: str | None = None, page: int = 1
) -> NativeChart | None:
    """The same for a presentation: the unit's share of each maximum, in per cent, beside the median's.

    None if there is no criterion. A criterion without a maximum or a mark has no bar, and its points or the word for a
    missing mark stand behind its name.

    Parameters
    ----------
    points, reference, view, layer, page
        As for :func:`criterion_bars`.
    """
    layer = layer or view.track.layers[-1].id
    every = _prepare(points, reference, view, layer)
    rows = take_page(every, page, ROWS_PER_PAGE)
    if not rows:
        return None
    shares = {name: [row.get(name, float("nan")) for row in rows] for name in ("share", "median")}
    notes = [
        view.say("partial") if any(row["partial"] for row in rows) else "",
        part_note(view, page, len(every), ROWS_PER_PAGE),
    ]
    series = [Series.of(view.say("criterion_bars.own_key"), shares["share"], theme.OWN)]
    if any("median" in row for row in rows):
        series.append(Series.of(view.say("criterion_bars.median_key"), shares["median"], theme.BAND))
    return NativeChart(
        "bars",
        bracket(view, view.say("criterion_bars.criterion"), "%"),
        tuple(_name_native(view, row) for row in rows),
        tuple(series),
        unit="%",
        decimals=count_decimals([*shares["share"], *shares["median"]], 1),
        note=view.say("list_glue").join(filter(None, notes)),
        title=_title(view, layer),
    )


def _title(view: View, layer: str) -> str:
    return view.say("criterion_bars.title", layer=view.layer_name(layer), kind=view.kind)


def _name_native(view: View, row: Mapping[str, Any]) -> str:
    if "share" in row:
        return f"{row['name']}{'*' if row['partial'] else ''}"
    return bracket(view, row["name"], row["own"])


def _prepare(points: pd.DataFrame, reference: pd.DataFrame, view: View, layer: str) -> list[dict[str, Any]]:
    """A row for each criterion: the unit's own points, and the published ones, which may be missing."""
    own = points[points["unit_code"] == view.unit_code]
    sums = agg_headings(own[own["layer"] == layer], view.track)
    at = reference[(reference["track_id"] == view.track_id) & (reference["layer"] == layer)]
    mine, published = _by(sums, "heading_id"), _by(at, "criterion_id")
    decimals = count_decimals(row["points"] for row in mine.values())
    rows = []
    for heading in headings_of(own, view.track):
        none = {"points": float("nan"), "max_points": heading.max_points, "n_missing": 1}
        name, value = heading.name.words(view.lang), mine.get(heading.id, none)
        rows.append(_row(view, name, value, published.get(heading.id, {}), decimals))
    return rows


def _by(frame: pd.DataFrame, column: str) -> dict[str, dict[Any, Any]]:
    return {str(row[column]): row for row in frame.to_dict("records")}


def _row(
    view: View, name: str, value: Mapping[Any, Any], at: Mapping[Any, Any], decimals: int
) -> dict[str, Any]:
    most = float(value["max_points"])
    got = float(value["points"])
    missing = pd.isna(got)
    own = mark_text(view, got, decimals) + (f"/{number(most)}" if most and not missing else "")
    if value["n_missing"] and not missing:
        own += "*"
    known = bool(at) and not pd.isna(at["median"])
    row: dict[str, Any] = {
        "name": name,
        "own": own,
        "partial": bool(value["n_missing"]) and not missing,
        "ink": theme.ALERT if missing else theme.INK,
        "middle": view.say(
            "criterion_bars.middle_value",
            median=float(at["median"]),
            lowest=float(at["lowest"]),
            highest=float(at["highest"]),
        )
        if known
        else "—",
    }
    if most > 0 and not missing:
        row["share"] = 100 * got / most
    if most > 0 and known:
        row.update({part: 100 * at[part] / most for part in ("lowest", "median", "highest")})
    return row


def _draw(view: View, rows: list[dict[str, Any]]) -> list[alt.Chart]:
    panel = Panel(theme.MARGIN, theme.WIDTH - theme.MARGIN, len(rows))
    own_head = view.say("criterion_bars.own")
    middle_head = view.say("criterion_bars.middle")
    middle_width = max([text_width(middle_head, theme.SMALL), *(text_width(row["middle"]) for row in rows)])
    own_width = max([text_width(own_head, theme.SMALL), *(text_width(row["own"]) for row in rows)])
    own_right = panel.right - middle_width - 24
    plot_right = own_right - own_width - 24
    share = [row for row in rows if "share" in row]
    most = max(
        [100.0, *(row["share"] for row in share), *(row["highest"] for row in rows if "highest" in row)]
    )
    least = min([0.0, *(row["share"] for row in share), *(row["lowest"] for row in rows if "lowest" in row)])
    domain = (least, most)

    def scale_of(field: str) -> alt.X:
        return across(field, domain, _PLOT_LEFT, plot_right)

    thick = min(panel.pitch * 0.42, 30)
    lines = 2 if panel.pitch >= 56 else 1
    named = [{**row, "name": wrap_text(row["name"], _NAMES, lines=lines)} for row in rows]
    full = [{"row": row["row"] - 0.12, "share": 100, "fill": theme.BAND} for row in rows]
    mine = [{"row": row["row"] - 0.12, "share": row["share"], "fill": theme.OWN} for row in share]
    return [
        rules_between_rows(panel),
        bars(full, panel, scale_of("share"), height=thick),
        bars(mine, panel, scale_of("share"), height=thick),
        *_reference(rows, panel, scale_of),
        texts(named, panel, theme.MARGIN, field="name"),
        texts([{**row, "text": row["own"]} for row in rows], panel, own_right, align="right", bold=True),
        texts(
            [{"row": row["row"], "text": row["middle"], "ink": theme.QUIET} for row in rows],
            panel,
            panel.right,
            align="right",
        ),
        heading_text(own_head, own_right, align="right"),
        heading_text(middle_head, panel.right, align="right"),
        *key(
            [
                ("square", theme.OWN, view.say("criterion_bars.own_key")),
                ("square", theme.RULE, view.say("criterion_bars.range_key")),
                ("diamond", theme.INK, view.say("criterion_bars.median_key")),
            ],
            left=theme.MARGIN,
        ),
        *([_partial_note(view)] if any(row["partial"] for row in rows) else []),
    ]


def _reference(rows: list[dict[str, Any]], panel: Panel, scale_of: Any) -> list[alt.Chart]:
    known = [
        {
            "row": row["row"] + 0.3,
            **{part: row[part] for part in ("lowest", "median", "highest")},
            "fill": theme.RULE,
        }
        for row in rows
        if "median" in row
    ]
    return [
        bars(known, panel, scale_of("lowest"), height=max(panel.pitch * 0.1, 5), x2="highest"),
        alt.Chart(rows_of(known))
        .mark_point(shape="diamond", size=170, filled=True, fill=theme.INK, stroke="white", opacity=1)
        .encode(x=scale_of("median"), y=panel.y()),
    ]


def _partial_note(view: View) -> alt.Chart:
    y = theme.HEIGHT - theme.TITLE_BAND - 20
    return heading_text(view.say("partial"), theme.WIDTH - theme.MARGIN, align="right", y=y)
