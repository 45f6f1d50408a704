"""How often to save work in progress: always while saving is cheap, else less often."""

import time
from collections.abc import Callable
from typing import Final

_SHARE: Final = 0.1
_CHEAP_S: Final = 0.02


class Pace:
    """Repeats an action; if it takes more than 20 ms, then for at most a tenth of the time.

    Parameters
    ----------
    action
        What to repeat.
    """

    def __init__(self, action: Callable[[], None]) -> None:
        self._action = action
        self._ended = float("-inf")
        self._cost = 0.0

    def do_when_due(self) -> None:
        """Do it, unless the last time took too long to do it again yet."""
        if self._cost <= _CHEAP_S or (time.monotonic() - self._ended) * _SHARE >= self._cost:
            self.do()

    def do(self) -> None:
        """Do it now."""
        began = time.monotonic()
        self._action()
        self._ended = time.monotonic()
        self._cost = self._ended - began
