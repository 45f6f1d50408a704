"""Selection: what the rules propose for every unit of a track, and why, beside what was decided.

Places are never exceeded and never silently left empty: a tie across the cut is left open for the meeting.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from pbwidgets.campaign.model import Campaign, TieByMeasure
from pbwidgets.scoring.arrays import Bools, Ints, Objects, to_objects
from pbwidgets.scoring.eligibility import TrackEligibility
from pbwidgets.scoring.frames import (
    ASSESSED,
    CONTENDING,
    FINAL,
    INELIGIBLE,
    NO_DATA,
    NOT_NOMINATED,
    NOT_SELECTED,
    SELECTED,
    SELECTION,
    STATUSES,
    TIED_AT_CUT,
    VETOED,
    WAITING,
    to_frame,
)
from pbwidgets.scoring.nominations import TrackNominations, count_left
from pbwidgets.scoring.points import note_rescaled
from pbwidgets.scoring.ranking import Parting, TrackRanking, find_telling_digits, rank_keys
from pbwidgets.scoring.reasons import Args, Reason, render_reasons, word_reasons
from pbwidgets.scoring.totals import TrackTotals
from pbwidgets.scoring.track_layout import TrackLayout
from pbwidgets.scoring.vetoes import TrackVetoes
from pbwidgets.wording import MOST_DIGITS, count_decimals, say

_OPEN: Final = ("scoring.note_unfilled", "scoring.note_all_open")


@dataclass(frozen=True)
class TrackSelection:
    """Selection of one track.

    Attributes
    ----------
    status
        One of ``STATUSES`` for each unit, object: what the rules propose.
    holding
        What holds, see :func:`find_holding`.
    waiting_order
        Place on the waiting list as it holds from 1, 0 for units that are not on it.
    reasons
        Why the status is proposed, and where a decision contradicts what it rests on.
    """

    status: Objects
    holding: Objects
    waiting_order: Ints
    reasons: tuple[Reason, ...]


def fill_places(ranks: Ints, places: int, waiting: int) -> tuple[Objects, Ints]:
    """Status and place on the waiting list of contenders by their ranks.

    Units whose whole tie group fits into the places are selected. A group across the cut is
    ``tied_at_cut`` and left open. Those after it wait in the order of their ranks: place 1 is the first rank
    after the places, so units tied at the cut keep the places that fall to the rest of them. Ties share a
    place on the waiting list, which may therefore become longer than ``waiting``.

    Parameters
    ----------
    ranks
        Competition ranks from 1; 0 for units that are not contenders, which get an empty status.
    places, waiting
        How many are selected, and the length of the waiting list.

    Examples
    --------
    >>> status, order = fill_places(np.array([1, 2, 2, 4, 5]), places=2, waiting=2)
    >>> status.tolist(), order.tolist()
    (['selected', 'tied_at_cut', 'tied_at_cut', 'waiting', 'not_selected'], [0, 0, 0, 2, 0])
    """
    status = np.full(len(ranks), "", dtype=object)
    last = ranks + np.bincount(ranks)[ranks] - 1 if len(ranks) else ranks
    contender = ranks > 0
    status[contender & (last <= places)] = SELECTED
    status[contender & (ranks <= places) & (last > places)] = TIED_AT_CUT
    behind = contender & (ranks > places)
    order = np.where(behind & (ranks - places <= waiting), ranks - places, 0)
    status[behind] = NOT_SELECTED
    status[order > 0] = WAITING
    return status, order


def find_open_places(selection: pd.DataFrame) -> int:
    """Places of a track that nobody fills, as the reasons of its units say: so a part of the list is enough.

    Parameters
    ----------
    selection
        Rows of one track with the columns ``SELECTION``, or with ``open_places`` as :func:`note_open_places` adds it.
    """
    noted = selection if "open_places" in selection else note_open_places(selection)
    return int(noted["open_places"].max()) if len(noted) else 0


def note_open_places(selection: pd.DataFrame) -> pd.DataFrame:
    """A selection with the column ``open_places``, int64: what the reason of each unit says of open places, or 0.

    Parameters
    ----------
    selection
        Columns ``SELECTION``.
    """
    told = [
        max(int(own["open"]) for code, own in json.loads(args)["notes"] if code in _OPEN)
        if any(f'"{code}"' in args for code in _OPEN)
        else 0
        for args in selection["reason_args"].fillna("")
    ]
    return selection.assign(open_places=np.array(told, dtype=np.int64))


def best_first(selection: pd.DataFrame) -> pd.DataFrame:
    """Rows of a selection by track and rank, unranked ones last; of those that share a rank, by what holds.

    Parameters
    ----------
    selection
        Columns ``SELECTION``, or those of :func:`show_holding`, and any others.
    """
    held = selection["holding" if "holding" in selection else "status"]
    places = {status: at for at, status in enumerate(STATUSES)}
    keyed = selection.assign(unranked=selection["rank"] == 0, standing=held.map(places))
    order = ["track_id", "unranked", "rank", "standing", "waiting_order", "unit_code"]
    return keyed.sort_values(order).drop(columns=["unranked", "standing"]).reset_index(drop=True)


def word_status(status: str, waiting_order: int, lang: str | None = None) -> str:
    """Words for a status; for a unit on the waiting list with its place there.

    >>> word_status("waiting", 2, "en"), word_status("selected", 0, "en")
    ('waiting, number 2', 'selected')
    """
    if status == WAITING and waiting_order:
        return say("scoring.status_waiting_at", lang, place=waiting_order)
    return say(f"scoring.status_{status}", lang)


def last_selected(statuses: Iterable[str]) -> int:
    """Number of units of a list, best first, up to the last one that is selected; others may stand between.

    >>> last_selected(["selected", "barred", "selected", "waiting"])
    3
    """
    return max((at for at, status in enumerate(statuses, start=1) if status == SELECTED), default=0)


def select_units(
    layout: TrackLayout,
    totals: TrackTotals,
    ranking: TrackRanking,
    vetoes: TrackVetoes,
    nominations: TrackNominations,
    eligibility: TrackEligibility,
) -> TrackSelection:
    """Status and reason of every unit of a track.

    A veto comes first (disqualified, barred, capped), then a nomination that is missing or beyond the
    allotment, then a missing total, then a condition that is not met. The others are contenders; those that reach
    the lowest total fill the places in the order of their ranks, which are those of the whole list. A track
    without places selects nobody: whoever has a rank there is assessed.
    """
    track = layout.track
    places = track.places or 0
    ranked = ranking.rank > 0
    contends: Bools = ranked & vetoes.in_contest & eligibility.met
    low: Bools = contends & (ranking.total < (track.minimum_total or 0.0))
    order = _rank_again(ranking.rank, contends & ~low)
    status, waiting_order = fill_places(order, places, track.waiting if track.places else 0)
    status[low] = NOT_SELECTED
    if track.places is None:
        status[contends] = ASSESSED
    status[~eligibility.met] = INELIGIBLE
    none = np.isnan(totals.final)
    status[none] = NO_DATA
    status[~nominations.counted] = NOT_NOMINATED
    vetoed = ~vetoes.in_contest
    status[vetoed] = vetoes.status[vetoed]
    reasons = (
        *eligibility.reasons,
        *_reason_contenders(layout, totals, ranking, contends, status, order, waiting_order),
        Reason("scoring.no_data", status == NO_DATA),
        Reason("scoring.no_total", (status == NO_DATA) & totals.has_data),
        *_reason_nominations(layout, nominations, status),
        *_reason_vetoes(vetoes, has_list=track.places is not None),
        *_note_vacant(layout, vetoes, nominations),
        *_note_awards_open(ranking, contends, eligibility),
    )
    return TrackSelection(status, status, waiting_order, reasons)


def find_holding(proposed: Objects, decided: Objects) -> Objects:
    """Status that holds: a veto before the decision, and the decision before the proposal.

    Parameters
    ----------
    proposed, decided
        Statuses of units, object; ``decided`` is None where nothing is.

    Examples
    --------
    >>> proposed = np.array(["barred", "tied_at_cut", "waiting"], dtype=object)
    >>> find_holding(proposed, np.array(["selected", "selected", None], dtype=object)).tolist()
    ['barred', 'selected', 'waiting']
    """
    return np.where(pd.isna(decided) | np.isin(proposed, VETOED), proposed, decided)


def show_holding(selection: pd.DataFrame) -> pd.DataFrame:
    """A selection as it holds: ``status`` is what holds, and ``proposed`` beside it what the rules propose.

    Parameters
    ----------
    selection
        Columns ``SELECTION``.
    """
    made = selection.rename(columns={"status": "proposed"})
    made.insert(list(made.columns).index("proposed"), "status", made.pop("holding"))
    return made


def hold_decisions(
    layout: TrackLayout,
    selection: TrackSelection,
    ranking: TrackRanking,
    eligibility: TrackEligibility,
    decisions: pd.DataFrame,
) -> TrackSelection:
    """Selection with the decisions of the meeting, and a note where one of them contradicts what it rests on.

    The waiting list is the one that holds, in the order of ranks; a unit that has been vetoed since is off it.

    Parameters
    ----------
    decisions
        Frame with the columns ``DECISIONS``.
    """
    decided = join_decisions(layout, decisions)["decided"]
    if pd.isna(decided).all():
        return selection
    track, status = layout.track, selection.status
    holding = find_holding(status, decided)
    chosen: Bools = np.isin(decided, (SELECTED, WAITING))
    vetoed = np.isin(status, VETOED)
    lost = ~np.isin(status, CONTENDING) | ~eligibility.met | (ranking.total < (track.minimum_total or 0.0))
    selected = np.equal(holding, SELECTED)
    count, places = int(selected.sum()), track.places or 0
    notes = (
        Reason("scoring.note_decided_vetoed", chosen & vetoed, is_note=True),
        Reason("scoring.note_decided_lost", chosen & lost & ~vetoed, is_note=True),
        Reason(
            "scoring.note_places_exceeded",
            selected & (count > places),
            {"count": count, "places": places},
            is_note=True,
        ),
    )
    waits = np.equal(holding, WAITING)
    return TrackSelection(
        status, holding, _rank_again(ranking.rank, waits & (ranking.rank > 0)), (*selection.reasons, *notes)
    )


def to_selection_frame(
    campaign: Campaign,
    period: str,
    layout: TrackLayout,
    ranking: TrackRanking,
    vetoes: TrackVetoes,
    selection: TrackSelection,
    decisions: pd.DataFrame,
    *,
    words: bool = True,
) -> pd.DataFrame:
    """Frame with the columns ``SELECTION``: every unit of the track in the order of codes.

    Parameters
    ----------
    campaign, period, layout, ranking, vetoes, selection
        Of the track.
    decisions
        Frame with the columns ``DECISIONS``.
    words
        Whether ``reason_zh`` and ``reason_en`` are filled; leaving them out is faster for a whole country.
    """
    codes, args = render_reasons(selection.reasons, len(layout.units))
    rows = pd.DataFrame(
        {
            "unit_code": layout.codes,
            "unit_name": layout.names,
            "status": selection.status,
            "holding": selection.holding,
            "rank": ranking.rank,
            "total": ranking.total,
            "tie_group": ranking.tie_group,
            "reason_code": codes,
            "reason_args": args,
            "waiting_order": selection.waiting_order,
            "recommended": _recommend(layout, vetoes, selection.holding == SELECTED),
            **join_decisions(layout, decisions),
        }
    )
    if words:
        rows["reason_zh"] = word_reasons(campaign, codes, args, "zh_CN")
        rows["reason_en"] = word_reasons(campaign, codes, args, "en")
    return to_frame(rows.assign(campaign=campaign.id, period=period, track_id=layout.track.id), SELECTION)


def _rank_again(ranks: Ints, kept: Bools) -> Ints:
    """Competition ranks of the units that are kept, among themselves; 0 for the others."""
    if (kept == (ranks > 0)).all():
        return ranks
    order = np.zeros(len(ranks), dtype=np.int64)
    order[kept], _ = rank_keys([-ranks[kept].astype(np.float64)])
    return order


def _reason_contenders(
    layout: TrackLayout,
    totals: TrackTotals,
    ranking: TrackRanking,
    contends: Bools,
    status: Objects,
    order: Ints,
    waiting_order: Ints,
) -> list[Reason]:
    """Reasons of ranked units; ``order`` is the rank among those that may have a place, 0 for the others."""
    track = layout.track
    ranked = ranking.rank > 0
    layers = np.array([*layout.layers, FINAL], dtype=object)
    common: Args = {
        "layer_id": layers[totals.final_layer],
        "kind_id": ",".join(track.unit_kind),
        "total": ranking.total,
        "rank": ranking.rank,
        "contenders": int(ranked.sum()),
    }
    notes = [Reason("scoring.note_keeps_rank", ranked & ~contends, common, is_note=True)]
    if track.places is None:
        return [Reason("scoring.no_places", contends, common), *notes, *_note_totals(layout, ranked, totals)]
    common["places"] = track.places
    tied = status == TIED_AT_CUT
    sizes = np.bincount(order)[order]
    args = {**common, "tied": sizes, "open": track.places - order + 1}
    low = contends & (order == 0)
    minimum: Args = {"minimum": track.minimum_total or 0.0}
    out = (order > 0) & (ranking.rank > order) & (status != NOT_SELECTED)
    return [
        Reason("scoring.selected", status == SELECTED, common),
        Reason("scoring.tied_at_cut", tied, args),
        Reason("scoring.waiting", status == WAITING, {**common, "waiting_order": waiting_order}),
        Reason("scoring.not_selected", (order > 0) & (status == NOT_SELECTED), common),
        Reason("scoring.below_minimum", low, {**common, **minimum}),
        *notes,
        Reason("scoring.note_passed_over", out, {"out": ranking.rank - order}, is_note=True),
        _note_unfilled(track.places, int((order > 0).sum()), (status == SELECTED) | low),
        *_note_ties(layout, ranking, ranked & ~tied),
        *_note_totals(layout, ranked, totals),
    ]


def _note_unfilled(places: int, fitting: int, where: Bools) -> Reason:
    code = _OPEN[0] if fitting else _OPEN[1]
    return Reason(
        code, where & (fitting < places), {"contenders": fitting, "open": places - fitting}, is_note=True
    )


def _note_ties(layout: TrackLayout, ranking: TrackRanking, where: Bools) -> list[Reason]:
    """Who shares a rank, and which values parted those who do not."""
    sizes = np.bincount(ranking.rank)[ranking.rank]
    notes = [Reason("scoring.note_tied", where & (ranking.tie_group > 0), {"tied": sizes}, is_note=True)]
    notes += _note_parting(layout, ranking.ahead, "scoring.note_ahead", "scoring.note_ahead_missing")
    notes += _note_parting(layout, ranking.behind, "scoring.note_behind", "scoring.note_behind_missing")
    return notes


def _note_parting(layout: TrackLayout, parting: Parting, code: str, code_missing: str) -> Iterator[Reason]:
    for place, link in enumerate(layout.track.tie_breaks, start=1):
        here = parting.link == place
        if not here.any():
            continue
        values = np.concatenate([parting.own[here], parting.other[here]])
        least = 0 if isinstance(link, TieByMeasure) else 1
        written = max(least, min(2, count_decimals(values, MOST_DIGITS)))
        args: Args = {
            "tie_break_id": link.named,
            "own": parting.own,
            "other": parting.other,
            "decimals": find_telling_digits(values, written),
        }
        missing = np.isnan(parting.own) | np.isnan(parting.other)
        yield Reason(code, here & ~missing, args, is_note=True)
        yield Reason(code_missing, here & missing, args, is_note=True)


def _note_awards_open(
    ranking: TrackRanking, contends: Bools, eligibility: TrackEligibility
) -> Iterator[Reason]:
    """Units tied at the cut in another award, and those that they may let pass or displace."""
    for other, is_open in eligibility.open_in.items():
        here = is_open & (ranking.rank > 0)
        if not here.any():
            continue
        behind = contends & ~here & (ranking.rank > ranking.rank[here].min())
        yield Reason("scoring.note_award_open", here, {"track_id": other}, is_note=True)
        yield Reason("scoring.note_award_open_ahead", behind, {"track_id": other}, is_note=True)


def _note_totals(layout: TrackLayout, ranked: Bools, totals: TrackTotals) -> list[Reason]:
    provisional = ranked & totals.provisional
    return [
        Reason("scoring.note_provisional", provisional & (totals.n_missing == 0), is_note=True),
        Reason(
            "scoring.note_provisional_lines",
            provisional & (totals.n_missing > 0),
            {"count": totals.n_missing},
            is_note=True,
        ),
        Reason(
            "scoring.note_other_domain",
            ranked & layout.misfits,
            {"points": layout.sheet_points, "base": layout.track.base_points},
            is_note=True,
        ),
        note_rescaled(layout, ranked & layout.is_rescaled),
    ]


def _reason_nominations(layout: TrackLayout, nominations: TrackNominations, status: Objects) -> list[Reason]:
    out = status == NOT_NOMINATED
    nomination = layout.track.nomination
    if nomination is None:
        return []
    above = out & nominations.above
    names = np.append(layout.register.names, "")
    return [
        Reason("scoring.not_nominated", out, {"kind_id": nomination.by}),
        Reason(
            "scoring.above_allotment",
            above,
            {
                "by": names[nominations.by_unit],
                "order": nominations.order,
                "allotted": np.append(nominations.allotted, np.nan)[nominations.by_unit],
            },
        ),
    ]


def _reason_vetoes(vetoes: TrackVetoes, *, has_list: bool) -> list[Reason]:
    reasons = []
    for status in VETOED:
        code = f"scoring.{status}" if has_list else f"scoring.{status}_no_list"
        hit = vetoes.status == status
        with_basis = hit & (vetoes.basis != "")
        reasons.append(Reason(code, hit, {"gate_id": vetoes.gate}))
        reasons.append(
            Reason(f"{code}_on_record", with_basis, {"gate_id": vetoes.gate, "basis": vetoes.basis})
        )
    return reasons


def _note_vacant(layout: TrackLayout, vetoes: TrackVetoes, nominations: TrackNominations) -> list[Reason]:
    """What a veto leaves of the allotment of the unit that nominated."""
    if layout.track.nomination is None:
        return []
    left = count_left(layout, vetoes, nominations)[nominations.by_unit]
    allotted = nominations.allotted[nominations.by_unit]
    lost = nominations.counted & ~vetoes.in_contest & (allotted > left)
    if not lost.any():
        return []
    names = np.append(layout.register.names, "")
    args: Args = {
        "by": names[nominations.by_unit],
        "allotted": allotted,
        "left": left,
        "vacant": allotted - left,
    }
    return [Reason("scoring.note_vacant", lost, args, is_note=True)]


def _recommend(layout: TrackLayout, vetoes: TrackVetoes, selected: Bools) -> Objects:
    recommended = np.full(len(selected), "", dtype=object)
    for item in layout.track.recommendations:
        wanted = selected & ~vetoes.officers_out if item.subject == "officer" else selected
        recommended[wanted] = recommended[wanted] + np.where(recommended[wanted] == "", "", " ") + item.id
    return recommended


def join_decisions(layout: TrackLayout, decisions: pd.DataFrame) -> dict[str, Objects]:
    """Columns ``decided``, ``decided_on`` and ``decided_by`` of the units of a track, None where nothing is decided.

    Parameters
    ----------
    decisions
        Frame with the columns ``DECISIONS``.
    """
    ours = decisions[(decisions["track_id"] == layout.track.id).to_numpy(dtype=bool, na_value=False)]
    ours = ours.sort_values(["unit_code", "decided_on"], kind="stable")
    at = layout.find_units(ours["unit_code"])
    joined = {}
    sources = {
        "decided": "status",
        "decided_on": "decided_on",
        "decided_by": "decided_by",
        "decided_reason": "reason",
    }
    for column, source in sources.items():
        values = np.full(len(layout.units), None, dtype=object)
        values[at[at >= 0]] = to_objects(ours[source])[at >= 0]
        joined[column] = values
    return joined
