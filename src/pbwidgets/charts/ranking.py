"""The ranking with the cut line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from pbwidgets.charts import theme
from pbwidgets.charts.native import MOST_CATEGORIES, NativeChart, Series
from pbwidgets.charts.sheet import (
    Panel,
    across,
    bars,
    bracket,
    fit_text,
    heading_text,
    key,
    mark_text,
    page_count,
    panels,
    put_on_sheet,
    rows_of,
    split_rows,
    take_page,
    text_width,
    texts,
    texts_of,
)
from pbwidgets.charts.view import View
from pbwidgets.scoring.frames import (
    ASSESSED,
    BARRED,
    CAPPED,
    INELIGIBLE,
    NOT_SELECTED,
    SELECTED,
    STATUSES,
    TIED_AT_CUT,
    WAITING,
)
from pbwidgets.scoring.selection import best_first, find_open_places, last_selected
from pbwidgets.wording import MOST_DIGITS, count_decimals, say

ROWS_PER_PAGE = 26
_SHORTEST_BAR = 60.0
_KEY = (SELECTED, TIED_AT_CUT, WAITING, NOT_SELECTED, INELIGIBLE, BARRED, CAPPED)


def ranking_bars(selection: pd.DataFrame, view: View, *, page: int | None = None) -> alt.LayerChart:
    """Ranking of a track: totals as bars, statuses as fill and words, a line where the places end.

    Parameters
    ----------
    selection
        Selection frame; rows of the view's track with a rank are drawn.
    view
        What the chart is about.
    page
        Sheet, from 1, of 26 units each. By default all units if they fit on one sheet; else the 26
        around the end of the places, or where no place ends the first 13 and the last 13, and the chart says which.
    """
    ranking = _prepare(selection, view, page, ROWS_PER_PAGE)
    return put_on_sheet(
        _draw(view, ranking), view, ranking.title, measure=view.say("points"), note=ranking.note
    )


def ranking_bars_native(
    selection: pd.DataFrame, view: View, *, page: int | None = None
) -> NativeChart | None:
    """The same for a presentation: a series for each status, a category without a bar where the places end.

    None if no unit has a rank.

    Parameters
    ----------
    selection, view
        As for :func:`ranking_bars`.
    page
        The same, of 29 units each.
    """
    ranking = _prepare(selection, view, page, MOST_CATEGORIES - 1)
    if not ranking.rows:
        return None
    used = {row["status"]: _status(view, row) or view.say("ranking_bars.total") for row in ranking.rows}
    series = [
        Series.of(
            used[status],
            [row["total"] if row and row["status"] == status else None for row in ranking.shown],
            theme.STATUS_COLOURS[status],
        )
        for status in STATUSES
        if status in used
    ]
    return NativeChart(
        "bars",
        bracket(view, view.kind, view.say("points")),
        tuple(_name_native(view, row, ranking.cut) for row in ranking.shown),
        tuple(series),
        decimals=ranking.decimals,
        note=ranking.note,
        title=ranking.title,
    )


@dataclass(frozen=True)
class _Ranking:
    """What is drawn: units in order with None where the places end, and the words around them."""

    shown: list[dict[Any, Any] | None]
    cut: str
    title: str
    note: str

    @property
    def rows(self) -> list[dict[Any, Any]]:
        """The units."""
        return [row for row in self.shown if row is not None]

    @property
    def decimals(self) -> int:
        """Decimals of the totals."""
        return count_decimals((row["total"] for row in self.rows), MOST_DIGITS)


def _prepare(selection: pd.DataFrame, view: View, page: int | None, per_page: int) -> _Ranking:
    own = selection[(selection["track_id"] == view.track_id) & (selection["rank"] > 0)]
    ranked: list[dict[Any, Any]] = best_first(own).to_dict("records")
    shown = _shown(ranked, page, per_page)
    kept = [item for item in shown if item is not None]
    places = view.track.places
    title = (
        view.say("ranking_bars.title", kind=view.kind, n=len(ranked), places=places)
        if places
        else view.say("ranking_bars.title_ranked_only", kind=view.kind, n=len(ranked))
    )
    notes = []
    free = find_open_places(own)
    if free:
        notes.append(view.say("ranking_bars.open", open=free))
    line = _word_cut(view, ranked, free)
    if _has_gap(ranked, page, per_page):
        line = view.say("ranking_bars.gap", left_out=len(ranked) - len(kept), n=len(ranked))
    elif len(kept) < len(ranked):
        notes.append(
            view.say("ranking_bars.part", first=kept[0]["rank"], last=kept[-1]["rank"], n=len(ranked))
        )
        if page is not None:
            notes.append(view.say("page", page=page, pages=page_count(len(ranked), per_page)))
    return _Ranking(shown, line, title, view.say("list_glue").join(notes))


def _has_gap(ranked: Sequence[Mapping[Any, Any]], page: int | None, per_page: int) -> bool:
    """Whether only the first and the last of all units are shown: they do not fit, and nowhere do places end."""
    return page is None and len(ranked) > per_page and not last_selected(item["status"] for item in ranked)


def _shown(ranked: list[dict[Any, Any]], page: int | None, per_page: int) -> list[dict[Any, Any] | None]:
    """Rows drawn, with None in place of the cut line or of the units that are left out."""
    if _has_gap(ranked, page, per_page):
        half = per_page // 2
        return [*ranked[: per_page - half], None, *ranked[-half:]]
    cut = last_selected(item["status"] for item in ranked)
    start = 0
    if page is not None:
        start = (page - 1) * per_page
        take_page(ranked, page, per_page)
    elif len(ranked) > per_page:
        start = min(max(cut - per_page // 2, 0), len(ranked) - per_page)
    rows: list[dict[Any, Any] | None] = list(ranked[start : start + per_page])
    if start < cut <= start + len(rows) and cut < len(ranked):
        rows.insert(cut - start, None)
    return rows


def _draw(view: View, ranking: _Ranking) -> list[alt.Chart]:
    rows = [{"cut": item is None, **(item or {})} for item in ranking.shown]
    drawn = [row for row in rows if not row["cut"]]
    totals = [row["total"] for row in drawn if not pd.isna(row["total"])]
    for row in drawn:
        row["written"] = mark_text(view, row["total"], ranking.decimals)
    widths = {
        "rank": max([text_width(_rank(row)) for row in drawn], default=0.0),
        "name": min(max([text_width(str(row["unit_name"])) for row in drawn], default=0.0), 320.0),
        "total": max([text_width(row["written"]) for row in drawn], default=0.0),
        "status": max([text_width(_status(view, row), theme.SMALL) for row in drawn], default=0.0),
        "most": max([1.0, *totals]),
    }
    layers: list[alt.Chart] = []
    blocks = panels(len(rows))
    if _bar_length(blocks[0], widths) < _SHORTEST_BAR:
        widths["status"] = 0.0  # what the key says as well
    for panel, block in zip(blocks, split_rows(rows, len(blocks)), strict=True):
        layers += _draw_panel(
            view, panel, [{**row, "row": place} for place, row in enumerate(block)], ranking.cut, widths
        )
    used = [status for status in _KEY if any(row["status"] == status and _status(view, row) for row in drawn)]
    signs = [
        ("square", theme.STATUS_COLOURS[status], say(f"scoring.status_{status}", view.lang))
        for status in used
    ]
    empty = [] if drawn else [heading_text(view.say("ranking_bars.none"), theme.MARGIN, y=200)]
    return [*layers, *key(signs, left=theme.MARGIN), *empty]


def _name_native(view: View, row: Mapping[Any, Any] | None, cut: str) -> str:
    """Rank and name; a unit without a total says so in its name, as a bar that is not there says nothing."""
    if row is None:
        return f"— {cut} —"
    missing = view.say("missing") if pd.isna(row["total"]) else ""
    return bracket(view, f"{_rank(row)}  {row['unit_name']}", missing)


def _rank(row: Mapping[Any, Any]) -> str:
    return str(int(row["rank"]))


def _status(view: View, row: Mapping[Any, Any]) -> str:
    """What is proposed; nothing where a track only ranks."""
    return "" if row["status"] == ASSESSED else say(f"scoring.status_{row['status']}", view.lang)


def _bar_length(panel: Panel, widths: Mapping[str, float]) -> float:
    """Longest bar beside the texts of a row."""
    left, right = _bar_ends(panel, widths)
    return right - left


def _bar_ends(panel: Panel, widths: Mapping[str, float]) -> tuple[float, float]:
    left = panel.left + widths["rank"] + 14 + widths["name"] + 14
    return left, panel.right - widths["status"] - 14 - widths["total"] - 10


def _draw_panel(
    view: View,
    panel: Panel,
    block: list[dict[str, Any]],
    cut: str,
    widths: Mapping[str, float],
) -> list[alt.Chart]:
    rows = [row for row in block if not row["cut"]]
    rank_right = panel.left + widths["rank"]
    total_right = panel.right - widths["status"] - 14
    bar_left, bar_right = _bar_ends(panel, widths)
    lengths = [
        {"row": row["row"], "total": max(row["total"], 0.0), "fill": theme.STATUS_COLOURS[row["status"]]}
        for row in rows
        if not pd.isna(row["total"])
    ]
    return [
        bars(
            lengths,
            panel,
            across("total", (0, widths["most"]), bar_left, bar_right),
            stroke=theme.QUIET,
            strokeWidth=1,
            height=min(panel.pitch * 0.62, 34),
        ),
        texts(texts_of(rows, _rank), panel, rank_right, align="right", bold=True),
        texts(
            texts_of(rows, lambda row: fit_text(str(row["unit_name"]), widths["name"] + 2)),
            panel,
            rank_right + 14,
        ),
        texts(texts_of(rows, lambda row: str(row["written"])), panel, total_right, align="right", bold=True),
        texts(
            texts_of(rows if widths["status"] else (), lambda row: _status(view, row)),
            panel,
            panel.right,
            align="right",
            size=theme.SMALL,
        ),
        *_cut(panel, [row for row in block if row["cut"]], cut),
    ]


def _word_cut(view: View, ranked: Sequence[Mapping[Any, Any]], free: int) -> str:
    tied = sum(1 for row in ranked if row["status"] == TIED_AT_CUT)
    inside = sum(1 for row in ranked if row["status"] == SELECTED)
    places = view.track.places or inside
    if tied:
        return view.say("ranking_bars.cut_tied", tied=tied, left=places - inside)
    if free:
        return view.say("ranking_bars.cut_open", places=places, open=free)
    return view.say("ranking_bars.cut", places=places)


def _cut(panel: Panel, at: list[dict[str, Any]], text: str) -> list[alt.Chart]:
    """The cut line, with its words in their own row."""
    if not at:
        return []
    width = text_width(text, theme.SMALL) + 20
    middle = (panel.left + panel.right) / 2
    sides = [(panel.left, middle - width / 2), (middle + width / 2, panel.right)]
    data = [{"row": row["row"], "text": text} for row in at]
    return [
        *(
            alt.Chart(rows_of(data))
            .mark_rule(color=theme.INK, strokeWidth=2.5, strokeDash=[8, 5])
            .encode(y=panel.y(), x=alt.XValue(left), x2=alt.X2Value(right))
            for left, right in sides
            if right > left
        ),
        texts(
            [{**row, "text": fit_text(text, panel.right - panel.left, theme.SMALL)} for row in data],
            panel,
            middle,
            align="center",
            size=theme.SMALL,
        ),
    ]
