"""What the browser of one page may put into its kernel, and what the kernel may answer in a row.

Both pass through the memory of the server, which all visitors share: a request of some bytes may be answered by
everything that the kernel holds.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from pbwidgets.apps.limits import Bucket
from pbwidgets.apps.messages import CLOSE_POLICY, FrameError

MAX_HELD_BYTES: Final = 8 * 2**20
"""Maximum size of all that the browser has set in the widgets of a page."""

MAX_OFFLINE_BYTES: Final = 8 * 2**20
"""Maximum size of the messages kept for a page whose connection is lost."""

_ANSWERED_PER_S, _MOST_ANSWERED = 4 * 2**20, 64 * 2**20  # a page is some MiB; each of its connections counts
_ASKED_PER_S, _MOST_ASKED = 20, 2000  # a page asks once for all states, or once for each of its widgets
_ASKED: Final = {"request_state": 1, "request_states": 400}
_TRAIT_BYTES: Final = 256  # what noting a trait takes


class PageBudget:
    """What passes between one page and its kernel.

    Parameters
    ----------
    clock
        Seconds of a clock that never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._held: dict[tuple[str, str], int] = {}
        self._held_bytes = 0
        self._offline_bytes = 0
        self._asked = Bucket(_ASKED_PER_S, _MOST_ASKED, clock)
        self._answered = Bucket(_ANSWERED_PER_S, _MOST_ANSWERED, clock)

    def admit(self, content: Mapping[str, Any], size: int) -> None:
        """Count a message to the kernel; each trait that it sets counts as much as the whole message.

        Parameters
        ----------
        content
            Checked content of the message.
        size
            Size of the message in bytes.

        Raises
        ------
        FrameError
            If the page asks too often for states, or has set more than :data:`MAX_HELD_BYTES`.
        """
        data = content.get("data", {})
        if self._asked.take(_ASKED.get(str(data.get("method", "")), 0)):
            raise FrameError("states asked for too often", CLOSE_POLICY)
        for name in data["state"] if data.get("method") == "update" else ():
            key = str(content["comm_id"]), name
            held = self._held_bytes + size + _TRAIT_BYTES - self._held.get(key, 0)
            if held > MAX_HELD_BYTES:
                raise FrameError("more than a page may hold", CLOSE_POLICY)
            self._held_bytes, self._held[key] = held, size + _TRAIT_BYTES

    def may_answer(self, size: int) -> bool:
        """Count a message from the kernel to a connection; False if it is more than any page shows."""
        return not self._answered.take(size)

    def may_wait(self, size: int) -> bool:
        """Count a message kept while the connection is lost; False if there are too many."""
        self._offline_bytes += size
        return self._offline_bytes <= MAX_OFFLINE_BYTES

    def forget_waiting(self) -> None:
        """Count the messages kept for a lost connection anew."""
        self._offline_bytes = 0
