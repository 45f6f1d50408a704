"""Where points are lost."""

from collections.abc import Collection, Sequence

import pandas as pd

from pbwidgets.charts.headings import agg_headings
from pbwidgets.charts.headlines.phrasing import furthest, join_clauses, name_some, quoted, words_in
from pbwidgets.charts.view import View
from pbwidgets.wording import number, round_half_up, share_text


def losses_headline(points: pd.DataFrame, unit_codes: Collection[str], view: View) -> str:
    """The heading in which most points are lost: how many in the mean, and its share of all lost.

    Parameters
    ----------
    points
        Columns ``POINTS``; the last layer of the view's track counts.
    unit_codes
        Units that count.
    view
        What the chart is about.
    """
    say = words_in(view.lang)
    lost = _lost(points, view, unit_codes)
    if lost.empty:
        return say("lost_unknown", kind=view.kind)
    means = lost.groupby("heading_id")["lost"].mean()
    most, mean = furthest({str(key): float(value) for key, value in means.items()})
    if not most:
        return say("lost_none", kind=view.kind)
    sums = lost.groupby("heading_id")["lost"].sum()
    share = 100 * float(sums[most].sum() / sums.sum())
    names = name_some(quoted(_names(view, most), view.lang), view.lang)
    code = "lost_tied" if len(most) > 1 else "lost_most"
    code += "_mean" if lost["unit_code"].nunique() > 1 else ""
    first = say(code, heading=names, lost=number(mean))
    return join_clauses(view.lang, first, say("lost_share", share=share_text(share)))


def lost_most(points: pd.DataFrame, view: View, unit_codes: Sequence[str]) -> list[str]:
    """Names of the headings in which each of some units lost more than in any other, or as much; often none."""
    lost = _lost(points, view, unit_codes)
    rows = lost[lost["lost"] > 0]
    tops = rows[rows["lost"] >= rows.groupby("unit_code")["lost"].transform("max")]
    by_unit = [set(own["heading_id"]) for _, own in tops.groupby("unit_code")]
    if len(by_unit) < len(set(unit_codes)):
        return []
    return _names(view, set.intersection(*by_unit))


def _lost(points: pd.DataFrame, view: View, unit_codes: Collection[str]) -> pd.DataFrame:
    """Points lost by unit and heading in the track's last layer; without the headings that have no mark."""
    own = points[points["unit_code"].isin(list(unit_codes)) & (points["layer"] == view.track.layers[-1].id)]
    sums = agg_headings(own, view.track)
    sums = sums[sums["points"].notna()]
    lost = (sums["max_given"] - sums["points"]).clip(lower=0.0)
    return sums.assign(lost=[round_half_up(float(value), 6) for value in lost])


def _names(view: View, heading_ids: Collection[str]) -> list[str]:
    return [top.name.words(view.lang) for top in view.track.criteria if top.id in heading_ids]
