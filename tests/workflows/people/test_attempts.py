"""Wrong passwords: few guesses on a name, and nobody is kept out by strangers."""

from datetime import UTC, datetime, timedelta

import pytest

from pbwidgets.errors import RightsError
from pbwidgets.workflows.people.attempts import (
    FREE,
    LOCK,
    LONGEST_WAIT,
    WRONG_AT_MOST,
    WRONG_OF_ADDRESS,
    Attempts,
    Caller,
)

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)
OWNER = Caller("10.0.0.9", device="the owner's browser")


def begin(counts: Attempts, name: str, caller: Caller, now: datetime = NOW, mark: str = "hash") -> str:
    """Code of the refusal, if the attempt is refused."""
    try:
        counts.begin(name, mark, caller, now)
    except RightsError as error:
        return error.code
    return ""


def many(count: int) -> list[Caller]:
    return [Caller(f"10.1.{number // 250}.{number % 250}") for number in range(count)]


def test_five_wrong_ones_lock_a_name_only_for_where_they_came_from() -> None:
    counts = Attempts()
    assert [begin(counts, "cun1", Caller("a")) for _ in range(6)] == [""] * 5 + ["accounts.locked"]
    assert begin(counts, "cun1", Caller("b")) == ""
    assert begin(counts, "cun2", Caller("a")) == ""
    assert begin(counts, "cun1", Caller("a"), NOW + LOCK) == ""


def test_a_refused_attempt_does_not_lengthen_the_lock() -> None:
    counts = Attempts()
    for _ in range(WRONG_AT_MOST):
        begin(counts, "cun1", Caller("a"))
    assert begin(counts, "cun1", Caller("a"), NOW + LOCK - SECOND) == "accounts.locked"
    assert begin(counts, "cun1", Caller("a"), NOW + LOCK) == ""


def test_after_ten_wrong_ones_from_anywhere_each_next_waits_longer_but_never_more_than_a_minute() -> None:
    counts, now, waits = Attempts(), NOW, []
    for number, caller in enumerate(many(FREE + 9)):
        began = now
        while begin(counts, "cun1", caller, now):
            now += SECOND
        if number >= FREE:
            waits.append((now - began) / SECOND)
    assert waits == [2, 4, 8, 16, 32, *[LONGEST_WAIT / SECOND] * 4]


def test_a_browser_that_has_signed_in_before_waits_for_no_stranger() -> None:
    counts = Attempts()
    for caller in many(50):
        begin(counts, "cun1", caller)
    for number in range(WRONG_OF_ADDRESS + 1):
        begin(counts, f"other{number}", Caller(OWNER.address))
    assert begin(counts, "cun1", Caller(OWNER.address), NOW) == "accounts.locked"
    assert begin(counts, "cun1", OWNER, NOW) == ""


def test_the_browser_of_the_owner_has_few_guesses_as_well() -> None:
    counts = Attempts()
    assert [begin(counts, "cun1", OWNER) for _ in range(6)] == [""] * 5 + ["accounts.locked"]


def test_a_name_gets_fewer_than_a_hundred_guesses_an_hour_from_however_many_addresses() -> None:
    counts, let_through = Attempts(), 0
    callers = many(1000)
    for second in range(3600):
        caller = callers[second % len(callers)]
        let_through += begin(counts, "cun1", caller, NOW + second * SECOND) == ""
    assert FREE < let_through < 100


def test_addresses_of_one_network_count_together() -> None:
    counts = Attempts()
    callers = [Caller(f"2001:db8::{number}", network="2001:db8::/64") for number in range(6)]
    assert [begin(counts, "cun1", caller) for caller in callers] == [""] * 5 + ["accounts.locked"]


def test_one_password_on_many_names_stops_an_address_until_the_quarter_of_an_hour_is_over() -> None:
    counts = Attempts()
    codes = [begin(counts, f"cun{number}", Caller("a")) for number in range(WRONG_OF_ADDRESS + 1)]
    assert codes == [""] * WRONG_OF_ADDRESS + ["accounts.address_locked"]
    assert begin(counts, "cun1", Caller("b")) == ""
    assert begin(counts, "cun-x", Caller("a"), NOW + LOCK) == ""


def test_an_office_that_signs_in_rightly_is_never_stopped() -> None:
    counts = Attempts()
    for number in range(3 * WRONG_OF_ADDRESS):
        assert begin(counts, f"cun{number}", Caller("a")) == ""
        counts.succeed(f"cun{number}", "hash", Caller("a"))
    assert len(counts) <= 1


def test_a_right_password_begins_the_counts_of_its_name_anew() -> None:
    counts = Attempts()
    for _ in range(3):
        for _ in range(WRONG_AT_MOST - 1):
            begin(counts, "cun1", Caller("a"))
        assert begin(counts, "cun1", Caller("a")) == ""
        counts.succeed("cun1", "hash", Caller("a"))


def test_a_new_password_begins_with_new_counts() -> None:
    counts = Attempts()
    for _ in range(WRONG_AT_MOST):
        begin(counts, "cun1", Caller("a"))
    assert begin(counts, "cun1", Caller("a"), mark="another hash") == ""


def test_a_quiet_hour_is_forgotten() -> None:
    counts = Attempts()
    for _ in range(WRONG_AT_MOST - 1):
        begin(counts, "cun1", Caller("a"))
    later = NOW + timedelta(hours=1) + SECOND
    assert [begin(counts, "cun1", Caller("a"), later) for _ in range(5)] == [""] * 5


def test_the_minutes_left_are_said() -> None:
    counts = Attempts()
    for _ in range(WRONG_AT_MOST):
        begin(counts, "cun1", Caller("a"))
    with pytest.raises(RightsError, match="15 分钟"):
        counts.refuse("cun1", "hash", Caller("a"), NOW)
    with pytest.raises(RightsError, match="1 分钟"):
        counts.refuse("cun1", "hash", Caller("a"), NOW + LOCK - SECOND)


def test_the_oldest_counts_are_forgotten_when_there_are_too_many() -> None:
    counts = Attempts(most=6)
    for name in ("a", "b", "c", "d"):
        begin(counts, name, Caller(name))
    assert len(counts) == 6
