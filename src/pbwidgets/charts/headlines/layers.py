"""How the marks of layers differ, and how points lie beside the published median."""

from collections.abc import Mapping

import pandas as pd

from pbwidgets.campaign.model import Campaign
from pbwidgets.charts.headings import agg_headings
from pbwidgets.charts.headlines.phrasing import (
    furthest,
    join_clauses,
    name_some,
    quoted,
    word_difference,
    words_in,
)
from pbwidgets.charts.view import View
from pbwidgets.scoring.sheet import drop_unmarked
from pbwidgets.wording import number, round_half_up, share_text


def unit_gaps_headline(totals: pd.DataFrame, names: Mapping[str, str], view: View) -> str:
    """How the last layer that has totals differs from the first, and for which unit most.

    Parameters
    ----------
    totals
        Columns ``TOTALS``.
    names
        Names by code of the units that are shown.
    """
    own = totals[(totals["track_id"] == view.track_id) & totals["unit_code"].isin(list(names))]
    wide = own.pivot_table(index="unit_code", columns="layer", values="total")
    return _compare(wide.rename(index=dict(names)), view, sums=False)


def layer_gaps_headline(points: pd.DataFrame, view: View) -> str:
    """How the last layer that has marks differs from the first for the view's unit, and in which heading most.

    Parameters
    ----------
    points
        Columns ``POINTS``.
    """
    campaign: Campaign = view.campaign
    own = drop_unmarked(campaign, points[points["unit_code"] == view.unit_code])
    wide = agg_headings(own, view.track).pivot_table(index="heading_id", columns="layer", values="points")
    named = {top.id: top.name.words(view.lang) for top in view.track.criteria}
    labels = dict(zip(named, quoted(named.values(), view.lang), strict=True))
    return _compare(wide.rename(index=labels), view, sums=True)


def _compare(wide: pd.DataFrame, view: View, *, sums: bool) -> str:
    marked = [layer.id for layer in view.track.layers if layer.id in wide]
    if len(marked) < 2:
        return word_difference("", "", {}, view.lang, sums=sums)
    gaps = (wide[marked[-1]] - wide[marked[0]]).dropna()
    pairs = {str(name): float(gap) for name, gap in gaps.items()}
    earlier, later = view.layer_name(marked[0]), view.layer_name(marked[-1])
    return word_difference(earlier, later, pairs, view.lang, sums=sums)


def criteria_headline(headings: pd.DataFrame, view: View) -> str:
    """How many headings of a unit lie above and below the published median, and which furthest; or which is least full.

    How far is said in per cent of each maximum, as the chart draws it.

    Parameters
    ----------
    headings
        The columns ``name``, ``max_points``, ``points`` and ``median``; NaN for what is not known.
    """
    say = words_in(view.lang)
    given = headings[headings["points"].notna()]
    if given.empty:
        return say("criteria_none", unit=view.unit_name)
    beside = given[given["median"].notna()]
    gaps = _by_name(beside, beside["points"] - beside["median"])
    below, above = ({name: gap for name, gap in gaps.items() if gap * sign > 0} for sign in (-1, 1))
    if not gaps:
        return _word_least(given, view)
    if not below and not above:
        return say("criteria_same", count=len(gaps))
    side = "sides" if below and above else "below" if below else "above"
    code = f"criteria_all_{side}" if len(gaps) in (len(below), len(above)) else f"criteria_{side}"
    first = say(code, above=len(above), below=len(below), count=len(gaps))
    drawn = beside[beside["max_points"] > 0]
    shares = _by_name(drawn, 100 * (drawn["points"] - drawn["median"]) / drawn["max_points"])
    names, most = furthest({name: gap for name, gap in shares.items() if name in (below or above)}, 1)
    told = {"heading": name_some(quoted(names, view.lang), view.lang), "gap": number(most)}
    furthest_one = say("criteria_lowest" if below else "criteria_highest", **told) if names else ""
    return join_clauses(view.lang, first, furthest_one)


def _word_least(given: pd.DataFrame, view: View) -> str:
    """The heading of which the smallest share was reached."""
    say = words_in(view.lang)
    drawn = given[given["max_points"] > 0]
    lacking = (100 * (1 - drawn["points"] / drawn["max_points"])).clip(lower=0.0)
    names, most = furthest(_by_name(drawn, lacking), 1)
    if not names:
        return say("criteria_full", unit=view.unit_name)
    heading = name_some(quoted(names, view.lang), view.lang)
    return say("criteria_least", heading=heading, share=share_text(100 - most))


def _by_name(headings: pd.DataFrame, values: pd.Series) -> dict[str, float]:
    """Values by name, as they are written."""
    return {
        str(name): round_half_up(float(value), 2)
        for name, value in zip(headings["name"], values, strict=True)
    }
