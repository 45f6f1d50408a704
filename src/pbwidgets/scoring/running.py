"""Balances: what comes in and goes out, added up by date, for measures and for what forms must keep."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from pbwidgets.scoring.arrays import Floats, Ints

_PLACES: Final = 6
"""Decimal places of a balance: what is beyond is the noise of binary fractions, and 0.3 - 0.1 - 0.2 is 0."""


@dataclass(frozen=True)
class Balances:
    """Balance of each account (a unit) after all its movements, and at the end of the day on which it was lowest.

    Attributes
    ----------
    end, lowest
        float64; 0 for an account without movements.
    lowest_at
        int64, the last movement of the first day with the lowest balance, by its position among those given; -1
        without movements. It tells the day and the entry that people have to look at.
    """

    end: Floats
    lowest: Floats
    lowest_at: Ints


def run_balances(
    accounts: Ints, days: npt.NDArray[np.datetime64], amounts: Floats, order: Ints, size: int
) -> Balances:
    """Balances of accounts from their movements, which may come in any order.

    On one day what comes in comes before what goes out, so that only the balance at the end of a day matters. A
    movement without a date comes after all others: money does not vanish because a date is missing. One without an
    amount is none.

    Parameters
    ----------
    accounts
        Account of each movement, from 0.
    days
        Day of each, ``datetime64[D]``; NaT: not known.
    amounts
        What each adds, float64, negative for what goes out; NaN: not known.
    order
        int64, settles which of several movements of one day is its last: entries in their order.
    size
        Number of accounts.

    Examples
    --------
    >>> days = np.array(["2026-03-02", "2026-03-02", "2026-03-01"], dtype="datetime64[D]")
    >>> made = run_balances(np.zeros(3, int), days, np.array([-70.0, 30.0, 50.0]), np.arange(3), 2)
    >>> made.end.tolist(), made.lowest.tolist(), made.lowest_at.tolist()
    ([10.0, 0.0], [10.0, 0.0], [0, -1])
    """
    end, lowest = np.zeros(size), np.zeros(size)
    lowest_at = np.full(size, -1, dtype=np.int64)
    known = np.flatnonzero(~np.isnan(amounts))
    # NaT sorts last
    known = known[np.lexsort((order[known], amounts[known] < 0, days[known], accounts[known]))]
    if not len(known):
        return Balances(end, lowest, lowest_at)
    account, day = accounts[known], days[known]
    balance = pd.Series(amounts[known]).groupby(account).cumsum().to_numpy(dtype=np.float64).round(_PLACES)
    undated = np.isnat(day)
    same_day = (day[1:] == day[:-1]) | (undated[1:] & undated[:-1])
    closes = np.append((account[1:] != account[:-1]) | ~same_day, True)
    account, balance, at = account[closes], balance[closes], known[closes]
    end[account] = balance  # the last of several stays
    by_depth = np.lexsort((np.arange(len(account)), balance, account))[
        ::-1
    ]  # the lowest, and first, comes last
    lowest[account[by_depth]], lowest_at[account[by_depth]] = balance[by_depth], at[by_depth]
    return Balances(end, lowest, lowest_at)
