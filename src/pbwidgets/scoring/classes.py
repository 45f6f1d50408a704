"""Classes: what totals, gates and flags propose, what people decided, and which units moved between two days."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd

from pbwidgets.campaign.model import Campaign, Classes
from pbwidgets.scoring.arrays import Floats, Ints, Objects, positions_in, to_objects
from pbwidgets.scoring.frames import CLASSES, MOVES, to_frame
from pbwidgets.scoring.measures import MeasureTable
from pbwidgets.scoring.points import find_over_measures
from pbwidgets.scoring.ranking import rank_keys
from pbwidgets.scoring.reasons import Args, Reason, render_reasons, word_reasons
from pbwidgets.scoring.totals import TrackTotals
from pbwidgets.scoring.track_layout import TrackLayout
from pbwidgets.scoring.verdict import SMALL
from pbwidgets.scoring.vetoes import TrackVetoes
from pbwidgets.wording import round_half_up

_OF_DECISION: Final = {"decided_on": "decided_on", "decided_by": "decided_by", "decided_reason": "reason"}


@dataclass(frozen=True)
class TrackClasses:
    """Classes of one track, by unit; 1 is the top class, 0 none.

    Attributes
    ----------
    by_total
        By total or share alone.
    proposed
        After gates and flags, never better than ``by_total``.
    best
        Best class that the gates in force leave open, at least 1.
    reasons
        Why.
    """

    by_total: Ints
    proposed: Ints
    best: Ints
    reasons: tuple[Reason, ...]


def classify_by_totals(totals: Floats, bounds: tuple[float, ...]) -> Ints:
    """Class of each total, from 1: the first whose bound it reaches, or the last; 0 without a total.

    Examples
    --------
    >>> classify_by_totals(np.array([90.0, 89.9, 40.0, np.nan]), (90, 60)).tolist()
    [1, 2, 3, 0]
    """
    rising = -np.array(bounds, dtype=np.float64)
    found = np.searchsorted(rising, -(totals + SMALL)) + 1
    return np.where(np.isnan(totals), 0, found).astype(np.int64)


def classify_by_shares(totals: Floats, shares_pct: tuple[float, ...]) -> tuple[Ints, Ints]:
    """Class of each total by its rank, from 1, and the ranks; 0 without a total.

    The first classes together hold at most their shares of the units with a total, rounded down: places are
    never exceeded. Units tied across such a bound all go below it, for a meeting to lift some of them; where
    all totals are the same, all units are in the last class unless a share is 100.

    Examples
    --------
    >>> classify_by_shares(np.array([95.0, 90.0, 90.0, 80.0, np.nan]), (50, 25))[0].tolist()
    [1, 2, 2, 3, 0]
    """
    known = ~np.isnan(totals)
    ranks = np.zeros(len(totals), dtype=np.int64)
    ranks[known] = rank_keys([totals[known]])[0]
    # the last place of a unit's tie: it must lie within the places of its class
    last = np.zeros(len(totals), dtype=np.int64)
    last[known] = ranks[known] + np.bincount(ranks)[ranks[known]] - 1
    found = np.searchsorted(count_places(int(known.sum()), shares_pct), last) + 1
    return np.where(known, found, 0).astype(np.int64), ranks


def count_places(number: int, shares_pct: tuple[float, ...]) -> Ints:
    """Places in the first class, in the first two and so on, for a number of units with a total; rounded down.

    Examples
    --------
    >>> count_places(5, (30, 60)).tolist()
    [1, 4]
    """
    return np.floor(np.cumsum(shares_pct) * number / 100 + SMALL).astype(np.int64)


def classify_units(
    layout: TrackLayout, totals: TrackTotals, vetoes: TrackVetoes, table: MeasureTable, today: date
) -> TrackClasses:
    """Classes that are proposed for the units of a track.

    The rounded total, or the rank by it, gives the class; gates keep a unit down (capped: as the gate says;
    disqualified: the last class; barred: no award, but its class stays), and flags propose a lower class. A flag whose
    measures are missing does not hold. Units without a total have no class.

    Raises
    ------
    ValueError
        If the track has no classes.
    """
    classes = layout.track.classes
    if classes is None:
        raise ValueError(f"track {layout.track.id} has no classes")
    shown = round_half_up(totals.final, layout.track.rounding.digits)
    by_total, reasons = _classify(layout, classes, shown)
    known = by_total > 0
    last = len(classes.names)
    best = np.minimum(vetoes.best_class, last)
    kept = np.where(known, np.maximum(by_total, best), 0)
    named = _name_classes(layout, kept)
    reasons.append(
        Reason(
            "scoring.class_kept_down",
            kept > by_total,
            {"total": shown, "gate_id": vetoes.class_gate, "class_id": named},
        )
    )
    proposed = kept
    for flag in classes.flags:
        holds = known & find_over_measures(flag.when, layout, table, today) & (proposed < flag.proposes)
        proposed = np.where(holds, flag.proposes, proposed)
        args: Args = {"flag_id": flag.id, "class_id": f"{layout.track.id}:{flag.proposes}"}
        reasons.append(Reason("scoring.note_flag", holds, args, is_note=True))
    return TrackClasses(by_total, proposed.astype(np.int64), best, tuple(reasons))


def _classify(layout: TrackLayout, classes: Classes, shown: Floats) -> tuple[Ints, list[Reason]]:
    nothing = Reason("scoring.class_without_total", np.isnan(shown))
    if not classes.from_totals:
        by_total, ranks = classify_by_shares(shown, classes.shares_pct)
        ranked: Args = {
            "total": shown,
            "rank": ranks,
            "number": int((ranks > 0).sum()),
            "class_id": _name_classes(layout, by_total),
        }
        return by_total, [Reason("scoring.class_by_share", by_total > 0, ranked), nothing]
    by_total = classify_by_totals(shown, classes.from_totals)
    last = len(classes.names)
    bounds = np.array([np.nan, *classes.from_totals, classes.from_totals[-1]], dtype=np.float64)
    args: Args = {
        "total": shown,
        "bound": bounds[np.minimum(by_total, last)],
        "class_id": _name_classes(layout, by_total),
    }
    return by_total, [
        Reason("scoring.class_reached", (by_total > 0) & (by_total < last), args),
        Reason("scoring.class_not_reached", by_total == last, args),
        nothing,
    ]


def _name_classes(layout: TrackLayout, numbers: Ints) -> Objects:
    last = int(numbers.max(initial=0))
    names: Objects = np.array([f"{layout.track.id}:{number}" for number in range(last + 1)], dtype=object)
    return names[numbers]


def to_classes_frame(
    campaign: Campaign, period: str, layout: TrackLayout, classes: TrackClasses, decisions: pd.DataFrame
) -> pd.DataFrame:
    """Frame with the columns ``CLASSES``: every unit of the track, in the order of codes.

    Parameters
    ----------
    decisions
        Frame with the columns ``CLASS_DECISIONS``; the newest one for each unit counts.
    """
    codes, args = render_reasons(classes.reasons, len(layout.units))
    rows = pd.DataFrame(
        {
            "unit_code": layout.codes,
            "unit_name": layout.names,
            "by_total": classes.by_total,
            "proposed": classes.proposed,
            "best": classes.best,
            "reason_code": codes,
            "reason_args": args,
            "reason_zh": word_reasons(campaign, codes, args, "zh_CN"),
            "reason_en": word_reasons(campaign, codes, args, "en"),
        }
    ).assign(campaign=campaign.id, period=period, track_id=layout.track.id)
    newest, at = _find_decided(layout, period, decisions)
    rows = rows.assign(decided=_decided_numbers(newest, at))
    for column, source in _OF_DECISION.items():
        values: Objects = np.append(to_objects(newest[source]), np.array([None], dtype=object))
        rows = rows.assign(**{column: values[at]})
    return to_frame(rows, CLASSES)


def find_current_classes(
    layout: TrackLayout, period: str, classes: TrackClasses, decisions: pd.DataFrame
) -> Ints:
    """Class of each unit, as decided or else as proposed, from 1; 0 for none.

    Parameters
    ----------
    decisions
        Frame with the columns ``CLASS_DECISIONS``.
    """
    decided = _decided_numbers(*_find_decided(layout, period, decisions))
    return np.where(decided > 0, decided, classes.proposed)


def _find_decided(layout: TrackLayout, period: str, decisions: pd.DataFrame) -> tuple[pd.DataFrame, Ints]:
    """Newest decisions of a track in a period, and where that of each unit stands, -1 for none."""
    ours = (decisions["period"] == period) & (decisions["track_id"] == layout.track.id)
    newest = _find_newest(decisions[ours.to_numpy(dtype=bool, na_value=False)])
    codes = layout.codes.to_series().reset_index(drop=True)
    return newest, positions_in(codes, pd.Index(newest["unit_code"].astype(object)))


def _decided_numbers(newest: pd.DataFrame, at: Ints) -> Ints:
    return np.append(newest["class_no"].to_numpy(dtype=np.int64), np.int64(0))[at]


def _find_newest(decisions: pd.DataFrame) -> pd.DataFrame:
    """Newest decision on each unit of each track; the last row of several on one day."""
    ordered = decisions.sort_values("decided_on", kind="stable")
    return ordered.drop_duplicates(["track_id", "unit_code"], keep="last")


def find_period_moves(
    campaign: Campaign, period: str, track_id: str, decisions: pd.DataFrame
) -> tuple[pd.DataFrame, date, date]:
    """Frame with the columns ``MOVES`` of one track, from a period's beginning to its newest decision; and the days.

    The first day is that of the newest decision of an earlier period, wherever in the year it was made; without
    one, the first day on which this period decided, if it decided on several, else the day before it begins.
    Decisions of later periods do not count. Before the first decision there are no moves.

    Parameters
    ----------
    decisions
        Frame with the columns ``CLASS_DECISIONS``, of one campaign.
    """
    begins = {item.id: item.begins for item in campaign.periods}
    own_begin = begins[period]
    not_later = [begins.get(item, date.min) <= own_begin for item in decisions["period"]]
    ours = decisions[
        (decisions["track_id"] == track_id).to_numpy(dtype=bool) & np.array(not_later, dtype=bool)
    ]
    here = (ours["period"] == period).to_numpy(dtype=bool)
    days = sorted(set(ours.loc[here, "decided_on"].astype(str)))
    if not days:
        return to_frame([], MOVES), own_begin, own_begin
    earlier = sorted(set(ours.loc[~here, "decided_on"].astype(str)))
    if earlier:
        since = date.fromisoformat(earlier[-1])
    else:
        since = date.fromisoformat(days[0]) if len(days) > 1 else own_begin - timedelta(days=1)
    until = date.fromisoformat(days[-1])
    return find_moves(ours, since, until), since, until


def find_moves(decisions: pd.DataFrame, before: date, after: date) -> pd.DataFrame:
    """Frame with the columns ``MOVES``: the class of every decided unit on two days, and how it moved.

    The class on a day is that of the newest decision made up to it, of any period. Person and reason are those
    of the decision in force on the later day. ``new`` is a unit that was in no class before.

    Parameters
    ----------
    decisions
        Frame with the columns ``CLASS_DECISIONS``, of one campaign.
    before, after
        The two days.

    Examples
    --------
    >>> from pbwidgets.scoring.frames import CLASS_DECISIONS
    >>> rows = [("9901", 3, "2026-03-20"), ("9901", 2, "2026-11-30"), ("9902", 1, "2026-11-30")]
    >>> decisions = to_frame([{"track_id": "branches", "unit_code": unit, "class_no": number, "decided_on": day}
    ...                       for unit, number, day in rows], CLASS_DECISIONS)
    >>> moves = find_moves(decisions, date(2026, 3, 31), date(2026, 12, 31))
    >>> moves[["unit_code", "class_before", "class_after", "move"]].to_numpy().tolist()
    [['9901', 3, 2, 'up'], ['9902', 0, 1, 'new']]
    """
    on = decisions["decided_on"].astype(str)
    first = _find_newest(decisions[(on <= before.isoformat()).to_numpy(dtype=bool)])
    second = _find_newest(decisions[(on <= after.isoformat()).to_numpy(dtype=bool)])
    keys = ["track_id", "unit_code"]
    joined = second.rename(columns={"class_no": "class_after"}).merge(
        first[[*keys, "class_no"]].rename(columns={"class_no": "class_before"}), on=keys, how="left"
    )
    was = joined["class_before"].fillna(0).to_numpy(dtype=np.int64)
    now = joined["class_after"].to_numpy(dtype=np.int64)
    move = np.select([was == 0, now < was, now > was], ["new", "up", "down"], "same")
    return to_frame(joined.assign(class_before=was, move=move).sort_values(keys), MOVES)
