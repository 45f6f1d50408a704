"""How stable a list is: where each unit would rank with other weights, raters and rules."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from pbwidgets.charts import theme
from pbwidgets.charts.sheet import (
    BODY_BOTTOM,
    BODY_TOP,
    Panel,
    across,
    bars,
    fit_text,
    heading_text,
    key,
    page_note,
    put_on_sheet,
    rows_of,
    rules_between_rows,
    take_page,
    text_width,
    texts,
)
from pbwidgets.charts.view import View
from pbwidgets.scoring.robustness import FIRM, UNDECIDED, USUAL_TRIALS, Trials
from pbwidgets.wording import share_text

ROWS_PER_PAGE = 14
_UPRIGHT = "M-0.05,-0.8L0.05,-0.8L0.05,0.8L-0.05,0.8Z"  # the cut line, as a symbol in the key


def rank_intervals(
    firmness: pd.DataFrame,
    names: Mapping[str, str],
    view: View,
    *,
    page: int = 1,
    trials: Trials | None = USUAL_TRIALS,
) -> alt.LayerChart:
    """Bars of the units from their 5 % to their 95 % rank, the median marked, and how often each is selected.

    Title and counts are about the units that are drawn.

    Parameters
    ----------
    firmness
        Frame with the columns ``FIRMNESS`` of one track, from
        :func:`~pbwidgets.scoring.robustness.vary_list`; units without a rank are left out.
    names
        Names by unit code; units without one are not shown.
    view
        What the chart is about; its track has the number of places.
    page
        Sheet, from 1, if there are more than 14 units.
    trials
        What was varied, named on the chart; None to leave that out.

    Raises
    ------
    IndexError
        If there is no such sheet.
    """
    ranked = firmness[firmness["rank_median"].notna()]
    last = float(ranked["rank_p95"].max()) if len(ranked) else 1.0
    ours = ranked[ranked["unit_code"].isin(list(names))].sort_values(
        ["rank_median", "rank_p95", "rank_p5", "unit_code"]
    )
    columns = ["verdict", "share_selected_pct", "share_tied_pct", "rank_p5", "rank_median", "rank_p95"]
    units = [
        _Unit(names[code], *row)
        for code, *row in ours[["unit_code", *columns]].itertuples(index=False, name=None)
    ]
    shown = list(take_page(units, page, ROWS_PER_PAGE))
    notes = [
        page_note(view, page, len(units), ROWS_PER_PAGE),
        trials.words(view.lang, view.track) if trials else "",
    ]
    note = view.say("list_glue").join(filter(None, notes))
    return put_on_sheet(
        _draw(view, shown, last), view, _title(view, shown), measure=view.say("ranks"), note=note
    )


@dataclass(frozen=True)
class _Unit:
    name: str
    verdict: str
    share_pct: float
    tied_pct: float
    low: float
    median: float
    high: float


def _title(view: View, units: list[_Unit]) -> str:
    if view.track.places is None:
        return view.say("rank_intervals.title", n=len(units), kind=view.kind)
    counts = Counter(unit.verdict for unit in units)
    return view.say(
        "rank_intervals.title_places",
        n=len(units), kind=view.kind, firm=counts[FIRM], undecided=counts[UNDECIDED],
    )  # fmt: skip


def _say_share(view: View, unit: _Unit) -> str:
    if not unit.tied_pct:
        return share_text(unit.share_pct)
    tied = share_text(unit.tied_pct)
    return view.say("rank_intervals.share_tied", share=share_text(unit.share_pct), tied=tied)


def _draw(view: View, units: list[_Unit], last: float) -> list[alt.Chart]:
    panel = Panel(
        theme.MARGIN,
        theme.WIDTH - theme.MARGIN,
        len(units),
        top=BODY_TOP + 24,
        bottom=BODY_BOTTOM,
        tallest=64,
    )
    head = view.say("rank_intervals.share")
    left = theme.MARGIN + max([text_width(unit.name) for unit in units], default=0) + 24
    left = min(left, theme.WIDTH * 0.4)
    said = [_say_share(view, unit) for unit in units]
    widest = max([text_width(head, theme.SMALL), *map(text_width, said)])
    right = panel.right - widest - 36
    names = [
        {"row": row, "text": fit_text(unit.name, left - theme.MARGIN - 16)} for row, unit in enumerate(units)
    ]
    shares = [{"row": row, "text": text} for row, text in enumerate(said)]
    first = panel.top - 18
    return [
        rules_between_rows(panel),
        *key(_signs(view, last), left=theme.MARGIN),
        heading_text(head, panel.right, align="right"),
        heading_text(view.say("rank", rank=1), left, y=first),
        *(
            [heading_text(view.say("rank", rank=int(last)), right, align="right", y=first)]
            if last > 1
            else []
        ),
        *_intervals(view, panel, units, (left, right), last),
        texts(names, panel, theme.MARGIN),
        texts(shares, panel, panel.right, align="right", bold=True),
    ]


def _signs(view: View, last: float) -> list[tuple[str, str, str]]:
    signs = [
        ("square", theme.PALE, view.say("rank_intervals.interval")),
        ("circle", theme.OWN, view.say("rank_intervals.median")),
    ]
    if _has_cut(view, last):
        signs.append((_UPRIGHT, theme.INK, view.say("places", places=view.track.places)))
    return signs


def _has_cut(view: View, last: float) -> bool:
    return 0 < view.cut < last


def _intervals(
    view: View, panel: Panel, units: list[_Unit], edges: tuple[float, float], last: float
) -> list[alt.Chart]:
    def place(field: str) -> alt.X:
        return across(field, (0.5, last + 0.5), *edges)

    # half a rank on both sides, so that a rank that never changes is still a bar
    spans: list[dict[str, Any]] = [
        {"row": row, "from": unit.low - 0.5, "to": unit.high + 0.5, "fill": theme.PALE}
        for row, unit in enumerate(units)
    ]
    medians = [{"row": row, "rank": unit.median} for row, unit in enumerate(units)]
    end = panel.top + panel.pitch * max(panel.rows, 1)
    cut = [{"cut": view.cut + 0.5}] if _has_cut(view, last) else []
    return [
        bars(spans, panel, place("to"), height=panel.pitch * 0.5, x2="from", stroke=theme.OWN),
        alt.Chart(rows_of(cut))
        .mark_rule(color=theme.INK, strokeWidth=3)
        .encode(x=place("cut"), y=alt.YValue(panel.top), y2=alt.Y2Value(end)),
        alt.Chart(rows_of(medians))
        .mark_point(
            shape="circle", size=200, filled=True, fill=theme.OWN, stroke="white", strokeWidth=1.5, opacity=1
        )
        .encode(x=place("rank"), y=panel.y()),
    ]
