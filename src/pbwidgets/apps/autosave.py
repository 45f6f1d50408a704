"""Saves what was typed, soon after typing stops and every few seconds while it continues."""

import asyncio
from collections.abc import Callable


class Autosave:
    """Calls ``save`` after each pause in typing, on the kernel's event loop; without a loop at once.

    Parameters
    ----------
    save
        Writes the unsaved changes.
    quiet_s
        Pause in typing, in seconds, after which it is called.
    longest_s
        Longest time, in seconds, that a change waits, however much is typed.
    """

    def __init__(self, save: Callable[[], None], quiet_s: float = 1.2, longest_s: float = 4.0) -> None:
        self._save = save
        self._quiet_s, self._longest_s = quiet_s, longest_s
        self._timer: asyncio.TimerHandle | None = None
        self._since: float | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether there are unsaved changes."""
        return self._since is not None

    def touch(self) -> None:
        """Schedule a save because something has changed."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # plain Python has no loop to save later
            self._save()
            return
        now = loop.time()
        if self._since is None:
            self._since = now
        self._set(loop, min(now + self._quiet_s, self._since + self._longest_s))

    def retry(self, after_s: float) -> None:
        """Try again later, if there is an event loop."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._since = loop.time()
        self._set(loop, loop.time() + after_s)

    def flush(self) -> None:
        """Save unsaved changes now."""
        if self.is_waiting:
            self._fire()

    def stop(self) -> None:
        """Cancel the scheduled save."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._since = None, None

    def _set(self, loop: asyncio.AbstractEventLoop, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_at(when, self._fire)

    def _fire(self) -> None:
        self.stop()
        self._save()
