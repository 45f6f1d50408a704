"""Balances by date."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.scoring.running import run_balances


def run(movements, size=1):
    """Balances of movements ``(account, day or None, amount or None)``, entries in their order."""
    accounts, days, amounts = zip(*movements, strict=True) if movements else ((), (), ())
    return run_balances(
        np.array(accounts, dtype=np.int64),
        np.array([day or "NaT" for day in days], dtype="datetime64[D]"),
        np.array([np.nan if amount is None else amount for amount in amounts], dtype=float),
        np.arange(len(movements)),
        size,
    )


def test_what_comes_in_on_a_day_comes_before_what_goes_out():
    made = run([(0, "2026-03-01", -40), (0, "2026-03-01", 40)])
    assert (made.end[0], made.lowest[0]) == (0, 0)


def test_the_lowest_balance_names_the_last_movement_of_its_first_day():
    made = run(
        [
            (0, "2026-03-09", 10),
            (0, "2026-03-01", 50),
            (0, "2026-03-05", -60),
            (0, "2026-03-05", -5),
            (0, "2026-03-09", -10),
        ]
    )
    assert (made.end[0], made.lowest[0], made.lowest_at[0]) == (-15, -15, 3)


def test_tenths_leave_no_noise_below_zero():
    made = run([(0, "2026-03-01", 0.3), (0, "2026-03-02", -0.1), (0, "2026-03-03", -0.2)])
    assert (made.end[0], made.lowest[0]) == (0, 0)


def test_a_movement_without_a_date_is_the_last_and_one_without_an_amount_is_none():
    made = run([(0, None, -30), (0, "2026-03-01", 20), (0, "2026-03-02", None)])
    assert (made.end[0], made.lowest[0], made.lowest_at[0]) == (-10, -10, 0)
    nothing = run([(0, "2026-03-02", None)])
    assert (nothing.end[0], nothing.lowest[0], nothing.lowest_at[0]) == (0, 0, -1)


_DAYS = st.none() | st.integers(0, 4).map(lambda day: str(date(2026, 3, 1) + timedelta(days=day)))
_AMOUNTS = st.none() | st.integers(-300, 300).map(lambda tenth: tenth / 10)


def _naive(movements):
    """End and lowest end of a day, from exact decimals."""
    by_day = {}
    for _, day, amount in movements:
        if amount is not None:
            by_day[day or "9999"] = by_day.get(day or "9999", Decimal(0)) + Decimal(str(amount))
    balance, lowest = Decimal(0), None
    for day in sorted(by_day):
        balance += by_day[day]
        lowest = balance if lowest is None else min(balance, lowest)
    return float(balance), float(lowest or 0)


@given(st.lists(st.tuples(st.integers(0, 2), _DAYS, _AMOUNTS), max_size=12), st.randoms())
def test_balances_are_those_of_adding_up_day_by_day_in_any_order_of_rows(movements, random):
    made = run(movements, size=3)
    for account in range(3):
        expected = _naive([one for one in movements if one[0] == account])
        assert (made.end[account], made.lowest[account]) == pytest.approx(expected, abs=1e-9)
    shuffled = list(range(len(movements)))
    random.shuffle(shuffled)
    again = run_balances(
        np.array([movements[at][0] for at in shuffled], dtype=np.int64),
        np.array([movements[at][1] or "NaT" for at in shuffled], dtype="datetime64[D]"),
        np.array([np.nan if movements[at][2] is None else movements[at][2] for at in shuffled], dtype=float),
        np.array(shuffled, dtype=np.int64),
        3,
    )
    assert (again.end == made.end).all()
    assert (again.lowest == made.lowest).all()
    assert [shuffled[at] if at >= 0 else -1 for at in again.lowest_at] == made.lowest_at.tolist()
