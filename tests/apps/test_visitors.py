"""Places for pages: those of anonymous visitors are their own, and nobody takes all of the others."""

import asyncio
import time
from pathlib import Path

import pytest

from pbwidgets.apps.visitors import (
    Capacity,
    NoRoomError,
    Owner,
    VisitorKernels,
    WarmKernelSpecs,
    default_max_visitors,
    find_capacity,
)
from pbwidgets.settings import Settings


@pytest.fixture
def kernels(tmp_path: Path) -> VisitorKernels:
    """Places for four signed-in and four anonymous visitors; no kernel is started."""
    made = VisitorKernels(kernel_spec_manager=WarmKernelSpecs())
    made.capacity, made.settings = Capacity(4, 4), Settings(tmp_path, "sqlite://", "zh_CN")
    return made


def admit(kernels: VisitorKernels, *pages: tuple[Owner, str]) -> list[str]:
    """Ask for places one after the other; returns why those were refused that were."""

    async def ask() -> list[str]:
        refused = []
        for owner, kernel_id in pages:
            try:
                await kernels.admit(owner, kernel_id)
            except NoRoomError as error:
                refused.append(error.why)
        return refused

    return asyncio.run(ask())


def account(name: str) -> Owner:
    return Owner(f"account:{name}", f"session of {name}", "home")


def anonymous(visitor: int, code: int) -> Owner:
    return Owner(f"visitor:{visitor}", "", "survey", f"code:{code}")


def connect_and_leave(kernels: VisitorKernels, kernel_id: str) -> None:
    kernels._kernel_connections[kernel_id] = 0  # as for a kernel that has been started
    kernels.expect(kernel_id)
    kernels.notify_connect(kernel_id)
    kernels.notify_disconnect(kernel_id)


def test_anonymous_pages_take_no_place_of_signed_in_people_and_the_other_way_round(
    kernels: VisitorKernels,
) -> None:
    strangers = [(anonymous(n, n), f"s{n}") for n in range(6)]
    people = [(account(f"a{n}"), f"p{n}") for n in range(5)]

    assert admit(kernels, *strangers) == ["full", "full"]
    assert admit(kernels, *people) == ["full"]
    assert len(kernels.owners) == 8


def test_an_anonymous_visitors_oldest_page_makes_room_for_a_new_one(kernels: VisitorKernels) -> None:
    assert admit(kernels, *[(anonymous(1, n), f"k{n}") for n in range(5)]) == []

    assert list(kernels.owners) == ["k3", "k4"]


def test_one_code_cannot_be_used_to_take_the_places_of_others(kernels: VisitorKernels) -> None:
    assert admit(kernels, *[(anonymous(n, 1), f"k{n}") for n in range(20)]) == []

    assert list(kernels.owners) == ["k18", "k19"]


def test_when_all_is_taken_a_survey_that_nobody_looks_at_any_more_makes_room(kernels: VisitorKernels) -> None:
    admit(kernels, *[(anonymous(n, n), f"k{n}") for n in range(4)])
    assert admit(kernels, (anonymous(9, 9), "new")) == ["full"]
    connect_and_leave(kernels, "k2")

    assert admit(kernels, (anonymous(9, 9), "new")) == []
    assert list(kernels.owners) == ["k0", "k1", "k3", "new"]


def test_one_account_cannot_take_the_whole_house(kernels: VisitorKernels) -> None:
    pages = [(account("busy"), f"k{n}") for n in range(4)]

    assert admit(kernels, *pages) == ["too_many"]
    assert admit(kernels, (account("other"), "k9")) == []


def test_a_page_whose_websocket_does_not_come_is_late(kernels: VisitorKernels) -> None:
    admit(kernels, *[(anonymous(n, n), f"k{n}") for n in range(3)])
    for kernel_id in ("k0", "k1"):
        kernels._kernel_connections[kernel_id] = 0
        kernels.expect(kernel_id)
    kernels.notify_connect("k1")
    now = time.monotonic()

    assert [kernels.is_late(f"k{n}", now + 59) for n in range(3)] == [False, False, False]
    assert [kernels.is_late(f"k{n}", now + 61) for n in range(3)] == [True, False, False]


@pytest.mark.parametrize(
    ("signed_in", "given", "found"),
    [(4, None, Capacity(4, 4)), (200, None, Capacity(200, 100)), (200, 7, Capacity(200, 7))],
)
def test_anonymous_visitors_have_half_as_many_places_unless_told_otherwise(
    signed_in: int, given: int | None, found: Capacity
) -> None:
    assert find_capacity(signed_in, given) == found


def test_the_machine_says_how_many_pages_it_can_handle() -> None:
    assert find_capacity() == find_capacity(default_max_visitors())
    assert [Capacity(n, 4).of_account for n in (1, 2, 4, 8, 100)] == [1, 1, 3, 6, 20]
