"""Where units stand: of all the units of a track, or of one and those below it."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from pbwidgets.charts.headlines.lost import lost_most
from pbwidgets.charts.headlines.phrasing import join_clauses, name_some, quoted, words_in
from pbwidgets.charts.ranking import ROWS_PER_PAGE
from pbwidgets.charts.view import View
from pbwidgets.scoring.frames import ASSESSED, NO_DATA, NOT_NOMINATED, SELECTED, TIED_AT_CUT
from pbwidgets.scoring.selection import last_selected, word_status
from pbwidgets.wording import MOST_DIGITS, number

_HIGH: Final = 0.9
"""Share of the points above which totals are counted."""
_LAST: Final = 3
_ENOUGH: Final = 2 * _LAST
"""Fewest ranked units of which the last ones are told apart."""


def ranking_headline(selection: pd.DataFrame, points: pd.DataFrame, view: View) -> str:
    """How the totals of a track's units lie, and what is tied at the cut or common to the last ones.

    Parameters
    ----------
    selection
        Columns ``SELECTION``, with the status that holds; rows of other tracks are left out.
    points
        Columns ``POINTS``.
    view
        What the chart is about.
    """
    say = words_in(view.lang)
    ranked = _ranked(selection, view)
    if ranked.empty:
        return say("ranking_none", kind=view.counted)
    low, high = (_points(value) for value in (ranked["total"].min(), ranked["total"].max()))
    if len(ranked) == 1:
        name = str(ranked["unit_name"].iloc[0])
        return say("ranking_one", kind=view.counted, name=name, total=high)
    if low == high:
        first = say("ranking_same", count=len(ranked), kind=view.counted, total=high)
        return join_clauses(view.lang, first, _tied(ranked, view))
    if len(ranked) > ROWS_PER_PAGE and (cut := _cut(ranked, view)):  # a slide shows those around the cut only
        return join_clauses(view.lang, say("ranking_ranked", of=len(ranked), kind=view.counted), cut)
    line = view.track.base_points * _HIGH
    above = int((ranked["total"] > line).sum())
    spread = say("ranking_spread", low=low, high=high)
    code = "above_all" if above == len(ranked) else "above" if above else "ranked"
    first = say(
        f"ranking_{code}", count=above or len(ranked), of=len(ranked), kind=view.counted, line=number(line)
    )
    detail = _tied(ranked, view) or _last_ones(ranked, points, view)
    return join_clauses(view.lang, first, detail if above and detail else spread, "" if above else detail)


def _ranked(selection: pd.DataFrame, view: View) -> pd.DataFrame:
    own = selection[selection["track_id"] == view.track_id]
    return own[(own["rank"] > 0) & own["total"].notna()].sort_values(["rank", "unit_code"])


def _points(value: float) -> str:
    return number(float(value), MOST_DIGITS)


def _tied(ranked: pd.DataFrame, view: View) -> str:
    """The units tied where the places end, which a meeting decides on."""
    tied = ranked[ranked["status"] == TIED_AT_CUT]
    if tied.empty or view.track.places is None:
        return ""
    taken = int((ranked["status"] == SELECTED).sum())
    free = max(view.track.places - taken, 0)
    return words_in(view.lang)("ranking_tied", rank=int(tied["rank"].min()), count=len(tied), free=free)


def _cut(ranked: pd.DataFrame, view: View) -> str:
    """The units on both sides of the end of the places, or those tied there; empty where no places end among them."""
    tied = _tied(ranked, view)
    last = last_selected(ranked["status"])
    if tied or not 0 < last < len(ranked):
        return tied
    before, after = ranked.iloc[last - 1], ranked.iloc[last]
    return words_in(view.lang)(
        "ranking_cut",
        status=word_status(SELECTED, 0, view.lang),
        rank=int(before["rank"]), total=_points(before["total"]),
        next_rank=int(after["rank"]), next_total=_points(after["total"]),
    )  # fmt: skip


def _last_ones(ranked: pd.DataFrame, points: pd.DataFrame, view: View) -> str:
    """The heading in which all of the last units lost most, if there is one."""
    if len(ranked) < _ENOUGH:
        return ""
    last = ranked[ranked["rank"] >= ranked["rank"].iloc[-_LAST]]
    common = lost_most(points, view, list(last["unit_code"]))
    if len(last) > _ENOUGH - 1 or not common:
        return ""
    name = name_some(quoted(common, view.lang), view.lang)
    return words_in(view.lang)("ranking_last", count=len(last), heading=name)


def own_rank_headline(selection: pd.DataFrame, ranked_count: int, view: View) -> str:
    """Total, rank and status of the view's own unit.

    Parameters
    ----------
    ranked_count
        Number of units ranked in the track in the whole campaign.
    """
    say = words_in(view.lang)
    own = selection[(selection["track_id"] == view.track_id) & (selection["unit_code"] == view.unit_code)]
    if own.empty:
        return say("own_none", unit=view.unit_name)
    row = own.iloc[0]
    status = word_status(str(row["status"]), int(row["waiting_order"]), view.lang)
    if not row["rank"] or pd.isna(row["total"]):
        return say("own_unranked", unit=view.unit_name, status=status)
    first = say(
        "own_tied" if row["tie_group"] else "own_ranked",
        unit=view.unit_name, total=_points(row["total"]), count=ranked_count, kind=view.counted, rank=int(row["rank"]),
    )  # fmt: skip
    return join_clauses(view.lang, first, "" if row["status"] == ASSESSED else status)


def ranks_headline(selection: pd.DataFrame, view: View) -> str:
    """How many of the units below the view's own are in the contest and selected, and which stands best."""
    say = words_in(view.lang)
    own = selection[(selection["track_id"] == view.track_id) & (selection["status"] != NOT_NOMINATED)]
    ranked = _ranked(own, view)
    if ranked.empty:
        return say("ranks_none", unit=view.unit_name, kind=view.counted)
    best = int(ranked["rank"].min())
    names = list(ranked.loc[ranked["rank"] == best, "unit_name"].astype(str))
    if len(own) == 1:
        row = ranked.iloc[0]
        status = word_status(str(row["status"]), int(row["waiting_order"]), view.lang)
        first = say("ranks_one", kind=view.counted, name=names[0], rank=best)
        return join_clauses(view.lang, first, "" if row["status"] == ASSESSED else status)
    chosen = int((own["status"] == SELECTED).sum())
    codes = ("ranks_counted", "") if view.track.places is None else ("ranks_counted", "ranks_selected")
    clauses = [
        say(
            code,
            kind=view.counted,
            count=len(own),
            selected=chosen,
            status=word_status(SELECTED, 0, view.lang),
        )
        for code in codes
        if code
    ]
    return join_clauses(view.lang, *clauses, _best(names, best, view.lang))


def _best(names: Sequence[str], rank: int, lang: str) -> str:
    return words_in(lang)("ranks_best", name=name_some(names, lang), rank=rank)


def statuses_headline(selection: pd.DataFrame, lang: str) -> str:
    """How many of all units are selected or tied at the cut, and how many have no result yet.

    A unit in several tracks is one unit; it has a result in each, and the headline says that these are counted.

    Parameters
    ----------
    selection
        Columns ``SELECTION``, with the status that holds.
    """
    say, counts = words_in(lang), selection["status"].value_counts()
    told = {status: int(counts.get(status, 0)) for status in (SELECTED, TIED_AT_CUT, NO_DATA)}
    clauses = [
        say("statuses_count", count=count, status=word_status(status, 0, lang))
        for status, count in told.items()
        if count or status == SELECTED
    ]
    units = selection["unit_code"].nunique()
    code = "statuses_all" if units == len(selection) else "statuses_all_entries"
    return join_clauses(lang, say(code, count=units, entries=len(selection)), *clauses)
