"""Places allotted and used, moves between classes, firmness of a list."""

from typing import Any

import pandas as pd

from pbwidgets.charts.headlines.phrasing import join_clauses, words_in
from pbwidgets.charts.view import View
from pbwidgets.scoring.robustness import FIRM, UNDECIDED


def allotments_headline(balance: pd.DataFrame, view: View) -> str:
    """Places allotted and used in a track, and how many units have some left.

    Parameters
    ----------
    balance
        Columns ``BALANCE``; rows of other tracks are left out.
    """
    own = balance[balance["track_id"] == view.track_id]
    return _word(own, view, kind=view.nominator)


def nominations_headline(balance: pd.DataFrame, view: View) -> str:
    """Places allotted to the view's unit in all tracks and used, and in how many it has some left."""
    return _word(balance[balance["by_unit"] == view.unit_code], view, kind="")


def _word(own: pd.DataFrame, view: View, kind: str) -> str:
    say = words_in(view.lang)
    limited = own[[_is_limited(view, track) for track in own["track_id"]]]
    if limited.empty:
        return _word_open(own, view, kind)
    allotted, used = int(limited["allotted"].sum()), int(limited["nominated"].sum())
    left = int((limited["allotted"] > limited["nominated"]).sum())
    first = say("places_allotted", allotted=allotted)
    if not used:
        return join_clauses(view.lang, first, say("places_unused"))
    if not left:
        return join_clauses(view.lang, first, say("places_used_up"))
    code = "places_left" if kind else "places_left_tracks"
    return join_clauses(view.lang, first, say("places_used", used=used), say(code, count=left, kind=kind))


def _word_open(own: pd.DataFrame, view: View, kind: str) -> str:
    """Nominations that have no limit."""
    say = words_in(view.lang)
    nominated = int(own["nominated"].sum())
    if not nominated:
        return say("places_nobody")
    by = int((own["nominated"] > 0).sum())
    first = say("places_nominated", count=nominated)
    return join_clauses(view.lang, first, say("places_from", count=by, kind=kind) if kind else "")


def _is_limited(view: View, track_id: Any) -> bool:
    nomination = view.campaign.track(str(track_id)).nomination
    return nomination is not None and nomination.allotment is not None


def moves_headline(moves: pd.DataFrame, view: View) -> str:
    """How many units of a track moved between classes.

    Parameters
    ----------
    moves
        Columns ``MOVES``.
    """
    say = words_in(view.lang)
    own = moves[moves["track_id"] == view.track_id]
    counts = {move: int((own["move"] == move).sum()) for move in ("up", "down", "same", "new")}
    told = {**counts, "kind": view.counted}
    new = say("moves_new", **told) if counts["new"] else ""
    if not counts["up"] and not counts["down"]:
        return join_clauses(view.lang, say("moves_same", **told) if counts["same"] else "", new) or say(
            "moves_none"
        )
    return join_clauses(view.lang, say("moves_counts", **told), new)


def firmness_headline(firmness: pd.DataFrame, view: View) -> str:
    """How many units are selected whatever is assumed, and of how many it depends.

    Parameters
    ----------
    firmness
        Columns ``FIRMNESS`` of one track.
    """
    firm, undecided = (int((firmness["verdict"] == verdict).sum()) for verdict in (FIRM, UNDECIDED))
    code = "firm_all" if firm and not undecided else "firm_some" if firm else "firm_none"
    return words_in(view.lang)(code, firm=firm, open=undecided, kind=view.counted)
