"""How far the checks of a checklist are, and where they are not."""

from collections.abc import Mapping

import pandas as pd

from pbwidgets.charts.checked import By, count_states, rows_of_track
from pbwidgets.charts.headlines.phrasing import join_clauses, name_some, quoted, words_in
from pbwidgets.charts.view import View
from pbwidgets.scoring.coverage import EXPECTED
from pbwidgets.scoring.frames import CLAIMED, OVERDUE, REACHED
from pbwidgets.wording import share_text


def standings_headline(standings: pd.DataFrame, names: Mapping[str, str], view: View) -> str:
    """How many of all checks are reached, how many are overdue, and which unit has most of these.

    Parameters
    ----------
    standings
        Columns ``STANDINGS``; only rows of the view's track and of the units named count.
    names
        Name of each unit by code.
    view
        What the chart is about.
    """
    say = words_in(view.lang)
    first, is_all = _reached(standings, names, view)
    if is_all:
        return first
    counts = count_states(standings, names, view, "unit")[OVERDUE]
    overdue, most = int(counts.sum()), int(counts.max())
    if not overdue:
        claimed = int((rows_of_track(standings, names, view)["state"] == CLAIMED).sum())
        waiting = say("checked_claimed", count=claimed) if claimed else ""
        return join_clauses(view.lang, first, waiting, say("checked_no_overdue"))
    worst = name_some(list(map(str, counts.index[counts == most])), view.lang)
    code = "checked_overdue_by" if len(counts) > 1 else "checked_overdue"
    return join_clauses(view.lang, first, say(code, count=overdue, name=worst, most=most))


def coverage_headline(standings: pd.DataFrame, names: Mapping[str, str], view: View, by: By) -> str:
    """In which check, heading or unit the smallest share of the checks is reached; else how many of all are.

    Parameters
    ----------
    standings, names, view
        As for :func:`standings_headline`.
    by
        What the chart has a bar for.
    """
    say = words_in(view.lang)
    first, is_all = _reached(standings, names, view)
    counts = count_states(standings, names, view, by)
    if is_all or len(counts) < 2:
        return first
    shares = counts[REACHED] / counts["expected"]
    least = counts[shares == shares.min()]
    if len(least) == len(counts):
        return first
    named = list(map(str, least.index))
    name = name_some(named if by == "unit" else quoted(named, view.lang), view.lang)
    told = {"reached": int(least[REACHED].iloc[0]), "of": int(least["expected"].iloc[0])}
    code = "checked_least" if len(least) == 1 else "checked_least_some"
    return say(code, name=name, **told)


def _reached(standings: pd.DataFrame, names: Mapping[str, str], view: View) -> tuple[str, bool]:
    """How many of all are reached, and whether there is nothing more to say."""
    say = words_in(view.lang)
    states = rows_of_track(standings, names, view)["state"]
    expected, reached = int(states.isin(EXPECTED).sum()), int((states == REACHED).sum())
    if not expected:
        return say("checked_none"), True
    if reached == expected:
        return say("checked_all", of=expected), True
    return say(
        "checked_reached", of=expected, reached=reached, share=share_text(100 * reached / expected)
    ), False
