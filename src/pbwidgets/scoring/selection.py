"""Selection: what the rules propose for every unit of a track, and why, beside what was decided.

Places are never exceeded and never silently left empty: a tie across the cut is left open for the meeting.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pbwidgets.campaign.model import Campaign
from pbwidgets.scoring.arrays import Bools, Ints, Objects, to_objects
from pbwidgets.scoring.frames import (
    FINAL,
    NO_DATA,
    NOT_NOMINATED,
    NOT_SELECTED,
    SELECTED,
    SELECTION,
    TIED_AT_CUT,
    WAITING,
    to_frame,
)
from pbwidgets.scoring.nominations import TrackNominations
from pbwidgets.scoring.ranking import TrackRanking
from pbwidgets.scoring.reasons import Args, Reason, render_reasons, word_reasons
from pbwidgets.scoring.totals import TrackTotals
from pbwidgets.scoring.track_layout import TrackLayout
from pbwidgets.scoring.vetoes import TrackVetoes


@dataclass(frozen=True)
class TrackSelection:
    """Selection of one track.

    Attributes
    ----------
    status
        One of ``STATUSES`` for each unit, object.
    waiting_order
        Place on the waiting list from 1, 0 for units that are not on it.
    reasons
        Why.
    """

    status: Objects
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


def select_units(
    layout: TrackLayout,
    totals: TrackTotals,
    ranking: TrackRanking,
    vetoes: TrackVetoes,
    nominations: TrackNominations,
) -> TrackSelection:
    """Status and reason of every unit of a track.

    A veto comes first (disqualified, barred, capped), then a nomination that is missing or beyond the
    allotment, then a missing total; the rest are contenders for the places. A track without places proposes
    no unit.
    """
    track = layout.track
    places = track.places or 0
    status, waiting_order = fill_places(ranking.rank, places, track.waiting if track.places else 0)
    none = np.isnan(totals.final)
    status[none] = NO_DATA
    status[~nominations.counted] = NOT_NOMINATED
    vetoed = ~vetoes.in_contest
    status[vetoed] = vetoes.status[vetoed]
    reasons = (
        *_reason_contenders(layout, totals, ranking, status, waiting_order),
        Reason("scoring.no_data", status == NO_DATA),
        Reason("scoring.no_total", (status == NO_DATA) & totals.has_data),
        *_reason_nominations(layout, nominations, status),
        *_reason_vetoes(vetoes),
    )
    return TrackSelection(status, waiting_order, reasons)


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
            "rank": ranking.rank,
            "total": ranking.total,
            "tie_group": ranking.tie_group,
            "reason_code": codes,
            "reason_args": args,
            "waiting_order": selection.waiting_order,
            "recommended": _recommend(layout, vetoes, selection.status == SELECTED),
            **_join_decisions(layout, decisions),
        }
    )
    if words:
        rows["reason_zh"] = word_reasons(campaign, codes, args, "zh_CN")
        rows["reason_en"] = word_reasons(campaign, codes, args, "en")
    return to_frame(rows.assign(campaign=campaign.id, period=period, track_id=layout.track.id), SELECTION)


def _reason_contenders(
    layout: TrackLayout, totals: TrackTotals, ranking: TrackRanking, status: Objects, waiting_order: Ints
) -> list[Reason]:
    track = layout.track
    contenders = int((ranking.rank > 0).sum())
    layers = np.array([*layout.layers, FINAL], dtype=object)
    common: Args = {
        "layer_id": layers[totals.final_layer],
        "kind_id": track.unit_kind,
        "total": ranking.total,
        "rank": ranking.rank,
        "contenders": contenders,
    }
    contender = ranking.rank > 0
    if track.places is None:
        return [Reason("scoring.no_places", contender, common), *_note_provisional(contender, totals)]
    common["places"] = track.places
    tied = status == TIED_AT_CUT
    sizes = np.bincount(ranking.rank)[ranking.rank] if len(ranking.rank) else ranking.rank
    args = {**common, "tied": sizes, "open": track.places - ranking.rank + 1}
    reasons = [
        Reason("scoring.selected", status == SELECTED, common),
        Reason("scoring.tied_at_cut", tied, args),
        Reason("scoring.waiting", status == WAITING, {**common, "waiting_order": waiting_order}),
        Reason("scoring.not_selected", contender & (status == NOT_SELECTED), common),
    ]
    if contenders < track.places:
        unfilled: Args = {"contenders": contenders, "open": track.places - contenders}
        reasons.append(Reason("scoring.note_unfilled", status == SELECTED, unfilled, is_note=True))
    in_tie = (ranking.tie_group > 0) & ~tied
    reasons.append(Reason("scoring.note_tied", in_tie, {"tied": sizes}, is_note=True))
    reasons.append(_note_tie_break(layout, ranking))
    return [*reasons, *_note_provisional(contender, totals)]


def _note_tie_break(layout: TrackLayout, ranking: TrackRanking) -> Reason:
    names = np.array(["", *(link.named for link in layout.track.tie_breaks)], dtype=object)
    parted = ranking.broken_by > 0
    return Reason("scoring.note_tie_broken", parted, {"tie_break_id": names[ranking.broken_by]}, is_note=True)


def _note_provisional(contender: Bools, totals: TrackTotals) -> list[Reason]:
    provisional = contender & totals.provisional
    return [
        Reason("scoring.note_provisional", provisional & (totals.n_missing == 0), is_note=True),
        Reason(
            "scoring.note_provisional_lines",
            provisional & (totals.n_missing > 0),
            {"count": totals.n_missing},
            is_note=True,
        ),
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


def _reason_vetoes(vetoes: TrackVetoes) -> list[Reason]:
    reasons = []
    for status in ("disqualified", "barred", "capped"):
        hit = vetoes.status == status
        with_basis = hit & (vetoes.basis != "")
        reasons.append(Reason(f"scoring.{status}", hit, {"gate_id": vetoes.gate}))
        reasons.append(
            Reason(f"scoring.{status}_on_record", with_basis, {"gate_id": vetoes.gate, "basis": vetoes.basis})
        )
    return reasons


def _recommend(layout: TrackLayout, vetoes: TrackVetoes, selected: Bools) -> Objects:
    recommended = np.full(len(selected), "", dtype=object)
    for item in layout.track.recommendations:
        wanted = selected & ~vetoes.officers_out if item.subject == "officer" else selected
        recommended[wanted] = recommended[wanted] + np.where(recommended[wanted] == "", "", " ") + item.id
    return recommended


def _join_decisions(layout: TrackLayout, decisions: pd.DataFrame) -> dict[str, Objects]:
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
