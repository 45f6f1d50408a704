"""Following a run: a page looks every few seconds, until the run has ended."""

import asyncio
from collections.abc import Callable
from typing import Final

from pbwidgets.apps.visit import Visit

LOOK_S: Final = 3.0
_MOST_LOOKS: Final = 2400
"""Number of looks after which a page stops following: two hours."""


def follow(
    visit: Visit, look: Callable[[], bool], ended: Callable[[], None], every_s: float = LOOK_S
) -> "asyncio.Task[None] | None":
    """Task that looks until a run has ended; None without an event loop. Whoever asks for it must hold it.

    Parameters
    ----------
    look
        Shows the progress; returns whether the run is under way. What it raises is said on the page, and it is
        called again: the store may be locked only now.
    ended
        Called in the end.
    every_s
        Seconds from one look to the next.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return None
    return loop.create_task(_keep_looking(visit, look, ended, every_s))


async def _keep_looking(
    visit: Visit, look: Callable[[], bool], ended: Callable[[], None], every_s: float
) -> None:
    is_running = True

    def look_again() -> None:
        nonlocal is_running
        is_running = look()

    for _ in range(_MOST_LOOKS):
        await asyncio.sleep(every_s)
        visit.attempt(look_again)()
        if not is_running:
            break
    visit.attempt(ended)()
