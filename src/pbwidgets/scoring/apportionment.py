"""Allotments shared out by largest remainder: how many each unit may nominate, and the places that a tie leaves open.

Each unit's *claim* is its share of the total by weight. Where lowest and highest numbers are given, claims
outside them are cut to them and the others share the rest of the total in the same proportion, so that
all claims still add up to the total. Each unit gets the whole part of its claim, and what is left goes to
the largest fractions. Claims are kept as exact fractions: so equal ones compare equal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pandas as pd

from pbwidgets.errors import DataError
from pbwidgets.scoring.arrays import Bools, Ints
from pbwidgets.scoring.frames import ALLOTMENTS, to_frame


@dataclass(frozen=True)
class Apportionment:
    """What each unit gets, and what a tie leaves open.

    Attributes
    ----------
    seats
        int64, one for each unit; a tied unit has what it gets in any case.
    tied
        Units that tie for the last seats, each of which may get one more.
    open_seats
        How many of them get one more: open, for the meeting. 0 without a tie. ``seats`` and ``open_seats``
        add up to the total.
    """

    seats: Ints
    tied: Bools
    open_seats: int


def apportion(
    weights: npt.ArrayLike, total: int, *, lowest: int = 0, highest: int | None = None
) -> Apportionment:
    """Seats shared out in proportion to weights by largest remainder, none below or above the bounds.

    A unit with a higher weight never gets fewer seats. A tie for the last seats is returned, never broken.

    Parameters
    ----------
    weights
        One for each unit, 0 or more (for example the villages of each township); a unit of weight 0 gets
        ``lowest``. A float is taken as it is written: 0.1 is a tenth.
    total
        Seats to share out.
    lowest, highest
        Bounds of each unit; without ``highest`` there is no upper bound.

    Raises
    ------
    DataError
        ``scoring.bad_weight`` if a weight is negative or not a number; ``scoring.allotment_out_of_reach`` if no
        numbers within the bounds make the total.

    Notes
    -----
    Without bounds this is Hamilton's method (M. L. Balinski and H. P. Young, *Fair Representation*, 1982). With
    them the claim of a unit of weight *w* is ``median(lowest, x·w, highest)`` for an *x* at which all claims
    add up to the total; the rule for fractions stays the same.

    Examples
    --------
    >>> apportion([5117, 4400, 162, 161, 160], 100).seats.tolist()
    [51, 44, 2, 2, 1]
    >>> apportion([60, 31, 20, 5], 20, lowest=4, highest=6).seats.tolist()
    [6, 6, 4, 4]
    >>> shared = apportion([11, 11, 11], 4)
    >>> shared.seats.tolist(), shared.tied.tolist(), shared.open_seats
    ([1, 1, 1], [True, True, True], 1)
    """
    exact = _read_weights(weights)
    _check_reach(exact, total, lowest, highest)
    claims = _share_claims(exact, total, lowest, highest)
    whole = [int(claim) for claim in claims]
    left = total - sum(whole)
    rests = [claim - seats for claim, seats in zip(claims, whole, strict=True)]
    falling = sorted(rests, reverse=True)
    # what is left is below the number of fractions above 0, so there is always a first one without a seat
    is_tie = 0 < left < len(rests) and falling[left - 1] == falling[left]
    last = falling[left - 1] if left else Fraction(1)
    sure = [rest > last if is_tie else rest >= last for rest in rests]
    return Apportionment(
        np.array(whole, dtype=np.int64) + np.array(sure, dtype=np.int64),
        np.array([is_tie and rest == last for rest in rests], dtype=bool),
        left - sum(sure),
    )


def to_allotments_frame(
    campaign: str, period: str, track_id: str, units: Sequence[str], shared: Apportionment
) -> pd.DataFrame:
    """Frame with the columns ``ALLOTMENTS``: what each unit may nominate, in the order of units.

    Raises
    ------
    DataError
        ``scoring.allotment_tied`` if seats are still open; the tied units are named.
    """
    if shared.open_seats:
        tied = ", ".join(unit for unit, is_tied in zip(units, shared.tied, strict=True) if is_tied)
        raise DataError(
            "scoring.allotment_tied", open=shared.open_seats, tied=int(shared.tied.sum()), units=tied
        )
    rows = pd.DataFrame({"by_unit": list(units), "allotted": shared.seats})
    return to_frame(rows.assign(campaign=campaign, period=period, track_id=track_id), ALLOTMENTS)


def _read_weights(weights: npt.ArrayLike) -> list[Fraction]:
    values = np.asarray(weights, dtype=np.float64).ravel()
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if len(wrong):
        raise DataError("scoring.bad_weight", place=int(wrong[0]) + 1, weight=str(values[wrong[0]]))
    return [Fraction(repr(value)) for value in values.tolist()]


def _check_reach(weights: Sequence[Fraction], total: int, lowest: int, highest: int | None) -> None:
    least = lowest * len(weights)
    growing = sum(weight > 0 for weight in weights)
    most = least + (highest - lowest) * growing if highest is not None else (total if growing else least)
    if lowest < 0 or not least <= total <= most:
        raise DataError("scoring.allotment_out_of_reach", total=total, least=least, most=most)


def _share_claims(
    weights: Sequence[Fraction], total: int, lowest: int, highest: int | None
) -> list[Fraction]:
    """Claims held within the bounds; x grows from 0 past every point at which a unit leaves or meets a bound."""
    events = [(lowest / weight, 0, weight) for weight in weights if weight]
    if highest is not None:
        events += [(highest / weight, 1, weight) for weight in weights if weight]
    events.sort()
    held, free, scale = Fraction(lowest * len(weights)), Fraction(0), Fraction(0)
    for at, meets_highest, weight in [*events, (None, 0, Fraction(0))]:
        if at is None or held + free * at >= total:
            # the claims add up to the total at or before this point
            scale = (total - held) / free if free else scale
            break
        scale = at
        if meets_highest:
            held, free = held + (highest or 0), free - weight
        else:
            held, free = held - lowest, free + weight
    top = total if highest is None else highest
    return [min(max(scale * weight, Fraction(lowest)), Fraction(top)) for weight in weights]
