"""What a page may put into its kernel and what the kernel may answer, with a clock that the test moves."""

from typing import Any

import pytest
from frames import UPDATE

from pbwidgets.apps.budgets import MAX_HELD_BYTES, MAX_OFFLINE_BYTES, PageBudget
from pbwidgets.apps.messages import FrameError

ALL = {"comm_id": "c", "data": {"method": "request_states"}}
ONE = {"comm_id": "c", "data": {"method": "request_state"}}


def update(comm_id: str, *names: str) -> dict[str, Any]:
    state = dict.fromkeys(names or ("value",), "x")
    return {"comm_id": comm_id, "data": {"method": "update", "state": state}}


def test_a_page_is_asked_for_its_states_a_few_times_or_once_for_each_widget() -> None:
    now = [0.0]
    budget = PageBudget(lambda: now[0])
    for _ in range(5):
        budget.admit(ALL, 300)

    with pytest.raises(FrameError, match="too often"):
        budget.admit(ALL, 300)
    now[0] += 60
    budget.admit(ALL, 300)

    of_widgets = PageBudget(lambda: 0.0)
    for _ in range(2000):
        of_widgets.admit(ONE, 300)
    with pytest.raises(FrameError, match="too often"):
        of_widgets.admit(ONE, 300)


def test_what_is_typed_again_and_again_into_one_field_counts_once() -> None:
    budget = PageBudget()
    for _ in range(100):
        budget.admit(update("c"), MAX_HELD_BYTES // 2)

    with pytest.raises(FrameError, match="more than a page may hold"):
        budget.admit(update("d"), MAX_HELD_BYTES // 2)
    budget.admit(update("c"), 300)
    budget.admit(update("d"), MAX_HELD_BYTES // 2)


def refused_at(budget: PageBudget, *messages: tuple[dict[str, Any], int]) -> int:
    """Number of the first message that is refused."""
    for number, (content, size) in enumerate(messages):
        try:
            budget.admit(content, size)
        except FrameError:
            return number
    return len(messages)


def test_a_small_value_beside_a_big_one_does_not_hide_it() -> None:
    big, small = MAX_HELD_BYTES // 12, 100
    messages = [
        message
        for number in range(20)
        for message in ((update(str(number), "big", "small"), big), (update(str(number), "small"), small))
    ]

    assert 16 < refused_at(PageBudget(), *messages) < 24


def test_names_that_no_widget_has_are_not_noted_without_end() -> None:
    messages = [(update(str(number)), 0) for number in range(MAX_HELD_BYTES // 256 + 10)]

    assert refused_at(PageBudget(), *messages) == MAX_HELD_BYTES // 256


def test_a_kernel_may_answer_much_at_once_but_not_without_end() -> None:
    budget = PageBudget(lambda: 0.0)

    assert [budget.may_answer(2**20) for _ in range(65)] == [True] * 64 + [False]


def test_what_is_kept_for_a_lost_connection_is_counted_anew_with_each_loss() -> None:
    budget = PageBudget()
    for _ in range(3):
        budget.forget_waiting()
        assert budget.may_wait(MAX_OFFLINE_BYTES)
        assert not budget.may_wait(1)


def test_messages_other_than_updates_take_nothing() -> None:
    PageBudget().admit({}, 2 * MAX_HELD_BYTES)
    PageBudget().admit({"comm_id": "c", "data": {"method": "custom"}}, 2 * MAX_HELD_BYTES)
    PageBudget().admit(UPDATE, 100)
